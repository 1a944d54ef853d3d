//! What ferrule keeps for each thread: the `errno` of its C calls and its innermost frame.
//!
//! A call out of Python fetches the state once and does everything with it; each step is then a
//! load or a store. C's own `errno` stays what the interpreter made of it: the kept one is put in
//! place for the call and taken out again after it.

use std::cell::Cell;
use std::ffi::c_void;
use std::marker::PhantomData;

use crate::border::Link;

/// The state of one thread.
#[derive(Debug)]
struct State {
    errno: Cell<i32>,
    /// C's `errno` of the thread, once it was asked for.
    c_errno: Cell<*mut i32>,
    innermost: Cell<*mut Link>,
}

thread_local! {
    static STATE: State = const {
        State {
            errno: Cell::new(0),
            c_errno: Cell::new(std::ptr::null_mut()),
            innermost: Cell::new(std::ptr::null_mut()),
        }
    };
}

/// The state of the thread that asked for it. It cannot go to another one.
#[derive(Clone, Copy, Debug)]
pub struct ThreadState {
    state: *const State,
    /// Not `Send`, not `Sync`.
    thread: PhantomData<*mut ()>,
}

impl ThreadState {
    /// That of this thread.
    #[inline]
    pub fn current() -> Self {
        Self { state: STATE.with(std::ptr::from_ref), thread: PhantomData }
    }

    /// The address of C's `errno`.
    #[inline]
    fn c_errno(&self) -> *mut i32 {
        let known = self.state().c_errno.get();
        if known.is_null() { self.find_c_errno() } else { known }
    }

    #[cold]
    fn find_c_errno(&self) -> *mut i32 {
        // SAFETY: it has no precondition.
        let address = unsafe { libc::__errno_location() };
        self.state().c_errno.set(address);
        address
    }

    #[inline]
    fn state(&self) -> &State {
        // SAFETY: the state has no destructor and lives as long as its thread, which `self` and
        // what is borrowed from it cannot leave.
        unsafe { &*self.state }
    }

    /// The kept `errno`: what the last C call left, unless it was set since.
    #[inline]
    pub fn errno(&self) -> i32 {
        self.state().errno.get()
    }

    /// Sets what the next C call finds in `errno`.
    #[inline]
    pub fn set_errno(&self, value: i32) {
        self.state().errno.set(value);
    }

    /// Exchanges the kept `errno` and C's: before a call, after a call, and the other way round
    /// where C calls back.
    #[inline]
    pub fn swap_errno(&self) {
        // SAFETY: the address of this thread's `errno`, which outlives `self`.
        unsafe { self.c_errno().write(self.state().errno.replace(self.c_errno().read())) };
    }

    /// The innermost frame or barrier.
    #[inline]
    pub(crate) fn innermost(&self) -> *mut Link {
        self.state().innermost.get()
    }

    /// What the innermost call out left for callbacks, if C was called by it directly; else null.
    #[inline]
    pub fn parked(&self) -> *mut c_void {
        // SAFETY: whoever entered a link keeps it in place until it is left, and only this thread
        // reaches it.
        unsafe { self.innermost().as_ref() }.map_or(std::ptr::null_mut(), Link::parked)
    }

    #[inline]
    pub(crate) fn set_innermost(&self, link: *mut Link) {
        self.state().innermost.set(link);
    }
}
