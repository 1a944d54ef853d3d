//! Code for one type key, and a call of it.
//!
//! # Safety model
//! The guards and [`convert`](super::convert) write the words that the code's own parameters take, which is what
//! the native entry relies on. The objects that arguments are live as long as the call; so do the headers
//! that stand for their memory.

use std::mem::MaybeUninit;

use ccall::ThreadState;
use ccall::border::CallFrame;
use pyo3::ffi;
use pyo3::prelude::*;
use runtime::memory::Memory;

use super::argument::Argument;
use super::convert;
use super::guard::{Guard, Room};
use super::outcome::{Made, Outcome};
use crate::compiled::{Descriptor, RaisedError};
use crate::errors;
use crate::failure::Failure;
use crate::signature::TypeKind;

/// What the native entry is.
pub(super) type Entry = unsafe extern "C" fn(results: *mut u64, args: *const u64) -> i32;

/// Words of arguments, headers and words of results for which there is room on the C stack.
const WORDS: usize = 32;
const HEADERS: usize = 4;
const RESULTS: usize = 12;

/// Code for one type key.
pub(super) struct Specialisation {
    /// The entry in the code.
    pub(super) entry: Entry,
    pub(super) guards: Box<[Guard]>,
    pub(super) outcome: Outcome,
    /// Whether the lock is given up while it runs.
    pub(super) releases_gil: bool,
    /// Whether it calls C, which may call back.
    pub(super) crosses_border: bool,
    /// How many words, headers and words of results a call takes.
    pub(super) room: (usize, usize, usize),
    pub(super) key: Box<[Argument]>,
    /// What users see.
    pub(super) shown: (Vec<TypeKind>, TypeKind),
    /// The objects whose addresses are in the key.
    pub(super) keeps: Vec<Py<PyAny>>,
    /// The symbol of the entry.
    pub(super) symbol: String,
    /// Unmapped with this. Before the descriptor, whose address is in it.
    pub(super) _code: jit::Code,
    /// What the code is called in errors.
    pub(super) descriptor: Box<Descriptor>,
}

impl Specialisation {
    /// Calls it if the arguments have its key, and none of what it takes is large.
    ///
    /// # Safety
    /// The arguments live.
    #[inline]
    pub(super) unsafe fn call_if_exact(
        &self,
        py: Python<'_>,
        dispatcher: *mut ffi::PyObject,
        args: &[*mut ffi::PyObject],
    ) -> Option<Result<*mut ffi::PyObject, Failure>> {
        if self.guards.len() != args.len() || !self.is_small() {
            return None;
        }
        let mut words = [const { MaybeUninit::<u64>::uninit() }; WORDS];
        let mut headers = [const { MaybeUninit::<Memory>::uninit() }; HEADERS];
        let mut room = Room::new(words.as_mut_ptr().cast(), headers.as_mut_ptr().cast());
        for (guard, object) in self.guards.iter().zip(args) {
            // SAFETY: the arguments live, and there is room for what is small.
            if !unsafe { guard.take(*object, &mut room) } {
                return None;
            }
        }
        let mut results = [const { MaybeUninit::<u64>::uninit() }; RESULTS];
        // SAFETY: the guards wrote all words and headers, and results are small.
        Some(unsafe {
            let start = headers.as_ptr().cast::<Memory>();
            let made = Made { dispatcher, headers: (start, room.headers) };
            self.run(py, words.as_ptr().cast(), results.as_mut_ptr().cast(), &made)
        })
    }

    #[inline]
    fn is_small(&self) -> bool {
        let (words, headers, results) = self.room;
        words <= WORDS && headers <= HEADERS && results <= RESULTS
    }

    /// Calls it with arguments that are converted where they do not have its key.
    ///
    /// # Safety
    /// The arguments live, and are as many as it takes.
    pub(super) unsafe fn call_converted(
        &self,
        py: Python<'_>,
        dispatcher: *mut ffi::PyObject,
        args: &[*mut ffi::PyObject],
        wrong: impl Fn(Failure, usize) -> Failure,
    ) -> Result<*mut ffi::PyObject, Failure> {
        let mut words: Vec<u64> = Vec::with_capacity(self.room.0);
        let mut headers: Vec<Memory> = Vec::with_capacity(self.room.1);
        let mut results: Vec<u64> = Vec::with_capacity(self.room.2);
        let mut room = Room::new(words.as_mut_ptr(), headers.as_mut_ptr());
        for (index, (wanted, object)) in self.key.iter().zip(args).enumerate() {
            // SAFETY: the arguments live, and there is room for all.
            let done = unsafe { convert::write_as(Borrowed::from_ptr(py, *object), wanted, &mut room) };
            done.map_err(|failure| wrong(failure, index))?;
        }
        // SAFETY: all words and headers were written, and there is room for the results.
        unsafe {
            let made = Made { dispatcher, headers: (headers.as_ptr(), room.headers) };
            self.run(py, words.as_ptr(), results.as_mut_ptr(), &made)
        }
    }

    /// # Safety
    /// The words are those of arguments that live, and there is room for the results.
    #[inline]
    unsafe fn run(
        &self,
        py: Python<'_>,
        words: *const u64,
        results: *mut u64,
        made: &Made,
    ) -> Result<*mut ffi::PyObject, Failure> {
        // SAFETY: the caller's promise; with status 0 the results are written.
        unsafe {
            let status = if self.releases_gil || self.crosses_border {
                self.go_over_border(py, words, results)?
            } else {
                (self.entry)(results, words)
            };
            if status == 0 { self.outcome.object(py, results, made) } else { Err(raised(py)) }
        }
    }

    /// Calls the entry where the lock is given up, or where C may be called.
    ///
    /// # Safety
    /// As for [`Self::run`].
    #[inline(never)]
    unsafe fn go_over_border(
        &self,
        py: Python<'_>,
        words: *const u64,
        results: *mut u64,
    ) -> Result<i32, Failure> {
        let thread = ThreadState::current();
        let mut border = CallFrame::new();
        // SAFETY: the border frame stays where it is until it is left; the lock is taken again before anything of
        // Python is touched.
        let status = unsafe {
            border.enter(thread);
            let state = if self.releases_gil { ffi::PyEval_SaveThread() } else { std::ptr::null_mut() };
            thread.swap_errno();
            let status = (self.entry)(results, words);
            thread.swap_errno();
            if !state.is_null() {
                ffi::PyEval_RestoreThread(state);
            }
            status
        };
        match border.leave(thread) {
            // Its own error, and another that was kept meanwhile: the first is the one.
            Some(pending) => {
                drop(RaisedError::take());
                Err(errors::pending(py, pending).into())
            }
            None => Ok(status),
        }
    }
}

/// The exception that the code ended with.
#[cold]
fn raised(py: Python<'_>) -> Failure {
    match RaisedError::take() {
        Some(error) => error.exception(py).into(),
        None => errors::internal("dispatch: the code failed without an error".to_owned()).into(),
    }
}
