//! Signatures of case files: `float64(int32, double *)`. Scalars by Numba's names; a name with a
//! star is a pointer to a C type of that name. `auto` for the result leaves it to inference.

use ctype::{CTypes, FloatType, IntType, Qualified, Qualifiers, TypeId};
use infer::ty_of_c;
use tir::{FloatTy, IntTy, Ty};

/// The parameters' types and the result's.
pub(crate) fn read(types: &mut CTypes, text: &str) -> (Vec<Ty>, Option<Ty>) {
    let (result, params) = text.trim().split_once('(').expect("a signature has parentheses");
    let params = params.strip_suffix(')').expect("a signature ends in a parenthesis");
    let params = params.split(',').map(str::trim).filter(|param| !param.is_empty());
    let params = params.map(|param| ty(types, param)).collect();
    (params, (result.trim() != "auto").then(|| ty(types, result.trim())))
}

/// A type by its name.
pub(crate) fn ty(types: &mut CTypes, name: &str) -> Ty {
    if let Some(ty) = scalar(name) {
        return ty;
    }
    let ty = c_type(types, name);
    ty_of_c(types, ty).unwrap_or_else(|| panic!("`{name}` is no type of a value"))
}

fn scalar(name: &str) -> Option<Ty> {
    let int = |bits, is_signed| Some(Ty::Int(IntTy { bits, is_signed }));
    match name {
        "void" | "none" => Some(Ty::Unit),
        "bool" => Some(Ty::Bool),
        "int8" => int(8, true),
        "int16" => int(16, true),
        "int32" => int(32, true),
        "int64" => int(64, true),
        "uint8" => int(8, false),
        "uint16" => int(16, false),
        "uint32" => int(32, false),
        "uint64" => int(64, false),
        "float32" => Some(Ty::Float(FloatTy::F32)),
        "float64" => Some(Ty::F64),
        "complex64" => Some(Ty::Complex(FloatTy::F32)),
        "complex128" => Some(Ty::C128),
        _ => None,
    }
}

fn c_type(types: &mut CTypes, name: &str) -> TypeId {
    if let Some(target) = name.strip_suffix('*') {
        let target = target.trim();
        let (target, is_const) = target.strip_prefix("const ").map_or((target, false), |rest| (rest, true));
        let ty = c_type(types, target);
        return types.pointer_to(Qualified { ty, qualifiers: Qualifiers { is_const, ..Qualifiers::NONE } });
    }
    match name {
        "void" => types.void(),
        "char" => types.int(IntType::Char),
        "int" => types.int(IntType::Int),
        "long" => types.int(IntType::Long),
        "size_t" => types.int(IntType::Size),
        "float" => types.float(FloatType::Float),
        "double" => types.float(FloatType::Double),
        other => panic!("case files know no C type `{other}`"),
    }
}
