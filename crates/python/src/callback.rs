//! Python functions that C calls.
//!
//! A callback is a thunk with the plan of its signature, and an object that owns what is [`behind`]
//! it. Here it is made and given up; what happens when C calls it is there.

#![expect(clippy::doc_markdown, reason = "docstrings of Python are numpydoc, not Markdown")]

mod behind;
mod decorator;

use std::ffi::c_void;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use ccall::thunk::{Reporter, set_reporter};
use ccall::{Thunk, Tombstone};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::cdata::store::{is_callable, store};
use crate::cdata::{Face, function};
use crate::compiled::with_interpreter;
use crate::errors;
use crate::failure::{Class, Failure};
use crate::trampoline::panic_text;

use behind::Behind;
use decorator::Decorator;

/// Where an exception goes that cannot be raised in the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// Kept, and raised when the call that C is in returns to Python.
    Raise,
    /// Printed.
    Report,
}

impl Mode {
    pub(crate) fn parse(word: &str) -> PyResult<Self> {
        match word {
            "raise" => Ok(Self::Raise),
            "report" => Ok(Self::Report),
            _ => Err(PyValueError::new_err(format!("errors must be \"raise\" or \"report\", not {word:?}"))),
        }
    }
}

/// A callback, kept by its C data.
#[pyclass(frozen, module = "ferrule")]
pub(crate) struct Callback {
    behind: Mutex<Option<(Thunk, Box<Behind>)>>,
    face: &'static Face,
}

impl Callback {
    /// The Python callable.
    pub(crate) fn callable<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        behind.as_ref().map(|(_, behind)| behind.callable.bind(py).clone())
    }

    /// Tells what is behind the thunk which object owns it.
    fn own(&self, object: *mut ffi::PyObject) {
        if let Some((_, behind)) = self.behind.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            behind.owner.store(object, Ordering::Relaxed);
        }
    }

    /// Turns the thunk into a tombstone; the lock is held. No Python runs before that is done, since
    /// it could call the thunk, nor to do it, since an exception may be on its way.
    fn retire(&self) {
        let taken = self.behind.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((thunk, mut behind)) = taken else { return };
        let size = behind.plan.result_size();
        // SAFETY: the error value has at least the result's bytes.
        let bytes = unsafe { std::slice::from_raw_parts(behind.error_value.as_ptr().cast::<u8>(), size) };
        thunk.retire(Tombstone {
            name: std::mem::take(&mut behind.name),
            signature: self.face.name().into(),
            made_at: std::mem::take(&mut behind.made_at),
            plan: Some(behind.plan.clone()),
            error_value: bytes.into(),
        });
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.retire();
    }
}

#[pymethods]
impl Callback {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // The lock is free: whoever has it holds the interpreter's lock and runs no Python.
        let Ok(behind) = self.behind.try_lock() else { return Ok(()) };
        let Some((_, behind)) = behind.as_ref() else { return Ok(()) };
        visit.call(&behind.callable)?;
        visit.call(&behind.onerror)
    }

    fn __clear__(&self) {
        self.retire();
    }
}

fn name_of(callable: &Bound<'_, PyAny>) -> String {
    let name = callable.getattr("__qualname__").and_then(|name| name.extract());
    name.unwrap_or_else(|_| {
        callable.get_type().name().map_or_else(|_| String::new(), |name| name.to_string())
    })
}

fn place_of(callable: &Bound<'_, PyAny>) -> String {
    let place = || -> PyResult<String> {
        let code = callable.getattr("__code__")?;
        Ok(format!("{}:{}", code.getattr("co_filename")?, code.getattr("co_firstlineno")?))
    };
    place().unwrap_or_default()
}

/// A callback of the type, or a decorator that makes one.
pub(crate) fn make_or_decorate(
    py: Python<'_>,
    face: &'static Face,
    callable: Option<&Bound<'_, PyAny>>,
    error: Option<Py<PyAny>>,
    onerror: Option<Py<PyAny>>,
    errors: &str,
) -> PyResult<Py<PyAny>> {
    let mode = Mode::parse(errors)?;
    if let Some(callable) = callable {
        let bound = |object: Option<Py<PyAny>>| object.map(|object| object.into_bound(py));
        return Ok(make(py, face, callable, bound(error), bound(onerror), mode)?.unbind());
    }
    function_type(face)?;
    Ok(Bound::new(py, Decorator { face, error, onerror, mode })?.into_any().unbind())
}

/// The function type that a type is or points to.
fn function_type(face: &'static Face) -> Result<(&'static Face, &'static ctype::Signature), Failure> {
    let function = face.pointee().unwrap_or(face);
    match function.signature() {
        Some(signature) if signature.is_variadic => Err(Failure::new(
            Class::NotImplemented,
            format!("{}: a callback cannot be variadic", function.name()),
        )),
        Some(signature) => Ok((function, signature)),
        None => Err(Failure::wrong_type(format!("expected a function ctype, got '{}'", face.name()))),
    }
}

/// Makes a callback.
pub(crate) fn make<'py>(
    py: Python<'py>,
    face: &'static Face,
    callable: &Bound<'_, PyAny>,
    error: Option<Bound<'py, PyAny>>,
    onerror: Option<Bound<'py, PyAny>>,
    mode: Mode,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (function, signature) = function_type(face)?;
    if !is_callable(callable.as_borrowed()) {
        return Err(Failure::wrong_type("the 'python_callable' argument is not callable"));
    }
    if let Some(onerror) = &onerror
        && !is_callable(onerror.as_borrowed())
    {
        return Err(Failure::wrong_type("the 'onerror' argument is not callable"));
    }
    let result = Face::of(signature.result);
    let plan = function.callback()?;
    let mut error_value = vec![0_u128; plan.result_size().div_ceil(16).max(1)].into_boxed_slice();
    if let Some(error) = error.filter(|error| !error.is_none()) {
        let place = || "the value of 'error'".to_owned();
        // SAFETY: the room has the result's bytes.
        unsafe { store(result, error_value.as_mut_ptr().cast(), error.as_borrowed()) }
            .map_err(|failure| failure.at(place))?;
    }
    let params = behind::params(&signature.params, &plan);
    let (name, made_at) = (name_of(callable).into(), place_of(callable).into());
    let (callable, onerror) = (callable.clone().unbind(), onerror.map(Bound::unbind));
    let behind = Box::new(Behind {
        callable,
        onerror,
        mode,
        params,
        result,
        returned: behind::Returned::of(result, &plan),
        error_value,
        name,
        made_at,
        plan: plan.clone(),
        owner: AtomicPtr::default(),
    });
    let context = std::ptr::from_ref(behind.as_ref()).cast_mut().cast::<c_void>();
    // SAFETY: the context lives until the thunk is retired, and the handler honours the plan.
    let thunk = unsafe { Thunk::callback(plan, behind::handle, context) };
    let thunk =
        thunk.map_err(|error| Failure::new(Class::Os, format!("no memory for a callback: {error}")))?;
    let address = thunk.address().cast::<u8>().cast_mut();
    let callback = Callback { behind: Mutex::new(Some((thunk, behind))), face: function };
    let callback = Bound::new(py, callback)?;
    callback.get().own(callback.as_ptr());
    function::make_callback(py, function.pointer(), address, callback.into_any())
}

/// Makes a C function of a Python function; its exceptions are raised where Python called C.
///
/// Parameters
/// ----------
/// signature : str or CType
///     A C function type such as ``"int(const int *, const int *)"``.
/// function : callable, optional
///     What C calls; without it a decorator is returned.
/// errors : {"raise", "report"}, optional
///     Whether an exception is kept and raised when the call that C is in returns to Python, or printed.
/// error : object, optional
///     What C gets when the callable raises; by default zero.
/// ffi : FFI, optional
///     Where the signature's names are declared.
///
/// Returns
/// -------
/// CData
///     A function pointer. It is valid as long as this object lives.
///
/// Examples
/// --------
/// >>> import ferrule
/// >>> @ferrule.callback("double(double)")
/// ... def half(x):
/// ...     return x / 2
/// >>> half(3.0)
/// 1.5
#[pyfunction]
#[pyo3(name = "callback", signature = (signature, function=None, *, errors="raise", error=None, ffi=None))]
fn callback_function(
    py: Python<'_>,
    signature: &Bound<'_, PyAny>,
    function: Option<&Bound<'_, PyAny>>,
    errors: &str,
    error: Option<Py<PyAny>>,
    ffi: Option<Bound<'_, crate::ffi_object::Ffi>>,
) -> PyResult<Py<PyAny>> {
    let ffi = match ffi {
        Some(ffi) => ffi,
        None => py
            .get_type::<crate::ffi_object::Ffi>()
            .call0()?
            .cast_into()
            .map_err(|_| PyTypeError::new_err("FFI() gave something else"))?,
    };
    let face = ffi.get().callable_face(py, signature)?;
    make_or_decorate(py, face, function, error, None, errors)
}

/// Adds the function to the module, and tells `ccall` whom to tell.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    set_reporter(Reporter { retired: report_retired, panicked: report_panicked });
    module.add_function(wrap_pyfunction!(callback_function, module)?)
}

fn report_retired(tombstone: &Tombstone) {
    let text = format!(
        "C called the callback `{}` ({}), made at {}, which no longer exists: keep a reference to it",
        tombstone.name, tombstone.signature, tombstone.made_at
    );
    with_interpreter(|py| pyo3::exceptions::PyRuntimeError::new_err(text).write_unraisable(py, None));
}

fn report_panicked(payload: Box<dyn std::any::Any + Send>) {
    let text = panic_text(payload.as_ref());
    // What a destructor of a payload does is unknown; it stays.
    std::mem::forget(payload);
    with_interpreter(|py| errors::internal(text).write_unraisable(py, None));
}
