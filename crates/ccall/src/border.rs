//! Errors cross C: what happens to an error that is raised where C is the caller.
//!
//! Each thread has a chain of links on its stack. A call out of Python opens a [`CallFrame`];
//! Python entered from C pushes a [`Barrier`], which no error passes. An error offered while the
//! innermost link is a frame is kept there, C gets the error value, and the call raises the error
//! when it returns to Python. The first error wins: callbacks after it in that frame do not run
//! and are counted. Without a frame, as when another library made the call or on a foreign
//! thread, whoever offered the error gets it back to report it.
//!
//! ```text
//! Python ─CallFrame─> C ─> compiled code: offer() keeps the error in the frame
//!                     C ─Barrier─> Python ─CallFrame─> C ─> offer() keeps it in the inner frame
//!                     C ─Barrier─> Python: offer() gives it back, until the barrier is left
//! ```

use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomPinned;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::ThreadState;

/// How many frames of the process hold an error. Compiled code tests this word after calls of C:
/// while it is zero, which is nearly always, there is nothing to look for.
pub static PENDING: AtomicU32 = AtomicU32::new(0);

/// An error of any kind, as whoever raised it knows it.
pub type Error = Box<dyn Any + Send>;

/// What a frame kept.
pub struct Pending {
    /// The first error.
    pub error: Error,
    /// How many callbacks did not run, or failed too, after it.
    pub skipped: u32,
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pending").field("skipped", &self.skipped).finish_non_exhaustive()
    }
}

/// A frame or a barrier in the chain of a thread.
#[derive(Debug)]
pub(crate) struct Link {
    outer: *mut Link,
    /// See [`CallFrame::park`].
    parked: *mut c_void,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Barrier,
    Frame(Option<Pending>),
}

impl Link {
    const fn new(kind: Kind) -> Self {
        Self { outer: ptr::null_mut(), parked: ptr::null_mut(), kind }
    }

    /// Becomes the innermost link of the thread.
    ///
    /// # Safety
    /// The link stays where it is until it is popped.
    #[inline]
    unsafe fn push(&mut self, thread: ThreadState) {
        self.outer = thread.innermost();
        thread.set_innermost(self);
    }

    /// What the call that it is of left for callbacks.
    #[inline]
    pub(crate) const fn parked(&self) -> *mut c_void {
        self.parked
    }

    #[inline]
    fn pop(&mut self, thread: ThreadState) {
        debug_assert!(ptr::eq(thread.innermost(), self), "links are left in the order of the stack");
        thread.set_innermost(self.outer);
    }
}

/// The frame of one call out of Python, on the stack of the call.
#[derive(Debug)]
pub struct CallFrame {
    link: Link,
    _pinned: PhantomPinned,
}

impl CallFrame {
    /// A frame, not yet entered.
    #[inline]
    pub const fn new() -> Self {
        Self { link: Link::new(Kind::Frame(None)), _pinned: PhantomPinned }
    }

    /// Opens the frame.
    ///
    /// # Safety
    /// Until [`Self::leave`] on the same thread the frame is not moved, and links entered
    /// meanwhile are left.
    #[inline]
    pub unsafe fn enter(&mut self, thread: ThreadState) {
        // SAFETY: the caller keeps the frame in place.
        unsafe { self.link.push(thread) };
    }

    /// Leaves what the call gave up while C runs, before the frame is entered: a callback on the same
    /// thread takes it up again by [`ThreadState::parked`].
    #[inline]
    pub const fn park(&mut self, state: *mut c_void) {
        self.link.parked = state;
    }

    /// Closes the frame: the error that it kept, which the caller now raises.
    #[inline]
    pub fn leave(&mut self, thread: ThreadState) -> Option<Pending> {
        self.link.pop(thread);
        match &mut self.link.kind {
            Kind::Frame(None) | Kind::Barrier => None,
            Kind::Frame(pending) => take(pending),
        }
    }
}

#[cold]
fn take(pending: &mut Option<Pending>) -> Option<Pending> {
    PENDING.fetch_sub(1, Ordering::Relaxed);
    pending.take()
}

impl Default for CallFrame {
    fn default() -> Self {
        Self::new()
    }
}

/// Python entered from C, on the stack of the callback.
#[derive(Debug)]
pub struct Barrier {
    link: Link,
    _pinned: PhantomPinned,
}

impl Barrier {
    /// A barrier, not yet in place.
    #[inline]
    pub const fn new() -> Self {
        Self { link: Link::new(Kind::Barrier), _pinned: PhantomPinned }
    }

    /// Puts the barrier in place.
    ///
    /// # Safety
    /// As [`CallFrame::enter`].
    #[inline]
    pub unsafe fn enter(&mut self, thread: ThreadState) {
        // SAFETY: the caller keeps the barrier in place.
        unsafe { self.link.push(thread) };
    }

    /// Takes the barrier away.
    #[inline]
    pub fn leave(&mut self, thread: ThreadState) {
        self.link.pop(thread);
    }
}

impl Default for Barrier {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes a link off the chain when its scope ends, also by a panic. It holds no reference: while
/// the scope lasts the link belongs to whoever finds it in the chain.
struct Leave<L>(*mut L, fn(*mut L, ThreadState), ThreadState);

impl<L> Drop for Leave<L> {
    fn drop(&mut self) {
        (self.1)(self.0, self.2);
    }
}

/// Runs `body` in a frame: what it returned, and the error that the frame kept.
#[inline]
pub fn call_out<R>(thread: ThreadState, body: impl FnOnce() -> R) -> (R, Option<Pending>) {
    let mut frame = CallFrame::new();
    let frame = &raw mut frame;
    // SAFETY: the frame is a variable of this function, left below or by the guard.
    unsafe { (*frame).enter(thread) };
    // SAFETY: the guard runs before the variable ends, when nothing else refers to it.
    let leave = Leave(frame, |frame, thread| drop(unsafe { (*frame).leave(thread) }), thread);
    let result = body();
    std::mem::forget(leave);
    // SAFETY: as for the guard, which is gone.
    (result, unsafe { (*frame).leave(thread) })
}

/// Runs `body` behind a barrier.
#[inline]
pub fn behind_barrier<R>(thread: ThreadState, body: impl FnOnce() -> R) -> R {
    let mut barrier = Barrier::new();
    let barrier = &raw mut barrier;
    // SAFETY: the barrier is a variable of this function, left by the guard.
    unsafe { (*barrier).enter(thread) };
    // SAFETY: the guard runs before the variable ends, when nothing else refers to it.
    let _leave = Leave(barrier, |barrier, thread| unsafe { (*barrier).leave(thread) }, thread);
    body()
}

/// What the innermost link of this thread keeps, if it is a frame.
fn innermost_frame<'a>() -> Option<&'a mut Option<Pending>> {
    let link = ThreadState::current().innermost();
    // SAFETY: whoever entered a link keeps it in place until it is left, and only this thread
    // reaches it; the functions below let go of it before they call anything that could.
    match unsafe { link.as_mut() }?.kind {
        Kind::Barrier => None,
        Kind::Frame(ref mut pending) => Some(pending),
    }
}

/// Keeps `error` in the innermost frame, or counts it there when that already holds one.
///
/// # Errors
/// `error` itself when there is no frame, or a barrier before it: the caller reports it.
pub fn offer(error: Error) -> Result<(), Error> {
    let refused = match innermost_frame() {
        None => return Err(error),
        Some(Some(pending)) => {
            pending.skipped = pending.skipped.saturating_add(1);
            error
        }
        Some(slot) => {
            *slot = Some(Pending { error, skipped: 0 });
            PENDING.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
    };
    // Its destructor may run anything, this module included.
    drop(refused);
    Ok(())
}

/// Whether a callback must return its error value without running, because the innermost frame
/// already holds an error. The callback is counted.
pub fn is_stopped() -> bool {
    match innermost_frame() {
        Some(Some(pending)) => {
            pending.skipped = pending.skipped.saturating_add(1);
            true
        }
        Some(None) | None => false,
    }
}

/// The error that the innermost frame holds, which it no longer does then: for code that C was called from and that
/// goes on.
pub fn take_error() -> Option<Pending> {
    let frame = innermost_frame()?;
    if frame.is_some() { take(frame) } else { None }
}

/// Whether the innermost frame holds an error: what compiled code asks after a call of C when
/// [`PENDING`] is not zero.
pub fn holds_error() -> bool {
    matches!(innermost_frame(), Some(Some(_)))
}
