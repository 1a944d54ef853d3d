//! Handles: `void *` values that stand for Python objects.
//!
//! A handle's value is a number that is given once and never again, far from all memory that is in use: a
//! handle that is gone is found out, whatever C does with its value in between. C may keep it, compare it and pass it
//! back; it does not lead anywhere.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

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

/// The value that was given last.
static LAST: AtomicUsize = AtomicUsize::new(FIRST);

/// Addresses of the leases of handles that live, by their values.
type Live = HashMap<usize, usize, BuildHasherDefault<Spread>>;

static LIVE: LazyLock<Mutex<Live>> = LazyLock::new(Mutex::default);

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Values are given one after the other: a multiplication spreads them.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, value: usize) {
        self.0 = (self.0 ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// The type of handles.
fn void_pointer() -> &'static Face {
    static FACE: OnceLock<&Face> = OnceLock::new();
    FACE.get_or_init(|| {
        let void = { table::write().void() };
        Face::of(void).pointer()
    })
}

/// A new handle of the object, which it keeps alive.
pub(crate) fn make<'py>(object: Borrowed<'_, 'py, PyAny>) -> Result<Bound<'py, PyAny>, Failure> {
    let py = object.py();
    let value = LAST.fetch_add(STEP, Ordering::Relaxed) + STEP;
    let terms = Terms {
        face: void_pointer(),
        address: std::ptr::without_provenance_mut(value),
        extent: 0,
        role: Role::Handle,
        is_read_only: true,
    };
    let made = lease::guard(py, &terms, object, None)?;
    live().insert(value, made.as_ptr().expose_provenance());
    Ok(made)
}

/// A handle's object is gone.
pub(super) fn forget(value: usize) {
    live().remove(&value);
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
    let found = live().get(&data.address.addr()).copied();
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
