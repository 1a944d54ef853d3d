//! The faces: what Python sees of ferrule, a folder each.
//!
//! A face is thin: names, argument checking and docstrings. What it does is done by the core.

mod table;

use pyo3::prelude::*;

/// The compiled half of the package `ferrule`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
