//! The one table of C types of the process.
//!
//! Every face and every library share it, so that a C data object made through one is understood
//! by all. Nothing that takes the lock calls into the interpreter while it holds it.

use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ctype::{CTypes, DataModel};

static TYPES: LazyLock<RwLock<CTypes>> = LazyLock::new(|| RwLock::new(CTypes::new(DataModel::HOST)));

/// The table, to read.
pub(crate) fn read() -> RwLockReadGuard<'static, CTypes> {
    TYPES.read().unwrap_or_else(PoisonError::into_inner)
}

/// The table, to add to.
pub(crate) fn write() -> RwLockWriteGuard<'static, CTypes> {
    TYPES.write().unwrap_or_else(PoisonError::into_inner)
}
