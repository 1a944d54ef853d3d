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
    tombstone: OnceLock<Tombstone>,
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
        let record = self.slot.record();
        // SAFETY: records are never freed.
        if let Some(record) = unsafe { record.as_ref() } {
            // Retiring takes the thunk, so this is the first time.
            let _ = record.tombstone.set(tombstone);
            return;
        }
        // A call that finds the entry also finds the record: it is written first.
        self.slot.set_record(Record::of_dead(tombstone));
        self.slot.set_target(entry::address());
    }
}

/// The records of jumps whose code is gone, by what is said of them: those of functions that are made
/// again and again at one place are one.
static DEAD: Mutex<BTreeMap<[&str; 3], &Record>> = Mutex::new(BTreeMap::new());

impl Record {
    /// The record of a jump whose code is gone.
    fn of_dead(tombstone: Tombstone) -> &'static Self {
        let mut dead = DEAD.lock().unwrap_or_else(PoisonError::into_inner);
        let known: &BTreeMap<[&str; 3], &'static Self> = &dead;
        if let Some(record) = known.get(&tombstone.texts())
            && record.tombstone.get().is_some_and(|other| other.answers_like(&tombstone))
        {
            return record;
        }
        let record: &'static Self = Box::leak(Box::new(Self {
            handler: |_, _| {},
            context: ptr::null_mut(),
            plan: tombstone.plan.clone(),
            tombstone: OnceLock::from(tombstone),
        }));
        if let Some(tombstone) = record.tombstone.get() {
            dead.insert(tombstone.texts(), record);
        }
        record
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
