//! What happens to errors that callbacks raise.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ccall::ThreadState;
use ccall::border::{
    CallFrame, Error, PENDING, Pending, behind_barrier, call_out, holds_error, is_stopped, offer,
};

/// The count of pending frames is the process's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pending() -> u32 {
    PENDING.load(Ordering::Relaxed)
}

fn raise(text: &'static str) -> Result<(), &'static str> {
    offer(Box::new(text)).map_err(|error| text_of(&error))
}

fn text_of(error: &Error) -> &'static str {
    error.downcast_ref::<&str>().expect("the tests raise texts")
}

fn kept(pending: Option<&Pending>) -> Option<(&'static str, u32)> {
    pending.map(|pending| (text_of(&pending.error), pending.skipped))
}

#[test]
fn an_error_without_a_frame_comes_back() {
    let _alone = alone();
    assert_eq!(raise("nobody called"), Err("nobody called"));
    assert!(!is_stopped() && !holds_error());
    assert_eq!(pending(), 0);
}

#[test]
fn the_first_error_is_kept_and_the_others_are_counted() {
    let _alone = alone();
    let thread = ThreadState::current();
    let (result, error) = call_out(thread, || {
        assert!(!is_stopped());
        assert_eq!(raise("first"), Ok(()));
        assert_eq!(pending(), 1);
        assert!(holds_error());
        assert!(is_stopped() && is_stopped());
        assert_eq!(raise("last"), Ok(()));
        7
    });
    assert_eq!((result, kept(error.as_ref()), pending()), (7, Some(("first", 3)), 0));
    assert!(!holds_error() && !is_stopped());
}

#[test]
fn a_call_without_errors_has_none() {
    let _alone = alone();
    let ((), error) = call_out(ThreadState::current(), || {});
    assert!(error.is_none());
}

#[test]
fn no_error_passes_a_barrier() {
    let _alone = alone();
    let thread = ThreadState::current();
    let ((), error) = call_out(thread, || {
        behind_barrier(thread, || {
            assert_eq!(raise("in the interpreter"), Err("in the interpreter"));
            assert!(!is_stopped());
        });
        assert_eq!(raise("after it"), Ok(()));
        behind_barrier(thread, || assert!(!is_stopped() && !holds_error()));
        assert!(is_stopped());
    });
    assert_eq!(kept(error.as_ref()), Some(("after it", 1)));
}

#[test]
fn nested_calls_keep_their_own_errors() {
    let _alone = alone();
    let thread = ThreadState::current();
    let ((), outer) = call_out(thread, || {
        assert_eq!(raise("outer"), Ok(()));
        let inner = behind_barrier(thread, || {
            let ((), inner) = call_out(thread, || {
                assert!(!is_stopped());
                assert_eq!(raise("inner"), Ok(()));
                assert_eq!(pending(), 2);
            });
            inner
        });
        assert_eq!((kept(inner.as_ref()), pending()), (Some(("inner", 0)), 1));
    });
    assert_eq!((kept(outer.as_ref()), pending()), (Some(("outer", 0)), 0));
}

#[test]
fn another_thread_has_no_frame() {
    let _alone = alone();
    let ((), error) = call_out(ThreadState::current(), || {
        assert_eq!(raise("here"), Ok(()));
        let foreign = std::thread::spawn(|| (is_stopped(), raise("there")));
        assert_eq!(foreign.join().expect("the thread ends"), (false, Err("there")));
        assert_eq!(pending(), 1);
    });
    assert_eq!(kept(error.as_ref()), Some(("here", 0)));
}

#[test]
fn a_panic_leaves_its_frame_and_barrier() {
    let _alone = alone();
    let thread = ThreadState::current();
    let outcome = std::panic::catch_unwind(|| {
        let thread = ThreadState::current();
        call_out(thread, || {
            assert_eq!(raise("lost"), Ok(()));
            behind_barrier(thread, || panic!("on purpose"));
        })
    });
    assert!(outcome.is_err());
    assert_eq!((pending(), raise("no frame")), (0, Err("no frame")));
    let ((), error) = call_out(thread, || {});
    assert!(error.is_none());
}

/// Offers another error when it is dropped.
struct Echo;

impl Drop for Echo {
    fn drop(&mut self) {
        assert_eq!(raise("from a destructor"), Ok(()));
    }
}

#[test]
fn the_destructor_of_a_counted_error_may_raise() {
    let _alone = alone();
    let ((), error) = call_out(ThreadState::current(), || {
        assert_eq!(raise("first"), Ok(()));
        assert!(offer(Box::new(Echo)).is_ok());
    });
    assert_eq!(kept(error.as_ref()), Some(("first", 2)));
}

#[test]
fn a_frame_is_entered_and_left_by_hand() {
    let _alone = alone();
    let thread = ThreadState::current();
    let mut frame = CallFrame::new();
    // SAFETY: the frame stays in its variable.
    unsafe { frame.enter(thread) };
    assert_eq!(raise("kept"), Ok(()));
    assert_eq!(kept(frame.leave(thread).as_ref()), Some(("kept", 0)));
}
