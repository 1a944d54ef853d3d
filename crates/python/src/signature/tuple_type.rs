//! Types of tuples from what users write.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::kind::{NamedTuple, TypeKind};
use super::types::Type;

fn items_of(types: &Bound<'_, PyAny>) -> PyResult<Vec<TypeKind>> {
    let mut items = Vec::new();
    for item in types.try_iter()? {
        let item = item?;
        let Ok(ty) = item.cast::<Type>() else {
            return Err(PyTypeError::new_err(format!("{} is not a type", item.repr()?)));
        };
        items.push(ty.get().kind.clone());
    }
    Ok(items)
}

/// So many times one type; a tuple has at most 1000 items.
fn repeated(dtype: &Bound<'_, Type>, count: usize) -> PyResult<Vec<TypeKind>> {
    if count > 1000 {
        return Err(PyValueError::new_err("a tuple has at most 1000 items"));
    }
    Ok(vec![dtype.get().kind.clone(); count])
}

/// The type of tuples with items of these types.
#[pyfunction]
pub(crate) fn tuple_type<'py>(types: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    TypeKind::Tuple(items_of(types)?).object(types.py())
}

/// The type of tuples with `count` items of one type.
#[pyfunction]
pub(crate) fn uni_tuple_type<'py>(dtype: &Bound<'py, Type>, count: usize) -> PyResult<Bound<'py, PyAny>> {
    TypeKind::Tuple(repeated(dtype, count)?).object(dtype.py())
}

/// The type of a class that `collections.namedtuple` made, with fields of these types.
#[pyfunction]
pub(crate) fn named_tuple_type<'py>(
    types: &Bound<'py, PyAny>,
    cls: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    named(items_of(types)?, cls)
}

/// The type of a class that `collections.namedtuple` made, with `count` fields of one type.
#[pyfunction]
pub(crate) fn named_uni_tuple_type<'py>(
    dtype: &Bound<'py, Type>,
    count: usize,
    cls: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    named(repeated(dtype, count)?, cls)
}

fn named<'py>(items: Vec<TypeKind>, class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let count = items.len();
    match NamedTuple::new(class, items)? {
        Some(named) => TypeKind::Named(named).object(class.py()),
        None => Err(PyTypeError::new_err(format!(
            "{} is not a class of named tuples with {count} fields",
            class.name()?
        ))),
    }
}
