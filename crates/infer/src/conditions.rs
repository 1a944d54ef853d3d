//! `and`, `or` and `not`, and tests: expressions of which only the truth is asked for.

use pysyntax::{BoolOp, ExprId, ExprKind, UnaryOp};
use source::Span;
use tir::{Const, Ty, Value};

use crate::convert;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The truth of an expression, as `if` and `while` ask for it. Of `and` and `or` the operands need have no type in
    /// common.
    pub(crate) fn walk_test(&mut self, id: ExprId) -> Walked<Value> {
        let syntax = self.syntax();
        let span = self.span_of(id);
        let term = match &syntax.exprs[id].kind {
            ExprKind::Bools(op, operands) => self.bools(*op, operands, true)?,
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let truth = self.walk_test(*operand)?;
                return Ok(convert::not(&mut self.body, truth, span));
            }
            _ => self.walk_expr(id)?,
        };
        self.truth(&term, span)
    }

    /// An operand, or its truth; none where the path ends in it, by raising.
    fn walk_operand(&mut self, id: ExprId, is_test: bool) -> Walked<Option<Term>> {
        if !is_test {
            return self.walk_reached(id);
        }
        match self.walk_test(id) {
            Ok(truth) => Ok(Some(Term::Value(truth))),
            Err(Stop::Unreachable) => {
                self.body.terminate(tir::Terminator::Unreachable);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// `and` and `or`: an operand that decides is the result, or its truth, where nothing else is asked for.
    pub(crate) fn bools(&mut self, op: BoolOp, operands: &[ExprId], is_test: bool) -> Walked<Term> {
        let (last, firsts) = operands.split_last().expect("the parser gives two or more");
        let mut arrivals = Vec::new();
        for operand in firsts {
            let operand_span = self.span_of(*operand);
            let Some(term) = self.walk_operand(*operand, is_test)? else { return self.meet_at(arrivals) };
            let truth = self.truth(&term, operand_span)?;
            match self.body.as_const(truth) {
                Some(Const::Bool(known)) if known == (op == BoolOp::Or) => {
                    arrivals.extend(self.arrival(Some(term), operand_span));
                    return self.meet_at(arrivals);
                }
                Some(Const::Bool(_)) => continue,
                _ => {}
            }
            let (when_true, when_false) = self.body.branch(truth);
            let (done, next) = match op {
                BoolOp::And => (when_false, when_true),
                BoolOp::Or => (when_true, when_false),
            };
            self.body.switch_to(done);
            let term = self.decided(op, term, operand_span);
            arrivals.extend(self.arrival(Some(term), operand_span));
            self.body.switch_to(next);
            self.learn(*operand, op == BoolOp::And);
        }
        let last_span = self.span_of(*last);
        if let Some(term) = self.walk_operand(*last, is_test)? {
            arrivals.extend(self.arrival(Some(term), last_span));
        }
        self.meet_at(arrivals)
    }

    /// A `bool` that decided is known where it did, and of a choice something.
    fn decided(&mut self, op: BoolOp, term: Term, span: Span) -> Term {
        if let Term::Choice(choice) = &term {
            return self.left_by_truth(choice, op == BoolOp::Or, span).unwrap_or(term);
        }
        if let (Term::Optional(_, item), BoolOp::Or) = (&term, op) {
            // What is true is not `None`.
            return self.decided(op, (**item).clone(), span);
        }
        if matches!(term, Term::Value(value) if self.body.ty(value) == Ty::Bool) {
            self.constant(Const::Bool(op == BoolOp::Or), Ty::Bool, span)
        } else {
            term
        }
    }
}
