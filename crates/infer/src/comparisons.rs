//! Comparisons, alone and in chains.

use std::rc::Rc;
use std::sync::Arc;

use diagnostic::Id;
use pysyntax::{CompareOp, ExprId};
use source::Span;
use tir::{BinaryOp, Comparison, Const, IntTy, Op, Ty, Value};

use crate::Entity;
use crate::convert;
use crate::optional::held;
use crate::promote;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `a < b < c`: each operand once, and none after the first comparison that is false.
    pub(crate) fn chain(&mut self, first: ExprId, rest: &[(CompareOp, ExprId)], span: Span) -> Walked<Term> {
        let mut left = (self.walk_lazy_before(first, rest[0].1)?, self.span_of(first));
        if let [(op, operand)] = rest {
            let right = self.walk_lazy(*operand)?;
            let spans = (left.1, self.span_of(*operand));
            let has_array = self.is_elementwise(held(&left.0)) || self.is_elementwise(held(&right));
            let is_identity = matches!(op, CompareOp::Is | CompareOp::IsNot);
            if has_array && !is_identity && !self.is_none(&left.0) && !self.is_none(&right) {
                let (left, right) = (self.present(&left.0, left.1), self.present(&right, spans.1));
                return self.lazy_comparison(*op, &left, &right, span, spans);
            }
            return self.compare(*op, &left.0, &right, span, spans).map(Term::Value);
        }
        let (last, firsts) = rest.split_last().expect("a comparison has an operator");
        let mut arrivals = Vec::new();
        for (op, operand) in firsts {
            let Some(term) = self.walk_reached(*operand)? else { return self.meet_at(arrivals) };
            let right = (term, self.span_of(*operand));
            let holds = self.compare(*op, &left.0, &right.0, span, (left.1, right.1))?;
            let (next, done) = self.body.branch(holds);
            self.body.switch_to(done);
            let no = self.body.constant(Const::Bool(false), Ty::Bool, span);
            arrivals.extend(self.arrival(Some(Term::Value(no)), span));
            self.body.switch_to(next);
            left = right;
        }
        let Some(term) = self.walk_reached(last.1)? else { return self.meet_at(arrivals) };
        let right = (term, self.span_of(last.1));
        let holds = self.compare(last.0, &left.0, &right.0, span, (left.1, right.1))?;
        arrivals.extend(self.arrival(Some(Term::Value(holds)), span));
        self.meet_at(arrivals)
    }

    pub(crate) fn compare(
        &mut self,
        op: CompareOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Value> {
        if matches!(left, Term::Optional(..)) || matches!(right, Term::Optional(..)) {
            return self.compare_optional(op, left, right, span, spans);
        }
        if let Some(known) = self.compare_terms(op, left, right, span, spans)? {
            return Ok(known);
        }
        let (a, b) = (self.value(left, spans.0)?, self.value(right, spans.1)?);
        let comparison = match op {
            CompareOp::Eq => Comparison::Eq,
            CompareOp::Ne => Comparison::Ne,
            CompareOp::Lt => Comparison::Lt,
            CompareOp::Le => Comparison::Le,
            CompareOp::Gt => Comparison::Gt,
            CompareOp::Ge => Comparison::Ge,
            CompareOp::Is | CompareOp::IsNot => return self.identity(op, a, b, span, spans),
            CompareOp::In | CompareOp::NotIn => {
                return Err(self.not_yet(Id::UnsupportedOperator, &format!("`{}`", op.text()), span));
            }
        };
        self.compare_values(comparison, a, b, span).ok_or_else(|| self.not_comparable(op, a, b, spans))
    }

    /// A comparison of what exists only while compiling: texts, tuples; and `in` a tuple.
    fn compare_terms(
        &mut self,
        op: CompareOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Option<Value>> {
        if let Term::Choice(choice) = left {
            let holds =
                self.known_of_each(choice, span, |walker, one| walker.compare(op, one, right, span, spans));
            return holds.map(Some);
        }
        if let Term::Choice(choice) = right {
            let holds =
                self.known_of_each(choice, span, |walker, one| walker.compare(op, left, one, span, spans));
            return holds.map(Some);
        }
        if let Some(are_same) = self.are_same(left, right) {
            let holds = match op {
                CompareOp::Is | CompareOp::Eq => Some(are_same),
                CompareOp::IsNot | CompareOp::Ne => Some(!are_same),
                CompareOp::Lt
                | CompareOp::Le
                | CompareOp::Gt
                | CompareOp::Ge
                | CompareOp::In
                | CompareOp::NotIn => None,
            };
            if let Some(holds) = holds {
                return Ok(Some(self.body.constant(Const::Bool(holds), Ty::Bool, span)));
            }
        }
        if let (Term::Entity(Entity::Text(a)), Term::Entity(Entity::Text(b))) = (left, right) {
            let holds = match op {
                CompareOp::Eq | CompareOp::Is => a == b,
                CompareOp::Ne | CompareOp::IsNot => a != b,
                CompareOp::Lt => a < b,
                CompareOp::Le => a <= b,
                CompareOp::Gt => a > b,
                CompareOp::Ge => a >= b,
                CompareOp::In => b.contains(a.as_str()),
                CompareOp::NotIn => !b.contains(a.as_str()),
            };
            return Ok(Some(self.body.constant(Const::Bool(holds), Ty::Bool, span)));
        }
        let is_membership = matches!(op, CompareOp::In | CompareOp::NotIn);
        if is_membership && matches!(right, Term::Tuple(_) | Term::Named(..) | Term::List(_)) {
            return self.compare_with_items(op, left, right, span, spans).map(Some);
        }
        if let (Term::Tuple(a) | Term::Named(_, a), Term::Tuple(b) | Term::Named(_, b)) = (left, right) {
            return self.compare_tuples(op, a, b, span, spans);
        }
        if matches!(op, CompareOp::Is | CompareOp::IsNot) && (self.is_none(left) || self.is_none(right)) {
            let is_value = |walker: &Self, term: &Term| match term {
                Term::Value(value) => !matches!(walker.body.ty(*value), Ty::Array(_) | Ty::Record(_)),
                _ => false,
            };
            if !(is_value(self, left) && is_value(self, right)) {
                let both = self.is_none(left) && self.is_none(right);
                let holds = both == (op == CompareOp::Is);
                return Ok(Some(self.body.constant(Const::Bool(holds), Ty::Bool, span)));
            }
        }
        Ok(None)
    }

    /// Whether two things that are known while compiling are one, where that is known.
    fn are_same(&self, left: &Term, right: &Term) -> Option<bool> {
        let is_function = |term: &Term| match term {
            Term::Closure(_) => true,
            Term::Entity(entity) => matches!(
                entity,
                Entity::Function(_)
                    | Entity::Known(_)
                    | Entity::CFunction(_)
                    | Entity::Exception(..)
                    | Entity::NamedTuple(_)
            ),
            _ => false,
        };
        let is_known = |term: &Term| {
            is_function(term) || matches!(term, Term::Entity(Entity::Text(_))) || self.is_none(term)
        };
        match (left, right) {
            (Term::Entity(Entity::Function(a)), Term::Entity(Entity::Function(b)))
            | (Term::Entity(Entity::Exception(_, a)), Term::Entity(Entity::Exception(_, b))) => Some(a == b),
            (Term::Entity(Entity::Known(a)), Term::Entity(Entity::Known(b))) => Some(a == b),
            (Term::Entity(Entity::CFunction(a)), Term::Entity(Entity::CFunction(b))) => {
                Some(a.address == b.address)
            }
            (Term::Entity(Entity::NamedTuple(a)), Term::Entity(Entity::NamedTuple(b))) => {
                Some(a.object == b.object)
            }
            // Two that stand in one place of the text may be of one run of it, or of two.
            (Term::Closure(a), Term::Closure(b)) if Arc::ptr_eq(&a.syntax, &b.syntax) => {
                Rc::ptr_eq(a, b).then_some(true)
            }
            (a, b) if (is_function(a) && is_known(b)) || (is_known(a) && is_function(b)) => Some(false),
            _ => None,
        }
    }

    /// `in` a tuple, and `not in`.
    pub(crate) fn compare_with_items(
        &mut self,
        op: CompareOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Value> {
        let (Term::Tuple(items) | Term::Named(_, items) | Term::List(items)) = right else {
            return self.compare(op, held(left), right, span, spans);
        };
        let mut found = self.body.constant(Const::Bool(false), Ty::Bool, span);
        for item in items {
            let equal = self.compare(CompareOp::Eq, left, item, span, spans)?;
            found = self.any(found, equal, span);
        }
        Ok(if op == CompareOp::In { found } else { convert::not(&mut self.body, found, span) })
    }

    /// Tuples are compared item by item, as Python does; the first that differs decides.
    fn compare_tuples(
        &mut self,
        op: CompareOp,
        a: &[Term],
        b: &[Term],
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Option<Value>> {
        let strict = match op {
            CompareOp::Lt | CompareOp::Le => CompareOp::Lt,
            CompareOp::Gt | CompareOp::Ge => CompareOp::Gt,
            CompareOp::Eq | CompareOp::Ne => {
                let mut equal = self.body.constant(Const::Bool(a.len() == b.len()), Ty::Bool, span);
                for (x, y) in a.iter().zip(b) {
                    let one = self.compare(CompareOp::Eq, x, y, span, spans)?;
                    equal = self.body.emit(Op::Binary(BinaryOp::And, equal, one), Ty::Bool, span);
                }
                let is_equality = op == CompareOp::Eq;
                return Ok(Some(if is_equality { equal } else { convert::not(&mut self.body, equal, span) }));
            }
            CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn => return Ok(None),
        };
        let at_end = match op {
            CompareOp::Lt => a.len() < b.len(),
            CompareOp::Le => a.len() <= b.len(),
            CompareOp::Gt => a.len() > b.len(),
            _ => a.len() >= b.len(),
        };
        let mut holds = self.body.constant(Const::Bool(at_end), Ty::Bool, span);
        for (x, y) in a.iter().zip(b).rev() {
            let equal = self.compare(CompareOp::Eq, x, y, span, spans)?;
            let before = self.compare(strict, x, y, span, spans)?;
            holds = self.either(equal, holds, before, span);
        }
        Ok(Some(holds))
    }

    /// A comparison of two values, if their types have one.
    pub(crate) fn compare_values(
        &mut self,
        comparison: Comparison,
        a: Value,
        b: Value,
        span: Span,
    ) -> Option<Value> {
        let is_equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
        let ty = match (self.body.ty(a), self.body.ty(b)) {
            (Ty::Unit, Ty::Unit) if is_equality => {
                return Some(self.body.constant(Const::Bool(comparison == Comparison::Eq), Ty::Bool, span));
            }
            (a_ty @ Ty::Pointer(_), Ty::Pointer(_) | Ty::Unit) => {
                let b = if a_ty == self.body.ty(b) { b } else { convert::to(&mut self.body, b, a_ty, span) };
                return Some(self.body.emit(Op::Compare(comparison, a, b), Ty::Bool, span));
            }
            (Ty::Unit, b_ty @ Ty::Pointer(_)) => {
                let a = convert::to(&mut self.body, a, b_ty, span);
                return Some(self.body.emit(Op::Compare(comparison, a, b), Ty::Bool, span));
            }
            (Ty::Unit, Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))
            | (Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_), Ty::Unit)
                if is_equality =>
            {
                return Some(self.body.constant(Const::Bool(comparison == Comparison::Ne), Ty::Bool, span));
            }
            (x @ (Ty::Bool | Ty::Int(_)), y) if x == y => x,
            (Ty::Int(x), Ty::Int(y)) if x.bits == 64 && y.bits == 64 && x.is_signed != y.is_signed => {
                return Some(self.compare_signs(comparison, a, b, span));
            }
            (x, y) => promote::arithmetic(x, y)?,
        };
        if matches!(ty, Ty::Complex(_)) && !is_equality {
            return None;
        }
        let a = convert::to(&mut self.body, a, ty, span);
        let b = convert::to(&mut self.body, b, ty, span);
        Some(self.body.emit(Op::Compare(comparison, a, b), Ty::Bool, span))
    }

    /// `int64` with `uint64`: a negative number is less than all unsigned ones.
    fn compare_signs(&mut self, comparison: Comparison, a: Value, b: Value, span: Span) -> Value {
        let unsigned = Ty::Int(IntTy::U64);
        let is_first_signed = self.body.ty(a) == Ty::I64;
        let signed = if is_first_signed { a } else { b };
        let is_negative = self.compare_zero(Comparison::Lt, signed, span);
        let (x, y) =
            (convert::to(&mut self.body, a, unsigned, span), convert::to(&mut self.body, b, unsigned, span));
        let holds = self.body.emit(Op::Compare(comparison, x, y), Ty::Bool, span);
        let when_negative = match comparison {
            Comparison::Eq => false,
            Comparison::Ne => true,
            Comparison::Lt | Comparison::Le => is_first_signed,
            Comparison::Gt | Comparison::Ge => !is_first_signed,
        };
        if when_negative {
            return self.body.emit(Op::Binary(BinaryOp::Or, is_negative, holds), Ty::Bool, span);
        }
        let is_other = convert::not(&mut self.body, is_negative, span);
        self.body.emit(Op::Binary(BinaryOp::And, is_other, holds), Ty::Bool, span)
    }

    /// `is None`, `is not None`, and `is` between pointers.
    fn identity(
        &mut self,
        op: CompareOp,
        a: Value,
        b: Value,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<Value> {
        let comparison = if op == CompareOp::Is { Comparison::Eq } else { Comparison::Ne };
        let types = (self.body.ty(a), self.body.ty(b));
        let is_allowed = matches!(types, (Ty::Unit, _) | (_, Ty::Unit) | (Ty::Bool, Ty::Bool));
        if !is_allowed {
            let title =
                format!("`{}` of `{}` and `{}`", op.text(), self.ty_name(types.0), self.ty_name(types.1));
            let stop =
                self.error(Id::WrongOperand, spans.1, title, "expected `None`: values here have no identity");
            return Err(stop.help(format!("write `{}`", if op == CompareOp::Is { "==" } else { "!=" })));
        }
        self.compare_values(comparison, a, b, span).ok_or_else(|| self.not_comparable(op, a, b, spans))
    }

    fn not_comparable(&self, op: CompareOp, a: Value, b: Value, spans: (Span, Span)) -> Stop {
        let (a, b) = (self.body.ty(a), self.body.ty(b));
        let title = format!("`{}` of `{}` and `{}`", op.text(), self.ty_name(a), self.ty_name(b));
        let stop = self.error(Id::WrongOperand, spans.1, title, "these have no order or equality");
        match (a, b) {
            (Ty::Complex(_), _) | (_, Ty::Complex(_)) => stop.help("compare `abs(…)` or `.real`"),
            (Ty::Pointer(_), _) | (_, Ty::Pointer(_)) => {
                stop.help("index it to read what it points to: `p[0]`")
            }
            (
                Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_),
                _,
            ) => stop,
        }
    }
}
