//! A function's annotations as its signature.
//!
//! An annotation is a type of `ferrule.types`, one of Python's `float int bool complex None`, a scalar
//! class of NumPy, or a string: an expression of those as `from __future__ import annotations` leaves
//! them, else a C type. A result without annotation is the body's to decide.

use ctype::{CType, FloatType, IntType};
use diagnostic::{Diagnostic, Id, Label};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyDict, PyFloat, PyInt, PyString, PyType};
use source::{Source, Span};

use super::kind::TypeKind;
use super::types::named;
use super::{CNames, Wanted, type_kind};
use crate::compiled::{ErrorClass, compile_error};
use crate::table;

/// The signature that the annotations of `function` say.
pub(crate) fn of_annotations(
    function: &Bound<'_, PyAny>,
    params: &[String],
    names: CNames<'_>,
) -> PyResult<Wanted> {
    let py = function.py();
    let annotations = function.getattr("__annotations__")?.cast_into::<PyDict>()?;
    let mut types = Vec::new();
    for name in params {
        let Some(annotation) = annotations.get_item(name)? else {
            return Err(missing(py, function, name, params)?);
        };
        types.push(of_annotation(function, &annotation, names)?);
    }
    let result = annotations.get_item("return")?;
    let result = result.map(|annotation| of_annotation(function, &annotation, names)).transpose()?;
    Ok(Wanted::new(result, types, &head(function, params)?, false))
}

fn head(function: &Bound<'_, PyAny>, params: &[String]) -> PyResult<String> {
    let name: String = function.getattr("__name__")?.extract()?;
    Ok(format!("{name}({})", params.join(", ")))
}

fn missing(py: Python<'_>, function: &Bound<'_, PyAny>, name: &str, params: &[String]) -> PyResult<PyErr> {
    let head = head(function, params)?;
    let at = head.find('(').map_or(0, |open| {
        let before: usize =
            params.iter().take_while(|param| *param != name).map(|param| param.len() + 2).sum();
        open + 1 + before
    });
    let label =
        Label::new(&Source::new("<signature>", &head), Span::new(at, at + name.len()), "no type is given");
    let diagnostic =
        Diagnostic::error(Id::SignatureMissing, format!("the type of `{name}` is not known"), label)
            .with_help(format!(
                "annotate it, `{name}: float`, or give a signature, `@cfunc(\"float64(float64)\")`"
            ));
    Ok(compile_error(py, ErrorClass::Signature, vec![diagnostic]))
}

fn of_annotation(
    function: &Bound<'_, PyAny>,
    annotation: &Bound<'_, PyAny>,
    names: CNames<'_>,
) -> PyResult<TypeKind> {
    let py = function.py();
    if let Ok(text) = annotation.cast::<PyString>() {
        let globals = function.getattr("__globals__")?;
        let value = py.import("builtins")?.getattr("eval")?.call1((text, globals));
        if let Some(ty) = value.ok().and_then(|value| of_value(&value).transpose()) {
            return ty;
        }
        return of_text(py, text.to_str()?, names);
    }
    match of_value(annotation)? {
        Some(ty) => Ok(ty),
        None => Err(PyTypeError::new_err(format!(
            "the annotation {} is not a type of compiled code",
            annotation.repr()?
        ))),
    }
}

/// The type of a value that is one.
fn of_value(value: &Bound<'_, PyAny>) -> PyResult<Option<TypeKind>> {
    if let Some(ty) = type_kind(value) {
        return Ok(Some(ty));
    }
    let py = value.py();
    let kind = if value.is(py.get_type::<PyFloat>()) {
        CType::Float(FloatType::Double)
    } else if value.is(py.get_type::<PyInt>()) {
        CType::Int(IntType::Int64)
    } else if value.is(py.get_type::<PyBool>()) {
        CType::Bool
    } else if value.is(py.get_type::<PyComplex>()) {
        CType::Complex(FloatType::Double)
    } else if value.is_none() {
        CType::Void
    } else {
        return of_numpy_class(value);
    };
    Ok(Some(TypeKind::C(table::write().intern(kind))))
}

/// The module that a class names as its own: empty where it names none, as the classes of functions that
/// Cython made, whose `__module__` is a descriptor.
pub(crate) fn module_of(class: &Bound<'_, PyType>) -> String {
    class.module().map_or_else(|_| String::new(), |module| module.to_string_lossy().into_owned())
}

/// The type of a scalar class such as `numpy.float32`.
pub(crate) fn of_numpy_class(value: &Bound<'_, PyAny>) -> PyResult<Option<TypeKind>> {
    let Ok(class) = value.cast::<PyType>() else { return Ok(None) };
    if module_of(class) != "numpy" {
        return Ok(None);
    }
    let name = class.name()?;
    let name = match name.to_str()? {
        "bool" => "bool_",
        other => other,
    };
    Ok(named(&mut table::write(), name))
}

fn of_text(py: Python<'_>, text: &str, names: CNames<'_>) -> PyResult<TypeKind> {
    let source = Source::new("<annotation>", text);
    let known = named(&mut table::write(), text.trim());
    let parsed = match known {
        Some(ty) => Ok(ty),
        None => names.type_name(&source).map(TypeKind::C),
    };
    parsed.map_err(|diagnostics| compile_error(py, ErrorClass::Signature, diagnostics))
}
