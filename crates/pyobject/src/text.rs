//! Python's strings as code points, halves of surrogate pairs among them.

use pyo3_ffi as ffi;

/// The code points of a `str`; None with an exception set where there is no memory for them.
///
/// # Safety
/// The interpreter's lock is held and `text` is a live `str`.
pub unsafe fn code_points(text: *mut ffi::PyObject) -> Option<Vec<u32>> {
    // SAFETY: the caller's promise; as many points are written as there is room for.
    unsafe {
        let count = ffi::PyUnicode_GetLength(text);
        let mut points = vec![0; count.unsigned_abs()];
        let written = ffi::PyUnicode_AsUCS4(text, points.as_mut_ptr(), count, 0);
        (!written.is_null()).then_some(points)
    }
}

/// A new `str`, or null with an exception set.
///
/// # Safety
/// The interpreter's lock is held and no point is beyond U+10FFFF.
pub unsafe fn str_of_code_points(points: &[u32]) -> *mut ffi::PyObject {
    // SAFETY: as many points of four bytes are read as the slice has.
    unsafe { ffi::PyUnicode_FromKindAndData(4, points.as_ptr().cast(), points.len().cast_signed()) }
}
