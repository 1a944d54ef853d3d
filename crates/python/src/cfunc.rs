//! `cfunc`: a Python function compiled for C.
//!
//! [`compile`] takes a function through the stages to a [`body::Body`], which owns the code. The
//! object that Python sees ([`object::CFunc`]) and everything made from it own the body together; with the
//! last of them the code goes, and what C still calls becomes a tombstone.

mod body;
pub(crate) mod capsule;
mod compile;
pub(crate) mod ctypes_callback;
mod decorator;
mod object;
mod owner;

use pyo3::prelude::*;

pub(crate) use object::CFunc;

/// Adds the decorator and its classes to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(decorator::cfunc, module)?)?;
    module.add_class::<CFunc>()
}
