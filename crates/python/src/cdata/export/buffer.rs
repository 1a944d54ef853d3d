//! The buffer protocol, PEP 3118.

use std::ffi::{CString, c_int};

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;

use super::extent::Extent;
use super::format::format;
use crate::cdata::lifetime::Pin;
use crate::cdata::object::CData;
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// What a buffer's pointers point to, as long as the buffer is held.
struct Exported {
    shape: Box<[isize]>,
    strides: Box<[isize]>,
    format: CString,
    /// A release meanwhile does not free the memory.
    _pin: Pin,
}

/// Fills a buffer.
pub(in crate::cdata) unsafe extern "C" fn get_buffer(
    this: *mut ffi::PyObject,
    view: *mut ffi::Py_buffer,
    flags: c_int,
) -> c_int {
    slot(|_| {
        // SAFETY: CPython calls the slot with live C data, and with memory for the buffer, whose object
        // is null when there is an error.
        unsafe {
            (*view).obj = std::ptr::null_mut();
            let data = CData::of_self(this);
            let extent = Extent::of(data)?;
            check_flags(&extent, flags)?;
            fill(this, view, &extent, data.pin()?, flags)?;
        }
        Ok(0)
    })
}

fn check_flags(extent: &Extent, flags: c_int) -> Result<(), Failure> {
    if extent.is_read_only && flags & ffi::PyBUF_WRITABLE != 0 {
        let text = format!("the memory of '{}' is read-only", extent.item.name());
        return Err(PyBufferError::new_err(text).into());
    }
    let columns = ffi::PyBUF_F_CONTIGUOUS;
    if extent.dims.len() > 1 && flags & columns == columns {
        return Err(PyBufferError::new_err("arrays of C are contiguous by rows, not by columns").into());
    }
    Ok(())
}

/// # Safety
/// `this` is a live object; `view` may be written.
unsafe fn fill(
    this: *mut ffi::PyObject,
    view: *mut ffi::Py_buffer,
    extent: &Extent,
    pin: Pin,
    flags: c_int,
) -> Result<(), Failure> {
    let signed = |number: usize| {
        let too_large = |_| Failure::new(Class::Overflow, "the array is too large for a buffer");
        isize::try_from(number).map_err(too_large)
    };
    let format = format(extent.item, extent.item_size);
    let exported = Box::new(Exported {
        shape: extent.dims.iter().map(|dim| signed(*dim)).collect::<Result<_, _>>()?,
        strides: extent.strides(extent.item_size).into_iter().map(signed).collect::<Result<_, _>>()?,
        format: CString::new(format).map_err(|_| Failure::wrong_type("a name contains a zero byte"))?,
        _pin: pin,
    });
    let (length, item_size) = (signed(extent.count() * extent.item_size)?, signed(extent.item_size)?);
    let rank = c_int::try_from(extent.dims.len()).expect("a type is written in a text of less than 2 GB");
    let exported = Box::into_raw(exported);
    let when = |wanted: c_int| flags & wanted == wanted;
    // SAFETY: the caller's promise; what the buffer points to is freed when it is released.
    unsafe {
        let parts = &mut *exported;
        (*view).buf = extent.address.cast();
        (*view).len = length;
        (*view).itemsize = item_size;
        (*view).readonly = c_int::from(extent.is_read_only);
        (*view).ndim = if when(ffi::PyBUF_ND) { rank } else { 1 };
        (*view).format =
            if when(ffi::PyBUF_FORMAT) { parts.format.as_ptr().cast_mut() } else { std::ptr::null_mut() };
        (*view).shape = if when(ffi::PyBUF_ND) { parts.shape.as_mut_ptr() } else { std::ptr::null_mut() };
        (*view).strides =
            if when(ffi::PyBUF_STRIDES) { parts.strides.as_mut_ptr() } else { std::ptr::null_mut() };
        (*view).suboffsets = std::ptr::null_mut();
        (*view).internal = exported.cast();
        (*view).obj = ffi::Py_NewRef(this);
    }
    Ok(())
}

/// Frees what a buffer points to.
pub(in crate::cdata) unsafe extern "C" fn release_buffer(
    _this: *mut ffi::PyObject,
    view: *mut ffi::Py_buffer,
) {
    // SAFETY: CPython calls this once for each buffer that was filled, which has our box.
    drop(unsafe { Box::from_raw((*view).internal.cast::<Exported>()) });
}
