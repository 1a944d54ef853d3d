//! Arithmetic of pointers; C data as `int`, `float`, `complex` and truth.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::access::distance;
use super::face::{Face, Kind};
use super::load::{is_signed, owned};
use super::object::{self, CData};
use super::store::shown;
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// What arithmetic a pointer or array takes part in: elements of this type from this address.
fn elements(data: &CData) -> Option<&'static Face> {
    data.face.target()
}

/// `x + n` and `n + x`.
pub(super) unsafe extern "C" fn add(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects, one of them C data.
        let (a, b) = unsafe { (Borrowed::from_ptr(py, a), Borrowed::from_ptr(py, b)) };
        match (CData::of(a), CData::of(b)) {
            (Some(data), _) if elements(data).is_some() => moved(data, b, 1),
            (_, Some(data)) if elements(data).is_some() => moved(data, a, 1),
            (Some(data), _) | (None, Some(data)) => {
                Err(Failure::wrong_type(format!("cannot add a {} and a number", data.describe())))
            }
            (None, None) => Ok(not_implemented()),
        }
    })
}

/// `x - n`, and the difference of two pointers.
pub(super) unsafe extern "C" fn subtract(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects, one of them C data.
        let (a, b) = unsafe { (Borrowed::from_ptr(py, a), Borrowed::from_ptr(py, b)) };
        match (CData::of(a), CData::of(b)) {
            (Some(a), Some(b)) => difference(py, a, b),
            (Some(data), None) if elements(data).is_some() => moved(data, b, -1),
            (Some(data), None) => {
                Err(Failure::wrong_type(format!("cannot add a {} and a number", data.describe())))
            }
            (None, _) => Ok(not_implemented()),
        }
    })
}

fn not_implemented() -> *mut ffi::PyObject {
    // SAFETY: the object is immortal; the caller gets a reference of its own.
    unsafe { ffi::Py_NewRef(ffi::Py_NotImplemented()) }
}

/// By how many bytes a pointer to `target` moves to the next: one for `void`.
fn step(target: &Face) -> Option<usize> {
    if matches!(target.kind, Kind::Void) { Some(1) } else { target.size() }
}

/// A pointer `number` elements further; it keeps the owner and the bounds.
fn moved(data: &CData, number: Borrowed<'_, '_, PyAny>, sign: isize) -> Result<*mut ffi::PyObject, Failure> {
    let py = number.py();
    // SAFETY: the object lives and the lock is held.
    let count = match unsafe { pyobject::to_i64(number.as_ptr()) } {
        Ok(count) => isize::try_from(count).ok(),
        Err(pyobject::Refusal::Raised) => return Err(Failure::raised(py)),
        Err(pyobject::Refusal::Range) => None,
        Err(pyobject::Refusal::Kind(_)) => {
            let text = format!("a pointer moves by an integer, not by {}", shown(number));
            return Err(Failure::wrong_type(text));
        }
    };
    let element = elements(data).expect("checked by the caller");
    let unknown = || Failure::wrong_type(format!("{} points to items of unknown size", data.describe()));
    let size = step(element).ok_or_else(unknown)?;
    let too_far = || {
        let text = format!("{} cannot be moved by so many items", data.describe());
        Failure::new(Class::Overflow, text)
    };
    let count = count.and_then(|count| count.checked_mul(sign)).ok_or_else(too_far)?;
    let offset = distance(count, size).ok_or_else(too_far)?;
    Ok(object::pointer_into(py, element, data.address.wrapping_offset(offset), data)?.into_ptr())
}

fn difference(py: Python<'_>, a: &CData, b: &CData) -> Result<*mut ffi::PyObject, Failure> {
    let refuse = || Failure::wrong_type(format!("cannot subtract {} and {}", a.describe(), b.describe()));
    let (Some(of_a), Some(of_b)) = (elements(a), elements(b)) else { return Err(refuse()) };
    if !of_a.is_same(of_b) {
        return Err(refuse());
    }
    let size = step(of_a).filter(|size| *size > 0).ok_or_else(refuse)?.cast_signed();
    let bytes = a.address.addr().wrapping_sub(b.address.addr()).cast_signed();
    if bytes % size != 0 {
        let text = "the pointers are not a whole number of items apart";
        return Err(Failure::new(Class::Value, text));
    }
    // SAFETY: the lock is held; the result is a new reference or null.
    Ok(unsafe { owned(py, ffi::PyLong_FromSsize_t(bytes / size)) }?.into_ptr())
}

/// `bool(x)`: a number other than zero, a pointer other than NULL, anything else.
pub(super) unsafe extern "C" fn truth(this: *mut ffi::PyObject) -> c_int {
    slot(|_| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        let is_true = match data.face.kind {
            Kind::Pointer(_) => !data.address.is_null(),
            Kind::Scalar(_) | Kind::Enum(_) => {
                data.check_alive()?;
                // SAFETY: C data of a scalar type has the value at its address.
                data.face.scalar().is_some_and(|scalar| unsafe { !is_zero(scalar, data.address) })
            }
            Kind::Void | Kind::Array(..) | Kind::Function(_) | Kind::Record(_) => true,
        };
        Ok(c_int::from(is_true))
    })
}

/// Whether a scalar is zero; a negative zero is.
unsafe fn is_zero(scalar: Scalar, address: *const u8) -> bool {
    // SAFETY: the caller's promise: such a scalar lies there. Ten bytes of sixteen are the value
    // of an extended number, and the sign is the highest bit of each part.
    unsafe {
        let part = |start: usize, value: usize, is_float: bool| {
            let bytes = std::slice::from_raw_parts(address.add(start), value);
            let (last, rest) = bytes.split_last().expect("a scalar has bytes");
            let last = if is_float { last & 0x7f } else { *last };
            last == 0 && rest.iter().all(|byte| *byte == 0)
        };
        let (size, value) = match scalar {
            Scalar::F80 | Scalar::C80 => (16, 10),
            Scalar::C32 => (4, 4),
            Scalar::C64 => (8, 8),
            Scalar::Bool
            | Scalar::Char
            | Scalar::Char16
            | Scalar::Char32
            | Scalar::I8
            | Scalar::U8
            | Scalar::I16
            | Scalar::U16
            | Scalar::I32
            | Scalar::U32
            | Scalar::I64
            | Scalar::U64
            | Scalar::I128
            | Scalar::U128
            | Scalar::F32
            | Scalar::F64 => (scalar.size(), scalar.size()),
        };
        let is_float = scalar.is_float() || scalar.is_complex();
        part(0, value, is_float) && (!scalar.is_complex() || part(size, value, is_float))
    }
}

fn refuse(data: &CData, function: &str) -> Failure {
    Failure::wrong_type(format!("{function}() not supported on {}", data.describe()))
}

/// `int(x)`.
pub(super) unsafe extern "C" fn int(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        Ok(to_int(py, data)?.into_ptr())
    })
}

/// The integer that a scalar is: characters by their code, floats truncated.
pub(super) fn to_int<'py>(py: Python<'py>, data: &CData) -> Result<Bound<'py, PyAny>, Failure> {
    let Some(scalar) = data.face.scalar() else { return Err(refuse(data, "int")) };
    data.check_alive()?;
    // SAFETY: C data of a scalar type has the value at its address; results are new references.
    unsafe {
        match scalar {
            Scalar::Bool | Scalar::Char => owned(py, ffi::PyLong_FromLong(data.address.read().into())),
            Scalar::Char16 => {
                owned(py, ffi::PyLong_FromLong(data.address.cast::<u16>().read_unaligned().into()))
            }
            Scalar::Char32 => {
                let code = data.address.cast::<u32>().read_unaligned();
                let code = if is_signed(data.face) { code.cast_signed().into() } else { code.into() };
                owned(py, ffi::PyLong_FromLong(code))
            }
            Scalar::F80 => super::extended::to_int(py, data.address),
            Scalar::F32 | Scalar::F64 => {
                let float = owned(py, scalar.load(data.address))?;
                owned(py, ffi::PyNumber_Long(float.as_ptr()))
            }
            Scalar::I8
            | Scalar::U8
            | Scalar::I16
            | Scalar::U16
            | Scalar::I32
            | Scalar::U32
            | Scalar::I64
            | Scalar::U64
            | Scalar::I128
            | Scalar::U128 => owned(py, scalar.load(data.address)),
            Scalar::C32 | Scalar::C64 | Scalar::C80 => Err(refuse(data, "int")),
        }
    }
}

/// `float(x)`.
pub(super) unsafe extern "C" fn float(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        data.check_alive()?;
        match data.face.scalar() {
            // SAFETY: C data of a scalar type has the value at its address.
            Some(scalar) if scalar.is_float() => unsafe {
                Ok(owned(py, scalar.load(data.address))?.into_ptr())
            },
            Some(scalar) if scalar.is_integer() => {
                let int = to_int(py, data)?;
                // SAFETY: the number lives; the result is a new reference.
                unsafe { Ok(owned(py, ffi::PyNumber_Float(int.as_ptr()))?.into_ptr()) }
            }
            _ => Err(refuse(data, "float")),
        }
    })
}

/// `complex(x)`.
pub(super) unsafe extern "C" fn complex(
    this: *mut ffi::PyObject,
    _none: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        data.check_alive()?;
        match data.face.scalar() {
            // SAFETY: C data of a scalar type has the value at its address; results are new
            // references.
            Some(scalar) if scalar.is_complex() => unsafe {
                Ok(owned(py, scalar.load(data.address))?.into_ptr())
            },
            // SAFETY: as above.
            Some(scalar) if scalar.is_float() => unsafe {
                let real = owned(py, scalar.load(data.address))?;
                let real = ffi::PyFloat_AsDouble(real.as_ptr());
                Ok(owned(py, ffi::PyComplex_FromDoubles(real, 0.0))?.into_ptr())
            },
            _ => Err(refuse(data, "complex")),
        }
    })
}
