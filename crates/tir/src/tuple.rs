//! Types of tuples.
//!
//! Inside of a function a tuple is its items; a value of a tuple's type is what crosses from one
//! function to another.

use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashSet;

use crate::Ty;

/// The type of a tuple. The types that a process has had stay.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TupleTy(&'static [Ty]);

static ALL: LazyLock<Mutex<FxHashSet<&'static [Ty]>>> = LazyLock::new(Mutex::default);

impl TupleTy {
    /// The type of a tuple of these items.
    pub fn new(items: &[Ty]) -> Self {
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(items) {
            return Self(known);
        }
        let items: &'static [Ty] = Box::leak(items.into());
        all.insert(items);
        Self(items)
    }

    /// The types of its items.
    pub const fn items(self) -> &'static [Ty] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tuples_are_kept_once() {
        let (a, b) = (TupleTy::new(&[Ty::I64, Ty::F64]), TupleTy::new(&[Ty::I64, Ty::F64]));
        assert!(std::ptr::eq(a.items(), b.items()));
        assert_ne!(a, TupleTy::new(&[Ty::F64, Ty::I64]));
    }
}
