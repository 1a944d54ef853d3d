//! Errors that compiled code catches.
//!
//! An error that was taken is the address of a box, a word to the code, which gives it back once. What C left in
//! the border's frame becomes an exception of the interpreter's when it is taken; a raise of compiled code stays what
//! it is, so that catching it needs no interpreter.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ccall::border;
use pyo3::prelude::*;
use runtime::error::{self, Error};

use super::border::with_interpreter;
use super::raised::Descriptor;
use crate::errors;

/// The status of a call that left its error with the runtime.
const STATUS_RAISED: i32 = 1;

/// Takes the error of this thread.
pub(super) extern "C" fn take() -> u64 {
    let taken = error::take().or_else(|| {
        let pending = border::take_error()?;
        let mut made = None;
        with_interpreter(|py| made = Some(errors::pending(py, pending)));
        made.map(|made| Error::Host(Box::new(made)))
    });
    into_word(taken.unwrap_or_else(nothing))
}

/// What stands for an error that there is not; it is not reached while the interpreter runs.
fn nothing() -> Error {
    Error::Host(Box::new(errors::internal("caught: the code failed without an error".to_owned())))
}

fn into_word(error: Error) -> u64 {
    Box::into_raw(Box::new(error)).expose_provenance() as u64
}

fn pointer(word: u64) -> *mut Error {
    std::ptr::with_exposed_provenance_mut(usize::try_from(word).unwrap_or_default())
}

/// Whether an error is of a class of the program, by its number.
///
/// # Safety
/// The word is an error that was taken and not given back; `code` is the descriptor of the code that runs.
pub(super) unsafe extern "C" fn is_of(word: u64, code: *const Descriptor, class: u32) -> i32 {
    // SAFETY: the caller says so.
    let (error, descriptor) = unsafe { (&*pointer(word), &*code) };
    let answer = catch_unwind(AssertUnwindSafe(|| match error {
        Error::Raised(raised) if raised.code == code.cast() => descriptor.catches(raised.site, class),
        Error::Raised(_) => false,
        Error::Host(made) => {
            let mut is_of = false;
            with_interpreter(|py| {
                is_of =
                    made.downcast_ref::<PyErr>().is_some_and(|made| descriptor.catches_made(py, made, class));
            });
            is_of
        }
    }));
    // No panic crosses C; its message has been printed.
    answer.map_or_else(
        |payload| {
            std::mem::forget(payload);
            0
        },
        i32::from,
    )
}

/// The same error once more.
///
/// # Safety
/// The word is an error that was taken and not given back.
pub(super) unsafe extern "C" fn copy(word: u64) -> u64 {
    // SAFETY: the caller says so.
    let error = unsafe { &*pointer(word) };
    into_word(match error {
        Error::Raised(raised) => Error::Raised(raised.clone()),
        Error::Host(made) => {
            let mut copied = None;
            with_interpreter(|py| copied = made.downcast_ref::<PyErr>().map(|made| made.clone_ref(py)));
            copied.map_or_else(nothing, |copied| Error::Host(Box::new(copied)))
        }
    })
}

/// Forgets an error.
///
/// # Safety
/// The word is an error that was taken and not given back.
pub(super) unsafe extern "C" fn drop_error(word: u64) {
    // SAFETY: the caller says so, and gives it back here.
    match *unsafe { Box::from_raw(pointer(word)) } {
        Error::Raised(raised) => drop(raised),
        Error::Host(made) => with_interpreter(|_| drop(made)),
    }
}

/// Gives the thread an error again: the status that the code returns.
///
/// # Safety
/// The word is an error that was taken and not given back.
pub(super) unsafe extern "C" fn restore(word: u64) -> i32 {
    // SAFETY: the caller says so, and gives it back here.
    error::set(*unsafe { Box::from_raw(pointer(word)) });
    STATUS_RAISED
}
