//! `FFI.init_once`: what runs once, whichever thread comes first.
//!
//! Each tag has a turn. The thread that takes it runs the function; the others wait for it without
//! the interpreter's lock, and take over if it raised. The state's own lock is never held while
//! the interpreter is called.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::Ffi;
use crate::python_call;

/// How often a waiting thread looks for signals.
const PATIENCE: Duration = Duration::from_millis(50);

/// The state of one tag.
#[pyclass(frozen)]
pub(super) struct Once {
    state: Mutex<State>,
    changed: Condvar,
}

enum State {
    Open,
    Running(ThreadId),
    Done(Py<PyAny>),
}

/// Gives the turn back if the function raised.
struct Turn<'a> {
    once: &'a Once,
    is_done: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            *self.once.state() = State::Open;
        }
        self.once.changed.notify_all();
    }
}

impl Once {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result there is, or nothing when it is this thread's turn.
    fn wait(&self, py: Python<'_>, tag: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
        let me = thread::current().id();
        loop {
            {
                let mut state = self.state();
                match &*state {
                    State::Done(result) => return Ok(Some(result.clone_ref(py))),
                    State::Open => {
                        *state = State::Running(me);
                        return Ok(None);
                    }
                    State::Running(other) if *other == me => {
                        let text =
                            format!("init_once() of {} is running already in this thread", tag.repr()?);
                        return Err(PyRuntimeError::new_err(text));
                    }
                    State::Running(_) => {}
                }
            }
            py.detach(|| {
                let state = self.state();
                if matches!(*state, State::Running(_)) {
                    drop(self.changed.wait_timeout(state, PATIENCE));
                }
            });
            py.check_signals()?;
        }
    }
}

#[pymethods]
impl Once {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Who holds the lock runs no Python code: it is free whenever the collector runs, or another
        // thread, which waits for nothing, has it.
        match self.state.try_lock().as_deref() {
            Ok(State::Done(result)) => visit.call(result),
            Ok(State::Open | State::Running(_)) | Err(_) => Ok(()),
        }
    }
}

#[pymethods]
impl Ffi {
    /// Run a function once, whichever thread asks first.
    ///
    /// Parameters
    /// ----------
    /// func : callable
    ///     Called without arguments, by one thread only; the others wait for it. If it raises, the next call runs
    ///     it again.
    /// tag : hashable
    ///     What tells it from others of the same `FFI`.
    ///
    /// Returns
    /// -------
    /// object
    ///     What the function returned when it ran.
    ///
    /// Raises
    /// ------
    /// RuntimeError
    ///     If the function calls for its own tag.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.init_once(lambda: "ready", "start")
    /// 'ready'
    /// >>> ffi.init_once(lambda: "again", "start")
    /// 'ready'
    fn init_once(
        &self,
        py: Python<'_>,
        func: &Bound<'_, PyAny>,
        tag: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        let turns = self.once.bind(py);
        let new = match turns.get_item(tag)? {
            Some(found) => found,
            // Another thread may have set it meanwhile.
            None => turns.call_method1(
                "setdefault",
                (tag, Once { state: Mutex::new(State::Open), changed: Condvar::new() }),
            )?,
        };
        let once = new.cast::<Once>()?.get();
        if let Some(result) = once.wait(py, tag)? {
            return Ok(result);
        }
        let mut turn = Turn { once, is_done: false };
        let result = python_call::call_bound(func.as_borrowed(), None)?.unbind();
        *once.state() = State::Done(result.clone_ref(py));
        turn.is_done = true;
        Ok(result)
    }
}
