//! NumPy's `Generator` as an argument: compiled code gets the address of the `bitgen_t` of its bit generator, which
//! lives as long as the generator. Draws are not guarded by the bit generator's lock: who gives up the
//! interpreter's lock must not share the generator.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tir::Ty;

use crate::table;

const CAPSULE: &CStr = c"BitGenerator";

/// The class, once a program has used it.
static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Whether an object is a generator of NumPy's.
fn is_generator(value: Borrowed<'_, '_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    if let Some(class) = CLASS.get(py) {
        return Ok(value.get_type().is(class.bind(py)));
    }
    let class = value.get_type();
    if class.name()? != "Generator" {
        return Ok(false);
    }
    let modules = py.import("sys")?.getattr("modules")?;
    let Ok(random) = modules.get_item("numpy.random") else { return Ok(false) };
    let known = random.getattr("Generator")?;
    Ok(class.is(CLASS.get_or_init(py, || known.unbind()).bind(py)))
}

/// The type of a generator in compiled code, if the object is one.
pub(super) fn ty_of(value: Borrowed<'_, '_, PyAny>) -> PyResult<Option<Ty>> {
    Ok(is_generator(value)?.then(|| Ty::Pointer(table::write().generator())))
}

/// The address that is passed for an object as a `ty`, if it is a generator and that is its type.
pub(super) fn address(value: Borrowed<'_, '_, PyAny>, ty: Ty) -> Option<*mut u8> {
    let Ty::Pointer(pointer) = ty else { return None };
    if !table::read().is_generator_pointer(pointer) || !is_generator(value).unwrap_or(false) {
        return None;
    }
    let capsule = value.getattr("bit_generator").and_then(|bits| bits.getattr("capsule"));
    let Ok(capsule) = capsule else {
        // SAFETY: the lock is held; what is said to the caller is that it is no generator.
        unsafe { ffi::PyErr_Clear() };
        return None;
    };
    // SAFETY: the lock is held and the capsule is alive.
    let address = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), CAPSULE.as_ptr()) };
    if address.is_null() {
        // SAFETY: as above.
        unsafe { ffi::PyErr_Clear() };
        return None;
    }
    Some(address.cast())
}
