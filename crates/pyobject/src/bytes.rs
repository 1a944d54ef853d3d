//! The memory of `bytes`.

use std::mem::offset_of;

use pyo3_ffi as ffi;

/// The memory of a `bytes`, with its first byte.
#[repr(C)]
struct BytesLayout {
    head: ffi::PyVarObject,
    hash: ffi::Py_hash_t,
    start: u8,
}

/// Where the bytes of an exact `bytes` are; a zero byte follows them.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
#[inline]
pub unsafe fn bytes_address(value: *mut ffi::PyObject) -> Option<*mut u8> {
    // SAFETY: the caller's promise; an exact bytes has this layout.
    unsafe {
        let is_exact = ffi::PyBytes_CheckExact(value) != 0;
        is_exact.then(|| value.cast::<u8>().add(offset_of!(BytesLayout, start)))
    }
}
