//! What a typing function is told of an argument: a type of `ferrule.types`.

use infer::{Entity, Operand, TupleClass};
use pyo3::prelude::*;
use pyo3::types::PyType;
use tir::Const;

use crate::signature::{Literal, NamedTuple, Seen, TypeKind};
use crate::snapshot::Objects;
use crate::table;

/// The type of an argument; with `literals` strings are told as the constants that they are.
pub(super) fn kind_of(operand: &Operand, literals: bool, objects: &Objects<'_>) -> PyResult<TypeKind> {
    Ok(match operand {
        Operand::Constant(Const::Bool(value), _) if literals => literal(Literal::Bool(*value)),
        Operand::Constant(Const::Int(value), _) if literals => literal(Literal::Int(*value)),
        Operand::Value(ty) | Operand::Constant(_, ty) => TypeKind::of_ty(&mut table::write(), *ty),
        Operand::Tuple(items) => {
            let items = items.iter().map(|item| kind_of(item, literals, objects));
            TypeKind::Tuple(items.collect::<PyResult<_>>()?)
        }
        Operand::Named(class, items) => {
            let items = items.iter().map(|item| kind_of(item, literals, objects));
            named(class, items.collect::<PyResult<_>>()?, objects)?
        }
        Operand::Optional(held) => TypeKind::Optional(Box::new(kind_of(held, literals, objects)?)),
        Operand::Slice { has_step } => TypeKind::Seen(Seen::Slice { has_step: *has_step }),
        Operand::Closure(name) => other("Dispatcher", format!("function({name})")),
        Operand::Other(words) => other("Opaque", words.clone()),
        Operand::Known(entity) => of_entity(entity, literals, objects)?,
    })
}

fn literal(literal: Literal) -> TypeKind {
    TypeKind::Seen(Seen::Literal(literal))
}

fn other(class: &'static str, shown: String) -> TypeKind {
    TypeKind::Seen(Seen::Other(class, shown.into()))
}

/// A tuple of a class; a plain one where the class says otherwise.
fn named(class: &TupleClass, items: Vec<TypeKind>, objects: &Objects<'_>) -> PyResult<TypeKind> {
    let object = objects.get(class.object).cast::<PyType>()?;
    Ok(NamedTuple::new(object, items.clone())?.map_or(TypeKind::Tuple(items), TypeKind::Named))
}

fn of_entity(entity: &Entity, literals: bool, objects: &Objects<'_>) -> PyResult<TypeKind> {
    Ok(match entity {
        Entity::Text(text) if literals => literal(Literal::Text(text.as_str().into())),
        Entity::Text(_) => TypeKind::Text,
        Entity::Constant(_, ty) => TypeKind::of_ty(&mut table::write(), *ty),
        Entity::Type(ty) => {
            let instance = TypeKind::of_ty(&mut table::write(), *ty);
            TypeKind::Seen(Seen::Class(Box::new(instance)))
        }
        Entity::Known(name) => other("Function", format!("Function({name})")),
        Entity::CFunction(function) => other("Function", format!("Function({})", function.name)),
        Entity::Function(number) => {
            let function = objects.get(*number);
            let name: String = function.getattr("__qualname__")?.extract()?;
            TypeKind::Function((function.as_ptr().addr(), name.into()))
        }
        Entity::Exception(name, _) => other("Callable", format!("class({name})")),
        Entity::NamedTuple(class) => other("Callable", format!("class({})", class.name)),
        Entity::Named(class, items) => {
            let items = items.iter().map(|item| of_entity(item, literals, objects));
            named(class, items.collect::<PyResult<_>>()?, objects)?
        }
        Entity::Tuple(items) => {
            let items = items.iter().map(|item| of_entity(item, literals, objects));
            TypeKind::Tuple(items.collect::<PyResult<_>>()?)
        }
        Entity::Array(array) => TypeKind::Array(array.ty),
        Entity::Namespace(_) => other("Opaque", "Module".to_owned()),
        Entity::Overloaded(_, words) | Entity::Opaque(words) => other("Opaque", words.clone()),
    })
}
