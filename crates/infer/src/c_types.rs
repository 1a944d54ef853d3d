//! C types as types of the IR.

use ctype::{ArrayLength, CType, CTypes, FloatType, Qualified, TypeId};
use tir::{FloatTy, IntTy, Ty};

/// The type of the IR that holds a value of a C type: none for those that compiled code cannot
/// hold (`long double`, 128-bit integers, arrays, functions).
pub fn ty_of_c(types: &CTypes, ty: TypeId) -> Option<Ty> {
    match types.get(ty) {
        CType::Void => Some(Ty::Unit),
        CType::Bool => Some(Ty::Bool),
        CType::Int(_) | CType::Enum(_) => {
            let kind = types.integer_type(ty)?;
            let bits = u8::try_from(kind.size(types.model()).bits()).ok().filter(|bits| *bits <= 64)?;
            Some(Ty::Int(IntTy { bits, is_signed: kind.is_signed(types.model()) }))
        }
        CType::Float(FloatType::Float) => Some(Ty::Float(FloatTy::F32)),
        CType::Float(FloatType::Double) => Some(Ty::F64),
        CType::Complex(FloatType::Float) => Some(Ty::Complex(FloatTy::F32)),
        CType::Complex(FloatType::Double) => Some(Ty::C128),
        CType::Pointer(_) => Some(Ty::Pointer(ty)),
        CType::Record(_) => Some(Ty::Record(ty)),
        CType::Float(FloatType::LongDouble)
        | CType::Complex(FloatType::LongDouble)
        | CType::Array { .. }
        | CType::Function(_) => None,
    }
}

/// What a pointer type points to.
pub(crate) fn target(types: &CTypes, pointer: TypeId) -> Option<Qualified> {
    match types.get(pointer) {
        CType::Pointer(target) => Some(*target),
        CType::Void
        | CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => None,
    }
}

/// The element of an array type, and its length.
pub(crate) fn element(types: &CTypes, array: TypeId) -> Option<(Qualified, ArrayLength)> {
    match types.get(array) {
        CType::Array { element, length } => Some((*element, *length)),
        CType::Void
        | CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Pointer(_)
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => None,
    }
}
