//! The memory of arrays, bytes and other buffers, to be handed to C.
//!
//! An exact `numpy.ndarray` of numbers is read from the object, without importing NumPy. Everything else
//! goes through the buffer protocol.

use std::ffi::CStr;

use pyo3_ffi as ffi;

use crate::ndarray::{ArrayLayout, C_CONTIGUOUS, F_CONTIGUOUS, WRITEABLE, is_ndarray};

/// What the caller will do with the memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Only read it.
    Read,
    /// Perhaps write it.
    Write,
}

/// What the elements of a buffer are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ElementKind {
    /// Bytes without more meaning: `bytes`, `bytearray`.
    Bytes,
    /// Booleans of one byte.
    Bool,
    /// Signed integers of so many bytes.
    Signed(u8),
    /// Unsigned integers of so many bytes.
    Unsigned(u8),
    /// Real floating numbers of so many bytes.
    Float(u8),
    /// Complex numbers of so many bytes.
    Complex(u8),
    /// Records or plain memory of so many bytes, without Python objects.
    Record(usize),
    /// Something else, of so many bytes.
    Other(usize),
}

/// The memory of a buffer, held until [`release`].
pub struct Elements {
    /// The first byte.
    pub address: *mut u8,
    /// What is there.
    pub kind: ElementKind,
    /// What keeps it there, if it must be told when the memory is no longer used.
    hold: Option<Box<ffi::Py_buffer>>,
}

/// Why there is no memory to hand out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoElements {
    /// The object is no buffer.
    NotABuffer,
    /// It may not be written.
    ReadOnly,
    /// Its elements do not follow one another in memory.
    NotContiguous,
    /// Its bytes are in the other order.
    Swapped,
    /// Python code raised; its exception is set.
    Raised,
}

/// The memory of `object`.
///
/// # Errors
/// See [`NoElements`].
///
/// # Safety
/// The interpreter's lock is held, `object` is a live object and stays so until the release.
#[inline]
pub unsafe fn elements(object: *mut ffi::PyObject, access: Access) -> Result<Elements, NoElements> {
    // SAFETY: the caller's promise; the layout is that of an exact ndarray.
    unsafe {
        if is_ndarray(object)
            && let Some(found) = of_ndarray(object.cast(), access)
        {
            return found;
        }
        of_buffer(object, access)
    }
}

impl Elements {
    /// Whether it is known that there are none: then the address says nothing.
    pub fn is_empty(&self) -> bool {
        self.hold.as_ref().is_some_and(|buffer| buffer.len == 0)
    }
}

/// Gives the memory back.
///
/// # Safety
/// The interpreter's lock is held.
pub unsafe fn release(elements: Elements) {
    if let Some(mut buffer) = elements.hold {
        // SAFETY: the caller holds the lock; the buffer was filled by PyObject_GetBuffer.
        unsafe { ffi::PyBuffer_Release(&raw mut *buffer) };
    }
}

/// None when the buffer protocol has to say more.
unsafe fn of_ndarray(array: *const ArrayLayout, access: Access) -> Option<Result<Elements, NoElements>> {
    // SAFETY: the caller checked that it is an ndarray, whose dtype lives as long.
    let (data, flags, number, byte_order) =
        unsafe { ((*array).data, (*array).flags, (*(*array).dtype).number, (*(*array).dtype).byte_order) };
    let kind = match number {
        0 => ElementKind::Bool,
        1 => ElementKind::Signed(1),
        2 => ElementKind::Unsigned(1),
        3 => ElementKind::Signed(2),
        4 => ElementKind::Unsigned(2),
        5 => ElementKind::Signed(4),
        6 => ElementKind::Unsigned(4),
        7 | 9 => ElementKind::Signed(8),
        8 | 10 => ElementKind::Unsigned(8),
        11 => ElementKind::Float(4),
        12 => ElementKind::Float(8),
        13 => ElementKind::Float(16),
        14 => ElementKind::Complex(8),
        15 => ElementKind::Complex(16),
        16 => ElementKind::Complex(32),
        _ => return None,
    };
    if byte_order == b'>' {
        return Some(Err(NoElements::Swapped));
    }
    if flags & (C_CONTIGUOUS | F_CONTIGUOUS) == 0 {
        return Some(Err(NoElements::NotContiguous));
    }
    if access == Access::Write && flags & WRITEABLE == 0 {
        return Some(Err(NoElements::ReadOnly));
    }
    Some(Ok(Elements { address: data, kind, hold: None }))
}

unsafe fn of_buffer(object: *mut ffi::PyObject, access: Access) -> Result<Elements, NoElements> {
    // SAFETY: the caller holds the lock and the object lives; the buffer is released on each path
    // that does not return it.
    unsafe {
        if ffi::PyObject_CheckBuffer(object) == 0 {
            return Err(NoElements::NotABuffer);
        }
        let mut buffer = Box::new(ffi::Py_buffer::new());
        let flags = ffi::PyBUF_FORMAT | ffi::PyBUF_STRIDES;
        if ffi::PyObject_GetBuffer(object, &raw mut *buffer, flags) != 0 {
            return Err(NoElements::Raised);
        }
        let address = buffer.buf.cast();
        let is_raw = ffi::PyBytes_Check(object) != 0 || ffi::PyByteArray_Check(object) != 0;
        let kind = if is_raw { Some(ElementKind::Bytes) } else { kind_of_format(&buffer) };
        let refused = if kind.is_none() {
            Some(NoElements::Swapped)
        } else if ffi::PyBuffer_IsContiguous(&raw const *buffer, b'A'.cast_signed()) == 0 {
            Some(NoElements::NotContiguous)
        } else if access == Access::Write && buffer.readonly != 0 {
            Some(NoElements::ReadOnly)
        } else {
            None
        };
        match (refused, kind) {
            (None, Some(kind)) => Ok(Elements { address, kind, hold: Some(buffer) }),
            (refused, _) => {
                ffi::PyBuffer_Release(&raw mut *buffer);
                Err(refused.unwrap_or(NoElements::Swapped))
            }
        }
    }
}

/// What the format of a buffer says; None for the other byte order.
unsafe fn kind_of_format(buffer: &ffi::Py_buffer) -> Option<ElementKind> {
    let item_size = buffer.itemsize.unsigned_abs();
    let size = u8::try_from(item_size).unwrap_or(0);
    if buffer.format.is_null() {
        return Some(ElementKind::Unsigned(1));
    }
    // SAFETY: a format is a C string that lives as long as the buffer.
    let format = unsafe { CStr::from_ptr(buffer.format) }.to_bytes();
    let letters = match format.split_first() {
        Some((b'>' | b'!', rest)) if item_size > 1 && !rest.starts_with(b"T") => return None,
        Some((b'@' | b'=' | b'<' | b'>' | b'!' | b'|', rest)) => rest,
        _ => format,
    };
    Some(match letters {
        b"?" => ElementKind::Bool,
        b"b" | b"h" | b"i" | b"l" | b"q" | b"n" => ElementKind::Signed(size),
        b"c" | b"B" | b"H" | b"I" | b"L" | b"Q" | b"N" => ElementKind::Unsigned(size),
        b"e" | b"f" | b"d" | b"g" => ElementKind::Float(size),
        b"Zf" | b"Zd" | b"Zg" | b"F" | b"D" | b"G" => ElementKind::Complex(size),
        letters if is_record(letters) => ElementKind::Record(item_size),
        _ => ElementKind::Other(item_size),
    })
}

/// Whether a format is of a record, `T{i:name:d:other:}`, or of plain memory, `8x`, that holds no
/// Python object: `O` outside the names.
fn is_record(letters: &[u8]) -> bool {
    if letters.starts_with(b"T{") {
        return letters.split(|byte| *byte == b':').step_by(2).all(|types| !types.contains(&b'O'));
    }
    matches!(letters, [count @ .., b'x'] if count.iter().all(u8::is_ascii_digit))
}
