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
fn element(ty: &Type) -> PyResult<Element> {
    let kind = &ty.kind;
    let types = table::read();
    let found = kind.ty(&types).and_then(Element::of);
    found.ok_or_else(|| PyTypeError::new_err(format!("there are no arrays of {}", kind.display(&types))))
}

/// `dtype[:, ::1]`.
pub(super) fn of_slices(dtype: &Type, axes: &Bound<'_, PyAny>) -> PyResult<Type> {
    let axes: Vec<Bound<'_, PyAny>> = match axes.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => vec![axes.clone()],
    };
    let axes: PyResult<Vec<bool>> = axes.iter().map(is_contiguous).collect();
    let array = array_of_axes(element(dtype)?, &axes?).ok_or_else(|| {
        PyValueError::new_err("`::1` stands at the last axis (order C) or the first (order Fortran)")
    })?;
    Ok(Type { kind: TypeKind::Array(array) })
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

/// The type of arrays.
///
/// Parameters
/// ----------
/// dtype : Type
///     What they hold: a number, a bool or a record.
/// ndim : int
///     How many axes they have.
/// layout : {"C", "F", "A"}
///     How elements follow each other: the last axis fastest, the first, or in any way.
/// readonly : bool, default False
///     Whether their elements may only be read.
/// aligned : bool, default True
///     Whether each element lies at a multiple of its alignment.
///
/// Returns
/// -------
/// Type
///     Also written ``dtype[:, ::1]``.
///
/// Raises
/// ------
/// TypeError
///     If no array holds the type.
/// ValueError
///     If the number of axes or the layout is none.
///
/// Examples
/// --------
/// >>> from ferrule import types
/// >>> types.Array(types.float64, 2, "C", readonly=True)
/// readonly array(float64, 2d, C)
/// >>> types.Array(types.float64, 1, "A") == types.float64[:]
/// True
#[pyfunction]
#[expect(clippy::doc_markdown, reason = "numpydoc names types without backticks")]
#[pyo3(name = "Array", signature = (dtype, ndim, layout, readonly=false, aligned=true))]
pub(crate) fn array(
    dtype: &Bound<'_, Type>,
    ndim: u8,
    layout: &str,
    readonly: bool,
    aligned: bool,
) -> PyResult<Type> {
    let order = match layout {
        "C" => Order::C,
        "F" => Order::F,
        "A" => Order::Any,
        _ => return Err(PyValueError::new_err(format!("layout is 'C', 'F' or 'A', not {layout:?}"))),
    };
    if ndim > MOST_AXES {
        return Err(PyValueError::new_err(format!("an array has at most {MOST_AXES} axes, not {ndim}")));
    }
    let element = element(dtype.get())?;
    let array = ArrayTy { element, rank: ndim, order, is_writable: !readonly, is_aligned: aligned };
    Ok(Type { kind: TypeKind::Array(array) })
}
