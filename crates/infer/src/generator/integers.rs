//! `Generator.integers`.

use ctype::IntType;
use source::Span;
use tir::{Element, IntTy, Order, Ty, Value};

use crate::calls::Args;
use crate::convert;
use crate::random::integers::{Between, Interval};
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `integers(low, high, size, dtype, endpoint)`.
    pub(super) fn generator_integers(&mut self, bits: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        let names = ["low", "high", "size", "dtype", "endpoint"];
        let [low, high, size, dtype, endpoint] = self.bound_args("integers", args, names)?;
        let low = self.wanted(low, "low", args)?;
        let endpoint = self.truth_or(false, endpoint.as_ref(), span)?;
        let size = size.filter(|size| !self.is_none(&size.term));
        let dims = match &size {
            Some(size) => Some(self.shape_of(size)?),
            None => None,
        };
        let between = Between { low, high, dtype, endpoint };
        let interval = self.interval("integers", &between, dims.as_deref(), args)?;
        if !Self::is_narrow(interval.element) {
            return self.draw_wide(interval, size, span, |walker, most| {
                walker.generator("below", &[bits, most], span)
            });
        }
        let is_one = dims.is_none();
        let dims = dims.unwrap_or_else(|| vec![self.word(1, span)]);
        let array = self.allocate(interval.element, dims, Order::C, false, span);
        self.fill_narrow(bits, interval, array, span)?;
        if is_one {
            let first = self.word(0, span);
            return Ok(Term::Value(self.get_element(array, vec![first], span)));
        }
        Ok(Term::Value(array))
    }

    /// Fills an array by NumPy's own function, which takes several numbers from one word.
    fn fill_narrow(&mut self, bits: Value, interval: Interval, array: Value, span: Span) -> Walked<()> {
        let (symbol, kind, width) = match interval.element {
            Element::Int(IntTy { bits: 8, .. }) => ("random_bounded_uint8_fill", IntType::UInt8, 8),
            Element::Int(_) => ("random_bounded_uint16_fill", IntType::UInt16, 16),
            _ => ("random_bounded_bool_fill", IntType::UInt8, 8),
        };
        let types = &mut *self.program.types;
        let (number, word, void) = (types.int(kind), types.int(IntType::Int64), types.void());
        let truth = types.int(IntType::UInt8);
        let bytes = self.byte_pointer_type();
        let params = [number, number, word, truth, bytes];
        let function = self.exported("integers", symbol, &params, void, span)?;
        let narrow = Ty::Int(IntTy { bits: width, is_signed: false });
        let [low, most] =
            [interval.low, interval.most].map(|value| convert::to(&mut self.body, value, narrow, span));
        let (count, data) = (self.size(array, span), self.data(array, span));
        let is_masked = convert::zero(&mut self.body, Ty::Int(IntTy { bits: 8, is_signed: false }), span);
        self.call_exported(&function, &[bits, low, most, count, is_masked, data], Ty::Unit, span);
        Ok(())
    }
}
