//! Which class of `ferrule.errors` says what a compilation found.

use diagnostic::Diagnostic;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::errors;

/// Which class, where the diagnostic itself does not decide it.
#[derive(Clone, Copy)]
pub(crate) enum ErrorClass {
    /// The text of the function.
    Source,
    /// The signature, or that it does not fit the function.
    Signature,
    /// The types in the function.
    Typing,
}

impl ErrorClass {
    /// The name in `ferrule.errors`. What compiled code does not have is `UnsupportedError` wherever
    /// it was found.
    fn name(self, diagnostics: &[Diagnostic]) -> &'static str {
        if diagnostics.first().is_some_and(|first| first.id.as_str().starts_with("unsupported-")) {
            return "UnsupportedError";
        }
        match self {
            Self::Source => "SourceError",
            Self::Signature => "SignatureError",
            Self::Typing => "TypingError",
        }
    }
}

/// The exception that says all of `diagnostics`.
pub(crate) fn compile_error(py: Python<'_>, class: ErrorClass, diagnostics: Vec<Diagnostic>) -> PyErr {
    let class = py.import("ferrule.errors").and_then(|module| module.getattr(class.name(&diagnostics)));
    match class.and_then(|class| Ok(class.cast_into::<PyType>()?)) {
        Ok(class) => errors::raise(py, &class, diagnostics),
        Err(error) => error,
    }
}
