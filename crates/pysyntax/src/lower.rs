//! The parser's tree of one function to the arena.

mod expressions;
mod statements;
mod unsupported;

use std::sync::Arc;

use arena::{IdMap, Interner};
use diagnostic::Diagnostic;
use ruff_python_ast::{Expr as AstExpr, ParameterWithDefault, Parameters};
use ruff_text_size::{Ranged, TextRange};
use source::{Source, Span};

use crate::find::{FunctionSyntax, Node};
use crate::reading::Base;
use crate::{Expr, ExprId, ExprKind, NameId, Param, ParamKind, Stmt, StmtId, StmtKind, Syntax};
use unsupported::Construct;

/// Lowers one function.
pub(crate) fn lower(
    source: &Source,
    function: &FunctionSyntax,
    node: Node<'_>,
    base: Base,
) -> Result<Syntax, Vec<Diagnostic>> {
    let head = match node {
        Node::Function(function) => base.span(function.name.range),
        Node::Lambda(_) => Span::new(function.span.start(), function.span.start() + "lambda".len()),
    };
    let syntax = Syntax {
        name: function.name.clone(),
        source: source.clone(),
        head,
        span: function.span,
        params: Vec::new(),
        returns: None,
        body: Vec::new(),
        locals: Vec::new(),
        exprs: IdMap::new(),
        stmts: IdMap::new(),
        names: Interner::new(),
    };
    let mut lowering = Lowering { syntax, base, diagnostics: Vec::new(), loops: 0 };
    match node {
        Node::Function(function) => {
            if function.is_async {
                lowering.refuse(Construct::Async, function.name.range);
            }
            lowering.params(&function.parameters);
            lowering.syntax.returns =
                function.returns.as_deref().map(|annotation| lowering.annotation(annotation));
            lowering.syntax.body = lowering.block(&function.body);
        }
        Node::Lambda(lambda) => {
            if let Some(parameters) = lambda.parameters.as_deref() {
                lowering.params(parameters);
            }
            let value = lowering.expr(&lambda.body);
            let result = lowering.stmt_at(StmtKind::Return(Some(value)), lambda.body.range());
            lowering.syntax.body = vec![result];
        }
    }
    if lowering.diagnostics.is_empty() { Ok(lowering.syntax) } else { Err(lowering.diagnostics) }
}

/// The arena while it grows.
struct Lowering {
    syntax: Syntax,
    base: Base,
    diagnostics: Vec<Diagnostic>,
    /// How many loops the statement is in.
    loops: usize,
}

impl Lowering {
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

    fn params(&mut self, parameters: &Parameters) {
        let groups = [
            (&parameters.posonlyargs, ParamKind::Positional),
            (&parameters.args, ParamKind::Either),
            (&parameters.kwonlyargs, ParamKind::Keyword),
        ];
        for (params, kind) in groups {
            for param in params {
                self.param(param, kind);
            }
        }
        for rest in parameters.vararg.iter().chain(&parameters.kwarg) {
            self.refuse(Construct::StarParameter, rest.range());
        }
    }

    fn param(&mut self, param: &ParameterWithDefault, kind: ParamKind) {
        let name = self.local(&param.parameter.name);
        let annotation = param.parameter.annotation.as_deref().map(|one| self.annotation(one));
        let span = self.span(param.parameter.name.range);
        self.syntax.params.push(Param { name, kind, annotation, has_default: param.default.is_some(), span });
    }

    /// An annotation that the subset cannot say is not an error of the function: nothing reads it.
    fn annotation(&mut self, annotation: &AstExpr) -> ExprId {
        let before = self.diagnostics.len();
        let lowered = self.expr(annotation);
        self.diagnostics.truncate(before);
        lowered
    }
}
