//! What goes wrong inside a face, before it is a Python exception.
//!
//! The place that fails says what it found; the places it passes on the way out say where:
//! `field 'x' of struct point`, `argument 2 of add_data(...)`. It costs a pointer in a result.

use std::fmt::Write as _;

use pyo3::exceptions::{
    PyAttributeError, PyIndexError, PyKeyError, PyNotImplementedError, PyOSError, PyOverflowError,
    PyRuntimeError, PyTypeError, PyValueError,
};
use pyo3::prelude::*;

/// The class of the exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    Attribute,
    Index,
    Key,
    NotImplemented,
    Os,
    Overflow,
    Runtime,
    Type,
    Value,
}

/// An exception to be, or one that Python already has.
#[derive(Debug)]
pub(crate) struct Failure(Box<Inner>);

#[derive(Debug)]
enum Inner {
    Raised(PyErr),
    Said { class: Class, text: String, places: Vec<String> },
}

impl Failure {
    /// A failure of this class.
    #[cold]
    pub(crate) fn new(class: Class, text: impl Into<String>) -> Self {
        Self(Box::new(Inner::Said { class, text: text.into(), places: Vec::new() }))
    }

    /// A `TypeError`.
    #[cold]
    pub(crate) fn wrong_type(text: impl Into<String>) -> Self {
        Self::new(Class::Type, text)
    }

    /// The exception that is set in the interpreter.
    #[cold]
    pub(crate) fn raised(py: Python<'_>) -> Self {
        PyErr::fetch(py).into()
    }

    /// Says where it happened; the innermost place is said first.
    #[cold]
    #[must_use]
    pub(crate) fn at(mut self, place: impl FnOnce() -> String) -> Self {
        if let Inner::Said { places, .. } = self.0.as_mut() {
            places.push(place());
        }
        self
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self(Box::new(Inner::Raised(error)))
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        let (class, mut message, places) = match *failure.0 {
            Inner::Raised(error) => return error,
            Inner::Said { class, text, places } => (class, text, places),
        };
        for place in places {
            let _ = write!(message, ", in {place}");
        }
        match class {
            Class::Attribute => PyAttributeError::new_err(message),
            Class::Index => PyIndexError::new_err(message),
            Class::Key => PyKeyError::new_err(message),
            Class::NotImplemented => PyNotImplementedError::new_err(message),
            Class::Os => PyOSError::new_err(message),
            Class::Overflow => PyOverflowError::new_err(message),
            Class::Runtime => PyRuntimeError::new_err(message),
            Class::Type => PyTypeError::new_err(message),
            Class::Value => PyValueError::new_err(message),
        }
    }
}
