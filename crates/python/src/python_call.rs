//! Calls of Python functions that C, the end of an object, or what is made once asks for; reports to
//! `sys.unraisablehook`; the interpreter's lock for threads that C has.
//!
//! Before Python 3.14 the interpreter that ends does not wait for other threads: one that asks for the lock from then
//! on is ended on the spot, by unwinding its stack. Frames of Rust cannot be unwound like that; the process would be
//! aborted. The thread is stopped for good instead, before its first frame of ours, as later versions of Python do.

use pyo3::ffi;
use pyo3::prelude::*;

/// A function of the interpreter that may unwind the stack. `pyo3::ffi` says of it that it does not, which the
/// compiler would believe here too if it knew which function it is.
macro_rules! unwinding {
    ($function:ident: fn($($ty:ty),*) $(-> $result:ty)?) => {{
        let function = std::hint::black_box(ffi::$function as *const ());
        // SAFETY: it is the function of this signature; the ABI only says more of it.
        unsafe { std::mem::transmute::<*const (), unsafe extern "C-unwind" fn($($ty),*) $(-> $result)?>(function) }
    }};
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
    type Object = *mut ffi::PyObject;
    let vectorcall = unwinding!(PyObject_Vectorcall: fn(Object, *const Object, usize, Object) -> Object);
    let stop = Stop;
    // SAFETY: the caller's promise.
    let called = unsafe { vectorcall(callable, args, count, std::ptr::null_mut()) };
    std::mem::forget(stop);
    called
}

/// Takes the interpreter's lock again that a call gave up.
///
/// # Safety
/// As for `PyEval_RestoreThread` of CPython: it is the state of this thread, which does not hold the lock.
#[inline]
pub(crate) unsafe fn restore_thread(state: *mut ffi::PyThreadState) {
    let restore = unwinding!(PyEval_RestoreThread: fn(*mut ffi::PyThreadState));
    let stop = Stop;
    // SAFETY: the caller's promise.
    unsafe { restore(state) };
    std::mem::forget(stop);
}

/// Takes the interpreter's lock, whatever the thread has to do with the interpreter.
#[inline]
pub(crate) fn ensure() -> ffi::PyGILState_STATE {
    let ensure = unwinding!(PyGILState_Ensure: fn() -> ffi::PyGILState_STATE);
    let stop = Stop;
    // SAFETY: it is for threads in any state.
    let state = unsafe { ensure() };
    std::mem::forget(stop);
    state
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
    let report = unwinding!(PyErr_WriteUnraisable: fn(*mut ffi::PyObject));
    let stop = Stop;
    // SAFETY: the caller's promise.
    unsafe { report(object) };
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
