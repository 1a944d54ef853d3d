//! `==`, `<`, `hash`: numbers by value, everything else by address.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::extended;
use super::face::Kind;
use super::load::owned;
use super::object::CData;
use crate::failure::Failure;
use crate::trampoline::slot;

/// The Python value by which a scalar is compared, put in order and hashed.
fn value<'py>(py: Python<'py>, data: &CData, is_ordered: bool) -> Option<Result<Bound<'py, PyAny>, Failure>> {
    let scalar = data.face.scalar()?;
    if let Err(failure) = data.check_alive() {
        return Some(Err(failure));
    }
    // SAFETY: C data of a scalar type has the value at its address.
    Some(unsafe {
        if scalar == Scalar::F80 {
            extended::to_number(py, data.address)
        } else if scalar == Scalar::C80 && !is_ordered {
            // Complex numbers have no order: Python's own says so.
            extended::to_complex(py, data.address)
        } else {
            owned(py, scalar.load(data.address))
        }
    })
}

/// `x == y` and the others.
pub(super) unsafe extern "C" fn compare(
    a: *mut ffi::PyObject,
    b: *mut ffi::PyObject,
    operator: c_int,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects, the first of the class.
        let (a, b) = unsafe { (Borrowed::from_ptr(py, a), Borrowed::from_ptr(py, b)) };
        let (of_a, of_b) = (CData::of(a), CData::of(b));
        let is_ordered = !matches!(operator, ffi::Py_EQ | ffi::Py_NE);
        let value_of = |data: Option<&CData>| data.and_then(|data| value(py, data, is_ordered)).transpose();
        let (value_a, value_b) = (value_of(of_a)?, value_of(of_b)?);
        match (of_a, of_b) {
            (Some(a), Some(b)) if value_a.is_none() && value_b.is_none() => {
                let ordering = a.address.cmp(&b.address);
                let is_true = match operator {
                    ffi::Py_EQ => ordering.is_eq(),
                    ffi::Py_NE => ordering.is_ne(),
                    ffi::Py_LT => ordering.is_lt(),
                    ffi::Py_LE => ordering.is_le(),
                    ffi::Py_GT => ordering.is_gt(),
                    _ => ordering.is_ge(),
                };
                // SAFETY: the lock is held.
                Ok(unsafe { ffi::PyBool_FromLong(is_true.into()) })
            }
            // A pointer and a number are never equal and have no order.
            (Some(_), None) if value_a.is_none() => Ok(not_implemented()),
            (Some(_), Some(_)) if value_a.is_none() != value_b.is_none() => Ok(not_implemented()),
            _ => {
                let (x, y) = (
                    value_a.as_ref().map_or(a.as_ptr(), Bound::as_ptr),
                    value_b.as_ref().map_or(b.as_ptr(), Bound::as_ptr),
                );
                // SAFETY: live objects; the result is a new reference or null.
                Ok(unsafe { owned(py, ffi::PyObject_RichCompare(x, y, operator)) }?.into_ptr())
            }
        }
    })
}

fn not_implemented() -> *mut ffi::PyObject {
    // SAFETY: the object is immortal; the caller gets a reference of its own.
    unsafe { ffi::Py_NewRef(ffi::Py_NotImplemented()) }
}

/// `hash(x)`.
pub(super) unsafe extern "C" fn hash(this: *mut ffi::PyObject) -> ffi::Py_hash_t {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        if let (Kind::Scalar(_) | Kind::Enum(..), Some(value)) = (&data.face.kind, value(py, data, false)) {
            return Ok(value?.hash()?);
        }
        // The low bits of an address are mostly zero; -1 means an error.
        let turned = data.address.addr().rotate_right(4).cast_signed();
        Ok(if turned == -1 { -2 } else { turned })
    })
}
