//! What a text declares, as it is written: a tree of spans that nothing has been looked up for.
//!
//! Names are spans of the source. A declarator is a list of what it adds to the type, from the name
//! outwards: `*(*f)(int)` is a pointer to a function giving a pointer. Printing a [`Decls`] gives C
//! again, one declaration a line.

use ctype::{Align, FloatType, IntType, Qualifiers, RecordKind};
use source::{Source, Span};

/// The declarations of a text.
#[derive(Clone, Debug)]
pub struct Decls {
    /// The text, with its `#line` directives applied.
    pub source: Source,
    /// In the order of the text.
    pub items: Vec<Item>,
    /// The names in what could not be parsed.
    pub(crate) skipped: Vec<Span>,
    /// Each declaration that could not be parsed, with the name that it seems to declare.
    pub(crate) given_up: Vec<(Span, Option<Span>)>,
}

/// One declaration or definition of a constant.
#[derive(Clone, Debug)]
pub enum Item {
    /// `int f(void), *p;`.
    Declaration(Declaration),
    /// `#define NAME expression`.
    Define {
        /// The name.
        name: Span,
        /// Its value.
        value: Expr,
    },
    /// `_Static_assert(expression, "text");`.
    StaticAssert(StaticAssert),
}

impl Item {
    /// From its first word to its last declarator, or its value.
    pub fn span(&self) -> Span {
        match self {
            Self::Declaration(declaration) => {
                let first = declaration.specifiers.span;
                declaration.declarators.last().map_or(first, |last| first.to(last.declarator.span))
            }
            Self::Define { name, .. } => *name,
            Self::StaticAssert(assertion) => assertion.condition.span,
        }
    }
}

/// A condition on the target.
#[derive(Clone, Debug)]
pub struct StaticAssert {
    /// What must not be zero.
    pub condition: Expr,
    /// The text for when it is, with its quotes.
    pub message: Option<Span>,
}

/// What comes before the type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// Nothing, or what does not matter to a declaration.
    Plain,
    /// `extern`.
    Extern,
    /// `static`.
    Static,
    /// `typedef`.
    Typedef,
}

/// Specifiers with their declarators.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What kind of names it declares.
    pub storage: Storage,
    /// The type that they share.
    pub specifiers: Specifiers,
    /// What is declared; may be none, as in `struct s { int x; };`.
    pub declarators: Vec<InitDeclarator>,
    /// Whether a function's body followed, which was skipped.
    pub has_body: bool,
}

/// A declarator with its initialiser.
#[derive(Clone, Debug)]
pub struct InitDeclarator {
    /// Name and shape.
    pub declarator: Declarator,
    /// `= expression`.
    pub initializer: Option<Box<Expr>>,
}

/// The type that declarators start from.
#[derive(Clone, Debug)]
pub struct Specifiers {
    /// All of them.
    pub span: Span,
    /// The type.
    pub ty: TypeSpecifier,
    /// `const` and the like.
    pub qualifiers: Qualifiers,
    /// Attributes of whatever is declared.
    pub attributes: Attributes,
}

/// Which type the words name.
#[derive(Clone, Debug)]
pub enum TypeSpecifier {
    /// `void`.
    Void,
    /// `_Bool`.
    Bool,
    /// An integer type of keywords.
    Int(IntType),
    /// A real floating type.
    Float(FloatType),
    /// A complex type.
    Complex(FloatType),
    /// `...` in a typedef: a type that only C looks into.
    Opaque,
    /// A typedef's name.
    Named(Span),
    /// `typeof(type)`.
    TypeofType(Box<TypeName>),
    /// `typeof expression`.
    TypeofExpr(Box<Expr>),
    /// A struct or union.
    Record(Box<RecordSpecifier>),
    /// An enum.
    Enum(Box<EnumSpecifier>),
}

impl TypeSpecifier {
    /// Whether it is words, and no struct, union or enum that may have a body.
    pub fn is_word(&self) -> bool {
        match self {
            Self::Record(record) => record.members.is_none(),
            Self::Enum(specifier) => specifier.enumerators.is_none(),
            Self::Void
            | Self::Bool
            | Self::Int(_)
            | Self::Float(_)
            | Self::Complex(_)
            | Self::Opaque
            | Self::Named(_)
            | Self::TypeofType(_)
            | Self::TypeofExpr(_) => true,
        }
    }
}

/// `struct tag { ... }`, with or without one of the two.
#[derive(Clone, Debug)]
pub struct RecordSpecifier {
    /// The keyword up to the tag or the brace.
    pub span: Span,
    /// Struct or union.
    pub kind: RecordKind,
    /// Its tag.
    pub tag: Option<Span>,
    /// Its members, if they are here.
    pub members: Option<Vec<Member>>,
    /// Attributes of the record.
    pub attributes: Attributes,
    /// The limit of `#pragma pack` at its closing brace.
    pub pack: Option<Align>,
}

/// `int x, y : 3;` between braces.
#[derive(Clone, Debug)]
pub enum Member {
    /// Fields of a common type; none for an anonymous struct or union.
    Fields {
        /// The type.
        specifiers: Specifiers,
        /// The fields.
        declarators: Vec<FieldDeclarator>,
    },
    /// A condition.
    StaticAssert(StaticAssert),
}

/// A field: a declarator, a width, or both.
#[derive(Clone, Debug)]
pub struct FieldDeclarator {
    /// Name and shape; the name may be missing if there is a width.
    pub declarator: Declarator,
    /// After the colon.
    pub bit_width: Option<Box<Expr>>,
}

/// `enum tag { A, B = 3 }`, with or without one of the two.
#[derive(Clone, Debug)]
pub struct EnumSpecifier {
    /// The keyword up to the tag or the brace.
    pub span: Span,
    /// Its tag.
    pub tag: Option<Span>,
    /// Its names, if they are here.
    pub enumerators: Option<Vec<EnumeratorSyntax>>,
    /// `packed`: as small as its values allow.
    pub is_packed: bool,
    /// `mode(name)`: the name.
    pub mode: Option<Span>,
}

/// `NAME` or `NAME = value`.
#[derive(Clone, Debug)]
pub struct EnumeratorSyntax {
    /// The name.
    pub name: Span,
    /// Its value, if it is given.
    pub value: Option<Expr>,
}

/// A name and what surrounds it.
#[derive(Clone, Debug)]
pub struct Declarator {
    /// All of it; empty where it is left out.
    pub span: Span,
    /// The name, missing in type names and parameters.
    pub name: Option<Span>,
    /// From the name outwards.
    pub derivations: Vec<Derivation>,
    /// Attributes of what is declared.
    pub attributes: Attributes,
}

/// One step of a declarator.
#[derive(Clone, Debug)]
pub enum Derivation {
    /// `*`, with the qualifiers of the pointer.
    Pointer(Qualifiers),
    /// `[length]`.
    Array {
        /// The brackets.
        span: Span,
        /// How many, if it says so.
        length: Option<Box<Expr>>,
    },
    /// `(parameters)`.
    Function(Params),
}

/// The parameters of a function.
#[derive(Clone, Debug)]
pub struct Params {
    /// The parentheses.
    pub span: Span,
    /// In order; `(void)` is one parameter here.
    pub params: Vec<Param>,
    /// Whether `...` follows.
    pub is_variadic: bool,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its type.
    pub specifiers: Specifiers,
    /// Its name and shape.
    pub declarator: Declarator,
}

/// What `__attribute__` and `_Alignas` say.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// `packed`.
    pub is_packed: bool,
    /// `transparent_union`.
    pub is_transparent: bool,
    /// `mode(name)`: the name.
    pub mode: Option<Span>,
    /// Every alignment asked for; the strictest counts.
    pub alignments: Vec<Alignment>,
    /// The texts of `asm("name")`: what the assembler and the linker call it.
    pub symbol: Option<Span>,
}

impl Attributes {
    /// What both say.
    pub(crate) fn extend(&mut self, more: Self) {
        self.is_packed |= more.is_packed;
        self.is_transparent |= more.is_transparent;
        self.mode = more.mode.or(self.mode);
        self.alignments.extend(more.alignments);
        self.symbol = more.symbol.or(self.symbol);
    }
}

/// An alignment asked for.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// Where.
    pub span: Span,
    /// Whether `_Alignas` asks for it, which may not lower an alignment.
    pub is_alignas: bool,
    /// How much.
    pub amount: AlignmentAmount,
}

/// How an alignment is given.
#[derive(Clone, Debug)]
pub enum AlignmentAmount {
    /// `aligned` alone: the strictest of any scalar of the target.
    Largest,
    /// `aligned(n)`, `_Alignas(n)`.
    Bytes(Expr),
    /// `_Alignas(type)`.
    OfType(Box<TypeName>),
}

/// A type without a declaration, as in `sizeof(int *)`.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// All of it.
    pub span: Span,
    /// Its words.
    pub specifiers: Specifiers,
    /// Its shape.
    pub declarator: Declarator,
}

/// An integer constant expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// All of it.
    pub span: Span,
    /// How many expressions lie inside each other.
    pub(crate) height: u32,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// Whether a name in it, outside of types, is one of those asked for.
    pub(crate) fn names(&self, is_asked: &dyn Fn(Span) -> bool) -> bool {
        match &self.kind {
            ExprKind::Name(name) => is_asked(*name),
            ExprKind::Unary(_, operand) | ExprKind::SizeofExpr(operand) => operand.names(is_asked),
            ExprKind::Binary(_, operands) => operands.0.names(is_asked) || operands.1.names(is_asked),
            ExprKind::Conditional(parts) => {
                [&parts.0, &parts.1, &parts.2].into_iter().any(|part| part.names(is_asked))
            }
            ExprKind::Cast(parts) => parts.1.names(is_asked),
            ExprKind::Constant { .. }
            | ExprKind::Float { .. }
            | ExprKind::Text(_)
            | ExprKind::SizeofType(_)
            | ExprKind::Alignof(_) => false,
        }
    }
}

/// A form of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer or character constant.
    Constant {
        /// Its value.
        value: i128,
        /// Its type.
        ty: IntType,
    },
    /// A floating constant, in the value of a macro.
    Float {
        /// Its value.
        value: f64,
        /// Its type.
        ty: FloatType,
    },
    /// Texts side by side, in the value of a macro.
    Text(Box<[u8]>),
    /// An enumerator or a defined constant.
    Name(Span),
    /// A sign before an operand.
    Unary(UnaryOp, Box<Expr>),
    /// A sign between two.
    Binary(BinaryOp, Box<(Expr, Expr)>),
    /// `condition ? then : otherwise`.
    Conditional(Box<(Expr, Expr, Expr)>),
    /// `(type)operand`.
    Cast(Box<(TypeName, Expr)>),
    /// `sizeof(type)`.
    SizeofType(Box<TypeName>),
    /// `sizeof operand`.
    SizeofExpr(Box<Expr>),
    /// `_Alignof(type)`.
    Alignof(Box<TypeName>),
}

/// A sign before an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Negate,
    /// `~`
    Complement,
    /// `!`
    Not,
}

/// A sign between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `<=`
    LessEqual,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&`
    BitAnd,
    /// `^`
    BitXor,
    /// `|`
    BitOr,
    /// `&&`
    And,
    /// `||`
    Or,
}
