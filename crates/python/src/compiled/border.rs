//! Errors of compiled code on their way over C.
//!
//! Compiled code that was called from C and failed asks [`callback_failed`] to keep its error. The
//! innermost frame of the thread takes it, and [`translate`] makes the exception that is raised there; without a frame
//! it is reported to `sys.unraisablehook` at once. The functions here are what the open symbols of
//! an object stand for. None of them needs the interpreter unless it reports.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ccall::border;
use pyo3::ffi;
use pyo3::prelude::*;

use super::caught;
use super::raised::{Descriptor, RaisedError};

/// What happens to an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OnError {
    /// It is raised when the call out of Python returns.
    Raise,
    /// It is reported at once.
    Report,
}

impl OnError {
    /// By the name that users give.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "raise" => Some(Self::Raise),
            "report" => Some(Self::Report),
            _ => None,
        }
    }
}

/// The symbols that compiled code leaves open, but for its own descriptor.
pub(super) fn symbols() -> [(&'static str, u64); 10] {
    let address = |pointer: *const ()| pointer.addr() as u64;
    [
        ("ferrule_pending", address((&raw const border::PENDING).cast())),
        ("ferrule_callback_is_stopped", address(callback_is_stopped as *const ())),
        ("ferrule_print", address(super::print::print as *const ())),
        ("ferrule_callback_failed", address(callback_failed as *const ())),
        ("ferrule_call_failed", address(call_failed as *const ())),
        ("ferrule_error_take", address(caught::take as *const ())),
        ("ferrule_error_is", address(caught::is_of as *const ())),
        ("ferrule_error_copy", address(caught::copy as *const ())),
        ("ferrule_error_drop", address(caught::drop_error as *const ())),
        ("ferrule_error_restore", address(caught::restore as *const ())),
    ]
}

/// Whether the frame that C was called from holds an error already.
extern "C" fn callback_is_stopped() -> i32 {
    i32::from(border::is_stopped())
}

/// Whether the call of C that just returned left an error behind.
extern "C" fn call_failed() -> i32 {
    i32::from(border::holds_error())
}

/// Keeps or reports the error of compiled code that C called: `status` 1, it is in the thread's record;
/// 2, the frame has it already.
///
/// # Safety
/// `code` is the descriptor of the code that failed.
unsafe extern "C" fn callback_failed(code: *const Descriptor, status: i32) {
    if status != 1 {
        return;
    }
    // SAFETY: the code is running, so its descriptor is there.
    let descriptor = unsafe { &*code };
    // No panic crosses C; its message has been printed.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| keep_or_report(descriptor))) {
        std::mem::forget(payload);
    }
}

fn keep_or_report(descriptor: &Descriptor) {
    let Some(error) = RaisedError::take() else { return };
    let error: Box<dyn Any + Send> = Box::new(error);
    let refused = match descriptor.on_error {
        OnError::Raise => match border::offer(error) {
            Ok(()) => return,
            Err(error) => error,
        },
        OnError::Report => error,
    };
    let name = descriptor.name().to_owned();
    with_interpreter(|py| {
        let Some(error) = translate(py, refused) else { return };
        let context = name.into_pyobject(py).ok();
        error.write_unraisable(py, context.as_ref().map(Bound::as_any));
    });
}

/// Runs `report` with the interpreter's lock. Calls into C give the lock up without telling `pyo3`, which
/// must therefore not be asked whether this thread has it. Without an interpreter, as while the
/// process ends, nobody is left to tell.
pub(crate) fn with_interpreter(report: impl FnOnce(Python<'_>)) {
    // SAFETY: it may be asked at any time.
    if unsafe { ffi::Py_IsInitialized() } == 0 {
        return;
    }
    // SAFETY: Ensure is for threads in any state; Release undoes it, also when `report` panics.
    let _held = Held(unsafe { ffi::PyGILState_Ensure() });
    // SAFETY: the lock has just been taken.
    report(unsafe { Python::assume_attached() });
}

/// The interpreter's lock.
struct Held(ffi::PyGILState_STATE);

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: this thread took the lock in this way, and it is the last to be taken.
        unsafe { ffi::PyGILState_Release(self.0) };
    }
}

/// The exception of a signal's handler, if signals are pending: what compiled code asks on the main thread.
pub(super) fn interrupt() -> Option<Box<dyn Any + Send>> {
    let mut found = None;
    with_interpreter(|py| found = py.check_signals().err());
    found.map(|error| Box::new(error) as Box<dyn Any + Send>)
}

/// The exception of an error of compiled code.
pub(super) fn translate(py: Python<'_>, error: border::Error) -> Option<PyErr> {
    error.downcast::<RaisedError>().ok().map(|raised| raised.exception(py))
}
