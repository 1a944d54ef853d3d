//! The error that compiled code ended with, until the host takes it.
//!
//! ```text
//!   thread  ->  code   what the linker defined `ferrule_code` as: whose error it is
//!               site   which of the program's raise sites
//!               args   a word for each scalar argument: integers extended, floats as `double`,
//!                      complex numbers as two words
//! ```
//! A thread has at most one: whoever gets status 1 takes it before anything else is called.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::c_void;
use std::slice;

/// The site of an error that no statement raises: the stack is used up. Its word is the number of the function.
pub const RECURSION: u32 = u32::MAX;

/// The error of a thread.
#[derive(Debug)]
pub enum Error {
    /// Compiled code raised it.
    Raised(Raised),
    /// The host made it while compiled code ran.
    Host(Box<dyn Any + Send>),
}

/// What compiled code raised.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised {
    /// The address that stands for the code.
    pub code: *const c_void,
    /// The number of the raise site in its program.
    pub site: u32,
    /// The words of the arguments that are known only when it runs.
    pub args: Vec<u64>,
}

thread_local! {
    static RAISED: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// The thread's error, which it no longer has then.
pub fn take() -> Option<Error> {
    RAISED.try_with(|slot| slot.borrow_mut().take()).ok().flatten()
}

/// Gives the thread an error.
pub fn set(error: Error) {
    // A thread that is ending has no place for the error any more; its status says enough.
    let _ = RAISED.try_with(|slot| *slot.borrow_mut() = Some(error));
}

/// Keeps an error for the host.
///
/// # Safety
/// `count` words are readable at `args`.
pub(crate) unsafe extern "C" fn raise(code: *const c_void, site: u32, args: *const u64, count: usize) {
    let args = if count == 0 {
        Vec::new()
    } else {
        // SAFETY: the caller says so.
        unsafe { slice::from_raw_parts(args, count) }.to_vec()
    };
    set(Error::Raised(Raised { code, site, args }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_kept_until_it_is_taken() {
        let words = [7, u64::MAX];
        let code = std::ptr::from_ref(&words).cast();
        // SAFETY: two words are there.
        unsafe { raise(code, 3, words.as_ptr(), 2) };
        let Some(Error::Raised(raised)) = take() else { panic!("an error is there") };
        assert_eq!(raised, Raised { code, site: 3, args: words.to_vec() });
        assert!(take().is_none());
    }
}
