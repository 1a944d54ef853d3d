//! C data in a long row, freed one after the other.
//!
//! A handle of a handle, a callback of a callback, memory that was lent and lent again: each deallocator gives up
//! the object before it, whose deallocator does the same. A row may be longer than the stack is deep. Where
//! too many deallocators are inside of each other, an object waits until the outermost of its thread is done:
//!
//! ```text
//! depth 0 ── 1 ── … ── DEEPEST: the object joins those who wait
//! then, again at depth 0: whoever waits is freed, and what that gives up, to the same depth
//! ```
//!
//! # Safety model
//! Who waits has no references, weak ones included, and is not seen by the collector: nobody else can reach it. The
//! field of its weak references, which it no longer needs, leads to the next.

use std::cell::Cell;
use std::ptr;

use pyo3::ffi;

use super::object::{CData, clear_weak_references};
use super::{function, lease};

/// How many deallocators may be inside of each other.
const DEEPEST: u32 = 32;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: Cell<*mut ffi::PyObject> = const { Cell::new(ptr::null_mut()) };
}

/// Frees C data now, or when the deallocators that are at work on this thread are done.
///
/// # Safety
/// It is a lease or a callback that nobody refers to, that is not tracked, and that was not freed; the lock is held.
pub(super) unsafe fn free_in_turn(object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise; what waits was given with the same one.
    unsafe {
        clear_weak_references(object);
        let depth = DEPTH.get();
        if depth == DEEPEST {
            CData::of_self(object).weak_references.set(WAITING.replace(object));
            return;
        }
        DEPTH.set(depth + 1);
        finish(object);
        if depth == 0 {
            while let Some(next) = take_waiting() {
                finish(next);
            }
        }
        DEPTH.set(depth);
    }
}

/// The one that waits for the shortest time.
///
/// # Safety
/// The lock is held.
unsafe fn take_waiting() -> Option<*mut ffi::PyObject> {
    let object = WAITING.get();
    if object.is_null() {
        return None;
    }
    // SAFETY: who waits is whole until it is freed.
    WAITING.set(unsafe { CData::of_self(object) }.weak_references.replace(ptr::null_mut()));
    Some(object)
}

/// # Safety
/// As for [`free_in_turn`].
unsafe fn finish(object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        if CData::of_self(object).lease().is_some() {
            lease::finish(object);
        } else {
            function::finish(object);
        }
    }
}
