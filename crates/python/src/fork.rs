//! `fork` while other threads work without the interpreter's lock.
//!
//! A child of `fork` has the one thread that called it: a lock that another thread held stays taken
//! there for ever. `fork` holds the interpreter's lock, so that is never one that is taken with that
//! lock alone. Whoever works without it says so by [`working`], and `fork` waits for them; see
//! `docs/design/013-fork.md`.

use std::cell::Cell;
use std::io;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Shared by all who work, taken alone by `fork`.
static WORKING: RwLock<()> = RwLock::new(());

thread_local! {
    /// While this thread forks.
    static FORKING: Cell<Option<RwLockWriteGuard<'static, ()>>> = const { Cell::new(None) };
}

/// Puts `fork` off as long as the guard lives. It is taken without the interpreter's lock, which the one
/// who waits holds, and that lock is not asked for meanwhile.
pub(crate) fn working() -> RwLockReadGuard<'static, ()> {
    WORKING.read().unwrap_or_else(PoisonError::into_inner)
}

/// Makes `fork` wait for those who work.
///
/// # Errors
/// When there is no memory for that.
pub(crate) fn register() -> io::Result<()> {
    // SAFETY: the handlers live as long as the process, since a module of Python is never unloaded.
    match unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) } {
        0 => Ok(()),
        status => Err(io::Error::from_raw_os_error(status)),
    }
}

extern "C" fn before() {
    let guard = WORKING.write().unwrap_or_else(PoisonError::into_inner);
    // A thread that ends has no place for the guard; nobody waits for what such a thread forks.
    let _ = FORKING.try_with(|forking| forking.set(Some(guard)));
}

/// In the parent and in the child, on the thread that forked.
extern "C" fn after() {
    let _ = FORKING.try_with(Cell::take);
}
