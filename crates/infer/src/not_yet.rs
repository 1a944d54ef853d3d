//! What the syntax has and inference gives no meaning to yet: each says so by its name.

use diagnostic::Id;
use pysyntax::{ExprId, ExprKind, StmtKind};
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

    /// A statement that is not supported.
    pub(crate) fn no_stmt_yet(&self, kind: &StmtKind, span: Span) -> Stop {
        let (id, what) = match kind {
            StmtKind::Try { .. } => (Id::UnsupportedTry, "`try`"),
            StmtKind::Reraise => (Id::UnsupportedReraise, "a `raise` without an exception"),
            StmtKind::Expr(_)
            | StmtKind::Assign(..)
            | StmtKind::AugAssign(..)
            | StmtKind::Return(_)
            | StmtKind::If { .. }
            | StmtKind::While { .. }
            | StmtKind::For { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Assert(..)
            | StmtKind::Raise(_)
            | StmtKind::Def { .. }
            | StmtKind::Delete(_) => (Id::NotAValue, "this statement"),
        };
        self.not_yet(id, what, self.first_line(span))
    }

    /// The caret shows the first line, not the whole block.
    fn first_line(&self, span: Span) -> Span {
        let line = self.source().slice(span).lines().next().unwrap_or_default().trim_end();
        Span::new(span.start(), span.start() + line.len())
    }
}
