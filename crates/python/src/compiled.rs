//! Compiled Python functions: what `cfunc` and the dispatcher share.
//!
//! [`options`] says how a function is compiled, [`stages`] takes typed IR to code that is linked. [`raised`] turns what compiled code raises into
//! exceptions, [`border`] sends them back over C, [`print`] prints, and [`diagnosed`] says what a compilation found.

mod border;
mod caught;
mod diagnosed;
mod options;
mod print;
mod raised;
mod stages;

use pyo3::prelude::*;

pub(crate) use border::{OnError, with_interpreter};
pub(crate) use diagnosed::{ErrorClass, compile_error};
pub(crate) use options::{Options, variable};
pub(crate) use raised::{Descriptor, Facts, RaisedError};
pub(crate) use stages::{Stopped, broken, detached, inferred, link, link_silent, symbol_text};

/// The version of LLVM that compiles.
#[pyfunction]
fn llvm_version() -> String {
    let (major, minor, patch) = jit::llvm_version();
    format!("{major}.{minor}.{patch}")
}

/// Lets errors of compiled code that are kept while C runs become exceptions.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    crate::errors::set_translate(border::translate);
    runtime::poll::set_host(border::interrupt);
    module.add_function(wrap_pyfunction!(llvm_version, module)?)
}
