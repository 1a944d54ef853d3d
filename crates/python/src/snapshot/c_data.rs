//! What C data means to compiled code: a function, a number, a pointer.

use infer::Entity;
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyFloat, PyInt};
use tir::{CFunction, Const, Ty};

use super::entity::constant;
use super::objects::Objects;
use crate::cdata::object::Function;
use crate::cdata::{CData, Face, Kind};
use crate::library::Symbol;
use crate::signature::ty_of;
use crate::table;

/// What the C data means, if it means anything.
pub(super) fn of<'py>(
    value: &Bound<'py, PyAny>,
    data: &CData,
    objects: &mut Objects<'py>,
) -> PyResult<Option<Entity>> {
    if let Some(function) = data.function() {
        return Ok(function_of(value, function, objects));
    }
    data.check_alive()?;
    // Compiled code has the address as long as it lives.
    data.lend();
    match data.face.kind {
        Kind::Scalar(_) | Kind::Enum(..) => number_of(value, data.face),
        Kind::Pointer(_) => Ok(Some(pointer(value, data.face, data.address, objects))),
        Kind::Array(element, _) => Ok(Some(pointer(value, element.pointer(), data.address, objects))),
        Kind::Void | Kind::Function(_) | Kind::Record(_) => Ok(None),
    }
}

fn function_of<'py>(
    value: &Bound<'py, PyAny>,
    function: &Function,
    objects: &mut Objects<'py>,
) -> Option<Entity> {
    let Kind::Pointer(target) = function.base.face.kind else { return None };
    let symbol = function.origin.and_then(|origin| {
        // SAFETY: the function keeps its origin alive.
        let origin = unsafe { Borrowed::from_ptr(value.py(), origin.as_ptr()) };
        origin.cast::<Symbol>().ok().map(|symbol| symbol.get().name.clone())
    });
    let Some(name) = symbol else {
        // A callback, or a cast: a pointer that compiled code calls or passes on.
        return Some(pointer(value, function.base.face, function.base.address, objects));
    };
    Some(Entity::CFunction(CFunction {
        name,
        address: function.base.address.expose_provenance() as u64,
        ty: target.id,
        // Nobody says of a C function that it does not call back.
        can_call_back: true,
        keeps: Some(objects.number(value)),
    }))
}

/// A frozen address, with what it may point into kept alive.
fn pointer<'py>(
    value: &Bound<'py, PyAny>,
    face: &Face,
    address: *mut u8,
    objects: &mut Objects<'py>,
) -> Entity {
    objects.keep(value);
    Entity::Constant(Const::Int(address.expose_provenance() as i128), Ty::Pointer(face.id))
}

fn number_of(value: &Bound<'_, PyAny>, face: &Face) -> PyResult<Option<Entity>> {
    let py = value.py();
    let Some(ty) = ty_of(&table::read(), face.id) else { return Ok(None) };
    let class = match ty {
        Ty::Bool | Ty::Int(_) => py.get_type::<PyInt>(),
        Ty::Float(_) => py.get_type::<PyFloat>(),
        Ty::Complex(_) => py.get_type::<PyComplex>(),
        Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => return Ok(None),
    };
    Ok(constant(&class.call1((value,))?, ty))
}
