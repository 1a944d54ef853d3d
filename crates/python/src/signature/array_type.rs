//! Types of arrays from what users write: `float64[:, ::1]`, `Array(float64, 2, "C")`.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyTuple};
use tir::{ArrayTy, Element, Order};

use super::kind::TypeKind;
use super::types::Type;
use crate::table;

/// Arrays of `element` with these axes, each with whether it is said to be without gaps.
pub(super) fn array_of_axes(element: Element, axes: &[bool]) -> Option<ArrayTy> {
    let rank = u8::try_from(axes.len()).ok().filter(|rank| *rank <= MOST_AXES)?;
    let order = match axes {
        [middle @ .., true] if !middle.contains(&true) => Order::C,
        [true, middle @ ..] if !middle.contains(&true) => Order::F,
        axes if !axes.contains(&true) => Order::Any,
        _ => return None,
    };
    Some(ArrayTy::new(element, rank, order))
}

/// NumPy's own limit.
const MOST_AXES: u8 = 32;

/// The element that a type is in an array.
fn element(kind: &TypeKind) -> PyResult<Element> {
    let types = table::read();
    let found = kind.ty(&types).and_then(Element::of);
    found.ok_or_else(|| PyTypeError::new_err(format!("there are no arrays of {}", kind.display(&types))))
}

/// `dtype[:, ::1]`.
pub(super) fn of_slices<'py>(dtype: &TypeKind, axes: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = axes.py();
    let axes: Vec<Bound<'_, PyAny>> = match axes.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => vec![axes.clone()],
    };
    let axes: PyResult<Vec<bool>> = axes.iter().map(is_contiguous).collect();
    let array = array_of_axes(element(dtype)?, &axes?).ok_or_else(|| {
        PyValueError::new_err("`::1` stands at the last axis (order C) or the first (order Fortran)")
    })?;
    TypeKind::Array(array).object(py)
}

/// Whether an axis is `::1` rather than `:`.
fn is_contiguous(axis: &Bound<'_, PyAny>) -> PyResult<bool> {
    let wrong = || PyTypeError::new_err("the axes of an array's type are written `:` or `::1`");
    let slice = axis.cast::<PySlice>().map_err(|_| wrong())?;
    if !slice.getattr("start")?.is_none() || !slice.getattr("stop")?.is_none() {
        return Err(wrong());
    }
    let step = slice.getattr("step")?;
    if step.is_none() {
        return Ok(false);
    }
    if step.eq(1)? { Ok(true) } else { Err(wrong()) }
}

/// The type of arrays: what they hold, how many axes they have, in which order elements follow each other,
/// whether they may only be read, whether each element lies at a multiple of its alignment.
#[pyfunction]
pub(crate) fn array_type<'py>(
    dtype: &Bound<'py, Type>,
    ndim: u8,
    layout: &str,
    readonly: bool,
    aligned: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let order = match layout {
        "C" => Order::C,
        "F" => Order::F,
        "A" => Order::Any,
        _ => return Err(PyValueError::new_err(format!("layout is 'C', 'F' or 'A', not {layout:?}"))),
    };
    if ndim > MOST_AXES {
        return Err(PyValueError::new_err(format!("an array has at most {MOST_AXES} axes, not {ndim}")));
    }
    let element = element(&dtype.get().kind)?;
    let array = ArrayTy { element, rank: ndim, order, is_writable: !readonly, is_aligned: aligned };
    TypeKind::Array(array).object(dtype.py())
}
