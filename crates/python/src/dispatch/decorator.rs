//! The decorators: what they take, and the function that they are put on.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFunction};

use super::argument::Argument;
use super::call;
use super::object::Dispatcher;
use crate::compiled::{self, Options};

/// What `njit(...)` was given, waiting for the function.
#[pyclass(frozen, name = "njit_decorator", module = "ferrule")]
pub(super) struct Decorator {
    signatures: Option<Vec<Py<PyAny>>>,
    options: Option<Py<PyDict>>,
}

#[pymethods]
impl Decorator {
    fn __call__<'py>(&self, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = function.py();
        if let Ok(made) = function.cast::<Dispatcher>() {
            return self.__call__(&made.get().function(py)?);
        }
        if !function.is_instance_of::<PyFunction>() {
            let class = function.get_type();
            return Err(PyTypeError::new_err(format!(
                "njit compiles a Python function, not {}",
                class.name()?
            )));
        }
        let options = Options::of(py, "njit", self.options.as_ref().map(|options| options.bind(py)))?;
        if compiled::variable(py, "FERRULE_DISABLE_JIT")?
            .is_some_and(|value| !matches!(value.as_str(), "" | "0"))
        {
            return Ok(function.clone());
        }
        let made = Dispatcher::new(function, options)?;
        if let Some(signatures) = &self.signatures {
            for signature in signatures {
                call::compile_signature(&made, signature.bind(py))?;
            }
            made.get().close(true);
        }
        Ok(made.into_any())
    }
}

/// Compile a Python function when it is called, for the types that it is called with.
///
/// Parameters
/// ----------
/// signature_or_function : callable or str or Signature or tuple or list, optional
///     The function; or a signature, ``"float64(float64)"`` or a tuple of argument types; or a list of them.
///     With signatures it is compiled for these at once and for no others, and arguments are converted.
/// boundscheck : bool, default True
///     Whether an index outside of an array raises `IndexError`. The environment variable
///     ``FERRULE_BOUNDSCHECK`` (0 or 1) wins.
/// fastmath : bool or set of str, default False
///     What float arithmetic may do: everything, or LLVM's flags ``nnan ninf nsz arcp contract afn reassoc``.
/// nogil : bool, default False
///     Whether other threads of Python may run meanwhile.
/// error_model : {"python", "numpy"}
///     Whether a division by zero raises, or gives an infinity or NaN.
/// inline : {"never", "always"}
///     Taken; LLVM decides what is expanded in place.
/// locals : dict of str and Type, optional
///     Variables that have these types, whatever is assigned to them.
/// cache, nopython, ... : object
///     Other options of Numba's are taken where they ask for nothing, or refused by name.
///
/// Returns
/// -------
/// Dispatcher
///     Or a decorator, if no function was given. With ``FERRULE_DISABLE_JIT=1`` in the environment, the Python
///     function itself.
///
/// Raises
/// ------
/// ferrule.errors.CompileError
///     When it is first called with types for which it cannot be compiled. The text shows the place.
/// NotImplementedError
///     If an option asks for what there is not yet.
///
/// Examples
/// --------
/// >>> from ferrule import njit
/// >>> @njit
/// ... def collatz(n):
/// ...     steps = 0
/// ...     while n != 1:
/// ...         n = 3 * n + 1 if n % 2 else n // 2
/// ...         steps += 1
/// ...     return steps
/// >>> collatz(27)
/// 111
/// >>> @njit("float64(float64)")
/// ... def half(x):
/// ...     return x / 2
/// >>> half(3)
/// 1.5
#[pyfunction]
#[pyo3(signature = (signature_or_function=None, **options))]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
pub(super) fn njit<'py>(
    py: Python<'py>,
    signature_or_function: Option<Bound<'py, PyAny>>,
    options: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    // What is wrong with an option is said where it stands.
    Options::of(py, "njit", options.as_ref())?;
    let (function, signatures) = match signature_or_function {
        Some(given) if given.is_instance_of::<PyFunction>() || given.is_instance_of::<Dispatcher>() => {
            (Some(given), None)
        }
        Some(given) => {
            let all = call::signatures(&given);
            (None, Some(all.into_iter().map(Bound::unbind).collect()))
        }
        None => (None, None),
    };
    let options = options.map(Bound::unbind);
    let decorator = Bound::new(py, Decorator { signatures, options })?;
    match function {
        Some(function) => decorator.call1((function,)),
        None => Ok(decorator.into_any()),
    }
}

/// The type that compiled code has for a value.
///
/// Parameters
/// ----------
/// val : object
///     A number, an array, a tuple, a string, ``None``, a function or C data.
///
/// Returns
/// -------
/// Type
///
/// Raises
/// ------
/// TypeError
///     If compiled code has none.
///
/// Examples
/// --------
/// >>> from ferrule import typeof
/// >>> typeof((1, 2.5))
/// Tuple(int64, float64)
#[pyfunction]
#[pyo3(name = "typeof")]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
pub(super) fn type_of<'py>(val: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    Argument::of(val.as_borrowed())?.kind(val.as_borrowed())?.object(val.py())
}
