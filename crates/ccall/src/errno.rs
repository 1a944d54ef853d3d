//! The thread's kept `errno`, for whoever needs nothing else of the [`ThreadState`].

use crate::ThreadState;

/// What the last C call of this thread left, unless it was set since.
#[inline]
pub fn get() -> i32 {
    ThreadState::current().errno()
}

/// Sets what the next C call of this thread finds.
#[inline]
pub fn set(value: i32) {
    ThreadState::current().set_errno(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_keeps_its_own() {
        set(5);
        std::thread::spawn(|| {
            assert_eq!(get(), 0);
            set(7);
        })
        .join()
        .expect("the thread ends");
        assert_eq!(get(), 5);
    }

    #[test]
    fn a_swap_puts_the_kept_value_in_c_and_back() {
        let thread = ThreadState::current();
        // SAFETY: it has no precondition, and its result lives as long as the thread.
        let c_errno = || unsafe { *libc::__errno_location() };
        let before = c_errno();
        thread.set_errno(11);
        thread.swap_errno();
        assert_eq!((c_errno(), thread.errno()), (11, before));
        thread.swap_errno();
        assert_eq!((c_errno(), thread.errno()), (before, 11));
    }
}
