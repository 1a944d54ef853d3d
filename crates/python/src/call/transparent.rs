//! Arguments for a transparent union: in C, any of its members is taken in its place.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::argument::{Held, pointer};
use super::store_value;
use crate::cdata::face::{Face, Kind};
use crate::cdata::object::CData;
use crate::cdata::record::FieldFace;
use crate::cdata::store::shown;
use crate::failure::Failure;

/// Writes the first member that takes the argument, and says whether it did so: the union itself and initialisers of it
/// are left to the caller, as every other type is.
///
/// # Safety
/// `room` has room for the type.
pub(super) unsafe fn store<'py>(
    face: &'static Face,
    room: *mut u8,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<bool, Failure> {
    let Some(record) = face.record().filter(|record| record.is_transparent) else { return Ok(false) };
    let is_initializer = value.is_instance_of::<PyDict>()
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>();
    let is_union = CData::of(value).is_some_and(|data| data.face.is_same(face));
    if is_initializer || is_union {
        return Ok(false);
    }
    let members = || record.fields.iter().filter(|field| field.offset == 0 && field.bits.is_none());
    for member in members() {
        // SAFETY: a member that starts where the union does lies in its room.
        if unsafe { store_member(member, room, value, held) }.is_ok() {
            return Ok(true);
        }
    }
    let types: Vec<String> = members().map(|member| format!("'{}'", member.face.name())).collect();
    let (types, given) = (types.join(" or "), shown(value));
    Err(Failure::wrong_type(format!("expected {types} for the transparent '{}', got {given}", face.name())))
}

/// # Safety
/// `room` has room for the member.
unsafe fn store_member<'py>(
    member: &FieldFace,
    room: *mut u8,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<(), Failure> {
    if let Kind::Pointer(_) = member.face.kind {
        let address = pointer(member.face, value, held)?;
        // SAFETY: the caller's promise.
        unsafe { room.cast::<*mut u8>().write_unaligned(address) };
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { store_value(member.face, room, value) }
}
