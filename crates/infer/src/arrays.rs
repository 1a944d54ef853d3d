//! Arrays: what they are made of, and the arithmetic of lengths and addresses.
//!
//! A folder's file holds one thing that is done with them: attributes, indexing, elementwise
//! expressions, creation, assignment.

mod assign;
mod attributes;
mod create;
mod elementwise;
mod index_items;
mod indexing;
mod integer_range;
mod loops;
mod materialise;
mod methods;
mod pointer;
mod product;
mod shape;
mod ufuncs;

use ctype::IntType;
use source::Span;
use tir::{ArrayTy, BinaryOp, Comparison, Const, Element, Op, Order, Ty, Value};

use crate::body::ArrayFact;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

pub(crate) use attributes::{ATTRIBUTES, METHODS};
pub(crate) use create::CREATED;
pub(crate) use elementwise::{Lazy, cast};
pub(crate) use index_items::IndexItem;
pub(crate) use indexing::{Chosen, Indexed};
pub(crate) use methods::AS_FUNCTIONS;
pub(crate) use product::Product;
pub(crate) use ufuncs::{arity, elementwise_name, elementwise_names, pair};

impl Walker<'_, '_> {
    /// The array that a term is.
    pub(crate) fn as_array(&self, term: &Term) -> Option<(Value, ArrayTy)> {
        let Term::Value(value) = term else { return None };
        self.array_ty(*value).map(|ty| (*value, ty))
    }

    /// The type of an array.
    pub(crate) fn array_ty(&self, value: Value) -> Option<ArrayTy> {
        if let Ty::Array(ty) = self.body.ty(value) { Some(ty) } else { None }
    }

    /// The length of an axis.
    pub(crate) fn dim(&mut self, array: Value, axis: usize, span: Span) -> Value {
        if let Some(Op::View { dims, .. } | Op::Allocate { dims, .. }) = self.body.op_of(array) {
            return dims[axis];
        }
        self.body.array_fact(array, ArrayFact::Dim(axis_number(axis)), Ty::I64, span)
    }

    /// The lengths of all axes.
    pub(crate) fn dims(&mut self, array: Value, span: Span) -> Vec<Value> {
        let rank = self.array_ty(array).map_or(0, |ty| usize::from(ty.rank));
        (0..rank).map(|axis| self.dim(array, axis, span)).collect()
    }

    /// The bytes from one element to the next along an axis.
    pub(crate) fn stride(&mut self, array: Value, axis: usize, span: Span) -> Value {
        if let Some(Op::View { strides, .. }) = self.body.op_of(array)
            && let Some(stride) = strides.get(axis)
        {
            return *stride;
        }
        self.body.array_fact(array, ArrayFact::Stride(axis_number(axis)), Ty::I64, span)
    }

    /// The strides of all axes.
    pub(crate) fn strides(&mut self, array: Value, span: Span) -> Vec<Value> {
        let rank = self.array_ty(array).map_or(0, |ty| usize::from(ty.rank));
        (0..rank).map(|axis| self.stride(array, axis, span)).collect()
    }

    /// How many elements there are.
    pub(crate) fn size(&mut self, array: Value, span: Span) -> Value {
        let dims = self.dims(array, span);
        self.product(&dims, span)
    }

    /// The product of lengths.
    pub(crate) fn product(&mut self, values: &[Value], span: Span) -> Value {
        let Some((first, rest)) = values.split_first() else { return self.word(1, span) };
        rest.iter().fold(*first, |product, value| self.int(BinaryOp::Mul, product, *value, span))
    }

    /// The address of the first element, as a pointer to bytes.
    pub(crate) fn data(&mut self, array: Value, span: Span) -> Value {
        let ty = self.byte_pointer();
        self.body.array_fact(array, ArrayFact::Data, ty, span)
    }

    /// `unsigned char *`.
    pub(crate) fn byte_pointer(&mut self) -> Ty {
        let byte = self.program.types.int(IntType::UInt8);
        Ty::Pointer(self.program.types.pointer_to(byte))
    }

    /// A pointer to bytes, moved.
    pub(crate) fn moved(&mut self, pointer: Value, bytes: Value, span: Span) -> Value {
        if self.body.as_const(bytes) == Some(Const::Int(0)) {
            return pointer;
        }
        let ty = self.body.ty(pointer);
        self.body.emit(Op::Offset(pointer, bytes), ty, span)
    }

    /// An array over part of the memory of another.
    pub(crate) fn view(
        &mut self,
        of: Value,
        ty: ArrayTy,
        data: Value,
        dims: Vec<Value>,
        strides: Vec<Value>,
        span: Span,
    ) -> Value {
        let strides = if ty.has_strides() { strides } else { Vec::new() };
        let owner = Some(self.owner_of(of));
        self.body.emit(Op::View { owner, data, dims, strides }, Ty::Array(ty), span)
    }

    /// Whose memory an array is: what a view is a view of.
    fn owner_of(&self, array: Value) -> Value {
        match self.body.op_of(array) {
            Some(Op::View { owner: Some(owner), .. }) => *owner,
            _ => array,
        }
    }

    /// The same elements as one axis: of an array without gaps.
    pub(crate) fn flat_view(&mut self, array: Value, span: Span) -> Value {
        let Some(ty) = self.array_ty(array) else { return array };
        if ty.rank == 1 {
            return array;
        }
        let (data, size) = (self.data(array, span), self.size(array, span));
        let flat = ArrayTy { rank: 1, order: Order::C, ..ty };
        self.view(array, flat, data, vec![size], Vec::new(), span)
    }

    /// The bytes of an element.
    pub(crate) fn item_size(&self, element: Element) -> u64 {
        match element {
            Element::Bool => 1,
            Element::Int(int) => u64::from(int.bits / 8),
            Element::Float(float) => u64::from(float.bits() / 8),
            Element::Complex(part) => u64::from(part.bits() / 4),
            Element::Record(record) => {
                self.program.types.layout(record).map_or(0, |layout| layout.size.get())
            }
        }
    }

    /// What the address of an element is a multiple of, in an array that is aligned.
    pub(crate) fn item_align(&self, element: Element) -> u64 {
        match element {
            Element::Complex(part) => u64::from(part.bits() / 8),
            Element::Record(record) => {
                self.program.types.layout(record).map_or(1, |layout| layout.align.get())
            }
            Element::Bool | Element::Int(_) | Element::Float(_) => self.item_size(element),
        }
    }

    /// An `i64` constant.
    pub(crate) fn word(&mut self, value: i128, span: Span) -> Value {
        self.body.constant(Const::Int(value), Ty::I64, span)
    }

    /// An operation on two `i64`; what changes nothing is left out.
    pub(crate) fn int(&mut self, op: BinaryOp, a: Value, b: Value, span: Span) -> Value {
        let known = |walker: &Self, value| match walker.body.as_const(value) {
            Some(Const::Int(value)) => Some(value),
            _ => None,
        };
        match (op, known(self, a), known(self, b)) {
            (BinaryOp::Mul, Some(1), _) | (BinaryOp::Add, Some(0), _) => b,
            (BinaryOp::Mul, _, Some(1)) | (BinaryOp::Add | BinaryOp::Sub, _, Some(0)) => a,
            (BinaryOp::Mul, Some(0), _) | (BinaryOp::Mul, _, Some(0)) => self.word(0, span),
            (BinaryOp::Add, Some(x), Some(y)) if small(x, y) => self.word(x + y, span),
            (BinaryOp::Sub, Some(x), Some(y)) if small(x, y) => self.word(x - y, span),
            (BinaryOp::Mul, Some(x), Some(y)) if small(x, y) => self.word(x * y, span),
            (BinaryOp::Min, Some(x), Some(y)) => self.word(x.min(y), span),
            (BinaryOp::Max, Some(x), Some(y)) => self.word(x.max(y), span),
            _ => self.body.emit(Op::Binary(op, a, b), Ty::I64, span),
        }
    }

    /// A comparison of two `i64`.
    pub(crate) fn test(&mut self, comparison: Comparison, a: Value, b: Value, span: Span) -> Value {
        if a == b {
            let holds = matches!(comparison, Comparison::Eq | Comparison::Le | Comparison::Ge);
            return self.body.constant(Const::Bool(holds), Ty::Bool, span);
        }
        self.body.emit(Op::Compare(comparison, a, b), Ty::Bool, span)
    }

    /// One of two values of one type, chosen now if the condition is known.
    pub(crate) fn either(&mut self, condition: Value, yes: Value, no: Value, span: Span) -> Value {
        match self.body.as_const(condition) {
            Some(Const::Bool(true)) => yes,
            Some(Const::Bool(false)) => no,
            _ if yes == no => yes,
            _ => {
                let ty = self.body.ty(yes);
                self.body.emit(Op::Select(condition, yes, no), ty, span)
            }
        }
    }

    /// The element at indices that are in range; of records a reference.
    pub(crate) fn get_element(&mut self, array: Value, indices: Vec<Value>, span: Span) -> Value {
        let Some(ty) = self.array_ty(array) else { return array };
        let op = match ty.element {
            Element::Record(_) => Op::ElementAddress(array, indices),
            Element::Bool | Element::Int(_) | Element::Float(_) | Element::Complex(_) => {
                Op::LoadElement(array, indices)
            }
        };
        let value = self.body.emit(op, ty.element.ty(), span);
        if matches!(ty.element, Element::Record(_)) && !ty.is_writable {
            self.body.set_read_only(value);
        }
        value
    }

    /// Writes an element at indices that are in range, converted as assignment does.
    pub(crate) fn set_element(
        &mut self,
        array: Value,
        indices: Vec<Value>,
        value: &Term,
        span: Span,
    ) -> Walked<()> {
        let Some(ty) = self.array_ty(array) else { return Ok(()) };
        let value = self.assigned(value, ty.element.ty(), span)?;
        if matches!(ty.element, Element::Record(_)) {
            let to = self.body.emit(Op::ElementAddress(array, indices), ty.element.ty(), span);
            self.body.effect(Op::CopyRecord(to, value), span);
        } else {
            self.body.effect(Op::StoreElement(array, indices, value), span);
        }
        Ok(())
    }

    /// An index of any integer type as an `i64`.
    pub(crate) fn index_word(&mut self, value: Value, span: Span) -> Option<Value> {
        match self.body.ty(value) {
            Ty::Bool | Ty::Int(_) => Some(convert::to(&mut self.body, value, Ty::I64, span)),
            Ty::Unit
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => None,
        }
    }
}

/// An axis as an operation names it.
pub(crate) fn axis_number(axis: usize) -> u8 {
    u8::try_from(axis).unwrap_or(u8::MAX)
}

fn small(a: i128, b: i128) -> bool {
    a.abs() < 1 << 30 && b.abs() < 1 << 30
}
