//! The type in compiled code of a C type.

use ctype::{CType, CTypes, FloatType, IntType, TypeId};
use tir::{FloatTy, IntTy, Ty};

/// The type of a value of that C type; none for what only C has, such as `long double`.
pub(crate) fn ty_of(types: &CTypes, ty: TypeId) -> Option<Ty> {
    let integer = |kind: IntType| {
        let bits = u8::try_from(kind.size(types.model()).get() * 8).ok().filter(|bits| *bits <= 64)?;
        Some(Ty::Int(IntTy { bits, is_signed: kind.is_signed(types.model()) }))
    };
    match types.get(ty) {
        CType::Void => Some(Ty::Unit),
        CType::Bool => Some(Ty::Bool),
        CType::Int(kind) => integer(*kind),
        CType::Float(kind) => float(*kind).map(Ty::Float),
        CType::Complex(kind) => float(*kind).map(Ty::Complex),
        CType::Pointer(_) => Some(Ty::Pointer(ty)),
        CType::Record(_) => Some(Ty::Record(ty)),
        CType::Enum(id) => types.enumeration(*id).body.as_ref().and_then(|(kind, _)| integer(*kind)),
        CType::Array { .. } | CType::Function(_) => None,
    }
}

fn float(kind: FloatType) -> Option<FloatTy> {
    match kind {
        FloatType::Float => Some(FloatTy::F32),
        FloatType::Double => Some(FloatTy::F64),
        FloatType::LongDouble => None,
    }
}

/// The C type of a value of compiled code, if C has it: how a result is passed that only the body
/// decides.
pub(crate) fn c_type_of(types: &mut CTypes, ty: Ty) -> Option<TypeId> {
    let kind = match ty {
        Ty::Unit => CType::Void,
        Ty::Bool => CType::Bool,
        Ty::Int(int) => CType::Int(match (int.bits, int.is_signed) {
            (8, true) => IntType::Int8,
            (8, false) => IntType::UInt8,
            (16, true) => IntType::Int16,
            (16, false) => IntType::UInt16,
            (32, true) => IntType::Int32,
            (32, false) => IntType::UInt32,
            (_, true) => IntType::Int64,
            (_, false) => IntType::UInt64,
        }),
        Ty::Float(FloatTy::F32) => CType::Float(FloatType::Float),
        Ty::Float(FloatTy::F64) => CType::Float(FloatType::Double),
        Ty::Complex(FloatTy::F32) => CType::Complex(FloatType::Float),
        Ty::Complex(FloatTy::F64) => CType::Complex(FloatType::Double),
        Ty::Pointer(ty) | Ty::Record(ty) => return Some(ty),
        Ty::Array(_) | Ty::Tuple(_) => return None,
    };
    Some(types.intern(kind))
}
