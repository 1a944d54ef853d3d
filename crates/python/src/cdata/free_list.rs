//! Memory of small C data: what one object leaves is kept for the next.
//!
//! Most C data is a pointer, a slice or a small struct that lives for a line of a program. The interpreter's
//! allocator takes an eighth of what such a line costs. As for its own floats and tuples, some freed memory is
//! kept back, in a list a size:
//!
//! ```text
//! blocks of 48 bytes   up to MOST
//! blocks of 64 bytes   up to MOST
//! ```
//!
//! Memory of at most 64 bytes has one of the two sizes, whoever asks for how much: so it can be kept by
//! whoever knows what it has at least. Where `PYTHONMALLOC` names an allocator, which is done to find faults,
//! nothing is kept.
//!
//! # Safety model
//! The lists are touched with the interpreter's lock held. A block in a list is in no other use.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::ffi;

/// The two sizes.
const SMALL: usize = 48;
const LARGE: usize = 64;

/// How many blocks a list keeps.
const MOST: usize = 64;

/// How many are kept in this process.
static LIMIT: AtomicUsize = AtomicUsize::new(0);

/// A block in a list.
struct Block {
    next: *mut Block,
}

/// Blocks of one size.
struct FreeList {
    first: Cell<*mut Block>,
    count: Cell<usize>,
}

// SAFETY: the interpreter's lock is held by whoever touches a list.
unsafe impl Sync for FreeList {}

static LISTS: [FreeList; 2] =
    [const { FreeList { first: Cell::new(ptr::null_mut()), count: Cell::new(0) } }; 2];

/// Decides whether memory is kept in this process.
pub(super) fn start() {
    let limit = if std::env::var_os("PYTHONMALLOC").is_none() { MOST } else { 0 };
    LIMIT.store(limit, Ordering::Relaxed);
}

/// How much is allocated for this size.
#[inline]
pub(super) const fn rounded(size: usize) -> usize {
    if size <= SMALL {
        SMALL
    } else if size <= LARGE {
        LARGE
    } else {
        size
    }
}

/// The list of blocks of a size that was rounded.
#[inline]
fn list_of(size: usize) -> Option<&'static FreeList> {
    match size {
        SMALL => Some(&LISTS[0]),
        LARGE => Some(&LISTS[1]),
        _ => None,
    }
}

/// Memory, or null.
///
/// # Safety
/// The interpreter's lock is held.
#[inline]
pub(super) unsafe fn allocate(size: usize) -> *mut c_void {
    let size = rounded(size);
    if let Some(list) = list_of(size)
        && !list.first.get().is_null()
    {
        let block = list.first.get();
        // SAFETY: a block in a list is whole, and in no other use.
        list.first.set(unsafe { (*block).next });
        list.count.set(list.count.get() - 1);
        return block.cast();
    }
    // SAFETY: the caller's promise.
    unsafe { ffi::PyObject_Malloc(size) }
}

/// Gives memory back that has at least this size.
///
/// # Safety
/// The interpreter's lock is held. The memory is of a [`rounded`] size, and nobody uses it any more.
#[inline]
pub(super) unsafe fn free(memory: *mut c_void, at_least: usize) {
    if let Some(list) = list_of(rounded(at_least))
        && list.count.get() < LIMIT.load(Ordering::Relaxed)
    {
        let block = memory.cast::<Block>();
        // SAFETY: the caller's promise; a block has room for the address of the next.
        unsafe { (&raw mut (*block).next).write(list.first.get()) };
        list.first.set(block);
        list.count.set(list.count.get() + 1);
        return;
    }
    // SAFETY: the caller's promise.
    unsafe { ffi::PyObject_Free(memory) };
}
