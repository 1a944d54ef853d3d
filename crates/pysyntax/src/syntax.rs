//! The arena: expressions and statements by id, names interned, a span on everything.

use std::sync::Arc;

use arena::{IdMap, Interner, define_id};
use source::{Source, Span};

define_id! {
    /// An expression.
    pub struct ExprId("expr")
}

define_id! {
    /// A statement.
    pub struct StmtId("stmt")
}

define_id! {
    /// A name: of a variable, an attribute or a keyword argument.
    pub struct NameId("name")
}

define_id! {
    /// A function or lambda that stands directly in another.
    pub struct NestedId("nested")
}

/// One function or lambda: its parameters, annotations and body, with spans.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// Its own name; `<lambda>` for a lambda.
    pub name: String,
    /// The text that spans are of.
    pub source: Source,
    /// Its head: from `def` to the name, or the word `lambda`. What concerns the whole points here.
    pub head: Span,
    /// From the first decorator or `lambda` to its end.
    pub span: Span,
    /// Its parameters in order.
    pub params: Vec<Param>,
    /// The annotation of the result.
    pub returns: Option<ExprId>,
    /// Its statements; a lambda is one `return`.
    pub body: Vec<StmtId>,
    /// The names that it binds itself: parameters, then in the order of their first binding.
    pub locals: Vec<NameId>,
    /// The names that it or a function in it reads, that it does not bind, and that a function around it
    /// in this text does: none for the function that was asked for, whose closure is the host's to tell.
    pub captures: Vec<NameId>,
    /// The functions that stand directly in it.
    pub nested: IdMap<NestedId, Arc<Syntax>>,
    /// All expressions.
    pub exprs: IdMap<ExprId, Expr>,
    /// All statements.
    pub stmts: IdMap<StmtId, Stmt>,
    /// All names.
    pub names: Interner<NameId, Arc<str>>,
}

impl Syntax {
    /// The text of a name.
    pub fn name(&self, id: NameId) -> &str {
        &self.names[id]
    }

    /// Where an expression stands.
    pub fn span_of(&self, id: ExprId) -> Span {
        self.exprs[id].span
    }

    /// Takes out every `assert`, also of the functions in it: what Python does under `-O`.
    pub fn drop_asserts(&mut self) {
        for id in self.stmts.ids() {
            if matches!(self.stmts[id].kind, StmtKind::Assert(..)) {
                self.stmts[id].kind = StmtKind::Pass;
            }
        }
        for id in self.nested.ids() {
            Arc::make_mut(&mut self.nested[id]).drop_asserts();
        }
    }
}

/// How a parameter can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// By position only.
    Positional,
    /// By position or by name.
    Either,
    /// All that is left by position, as a tuple.
    Rest,
    /// By name only.
    Keyword,
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Param {
    /// Its name.
    pub name: NameId,
    /// How it can be given.
    pub kind: ParamKind,
    /// Its annotation.
    pub annotation: Option<ExprId>,
    /// Whether it has a default. Its value is the host's to tell, or for a function in another stands
    /// where that is defined.
    pub has_default: bool,
    /// The name in the text.
    pub span: Span,
}

/// An expression with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its text.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// An integer literal, never negative.
    Int(u64),
    /// A float literal.
    Float(f64),
    /// An imaginary literal.
    Imaginary(f64),
    /// A string literal.
    Text(String),
    /// An f-string with at least one value; what has none is [`ExprKind::Text`].
    Format(Vec<FormatPart>),
    /// A name.
    Name(NameId),
    /// `value.name`.
    Attribute(ExprId, NameId),
    /// `value[index]`.
    Index(ExprId, ExprId),
    /// `lower:upper:step`: an index, or an item of a tuple that is one.
    Slice {
        /// Where it starts.
        lower: Option<ExprId>,
        /// Before what it ends.
        upper: Option<ExprId>,
        /// How far from one item to the next.
        step: Option<ExprId>,
    },
    /// `...`: an index, or an item of a tuple that is one.
    Ellipsis,
    /// An operator before its operand.
    Unary(UnaryOp, ExprId),
    /// An operator between two operands.
    Binary(BinaryOp, ExprId, ExprId),
    /// A chain of comparisons: the first operand, then each operator with the next.
    Compare(ExprId, Vec<(CompareOp, ExprId)>),
    /// `and` or `or` of two or more.
    Bools(BoolOp, Vec<ExprId>),
    /// `then if test else otherwise`.
    If {
        /// What decides.
        test: ExprId,
        /// What it is where the test is true.
        then: ExprId,
        /// What it is otherwise.
        otherwise: ExprId,
    },
    /// A call.
    Call {
        /// What is called.
        function: ExprId,
        /// By position; a [`ExprKind::Star`] stands for several.
        args: Vec<ExprId>,
        /// By name.
        keywords: Vec<Keyword>,
    },
    /// `a, b`. As a target, at most one item is an [`ExprKind::Star`].
    Tuple(Vec<ExprId>),
    /// `[a, b]`; a target in brackets is a tuple.
    List(Vec<ExprId>),
    /// `*value`: an item of a tuple, of a list or of the arguments of a call.
    Star(ExprId),
    /// `name := value`.
    Walrus(NameId, ExprId),
    /// `lambda`.
    Lambda {
        /// The function.
        function: NestedId,
        /// The defaults, of its parameters that have one in their order: evaluated here.
        defaults: Vec<ExprId>,
    },
}

/// A part of an f-string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormatPart {
    /// Text as it is, never empty; no two follow each other.
    Text(String),
    /// `{value}`, formatted as by `str`.
    Value(ExprId),
}

/// An argument by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keyword {
    /// The name.
    pub name: NameId,
    /// The value.
    pub value: ExprId,
    /// Name and value in the text.
    pub span: Span,
}

/// Defines an enum of operators with their texts.
macro_rules! operators {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident $text:literal)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl $name {
            /// As Python spells it.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

operators! {
    /// An operator before its operand.
    UnaryOp { Pos "+" Neg "-" Invert "~" Not "not" }
}

operators! {
    /// An operator of arithmetic.
    BinaryOp {
        Add "+" Sub "-" Mul "*" Div "/" FloorDiv "//" Mod "%" Pow "**"
        MatMul "@" Shl "<<" Shr ">>" And "&" Or "|" Xor "^"
    }
}

operators! {
    /// A comparison.
    CompareOp {
        Eq "==" Ne "!=" Lt "<" Le "<=" Gt ">" Ge ">=" Is "is" IsNot "is not" In "in" NotIn "not in"
    }
}

operators! {
    /// An operator that evaluates its second operand only where the first does not decide.
    BoolOp { And "and" Or "or" }
}

/// A statement with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Its text, blocks included.
    pub span: Span,
}

/// What a statement is.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// An expression for its effect. A docstring is here too.
    Expr(ExprId),
    /// `a = b = value`, also with an annotation. Targets are names, indices, attributes and tuples.
    Assign(Vec<ExprId>, ExprId),
    /// `target op= value`.
    AugAssign(ExprId, BinaryOp, ExprId),
    /// `return`.
    Return(Option<ExprId>),
    /// `if`; an `elif` is an `if` in `otherwise`.
    If {
        /// What decides.
        test: ExprId,
        /// Where it is true.
        then: Vec<StmtId>,
        /// Where it is false.
        otherwise: Vec<StmtId>,
    },
    /// `while`.
    While {
        /// What decides, before each round.
        test: ExprId,
        /// A round.
        body: Vec<StmtId>,
        /// What follows unless a `break` left.
        otherwise: Vec<StmtId>,
    },
    /// `for`.
    For {
        /// What each item is assigned to.
        target: ExprId,
        /// Where the items come from.
        iterable: ExprId,
        /// A round.
        body: Vec<StmtId>,
        /// What follows unless a `break` left.
        otherwise: Vec<StmtId>,
    },
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `pass`, and an annotation without a value.
    Pass,
    /// `assert test, message`.
    Assert(ExprId, Option<ExprId>),
    /// `raise exception`.
    Raise(ExprId),
    /// `raise` in a handler: the exception that it handles.
    Reraise,
    /// `try`.
    Try {
        /// What may raise.
        body: Vec<StmtId>,
        /// The first that fits handles.
        handlers: Vec<Handler>,
        /// What follows where the body came to its end.
        otherwise: Vec<StmtId>,
        /// What runs at last, however the rest is left.
        finally: Vec<StmtId>,
    },
    /// `def`: binds the name to the function.
    Def {
        /// The name.
        name: NameId,
        /// The function.
        function: NestedId,
        /// The defaults, of its parameters that have one in their order: evaluated here.
        defaults: Vec<ExprId>,
    },
    /// `del` of names, which are bound to nothing after it.
    Delete(Vec<NameId>),
}

/// An `except` of a `try`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handler {
    /// The class that it handles, or a tuple of them; all where there is none.
    pub classes: Option<ExprId>,
    /// What the exception is bound to until the end of the handler; then the name is bound to nothing.
    pub name: Option<NameId>,
    /// What handles.
    pub body: Vec<StmtId>,
    /// From `except` to the end of its body.
    pub span: Span,
}
