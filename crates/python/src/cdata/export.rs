//! C data offered to others without a copy: the buffer protocol, NumPy's array interface, `DLPack`.
//!
//! [`extent`] says which items are offered, the other modules in whose words. What was handed out
//! keeps the object alive, and with it the memory that it owns.

mod array_interface;
mod buffer;
mod dlpack;
mod extent;
mod format;

use std::ffi::c_void;

use pyo3::ffi;

pub(super) use buffer::{get_buffer, release_buffer};

/// The methods that offer C data to others.
pub(super) fn methods() -> [ffi::PyMethodDef; 2] {
    [
        ffi::PyMethodDef {
            ml_name: c"__dlpack__".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunctionWithKeywords: dlpack::tensor },
            ml_flags: ffi::METH_VARARGS | ffi::METH_KEYWORDS,
            ml_doc: c"A capsule with the numbers as a tensor of DLPack.".as_ptr(),
        },
        ffi::PyMethodDef {
            ml_name: c"__dlpack_device__".as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: dlpack::device },
            ml_flags: ffi::METH_NOARGS,
            ml_doc: c"Where the memory is, in DLPack's words: (1, 0), the processor's.".as_ptr(),
        },
    ]
}

/// The table of attributes that are computed.
pub(super) fn attributes() -> *mut c_void {
    let interface = ffi::PyGetSetDef {
        name: c"__array_interface__".as_ptr(),
        get: Some(array_interface::get),
        set: None,
        doc: c"The memory as NumPy's array interface describes it.".as_ptr(),
        closure: std::ptr::null_mut(),
    };
    let end = ffi::PyGetSetDef {
        name: std::ptr::null(),
        get: None,
        set: None,
        doc: std::ptr::null(),
        closure: std::ptr::null_mut(),
    };
    Box::leak(Box::new([interface, end])).as_mut_ptr().cast()
}
