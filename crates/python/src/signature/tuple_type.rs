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

/// The type of tuples with items of these types.
///
/// Parameters
/// ----------
/// types : iterable of Type
///     A type for each item.
///
/// Returns
/// -------
/// Type
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> types.Tuple((types.int64, types.float64))
/// Tuple(int64, float64)
#[pyfunction]
#[pyo3(name = "Tuple")]
pub(crate) fn tuple(types: &Bound<'_, PyAny>) -> PyResult<Type> {
    Ok(Type { kind: TypeKind::Tuple(items_of(types)?) })
}

/// The type of tuples with `count` items of one type.
///
/// Parameters
/// ----------
/// dtype : Type
///     The type of every item.
/// count : int
///     How many there are, at most 1000.
///
/// Returns
/// -------
/// Type
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> types.UniTuple(types.int64, 3)
/// UniTuple(int64 x 3)
#[pyfunction]
#[pyo3(name = "UniTuple")]
pub(crate) fn uni_tuple(dtype: &Bound<'_, Type>, count: usize) -> PyResult<Type> {
    Ok(Type { kind: TypeKind::Tuple(vec![dtype.get().kind.clone(); checked(count)?]) })
}

fn checked(count: usize) -> PyResult<usize> {
    if count <= 1000 { Ok(count) } else { Err(PyValueError::new_err("a tuple has at most 1000 items")) }
}

/// The type of a class that `collections.namedtuple` made.
///
/// Parameters
/// ----------
/// types : iterable of Type
///     A type for each field.
/// cls : type
///     The class.
///
/// Returns
/// -------
/// Type
///
/// Examples
/// --------
/// >>> from collections import namedtuple
/// >>> from ferrule import types
/// >>> types.NamedTuple((types.int64, types.float64), namedtuple("Point", "x y"))
/// Point(int64, float64)
#[pyfunction]
#[pyo3(name = "NamedTuple")]
pub(crate) fn named_tuple(types: &Bound<'_, PyAny>, cls: &Bound<'_, PyType>) -> PyResult<Type> {
    named(items_of(types)?, cls)
}

/// The type of a class that `collections.namedtuple` made, all fields of one type.
///
/// Parameters
/// ----------
/// dtype : Type
///     The type of every field.
/// count : int
///     How many there are.
/// cls : type
///     The class.
///
/// Returns
/// -------
/// Type
///
/// Examples
/// --------
/// >>> from collections import namedtuple
/// >>> from ferrule import types
/// >>> types.NamedUniTuple(types.int64, 2, namedtuple("Point", "x y"))
/// Point(int64, int64)
#[pyfunction]
#[pyo3(name = "NamedUniTuple")]
pub(crate) fn named_uni_tuple(
    dtype: &Bound<'_, Type>,
    count: usize,
    cls: &Bound<'_, PyType>,
) -> PyResult<Type> {
    named(vec![dtype.get().kind.clone(); checked(count)?], cls)
}

fn named(items: Vec<TypeKind>, class: &Bound<'_, PyType>) -> PyResult<Type> {
    let count = items.len();
    match NamedTuple::new(class, items)? {
        Some(named) => Ok(Type { kind: TypeKind::Named(named) }),
        None => Err(PyTypeError::new_err(format!(
            "{} is not a class of named tuples with {count} fields",
            class.name()?
        ))),
    }
}
