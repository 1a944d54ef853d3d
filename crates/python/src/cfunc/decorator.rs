//! The decorator: what it takes, and the function that it is put on.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction};

use super::compile::{Request, compile};
use super::object::CFunc;
use crate::compiled::{OnError, Options};
use crate::ffi_object::Ffi;
use crate::signature::CNames;

/// What `cfunc(...)` was given, waiting for the function.
#[pyclass(frozen, name = "cfunc_decorator", module = "ferrule")]
pub(super) struct Decorator {
    signature: Option<Py<PyAny>>,
    ffi: Option<Py<Ffi>>,
    on_error: OnError,
    options: Option<Py<PyDict>>,
}

#[pymethods]
impl Decorator {
    fn __call__<'py>(&self, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, CFunc>> {
        let py = function.py();
        if !function.is_instance_of::<PyFunction>() {
            let class = function.get_type();
            return Err(PyTypeError::new_err(format!(
                "cfunc compiles a Python function, not {}",
                class.name()?
            )));
        }
        let options = Options::of(py, "cfunc", self.options.as_ref().map(|options| options.bind(py)))?;
        let request = Request {
            function: function.clone(),
            signature: self.signature.as_ref().map(|signature| signature.bind(py).clone()),
            names: CNames(self.ffi.as_ref().map(Py::get)),
            on_error: self.on_error,
            options,
        };
        let made = Bound::new(py, compile(&request)?)?;
        for name in ["__module__", "__name__", "__qualname__", "__doc__"] {
            made.setattr(name, request.function.getattr(name)?)?;
        }
        Ok(made)
    }
}

/// Compile a Python function for C.
///
/// Parameters
/// ----------
/// sig : str or Signature or tuple or CType, optional
///     What C calls the function with: Numba's grammar, ``"float64(float64)"``, if every name is in
///     `ferrule.types`, else C, ``"int(const int *, const int *)"``. A tuple gives only the arguments.
///     Without it the function's annotations say it.
/// ffi : FFI, optional
///     Where the names of C types in `sig` and in annotations are declared.
/// errors : {"raise", "report"}, default "raise"
///     An exception is raised when the call out of Python that led here returns, or reported to
///     `sys.unraisablehook` at once. In both cases C gets a result of zero bits. Where the call was
///     made by another library it is always reported.
/// boundscheck, fastmath, error_model, locals, ... : object
///     The options of `njit`, with the same meaning.
///
/// Returns
/// -------
/// CFunc
///     With ``address``, ``ctypes``, ``cffi`` and ``capsule`` for C; called, it runs the compiled code.
///
/// Raises
/// ------
/// ferrule.errors.CompileError
///     When the source is missing, the signature does not fit, or the function uses what compiled code
///     does not have. The text shows the place.
///
/// Examples
/// --------
/// >>> from ferrule import cfunc
/// >>> @cfunc("float64(float64, float64)")
/// ... def add(x, y):
/// ...     return x + y
/// >>> add(4.0, 5.0)
/// 9.0
/// >>> add.ctypes(4.0, 5.0)
/// 9.0
#[pyfunction]
#[pyo3(signature = (sig=None, *, ffi=None, errors="raise", **options))]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
pub(super) fn cfunc<'py>(
    py: Python<'py>,
    sig: Option<Bound<'py, PyAny>>,
    ffi: Option<Py<Ffi>>,
    errors: &str,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    // What is wrong with an option is said where it stands.
    Options::of(py, "cfunc", options.as_ref())?;
    let on_error = OnError::from_name(errors)
        .ok_or_else(|| PyValueError::new_err(format!("errors is 'raise' or 'report', not {errors:?}")))?;
    let (function, signature) = match sig {
        Some(sig) if sig.is_instance_of::<PyFunction>() => (Some(sig), None),
        other => (None, other.map(Bound::unbind)),
    };
    let decorator =
        Bound::new(py, Decorator { signature, ffi, on_error, options: options.map(Bound::unbind) })?;
    match function {
        Some(function) => decorator.call1((function,)),
        None => Ok(decorator.into_any()),
    }
}
