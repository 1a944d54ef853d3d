//! Errors of compiled code on their way over C.
//!
//! Compiled code that was called from C and failed asks [`callback_failed`] to keep its error. The
//! innermost frame of the thread takes it, and [`pending_exception`] raises it there; without a frame
//! it is reported to `sys.unraisablehook` at once. The functions here are what the open symbols of
//! an object stand for. None of them needs the interpreter unless it reports.

use std::any::Any;

use ccall::{Tombstone, border};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::raised::{Descriptor, RaisedError};

/// What happens to an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OnError {
    /// It is raised when the call out of Python returns.
    Raise,
    /// It is reported at once.
    Report,
}

impl OnError {
    /// By the name that users give.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "raise" => Some(Self::Raise),
            "report" => Some(Self::Report),
            _ => None,
        }
    }
}

/// The symbols that compiled code leaves open, but for its own descriptor.
pub(super) fn symbols() -> [(&'static str, u64); 4] {
    let address = |pointer: *const ()| pointer.addr() as u64;
    [
        ("ferrule_pending", address((&raw const border::PENDING).cast())),
        ("ferrule_callback_is_stopped", address(callback_is_stopped as *const ())),
        ("ferrule_callback_failed", address(callback_failed as *const ())),
        ("ferrule_call_failed", address(call_failed as *const ())),
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
    // Without an interpreter, as while the process ends, nobody is left to tell.
    let _ = Python::try_attach(|py| {
        let context = name.into_pyobject(py).ok();
        exception(py, refused).write_unraisable(py, context.as_ref().map(|name| name.as_any()));
    });
}

/// The exception of an error that a frame kept, with a note where callbacks did not run after it.
pub(crate) fn pending_exception(py: Python<'_>, pending: border::Pending) -> PyErr {
    let error = exception(py, pending.error);
    if pending.skipped > 0 {
        let plural = if pending.skipped == 1 { "" } else { "s" };
        let note = format!("{} later callback{plural} did not run", pending.skipped);
        // A note that cannot be added is not worth losing the exception for.
        let _ = error.value(py).call_method1("add_note", (note,));
    }
    error
}

/// An error of either kind: of compiled code, or an exception of an interpreted callback.
fn exception(py: Python<'_>, error: border::Error) -> PyErr {
    match error.downcast::<RaisedError>() {
        Ok(raised) => raised.exception(py),
        Err(other) => match other.downcast::<PyErr>() {
            Ok(error) => *error,
            Err(_) => PyRuntimeError::new_err("an error of an unknown kind crossed C"),
        },
    }
}

/// Tells that C called what no longer exists.
pub(crate) fn report_retired(tombstone: &Tombstone) {
    let text = format!(
        "C called `{}` ({}), made at {}, which no longer exists",
        tombstone.name, tombstone.signature, tombstone.made_at
    );
    // As above: without an interpreter nobody is left to tell.
    let _ = Python::try_attach(|py| PyRuntimeError::new_err(text).write_unraisable(py, None));
}
