//! `.capsule`: the address with the C signature as its name, as SciPy's `LowLevelCallable` takes it.
//!
//! The capsule's context stays null: it is where SciPy looks for the user's data. What keeps the
//! code alive is found by the name's address instead, which is the capsule's alone.
//!
//! Safety model: [`OWNERS`] holds the name of each capsule from before it is made until its
//! destructor runs.

use std::any::Any;
use std::collections::HashMap;
use std::ffi::{CString, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use ctype::{CType, CTypes, TypeId};
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::table;

struct Owner {
    name: CString,
    /// What keeps the code, as long as the capsule lives.
    keeper: Keeper,
}

/// Anything that keeps code alive.
type Keeper = Box<dyn Any + Send>;

static OWNERS: LazyLock<Mutex<HashMap<usize, Owner>>> = LazyLock::new(Mutex::default);

fn owners() -> MutexGuard<'static, HashMap<usize, Owner>> {
    OWNERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new capsule of the code at `address`, a function of the type, which owns what keeps the code.
pub(crate) fn new(py: Python<'_>, ty: TypeId, address: usize, keeper: Keeper) -> PyResult<Bound<'_, PyAny>> {
    let name = CString::new(signature_name(&table::read(), ty))
        .map_err(|_| PyValueError::new_err("a name in the signature holds a zero"))?;
    let pointer = std::ptr::with_exposed_provenance_mut::<c_void>(address);
    let key = name.as_ptr();
    owners().insert(key.addr(), Owner { name, keeper });
    // SAFETY: the pointer is not null; the name is in `OWNERS` until `destroy` takes it out.
    let capsule = unsafe { ffi::PyCapsule_New(pointer, key, Some(destroy)) };
    // SAFETY: a new reference, or null with an exception set.
    let capsule = unsafe { Bound::from_owned_ptr_or_err(py, capsule) };
    if capsule.is_err() {
        owners().remove(&key.addr());
    }
    capsule
}

/// # Safety
/// The interpreter calls it for a capsule that [`new`] made.
unsafe extern "C" fn destroy(capsule: *mut ffi::PyObject) {
    // SAFETY: the capsule is whole while its destructor runs.
    let key = unsafe { ffi::PyCapsule_GetName(capsule) };
    let owner = owners().remove(&key.addr());
    // Outside of the lock: the code may be the last to hold other capsules. `PyO3` is told that the
    // interpreter's lock is held: it would else put off letting go of objects.
    if let Some(Owner { name, keeper }) = owner {
        Python::attach(|_| drop((name, keeper)));
    }
}

/// `double (double, void *)`: keyword types only, as SciPy compares them by their text.
pub(super) fn signature_name(types: &CTypes, ty: TypeId) -> String {
    let CType::Function(signature) = types.get(ty) else { return types.name(ty) };
    let params: Vec<String> = signature.params.iter().map(|param| keyword_name(types, *param)).collect();
    format!("{} ({})", keyword_name(types, signature.result), params.join(", "))
}

fn keyword_name(types: &CTypes, ty: TypeId) -> String {
    match types.get(ty) {
        CType::Int(kind) => kind.canonical(types.model()).name().to_owned(),
        CType::Pointer(target) if !matches!(types.get(target.ty), CType::Function(_)) => {
            let target_name = keyword_name(types, target.ty);
            let constant = if target.qualifiers.is_const { "const " } else { "" };
            let blank = if target_name.ends_with('*') { "" } else { " " };
            format!("{constant}{target_name}{blank}*")
        }
        CType::Pointer(_)
        | CType::Void
        | CType::Bool
        | CType::Float(_)
        | CType::Complex(_)
        | CType::Array { .. }
        | CType::Function(_)
        | CType::Record(_)
        | CType::Enum(_) => types.name(ty),
    }
}
