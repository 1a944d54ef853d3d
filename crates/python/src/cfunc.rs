//! `cfunc`: a Python function compiled for C.
//!
//! [`compile`] takes a function through the stages to a [`body::Body`], which owns the code. The
//! object that Python sees ([`object::CFunc`]) and everything made from it own the body together; with the
//! last of them the code goes, and what C still calls becomes a tombstone. [`raised`] turns what
//! compiled code raises into exceptions, and [`border`] sends them back over C.

mod body;
mod border;
mod capsule;
mod compile;
mod ctypes_callback;
mod decorator;
mod diagnosed;
mod object;
mod owner;
mod raised;

use pyo3::prelude::*;

pub(crate) use border::with_interpreter;
pub(crate) use diagnosed::{ErrorClass, compile_error};
pub(crate) use object::CFunc;

/// Adds the decorator and its classes to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(decorator::cfunc, module)?)?;
    crate::errors::set_translate(border::translate);
    module.add_class::<CFunc>()
}
