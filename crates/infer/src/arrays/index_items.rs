//! What stands between the brackets of an array: integers, slices, new axes, an ellipsis, arrays.

use diagnostic::Id;
use pysyntax::{ExprId, ExprKind};
use source::Span;
use tir::{BinaryOp, Comparison, Const, Element, Ty, Value};

use crate::arrays::Lazy;
use crate::calls::Args;
use crate::optional::held;
use crate::stop::Walked;
use crate::term::{Bounds, Term};
use crate::walk::Walker;

/// One of the items.
#[derive(Clone, Debug)]
pub(crate) enum IndexItem {
    /// An integer, as it was given.
    At(Value),
    /// `lower:upper:step`.
    Slice(Option<Value>, Option<Value>, Option<Value>),
    /// `None`.
    NewAxis,
    /// `...`.
    Ellipsis,
    /// An array of truth values, over as many axes as it has.
    Mask(std::rc::Rc<Lazy>, Span),
    /// An array of integers.
    Fancy(std::rc::Rc<Lazy>, Span),
}

impl IndexItem {
    /// How many axes of the array it is about.
    pub(crate) fn axes(&self) -> usize {
        match self {
            Self::At(..) | Self::Slice(..) | Self::Fancy(..) => 1,
            Self::NewAxis | Self::Ellipsis => 0,
            Self::Mask(mask, _) => usize::from(mask.rank),
        }
    }
}

/// A bound of a slice: whether it is not `None`, where only that is known when it runs, and the bound.
type Bound = (Option<Value>, Value);

/// A slice of an axis, worked out.
pub(crate) struct Range {
    pub(crate) start: Value,
    pub(crate) step: Value,
    pub(crate) count: Value,
}

impl Walker<'_, '_> {
    /// The items of an index expression.
    pub(crate) fn index_items(&mut self, index: ExprId) -> Walked<Vec<IndexItem>> {
        let syntax = self.syntax();
        if let ExprKind::Tuple(items) = &syntax.exprs[index].kind {
            return items.iter().map(|item| self.index_item(*item)).collect();
        }
        let span = self.span_of(index);
        if matches!(syntax.exprs[index].kind, ExprKind::Slice { .. } | ExprKind::Ellipsis | ExprKind::None) {
            return Ok(vec![self.index_item(index)?]);
        }
        let term = self.walk_lazy(index)?;
        let term = self.present(&term, span);
        if let Term::Tuple(items) | Term::Named(_, items) = term {
            return items.iter().map(|item| self.term_item(item, span)).collect();
        }
        Ok(vec![self.term_item(&term, span)?])
    }

    fn index_item(&mut self, item: ExprId) -> Walked<IndexItem> {
        let syntax = self.syntax();
        let span = self.span_of(item);
        match &syntax.exprs[item].kind {
            ExprKind::Slice { lower, upper, step } => {
                let bounds = [*lower, *upper, *step].map(|bound| self.slice_bound(bound));
                let [lower, upper, step] = bounds;
                let (lower, upper, step) = self.bounds([lower?, upper?, step?], span);
                Ok(IndexItem::Slice(lower, upper, step))
            }
            ExprKind::Ellipsis => Ok(IndexItem::Ellipsis),
            _ => {
                let term = self.walk_lazy(item)?;
                let term = self.present(&term, span);
                self.term_item(&term, span)
            }
        }
    }

    /// `slice(stop)`, `slice(start, stop)` and `slice(start, stop, step)`.
    pub(crate) fn make_slice(&mut self, args: &Args) -> Walked<Term> {
        let mut bounds = Vec::new();
        for arg in &args.positional {
            bounds.push(self.bound(&arg.term, arg.span)?);
        }
        let bounds = match bounds[..] {
            [stop] if args.named.is_empty() => [None, stop, None],
            [start, stop] if args.named.is_empty() => [start, stop, None],
            [start, stop, step] if args.named.is_empty() => [start, stop, step],
            _ => return Err(self.error(Id::WrongArguments, args.span, "`slice` takes 1 to 3 integers", "")),
        };
        Ok(Term::Slice(Box::new(self.bounds(bounds, args.span))))
    }

    fn slice_bound(&mut self, bound: Option<ExprId>) -> Walked<Option<Bound>> {
        let Some(bound) = bound else { return Ok(None) };
        let term = self.walk_expr(bound)?;
        self.bound(&term, self.span_of(bound))
    }

    /// A bound of a slice, if it is not known to be `None`.
    fn bound(&mut self, term: &Term, span: Span) -> Walked<Option<Bound>> {
        if self.is_none(term) {
            return Ok(None);
        }
        let is_present = if let Term::Optional(is_present, _) = term { Some(*is_present) } else { None };
        let value = self.value(held(term), span)?;
        match self.index_word(value, span) {
            Some(word) => Ok(Some((is_present, word))),
            None => {
                let title = format!("a slice from or to `{}`", self.ty_name(self.body.ty(value)));
                let stop = self.error(Id::WrongOperand, span, title, "expected an integer or `None`");
                Err(stop.help("convert it: `int(…)`"))
            }
        }
    }

    /// The bounds of a slice: one that is `None` when it runs is as if it were left out.
    fn bounds(&mut self, [lower, upper, step]: [Option<Bound>; 3], span: Span) -> Bounds {
        let one = self.word(1, span);
        let step = step.map(|step| self.bound_or(step, one, span));
        let known = step.map_or(Some(1), |step| self.known_word(step));
        let is_up = match (known, step) {
            (None, Some(step)) => {
                let zero = self.word(0, span);
                self.test(Comparison::Gt, step, zero, span)
            }
            (known, _) => {
                self.body.constant(Const::Bool(known.is_none_or(|known| known > 0)), Ty::Bool, span)
            }
        };
        let [low, high, zero] = [i64::MIN, i64::MAX, 0].map(|word| self.word(word.into(), span));
        let first = self.either(is_up, zero, high, span);
        let end = self.either(is_up, high, low, span);
        let lower = lower.map(|lower| self.bound_or(lower, first, span));
        (lower, upper.map(|upper| self.bound_or(upper, end, span)), step)
    }

    fn bound_or(&mut self, (is_present, word): Bound, otherwise: Value, span: Span) -> Value {
        is_present.map_or(word, |is_present| self.either(is_present, word, otherwise, span))
    }

    fn term_item(&mut self, term: &Term, span: Span) -> Walked<IndexItem> {
        match term {
            Term::Value(value) => match self.body.ty(*value) {
                Ty::Unit => return Ok(IndexItem::NewAxis),
                Ty::Int(_) => {
                    if let Some(word) = self.index_word(*value, span) {
                        return Ok(IndexItem::At(word));
                    }
                }
                _ => {}
            },
            Term::Entity(crate::Entity::Constant(Const::Unit, _)) => return Ok(IndexItem::NewAxis),
            Term::Slice(bounds) => {
                let (lower, upper, step) = **bounds;
                return Ok(IndexItem::Slice(lower, upper, step));
            }
            _ => {}
        }
        let shown = self.describe(term);
        if let Some(lazy) = self.as_lazy(term, span)?
            && lazy.has_arrays()
        {
            match lazy.element {
                Element::Bool => return Ok(IndexItem::Mask(lazy, span)),
                Element::Int(_) => return Ok(IndexItem::Fancy(lazy, span)),
                Element::Float(_) | Element::Complex(_) | Element::Record(_) => {}
            }
        }
        let title = format!("an array is indexed by {shown}");
        let label = "expected an integer, a slice, or an array of integers or truth values";
        Err(self.error(Id::WrongOperand, span, title, label))
    }

    /// The indices that a slice of an axis of this length takes, as Python counts them.
    pub(crate) fn slice_range(
        &mut self,
        (lower, upper, step): (Option<Value>, Option<Value>, Option<Value>),
        length: Value,
        span: Span,
    ) -> Range {
        let zero = self.word(0, span);
        let step = step.unwrap_or_else(|| self.word(1, span));
        if let Some(known) = self.known_word(step)
            && known != 0
        {
            return self.range_of_known_step(lower, upper, known, length, span);
        }
        let is_zero = self.test(Comparison::Eq, step, zero, span);
        self.raise_if(is_zero, "ValueError", "slice step cannot be zero", span);
        let up = self.range_of_known_step(lower, upper, 1, length, span);
        let down = self.range_of_known_step(lower, upper, -1, length, span);
        let is_up = self.test(Comparison::Gt, step, zero, span);
        let start = self.either(is_up, up.start, down.start, span);
        let distance = self.either(is_up, up.count, down.count, span);
        let back = self.body.emit(tir::Op::Unary(tir::UnaryOp::Neg, step), Ty::I64, span);
        let stride = self.either(is_up, step, back, span);
        let count = self.divided_up(distance, stride, span);
        Range { start, step, count }
    }

    fn range_of_known_step(
        &mut self,
        lower: Option<Value>,
        upper: Option<Value>,
        step: i128,
        length: Value,
        span: Span,
    ) -> Range {
        let zero = self.word(0, span);
        let step_value = self.word(step, span);
        if step > 0 {
            let start = lower.map_or(zero, |lower| self.clamped(lower, length, zero, length, span));
            let stop = upper.map_or(length, |upper| self.clamped(upper, length, zero, length, span));
            let distance = if lower.is_none() {
                stop
            } else {
                let distance = self.int(BinaryOp::Sub, stop, start, span);
                self.int(BinaryOp::Max, distance, zero, span)
            };
            let count = self.divided_up(distance, step_value, span);
            return Range { start, step: step_value, count };
        }
        let one = self.word(1, span);
        let last = self.int(BinaryOp::Sub, length, one, span);
        let before = self.word(-1, span);
        let start = lower.map_or(last, |lower| self.clamped(lower, length, before, last, span));
        let stop = upper.map_or(before, |upper| self.clamped(upper, length, before, last, span));
        let distance = self.int(BinaryOp::Sub, start, stop, span);
        let distance = self.int(BinaryOp::Max, distance, zero, span);
        let stride = self.word(-step, span);
        let count = self.divided_up(distance, stride, span);
        Range { start, step: step_value, count }
    }

    /// A bound of a slice: from the end where it is negative, and no further than the ends.
    fn clamped(&mut self, bound: Value, length: Value, low: Value, high: Value, span: Span) -> Value {
        let bound = match self.known_word(bound) {
            Some(known) if known >= 0 => bound,
            Some(_) => self.int(BinaryOp::Add, bound, length, span),
            None => {
                let zero = self.word(0, span);
                let is_negative = self.test(Comparison::Lt, bound, zero, span);
                let from_end = self.int(BinaryOp::Add, bound, length, span);
                self.either(is_negative, from_end, bound, span)
            }
        };
        let bound = match self.known_word(bound) {
            Some(known) if known >= 0 && self.known_word(low).is_some_and(|low| low <= 0) => bound,
            _ => self.int(BinaryOp::Max, bound, low, span),
        };
        self.int(BinaryOp::Min, bound, high, span)
    }

    /// A distance that is not negative by a positive stride, rounded up.
    fn divided_up(&mut self, distance: Value, stride: Value, span: Span) -> Value {
        if self.known_word(stride) == Some(1) {
            return distance;
        }
        let one = self.word(1, span);
        let rounding = self.int(BinaryOp::Sub, stride, one, span);
        let sum = self.int(BinaryOp::Add, distance, rounding, span);
        self.int(BinaryOp::FloorDiv, sum, stride, span)
    }
}
