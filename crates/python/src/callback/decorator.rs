//! What `ffi.callback(type)` and `ferrule.callback(type)` return: a decorator.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::{Mode, make};
use crate::cdata::Face;

/// Makes callbacks of one type.
#[pyclass(frozen, module = "ferrule", name = "CallbackDecorator")]
pub(super) struct Decorator {
    pub(super) face: &'static Face,
    pub(super) error: Option<Py<PyAny>>,
    pub(super) onerror: Option<Py<PyAny>>,
    pub(super) mode: Mode,
}

#[pymethods]
impl Decorator {
    fn __call__<'py>(&self, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = function.py();
        let bound = |object: &Option<Py<PyAny>>| object.as_ref().map(|object| object.bind(py).clone());
        Ok(make(py, self.face, function, bound(&self.error), bound(&self.onerror), self.mode)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.error)?;
        visit.call(&self.onerror)
    }
}
