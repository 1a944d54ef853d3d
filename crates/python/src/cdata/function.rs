//! Pointers to functions: C data that can be called.
//!
//! The class carries the vectorcall function, so that a call from Python is one jump. What the
//! pointer came from, a library's symbol or a callback, is kept as `origin` and says the name in
//! messages. A callback's C data is seen by the cycle collector, since the callable may refer
//! back to it.

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use pyo3::ffi;
use pyo3::prelude::*;

use super::chain;
use super::classes::classes;
use super::face::Face;
use super::object::{CData, Function, allocate, fill};
use crate::call;
use crate::callback::Callback;
use crate::failure::Failure;
use crate::trampoline::slot;

/// Makes a pointer to a function; it releases the interpreter's lock around calls.
pub(crate) fn make<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    origin: Option<Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    make_with(py, face, address, origin, call::vectorcall::<true>)
}

/// Makes a pointer to a function that is called by `vectorcall`.
pub(crate) fn make_with<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    origin: Option<Bound<'py, PyAny>>,
    vectorcall: ffi::vectorcallfunc,
) -> Result<Bound<'py, PyAny>, Failure> {
    let object = allocate(py, classes().function, size_of::<Function>())?;
    // SAFETY: the memory has room for the layout.
    unsafe { Ok(complete(py, object, face, address, origin, vectorcall)) }
}

/// Makes the C data of a callback, which keeps the callback.
pub(crate) fn make_callback<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    callback: Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the lock is held; the class has the cycle collector's flag.
    unsafe {
        let object = ffi::PyObject_GC_New::<ffi::PyObject>(classes().callback);
        if object.is_null() {
            return Err(Failure::raised(py));
        }
        let made = complete(py, object, face, address, Some(callback), call::vectorcall::<true>);
        ffi::PyObject_GC_Track(object.cast());
        Ok(made)
    }
}

/// # Safety
/// `object` is a new object with room for a [`Function`].
unsafe fn complete<'py>(
    py: Python<'py>,
    object: *mut ffi::PyObject,
    face: &'static Face,
    address: *mut u8,
    origin: Option<Bound<'py, PyAny>>,
    vectorcall: ffi::vectorcallfunc,
) -> Bound<'py, PyAny> {
    let function = object.cast::<Function>();
    let origin = origin.and_then(|origin| NonNull::new(origin.into_ptr()));
    // SAFETY: the caller's promise; the reference to the origin is kept by the object.
    unsafe {
        fill(object, face, address);
        (&raw mut (*function).vectorcall).write(vectorcall);
        (&raw mut (*function).origin).write(origin);
        (&raw mut (*function).call).write(face.pointee().and_then(|face| face.call().ok()));
        Bound::from_owned_ptr(py, object)
    }
}

/// Makes every further call of the function raise, because its library was closed.
pub(crate) fn close(data: &CData) {
    if data.function().is_some() {
        let function = ptr::from_ref(data).cast::<Function>().cast_mut();
        // SAFETY: it is a function's layout; the lock is held, and nobody keeps a reference to
        // this field.
        unsafe { (&raw mut (*function).vectorcall).write(call::refuse_closed) };
    }
}

/// Calls of C data that is no function.
pub(super) unsafe extern "C" fn refuse_call(
    this: *mut ffi::PyObject,
    _args: *mut ffi::PyObject,
    _kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|_| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        Err(Failure::wrong_type(format!("{} is not callable", data.describe())))
    })
}

/// The Python callable behind a callback.
pub(super) fn callable<'py>(py: Python<'py>, data: &CData) -> Option<Bound<'py, PyAny>> {
    let origin = data.function()?.origin?;
    // SAFETY: the function keeps its origin alive.
    let origin = unsafe { Borrowed::from_ptr(py, origin.as_ptr()) };
    origin.cast::<Callback>().ok()?.get().callable(py)
}

/// The address of a function that is not C data: a ctypes function, or an object that offers C
/// data as `.cffi`.
pub(super) fn foreign_pointer(
    face: &'static Face,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<Option<*mut u8>, Failure> {
    if !face.is_function_pointer() {
        return Ok(None);
    }
    match offered(value)? {
        Some(offered) => super::store::pointer_value(face, offered.as_borrowed()).map(Some),
        None => {
            let found = crate::call::ctypes_function_address(value)?;
            if found.is_some() {
                super::foreign::check_ctypes_function(face, value)?;
            }
            Ok(found)
        }
    }
}

/// The C data that an object offers as `.cffi`. It may be made for the one who asks, and what it points
/// to may go with it.
pub(crate) fn offered<'py>(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(value.getattr_opt("cffi")?.filter(|offered| CData::of(offered.as_borrowed()).is_some()))
}

/// Shows the cycle collector what a callback refers to.
pub(super) unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class; nothing is borrowed.
    unsafe {
        let status = visit(ffi::Py_TYPE(this).cast(), argument);
        match (*this.cast::<Function>()).origin {
            Some(origin) if status == 0 => visit(origin.as_ptr(), argument),
            _ => status,
        }
    }
}

/// Lets go of the callback, to break a cycle.
pub(super) unsafe extern "C" fn clear(this: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class, that nobody uses any more.
    unsafe {
        let slot = &raw mut (*this.cast::<Function>()).origin;
        if let Some(origin) = slot.replace(None) {
            ffi::Py_DECREF(origin.as_ptr());
        }
    }
    0
}

/// Frees the C data of a callback.
pub(super) unsafe extern "C" fn deallocate_callback(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to.
    unsafe {
        ffi::PyObject_GC_UnTrack(this.cast());
        chain::free_in_turn(this);
    }
}

/// Lets go of what a callback refers to, and frees its memory.
///
/// # Safety
/// It is an untracked callback without references, also weak ones.
pub(super) unsafe fn finish(this: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        clear(this);
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_GC_Del(this.cast());
        ffi::Py_DECREF(class.cast());
    }
}
