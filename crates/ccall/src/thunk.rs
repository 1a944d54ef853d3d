//! Thunks: addresses of code that are made while the program runs.
//!
//! A thunk either jumps to a compiled function or calls a handler with the arguments that it
//! saved. Its address stays good for the life of the process: when what is behind it goes, the
//! thunk becomes a tombstone, which reports the call and returns the error value. It is not used
//! again.
//!
//! A thunk takes 32 bytes that are never given back, so one is made when an address is first asked
//! for, not with each compiled function.

mod entry;
mod pages;
mod tombstone;

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use tombstone::{Reporter, Tombstone, set_reporter};

use crate::CallbackPlan;
use crate::frame::CallbackFrame;

use pages::Slot;

/// What a callback thunk calls, on whatever thread C called it. It takes the arguments from the
/// frame and leaves the result there, by the thunk's plan. It may panic: C then gets zero bits and
/// the panic is reported.
pub type Handler = unsafe fn(context: *mut c_void, frame: &mut CallbackFrame);

/// What is behind a thunk that has saved its arguments. Records are never freed: a thread may
/// be on its way to one at any time.
#[derive(Debug)]
pub(crate) struct Record {
    handler: Handler,
    context: *mut c_void,
    plan: Option<Arc<CallbackPlan>>,
    /// Set once, when the thunk is retired.
    tombstone: OnceLock<&'static Tombstone>,
}

/// An address that C may call. Dropping it makes it a tombstone without a name.
#[derive(Debug)]
pub struct Thunk {
    slot: Slot,
}

impl Thunk {
    /// A thunk that jumps to `target`, with all registers but r10 as they are.
    ///
    /// # Errors
    /// When there is no memory for another page of thunks.
    pub fn jump(target: *const c_void) -> io::Result<Self> {
        let slot = pages::take()?;
        slot.set_target(target);
        Ok(Self { slot })
    }

    /// A thunk that calls `handler` with `context` and the arguments.
    ///
    /// The handler may be running on another thread, or be about to, when the thunk is retired;
    /// one that takes a lock to use its context asks [`CallbackFrame::refuse_if_retired`] when it
    /// has the lock, and is retired under it.
    ///
    /// # Errors
    /// When there is no memory for another page of thunks.
    ///
    /// # Safety
    /// Until the thunk is retired `handler` may be called with `context`, from any thread, and
    /// leaves a result that `plan`'s signature allows.
    pub unsafe fn callback(
        plan: Arc<CallbackPlan>,
        handler: Handler,
        context: *mut c_void,
    ) -> io::Result<Self> {
        let slot = pages::take()?;
        let record = Record { handler, context, plan: Some(plan), tombstone: OnceLock::new() };
        slot.set_record(Box::leak(Box::new(record)));
        slot.set_target(entry::address());
        Ok(Self { slot })
    }

    /// The address that C calls.
    pub fn address(&self) -> *const c_void {
        self.slot.address()
    }

    /// Leaves the thunk as it is for the life of the process.
    pub fn keep(self) -> *const c_void {
        let address = self.address();
        std::mem::forget(self);
        address
    }

    /// Makes the thunk a tombstone: calls report `tombstone` and return its error value. A call
    /// that another thread has begun is not waited for.
    pub fn retire(self, tombstone: Tombstone) {
        self.bury(tombstone);
        std::mem::forget(self);
    }

    fn bury(&self, tombstone: Tombstone) {
        let (dead, tombstone) = Record::of_dead(tombstone);
        // SAFETY: records are never freed.
        if let Some(record) = unsafe { self.slot.record().as_ref() } {
            // Retiring takes the thunk, so this is the first time.
            let _ = record.tombstone.set(tombstone);
            return;
        }
        // A call that finds the entry also finds the record: it is written first.
        self.slot.set_record(dead);
        self.slot.set_target(entry::address());
    }
}

/// A tombstone, and the record of a jump that has it.
type Dead = (&'static Record, &'static Tombstone);

/// The tombstones, by what they say: those of functions that are made again and again at one place
/// are one.
static DEAD: Mutex<BTreeMap<[&str; 3], Dead>> = Mutex::new(BTreeMap::new());

impl Record {
    /// The tombstone that is like this one, and the record of a jump whose code is gone.
    fn of_dead(tombstone: Tombstone) -> Dead {
        let mut dead = DEAD.lock().unwrap_or_else(PoisonError::into_inner);
        let known: &BTreeMap<[&str; 3], Dead> = &dead;
        if let Some(&(record, other)) = known.get(&tombstone.texts())
            && other.answers_like(&tombstone)
        {
            return (record, other);
        }
        let tombstone: &'static Tombstone = Box::leak(Box::new(tombstone));
        let record: &'static Self = Box::leak(Box::new(Self {
            handler: |_, _| {},
            context: ptr::null_mut(),
            plan: tombstone.plan.clone(),
            tombstone: OnceLock::from(tombstone),
        }));
        dead.insert(tombstone.texts(), (record, tombstone));
        (record, tombstone)
    }
}

// SAFETY: what `context` points to is used on any thread by the promise of `Thunk::callback`.
unsafe impl Sync for Record {}

impl Drop for Thunk {
    fn drop(&mut self) {
        self.bury(Tombstone::anonymous());
    }
}

impl CallbackFrame {
    /// The plan of the thunk that was called.
    #[inline]
    pub fn plan(&self) -> Option<&Arc<CallbackPlan>> {
        self.record().plan.as_ref()
    }

    /// When the thunk has been retired since it was called: reports that, sets the error value,
    /// and says so. The handler then returns.
    #[inline]
    pub fn refuse_if_retired(&mut self) -> bool {
        match self.record().tombstone.get() {
            None => false,
            Some(tombstone) => {
                tombstone.answer(self);
                true
            }
        }
    }

    #[inline]
    fn record<'a>(&self) -> &'a Record {
        // SAFETY: the thunk's entry wrote the address of a record, which is never freed.
        unsafe { &*self.record }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_one_place_is_kept_once() {
        let tombstone = |line: &str, error_value: u8| Tombstone {
            name: "compare".into(),
            signature: "int(int)".into(),
            made_at: line.into(),
            plan: None,
            error_value: Box::new([error_value]),
        };
        let kept = |line, error_value| Record::of_dead(tombstone(line, error_value)).1;
        let first = kept("a.py:1", 1);
        assert!(ptr::eq(first, kept("a.py:1", 1)));
        assert!(!ptr::eq(first, kept("a.py:2", 1)));
        let other = kept("a.py:1", 2);
        assert!(!ptr::eq(first, other) && *other.error_value == [2] && *first.error_value == [1]);
    }
}
