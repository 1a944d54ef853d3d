//! What a test says of a name, on the path where it holds and on the other.
//!
//! A test that names a choice leaves fewer things on either side: `f is not None`, `if f`, `not`, `and` and `or`.

use pysyntax::{BoolOp, CompareOp, ExprId, ExprKind, NameId, UnaryOp};

use source::Span;

use crate::Entity;
use crate::choice::{Choice, NONE};
use crate::locals::Local;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// Learns from a test that was just made: on this path it holds, or does not.
    pub(crate) fn learn(&mut self, test: ExprId, holds: bool) {
        self.narrow_present(test, holds);
        self.learn_of_choices(test, holds, test);
    }

    /// Learns from a part of the `whole` test.
    fn learn_of_choices(&mut self, test: ExprId, holds: bool, whole: ExprId) {
        let syntax = self.syntax();
        match &syntax.exprs[test].kind {
            ExprKind::Unary(UnaryOp::Not, operand) => self.learn_of_choices(*operand, !holds, whole),
            // All of them hold, or none does.
            ExprKind::Bools(op, operands) if holds == (*op == BoolOp::And) => {
                for operand in operands {
                    self.learn_of_choices(*operand, holds, whole);
                }
            }
            ExprKind::Compare(first, rest) => {
                let [(op, second)] = rest[..] else { return };
                let is_none = match op {
                    CompareOp::Is | CompareOp::Eq => holds,
                    CompareOp::IsNot | CompareOp::Ne => !holds,
                    _ => return,
                };
                if let (ExprKind::Name(name), ExprKind::None) | (ExprKind::None, ExprKind::Name(name)) =
                    (&syntax.exprs[*first].kind, &syntax.exprs[second].kind)
                {
                    self.narrow(*name, whole, |term| (*term == NONE) == is_none);
                }
            }
            ExprKind::Name(name) => self.narrow(*name, whole, |term| is_true(term) == holds),
            _ => {}
        }
    }

    /// Leaves of what a name may be only some, unless the test that says so binds it.
    fn narrow(&mut self, name: NameId, test: ExprId, stays: impl Fn(&Term) -> bool) {
        let syntax = self.syntax();
        let span = syntax.span_of(test);
        let binds = |(id, expr): (ExprId, &pysyntax::Expr)| {
            matches!(expr.kind, ExprKind::Walrus(bound, _) if bound == name) && {
                let own = syntax.span_of(id);
                span.start() <= own.start() && own.end() <= span.end()
            }
        };
        if !syntax.locals.contains(&name) || syntax.exprs.iter().any(binds) {
            return;
        }
        let Local::Bound(Term::Choice(choice)) = self.local(name) else { return };
        if let Some(left) = self.left_of(&choice.clone(), stays, span) {
            self.set_local(name, Local::Bound(left));
        }
    }

    /// What a choice is, where it is true, or not; none if that says nothing.
    pub(crate) fn left_by_truth(&mut self, choice: &Choice, truth: bool, span: Span) -> Option<Term> {
        self.left_of(choice, |term| is_true(term) == truth, span)
    }

    fn left_of(&mut self, choice: &Choice, stays: impl Fn(&Term) -> bool, span: Span) -> Option<Term> {
        let left = choice.alternatives.iter().filter(|(_, term)| stays(term));
        let left: Vec<(i128, Term)> = left.cloned().collect();
        if left.is_empty() || left.len() == choice.alternatives.len() {
            return None;
        }
        Some(self.alone(&Choice::term(choice.number, left), span))
    }
}

/// Whether something that is known while compiling is true.
fn is_true(term: &Term) -> bool {
    match term {
        Term::Entity(Entity::Text(text)) => !text.is_empty(),
        other => *other != NONE,
    }
}
