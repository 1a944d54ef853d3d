//! What Python has for values of a C type, as annotations of a stub.

use std::collections::BTreeSet;

use ctype::{CType, CTypes, FloatType, IntType, TypeId};

/// Names that stand for what may be given, with what they mean. A `str` is only a text of wide characters.
pub(crate) const ALIASES: &[(&str, &str)] = &[
    ("_Memory", "CData | Buffer"),
    ("_Pointer", "CData | Buffer | list[Any] | tuple[Any, ...]"),
    ("_Text", "CData | Buffer | str | list[Any] | tuple[Any, ...]"),
    ("_File", "CData | IO[Any]"),
    ("_Function", "CData | CFunc"),
    ("_Record", "CData | dict[str, Any] | list[Any] | tuple[Any, ...]"),
];

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
            let name = pointer(types, target.ty);
            used.add(name)
        }
        CType::Record(_) if types.passed_as(ty) != ty => used.add("Any"),
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

/// What may be given for a pointer to a type: the memory of other objects only where something is known of what lies there.
fn pointer(types: &CTypes, target: TypeId) -> &'static str {
    match types.get(target) {
        CType::Function(_) => "_Function",
        CType::Void => "_Memory",
        CType::Int(kind) if kind.is_character() && *kind != IntType::Char => "_Text",
        CType::Record(_) if target == types.file() => "_File",
        CType::Record(record) if types.record(*record).body.is_none() => "CData",
        CType::Bool
        | CType::Int(_)
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Pointer(_)
        | CType::Array { .. }
        | CType::Record(_)
        | CType::Enum(_) => "_Pointer",
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
