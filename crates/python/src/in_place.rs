//! Whether an object is in its memory yet.

use std::sync::atomic::{AtomicBool, Ordering};

/// A field of classes with a dict that the collector looks into. The interpreter clears an object's memory, shows it
/// to the collector and makes the dict, for which Python 3.11 may start the collector, before the object is moved
/// there: its fields are zeros then, and must not be visited.
pub(crate) struct InPlace(AtomicBool);

impl InPlace {
    /// Of an object that is made; in memory without one it is not set.
    pub(crate) const fn yes() -> Self {
        Self(AtomicBool::new(true))
    }

    /// Whether the object is there.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
