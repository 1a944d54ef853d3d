//! Python's floats.

use pyo3_ffi as ffi;

use crate::Refusal;

/// A real number.
///
/// # Errors
/// When it is none, or an int too large for a double.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
#[inline]
pub unsafe fn to_f64(value: *mut ffi::PyObject) -> Result<f64, Refusal> {
    // SAFETY: the caller's promise; an exact float has the layout of PyFloatObject.
    unsafe {
        if ffi::PyFloat_CheckExact(value) != 0 {
            return Ok((*value.cast::<ffi::PyFloatObject>()).ob_fval);
        }
        to_f64_slow(value)
    }
}

#[cold]
unsafe fn to_f64_slow(value: *mut ffi::PyObject) -> Result<f64, Refusal> {
    // SAFETY: the caller's promise; an exception is either left set or cleared.
    unsafe {
        let number = ffi::PyFloat_AsDouble(value);
        if number.to_bits() != (-1.0_f64).to_bits() || ffi::PyErr_Occurred().is_null() {
            return Ok(number);
        }
        let refusal = if ffi::PyErr_ExceptionMatches(ffi::PyExc_TypeError) != 0 {
            Refusal::Kind("a real number")
        } else if ffi::PyErr_ExceptionMatches(ffi::PyExc_OverflowError) != 0 {
            Refusal::Range
        } else {
            return Err(Refusal::Raised);
        };
        ffi::PyErr_Clear();
        Err(refusal)
    }
}
