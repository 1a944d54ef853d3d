//! Attributes of arrays.

use diagnostic::Id;
use source::Span;
use tir::{ArrayTy, Const, Element, Op, Order, Ty, Value};

use crate::Entity;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// The methods that are known by name.
pub(crate) const METHODS: &[&str] = &[
    "all",
    "any",
    "argmax",
    "argmin",
    "astype",
    "conj",
    "conjugate",
    "copy",
    "cumprod",
    "cumsum",
    "dot",
    "fill",
    "flatten",
    "item",
    "max",
    "mean",
    "min",
    "prod",
    "ravel",
    "reshape",
    "round",
    "sum",
    "transpose",
    "view",
];

/// The attributes that are not methods.
pub(crate) const ATTRIBUTES: &[&str] =
    &["T", "dtype", "flat", "imag", "itemsize", "nbytes", "ndim", "real", "shape", "size", "strides"];

impl Walker<'_, '_> {
    /// `array.name`.
    pub(crate) fn array_attribute(
        &mut self,
        array: Value,
        ty: ArrayTy,
        name: &str,
        span: Span,
    ) -> Walked<Term> {
        let term = match name {
            "shape" => {
                let dims = self.dims(array, span);
                Term::Tuple(dims.into_iter().map(Term::Value).collect())
            }
            "strides" => {
                let strides = self.strides(array, span);
                Term::Tuple(strides.into_iter().map(Term::Value).collect())
            }
            "ndim" => Term::Value(self.word(i128::from(ty.rank), span)),
            "itemsize" => Term::Value(self.word(i128::from(self.item_size(ty.element)), span)),
            "size" => Term::Value(self.size(array, span)),
            "nbytes" => {
                let (size, item) = (self.size(array, span), self.item_size(ty.element));
                let item = self.word(i128::from(item), span);
                Term::Value(self.int(tir::BinaryOp::Mul, size, item, span))
            }
            "dtype" => Term::Entity(Entity::Type(ty.element.ty())),
            "T" => Term::Value(self.transposed(array, ty, span)),
            "real" | "imag" => Term::Value(self.array_part(array, ty, name, span)),
            "flat" => Term::Flat(array),
            _ => {
                if let Some(method) = METHODS.iter().find(|method| **method == name) {
                    return Ok(Term::Method(method, array));
                }
                if let Element::Record(record) = ty.element {
                    return self.field_of_records(array, ty, record, name, span);
                }
                let title = format!("`{}` has no attribute `{name}`", self.ty_name(Ty::Array(ty)));
                return Err(self.error(Id::UnknownAttribute, span, title, ""));
            }
        };
        Ok(term)
    }

    /// The axes in reverse.
    pub(crate) fn transposed(&mut self, array: Value, ty: ArrayTy, span: Span) -> Value {
        if ty.rank < 2 {
            return array;
        }
        let order = match ty.order {
            Order::C => Order::F,
            Order::F => Order::C,
            Order::Any => Order::Any,
        };
        let mut dims = self.dims(array, span);
        let mut strides = self.strides(array, span);
        dims.reverse();
        strides.reverse();
        let data = self.data(array, span);
        self.view(array, ArrayTy { order, ..ty }, data, dims, strides, span)
    }

    /// The real or the imaginary parts: a view of a complex array, else the array, or zeros.
    fn array_part(&mut self, array: Value, ty: ArrayTy, name: &str, span: Span) -> Value {
        let Element::Complex(part) = ty.element else {
            if name == "real" {
                return array;
            }
            let dims = self.dims(array, span);
            return self.allocate(ty.element, dims, Order::C, true, span);
        };
        let (dims, strides) = (self.dims(array, span), self.strides(array, span));
        let mut data = self.data(array, span);
        if name == "imag" {
            let bytes = self.word(i128::from(part.bits() / 8), span);
            data = self.moved(data, bytes, span);
        }
        let part = ArrayTy { element: Element::Float(part), order: Order::Any, ..ty };
        self.view(array, part, data, dims, strides, span)
    }

    /// One field of all records, as an array over the same memory.
    pub(crate) fn field_of_records(
        &mut self,
        array: Value,
        ty: ArrayTy,
        record: ctype::TypeId,
        name: &str,
        span: Span,
    ) -> Walked<Term> {
        let zeros = vec![self.word(0, span); usize::from(ty.rank)];
        // The field of the first record says where the fields start and what they are.
        let first = self.body.emit(Op::ElementAddress(array, zeros), Ty::Record(record), span);
        let place = self.field_place(first, name, span)?;
        let crate::places::Place::Memory { address, ty: c_type, .. } = place else {
            let title = format!("the bit-field `{name}` of all records at once");
            return Err(self.error(Id::UnsupportedType, span, title, "").help("read it in a loop"));
        };
        let held = self.held_type(c_type, span)?;
        let Some(element) = Element::of(held) else {
            let title = format!("`{}` cannot be the element of an array", self.ty_name(held));
            return Err(self.error(Id::UnsupportedType, span, title, ""));
        };
        let bytes = self.byte_pointer();
        let data = match self.body.ty(address) {
            ty if ty == bytes => address,
            Ty::Record(_) => self.body.emit(Op::FieldAddress(address, 0), bytes, span),
            _ => self.body.emit(Op::Convert(address), bytes, span),
        };
        let (dims, strides) = (self.dims(array, span), self.strides(array, span));
        let order = if ty.rank == 0 { ty.order } else { Order::Any };
        // The records may be packed.
        let is_aligned = ty.is_aligned && self.item_align(ty.element) >= self.item_align(element);
        let fields = ArrayTy { element, order, is_aligned, ..ty };
        Ok(Term::Value(self.view(array, fields, data, dims, strides, span)))
    }

    /// The constant that an `i64` is.
    pub(crate) fn known_word(&self, value: Value) -> Option<i128> {
        if let Some(Const::Int(value)) = self.body.as_const(value) { Some(value) } else { None }
    }
}
