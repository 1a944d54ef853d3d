//! `from_buffer`: the memory of a Python object as C data.

use std::ffi::c_int;
use std::sync::OnceLock;

use ctype::IntType;
use pyo3::exceptions::PyZeroDivisionError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::face::{Face, Kind};
use super::lease::{self, Role, Terms};
use crate::failure::{Class, Failure};
use crate::table;

/// The type of the memory if nothing is said: `char[]`.
pub(crate) fn bytes_face() -> &'static Face {
    static FACE: OnceLock<&Face> = OnceLock::new();
    FACE.get_or_init(|| {
        let char = { table::write().int(IntType::Char) };
        Face::of(char).open_array()
    })
}

/// C data of the type in the memory of `exporter`, which keeps it in place as long.
pub(crate) fn from_buffer<'py>(
    py: Python<'py>,
    face: &'static Face,
    exporter: Borrowed<'_, 'py, PyAny>,
    must_be_writable: bool,
) -> Result<Bound<'py, PyAny>, Failure> {
    let is_memory = match face.kind {
        Kind::Pointer(_) => !face.is_function_pointer(),
        Kind::Array(..) => true,
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) | Kind::Record(_) => false,
    };
    if !is_memory {
        let text = format!("expected a pointer or array ctype for from_buffer(), got '{}'", face.name());
        return Err(Failure::wrong_type(text));
    }
    if exporter.is_instance_of::<PyString>() {
        let text = "from_buffer() takes bytes-like objects, not a str; encode it first: .encode()";
        return Err(Failure::wrong_type(text));
    }
    let flags: c_int = if must_be_writable { ffi::PyBUF_WRITABLE } else { ffi::PyBUF_SIMPLE };
    lease::borrow(py, exporter, flags, |buffer| {
        let terms = Terms {
            face,
            address: buffer.buf.cast(),
            extent: extent(face, buffer.len.unsigned_abs())?,
            role: Role::Buffer,
            is_read_only: buffer.readonly != 0,
        };
        Ok(terms)
    })
}

/// Items that take no bytes: any number of them is in the memory.
#[cold]
fn uncountable(element: &Face) -> Failure {
    let text = format!("how many '{}' are in the buffer is not known: one takes no bytes", element.name());
    PyZeroDivisionError::new_err(text).into()
}

/// How many of the bytes belong to the value: whole elements of an open array, all that a pointer
/// points to.
fn extent(face: &'static Face, length: usize) -> Result<usize, Failure> {
    match face.kind {
        Kind::Array(element, None) => {
            let unknown = || {
                let text = format!("array item of unknown size: '{}'", element.name());
                Failure::new(Class::Value, text)
            };
            let size = element.size().ok_or_else(unknown)?;
            match length.checked_div(size) {
                Some(count) => Ok(count * size),
                None => Err(uncountable(element)),
            }
        }
        Kind::Array(_, Some(_)) => {
            let size = face.known_size()?;
            if length < size {
                let text =
                    format!("buffer is too small ({length} bytes) for '{}' ({size} bytes)", face.name());
                return Err(Failure::new(Class::Value, text));
            }
            Ok(size)
        }
        Kind::Pointer(_)
        | Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(_)
        | Kind::Function(_)
        | Kind::Record(_) => Ok(length),
    }
}
