//! What is left of a thunk whose code is gone, and who is told when it is called.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::CallbackPlan;
use crate::frame::CallbackFrame;

/// What is known of a retired thunk.
#[derive(Debug)]
pub struct Tombstone {
    /// The function's name.
    pub name: Box<str>,
    /// Its C signature.
    pub signature: Box<str>,
    /// Where it was made, as `file:line`.
    pub made_at: Box<str>,
    /// How its result is returned; without a plan every result register is zero.
    pub plan: Option<Arc<CallbackPlan>>,
    /// The bytes to return; zero bits when there are none.
    pub error_value: Box<[u8]>,
}

impl Tombstone {
    /// That of a thunk that was dropped without one.
    pub(super) fn anonymous() -> Self {
        Self {
            name: "".into(),
            signature: "".into(),
            made_at: "".into(),
            plan: None,
            error_value: Box::default(),
        }
    }

    /// What is said of it.
    pub(super) fn texts(&self) -> [&str; 3] {
        [&self.name, &self.signature, &self.made_at]
    }

    /// Whether C gets the same from both.
    pub(super) fn answers_like(&self, other: &Self) -> bool {
        let result =
            |plan: &Option<Arc<CallbackPlan>>| plan.as_ref().map(|plan| (plan.result(), plan.result_size()));
        result(&self.plan) == result(&other.plan) && self.error_value == other.error_value
    }

    /// Sets the error value, then reports the call.
    pub(super) fn answer(&self, frame: &mut CallbackFrame) {
        let own = self.plan.as_ref().or(frame.plan()).cloned();
        match own {
            None => frame.clear_results(),
            Some(plan) if self.error_value.len() == plan.result_size() => {
                // SAFETY: the plan is the thunk's; the value has the result's size.
                unsafe { plan.store_result(frame, self.error_value.as_ptr()) };
            }
            // SAFETY: the plan is the thunk's.
            Some(plan) => unsafe { plan.store_zero(frame) },
        }
        match REPORTER.get() {
            Some(reporter) => (reporter.retired)(self),
            None => eprintln!(
                "ferrule: C called `{}` ({}), made at {}, which no longer exists",
                self.name, self.signature, self.made_at
            ),
        }
    }
}

/// Who is told what cannot be returned to C.
#[derive(Clone, Copy, Debug)]
pub struct Reporter {
    /// A retired thunk was called.
    pub retired: fn(&Tombstone),
    /// A handler panicked with this payload.
    pub panicked: fn(Box<dyn Any + Send>),
}

static REPORTER: OnceLock<Reporter> = OnceLock::new();

/// Sets who is told. The first one stays.
pub fn set_reporter(reporter: Reporter) {
    let _ = REPORTER.set(reporter);
}

/// Reports a panic; the panic's own message has been printed by the hook of the process.
pub(super) fn report_panic(payload: Box<dyn Any + Send>) {
    match REPORTER.get() {
        Some(reporter) => (reporter.panicked)(payload),
        // What cannot be dropped safely is kept: a payload's destructor may panic.
        None => std::mem::forget(payload),
    }
}
