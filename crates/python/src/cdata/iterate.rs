//! `for item in array`.

use std::cell::Cell;
use std::ffi::c_void;

use pyo3::ffi;

use super::access::element;
use super::classes::{classes, slot as class_slot};
use super::load::load;
use super::object::CData;
use crate::failure::Failure;
use crate::trampoline::slot;

/// An array and how far it was read.
#[repr(C)]
pub(super) struct ArrayIterator {
    head: ffi::PyObject,
    array: *mut ffi::PyObject,
    next: Cell<usize>,
}

/// The slots of the iterator's class.
pub(super) fn slots() -> Vec<ffi::PyType_Slot> {
    vec![
        class_slot(ffi::Py_tp_dealloc, deallocate as *mut c_void),
        class_slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void),
        class_slot(ffi::Py_tp_iternext, next as *mut c_void),
    ]
}

/// `iter(array)`.
pub(super) unsafe extern "C" fn iter(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        if data.length().is_none() {
            return Err(Failure::wrong_type(format!("{} does not support iteration", data.describe())));
        }
        let size = size_of::<ArrayIterator>();
        let made = super::object::allocate(py, classes().iterator, size)?;
        let iterator = made.cast::<ArrayIterator>();
        // SAFETY: the memory has the layout; the iterator gets a reference of its own.
        unsafe {
            (&raw mut (*iterator).array).write(ffi::Py_NewRef(this));
            (&raw mut (*iterator).next).write(Cell::new(0));
        }
        Ok(made)
    })
}

unsafe extern "C" fn next(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live iterator, which keeps its array alive.
        let (iterator, data) = unsafe {
            let iterator = &*this.cast::<ArrayIterator>();
            (iterator, CData::of_self(iterator.array))
        };
        let index = iterator.next.get();
        if index >= data.length().unwrap_or(0) {
            return Ok(std::ptr::null_mut());
        }
        data.check_alive()?;
        iterator.next.set(index + 1);
        let element = element(data, index.cast_signed())?;
        // SAFETY: the index is below the array's length.
        Ok(unsafe { load(py, element.face, element.address, data.owner()) }?.into_ptr())
    })
}

unsafe extern "C" fn deallocate(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an iterator that nobody refers to.
    unsafe {
        let array = (*this.cast::<ArrayIterator>()).array;
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_Free(this.cast());
        ffi::Py_DECREF(array);
        ffi::Py_DECREF(class.cast());
    }
}
