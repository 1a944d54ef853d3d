//! The BLAS that SciPy exports, for programs that multiply matrices.

use std::collections::HashMap;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use pysyntax::{BinaryOp, ExprKind, Syntax};

/// The functions that compiled code calls: each for the four types of elements.
const FUNCTIONS: &[&str] = &[
    "sdot", "ddot", "cdotu", "zdotu", "sgemv", "dgemv", "cgemv", "zgemv", "sgemm", "dgemm", "cgemm", "zgemm",
];

/// Whether a text multiplies matrices.
pub(super) fn is_wanted(syntax: &Syntax) -> bool {
    syntax.exprs.iter().any(|(_, expr)| {
        if let ExprKind::Attribute(_, name) | ExprKind::Name(name) = &expr.kind {
            return matches!(syntax.name(*name), "dot" | "matmul");
        }
        matches!(expr.kind, ExprKind::Binary(BinaryOp::MatMul, ..))
    })
}

/// The addresses of SciPy's functions, which stay for the life of the process: none without SciPy.
pub(super) fn functions(py: Python<'_>) -> &'static HashMap<String, u64> {
    static FOUND: PyOnceLock<HashMap<String, u64>> = PyOnceLock::new();
    FOUND.get_or_init(py, || find(py).unwrap_or_default())
}

fn find(py: Python<'_>) -> PyResult<HashMap<String, u64>> {
    let module = py.import("scipy.linalg.cython_blas")?;
    let exported = module.getattr("__pyx_capi__")?.cast_into::<PyDict>()?;
    let mut found = HashMap::new();
    for name in FUNCTIONS {
        let Some(capsule) = exported.get_item(name)? else { continue };
        // SAFETY: the lock is held; a capsule's own name is the one that it is asked by.
        let address = unsafe {
            let signature = ffi::PyCapsule_GetName(capsule.as_ptr());
            ffi::PyCapsule_GetPointer(capsule.as_ptr(), signature)
        };
        if address.is_null() {
            return Err(PyErr::fetch(py));
        }
        found.insert((*name).to_owned(), address.addr() as u64);
    }
    // A module of extensions is never unloaded; this keeps it also from being imported again.
    std::mem::forget(module);
    Ok(found)
}
