//! Handles: `void *` values that stand for Python objects.
//!
//! A handle's value is a number that is given once and never again, far from all memory that is in use: a
//! handle that is gone is found out, whatever C does with its value in between. C may keep it, compare it and pass it
//! back; it does not lead anywhere.

use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::lease::{self, Lease, Role, Terms};
use super::object::CData;
use crate::failure::{Class, Failure};
use crate::table;

/// The first value; user space ends at 2^47 and begins to be used from both ends.
const FIRST: usize = 1 << 44;
/// Values differ by this, so that C finds them aligned.
const STEP: usize = 16;

/// The handles that live, by their values.
struct Handles {
    next: usize,
    /// Addresses of leases.
    live: BTreeMap<usize, usize>,
}

static HANDLES: Mutex<Handles> = Mutex::new(Handles { next: FIRST, live: BTreeMap::new() });

fn handles() -> MutexGuard<'static, Handles> {
    HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new handle of the object, which it keeps alive.
pub(crate) fn make<'py>(object: Borrowed<'_, 'py, PyAny>) -> Result<Bound<'py, PyAny>, Failure> {
    let py = object.py();
    let value = {
        let mut handles = handles();
        handles.next += STEP;
        handles.next
    };
    let void = { table::write().void() };
    let terms = Terms {
        face: Face::of(void).pointer(),
        address: std::ptr::without_provenance_mut(value),
        extent: 0,
        role: Role::Handle,
        is_read_only: true,
    };
    let made = lease::guard(py, &terms, object, None)?;
    handles().live.insert(value, made.as_ptr().expose_provenance());
    Ok(made)
}

/// A handle's object is gone.
pub(super) fn forget(value: usize) {
    handles().live.remove(&value);
}

/// The object that a handle stands for.
pub(crate) fn follow<'py>(py: Python<'py>, data: &CData) -> Result<Bound<'py, PyAny>, Failure> {
    let is_handle = match data.face.kind {
        Kind::Pointer(target) => {
            matches!(target.kind, Kind::Void | Kind::Scalar(Scalar::Char | Scalar::I8 | Scalar::U8))
        }
        Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(_)
        | Kind::Array(..)
        | Kind::Function(_)
        | Kind::Record(_) => false,
    };
    if !is_handle {
        let text =
            format!("expected a 'void *' from new_handle() for from_handle(), got {}", data.describe());
        return Err(Failure::wrong_type(text));
    }
    if data.address.is_null() {
        return Err(Failure::new(Class::Runtime, "cannot use from_handle() on a NULL pointer"));
    }
    let found = handles().live.get(&data.address.addr()).copied();
    let lease = found.and_then(|address| NonNull::new(std::ptr::with_exposed_provenance_mut(address)));
    let target = lease.and_then(Lease::of_owner).and_then(Lease::target);
    let Some(target) = target else {
        let text = format!(
            "from_handle(): {} with the value {:#x} is not a handle that is alive",
            data.describe(),
            data.address.addr()
        );
        return Err(Failure::new(Class::Value, text));
    };
    // SAFETY: a handle that lives keeps its object alive; the result gets a reference of its own.
    Ok(unsafe { Bound::from_owned_ptr(py, ffi::Py_NewRef(target.as_ptr())) })
}
