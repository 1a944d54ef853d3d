//! What Python has for values of a C type, as annotations of a stub.

use std::collections::BTreeSet;

use ctype::{CType, CTypes, FloatType, IntType, TypeId};

/// The names that a stub's annotations use besides Python's own classes.
#[derive(Default, Debug)]
pub(crate) struct Used(BTreeSet<&'static str>);

impl Used {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    pub(crate) fn add(&mut self, name: &'static str) -> &'static str {
        self.0.insert(name);
        name
    }
}

/// What may be given where C takes a type.
pub(crate) fn taken(types: &CTypes, ty: TypeId, used: &mut Used) -> &'static str {
    match types.get(ty) {
        CType::Pointer(target) => {
            if let CType::Function(_) = types.get(target.ty) {
                return used.add("_Function");
            }
            used.add("_Pointer")
        }
        CType::Record(_) => used.add("_Record"),
        CType::Float(FloatType::LongDouble) => {
            used.add("CData");
            "float | CData"
        }
        CType::Void
        | CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Enum(_) => given(types, ty, used),
    }
}

/// What Python gets of a type.
pub(crate) fn given(types: &CTypes, ty: TypeId, used: &mut Used) -> &'static str {
    match types.get(ty) {
        CType::Void => "None",
        CType::Bool => "bool",
        CType::Int(IntType::Char) => "bytes",
        CType::Int(kind) if kind.is_character() => "str",
        CType::Float(FloatType::Float | FloatType::Double) => "float",
        CType::Complex(_) => "complex",
        CType::Int(_) | CType::Enum(_) => "int",
        CType::Float(FloatType::LongDouble)
        | CType::Pointer(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_) => used.add("CData"),
    }
}
