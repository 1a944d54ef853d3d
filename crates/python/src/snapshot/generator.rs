//! The functions of C that NumPy exports for its bit generators: distributions that compiled code calls directly.

use std::ffi::{CString, c_void};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The library of NumPy's generators, which is never unloaded.
#[derive(Clone, Copy)]
pub(super) struct Library(*mut c_void);

// SAFETY: a handle of the loader, which may be used on every thread.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

/// The library, if NumPy's generators are loaded: none is asked for before.
pub(super) fn library(py: Python<'_>) -> Option<Library> {
    static FOUND: PyOnceLock<Library> = PyOnceLock::new();
    if let Some(known) = FOUND.get(py) {
        return Some(*known);
    }
    let found = open(py).ok().flatten()?;
    Some(*FOUND.get_or_init(py, || found))
}

fn open(py: Python<'_>) -> PyResult<Option<Library>> {
    let modules = py.import("sys")?.getattr("modules")?;
    let Ok(module) = modules.get_item("numpy.random._generator") else { return Ok(None) };
    let path = CString::new(module.getattr("__file__")?.extract::<String>()?)?;
    // SAFETY: the library is loaded already, by Python; the handle that is added keeps it so.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD) };
    Ok((!handle.is_null()).then_some(Library(handle)))
}

impl Library {
    /// Where the library has a function, if it exports it.
    pub(super) fn function(self, name: &str) -> Option<u64> {
        let name = CString::new(name).ok()?;
        // SAFETY: a C string, looked up in a library that stays loaded.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!address.is_null()).then(|| address.expose_provenance() as u64)
    }
}
