//! What the syntax has and inference gives no meaning to yet: each says so by its name.

use diagnostic::Id;
use pysyntax::{ExprId, ExprKind};
use source::Span;

use crate::stop::Stop;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// A construct that is not supported.
    pub(crate) fn not_yet(&self, id: Id, what: &str, span: Span) -> Stop {
        self.error(id, span, format!("{what} is not supported in compiled code"), "")
    }

    /// An expression that is not supported.
    pub(crate) fn no_expr_yet(&self, expr: ExprId) -> Stop {
        let kind = &self.frame().function.syntax.exprs[expr].kind;
        let (id, what) = match kind {
            ExprKind::Slice { .. } => (Id::UnsupportedSlice, "a slice"),
            ExprKind::Ellipsis => (Id::UnsupportedEllipsis, "`...`"),
            ExprKind::Format(_) => (Id::UnsupportedString, "an f-string"),
            ExprKind::List(_) => (Id::UnsupportedContainer, "a list"),
            ExprKind::Star(_) => (Id::UnsupportedStar, "`*` before a value"),
            ExprKind::Lambda { .. } => (Id::UnsupportedNestedFunction, "a function in the function"),
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_)
            | ExprKind::Attribute(..)
            | ExprKind::Index(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Compare(..)
            | ExprKind::Bools(..)
            | ExprKind::If { .. }
            | ExprKind::Call { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Walrus(..) => (Id::NotAValue, "this expression"),
        };
        self.not_yet(id, what, self.span_of(expr))
    }
}
