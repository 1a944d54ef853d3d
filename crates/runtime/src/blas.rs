//! Calls of a BLAS by Fortran's conventions: everything by address, columns after each other.
//!
//! ```text
//!   kind    bits 0, 1   float, double, complex float, complex double
//!           bit 2       the second operand is in Fortran's order
//!           bit 3       the first operand, or the only matrix, is in Fortran's order
//! ```
//! A matrix in C's order is to Fortran its transpose. So the product of two is computed as that of their
//! transposes the other way round, and comes out in C's order.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

type Dot<T> = unsafe extern "C" fn(*const c_int, *const T, *const c_int, *const T, *const c_int) -> T;
type Gemv = unsafe extern "C" fn(
    *const c_char,
    *const c_int,
    *const c_int,
    *const c_void,
    *const c_void,
    *const c_int,
    *const c_void,
    *const c_int,
    *const c_void,
    *mut c_void,
    *const c_int,
);
type Gemm = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *const c_int,
    *const c_int,
    *const c_int,
    *const c_void,
    *const c_void,
    *const c_int,
    *const c_void,
    *const c_int,
    *const c_void,
    *mut c_void,
    *const c_int,
);

/// A complex number as C passes it.
#[derive(Clone, Copy)]
#[repr(C)]
struct Complex<T> {
    real: T,
    imaginary: T,
}

const PLAIN: c_char = b'N'.cast_signed();
const TRANSPOSED: c_char = b'T'.cast_signed();

/// One and zero of each kind: a real number is the start of a complex one.
struct Factors {
    float: [[f32; 2]; 2],
    double: [[f64; 2]; 2],
}

static FACTORS: Factors = Factors { float: [[1.0, 0.0], [0.0, 0.0]], double: [[1.0, 0.0], [0.0, 0.0]] };

fn factor(kind: i64, index: usize) -> *const c_void {
    if kind & 1 == 0 {
        (&raw const FACTORS.float[index]).cast()
    } else {
        (&raw const FACTORS.double[index]).cast()
    }
}

/// A length that the caller found to fit.
fn length(value: i64) -> c_int {
    c_int::try_from(value).unwrap_or(c_int::MAX)
}

fn address(function: i64) -> *const c_void {
    ptr::with_exposed_provenance(usize::try_from(function).unwrap_or_default())
}

/// The product of two vectors.
///
/// # Safety
/// `function` is BLAS's `dot` or `dotu` for the kind; so many elements are at both operands, and room for one is at
/// `out`.
pub(crate) unsafe extern "C" fn vectors(
    function: i64,
    kind: i64,
    count: i64,
    a: *const c_void,
    b: *const c_void,
    out: *mut c_void,
) {
    // SAFETY: the caller says so.
    unsafe {
        match kind & 3 {
            0 => dot::<f32>(function, count, a, b, out),
            1 => dot::<f64>(function, count, a, b, out),
            2 => dot::<Complex<f32>>(function, count, a, b, out),
            _ => dot::<Complex<f64>>(function, count, a, b, out),
        }
    }
}

unsafe fn dot<T>(function: i64, count: i64, a: *const c_void, b: *const c_void, out: *mut c_void) {
    let (count, step) = (length(count), 1);
    // SAFETY: the caller says that the function is one of these, and that the elements are there.
    unsafe {
        let function = std::mem::transmute::<*const c_void, Dot<T>>(address(function));
        out.cast::<T>().write(function(
            &raw const count,
            a.cast(),
            &raw const step,
            b.cast(),
            &raw const step,
        ));
    }
}

/// The product of a matrix and a vector.
///
/// # Safety
/// `function` is BLAS's `gemv` for the kind; the matrix has these lengths, the vectors are as long as they say.
pub(crate) unsafe extern "C" fn vector(
    function: i64,
    kind: i64,
    rows: i64,
    columns: i64,
    matrix: *const c_void,
    operand: *const c_void,
    out: *mut c_void,
) {
    let (rows, columns, step) = (length(rows), length(columns), 1);
    let (how, first, second) =
        if kind & 8 == 0 { (TRANSPOSED, columns, rows) } else { (PLAIN, rows, columns) };
    // SAFETY: the caller says that the function is this, and that the elements are there.
    unsafe {
        let function = std::mem::transmute::<*const c_void, Gemv>(address(function));
        function(
            &raw const how,
            &raw const first,
            &raw const second,
            factor(kind, 0),
            matrix,
            &raw const first,
            operand,
            &raw const step,
            factor(kind, 1),
            out,
            &raw const step,
        );
    }
}

/// The product of two matrices, in C's order.
///
/// # Safety
/// `function` is BLAS's `gemm` for the kind; the matrices have these lengths.
pub(crate) unsafe extern "C" fn matrices(
    function: i64,
    kind: i64,
    rows: i64,
    columns: i64,
    inner: i64,
    a: *const c_void,
    b: *const c_void,
    out: *mut c_void,
) {
    let (rows, columns, inner) = (length(rows), length(columns), length(inner));
    let (of_a, step_a) = if kind & 8 == 0 { (PLAIN, inner) } else { (TRANSPOSED, rows) };
    let (of_b, step_b) = if kind & 4 == 0 { (PLAIN, columns) } else { (TRANSPOSED, inner) };
    // SAFETY: the caller says that the function is this, and that the elements are there.
    unsafe {
        let function = std::mem::transmute::<*const c_void, Gemm>(address(function));
        function(
            &raw const of_b,
            &raw const of_a,
            &raw const columns,
            &raw const rows,
            &raw const inner,
            factor(kind, 0),
            b,
            &raw const step_b,
            a,
            &raw const step_a,
            factor(kind, 1),
            out,
            &raw const columns,
        );
    }
}
