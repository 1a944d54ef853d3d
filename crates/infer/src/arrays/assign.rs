//! Assignment to views, to chosen elements, and in place.

use std::rc::Rc;

use diagnostic::Id;
use source::Span;
use tir::{ArrayTy, BinaryOp, Comparison, Const, Order, Ty, Value};

use crate::arrays::Lazy;
use crate::arrays::elementwise::Node;
use crate::arrays::indexing::{Chosen, Indexed};
use crate::convert;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `view = value`: every element, the value broadcast.
    pub(crate) fn assign_view(&mut self, view: Value, term: &Term, span: Span) -> Walked<()> {
        self.check_writable(view, span)?;
        let Some(lazy) = self.as_lazy(term, span)? else { return Err(self.not_elements(term, span)) };
        let dims = self.dims(view, span);
        self.check_number(&lazy, view, span);
        let shape = self.lazy_shape(&lazy, span);
        let texts = ["could not broadcast input array from shape ", " into shape ", ""];
        self.check_fits(&shape, &dims, texts, span);
        let lazy = if shape.len() > dims.len() { self.without_first_axes(&lazy, &dims, span)? } else { lazy };
        self.write_apart(view, &dims, &lazy, span)
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
        let Some(right) = self.as_lazy(right, spans.1)? else {
            return Err(self.not_elements(right, spans.1));
        };
        let own = self.lazy_array(view);
        let result = self.lazy_binary(op, &own, &right, span)?;
        self.write_result(&format!("{}=", op.text()), &result, (view, spans.0), span)
    }

    /// Writes what a function of NumPy gives to an array, which may be an operand of it.
    pub(crate) fn write_result(
        &mut self,
        name: &str,
        result: &Rc<Lazy>,
        (view, at): (Value, Span),
        span: Span,
    ) -> Walked<()> {
        self.check_writable(view, at)?;
        let Some(own) = self.array_ty(view) else { return Ok(()) };
        let (from, to) = (result.element.ty(), own.element.ty());
        if !same_kind(from, to) {
            let (from, to) = (self.ty_name(from), self.ty_name(to));
            let title = format!("`{name}` would put `{from}` into an array of `{to}`");
            let stop = self.error(Id::WrongValue, span, title, "expected a value of the array's kind");
            return Err(stop.help("make a new array: `a = a + b`"));
        }
        if result.rank > own.rank {
            let title = format!("an array of {} axes does not fit one of {}", result.rank, own.rank);
            return Err(self.error(
                Id::WrongValue,
                span,
                title,
                format!("expected at most {} axes", own.rank),
            ));
        }
        let dims = self.dims(view, span);
        let mut shapes: Vec<Vec<Value>> = match &result.node {
            Node::Apply(_, _, operands) => {
                operands.iter().map(|operand| self.lazy_shape(operand, span)).collect()
            }
            Node::Array(_) | Node::Scalar(_) | Node::Cast(_) => vec![self.lazy_shape(result, span)],
        };
        shapes.push(dims.clone());
        let whole = self.broadcast(&shapes, span);
        let is_same = self.same_shape(&dims, &whole, span);
        let is_other = convert::not(&mut self.body, is_same, span);
        let texts =
            ["non-broadcastable output operand with shape ", " doesn't match the broadcast shape ", ""];
        self.raise_shapes(is_other, "ValueError", &texts, &[&dims, &whole], span);
        self.write_apart(view, &dims, result, span)
    }

    /// Raises where one integer for many elements does not fit their type.
    fn check_number(&mut self, lazy: &Lazy, array: Value, span: Span) {
        if let (Node::Scalar(value), Some(ty)) = (&lazy.node, self.array_ty(array)) {
            self.check_integer(*value, ty.element, span);
        }
    }

    /// Writes every element of `to`: the shape of `lazy` is that of `to`, or broadcasts to it.
    fn write_apart(&mut self, to: Value, dims: &[Value], lazy: &Rc<Lazy>, span: Span) -> Walked<()> {
        self.apart_from(to, lazy, span, &mut |walker, lazy| walker.write_all(to, dims, lazy, span))
    }

    /// Raises where a shape does not broadcast to these lengths; axes before them must have length 1.
    fn check_fits(&mut self, shape: &[Value], dims: &[Value], texts: [&str; 3], span: Span) {
        let one = self.word(1, span);
        let mut clash = self.body.constant(Const::Bool(false), Ty::Bool, span);
        for (axis, length) in shape.iter().enumerate() {
            let is_long = self.test(Comparison::Ne, *length, one, span);
            let is_wrong = match (axis + dims.len()).checked_sub(shape.len()) {
                Some(own) => {
                    let differs = self.test(Comparison::Ne, *length, dims[own], span);
                    self.both(differs, is_long, span)
                }
                None => is_long,
            };
            clash = self.some(clash, is_wrong, span);
        }
        self.raise_shapes(clash, "ValueError", &texts, &[shape, dims], span);
    }

    /// An expression that has more axes than there are lengths: those before have length 1.
    fn without_first_axes(&mut self, lazy: &Rc<Lazy>, dims: &[Value], span: Span) -> Walked<Rc<Lazy>> {
        let array = self.force(lazy, span)?;
        let Some(ty) = self.array_ty(array) else { return Ok(lazy.clone()) };
        let (own, strides) = (self.dims(array, span), self.strides(array, span));
        let first = own.len() - dims.len();
        let order = if ty.order == Order::C || dims.is_empty() { Order::C } else { Order::Any };
        let ty = ArrayTy { rank: super::axis_number(dims.len()), order, ..ty };
        let data = self.data(array, span);
        let view = self.view(array, ty, data, own[first..].to_vec(), strides[first..].to_vec(), span);
        Ok(self.lazy_array(view))
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
        let own = self.lazy_shape(mask, span);
        self.check_mask(&own, &dims, 0, span);
        let Some(value) = self.as_lazy(term, span)? else { return Err(self.not_elements(term, span)) };
        if value.has_arrays() {
            return self.put_masked(array, mask, &value, span);
        }
        self.check_number(&value, array, span);
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

    /// Stores the elements of an array one after the other where truth values are true.
    fn put_masked(&mut self, array: Value, mask: &Rc<Lazy>, value: &Rc<Lazy>, span: Span) -> Walked<()> {
        if value.rank > 1 {
            let title = format!("an array of {} axes where truth values choose the elements", value.rank);
            let stop = self.error(Id::WrongValue, span, title, "expected a number or an array of one axis");
            return Err(stop.help("index it with the same truth values"));
        }
        // Copies: what is stored changes neither where nor what.
        let mask = self.computed(mask, mask.element, span)?;
        let value = self.computed(value, value.element, span)?;
        let count = self.call_prelude("array.count_true", &[mask], span)?;
        let count = self.value(&count, span)?;
        let (given, one) = (self.size(value, span), self.word(1, span));
        let differs = self.test(Comparison::Ne, given, count, span);
        let is_many = self.test(Comparison::Ne, given, one, span);
        let is_wrong = self.both(differs, is_many, span);
        let pieces = [
            "NumPy boolean array indexing assignment cannot assign ",
            " input values to the ",
            " output values where the mask is true",
        ];
        let pieces = pieces.map(str::to_owned).to_vec();
        self.raise_formatted(is_wrong, "ValueError", pieces, vec![given, count], span);
        self.call_prelude("array.put_mask", &[array, mask, value], span)?;
        Ok(())
    }

    /// Raises where truth values do not have the lengths of the array from this axis on.
    pub(crate) fn check_mask(&mut self, mask: &[Value], dims: &[Value], first: usize, span: Span) {
        for (axis, (a, b)) in (first..).zip(mask.iter().zip(&dims[first..])) {
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
        self.check_mask(&own, &dims, 0, span);
        let taken = self.call_prelude("array.take_mask", &[array, mask], span)?;
        self.value(&taken, span)
    }

    /// `array[indices] = value`: nothing is stored if any index is outside.
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
            self.check_chosen(chosen, indexed, span)?;
            self.check_number(&value, chosen.array, span);
            let value = self.scalar_of(&value, span)?;
            return self.loop_nest(&chosen.dims, true, span, &mut |walker, at| {
                let to = walker.chosen_indices(chosen, indexed, at, span);
                walker.set_element(chosen.array, to, &Term::Value(value), span)
            });
        }
        let value = self.computed(&value, value.element, span)?;
        let mut value = self.lazy_array(value);
        let shape = self.lazy_shape(&value, span);
        let texts = [
            "shape mismatch: value array of shape ",
            " could not be broadcast to indexing result of shape ",
            "",
        ];
        self.check_fits(&shape, &chosen.dims, texts, span);
        if shape.len() > chosen.dims.len() {
            value = self.without_first_axes(&value, &chosen.dims, span)?;
        }
        let value = self.force(&value, span)?;
        self.check_chosen(chosen, indexed, span)?;
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
