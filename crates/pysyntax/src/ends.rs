//! After which statements CPython may leave out the rest of a block.

use crate::{ExprId, StmtId, StmtKind, Syntax};

impl Syntax {
    /// Whether what follows a block may never be reached; `is_constant` tells which tests are decided
    /// while CPython compiles.
    pub(crate) fn may_end(&self, block: &[StmtId], is_constant: &impl Fn(ExprId) -> bool) -> bool {
        block.iter().any(|stmt| self.stmt_may_end(*stmt, is_constant))
    }

    /// Whether what follows a statement may never be reached.
    pub(crate) fn stmt_may_end(&self, stmt: StmtId, is_constant: &impl Fn(ExprId) -> bool) -> bool {
        let ends = |block: &[StmtId]| self.may_end(block, is_constant);
        match &self.stmts[stmt].kind {
            StmtKind::Return(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Raise(_)
            | StmtKind::Reraise => true,
            StmtKind::If { test, then, otherwise } => {
                let (then, otherwise) = (ends(then), ends(otherwise));
                if is_constant(*test) { then || otherwise } else { then && otherwise }
            }
            StmtKind::While { test, body, otherwise } => {
                (is_constant(*test) || ends(otherwise)) && !self.has_break(body)
            }
            StmtKind::For { target: _, iterable: _, body, otherwise } => {
                ends(otherwise) && !self.has_break(body)
            }
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let is_left = ends(body) || ends(otherwise);
                ends(finally) || (is_left && handlers.iter().all(|handler| ends(&handler.body)))
            }
            StmtKind::Expr(_)
            | StmtKind::Assign(..)
            | StmtKind::AugAssign(..)
            | StmtKind::Pass
            | StmtKind::Assert(..)
            | StmtKind::Def { .. }
            | StmtKind::Delete(_) => false,
        }
    }

    /// Whether a `break` in the body of a loop leaves that loop.
    fn has_break(&self, body: &[StmtId]) -> bool {
        body.iter().any(|stmt| match &self.stmts[*stmt].kind {
            StmtKind::Break => true,
            StmtKind::If { test: _, then, otherwise } => self.has_break(then) || self.has_break(otherwise),
            StmtKind::While { otherwise, .. } | StmtKind::For { otherwise, .. } => self.has_break(otherwise),
            StmtKind::Try { body, handlers, otherwise, finally } => {
                [body, otherwise, finally].into_iter().any(|block| self.has_break(block))
                    || handlers.iter().any(|handler| self.has_break(&handler.body))
            }
            StmtKind::Expr(_)
            | StmtKind::Assign(..)
            | StmtKind::AugAssign(..)
            | StmtKind::Return(_)
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Assert(..)
            | StmtKind::Raise(_)
            | StmtKind::Reraise
            | StmtKind::Def { .. }
            | StmtKind::Delete(_) => false,
        })
    }
}
