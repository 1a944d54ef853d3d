//! `FFI.new_allocator`: `new` with memory from elsewhere.

use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::Ffi;
use crate::cdata::{self, Source};

/// Makes C data as `FFI.new` does, in memory of its own choice.
#[pyclass(frozen, weakref, module = "ferrule", name = "Allocator")]
pub(crate) struct Allocator {
    ffi: Py<Ffi>,
    alloc: Option<Py<PyAny>>,
    free: Option<Py<PyAny>>,
    is_cleared: bool,
}

#[pymethods]
impl Allocator {
    /// Allocate and initialise.
    ///
    /// Parameters
    /// ----------
    /// cdecl : str or CType
    ///     A pointer type, for what it points to, or an array type.
    /// init : object, optional
    ///     As for `FFI.new`.
    ///
    /// Returns
    /// -------
    /// CData
    #[pyo3(signature = (cdecl, init=None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        cdecl: &Bound<'py, PyAny>,
        init: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let face = self.ffi.get().face(py, cdecl)?;
        let init = init.map(Bound::as_borrowed);
        let Some(alloc) = &self.alloc else { return Ok(cdata::new(py, face, init)?) };
        let free = self.free.as_ref().map(|free| free.bind_borrowed(py));
        let source = Source { alloc: alloc.bind_borrowed(py), free, is_cleared: self.is_cleared };
        Ok(cdata::allocate(py, face, init, &source)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.ffi)?;
        visit.call(&self.alloc)?;
        visit.call(&self.free)
    }
}

#[pymethods]
impl Ffi {
    /// Make a function that works as `new`, with memory from elsewhere.
    ///
    /// Parameters
    /// ----------
    /// alloc : callable, optional
    ///     Called with a number of bytes; returns C data, a pointer to them or an array. What it returns is kept. By
    ///     default the memory is that of `new`.
    /// free : callable, optional
    ///     Called with what ``alloc`` returned when the C data goes or is released.
    /// should_clear_after_alloc : bool, optional
    ///     Whether the memory is zeroed first; False where ``alloc`` does it or nobody needs it. The memory of
    ///     `new` is always zeroed.
    ///
    /// Returns
    /// -------
    /// callable
    ///     A function of ``cdecl`` and ``init``.
    ///
    /// Raises
    /// ------
    /// TypeError
    ///     For ``free`` without ``alloc``; when called, for what is no pointer.
    /// MemoryError
    ///     When called, if ``alloc`` returns NULL.
    ///
    /// Examples
    /// --------
    /// >>> from ferrule import FFI
    /// >>> ffi = FFI()
    /// >>> ffi.cdef("void *malloc(size_t size); void free(void *pointer);")
    /// >>> libc = ffi.dlopen(None)
    /// >>> new = ffi.new_allocator(libc.malloc, libc.free)
    /// >>> list(new("int[]", [1, 2, 3]))
    /// [1, 2, 3]
    #[pyo3(signature = (alloc=None, free=None, should_clear_after_alloc=true))]
    fn new_allocator(
        this: Bound<'_, Self>,
        alloc: Option<Py<PyAny>>,
        free: Option<Py<PyAny>>,
        should_clear_after_alloc: bool,
    ) -> PyResult<Allocator> {
        if alloc.is_none() && free.is_some() {
            return Err(PyTypeError::new_err("new_allocator() takes no 'free' without 'alloc'"));
        }
        Ok(Allocator { ffi: this.unbind(), alloc, free, is_cleared: should_clear_after_alloc })
    }
}

/// Adds the class to the module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Allocator>()
}
