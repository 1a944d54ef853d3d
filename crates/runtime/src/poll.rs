//! Whether a loop is interrupted.
//!
//! Loops ask often. On the main thread the host is asked in turn, once in some milliseconds by the processor's
//! clock; no other thread is ever interrupted.

use std::any::Any;
use std::cell::Cell;
use std::sync::OnceLock;

use crate::error::{self, Error};

/// Ticks of the clock between two questions to the host: about ten milliseconds.
const TICKS: u64 = 1 << 25;

/// Asks the host; gives its error where compiled code is to end.
pub type Host = fn() -> Option<Box<dyn Any + Send>>;

static HOST: OnceLock<Host> = OnceLock::new();

thread_local! {
    /// When the host is asked next.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Says whom to ask, once and for all.
pub fn set_host(host: Host) {
    // The first stays.
    let _ = HOST.set(host);
}

/// Whether the code is to end, with the status that it returns then.
pub(crate) extern "C" fn poll() -> i32 {
    // SAFETY: every processor of this architecture has the instruction.
    let now = unsafe { std::arch::x86_64::_rdtsc() };
    if now < NEXT.get() { 0 } else { ask(now) }
}

#[cold]
fn ask(now: u64) -> i32 {
    if !is_main_thread() {
        NEXT.set(u64::MAX);
        return 0;
    }
    NEXT.set(now.saturating_add(TICKS));
    match HOST.get().and_then(|host| host()) {
        Some(found) => {
            error::set(Error::Host(found));
            1
        }
        None => 0,
    }
}

fn is_main_thread() -> bool {
    // SAFETY: neither has a precondition.
    unsafe { libc::gettid() == libc::getpid() }
}
