//! `cast`: C's explicit conversion, which truncates.

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyString};
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::load::{blank, copy, owned};
use super::number::to_int;
use super::object::{self, Bounds, CData};
use super::store::{refused, shown};
use super::{c_file, extended};
use crate::failure::{Class, Failure};

/// `value` converted to the type.
pub(crate) fn cast<'py>(
    py: Python<'py>,
    face: &'static Face,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    match face.kind {
        Kind::Scalar(_) | Kind::Enum(_) => cast_scalar(py, face, face.known_scalar()?, value),
        Kind::Pointer(_) | Kind::Array(_, Some(_)) => cast_pointer(py, face, value),
        Kind::Void | Kind::Array(_, None) | Kind::Function(_) | Kind::Record(_) => {
            Err(Failure::wrong_type(format!("cannot cast to ctype '{}'", face.name())))
        }
    }
}

fn refuse(face: &Face, value: Borrowed<'_, '_, PyAny>) -> Failure {
    Failure::wrong_type(format!("cannot cast {} to ctype '{}'", shown(value), face.name()))
}

fn not_an_integer(
    py: Python<'_>,
    face: &Face,
    value: Borrowed<'_, '_, PyAny>,
    refusal: pyobject::Refusal,
) -> Failure {
    match refusal {
        pyobject::Refusal::Raised => Failure::raised(py),
        pyobject::Refusal::Kind(_) | pyobject::Refusal::Range => refuse(face, value),
    }
}

fn cast_pointer<'py>(
    py: Python<'py>,
    face: &'static Face,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    if let Some(data) = CData::of(value)
        && matches!(data.face.kind, Kind::Pointer(_) | Kind::Array(..))
    {
        return match data.owner() {
            Some(owner) => {
                let bounds = data.bounds();
                check_room(face, data, bounds)?;
                let extent = bounds.map_or(0, |bounds| bounds.end.saturating_sub(data.address.addr()));
                object::view(py, face, data.address, Some(owner), extent)
            }
            None => object::plain(py, face, data.address),
        };
    }
    if let Some(file) = c_file::of_python(face, value)? {
        return object::view(py, face, file.address(), NonNull::new(file.keeper().as_ptr()), 0);
    }
    if character(value).is_some() {
        return Err(refuse(face, value));
    }
    let word = integer(py, face, value)?;
    let address = usize::from_le_bytes(low_bytes(word));
    object::plain(py, face, std::ptr::with_exposed_provenance_mut(address))
}

/// An array lies within the memory that it is made from, where that is known.
fn check_room(face: &'static Face, data: &CData, bounds: Option<Bounds>) -> Result<(), Failure> {
    let (Kind::Array(..), Some(bounds), Some(size)) = (&face.kind, bounds, face.size()) else {
        return Ok(());
    };
    if bounds.hold(data.address.addr(), size) {
        return Ok(());
    }
    let text = format!("'{}' reaches beyond the memory of {}", face.name(), data.describe());
    Err(Failure::new(Class::Index, text))
}

/// The bytes of an address in a wider integer.
fn low_bytes(word: u128) -> [u8; size_of::<usize>()] {
    let mut low = [0; size_of::<usize>()];
    low.copy_from_slice(&word.to_le_bytes()[..size_of::<usize>()]);
    low
}

/// The integer that a cast sees in `value`, to 128 bits.
fn integer(py: Python<'_>, face: &Face, value: Borrowed<'_, '_, PyAny>) -> Result<u128, Failure> {
    let truncated = |object: *mut ffi::PyObject| {
        // SAFETY: the object lives and the lock is held.
        unsafe { pyobject::truncated_to_u128(object) }
            .map_err(|refusal| not_an_integer(py, face, value, refusal))
    };
    if let Some(data) = CData::of(value) {
        return match data.face.kind {
            Kind::Pointer(_) | Kind::Array(..) => Ok(data.address.expose_provenance() as u128),
            Kind::Scalar(_) | Kind::Enum(..) => truncated(to_int(py, data)?.as_ptr()),
            Kind::Void | Kind::Function(_) | Kind::Record(_) => Err(refuse(face, value)),
        };
    }
    if let Some(code) = character(value) {
        return Ok(code.into());
    }
    if value.is_instance_of::<PyFloat>() || is_cut(value)? {
        // SAFETY: the object lives; the result is a new reference or null.
        let int = unsafe { owned(py, ffi::PyNumber_Long(value.as_ptr())) }?;
        return truncated(int.as_ptr());
    }
    truncated(value.as_ptr())
}

/// Whether a value is a number of another kind, such as `Decimal` and `numpy.float32`, of which `int()` takes the
/// integer part.
fn is_cut(value: Borrowed<'_, '_, PyAny>) -> Result<bool, Failure> {
    // SAFETY: the object lives and the lock is held.
    let is_integer = unsafe { ffi::PyIndex_Check(value.as_ptr()) } != 0;
    Ok(!is_integer && value.get_type().hasattr("__int__")?)
}

/// The code of bytes or a string of length one.
fn character(value: Borrowed<'_, '_, PyAny>) -> Option<u32> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return match bytes.as_bytes() {
            [byte] => Some((*byte).into()),
            _ => None,
        };
    }
    let text = value.cast::<PyString>().ok()?;
    // SAFETY: the object lives and the lock is held; a string of length one has a first character.
    unsafe {
        (ffi::PyUnicode_GetLength(text.as_ptr()) == 1).then(|| ffi::PyUnicode_ReadChar(text.as_ptr(), 0))
    }
}

fn cast_scalar<'py>(
    py: Python<'py>,
    face: &'static Face,
    scalar: Scalar,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    if let Some(data) = CData::of(value)
        && data.face.scalar() == Some(scalar)
    {
        data.check_alive()?;
        // SAFETY: C data of a scalar type has the value at its address.
        return unsafe { copy(py, face, data.address) };
    }
    let made = blank(py, face)?;
    let room = CData::of(made.as_borrowed()).expect("C data was just made").address;
    if scalar.is_float() || scalar.is_complex() {
        store_float(py, face, scalar, room, value)?;
    } else if scalar == Scalar::Bool {
        let truth = truth(py, face, value)?;
        // SAFETY: the new object has room for its type.
        unsafe { room.write(truth.into()) };
    } else {
        let word = integer(py, face, value)?.to_le_bytes();
        // SAFETY: the new object has room for its type.
        unsafe { std::ptr::copy_nonoverlapping(word.as_ptr(), room, scalar.size()) };
    }
    Ok(made)
}

/// Whether a number, a character or C data is another one than zero.
fn truth(py: Python<'_>, face: &Face, value: Borrowed<'_, '_, PyAny>) -> Result<bool, Failure> {
    if let Ok(float) = value.cast::<PyFloat>() {
        return Ok(float.value() != 0.0);
    }
    if CData::of(value).is_some() {
        return Ok(value.is_truthy()?);
    }
    if let Some(code) = character(value) {
        return Ok(code != 0);
    }
    if is_cut(value)? {
        let name = if value.get_type().hasattr("__float__")? { "__float__" } else { "__int__" };
        return Ok(value.call_method0(name)?.ne(0)?);
    }
    // SAFETY: the object lives and the lock is held.
    unsafe { pyobject::is_nonzero(value.as_ptr()) }
        .map_err(|refusal| not_an_integer(py, face, value, refusal))
}

fn store_float(
    py: Python<'_>,
    face: &'static Face,
    scalar: Scalar,
    room: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let number;
    let is_extended = |data: &CData| matches!(data.face.scalar(), Some(Scalar::F80 | Scalar::C80));
    let value = if matches!(scalar, Scalar::F80 | Scalar::C80) && CData::of(value).is_some_and(is_extended) {
        value
    } else if let Some(data) = CData::of(value) {
        number = match data.face.scalar() {
            Some(given) if given.is_float() || given.is_complex() => {
                data.check_alive()?;
                // SAFETY: C data of a scalar type has the value at its address.
                unsafe { owned(py, given.load(data.address)) }?
            }
            Some(_) => to_int(py, data)?,
            None => return Err(refuse(face, value)),
        };
        number.as_borrowed()
    } else if let Some(code) = character(value) {
        number = code.into_pyobject(py).expect("an int is made").into_any();
        number.as_borrowed()
    } else {
        value
    };
    if matches!(scalar, Scalar::F80 | Scalar::C80) {
        // SAFETY: the new object has room for its type.
        return unsafe { extended::store(face, scalar, room, value) };
    }
    // SAFETY: as above.
    unsafe { scalar.store(value.as_ptr(), room) }.map_err(|refusal| match refusal {
        pyobject::Refusal::Kind(_) => refuse(face, value),
        pyobject::Refusal::Range | pyobject::Refusal::Raised => refused(face, value, refusal),
    })
}
