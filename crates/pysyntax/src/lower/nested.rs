//! Functions in the function, and which names they take from the functions around them.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Parameters};
use ruff_text_size::Ranged;

use super::{Construct, Lowering};
use crate::find::Node;
use crate::{ExprId, ExprKind, NestedId, StmtKind, Syntax};

impl Lowering {
    /// A `def` in this function.
    pub(super) fn definition(&mut self, function: &ast::StmtFunctionDef) -> StmtKind {
        for decorator in &function.decorator_list {
            self.refuse(Construct::Decorator, decorator.range());
        }
        let defaults = self.defaults(&function.parameters);
        let nested = self.nested(Node::Function(function));
        StmtKind::Def { name: self.local(&function.name), function: nested, defaults }
    }

    /// A `lambda` in this function.
    pub(super) fn lambda(&mut self, lambda: &ast::ExprLambda) -> ExprKind {
        let defaults = lambda.parameters.as_deref().map(|all| self.defaults(all)).unwrap_or_default();
        ExprKind::Lambda { function: self.nested(Node::Lambda(lambda)), defaults }
    }

    /// Defaults belong to the function around: it evaluates them.
    fn defaults(&mut self, parameters: &Parameters) -> Vec<ExprId> {
        let defaults = parameters.iter_non_variadic_params().filter_map(|param| param.default.as_deref());
        defaults.map(|default| self.expr(default)).collect()
    }

    fn nested(&mut self, node: Node<'_>) -> NestedId {
        let mut lowering = Self::new(&self.syntax.source, node, self.base);
        lowering.function(node);
        let syntax = lowering.syntax;
        self.diagnostics.append(&mut lowering.diagnostics);
        for name in syntax.captures.iter().filter(|name| !syntax.locals.contains(name)) {
            self.read(syntax.name(*name));
        }
        self.syntax.nested.push(Arc::new(syntax))
    }
}

/// Leaves in the captures, of all names that are read, those that are bound `around` and not here.
pub(super) fn settle_captures(syntax: &mut Syntax, around: &mut Vec<Arc<str>>) {
    let Syntax { captures, locals, names, .. } = syntax;
    captures.retain(|name| !locals.contains(name) && around.contains(&names[*name]));
    let outside = around.len();
    around.extend(locals.iter().map(|name| names[*name].clone()));
    for id in syntax.nested.ids() {
        settle_captures(Arc::make_mut(&mut syntax.nested[id]), around);
    }
    around.truncate(outside);
}
