//! The one way from a slot that CPython calls into the code of the faces.
//!
//! A failure becomes the interpreter's exception and the slot's error value; a panic becomes
//! `InternalError` and never crosses into C.

use std::any::Any;
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::ffi;
use pyo3::prelude::*;

use crate::errors;
use crate::failure::Failure;

/// A value that a slot returns, with the one that means an exception is set.
pub(crate) trait SlotResult {
    /// What says that an exception is set.
    const ERROR: Self;
}

impl SlotResult for *mut ffi::PyObject {
    const ERROR: Self = std::ptr::null_mut();
}

impl SlotResult for c_int {
    const ERROR: Self = -1;
}

impl SlotResult for ffi::Py_ssize_t {
    const ERROR: Self = -1;
}

/// Runs the body of a slot. The interpreter calls slots with its lock held.
#[inline]
pub(crate) fn slot<T: SlotResult>(body: impl FnOnce(Python<'_>) -> Result<T, Failure>) -> T {
    // SAFETY: this is called from slots only, and those with the lock held.
    let py = unsafe { Python::assume_attached() };
    match catch_unwind(AssertUnwindSafe(|| body(py))) {
        Ok(Ok(value)) => value,
        Ok(Err(failure)) => raise(|| failure.into()),
        Err(panic) => raise(|| errors::internal(panic_text(panic.as_ref()))),
    }
}

/// Sets the exception. `PyO3` is told that the lock is held: it would else keep what is dropped here
/// until it next takes the lock itself.
#[cold]
fn raise<T: SlotResult>(error: impl FnOnce() -> PyErr) -> T {
    Python::attach(|py| error().restore(py));
    T::ERROR
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}
