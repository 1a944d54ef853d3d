//! What the code object of a function must hold if it came from this text.

use crate::{BinaryOp, ExprId, ExprKind, FormatPart, NestedId, Param, ParamKind, StmtId, StmtKind, Syntax};

/// A constant of the text.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// An integer.
    Int(u64),
    /// A float.
    Float(f64),
    /// The imaginary part of a complex number.
    Imaginary(f64),
    /// A string.
    Text(String),
}

/// Names and constants of a function's text, outside of its asserts (which test runners rewrite)
/// and annotations (which are not the function's code), each once, in the order of the text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CodeFacts {
    /// `co_name`.
    pub name: String,
    /// The parameters but that for the rest of the arguments, as the first of `co_varnames`.
    pub params: Vec<String>,
    /// The parameter for the rest of the arguments: the next of `co_varnames`.
    pub rest: Option<String>,
    /// The other names that it binds: in `co_varnames` or `co_cellvars`.
    pub locals: Vec<String>,
    /// The names that it reads itself and does not bind: in `co_names` or `co_freevars`.
    pub free: Vec<String>,
    /// The attributes that it reads or writes: in `co_names`.
    pub attributes: Vec<String>,
    /// The constants that stand in `co_consts` as they are: not parts of an expression that Python
    /// computes when it compiles, and no docstring.
    pub constants: Vec<Constant>,
    /// The functions in it, whose code objects are constants too, in the order of the text.
    pub nested: Vec<CodeFacts>,
}

impl CodeFacts {
    /// The facts of `syntax`.
    pub fn of(syntax: &Syntax) -> Self {
        let text = |id: &crate::NameId| syntax.name(*id).to_owned();
        // A name that is only annotated is local, but nowhere in the code.
        let writes = syntax.writes(&syntax.body);
        let locals = syntax.locals.iter().skip(syntax.params.len()).filter(|name| writes.contains(name));
        let (rest, params): (Vec<&Param>, Vec<&Param>) =
            syntax.params.iter().partition(|param| param.kind == ParamKind::Rest);
        let mut collector = Collector {
            syntax,
            facts: Self {
                name: syntax.name.clone(),
                params: params.iter().map(|param| text(&param.name)).collect(),
                rest: rest.first().map(|param| text(&param.name)),
                locals: locals.map(text).collect(),
                ..Self::default()
            },
        };
        collector.block(&syntax.body);
        collector.facts
    }
}

struct Collector<'a> {
    syntax: &'a Syntax,
    facts: CodeFacts,
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

impl Collector<'_> {
    fn block(&mut self, block: &[StmtId]) {
        for &id in block {
            self.stmt(&self.syntax.stmts[id].kind);
            if self.syntax.stmt_may_end(id, &|test| self.is_constant(test)) {
                break;
            }
        }
    }

    fn stmt(&mut self, kind: &StmtKind) {
        match kind {
            // A constant for its own sake is dropped: a docstring among them.
            StmtKind::Expr(value) if self.is_constant(*value) => {}
            StmtKind::Expr(value) | StmtKind::Raise(value) | StmtKind::Return(Some(value)) => {
                self.expr(*value);
            }
            StmtKind::Assign(targets, value) => {
                self.expr(*value);
                self.exprs(targets);
            }
            StmtKind::AugAssign(target, _, value) => {
                self.expr(*target);
                self.expr(*value);
            }
            StmtKind::If { test, then, otherwise } | StmtKind::While { test, body: then, otherwise } => {
                // A constant test decides when CPython compiles: what it leaves out is unknown here.
                if !self.is_constant(*test) {
                    self.expr(*test);
                    self.block(then);
                    self.block(otherwise);
                }
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                self.expr(*iterable);
                self.expr(*target);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.block(body);
                for handler in handlers {
                    self.exprs(handler.classes.as_slice());
                    self.block(&handler.body);
                }
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Def { name: _, function, defaults } => self.function(*function, defaults),
            StmtKind::Return(None)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Reraise
            | StmtKind::Delete(_)
            | StmtKind::Assert(..) => {}
        }
    }

    /// A function in this one. Defaults that are constants may stand together in one.
    fn function(&mut self, function: NestedId, defaults: &[ExprId]) {
        for default in defaults {
            if !self.is_constant(*default) {
                self.expr(*default);
            }
        }
        self.facts.nested.push(CodeFacts::of(&self.syntax.nested[function]));
    }

    fn expr(&mut self, id: ExprId) {
        if let Some(constant) = self.literal(id) {
            add(&mut self.facts.constants, constant);
            return;
        }
        if self.is_constant(id) {
            return;
        }
        match &self.syntax.exprs[id].kind {
            ExprKind::Name(name) if self.syntax.locals.contains(name) => {}
            ExprKind::Name(name) => add(&mut self.facts.free, self.syntax.name(*name).to_owned()),
            ExprKind::Attribute(value, name) => {
                self.expr(*value);
                add(&mut self.facts.attributes, self.syntax.name(*name).to_owned());
            }
            ExprKind::Binary(BinaryOp::Mod, format, values) if self.is_formatting(*format, *values) => {
                self.expr(*values);
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => self.exprs(&[*a, *b]),
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step] {
                    self.exprs(part.as_slice());
                }
            }
            ExprKind::Format(parts) => self.parts(parts),
            ExprKind::Lambda { function, defaults } => self.function(*function, defaults),
            ExprKind::Unary(_, value) | ExprKind::Walrus(_, value) | ExprKind::Star(value) => {
                self.expr(*value);
            }
            ExprKind::Compare(first, rest) => {
                self.expr(*first);
                for (_, operand) in rest {
                    self.expr(*operand);
                }
            }
            ExprKind::Bools(_, operands) => self.bools(operands),
            ExprKind::Tuple(operands) | ExprKind::List(operands) => self.exprs(operands),
            ExprKind::If { test, then, otherwise } => {
                if !self.is_constant(*test) {
                    self.exprs(&[*test, *then, *otherwise]);
                }
            }
            ExprKind::Call { function, args, keywords } => {
                self.expr(*function);
                self.exprs(args);
                for keyword in keywords {
                    self.expr(keyword.value);
                }
            }
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Ellipsis => {}
        }
    }

    fn exprs(&mut self, ids: &[ExprId]) {
        for id in ids {
            self.expr(*id);
        }
    }

    /// A constant among the operands decides when CPython compiles: what follows may be left out.
    fn bools(&mut self, operands: &[ExprId]) {
        for operand in operands {
            if self.is_constant(*operand) {
                break;
            }
            self.expr(*operand);
        }
    }

    /// The texts of an f-string stand in `co_consts` one by one.
    fn parts(&mut self, parts: &[FormatPart]) {
        for part in parts {
            match part {
                FormatPart::Text(text) => add(&mut self.facts.constants, Constant::Text(text.clone())),
                FormatPart::Value(value) => self.expr(*value),
            }
        }
    }

    /// Whether `text % (a, b)` may become an f-string, whose texts are other ones.
    fn is_formatting(&self, format: ExprId, values: ExprId) -> bool {
        let kind = |id| &self.syntax.exprs[id].kind;
        matches!((kind(format), kind(values)), (ExprKind::Text(_), ExprKind::Tuple(_)))
    }

    fn literal(&self, id: ExprId) -> Option<Constant> {
        match &self.syntax.exprs[id].kind {
            ExprKind::Int(value) => Some(Constant::Int(*value)),
            ExprKind::Float(value) => Some(Constant::Float(*value)),
            ExprKind::Imaginary(value) => Some(Constant::Imaginary(*value)),
            // An f-string without any text is no constant.
            ExprKind::Text(value) if value.is_empty() => None,
            ExprKind::Text(value) => Some(Constant::Text(value.clone())),
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Format(_)
            | ExprKind::Name(_)
            | ExprKind::Attribute(..)
            | ExprKind::Index(..)
            | ExprKind::Slice { .. }
            | ExprKind::Ellipsis
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Compare(..)
            | ExprKind::Bools(..)
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::Tuple(_)
            | ExprKind::List(_)
            | ExprKind::Star(_)
            | ExprKind::Walrus(..)
            | ExprKind::Lambda { .. } => None,
        }
    }

    /// Whether Python may compute it when it compiles.
    fn is_constant(&self, id: ExprId) -> bool {
        match &self.syntax.exprs[id].kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Ellipsis => true,
            ExprKind::Unary(_, value) | ExprKind::Star(value) => self.is_constant(*value),
            ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => self.is_constant(*a) && self.is_constant(*b),
            // From 3.14 on, a slice of constants is one.
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().all(|part| self.is_constant(*part))
            }
            // A list of three constants or more, or one that is looked in, is made from a tuple.
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Bools(_, items) => {
                items.iter().all(|item| self.is_constant(*item))
            }
            ExprKind::Name(name) => self.syntax.name(*name) == "__debug__",
            ExprKind::Format(_)
            | ExprKind::Compare(..)
            | ExprKind::Attribute(..)
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::Walrus(..)
            | ExprKind::Lambda { .. } => false,
        }
    }
}
