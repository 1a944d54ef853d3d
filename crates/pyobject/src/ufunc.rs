//! New ufuncs of NumPy.
//!
//! ```text
//! ufunc  16 inputs  20 outputs  24 both  28 identity  32 loops  40 data  48 types  56 name  64 type numbers
//!        72 doc  80 memory  88 object
//! ```
//! The object is NumPy's place for what a ufunc keeps alive.

use std::ffi::{CStr, c_char, c_int, c_void};

use pyo3_ffi as ffi;

/// The head of a ufunc.
#[repr(C)]
struct UfuncLayout {
    head: ffi::PyObject,
    counts: [c_int; 4],
    loops: *const c_void,
    data: *const c_void,
    type_count: c_int,
    reserved: c_int,
    name: *const c_char,
    types: *const c_char,
    doc: *const c_char,
    memory: *mut c_void,
    object: *mut ffi::PyObject,
}

/// What NumPy runs over elements: operands, counts, steps in bytes, data.
pub type UfuncLoop = unsafe extern "C" fn(*mut *mut c_char, *const isize, *const isize, *mut c_void);

/// A ufunc with one loop. NumPy keeps the pointers.
#[derive(Clone, Copy, Debug)]
pub struct NewUfunc<'a> {
    /// The loop, in an array of one.
    pub loops: *const UfuncLoop,
    /// What the loop is given, in an array of one.
    pub data: *const *mut c_void,
    /// NumPy's number of each operand's type, the result's last.
    pub types: &'a [u8],
    /// Its name.
    pub name: &'a CStr,
    /// What follows its signature in its documentation.
    pub doc: &'a CStr,
    /// What keeps all of these: a reference that is taken over.
    pub keeper: *mut ffi::PyObject,
}

type FromFuncAndData = unsafe extern "C" fn(
    *const UfuncLoop,
    *const *mut c_void,
    *const c_char,
    c_int,
    c_int,
    c_int,
    c_int,
    *const c_char,
    *const c_char,
    c_int,
) -> *mut ffi::PyObject;

/// Its place in NumPy's table of functions for C.
const FROM_FUNC_AND_DATA: usize = 1;

/// No element leaves others as they are.
const NO_IDENTITY: c_int = -1;

/// A new ufunc: a new reference, or null with an exception set. NumPy is imported if it is not yet.
///
/// # Safety
/// The interpreter's lock is held; the keeper keeps what the other fields point to as long as it lives.
pub unsafe fn new_ufunc(ufunc: &NewUfunc<'_>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; the table has this function at this place in every NumPy, and a new ufunc
    // has no object.
    unsafe {
        let table = table();
        let made = if table.is_null() {
            std::ptr::null_mut()
        } else {
            let make = table.add(FROM_FUNC_AND_DATA).cast::<FromFuncAndData>().read();
            let inputs = c_int::try_from(ufunc.types.len()).unwrap_or(1) - 1;
            let types = ufunc.types.as_ptr().cast();
            let (name, doc) = (ufunc.name.as_ptr(), ufunc.doc.as_ptr());
            make(ufunc.loops, ufunc.data, types, 1, inputs, 1, NO_IDENTITY, name, doc, 0)
        };
        if made.is_null() {
            ffi::Py_DECREF(ufunc.keeper);
        } else {
            (*made.cast::<UfuncLayout>()).object = ufunc.keeper;
        }
        made
    }
}

/// NumPy's table of functions of ufuncs; null with an exception set.
unsafe fn table() -> *const *const c_void {
    // SAFETY: the caller holds the lock; what is made here is released. The table is never freed.
    unsafe {
        let mut module = ffi::PyImport_ImportModule(c"numpy._core._multiarray_umath".as_ptr());
        if module.is_null() {
            ffi::PyErr_Clear();
            module = ffi::PyImport_ImportModule(c"numpy.core._multiarray_umath".as_ptr());
        }
        if module.is_null() {
            return std::ptr::null();
        }
        let capsule = ffi::PyObject_GetAttrString(module, c"_UFUNC_API".as_ptr());
        ffi::Py_DECREF(module);
        if capsule.is_null() {
            return std::ptr::null();
        }
        let table = ffi::PyCapsule_GetPointer(capsule, std::ptr::null());
        ffi::Py_DECREF(capsule);
        table.cast_const().cast()
    }
}
