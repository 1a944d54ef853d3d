//! The faces: what Python sees of ferrule, a folder each.
//!
//! A face is thin: names, argument checking and docstrings. What it does is done by the core.

mod call;
mod callback;
mod cdata;
mod cfunc;
mod compiled;
mod dispatch;
mod dtype;
mod errors;
mod extending;
mod failure;
mod ffi_object;
mod fork;
mod in_place;
mod library;
mod named_tuple;
mod python_call;
mod signature;
mod snapshot;
mod source;
mod stack;
mod table;
mod trampoline;
mod ufunc;

use pyo3::prelude::*;

/// The compiled half of the package `ferrule`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    fork::register()?;
    errors::register(module)?;
    cdata::classes::register(module)?;
    library::register(module)?;
    ffi_object::register(module)?;
    callback::register(module)?;
    compiled::register(module)?;
    cfunc::register(module)?;
    dispatch::register(module)?;
    extending::register(module)?;
    signature::register(module)?;
    ufunc::register(module)?;
    source::record_prompt(module.py())
}
