//! Statements.

use ruff_python_ast::{self as ast, ElifElseClause, Expr as AstExpr, Stmt as AstStmt};
use ruff_text_size::{Ranged, TextRange};

use super::expressions::operator;
use super::{Construct, Lowering};
use crate::{ExprId, ExprKind, Handler, NameId, StmtId, StmtKind};

impl Lowering {
    /// The statements of a block.
    pub(super) fn block(&mut self, block: &[AstStmt]) -> Vec<StmtId> {
        block.iter().filter_map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&mut self, stmt: &AstStmt) -> Option<StmtId> {
        let range = stmt.range();
        let kind = match stmt {
            // The usual way to write an empty body.
            AstStmt::Expr(expr) if expr.value.is_ellipsis_literal_expr() => StmtKind::Pass,
            AstStmt::Expr(expr) => StmtKind::Expr(self.expr(&expr.value)),
            AstStmt::Assign(assign) => {
                let value = self.expr(&assign.value);
                let targets = assign.targets.iter().map(|target| self.target(target)).collect();
                StmtKind::Assign(targets, value)
            }
            AstStmt::AnnAssign(assign) => self.annotated(assign),
            AstStmt::AugAssign(assign) => {
                let target = self.target(&assign.target);
                let value = self.expr(&assign.value);
                StmtKind::AugAssign(target, operator(assign.op), value)
            }
            AstStmt::Return(result) => {
                let value = result.value.as_deref().map(|value| self.expr(value));
                StmtKind::Return(value)
            }
            AstStmt::If(choice) => {
                let test = self.expr(&choice.test);
                let then = self.block(&choice.body);
                StmtKind::If { test, then, otherwise: self.clauses(&choice.elif_else_clauses, range) }
            }
            AstStmt::While(looping) => {
                let test = self.expr(&looping.test);
                let body = self.round(&looping.body);
                StmtKind::While { test, body, otherwise: self.block(&looping.orelse) }
            }
            AstStmt::For(looping) => return Some(self.for_loop(looping)),
            AstStmt::Break(_) => self.inside_loop(StmtKind::Break, range)?,
            AstStmt::Continue(_) => self.inside_loop(StmtKind::Continue, range)?,
            AstStmt::Pass(_) => StmtKind::Pass,
            AstStmt::Assert(assert) => {
                let test = self.expr(&assert.test);
                StmtKind::Assert(test, assert.msg.as_deref().map(|message| self.expr(message)))
            }
            AstStmt::Raise(raise) => return Some(self.raise(raise)),
            AstStmt::FunctionDef(function) => self.definition(function),
            AstStmt::ClassDef(_) => return self.refuse_stmt(Construct::Class, stmt),
            AstStmt::Delete(delete) => {
                let mut names = Vec::new();
                self.deleted(&delete.targets, &mut names);
                StmtKind::Delete(names)
            }
            AstStmt::TypeAlias(_) => return self.refuse_stmt(Construct::TypeAlias, stmt),
            AstStmt::With(_) => return self.refuse_stmt(Construct::With, stmt),
            AstStmt::Match(_) => return self.refuse_stmt(Construct::Match, stmt),
            AstStmt::Try(attempt) => self.attempt(attempt),
            AstStmt::Import(_) | AstStmt::ImportFrom(_) => return self.refuse_stmt(Construct::Import, stmt),
            AstStmt::Global(_) => return self.refuse_stmt(Construct::Global, stmt),
            AstStmt::Nonlocal(_) => return self.refuse_stmt(Construct::Nonlocal, stmt),
            // Only notebooks' magic lines, which are no Python, give this.
            AstStmt::IpyEscapeCommand(_) => return self.refuse_stmt(Construct::Ellipsis, stmt),
        };
        Some(self.stmt_at(kind, range))
    }

    /// The caret shows the first word or line, not the whole block.
    fn refuse_stmt(&mut self, construct: Construct, stmt: &AstStmt) -> Option<StmtId> {
        let range = stmt.range();
        let span = self.span(range);
        let first_line = self.syntax.source.slice(span).lines().next().unwrap_or_default().trim_end();
        let end = range.start() + ruff_text_size::TextSize::of(first_line);
        self.refuse(construct, TextRange::new(range.start(), end));
        None
    }

    fn clauses(&mut self, clauses: &[ElifElseClause], whole: TextRange) -> Vec<StmtId> {
        let Some((clause, rest)) = clauses.split_first() else { return Vec::new() };
        let Some(test) = &clause.test else { return self.block(&clause.body) };
        let test = self.expr(test);
        let then = self.block(&clause.body);
        let otherwise = self.clauses(rest, whole);
        let range = TextRange::new(clause.range.start(), whole.end());
        vec![self.stmt_at(StmtKind::If { test, then, otherwise }, range)]
    }

    fn annotated(&mut self, assign: &ast::StmtAnnAssign) -> StmtKind {
        let target = self.target(&assign.target);
        match &assign.value {
            Some(value) => {
                let value = self.expr(value);
                StmtKind::Assign(vec![target], value)
            }
            None => StmtKind::Pass,
        }
    }

    fn for_loop(&mut self, looping: &ast::StmtFor) -> StmtId {
        if looping.is_async {
            self.refuse(Construct::Async, looping.iter.range());
        }
        let iterable = self.expr(&looping.iter);
        let target = self.target(&looping.target);
        let body = self.round(&looping.body);
        let otherwise = self.block(&looping.orelse);
        self.stmt_at(StmtKind::For { target, iterable, body, otherwise }, looping.range)
    }

    /// The body of a loop.
    fn round(&mut self, body: &[AstStmt]) -> Vec<StmtId> {
        self.loops += 1;
        let body = self.block(body);
        self.loops -= 1;
        body
    }

    /// `break` and `continue`, which the parser lets stand anywhere.
    fn inside_loop(&mut self, kind: StmtKind, range: TextRange) -> Option<StmtKind> {
        if self.loops > 0 {
            return Some(kind);
        }
        self.not_python("outside of a loop", range);
        None
    }

    fn attempt(&mut self, attempt: &ast::StmtTry) -> StmtKind {
        let body = self.block(&attempt.body);
        let handlers =
            attempt.handlers.iter().map(|handler| self.handler(handler, attempt.is_star)).collect();
        let otherwise = self.block(&attempt.orelse);
        StmtKind::Try { body, handlers, otherwise, finally: self.block(&attempt.finalbody) }
    }

    fn handler(&mut self, handler: &ast::ExceptHandler, is_star: bool) -> Handler {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        if is_star {
            let classes = handler.type_.as_deref().map_or(handler.range, Ranged::range);
            self.refuse(Construct::TryStar, classes);
        }
        let classes = handler.type_.as_deref().map(|classes| self.expr(classes));
        let name = handler.name.as_ref().map(|name| self.local(name));
        self.handlers += 1;
        let body = self.block(&handler.body);
        self.handlers -= 1;
        Handler { classes, name, body, span: self.span(handler.range) }
    }

    /// The names of a `del`, which may stand in parentheses.
    fn deleted(&mut self, targets: &[AstExpr], names: &mut Vec<NameId>) {
        for target in targets {
            if let AstExpr::Name(name) = target {
                names.push(self.local(&name.id));
            } else if let AstExpr::Tuple(tuple) = target {
                self.deleted(&tuple.elts, names);
            } else if let AstExpr::List(list) = target {
                self.deleted(&list.elts, names);
            } else {
                self.refuse(Construct::Delete, target.range());
            }
        }
    }

    fn raise(&mut self, raise: &ast::StmtRaise) -> StmtId {
        let Some(exception) = &raise.exc else {
            if self.handlers == 0 {
                self.refuse(Construct::Reraise, raise.range);
            }
            return self.stmt_at(StmtKind::Reraise, raise.range);
        };
        // `from None` only hides a context when the exception is shown.
        if let Some(cause) = raise.cause.as_deref().filter(|cause| !cause.is_none_literal_expr()) {
            self.refuse(Construct::RaiseFrom, cause.range());
        }
        let exception = self.expr(exception);
        self.stmt_at(StmtKind::Raise(exception), raise.range)
    }

    /// What is assigned to: names become locals.
    fn target(&mut self, target: &AstExpr) -> ExprId {
        let range = target.range();
        if let AstExpr::Name(name) = target {
            let name = self.local(&name.id);
            return self.expr_at(ExprKind::Name(name), range);
        }
        if target.is_subscript_expr() || target.is_attribute_expr() {
            return self.expr(target);
        }
        let items = target.as_tuple_expr().map(|tuple| &tuple.elts);
        let Some(items) = items.or_else(|| target.as_list_expr().map(|list| &list.elts)) else {
            self.not_python("expected a name, an index, an attribute or several of them", range);
            return self.expr_at(ExprKind::None, range);
        };
        let mut stars = items.iter().filter(|item| item.is_starred_expr()).skip(1);
        if let Some(second) = stars.next() {
            self.not_python("only one target may have a `*`", second.range());
        }
        let items = items.iter().map(|item| self.item_target(item)).collect();
        self.expr_at(ExprKind::Tuple(items), range)
    }

    fn item_target(&mut self, item: &AstExpr) -> ExprId {
        let AstExpr::Starred(star) = item else { return self.target(item) };
        let target = self.target(&star.value);
        self.expr_at(ExprKind::Star(target), star.range)
    }
}
