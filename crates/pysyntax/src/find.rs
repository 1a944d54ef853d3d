//! Which functions a text holds.

use diagnostic::{Diagnostic, Id, Label};
use ruff_python_ast::{self as ast, Expr, Parameters, Stmt, visitor};
use ruff_text_size::{Ranged, TextRange, TextSize};
use source::{Source, Span};

use crate::reading::{Base, Visit};

/// A function or lambda of a text: enough to tell which is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSyntax {
    /// Its name; `<lambda>` for a lambda.
    pub name: String,
    /// The first line, decorators included: what `co_firstlineno` says.
    pub first_line: u32,
    /// The line of the name, or of the word `lambda`.
    pub def_line: u32,
    /// Its text, decorators included.
    pub span: Span,
    /// The names of all parameters in the order of `co_varnames`.
    pub params: Vec<String>,
    /// Whether it is a lambda.
    pub is_lambda: bool,
    /// The names of the classes and functions that it stands in, outermost first.
    pub nesting: Vec<String>,
}

/// Where a function's syntax is, in the parser's own tree.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Function(&'a ast::StmtFunctionDef),
    Lambda(&'a ast::ExprLambda),
}

impl Node<'_> {
    /// Its name; `<lambda>` for a lambda.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Function(function) => &function.name,
            Self::Lambda(_) => "<lambda>",
        }
    }

    /// Its text, decorators included.
    pub(crate) fn range(self) -> TextRange {
        match self {
            Self::Function(function) => function.range(),
            Self::Lambda(lambda) => lambda.range(),
        }
    }

    /// Its name in the text, or the word `lambda`.
    pub(crate) fn head(self) -> TextRange {
        match self {
            Self::Function(function) => function.name.range,
            Self::Lambda(lambda) => TextRange::at(lambda.start(), TextSize::of("lambda")),
        }
    }

    fn param_names(self) -> Vec<String> {
        match self {
            Self::Function(function) => param_names(&function.parameters),
            Self::Lambda(lambda) => lambda.parameters.as_deref().map(param_names).unwrap_or_default(),
        }
    }
}

/// Calls `visit` for every function of a tree.
pub(crate) struct Finder<'a> {
    pub(crate) source: &'a Source,
    pub(crate) base: Base,
    pub(crate) nesting: Vec<String>,
    pub(crate) visit: &'a mut Visit<'a>,
}

impl Finder<'_> {
    fn found(&mut self, node: Node<'_>) {
        let span = self.base.span(node.range());
        let function = FunctionSyntax {
            name: node.name().to_owned(),
            first_line: self.source.place(span.start()).line,
            def_line: self.source.place(self.base.span(node.head()).start()).line,
            span,
            params: node.param_names(),
            is_lambda: matches!(node, Node::Lambda(_)),
            nesting: self.nesting.clone(),
        };
        (self.visit)(&function, node, self.base);
    }

    fn nested(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        self.nesting.push(name.to_owned());
        walk(self);
        self.nesting.pop();
    }
}

impl<'ast> visitor::Visitor<'ast> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if let Stmt::FunctionDef(function) = stmt {
            self.found(Node::Function(function));
            self.nested(&function.name, |finder| visitor::walk_stmt(finder, stmt));
        } else if let Stmt::ClassDef(class) = stmt {
            self.nested(&class.name, |finder| visitor::walk_stmt(finder, stmt));
        } else {
            visitor::walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        if let Expr::Lambda(lambda) = expr {
            self.found(Node::Lambda(lambda));
            self.nested("<lambda>", |finder| visitor::walk_expr(finder, expr));
        } else {
            visitor::walk_expr(self, expr);
        }
    }
}

/// As `co_varnames` has them: by position, by name only, then `*args` and `**kwargs`.
fn param_names(parameters: &Parameters) -> Vec<String> {
    let plain = parameters.iter_non_variadic_params().map(|param| &param.parameter);
    let rest = parameters.vararg.iter().chain(&parameters.kwarg).map(AsRef::as_ref);
    plain.chain(rest).map(|param| param.name.to_string()).collect()
}

/// The function was found in another text.
pub(crate) fn is_gone(source: &Source, which: &FunctionSyntax) -> Diagnostic {
    let end = source.text().len();
    let span = Span::new(which.span.start().min(end), which.span.end().min(end));
    let title = format!("`{}` is not in this text", which.name);
    Diagnostic::error(Id::PySyntax, title, Label::new(source, span, "it was expected here"))
}
