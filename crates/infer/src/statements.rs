//! Statements.

use diagnostic::Id;
use pysyntax::{BinaryOp, ExprId, ExprKind, StmtId, StmtKind};
use source::Span;
use tir::{Const, Terminator};

use crate::locals::{Arrival, Local};
use crate::places::Place;
use crate::sequence::Sequence;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::trying::Trying;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The statements of a block, as far as something reaches them.
    pub(crate) fn walk_block(&mut self, block: &[StmtId]) -> Walked<()> {
        for &stmt in block {
            if !self.is_live() {
                break;
            }
            let depth = self.depth();
            match self.walk_stmt(stmt) {
                Err(Stop::Unreachable) => self.body.terminate(Terminator::Unreachable),
                Err(error @ Stop::Error(_)) if !self.frame().loops.is_empty() => self.put_off(error, depth),
                other => other?,
            }
        }
        Ok(())
    }

    fn walk_stmt(&mut self, id: StmtId) -> Walked<()> {
        let syntax = self.syntax();
        let stmt = &syntax.stmts[id];
        let span = self.at(stmt.span);
        match &stmt.kind {
            StmtKind::Expr(value) => {
                // A docstring, or a string for its own sake.
                if !matches!(syntax.exprs[*value].kind, ExprKind::Text(_)) {
                    self.walk_expr(*value)?;
                }
            }
            StmtKind::Assign(targets, value) => {
                let is_part = targets.iter().all(|target| {
                    matches!(syntax.exprs[*target].kind, ExprKind::Index(..)) && self.is_quiet(*target)
                });
                let term = if is_part { self.walk_lazy(*value)? } else { self.walk_expr(*value)? };
                for target in targets {
                    self.assign(*target, &term, *value)?;
                }
            }
            StmtKind::AugAssign(target, op, value) => self.walk_aug_assign(*target, *op, *value, span)?,
            StmtKind::Return(None) => {
                self.leave_scopes(0)?;
                self.arrive_at_return(None, span)?;
            }
            StmtKind::Return(Some(value)) => {
                let term = self.walk_expr(*value)?;
                let span = self.at(syntax.span_of(*value));
                self.leave_scopes(0)?;
                self.arrive_at_return(Some(term), span)?;
            }
            StmtKind::If { test, then, otherwise } => self.walk_if(*test, then, otherwise, span)?,
            StmtKind::While { .. } | StmtKind::For { .. } => self.walk_loop_stmt(id)?,
            StmtKind::Break | StmtKind::Continue => {
                self.leave_scopes(self.frame().scopes_around_loop())?;
                let arrival = self.arrival(None, span);
                let exits = self.frame_mut().loops.last_mut().expect("the parser found a loop around it");
                let list =
                    if stmt.kind == StmtKind::Break { &mut exits.breaks } else { &mut exits.continues };
                list.extend(arrival);
                self.body.terminate(Terminator::Unreachable);
            }
            StmtKind::Pass => {}
            StmtKind::Assert(test, message) => self.walk_assert(*test, *message, span)?,
            StmtKind::Raise(exception) => self.walk_raise(*exception, span)?,
            StmtKind::Def { name, function, defaults } => {
                let closure = self.make_closure(*function, defaults)?;
                self.bind(*name, closure, span)?;
            }
            StmtKind::Delete(names) => {
                for name in names {
                    self.read_name(*name, span)?;
                    self.set_local(*name, Local::Unbound);
                }
            }
            StmtKind::Reraise => self.reraise(span)?,
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.walk_try(&Trying { body, handlers, otherwise, finally }, span)?;
            }
        }
        Ok(())
    }

    fn walk_aug_assign(&mut self, target: ExprId, op: BinaryOp, value: ExprId, span: Span) -> Walked<()> {
        let place = self.walk_place(target)?;
        let left = self.read_place(&place)?;
        let left = self.present(&left, self.span_of(target));
        let right = self.walk_lazy(value)?;
        let spans = (self.span_of(target), self.span_of(value));
        if let (Some((array, _)), Place::Local(..) | Place::Part { .. }) = (self.as_array(&left), &place) {
            return self.update_view(op, array, &right, span, spans);
        }
        let result = self.binary(op, &left, &right, span, spans)?;
        if let Place::Local(..) = place {
            let result = self.forced(result, span)?;
            return self.write_place(&place, &result, span);
        }
        self.write_place(&place, &result, span)
    }

    /// Assigns a term to a target; `value` is its text.
    pub(crate) fn assign(&mut self, target: ExprId, term: &Term, value: ExprId) -> Walked<()> {
        let syntax = self.syntax();
        if let ExprKind::Tuple(targets) = &syntax.exprs[target].kind {
            if let Some(star) =
                targets.iter().position(|target| matches!(syntax.exprs[*target].kind, ExprKind::Star(_)))
            {
                return self.assign_rest(targets, star, term, value);
            }
            let Some(items) = self.unpacked(term, targets.len(), value)? else {
                let title = format!("{} cannot be unpacked", self.describe(term));
                let label = format!("expected a tuple of {}", targets.len());
                return Err(self.error(Id::CannotUnpack, self.span_of(value), title, label));
            };
            if items.len() != targets.len() {
                let title = format!("{} values for {} targets", items.len(), targets.len());
                let label = format!("expected a tuple of {}", targets.len());
                return Err(self.error(Id::CannotUnpack, self.span_of(value), title, label));
            }
            for (target, item) in targets.iter().zip(&items) {
                self.assign(*target, item, value)?;
            }
            return Ok(());
        }
        let place = self.walk_place(target)?;
        self.write_place(&place, term, self.span_of(value))
    }

    /// `first, *rest = items`: the items of a tuple, those in the middle as a tuple.
    fn assign_rest(&mut self, targets: &[ExprId], star: usize, term: &Term, value: ExprId) -> Walked<()> {
        let syntax = self.syntax();
        let fixed = targets.len() - 1;
        let term = &self.present(term, self.span_of(value));
        let items = match term {
            Term::Tuple(items) | Term::Named(_, items) | Term::List(items) if items.len() >= fixed => {
                items.clone()
            }
            _ => {
                let title = format!("{} cannot be unpacked", self.describe(term));
                let label = format!("expected a tuple of {fixed} or more");
                return Err(self.error(Id::CannotUnpack, self.span_of(value), title, label));
            }
        };
        let rest = items.len() - fixed;
        for (index, target) in targets.iter().enumerate() {
            let item = match syntax.exprs[*target].kind {
                ExprKind::Star(rest_target) => {
                    let middle = Term::Tuple(items[star..star + rest].to_vec());
                    self.assign(rest_target, &middle, value)?;
                    continue;
                }
                _ if index < star => &items[index],
                _ => &items[index + rest - 1],
            };
            self.assign(*target, item, value)?;
        }
        Ok(())
    }

    /// The items of a tuple; of an array as many rows as there are targets.
    fn unpacked(&mut self, term: &Term, count: usize, value: ExprId) -> Walked<Option<Vec<Term>>> {
        let span = self.span_of(value);
        let term = &self.present(term, span);
        if let Term::Tuple(items) | Term::Named(_, items) | Term::List(items) = term {
            return Ok(Some(items.clone()));
        }
        let Some((array, ty)) = self.as_array(term).filter(|(_, ty)| ty.rank > 0) else { return Ok(None) };
        let _ = ty;
        let sequence = Sequence::Array(array);
        let (length, wanted) = (self.sequence_length(&sequence, span), self.word(count as i128, span));
        let is_other = self.test(tir::Comparison::Ne, length, wanted, span);
        let pieces = vec![format!("expected {count} values to unpack, got "), String::new()];
        self.raise_formatted(is_other, "ValueError", pieces, vec![length], span);
        let mut items = Vec::new();
        for number in 0..count {
            let number = self.word(number as i128, span);
            items.push(self.sequence_item(&sequence, number, span)?);
        }
        Ok(Some(items))
    }

    fn walk_if(&mut self, test: ExprId, then: &[StmtId], otherwise: &[StmtId], span: Span) -> Walked<()> {
        let condition = self.walk_test(test)?;
        if let Some(Const::Bool(known)) = self.body.as_const(condition) {
            return self.walk_block(if known { then } else { otherwise });
        }
        let (then_block, else_block) = self.body.branch(condition);
        let locals = self.frame().locals.clone();
        self.body.switch_to(then_block);
        self.learn(test, true);
        self.walk_block(then)?;
        let mut arrivals: Vec<Arrival> = self.arrival(None, span).into_iter().collect();
        self.set_locals(locals);
        self.body.switch_to(else_block);
        self.learn(test, false);
        self.walk_block(otherwise)?;
        arrivals.extend(self.arrival(None, span));
        self.merge(arrivals)?;
        Ok(())
    }

    /// Binds a local name; gives what it is bound to, which has the type that the name was given.
    pub(crate) fn bind(&mut self, name: pysyntax::NameId, term: Term, span: Span) -> Walked<Term> {
        let term = self.declared(name, term, span)?;
        self.set_local(name, Local::Bound(term.clone()));
        Ok(term)
    }

    /// The text of an expression in the user's source.
    pub(crate) fn span_of(&self, expr: ExprId) -> Span {
        self.at(self.frame().function.syntax.span_of(expr))
    }
}
