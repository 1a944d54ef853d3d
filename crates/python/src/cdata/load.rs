//! From C memory to Python.

use std::ptr::NonNull;

use ctype::IntType;
use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::bit_field;
use super::face::{Face, Kind};
use super::object::{self, CData};
use super::record::FieldFace;
use crate::failure::Failure;

/// The Python value at `address`: a number, bytes or a string for scalars, C data for the rest.
/// What is not copied out of the memory keeps `owner` alive. What is most often read is tested first.
///
/// # Safety
/// A value of the type lies at `address`.
#[inline]
pub(crate) unsafe fn load<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the caller's promise; the results are new references or null.
    unsafe {
        if let Kind::Scalar(Scalar::F64) = face.kind {
            return owned(py, Scalar::F64.load(address));
        }
        if let Kind::Scalar(Scalar::I32) = face.kind {
            return owned(py, Scalar::I32.load(address));
        }
        load_any(py, face, address, owner)
    }
}

/// As [`load`], for every type.
///
/// # Safety
/// As for [`load`].
#[inline(never)]
unsafe fn load_any<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    match face.kind {
        Kind::Scalar(Scalar::F80 | Scalar::C80) => {
            // SAFETY: the caller's promise: the value is there.
            unsafe { copy(py, face, address) }
        }
        Kind::Scalar(scalar) => {
            // SAFETY: the caller's promise; the result is a new reference or null.
            unsafe { owned(py, scalar.load(address)) }
        }
        Kind::Enum(_) => {
            let scalar = face.known_scalar()?;
            // SAFETY: as above.
            unsafe { owned(py, scalar.load(address)) }
        }
        Kind::Pointer(_) => {
            // SAFETY: the caller's promise: a pointer lies there.
            object::plain(py, face.unqualified(), unsafe { address.cast::<*mut u8>().read_unaligned() })
        }
        Kind::Array(element, None) => load_open_array(py, face, element, address, owner),
        Kind::Array(element, Some(0)) => load_open_array(py, element.pointer(), element, address, owner),
        Kind::Array(..) | Kind::Record(_) => {
            let end = extent_to_end(address, owner);
            let rest = end.unwrap_or_else(|| face.size().unwrap_or(usize::MAX));
            if owner.is_none() && face.is_open() {
                return object::plain(py, face, address);
            }
            if let (Some(owner), None) = (owner, face.size()) {
                return super::lease::opaque_view(py, face, address, owner, rest);
            }
            object::view(py, face, address, owner, rest)
        }
        Kind::Void | Kind::Function(_) => {
            Err(Failure::wrong_type(format!("a value of type '{}' cannot be read", face.name())))
        }
    }
}

/// The array at the end of a struct: as long as owned memory says, else a pointer. One that is
/// declared with no items is a pointer too, but not past what owned memory has.
fn load_open_array<'py>(
    py: Python<'py>,
    face: &'static Face,
    element: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    match extent_to_end(address, owner) {
        Some(extent) => object::view(py, face, address, owner, extent),
        None => object::plain(py, element.pointer(), address),
    }
}

/// Bytes from `address` to the end of the memory that `owner` owns.
fn extent_to_end(address: *mut u8, owner: Option<NonNull<ffi::PyObject>>) -> Option<usize> {
    // SAFETY: whoever has the owner keeps it alive.
    let owner = unsafe { CData::of_ptr(owner?.as_ptr()) }?;
    owner.bounds().map(|bounds| bounds.end.saturating_sub(address.addr()))
}

/// A new reference or the exception that is set.
///
/// # Safety
/// `object` is a new reference, or null with an exception set.
#[inline]
pub(crate) unsafe fn owned(py: Python<'_>, object: *mut ffi::PyObject) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the caller's promise.
    match unsafe { Bound::from_owned_ptr_or_opt(py, object) } {
        Some(object) => Ok(object),
        None => Err(Failure::raised(py)),
    }
}

/// C data of its own with a copy of the value at `address`.
///
/// # Safety
/// A value of the type lies at `address`.
pub(crate) unsafe fn copy<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *const u8,
) -> Result<Bound<'py, PyAny>, Failure> {
    let made = blank(py, face)?;
    let data = CData::of(made.as_borrowed()).expect("C data was just made");
    // SAFETY: the new object has as many bytes as the type takes.
    unsafe { std::ptr::copy_nonoverlapping(address, data.address, face.size().unwrap_or(0)) };
    Ok(made)
}

/// Zeroed C data of its own, a value of the type.
pub(crate) fn blank<'py>(py: Python<'py>, face: &'static Face) -> Result<Bound<'py, PyAny>, Failure> {
    let size = face.known_size()?;
    let align = face.layout().map_or(1, |layout| layout.align.get());
    let align = usize::try_from(align).unwrap_or(1);
    if align > 16 || size > 256 || face.is_open() {
        return object::owned(py, face, size, align, 0);
    }
    let (made, address) = object::value(py, face, size, align)?;
    // SAFETY: the object has so many bytes there.
    unsafe { address.write_bytes(0, size) };
    Ok(made)
}

/// The Python value of a field of the record at `record`.
///
/// # Safety
/// The record lies there.
#[inline]
pub(crate) unsafe fn load_field<'py>(
    py: Python<'py>,
    field: &FieldFace,
    record: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the caller's promise: the field lies in the record.
    unsafe {
        let address = record.add(field.offset);
        match field.bits {
            None => load(py, field.face, address, owner),
            Some(bits) => bit_field::load(py, field.face, bits, address),
        }
    }
}

/// Whether the integers of a face have a sign.
pub(crate) fn is_signed(face: &Face) -> bool {
    let types = crate::table::read();
    let kind = types.integer_type(face.id);
    kind.is_some_and(|kind: IntType| kind.is_signed(types.model()))
        && !matches!(face.kind, Kind::Scalar(Scalar::Bool))
}
