//! Which class of `ferrule.types` the type of a kind is an object of, so that typing functions can ask
//! `isinstance(x, types.Integer)`. The classes are Python's: they hold nothing that [`Type`] does not.

use ctype::{CType, CTypes, TypeId};
use pyo3::prelude::*;

use super::kind::{Literal, Seen, TypeKind};
use super::types::Type;
use crate::table;

impl TypeKind {
    /// The type as Python sees it.
    pub(crate) fn object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        // The lock is let go before the interpreter is asked.
        let class = class_of(&self, &table::read());
        let class = py.import("ferrule.types")?.getattr(class)?;
        let plain = Bound::new(py, Type { kind: self })?;
        py.get_type::<Type>().call_method1("__new__", (class, plain))
    }
}

fn class_of(kind: &TypeKind, types: &CTypes) -> &'static str {
    match kind {
        TypeKind::C(ty) => class_of_c(*ty, types),
        TypeKind::Array(_) => "Array",
        TypeKind::Tuple(items) if is_uniform(items) => "UniTuple",
        TypeKind::Tuple(_) => "Tuple",
        TypeKind::Named(named) if is_uniform(&named.items) => "NamedUniTuple",
        TypeKind::Named(_) => "NamedTuple",
        TypeKind::Optional(_) => "Optional",
        TypeKind::Text => "UnicodeType",
        TypeKind::Function(_) => "Dispatcher",
        TypeKind::Seen(Seen::Literal(Literal::Bool(_))) => "BooleanLiteral",
        TypeKind::Seen(Seen::Literal(Literal::Int(_))) => "IntegerLiteral",
        TypeKind::Seen(Seen::Literal(Literal::Text(_))) => "StringLiteral",
        TypeKind::Seen(Seen::Slice { .. }) => "SliceType",
        TypeKind::Seen(Seen::Class(_)) => "NumberClass",
        TypeKind::Seen(Seen::Other(class, _)) => class,
    }
}

fn class_of_c(ty: TypeId, types: &CTypes) -> &'static str {
    match types.get(ty) {
        CType::Void => "NoneType",
        CType::Bool => "Boolean",
        CType::Int(_) | CType::Enum(_) => "Integer",
        CType::Float(_) => "Float",
        CType::Complex(_) => "Complex",
        CType::Pointer(_) if types.is_generator_pointer(ty) => "NumPyRandomGeneratorType",
        CType::Pointer(target) if matches!(types.get(target.ty), CType::Void) => "RawPointer",
        CType::Pointer(_) => "CPointer",
        CType::Record(_) => "Record",
        CType::Array { .. } | CType::Function(_) => "Opaque",
    }
}

/// Whether there are items, all of one type.
pub(super) fn is_uniform(items: &[TypeKind]) -> bool {
    items.split_first().is_some_and(|(first, rest)| rest.iter().all(|item| item == first))
}
