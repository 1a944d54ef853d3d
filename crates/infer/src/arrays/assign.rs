//! Assignment to views, to chosen elements, and in place.

use std::rc::Rc;

use diagnostic::Id;
use source::Span;
use tir::{BinaryOp, Comparison, Const, Ty, Value};

use crate::arrays::Lazy;
use crate::arrays::indexing::{Chosen, Indexed};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `view = value`: every element, the value broadcast.
    pub(crate) fn assign_view(&mut self, view: Value, term: &Term, span: Span) -> Walked<()> {
        self.check_writable(view, span)?;
        let Some(lazy) = self.as_lazy(term, span)? else { return Err(self.not_elements(term, span)) };
        self.check_rank(view, &lazy, span)?;
        self.apart_from(view, &lazy, span, &mut |walker, lazy| walker.store_elements(view, lazy, span))
    }

    /// `target op= value` of an array: its own elements change.
    pub(crate) fn update_view(
        &mut self,
        op: pysyntax::BinaryOp,
        view: Value,
        right: &Term,
        span: Span,
        spans: (Span, Span),
    ) -> Walked<()> {
        self.check_writable(view, spans.0)?;
        let Some(right) = self.as_lazy(right, spans.1)? else {
            return Err(self.not_elements(right, spans.1));
        };
        let own = self.lazy_array(view);
        let result = self.lazy_binary(op, &own, &right, span)?;
        let (from, to) = (result.element, own.element);
        if !same_kind(from.ty(), to.ty()) {
            let title = format!(
                "`{}=` would put `{}` into an array of `{}`",
                op.text(),
                self.ty_name(from.ty()),
                self.ty_name(to.ty())
            );
            let stop = self.error(Id::WrongValue, span, title, "expected a value of the array's kind");
            return Err(stop.help("make a new array: `a = a + b`"));
        }
        self.check_rank(view, &result, span)?;
        self.apart_from(view, &result, span, &mut |walker, lazy| walker.store_elements(view, lazy, span))
    }

    fn check_rank(&self, view: Value, lazy: &Lazy, span: Span) -> Walked<()> {
        let rank = self.array_ty(view).map_or(0, |ty| ty.rank);
        if lazy.rank <= rank {
            return Ok(());
        }
        let title = format!("an array of {} axes does not fit one of {rank}", lazy.rank);
        Err(self.error(Id::WrongValue, span, title, format!("expected at most {rank} axes")))
    }

    /// Writes every element of `to`: the shape of `lazy` is that of `to`, or broadcasts to it.
    pub(crate) fn store_elements(&mut self, to: Value, lazy: &Rc<Lazy>, span: Span) -> Walked<()> {
        let dims = self.dims(to, span);
        for leaf in lazy.arrays() {
            self.check_fits(leaf, &dims, span);
        }
        self.write_all(to, &dims, lazy, span)
    }

    /// Raises where an array does not broadcast to these lengths.
    fn check_fits(&mut self, leaf: Value, dims: &[Value], span: Span) {
        let own = self.dims(leaf, span);
        let one = self.word(1, span);
        let skipped = dims.len().saturating_sub(own.len());
        for (length, wanted) in own.iter().zip(&dims[skipped..]) {
            let differs = self.test(Comparison::Ne, *length, *wanted, span);
            let is_long = self.test(Comparison::Ne, *length, one, span);
            let is_wrong = self.both(differs, is_long, span);
            let text = "could not broadcast input array from shape into shape: ";
            self.raise_shapes(is_wrong, text, &[own.clone(), dims.to_vec()], span);
        }
    }

    /// `array[mask] = value`.
    pub(crate) fn assign_masked(
        &mut self,
        array: Value,
        mask: &Rc<Lazy>,
        term: &Term,
        span: Span,
    ) -> Walked<()> {
        self.check_writable(array, span)?;
        let dims = self.dims(array, span);
        let shapes: Vec<Vec<Value>> = mask.arrays().into_iter().map(|leaf| self.dims(leaf, span)).collect();
        let own = self.broadcast(&shapes, span);
        self.check_mask(&own, &dims, span);
        let Some(value) = self.as_lazy(term, span)? else { return Err(self.not_elements(term, span)) };
        if value.has_arrays() {
            let mask = self.force(mask, span)?;
            let value = self.force(&value, span)?;
            self.call_prelude("array.put_mask", &[array, mask, value], span)?;
            return Ok(());
        }
        let value = self.scalar_of(&value, span)?;
        let element = self.array_ty(array).map_or(Ty::F64, |ty| ty.element.ty());
        let value = Term::Value(self.assigned(&Term::Value(value), element, span)?);
        self.apart_from(array, mask, span, &mut |walker, mask| {
            walker.walk_elements(&dims, &[array], mask, span, &mut |walker, at, arrays, holds| {
                walker.if_else(
                    holds,
                    &mut |walker| walker.set_element(arrays[0], at.to_vec(), &value, span),
                    &mut |_| Ok(()),
                )
            })
        })
    }

    fn check_mask(&mut self, mask: &[Value], dims: &[Value], span: Span) {
        for (axis, (a, b)) in mask.iter().zip(dims).enumerate() {
            let differ = self.test(Comparison::Ne, *a, *b, span);
            let text =
                format!("boolean index did not match indexed array along axis {axis}; size of axis is ");
            let pieces = vec![text, " but size of corresponding boolean axis is ".to_owned(), String::new()];
            self.raise_formatted(differ, "IndexError", pieces, vec![*b, *a], span);
        }
    }

    /// `array[mask]`: the chosen elements, one after the other.
    pub(crate) fn take_masked(&mut self, array: Value, mask: &Rc<Lazy>, span: Span) -> Walked<Value> {
        let mask = self.force(mask, span)?;
        let (own, dims) = (self.dims(mask, span), self.dims(array, span));
        self.check_mask(&own, &dims, span);
        let taken = self.call_prelude("array.take_mask", &[array, mask], span)?;
        self.value(&taken, span)
    }

    /// `array[indices] = value`.
    pub(crate) fn assign_chosen(
        &mut self,
        chosen: &Chosen,
        indexed: Indexed,
        term: &Term,
        span: Span,
    ) -> Walked<()> {
        self.check_writable(chosen.array, span)?;
        let Some(value) = self.as_lazy(term, span)? else { return Err(self.not_elements(term, span)) };
        if !value.has_arrays() {
            let value = self.scalar_of(&value, span)?;
            return self.loop_nest(&chosen.dims, true, span, &mut |walker, at| {
                let to = walker.chosen_indices(chosen, indexed, at, span);
                walker.set_element(chosen.array, to, &Term::Value(value), span)
            });
        }
        let value = self.computed(&value, value.element, span)?;
        self.check_fits(value, &chosen.dims, span);
        self.loop_nest(&chosen.dims, true, span, &mut |walker, at| {
            let to = walker.chosen_indices(chosen, indexed, at, span);
            let from = walker.broadcast_indices(value, at, span);
            let element = walker.get_element(value, from, span);
            walker.set_element(chosen.array, to, &Term::Value(element), span)
        })
    }

    /// Builds what writes elements of `to` and reads those of an expression: where the expression reads
    /// other memory that overlaps, it is computed before. The very elements that are written may be
    /// read: each is read before it is written.
    fn apart_from(
        &mut self,
        to: Value,
        lazy: &Rc<Lazy>,
        span: Span,
        build: &mut dyn FnMut(&mut Self, &Rc<Lazy>) -> Walked<()>,
    ) -> Walked<()> {
        let others: Vec<Value> = lazy.arrays().into_iter().filter(|leaf| *leaf != to).collect();
        let mut overlaps = self.body.constant(Const::Bool(false), Ty::Bool, span);
        for leaf in others {
            if !self.is_fresh(leaf) && !self.is_fresh(to) {
                let one = self.overlap(to, leaf, span);
                overlaps = match self.body.as_const(overlaps) {
                    Some(_) => one,
                    None => self.body.emit(tir::Op::Binary(BinaryOp::Or, overlaps, one), Ty::Bool, span),
                };
            }
        }
        if self.body.as_const(overlaps) == Some(Const::Bool(false)) {
            return build(self, lazy);
        }
        let (yes, no) = self.body.branch(overlaps);
        let after = self.body.block();
        self.body.switch_to(yes);
        let before = self.computed(lazy, lazy.element, span)?;
        let before = self.lazy_array(before);
        build(self, &before)?;
        self.body.jump(after, Vec::new());
        self.body.switch_to(no);
        build(self, lazy)?;
        self.body.jump(after, Vec::new());
        self.body.switch_to(after);
        Ok(())
    }

    /// Whether the memory is this function's own and nobody else's yet.
    fn is_fresh(&self, array: Value) -> bool {
        matches!(self.body.op_of(array), Some(tir::Op::Allocate { .. }))
    }

    /// Whether two arrays may share memory and are not the very same elements.
    fn overlap(&mut self, a: Value, b: Value, span: Span) -> Value {
        let (a_low, a_high) = self.extent(a, span);
        let (b_low, b_high) = self.extent(b, span);
        let x = self.test(Comparison::Lt, a_low, b_high, span);
        let y = self.test(Comparison::Lt, b_low, a_high, span);
        self.both(x, y, span)
    }

    /// The addresses between which all elements lie.
    fn extent(&mut self, array: Value, span: Span) -> (Value, Value) {
        let data = self.data(array, span);
        let data = self.body.emit(tir::Op::Convert(data), Ty::I64, span);
        let item = self.array_ty(array).map_or(0, |ty| self.item_size(ty.element));
        let (zero, one) = (self.word(0, span), self.word(1, span));
        let mut low = data;
        let item = self.word(i128::from(item), span);
        let mut high = self.int(BinaryOp::Add, data, item, span);
        let (dims, strides) = (self.dims(array, span), self.strides(array, span));
        for (dim, stride) in dims.into_iter().zip(strides) {
            let last = self.int(BinaryOp::Sub, dim, one, span);
            let reach = self.int(BinaryOp::Mul, last, stride, span);
            let back = self.int(BinaryOp::Min, reach, zero, span);
            let ahead = self.int(BinaryOp::Max, reach, zero, span);
            low = self.int(BinaryOp::Add, low, back, span);
            high = self.int(BinaryOp::Add, high, ahead, span);
        }
        (low, high)
    }

    pub(crate) fn check_writable(&self, array: Value, span: Span) -> Walked<()> {
        match self.array_ty(array) {
            Some(ty) if !ty.is_writable => {
                let title = "the array is read-only";
                let stop = self.error(Id::ConstTarget, span, title, "cannot be assigned to");
                Err(stop.help("copy it first: `a.copy()`"))
            }
            _ => Ok(()),
        }
    }

    fn not_elements(&self, term: &Term, span: Span) -> Stop {
        let title = format!("{} cannot be assigned to elements of an array", self.describe(term));
        self.error(Id::WrongValue, span, title, "expected a number or an array")
    }
}

/// Whether NumPy lets an operation in place narrow one type to the other: not to a lesser kind.
fn same_kind(from: Ty, to: Ty) -> bool {
    let kind = |ty: Ty| match ty {
        Ty::Bool => 0,
        Ty::Int(int) if !int.is_signed => 1,
        Ty::Int(_) => 2,
        Ty::Float(_) => 3,
        Ty::Complex(_) => 4,
        Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => 5,
    };
    kind(from) <= kind(to)
}
