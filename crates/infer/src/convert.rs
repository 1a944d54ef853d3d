//! Conversions that never fail: those of assignment and of arithmetic.

use source::Span;
use tir::{ArrayTy, Comparison, Const, Op, Ty, UnaryOp, Value};

use crate::body::Body;

/// `value` as a `ty`, which holds it: one that [`crate::promote`] chose, or the type of a C
/// parameter or field.
pub(crate) fn to(body: &mut Body, value: Value, ty: Ty, span: Span) -> Value {
    let from = body.ty(value);
    if from == ty {
        return value;
    }
    match (from, ty) {
        (_, Ty::Unit) => body.constant(Const::Unit, Ty::Unit, span),
        (Ty::Unit, Ty::Pointer(_)) => body.constant(Const::Int(0), ty, span),
        (Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_), Ty::Bool) => not_zero(body, value, span),
        _ => body.emit(Op::Convert(value), ty, span),
    }
}

/// Whether a number is not zero or a pointer not null.
pub(crate) fn not_zero(body: &mut Body, value: Value, span: Span) -> Value {
    let ty = body.ty(value);
    if ty == Ty::Bool {
        return value;
    }
    let zero = zero(body, ty, span);
    body.emit(Op::Compare(Comparison::Ne, value, zero), Ty::Bool, span)
}

/// The zero of a type; of a record, memory that nobody reads.
pub(crate) fn zero(body: &mut Body, ty: Ty, span: Span) -> Value {
    let constant = match ty {
        Ty::Unit => Const::Unit,
        Ty::Bool => Const::Bool(false),
        Ty::Int(_) | Ty::Pointer(_) => Const::Int(0),
        Ty::Float(_) => Const::Float(0.0),
        Ty::Complex(_) => Const::Complex(0.0, 0.0),
        Ty::Record(record) => {
            let slot = body.slot(record);
            return body.emit(Op::SlotAddress(slot), ty, span);
        }
        Ty::Array(array) => return empty_array(body, array, span),
        Ty::Tuple(tuple) => {
            let items = tuple.items().iter().map(|item| zero(body, *item, span)).collect();
            return body.emit(Op::Tuple(items), ty, span);
        }
    };
    body.constant(constant, ty, span)
}

/// An array without memory, which nobody reads.
fn empty_array(body: &mut Body, array: ArrayTy, span: Span) -> Value {
    let word = body.constant(Const::Int(0), Ty::I64, span);
    let dims = vec![word; usize::from(array.rank)];
    let strides = if array.has_strides() { dims.clone() } else { Vec::new() };
    let data = body.null(span);
    body.emit(Op::View { owner: None, data, dims, strides }, Ty::Array(array), span)
}

/// The other truth value.
pub(crate) fn not(body: &mut Body, value: Value, span: Span) -> Value {
    body.emit(Op::Unary(UnaryOp::Not, value), Ty::Bool, span)
}
