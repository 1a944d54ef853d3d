//! `njit`: a Python function that is compiled for the types that it is called with.
//!
//! A call finds the code for its arguments: [`argument`] says what is specialised for, [`guard`] recognises and takes
//! arguments apart in one go, [`cache`] holds the code that there is. [`specialisation`] runs it and [`outcome`]
//! makes the Python object of the result. [`bind`] and [`convert`] serve the calls that are not plain.

mod argument;
mod bind;
mod cache;
mod call;
mod compile;
mod convert;
mod decorator;
mod generator;
mod guard;
mod object;
mod outcome;
mod resolve;
mod specialisation;

use pyo3::prelude::*;

pub(crate) use argument::array_ty;
pub(crate) use object::Dispatcher;

/// Adds the decorator and its classes to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(decorator::njit, module)?)?;
    module.add_function(wrap_pyfunction!(decorator::type_of, module)?)?;
    module.add_class::<Dispatcher>()
}
