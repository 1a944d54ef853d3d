//! What keeps code alive for objects of other modules.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::body::Body;

/// Owns code for an object that cannot itself: as a reference to hold, and as a buffer of the address.
#[pyclass(frozen, module = "ferrule", name = "CodeOwner")]
pub(super) struct CodeOwner {
    /// One pointer, in memory of its own that does not move.
    address: Box<usize>,
    /// Held, never read.
    _body: Arc<Body>,
}

impl CodeOwner {
    /// A new owner of the code.
    pub(super) fn new<'py>(py: Python<'py>, body: &Arc<Body>) -> PyResult<Bound<'py, Self>> {
        Bound::new(py, Self { address: Box::new(body.address()?), _body: body.clone() })
    }
}

#[pymethods]
impl CodeOwner {
    #[expect(clippy::needless_pass_by_value, reason = "the slot's signature is `pyo3`'s")]
    /// # Safety
    /// The interpreter calls it with a view to fill.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let memory = std::ptr::from_ref::<usize>(&slf.get().address).cast_mut().cast::<c_void>();
        let size = ffi::Py_ssize_t::try_from(size_of::<usize>()).unwrap_or_default();
        // SAFETY: the memory is the object's, which the view keeps alive. `ctypes` wants it writable and
        // writes only where a user assigns to the callback's memory.
        let filled = unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), memory, size, 0, flags) };
        if filled == 0 { Ok(()) } else { Err(PyBufferError::new_err("the view cannot be filled")) }
    }
}
