//! From C memory to Python.

use std::ptr::NonNull;

use ctype::{BitField, IntType};
use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::object::{self, CData};
use super::record::FieldFace;
use crate::failure::Failure;

/// The Python value at `address`: a number, bytes or a string for scalars, C data for the rest.
/// What is not copied out of the memory keeps `owner` alive.
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
            object::plain(py, face, unsafe { address.cast::<*mut u8>().read_unaligned() })
        }
        Kind::Array(element, None) => load_open_array(py, face, element, address, owner),
        Kind::Array(..) | Kind::Record(_) => {
            let rest = extent_to_end(address, owner).unwrap_or_else(|| face.size().unwrap_or(0));
            if owner.is_none() && face.is_open() {
                return object::plain(py, face, address);
            }
            object::view(py, face, address, owner, rest)
        }
        Kind::Void | Kind::Function(_) => {
            Err(Failure::wrong_type(format!("a value of type '{}' cannot be read", face.name())))
        }
    }
}

/// The array at the end of a struct: as long as owned memory says, else a pointer.
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
            Some(bits) => {
                let value = read_bits(field.face, bits, address);
                let is_bool = matches!(field.face.kind, Kind::Scalar(Scalar::Bool));
                let object = if is_bool {
                    ffi::PyBool_FromLong(std::ffi::c_long::from(value != 0))
                } else {
                    pyobject::from_i128(value)
                };
                owned(py, object)
            }
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

/// The value of a bit-field. Only the bytes that hold its bits are touched.
///
/// # Safety
/// The storage unit lies at `unit`, as far as the field's last bit.
unsafe fn read_bits(face: &Face, bits: BitField, unit: *const u8) -> i128 {
    let (first, count, shift) = bytes_of(bits);
    let mut word = [0_u8; 16];
    // SAFETY: the caller's promise: these bytes hold bits of the field.
    unsafe { std::ptr::copy_nonoverlapping(unit.add(first), word.as_mut_ptr(), count) };
    let unused = 128 - bits.width;
    let top = (u128::from_le_bytes(word) >> shift) << unused;
    if is_signed(face) { top.cast_signed() >> unused } else { (top >> unused).cast_signed() }
}

/// Writes a bit-field, leaving its neighbours.
///
/// # Safety
/// As for [`read_bits`], and the memory may be written.
pub(crate) unsafe fn write_bits(bits: BitField, value: i128, unit: *mut u8) {
    let (first, count, shift) = bytes_of(bits);
    let mut word = [0_u8; 16];
    let mask = ((1_u128 << bits.width) - 1) << shift;
    // SAFETY: the caller's promise: these bytes hold bits of the field.
    unsafe {
        std::ptr::copy_nonoverlapping(unit.add(first), word.as_mut_ptr(), count);
        let kept = u128::from_le_bytes(word) & !mask;
        let word = (kept | ((value.cast_unsigned() << shift) & mask)).to_le_bytes();
        std::ptr::copy_nonoverlapping(word.as_ptr(), unit.add(first), count);
    }
}

/// Which bytes of the storage unit hold the field, and how far up in them it starts.
fn bytes_of(bits: BitField) -> (usize, usize, u32) {
    let start = usize::try_from(bits.start.get()).unwrap_or(0);
    let (first, shift) = (start / 8, start % 8);
    let count = (shift + bits.width as usize).div_ceil(8);
    (first, count, u32::try_from(shift).unwrap_or(0))
}
