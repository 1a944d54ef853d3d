//! `x.name`: fields of structs and unions, and through pointers to them.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::access::check_part;
use super::face::{Face, Kind};
use super::load::load_field;
use super::object::{CData, Storage};
use super::record::{FieldFace, RecordFace};
use super::room::Room;
use super::store::{check_writable, store_field};
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// The struct or union that C data is or points to.
fn record_of(data: &CData) -> Option<(&'static Face, &'static RecordFace)> {
    let face = match data.face.kind {
        Kind::Record(_) => data.face,
        Kind::Pointer(target) => target,
        Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Array(..) | Kind::Function(_) => return None,
    };
    face.record().map(|record| (face, record))
}

fn find<'a>(data: &CData, name: Borrowed<'_, '_, PyAny>) -> Option<(&'static Face, &'a FieldFace)> {
    let (face, record) = record_of(data)?;
    record.find(&name).map(|field| (face, field))
}

/// Where the record starts, when the field may be read and written.
#[inline]
fn record_address(data: &CData, field: &FieldFace) -> Result<*mut u8, Failure> {
    // What a fresh pointer points to is there, and a struct was checked when it was reached.
    if matches!(data.face.kind, Kind::Pointer(_)) && data.storage() != Storage::Owned {
        check_part(data, field.offset, field.size())?;
    }
    Ok(data.address)
}

/// `x.name`.
pub(super) unsafe extern "C" fn get_attribute(
    this: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects.
        let (data, name) = unsafe { (CData::of_self(this), Borrowed::from_ptr(py, name)) };
        if let Some((_, field)) = find(data, name) {
            data.check_alive()?;
            let address = record_address(data, field)?;
            // SAFETY: the record is there: checked, or C vouches for it.
            return Ok(unsafe { load_field(py, field, address, data.owner()) }?.into_ptr());
        }
        // SAFETY: live objects.
        let found = unsafe { ffi::PyObject_GenericGetAttr(this, name.as_ptr()) };
        if found.is_null() { Err(missing(py, data, name)) } else { Ok(found) }
    })
}

/// Replaces the interpreter's `AttributeError` by one that names the C type.
#[cold]
fn missing(py: Python<'_>, data: &CData, name: Borrowed<'_, '_, PyAny>) -> Failure {
    // SAFETY: the lock is held and an exception is set.
    let is_missing = unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_AttributeError) } != 0;
    if !is_missing {
        return Failure::raised(py);
    }
    // SAFETY: the lock is held.
    unsafe { ffi::PyErr_Clear() };
    unknown(data, name)
}

fn unknown(data: &CData, name: Borrowed<'_, '_, PyAny>) -> Failure {
    let kind = match record_of(data) {
        Some(_) => "field",
        None => "attribute",
    };
    let opaque = match data.face.pointee() {
        Some(target) if matches!(target.kind, Kind::Record(_)) && target.record().is_none() => {
            format!(": '{}' is opaque", target.name())
        }
        Some(_) | None => String::new(),
    };
    let name = name.to_owned();
    Failure::new(Class::Attribute, format!("{} has no {kind} '{name}'{opaque}", data.describe()))
}

/// `x.name = value`.
pub(super) unsafe extern "C" fn set_attribute(
    this: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects; the value is null for `del`.
        let (data, name) = unsafe { (CData::of_self(this), Borrowed::from_ptr(py, name)) };
        let Some((face, field)) = find(data, name) else { return Err(unknown(data, name)) };
        // SAFETY: as above.
        let Some(value) = (unsafe { Borrowed::from_ptr_or_opt(py, value) }) else {
            return Err(Failure::new(Class::Attribute, "cannot delete struct field"));
        };
        let place = || format!("field '{}' of {}", field.name, face.name());
        let _pin = data.pin_to_write().map_err(|failure| failure.at(place))?;
        let address = record_address(data, field)?;
        check_writable(field.face).map_err(|failure| failure.at(place))?;
        let room = Room::Assigned(data.room(field.face, address.wrapping_add(field.offset)));
        // SAFETY: the record and the room are there: checked, or C vouches for them.
        unsafe { store_field(field, address, room, value) }.map_err(|failure| failure.at(place))?;
        Ok(0)
    })
}

/// `dir(x)`.
pub(super) unsafe extern "C" fn dir(
    this: *mut ffi::PyObject,
    _none: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        let record = record_of(data).map(|(_, record)| record);
        let names = record.iter().flat_map(|record| record.fields.iter().map(|field| &field.name));
        Ok(PyList::new(py, names)?.into_ptr())
    })
}
