//! Integers beside elements of a narrower type: those that do not fit compare as numbers do, and are errors in
//! all else, as Python's numbers are beside NumPy's arrays.

use std::rc::Rc;

use source::Span;
use tir::{Comparison, Const, Element, IntTy, Ty, Value};

use crate::arrays::elementwise::{Lazy, Node, applied};
use crate::arrays::ufuncs;
use crate::convert;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The comparison of elements with one integer that may be beyond their range.
    pub(super) fn compared_beyond(
        &mut self,
        name: &'static str,
        operand: Element,
        operands: &[Rc<Lazy>],
        span: Span,
    ) -> Option<Rc<Lazy>> {
        if !ufuncs::is_comparison(name) {
            return None;
        }
        let scalar = operands.iter().position(|lazy| matches!(lazy.node, Node::Scalar(_)))?;
        let Node::Scalar(number) = operands[scalar].node else { return None };
        let (is_below, is_above) = self.beyond(number, operand, span)?;
        // What holds if the number is below all elements, and if it is above.
        let is_left = scalar == 0;
        let below = name == "not_equal"
            || if is_left { name.starts_with("less") } else { name.starts_with("greater") };
        let above = name == "not_equal"
            || if is_left { name.starts_with("greater") } else { name.starts_with("less") };
        let mut compared = applied(name, operand, Element::Bool, operands.to_vec());
        for (is_beyond, holds) in [(is_below, below), (is_above, above)] {
            let Some(is_beyond) = is_beyond else { continue };
            let (name, flag) = if holds {
                ("bitwise_or", is_beyond)
            } else {
                ("bitwise_and", convert::not(&mut self.body, is_beyond, span))
            };
            let flag = Rc::new(Lazy { node: Node::Scalar(flag), element: Element::Bool, rank: 0 });
            compared = applied(name, Element::Bool, Element::Bool, vec![compared, flag]);
        }
        Some(compared)
    }

    /// Raises `OverflowError` where an integer, taken as Python's, does not fit elements of this type.
    pub(crate) fn check_integer(&mut self, value: Value, element: Element, span: Span) {
        let Some((is_below, is_above)) = self.beyond(value, element, span) else { return };
        let no = self.body.constant(Const::Bool(false), Ty::Bool, span);
        let is_beyond = self.some(is_below.unwrap_or(no), is_above.unwrap_or(no), span);
        let pieces =
            vec!["Python integer ".to_owned(), format!(" out of bounds for {}", self.ty_name(element.ty()))];
        self.raise_formatted(is_beyond, "OverflowError", pieces, vec![value], span);
    }

    /// Whether an `int64` is below the range of an integer type, and whether it is above; none if it cannot be.
    fn beyond(
        &mut self,
        value: Value,
        element: Element,
        span: Span,
    ) -> Option<(Option<Value>, Option<Value>)> {
        let Element::Int(int) = element else { return None };
        if self.body.ty(value) != Ty::I64 || int == IntTy::I64 {
            return None;
        }
        let known = self.known_word(value);
        let bits = u32::from(int.bits) - u32::from(int.is_signed);
        let lowest = if int.is_signed { -(1_i128 << bits) } else { 0 };
        let highest = (1_i128 << bits) - 1;
        if known.is_some_and(|known| (lowest..=highest).contains(&known)) {
            return None;
        }
        let mut test = |comparison, limit: i128| {
            let limit = self.word(limit, span);
            self.test(comparison, value, limit, span)
        };
        let is_below = test(Comparison::Lt, lowest);
        let is_above = (int.bits < 64).then(|| test(Comparison::Gt, highest));
        Some((Some(is_below), is_above))
    }
}
