//! Unsafe access to objects of CPython and NumPy: numbers in and out, buffers.
//!
//! What goes in is a borrowed `*mut PyObject`, what comes out a value of C or a new reference.
//! Exact types take a short path that reads the object's memory; everything else goes through
//! CPython's public functions. Nothing here raises an exception of its own: a value that does not
//! fit is a [`Refusal`], and the caller, who knows the C type and the place, says it.
//!
//! # Safety model
//! Every function needs the interpreter's lock and live objects; that is the caller's promise.
//! Layouts that are read directly are those of CPython 3.11 to 3.14 and NumPy 1.20 to 2.

mod array;
mod bytes;
mod float;
mod integer;
mod ndarray;
mod number;
mod scalar;
mod text;
mod ufunc;
mod x87;

pub use array::{Access, ElementKind, Elements, NoElements, elements, release};
pub use bytes::bytes_address;
pub use float::to_f64;
pub use integer::{from_i128, from_u128, is_nonzero, to_i64, to_i128, to_u64, to_u128, truncated_to_u128};
pub use ndarray::{ArrayGuard, Ndarray, NewArray, NoArrayTy, element_of_dtype, new_array, void_scalar};
pub use number::{box_number, converted_words, exact_words, number_ty, word_count};
pub use scalar::Scalar;
pub use text::{code_points, str_of_code_points};
pub use ufunc::{NewUfunc, UfuncLoop, new_ufunc};
pub use x87::Extended;

/// Why a Python object was not taken as a C value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Something else was expected: the words say what.
    Kind(&'static str),
    /// The right kind, but C's type cannot hold it.
    Range,
    /// Python code that ran meanwhile raised; its exception is set.
    Raised,
}
