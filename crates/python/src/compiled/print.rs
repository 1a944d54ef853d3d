//! `print` of compiled code: the objects are made of words, and Python's own `print` writes them.
//!
//! An exception of the stream is kept in the thread's frame, as one of a callback would be, and is raised when the
//! call out of Python returns; without a frame it is reported.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arena::Id;
use ccall::border;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyobject::NewArray;
use tir::{ArrayTy, FloatTy, Print, PrintArg, PrintId, Ty};

use super::border::with_interpreter;
use super::raised::{Descriptor, box_words};
use crate::{errors, named_tuple};

/// The error is in the border's frame, or was reported.
const STATUS_PENDING: i32 = 2;

/// Prints what site `number` of the code says, of the words of its values.
///
/// # Safety
/// `code` is the descriptor of the code that runs, and the words are those of the site's values: the parts of
/// arrays that live during the call.
pub(super) unsafe extern "C" fn print(code: *const Descriptor, number: u32, words: *const u64) -> i32 {
    // SAFETY: the code is running, so its descriptor is there.
    let descriptor = unsafe { &*code };
    let mut status = 0;
    // No panic crosses C; its message has been printed.
    let done = catch_unwind(AssertUnwindSafe(|| {
        with_interpreter(|py| {
            let Some(print) = descriptor.program().prints.get(PrintId::from_index(number as usize)) else {
                return;
            };
            // SAFETY: the caller's promise.
            if let Err(error) = unsafe { write(py, descriptor, print, words) } {
                status = STATUS_PENDING;
                keep_or_report(py, error, descriptor.name());
            }
        });
    }));
    if let Err(payload) = done {
        std::mem::forget(payload);
    }
    status
}

fn keep_or_report(py: Python<'_>, error: PyErr, name: &str) {
    let Err(refused) = border::offer(Box::new(error)) else { return };
    let Ok(error) = refused.downcast::<PyErr>() else { return };
    error.write_unraisable(py, Some(PyString::new(py, name).as_any()));
}

/// # Safety
/// As for [`print`].
unsafe fn write(py: Python<'_>, code: &Descriptor, print: &Print, words: *const u64) -> PyResult<()> {
    let mut next = words;
    let mut objects = Vec::with_capacity(print.args.len());
    for arg in &print.args {
        // SAFETY: the caller's promise.
        objects.push(unsafe { object_of(py, code, arg, &mut next) }?);
    }
    let how = PyDict::new(py);
    how.set_item("sep", &print.sep)?;
    how.set_item("end", &print.end)?;
    py.import("builtins")?.getattr("print")?.call(PyTuple::new(py, objects)?, Some(&how))?;
    Ok(())
}

/// # Safety
/// The words of what the argument asks for start at `next`, which is moved behind them.
unsafe fn object_of<'py>(
    py: Python<'py>,
    code: &Descriptor,
    arg: &PrintArg,
    next: &mut *const u64,
) -> PyResult<Bound<'py, PyAny>> {
    match arg {
        PrintArg::Text(text) => Ok(PyString::new(py, text).into_any()),
        PrintArg::Tuple(items) => {
            // SAFETY: the caller's promise, for one item after the other.
            let items = items.iter().map(|item| unsafe { object_of(py, code, item, next) });
            Ok(PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any())
        }
        PrintArg::Optional(held) => {
            // SAFETY: the caller's promise: a word that says whether there is what follows.
            unsafe {
                let is_present = next.read() != 0;
                *next = next.add(1);
                if is_present {
                    return object_of(py, code, held, next);
                }
                *next = next.add(held.types().into_iter().map(word_count).sum());
            }
            Ok(py.None().into_bound(py))
        }
        PrintArg::Named(class, items) => {
            // SAFETY: the caller's promise, for one item after the other.
            let items = items.iter().map(|item| unsafe { object_of(py, code, item, next) });
            let items = items.collect::<PyResult<Vec<_>>>()?;
            match code.tuple_class(*class) {
                Some(class) => named_tuple::make(class.bind(py), items),
                None => Err(errors::internal(format!("print: no class {}", class.0))),
            }
        }
        // SAFETY: the caller's promise.
        PrintArg::Value(Ty::Array(array)) => unsafe { array_of(py, *array, next) },
        PrintArg::Value(ty) => {
            let mut words = std::iter::from_fn(|| {
                // SAFETY: the caller's promise: a word is taken for each that the type has.
                unsafe {
                    let word = next.read();
                    *next = next.add(1);
                    Some(word)
                }
            });
            narrowed(*ty, box_words(py, *ty, &mut words)?)
        }
    }
}

/// How many words a value that is printed has.
fn word_count(ty: Ty) -> usize {
    match ty {
        Ty::Unit | Ty::Tuple(_) => 0,
        Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) | Ty::Record(_) => 1,
        Ty::Complex(_) => 2,
        Ty::Array(array) => array.part_count(),
    }
}

/// A number of single precision as NumPy's, which has fewer digits.
fn narrowed(ty: Ty, value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    let class = match ty {
        Ty::Float(FloatTy::F32) => "float32",
        Ty::Complex(FloatTy::F32) => "complex64",
        Ty::Float(FloatTy::F64)
        | Ty::Complex(FloatTy::F64)
        | Ty::Unit
        | Ty::Bool
        | Ty::Int(_)
        | Ty::Pointer(_)
        | Ty::Record(_)
        | Ty::Array(_)
        | Ty::Tuple(_) => return Ok(value),
    };
    value.py().import("numpy")?.getattr(class)?.call1((value,))
}

/// A copy of an array: whoever formats it may keep it.
///
/// # Safety
/// As for [`object_of`].
unsafe fn array_of<'py>(py: Python<'py>, ty: ArrayTy, next: &mut *const u64) -> PyResult<Bound<'py, PyAny>> {
    let rank = usize::from(ty.rank);
    // SAFETY: the parts of an array, in order: the owner, the address, the lengths, the strides. The view of them
    // does not outlive this function.
    unsafe {
        let parts = *next;
        let address = usize::try_from(parts.add(1).read()).unwrap_or_default();
        let dims = std::slice::from_raw_parts(parts.add(2).cast::<isize>(), rank);
        let strides = if ty.has_strides() {
            std::slice::from_raw_parts(parts.add(2 + rank).cast::<isize>(), rank)
        } else {
            &[]
        };
        *next = parts.add(2 + rank + strides.len());
        let data = std::ptr::with_exposed_provenance_mut(address);
        let (dtype, base) = (std::ptr::null_mut(), ffi::Py_NewRef(ffi::Py_None()));
        let view = pyobject::new_array(NewArray { ty, data, dims, strides, dtype, base });
        let view = Bound::from_owned_ptr_or_err(py, view)?;
        view.call_method0("copy")
    }
}
