//! How far the stack of a thread may grow.
//!
//! The limit is found once a thread and leaves room for what compiled code calls: the runtime, and functions
//! that do not look at the limit themselves. Where the code runs on a stack that is not the thread's own there is none.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// Bytes that are left for what does not look.
const LEFT: usize = 256 << 10;

/// The stack of a thread.
#[derive(Clone, Copy)]
struct Bounds {
    limit: usize,
    end: usize,
}

thread_local! {
    static BOUNDS: Cell<Option<Bounds>> = const { Cell::new(None) };
}

/// The lowest address that the stack of this thread may reach; zero where that is not known.
pub(crate) extern "C" fn limit() -> u64 {
    let bounds = BOUNDS.get().unwrap_or_else(find);
    let here = (&raw const bounds).addr();
    if here < bounds.end { own_limit(here, bounds) } else { 0 }
}

/// The limit, if this thread's stack is what `here` lies in: what lies far below it is another.
fn own_limit(here: usize, bounds: Bounds) -> u64 {
    let is_near = here >= bounds.limit.saturating_sub(LEFT);
    if is_near { bounds.limit as u64 } else { 0 }
}

#[cold]
fn find() -> Bounds {
    let bounds = ask().unwrap_or(Bounds { limit: 0, end: 0 });
    BOUNDS.set(Some(bounds));
    bounds
}

fn ask() -> Option<Bounds> {
    let mut attributes = MaybeUninit::uninit();
    let (mut lowest, mut size, mut guard) = (null_mut(), 0, 0);
    // SAFETY: each call gets attributes that the first one filled, and places to write to.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let is_stack = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut size) == 0;
        let is_guard = libc::pthread_attr_getguardsize(attributes.as_ptr(), &raw mut guard) == 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if !is_stack || !is_guard {
            return None;
        }
    }
    let lowest = lowest.addr();
    // On a small stack a quarter must do. The guard may lie inside of what is called the stack.
    Some(Bounds { limit: lowest + guard + LEFT.min(size / 4), end: lowest + size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_lies_below_what_is_in_use() {
        let here = 0_u8;
        let here = (&raw const here).addr() as u64;
        let limit = limit();
        assert!(0 < limit && limit < here);
        let other = std::thread::spawn(|| super::limit()).join().expect("it ends");
        assert_ne!(other, limit);
    }
}
