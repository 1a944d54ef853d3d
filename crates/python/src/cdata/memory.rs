//! The bytes that arguments stand for: C data's by its address, an object's by the buffer protocol.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::bytes_address;

use super::access::null;
use super::face::{Face, Kind};
use super::lifetime::Pin;
use super::object::CData;
use crate::failure::{Class, Failure};

/// Whether bytes are to be read or written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

/// Checks that `size` bytes from where `data` points lie in the memory, as far as that is known.
pub(super) fn check_size(data: &CData, size: usize) -> Result<(), Failure> {
    if size > 0 && data.address.is_null() {
        return Err(null(data));
    }
    match data.bounds() {
        Some(bounds) if !bounds.hold(data.address.addr(), size) => {
            let text =
                format!("{size} bytes from {} reach beyond the memory it points into", data.describe());
            Err(Failure::new(Class::Index, text))
        }
        Some(_) | None => Ok(()),
    }
}

/// The pointer or array of which `function` takes the memory.
pub(super) fn check_pointer(data: &CData, function: &str) -> Result<(), Failure> {
    let is_pointer = match data.face.kind {
        Kind::Pointer(_) => !data.face.is_function_pointer(),
        Kind::Array(..) => true,
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) | Kind::Record(_) => false,
    };
    if is_pointer {
        return Ok(());
    }
    let text = format!("{function}() takes a pointer or an array, got {}", data.describe());
    Err(Failure::wrong_type(text))
}

/// C data's memory, kept for as long as the pin.
pub(super) fn of_data(data: &CData, size: usize, access: Access) -> Result<(*mut u8, Pin), Failure> {
    check_pointer(data, "memmove")?;
    let pin = match access {
        Access::Read => data.pin()?,
        Access::Write => {
            let is_const = data.face.target().is_some_and(Face::is_read_only);
            if is_const {
                return Err(Failure::wrong_type(format!(
                    "{} cannot be written: it is const",
                    data.describe()
                )));
            }
            data.pin_to_write()?
        }
    };
    check_size(data, size)?;
    Ok((data.address, pin))
}

/// Runs `body` on the memory of an object that offers it.
pub(super) fn with_buffer<T>(
    object: Borrowed<'_, '_, PyAny>,
    access: Access,
    body: impl FnOnce(*mut u8, usize) -> Result<T, Failure>,
) -> Result<T, Failure> {
    // SAFETY: the object lives. The buffer stays where it is filled, and is released once.
    unsafe {
        if access == Access::Read
            && let Some(address) = bytes_address(object.as_ptr())
        {
            return body(address, ffi::PyBytes_Size(object.as_ptr()).unsigned_abs());
        }
        let flags: c_int = match access {
            Access::Read => ffi::PyBUF_SIMPLE,
            Access::Write => ffi::PyBUF_WRITABLE,
        };
        let mut buffer = ffi::Py_buffer::new();
        if ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut buffer, flags) < 0 {
            return Err(Failure::raised(object.py()));
        }
        let done = body(buffer.buf.cast(), buffer.len.unsigned_abs());
        ffi::PyBuffer_Release(&raw mut buffer);
        done
    }
}

/// `memmove(dest, src, size)`.
pub(crate) fn copy(
    dest: Borrowed<'_, '_, PyAny>,
    src: Borrowed<'_, '_, PyAny>,
    size: usize,
) -> Result<(), Failure> {
    with_memory(src, size, Access::Read, |from| {
        with_memory(dest, size, Access::Write, |to| {
            // SAFETY: both have so many bytes, or C vouches for them; they may overlap.
            unsafe { std::ptr::copy(from, to, size) };
            Ok(())
        })
    })
}

fn with_memory(
    object: Borrowed<'_, '_, PyAny>,
    size: usize,
    access: Access,
    body: impl FnOnce(*mut u8) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Some(data) = CData::of(object) {
        let (address, _pin) = of_data(data, size, access)?;
        return body(address);
    }
    with_buffer(object, access, |address, length| {
        if length < size {
            let class = object.get_type().name()?;
            let text = format!("the {class} has {length} bytes, memmove() needs {size}");
            return Err(Failure::new(Class::Value, text));
        }
        body(address)
    })
}
