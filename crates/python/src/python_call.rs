//! Calls of Python functions that C, the end of an object, or what is made once asks for; reports to
//! `sys.unraisablehook`.
//!
//! Before Python 3.14 the interpreter that ends does not wait for other threads: one that asks for the lock from then
//! on is ended on the spot, by unwinding its stack. Frames of Rust cannot be unwound like that; the process would be
//! aborted. The thread is stopped for good instead, before its first frame of ours, as later versions of Python do.

use pyo3::ffi;
use pyo3::prelude::*;

// These are the functions of `pyo3::ffi`, which says of them that nothing is unwound.
unsafe extern "C-unwind" {
    fn PyObject_Vectorcall(
        callable: *mut ffi::PyObject,
        args: *const *mut ffi::PyObject,
        count: usize,
        names: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
    fn PyErr_WriteUnraisable(object: *mut ffi::PyObject);
}

/// Stops the thread if its stack is unwound.
struct Stop;

impl Drop for Stop {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

/// Calls `callable`: a new reference, or null with an exception set.
///
/// # Safety
/// As for `PyObject_Vectorcall` of CPython, without names: the lock is held, the objects live, and there are as many
/// as `count` says.
#[inline]
pub(crate) unsafe fn call(
    callable: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
) -> *mut ffi::PyObject {
    let stop = Stop;
    // SAFETY: the caller's promise.
    let called = unsafe { PyObject_Vectorcall(callable, args, count, std::ptr::null_mut()) };
    std::mem::forget(stop);
    called
}

/// As [`call`], with at most one argument, for those who have a `Bound`.
pub(crate) fn call_bound<'py>(
    callable: Borrowed<'_, 'py, PyAny>,
    arg: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let args = [std::ptr::null_mut(), arg.map_or(std::ptr::null_mut(), Bound::as_ptr)];
    let count = usize::from(arg.is_some());
    // SAFETY: a `Bound` has the lock; the objects live. The result is a new reference, or null with an exception.
    unsafe {
        let called = call(callable.as_ptr(), args.as_ptr().add(1), count);
        Bound::from_owned_ptr_or_err(callable.py(), called)
    }
}

/// Reports an exception of `object`.
pub(crate) fn report(py: Python<'_>, error: PyErr, object: &Bound<'_, PyAny>) {
    error.restore(py);
    // SAFETY: the lock is held, the object lives, and an exception is set.
    unsafe { report_raised(object.as_ptr()) };
}

/// Reports the exception that is set as one of `object`.
///
/// # Safety
/// The lock is held, the object lives, and an exception is set.
pub(crate) unsafe fn report_raised(object: *mut ffi::PyObject) {
    let stop = Stop;
    // SAFETY: the caller's promise.
    unsafe { PyErr_WriteUnraisable(object) };
    std::mem::forget(stop);
}

/// Calls `callable` with one argument, as [`call`] does.
///
/// # Safety
/// As for [`call`].
pub(crate) unsafe fn call_one(callable: *mut ffi::PyObject, arg: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let mut args = [std::ptr::null_mut(), arg];
    // SAFETY: the caller's promise; the place before the argument may be used by the callee.
    unsafe { call(callable, args.as_mut_ptr().add(1).cast_const(), 1 | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET) }
}
