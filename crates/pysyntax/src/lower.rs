//! The parser's tree of one function to the arena.

mod expressions;
mod nested;
mod statements;
mod unsupported;

use std::sync::Arc;

use arena::{IdMap, Interner};
use diagnostic::Diagnostic;
use ruff_python_ast::{Expr as AstExpr, Parameter, Parameters};
use ruff_text_size::{Ranged, TextRange};
use source::{Source, Span};

use crate::find::Node;
use crate::reading::Base;
use crate::{Expr, ExprId, ExprKind, NameId, Param, ParamKind, Stmt, StmtId, StmtKind, Syntax};
use unsupported::Construct;

/// Lowers one function with the functions in it.
pub(crate) fn lower(source: &Source, node: Node<'_>, base: Base) -> Result<Syntax, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(source, node, base);
    lowering.function(node);
    let mut syntax = lowering.syntax;
    nested::settle_captures(&mut syntax, &mut Vec::new());
    if lowering.diagnostics.is_empty() { Ok(syntax) } else { Err(lowering.diagnostics) }
}

/// The arena of a function while it grows.
struct Lowering {
    /// Until [`nested::settle_captures`], its captures are all names that it reads.
    syntax: Syntax,
    base: Base,
    diagnostics: Vec<Diagnostic>,
    /// How many loops the statement is in.
    loops: usize,
    /// How many handlers of exceptions it is in.
    handlers: usize,
}

impl Lowering {
    fn new(source: &Source, node: Node<'_>, base: Base) -> Self {
        let syntax = Syntax {
            name: node.name().to_owned(),
            source: source.clone(),
            head: base.span(node.head()),
            span: base.span(node.range()),
            params: Vec::new(),
            returns: None,
            body: Vec::new(),
            locals: Vec::new(),
            captures: Vec::new(),
            nested: IdMap::new(),
            exprs: IdMap::new(),
            stmts: IdMap::new(),
            names: Interner::new(),
        };
        Self { syntax, base, diagnostics: Vec::new(), loops: 0, handlers: 0 }
    }

    fn function(&mut self, node: Node<'_>) {
        match node {
            Node::Function(function) => {
                if function.is_async {
                    self.refuse(Construct::Async, function.name.range);
                }
                self.params(&function.parameters);
                self.syntax.returns = function.returns.as_deref().map(|returns| self.annotation(returns));
                self.syntax.body = self.block(&function.body);
            }
            Node::Lambda(lambda) => {
                if let Some(parameters) = lambda.parameters.as_deref() {
                    self.params(parameters);
                }
                let value = self.expr(&lambda.body);
                let result = self.stmt_at(StmtKind::Return(Some(value)), lambda.body.range());
                self.syntax.body = vec![result];
            }
        }
    }

    fn span(&self, range: TextRange) -> Span {
        self.base.span(range)
    }

    fn expr_at(&mut self, kind: ExprKind, range: TextRange) -> ExprId {
        let span = self.span(range);
        self.syntax.exprs.push(Expr { kind, span })
    }

    fn stmt_at(&mut self, kind: StmtKind, range: TextRange) -> StmtId {
        let span = self.span(range);
        self.syntax.stmts.push(Stmt { kind, span })
    }

    fn name(&mut self, name: &str) -> NameId {
        self.syntax.names.intern(Arc::from(name))
    }

    /// The name, which this function binds.
    fn local(&mut self, name: &str) -> NameId {
        let name = self.name(name);
        if !self.syntax.locals.contains(&name) {
            self.syntax.locals.push(name);
        }
        name
    }

    /// The name, which this function reads.
    fn read(&mut self, name: &str) -> NameId {
        let name = self.name(name);
        if !self.syntax.captures.contains(&name) {
            self.syntax.captures.push(name);
        }
        name
    }

    fn params(&mut self, parameters: &Parameters) {
        for param in &parameters.posonlyargs {
            self.param(&param.parameter, ParamKind::Positional, param.default.is_some());
        }
        for param in &parameters.args {
            self.param(&param.parameter, ParamKind::Either, param.default.is_some());
        }
        if let Some(rest) = parameters.vararg.as_deref() {
            self.param(rest, ParamKind::Rest, false);
        }
        for param in &parameters.kwonlyargs {
            self.param(&param.parameter, ParamKind::Keyword, param.default.is_some());
        }
        if let Some(rest) = parameters.kwarg.as_deref() {
            self.refuse(Construct::StarParameter, rest.range());
        }
    }

    fn param(&mut self, param: &Parameter, kind: ParamKind, has_default: bool) {
        let before = self.syntax.locals.len();
        let name = self.local(&param.name);
        if self.syntax.locals.len() == before {
            self.not_python("another parameter has this name", param.name.range);
        }
        let annotation = param.annotation.as_deref().map(|one| self.annotation(one));
        let span = self.span(param.name.range);
        self.syntax.params.push(Param { name, kind, annotation, has_default, span });
    }

    /// An annotation that the subset cannot say is not an error of the function: nothing reads it.
    fn annotation(&mut self, annotation: &AstExpr) -> ExprId {
        let before = (self.diagnostics.len(), self.syntax.captures.len());
        let lowered = self.expr(annotation);
        self.diagnostics.truncate(before.0);
        self.syntax.captures.truncate(before.1);
        lowered
    }
}
