//! `for item in array`.

use std::cell::Cell;
use std::ffi::c_void;

use pyo3::ffi;

use super::classes::{classes, slot as class_slot};
use super::face::{Face, Kind};
use super::load::load;
use super::object::CData;
use crate::failure::Failure;
use crate::trampoline::slot;

/// An array and what is left of it.
#[repr(C)]
pub(super) struct ArrayIterator {
    head: ffi::PyObject,
    array: *mut ffi::PyObject,
    item: &'static Face,
    size: usize,
    next: Cell<*mut u8>,
    left: Cell<usize>,
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
        let (Some(length), Kind::Array(item, _)) = (data.length(), &data.face.kind) else {
            return Err(Failure::wrong_type(format!("{} does not support iteration", data.describe())));
        };
        let item_size = item.known_size()?;
        let size = size_of::<ArrayIterator>();
        let made = super::object::allocate(py, classes().iterator, size)?;
        let iterator = made.cast::<ArrayIterator>();
        // SAFETY: the memory has the layout; the iterator gets a reference of its own.
        unsafe {
            (&raw mut (*iterator).array).write(ffi::Py_NewRef(this));
            (&raw mut (*iterator).item).write(item);
            (&raw mut (*iterator).size).write(item_size);
            (&raw mut (*iterator).next).write(Cell::new(data.address));
            (&raw mut (*iterator).left).write(Cell::new(length));
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
        let (left, address) = (iterator.left.get(), iterator.next.get());
        if left == 0 {
            return Ok(std::ptr::null_mut());
        }
        data.check_alive()?;
        iterator.left.set(left - 1);
        iterator.next.set(address.wrapping_add(iterator.size));
        let is_copied = matches!(iterator.item.kind, Kind::Scalar(_));
        let owner = if is_copied { None } else { data.owner() };
        // SAFETY: the array has as many items from the address on as are left.
        Ok(unsafe { load(py, iterator.item, address, owner) }?.into_ptr())
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
