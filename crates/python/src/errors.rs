//! The exceptions of the package, and diagnostics as exceptions.
//!
//! Every exception that comes from a text carries `diagnostics` (a list of [`PyDiagnostic`]) and
//! the first one's `filename`, `lineno` and `offset`; its `str()` is the plain rendering.

use std::any::Any;
use std::sync::OnceLock;

use ccall::border::Pending;
use diagnostic::{Diagnostic, Id, Label, Severity};
use pyo3::exceptions::{PyException, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};
use pyo3::{PyTypeInfo, create_exception};

create_exception!(ferrule, FFIError, PyException, "A request to an `FFI` that makes no sense.");
create_exception!(ferrule, CDefError, FFIError, "C text that is not a declaration or a type.");
create_exception!(ferrule, VerificationError, FFIError, "A declaration that the C compiler contradicts.");
create_exception!(ferrule, InternalError, PyException, "A bug of ferrule: please report it.");

/// One thing that is wrong with a text.
#[pyclass(frozen, module = "ferrule", name = "Diagnostic")]
pub(crate) struct PyDiagnostic(pub(crate) Diagnostic);

#[pymethods]
impl PyDiagnostic {
    /// The kebab-case word that names this kind of diagnostic.
    #[getter]
    fn id(&self) -> &'static str {
        self.0.id.as_str()
    }

    /// ``"error"`` or ``"warning"``.
    #[getter]
    fn severity(&self) -> &'static str {
        match self.0.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    /// What was found.
    #[getter]
    fn title(&self) -> &str {
        &self.0.title
    }

    /// What was expected at the place.
    #[getter]
    fn label(&self) -> &str {
        &self.0.primary.text
    }

    /// What else helps to understand it.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }

    /// What to type instead, or None.
    #[getter]
    fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The file, or what stands for it.
    #[getter]
    fn filename(&self) -> String {
        self.0.primary.place().name.to_string()
    }

    /// The line, from one.
    #[getter]
    fn lineno(&self) -> u32 {
        self.0.primary.place().line
    }

    /// The column, from one.
    #[getter]
    fn offset(&self) -> u32 {
        self.0.primary.place().column
    }

    fn __str__(&self) -> String {
        diagnostic::render(std::slice::from_ref(&self.0))
    }

    fn __repr__(&self) -> String {
        let place = self.0.primary.place();
        format!("<Diagnostic {} at {}:{}:{}>", self.0.id.as_str(), place.name, place.line, place.column)
    }
}

/// An exception of `class` that carries the diagnostics.
pub(crate) fn raise(py: Python<'_>, class: &Bound<'_, PyType>, diagnostics: Vec<Diagnostic>) -> PyErr {
    let text = diagnostic::render(&diagnostics);
    let place = diagnostics.first().map(|first| Label::place(&first.primary));
    let error = PyErr::from_type(class.clone(), text);
    let value = error.value(py);
    let attach = || -> PyResult<()> {
        let list = PyList::empty(py);
        for diagnostic in diagnostics {
            list.append(Py::new(py, PyDiagnostic(diagnostic))?)?;
        }
        value.setattr("diagnostics", list)?;
        if let Some(place) = place {
            value.setattr("filename", place.name.as_ref())?;
            value.setattr("lineno", place.line)?;
            value.setattr("offset", place.column)?;
        }
        Ok(())
    };
    match attach() {
        Ok(()) => error,
        Err(other) => other,
    }
}

/// The exception for a text that names no type: a [`CDefError`], and where a type is made of what it cannot be made of
/// also of the class that Python has for that.
pub(crate) fn raise_for_type(py: Python<'_>, diagnostics: Vec<Diagnostic>) -> PyErr {
    let class = match diagnostics.first().map(|first| first.id) {
        Some(Id::CArrayLength | Id::CIncompleteType) => class_of_both::<PyValueError>(py, &VALUE_ERROR),
        Some(Id::CInvalidType) => class_of_both::<PyTypeError>(py, &TYPE_ERROR),
        Some(Id::CTooLarge) => class_of_both::<PyOverflowError>(py, &OVERFLOW_ERROR),
        Some(_) | None => Ok(py.get_type::<CDefError>()),
    };
    match class {
        Ok(class) => raise(py, &class, diagnostics),
        Err(error) => error,
    }
}

static VALUE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static TYPE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static OVERFLOW_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The class of the errors that are both a [`CDefError`] and one of Python's.
fn class_of_both<'py, E: PyTypeInfo>(
    py: Python<'py>,
    class: &'static PyOnceLock<Py<PyType>>,
) -> PyResult<Bound<'py, PyType>> {
    let class = class.get_or_try_init(py, || {
        let bases = PyTuple::new(py, [py.get_type::<CDefError>(), py.get_type::<E>()])?;
        let members = PyDict::new(py);
        members.set_item("__module__", "ferrule")?;
        members.set_item("__doc__", "C text that names a type which no object can have.")?;
        let class = py.get_type::<PyType>().call1(("CDefError", bases, members))?;
        Ok::<_, PyErr>(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py).clone())
}

/// A bug of ours.
pub(crate) fn internal(text: String) -> PyErr {
    InternalError::new_err(text)
}

/// Adds the classes to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("FFIError", py.get_type::<FFIError>())?;
    module.add("CDefError", py.get_type::<CDefError>())?;
    module.add("VerificationError", py.get_type::<VerificationError>())?;
    module.add("InternalError", py.get_type::<InternalError>())?;
    module.add_class::<PyDiagnostic>()
}

/// The exception of an error that was kept while C ran.
#[cold]
pub(crate) fn pending(py: Python<'_>, pending: Pending) -> PyErr {
    let error = match pending.error.downcast::<PyErr>() {
        Ok(error) => *error,
        Err(other) => match TRANSLATE.get().and_then(|translate| translate(py, other)) {
            Some(error) => error,
            None => internal("C returned with an error of an unknown kind".to_owned()),
        },
    };
    if pending.skipped > 0 {
        let calls = if pending.skipped == 1 { "callback" } else { "callbacks" };
        let note = format!("{} later {calls} of the same C call did not run", pending.skipped);
        // A note that cannot be added is not worth another exception.
        let _ = error.value(py).call_method1("add_note", (note,));
    }
    error
}

/// How errors that are no Python exceptions become one.
pub(crate) type Translate = fn(Python<'_>, Box<dyn Any + Send>) -> Option<PyErr>;

static TRANSLATE: OnceLock<Translate> = OnceLock::new();

/// Sets how errors of compiled code become exceptions. The first one stays.
pub(crate) fn set_translate(translate: Translate) {
    let _ = TRANSLATE.set(translate);
}
