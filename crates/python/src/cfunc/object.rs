//! The object that `cfunc` makes of a function.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::PyTraverseError;
use pyo3::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::body::Body;
use super::owner::CodeOwner;
use super::{capsule, compile, ctypes_callback};
use crate::cdata::{Face, function};
use crate::in_place::InPlace;
use crate::signature::Signature;

/// A Python function compiled for C.
///
/// Called, it runs the compiled code. C gets it as ``address`` (an int, which keeps the code for the
/// life of the process), or as one of the objects that keep the code as long as they live:
/// ``ctypes`` (a callback of the standard library's `ctypes`), ``cffi`` (C data, a pointer to
/// function) and ``capsule`` (as `scipy.LowLevelCallable` takes it).
///
/// Examples
/// --------
/// >>> from ferrule import cfunc
/// >>> @cfunc("int64(int64)")
/// ... def double(n):
/// ...     return 2 * n
/// >>> double(21)
/// 42
/// >>> double.signature
/// (int64,) -> int64
#[pyclass(frozen, dict, weakref, module = "ferrule", name = "CFunc")]
pub(crate) struct CFunc {
    body: Arc<Body>,
    signature: Py<Signature>,
    held: Mutex<Held>,
    /// C data of the code itself, for calls: it owns nothing, and no address is taken for it.
    code: OnceLock<Py<PyAny>>,
    in_place: InPlace,
}

/// What the garbage collector may clear. The lock is held with the interpreter's lock, and no Python
/// runs under it.
#[derive(Default)]
struct Held {
    function: Option<Py<PyAny>>,
    ctypes: Option<Py<PyAny>>,
    cffi: Option<Py<PyAny>>,
}

impl CFunc {
    pub(super) fn new(body: Arc<Body>, signature: Py<Signature>, function: Py<PyAny>) -> Self {
        let held = Mutex::new(Held { function: Some(function), ..Held::default() });
        Self { body, signature, held, code: OnceLock::new(), in_place: InPlace::yes() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object that is kept at `place`, made when it is first asked for.
    fn kept<'py>(
        &self,
        py: Python<'py>,
        place: fn(&mut Held) -> &mut Option<Py<PyAny>>,
        make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(made) = place(&mut self.held()) {
            return Ok(made.bind(py).clone());
        }
        let new = make()?;
        // Another thread may have made one meanwhile: the first stays.
        Ok(place(&mut self.held()).get_or_insert_with(|| new.clone().unbind()).bind(py).clone())
    }

    /// C data of the code, for calls while this object is alive.
    fn code(&self, py: Python<'_>) -> PyResult<&Py<PyAny>> {
        if let Some(code) = self.code.get() {
            return Ok(code);
        }
        let face = Face::of(self.body.ty).pointer();
        let made = function::make(py, face, self.body.entry().cast_mut().cast(), None)?;
        Ok(self.code.get_or_init(|| made.unbind()))
    }
}

#[pymethods]
impl CFunc {
    /// The address of the compiled function, as a number. Reading it keeps the code for the life of the
    /// process, since nobody can know when a number is forgotten.
    #[getter]
    fn address(&self) -> PyResult<usize> {
        let address = self.body.address()?;
        self.body.pin();
        Ok(address)
    }

    /// A callback of the standard library's `ctypes`. It keeps the code alive.
    #[getter]
    fn ctypes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.kept(py, |held| &mut held.ctypes, || ctypes_callback::new(py, &self.body))
    }

    /// C data of ferrule: a pointer to the function. It keeps the code alive.
    #[getter]
    fn cffi<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let make = || {
            let face = Face::of(self.body.ty).pointer();
            let address = std::ptr::with_exposed_provenance_mut(self.body.address()?);
            let owner = CodeOwner::new(py, &self.body)?.into_any();
            Ok(function::make(py, face, address, Some(owner))?)
        };
        self.kept(py, |held| &mut held.cffi, make)
    }

    /// A capsule of the address whose name is the C signature, as `scipy.LowLevelCallable` takes it. It
    /// keeps the code alive.
    #[getter]
    fn capsule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        capsule::new(py, self.body.ty, self.body.address()?, Box::new(self.body.clone()))
    }

    /// The symbol of the compiled function, as a debugger or profiler shows it.
    #[getter]
    fn native_name(&self) -> &str {
        &self.body.symbol
    }

    /// What C calls it with.
    #[getter]
    fn signature<'py>(&self, py: Python<'py>) -> Bound<'py, Signature> {
        self.signature.bind(py).clone()
    }

    /// The Python function.
    #[getter]
    fn __wrapped__<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.held().function.as_ref().map(|function| function.bind(py).clone())
    }

    /// The function in LLVM's language, as it was handed to LLVM.
    fn inspect_llvm(&self, py: Python<'_>) -> PyResult<String> {
        compile::llvm_ir(py, &self.body)
    }

    /// The function in this machine's assembly language.
    fn inspect_asm(&self, py: Python<'_>) -> PyResult<String> {
        compile::assembly(py, &self.body)
    }

    #[pyo3(signature = (*args))]
    fn __call__<'py>(slf: &Bound<'py, Self>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        slf.get().code(slf.py())?.bind(slf.py()).call1(args)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let py = slf.py();
        let dict = slf.getattr("__dict__")?.cast_into::<PyDict>()?;
        let name = dict.get_item("__qualname__")?.map(|name| name.to_string()).unwrap_or_default();
        Ok(format!("<cfunc {name} {}>", slf.get().signature.bind(py).repr()?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if !self.in_place.is_set() {
            return Ok(());
        }
        // The lock is free: whoever has it holds the interpreter's lock and runs no Python.
        let Ok(held) = self.held.try_lock() else { return Ok(()) };
        visit.call(&held.function)?;
        visit.call(&held.ctypes)?;
        visit.call(&held.cffi)?;
        self.body.traverse(&visit)
    }

    fn __clear__(&self) {
        let held = std::mem::take(&mut *self.held());
        // What is dropped may run Python, with the lock given back.
        drop(held);
    }
}
