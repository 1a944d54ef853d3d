//! The integers between two bounds, of each dtype: `np.random.randint` and `Generator.integers`.

use diagnostic::Id;
use source::Span;
use tir::{BinaryOp, Comparison, Const, Element, IntTy, Ty, Value};

use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The integers to draw from, as 64 bits.
#[derive(Clone, Copy)]
pub(crate) struct Interval {
    pub(crate) low: Value,
    /// How far the last is from the first, without a sign.
    pub(crate) most: Value,
    pub(crate) element: Element,
}

/// The arguments that say what to draw from.
pub(crate) struct Between {
    pub(crate) low: Arg,
    pub(crate) high: Option<Arg>,
    pub(crate) dtype: Option<Arg>,
    /// Whether the upper bound is one of the numbers.
    pub(crate) endpoint: Value,
}

/// A bound as 64 bits of a type, and whether it is not of that type.
struct Bound {
    value: Value,
    is_outside: Value,
    is_negative: Value,
}

impl Walker<'_, '_> {
    /// The numbers that the arguments say; raises what NumPy raises where there are none, unless nothing is drawn.
    pub(crate) fn interval(
        &mut self,
        name: &str,
        between: &Between,
        dims: Option<&[Value]>,
        args: &Args,
    ) -> Walked<Interval> {
        let span = args.span;
        let element = self.integer_dtype(name, between.dtype.as_ref())?;
        let wide = if element == Element::Int(IntTy::U64) { IntTy::U64 } else { IntTy::I64 };
        let (low, high) = match between.high.as_ref().filter(|high| !self.is_none(&high.term)) {
            Some(high) => (self.integer_bound(&between.low, wide)?, self.integer_bound(high, wide)?),
            None => {
                let zero = self.body.constant(Const::Int(0), Ty::Int(wide), span);
                let never = self.body.constant(Const::Bool(false), Ty::Bool, span);
                let low = Bound { value: zero, is_outside: never, is_negative: never };
                (low, self.integer_bound(&between.low, wide)?)
            }
        };
        let draws = match dims {
            Some(dims) => {
                let (count, zero) = (self.product(dims, span), self.word(0, span));
                self.test(Comparison::Ne, count, zero, span)
            }
            None => self.body.constant(Const::Bool(true), Ty::Bool, span),
        };
        self.check_bounds(&low, &high, (between.endpoint, draws), (element, wide), span)?;
        let last = self.call_prelude("random._last", &[high.value, between.endpoint], span)?;
        let last = self.value(&last, span)?;
        let last = convert::to(&mut self.body, last, Ty::I64, span);
        let low = convert::to(&mut self.body, low.value, Ty::I64, span);
        let most = self.int(BinaryOp::Sub, last, low, span);
        Ok(Interval { low, most, element })
    }

    fn integer_dtype(&self, name: &str, dtype: Option<&Arg>) -> Walked<Element> {
        let Some(dtype) = dtype else { return Ok(Element::Int(IntTy::I64)) };
        match self.dtype_of(&dtype.term, dtype.span)? {
            element @ (Element::Bool | Element::Int(_)) => Ok(element),
            other => {
                let title = format!("`{name}` of `{}`", self.ty_name(other.ty()));
                Err(self.error(Id::WrongArguments, dtype.span, title, "expected an integer type or `bool`"))
            }
        }
    }

    /// A bound in 64 bits, of which the type of the argument says how they are read.
    fn integer_bound(&mut self, arg: &Arg, wide: IntTy) -> Walked<Bound> {
        let span = arg.span;
        let word = self.word_arg(arg)?;
        let is_unsigned =
            matches!(arg.term, Term::Value(value) if self.body.ty(value) == Ty::Int(IntTy::U64));
        let zero = self.word(0, span);
        // Of an unsigned number: that it is more than the others hold.
        let has_sign = self.test(Comparison::Lt, word, zero, span);
        let never = self.body.constant(Const::Bool(false), Ty::Bool, span);
        let value = convert::to(&mut self.body, word, Ty::Int(wide), span);
        let is_outside = if is_unsigned == (wide == IntTy::U64) { never } else { has_sign };
        let is_negative = if is_unsigned { never } else { has_sign };
        Ok(Bound { value, is_outside, is_negative })
    }

    fn check_bounds(
        &mut self,
        low: &Bound,
        high: &Bound,
        (endpoint, draws): (Value, Value),
        (element, wide): (Element, IntTy),
        span: Span,
    ) -> Walked<()> {
        let (least, most) = limits(element);
        let constant =
            |walker: &mut Self, value| walker.body.constant(Const::Int(value), Ty::Int(wide), span);
        let (first, end) = (constant(self, least), constant(self, most));
        let name = match element {
            Element::Bool => "bool".to_owned(),
            other => self.ty_name(other.ty()),
        };
        let is_less = self.test(Comparison::Lt, low.value, first, span);
        let is_low_out = self.either(low.is_outside, low.is_outside, is_less, span);
        let is_low_out = self.both(draws, is_low_out, span);
        self.raise_if(is_low_out, "ValueError", &format!("low is out of bounds for {name}"), span);
        // Below all numbers of the type, there is no number before the bound.
        let lowest = constant(self, limits(Element::Int(wide)).0);
        let is_beyond = self.call_prelude("random._is_beyond", &[high.value, end, endpoint, lowest], span)?;
        let is_beyond = self.value(&is_beyond, span)?;
        let is_above = if wide == IntTy::U64 {
            let is_positive = convert::not(&mut self.body, high.is_negative, span);
            self.both(is_positive, is_beyond, span)
        } else {
            self.either(high.is_outside, high.is_outside, is_beyond, span)
        };
        let is_high_out = self.both(draws, is_above, span);
        self.raise_if(is_high_out, "ValueError", &format!("high is out of bounds for {name}"), span);
        let is_negative = if wide == IntTy::U64 {
            high.is_negative
        } else {
            self.body.constant(Const::Bool(false), Ty::Bool, span)
        };
        self.call_prelude(
            "random._check_order",
            &[low.value, high.value, endpoint, is_negative, draws],
            span,
        )?;
        Ok(())
    }

    /// One number of an interval of 32 or 64 bits, or an array of them.
    pub(crate) fn draw_wide(
        &mut self,
        interval: Interval,
        size: Option<Arg>,
        span: Span,
        draw: impl FnOnce(&mut Self, Value) -> Walked<Term>,
    ) -> Walked<Term> {
        let ty = interval.element.ty();
        self.sized(size, ty, span, |walker| {
            let drawn = draw(walker, interval.most)?;
            let drawn = walker.value(&drawn, span)?;
            let number = walker.int(BinaryOp::Add, interval.low, drawn, span);
            Ok(Term::Value(convert::to(&mut walker.body, number, ty, span)))
        })
    }

    /// Whether numbers of an interval are drawn several from one word.
    pub(crate) fn is_narrow(element: Element) -> bool {
        match element {
            Element::Int(int) => int.bits < 32,
            _ => true,
        }
    }
}

/// The least and the greatest number of a type of integers.
fn limits(element: Element) -> (i128, i128) {
    match element {
        Element::Int(IntTy { bits, is_signed: true }) => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        Element::Int(IntTy { bits, is_signed: false }) => (0, (1 << bits) - 1),
        _ => (0, 1),
    }
}
