//! The loops that elementwise expressions become.
//!
//! Where all arrays have the shape of the result, the loops index them directly, and as one axis if
//! none has gaps. Else another copy of the loops takes index 0 of an axis of length 1.

use std::rc::Rc;

use source::Span;
use tir::{ArrayTy, Const, Element, Op, Order, Ty, Value};

use crate::arrays::elementwise::{Lazy, Node};
use crate::arrays::ufuncs;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// How an array stands in the loops: as what, and with which indices.
type Reading = (Value, Vec<Value>);

/// What is done with each element: indices, the arrays that are written, the element.
pub(crate) type Round<'r, 'a, 'p> =
    dyn FnMut(&mut Walker<'a, 'p>, &[Value], &[Value], Value) -> Walked<()> + 'r;

impl<'a, 'p> Walker<'a, 'p> {
    /// The array that an expression gives, which is a new one unless it is one already; without arrays
    /// in it, the number.
    pub(crate) fn force(&mut self, lazy: &Rc<Lazy>, span: Span) -> Walked<Value> {
        if let Some(array) = lazy.plain_array() {
            return Ok(array);
        }
        if !lazy.has_arrays() {
            return self.scalar_of(lazy, span);
        }
        self.computed(lazy, lazy.element, span)
    }

    /// A new array of the elements.
    pub(crate) fn computed(&mut self, lazy: &Rc<Lazy>, element: Element, span: Span) -> Walked<Value> {
        let dims = self.lazy_shape(lazy, span);
        let order = self.common_order(lazy);
        let result = self.allocate(element, dims.clone(), order, false, span);
        self.write_all(result, &dims, lazy, span)?;
        Ok(result)
    }

    /// A copy in an order.
    pub(crate) fn copied(&mut self, array: Value, order: Order, span: Span) -> Walked<Value> {
        let Some(ty) = self.array_ty(array) else { return Ok(array) };
        let dims = self.dims(array, span);
        let result = self.allocate(ty.element, dims.clone(), order, false, span);
        let lazy = self.lazy_array(array);
        self.write_all(result, &dims, &lazy, span)?;
        Ok(result)
    }

    /// Fortran's order where all arrays of full rank have it, else C's.
    fn common_order(&self, lazy: &Lazy) -> Order {
        let arrays = lazy.arrays();
        let mut types = arrays.iter().filter_map(|array| self.array_ty(*array));
        let is_f = types.all(|ty| ty.order == Order::F && ty.rank == lazy.rank);
        if is_f { Order::F } else { Order::C }
    }

    /// Writes the expression's elements to all of an array, whose lengths are `dims`.
    pub(crate) fn write_all(&mut self, to: Value, dims: &[Value], lazy: &Rc<Lazy>, span: Span) -> Walked<()> {
        self.walk_elements(dims, &[to], lazy, span, &mut |walker, at, arrays, element| {
            walker.set_element(arrays[0], at.to_vec(), &Term::Value(element), span)
        })
    }

    /// Goes over all elements of an expression, which broadcasts to `dims`; `written` are arrays of that
    /// very shape.
    pub(crate) fn walk_elements(
        &mut self,
        dims: &[Value],
        written: &[Value],
        lazy: &Rc<Lazy>,
        span: Span,
        round: &mut Round<'_, 'a, 'p>,
    ) -> Walked<()> {
        let leaves = lazy.arrays();
        let mut all_same = self.body.constant(Const::Bool(true), Ty::Bool, span);
        for leaf in &leaves {
            let own = self.dims(*leaf, span);
            let same = if own.len() == dims.len() {
                self.same_shape(&own, dims, span)
            } else {
                self.body.constant(Const::Bool(own.is_empty()), Ty::Bool, span)
            };
            all_same = self.both(all_same, same, span);
        }
        match self.body.as_const(all_same) {
            Some(Const::Bool(true)) => self.straight(dims, written, lazy, span, round),
            Some(Const::Bool(false)) => self.broadcasting(dims, written, lazy, span, round),
            _ => {
                let (yes, no) = self.body.branch(all_same);
                let after = self.body.block();
                self.body.switch_to(yes);
                self.straight(dims, written, lazy, span, round)?;
                self.body.jump(after, Vec::new());
                self.body.switch_to(no);
                self.broadcasting(dims, written, lazy, span, round)?;
                self.body.jump(after, Vec::new());
                self.body.switch_to(after);
                Ok(())
            }
        }
    }

    /// All arrays have the shape of the result.
    fn straight(
        &mut self,
        dims: &[Value],
        written: &[Value],
        lazy: &Rc<Lazy>,
        span: Span,
        round: &mut Round<'_, 'a, 'p>,
    ) -> Walked<()> {
        let leaves = lazy.arrays();
        let all = || leaves.iter().chain(written);
        let orders: Vec<Order> = all()
            .filter_map(|array| self.array_ty(*array))
            .filter(|ty| ty.rank > 1)
            .map(|ty| ty.order)
            .collect();
        let has = |order| !orders.is_empty() && orders.iter().all(|own| *own == order);
        if dims.len() > 1 && (has(Order::C) || has(Order::F)) {
            let flat: Vec<(Value, Value)> =
                all().map(|array| (*array, self.flattened(*array, span))).collect();
            let of = |array: Value| flat.iter().find(|(own, _)| *own == array).map_or(array, |pair| pair.1);
            let count = self.product(dims, span);
            let outs: Vec<Value> = written.iter().map(|array| of(*array)).collect();
            return self.counted_loop(count, span, |walker, number| {
                let element = walker.element(lazy, span, &mut |walker, array| {
                    let is_single = walker.array_ty(array).is_none_or(|ty| ty.rank == 0);
                    (of(array), if is_single { Vec::new() } else { vec![number] })
                })?;
                round(walker, &[number], &outs, element)
            });
        }
        self.loop_nest(dims, !has(Order::F), span, &mut |walker, at| {
            let element = walker.element(lazy, span, &mut |walker, array| {
                let is_single = walker.array_ty(array).is_none_or(|ty| ty.rank == 0);
                (array, if is_single { Vec::new() } else { at.to_vec() })
            })?;
            round(walker, at, written, element)
        })
    }

    fn flattened(&mut self, array: Value, span: Span) -> Value {
        match self.array_ty(array) {
            Some(ty) if ty.rank > 1 => self.flat_view(array, span),
            _ => array,
        }
    }

    /// Some array is broadcast: each is seen with the lengths of the result, and does not move along an
    /// axis on which it has one element.
    fn broadcasting(
        &mut self,
        dims: &[Value],
        written: &[Value],
        lazy: &Rc<Lazy>,
        span: Span,
        round: &mut Round<'_, 'a, 'p>,
    ) -> Walked<()> {
        let seen: Vec<(Value, Value)> =
            lazy.arrays().into_iter().map(|array| (array, self.stretched(array, dims, span))).collect();
        self.loop_nest(dims, true, span, &mut |walker, at| {
            let element = walker.element(lazy, span, &mut |_, array| {
                let own = seen.iter().find(|(known, _)| *known == array);
                (own.map_or(array, |pair| pair.1), at.to_vec())
            })?;
            round(walker, at, written, element)
        })
    }

    /// An array with the lengths that it broadcasts to.
    fn stretched(&mut self, array: Value, dims: &[Value], span: Span) -> Value {
        let Some(ty) = self.array_ty(array) else { return array };
        let (own, steps) = (self.dims(array, span), self.strides(array, span));
        let (zero, one) = (self.word(0, span), self.word(1, span));
        let mut strides = vec![zero; dims.len() - own.len()];
        for (length, stride) in own.iter().zip(steps) {
            let is_single = match self.known_word(*length) {
                Some(known) => self.body.constant(Const::Bool(known == 1), Ty::Bool, span),
                None => self.test(tir::Comparison::Eq, *length, one, span),
            };
            strides.push(self.either(is_single, zero, stride, span));
        }
        let rank = super::axis_number(dims.len());
        let order = if rank == 0 { ty.order } else { Order::Any };
        let data = self.data(array, span);
        self.view(array, ArrayTy { rank, order, ..ty }, data, dims.to_vec(), strides, span)
    }

    /// The value of an expression without arrays.
    pub(crate) fn scalar_of(&mut self, lazy: &Rc<Lazy>, span: Span) -> Walked<Value> {
        self.element(lazy, span, &mut |_, array| (array, Vec::new()))
    }

    /// One element of an expression, which reads each array as `read` says.
    fn element(
        &mut self,
        lazy: &Rc<Lazy>,
        span: Span,
        read: &mut dyn FnMut(&mut Self, Value) -> Reading,
    ) -> Walked<Value> {
        match &lazy.node {
            Node::Scalar(value) => Ok(*value),
            Node::Array(array) => {
                let (array, indices) = read(self, *array);
                Ok(self.get_element(array, indices, span))
            }
            Node::Cast(of) => {
                let value = self.element(of, span, read)?;
                Ok(self.real_of(value, lazy.element, span))
            }
            Node::Apply(name, taken, operands) => {
                let mut values = Vec::new();
                for (index, of) in operands.iter().enumerate() {
                    let value = self.element(of, span, read)?;
                    values.push(convert::to(&mut self.body, value, taken.of(index).ty(), span));
                }
                self.apply_scalar(name, lazy.element, &values, span)
            }
        }
    }

    /// A number as an element of another type; a complex one loses its imaginary part.
    fn real_of(&mut self, value: Value, element: Element, span: Span) -> Value {
        let is_complex = matches!(self.body.ty(value), Ty::Complex(_));
        let value = match (self.body.ty(value), element) {
            (Ty::Complex(part), Element::Bool | Element::Int(_) | Element::Float(_)) if is_complex => {
                if element == Element::Bool {
                    return convert::not_zero(&mut self.body, value, span);
                }
                self.body.emit(Op::Unary(tir::UnaryOp::Real, value), Ty::Float(part), span)
            }
            _ => value,
        };
        convert::to(&mut self.body, value, element.ty(), span)
    }

    /// A function of NumPy on numbers of its operand's type.
    fn apply_scalar(
        &mut self,
        name: &'static str,
        result: Element,
        values: &[Value],
        span: Span,
    ) -> Walked<Value> {
        let name = match name {
            "true_divide" => "divide",
            "mod" => "remainder",
            "abs" => "absolute",
            "conj" => "conjugate",
            "bitwise_not" => "invert",
            "float_power" => "power",
            other => other,
        };
        let types: Vec<Ty> = values.iter().map(|value| self.body.ty(*value)).collect();
        if let [Ty::Int(a), Ty::Int(b)] = types[..]
            && a.is_signed != b.is_signed
            && ufuncs::is_comparison(name)
        {
            return self.compare_mixed(name, [values[0], values[1]], a.is_signed, span);
        }
        let value = match (name, types.first().copied()) {
            ("floor" | "ceil" | "trunc" | "fix" | "positive", Some(Ty::Bool | Ty::Int(_)))
            | ("positive", _) => values[0],
            ("invert", Some(Ty::Bool)) => convert::not(&mut self.body, values[0], span),
            ("bitwise_and", Some(ty @ Ty::Bool)) => {
                self.body.emit(Op::Binary(tir::BinaryOp::And, values[0], values[1]), ty, span)
            }
            ("bitwise_or", Some(ty @ Ty::Bool)) => {
                self.body.emit(Op::Binary(tir::BinaryOp::Or, values[0], values[1]), ty, span)
            }
            ("bitwise_xor", Some(ty @ Ty::Bool)) => {
                self.body.emit(Op::Binary(tir::BinaryOp::Xor, values[0], values[1]), ty, span)
            }
            _ => {
                let found = self.call_prelude(&format!("numpy.{name}"), values, span)?;
                self.value(&found, span)?
            }
        };
        Ok(convert::to(&mut self.body, value, result.ty(), span))
    }

    /// Compares an integer that has a sign with one that has none.
    fn compare_mixed(
        &mut self,
        name: &str,
        [a, b]: [Value; 2],
        is_first_signed: bool,
        span: Span,
    ) -> Walked<Value> {
        let mirrored = match name {
            "less" => "greater",
            "less_equal" => "greater_equal",
            "greater" => "less",
            "greater_equal" => "less_equal",
            other => other,
        };
        let (name, values) = if is_first_signed { (name, [a, b]) } else { (mirrored, [b, a]) };
        let found = self.call_prelude(&format!("numpy._mixed_{name}"), &values, span)?;
        self.value(&found, span)
    }
}
