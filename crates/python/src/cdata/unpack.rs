//! `unpack`: so many items as bytes, a string or a list.

use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::load::{load, owned};
use super::memory::check_size;
use super::object::CData;
use crate::failure::{Class, Failure};

/// The first `length` items that `data` points to.
pub(crate) fn unpack<'py>(
    py: Python<'py>,
    data: &CData,
    length: isize,
) -> Result<Bound<'py, PyAny>, Failure> {
    super::memory::check_pointer(data, "unpack")?;
    if data.address.is_null() {
        return Err(Failure::new(
            Class::Runtime,
            format!("cannot use unpack() on <{} NULL>", data.describe()),
        ));
    }
    let item = data.face.target().expect("pointers and arrays have a target");
    let unknown = || {
        let text = format!("{} points to items of unknown size", data.describe());
        Failure::new(Class::Value, text)
    };
    let size = item.size().ok_or_else(unknown)?;
    let negative = |_| Failure::new(Class::Value, "unpack(): the length cannot be negative");
    let count = usize::try_from(length).map_err(negative)?;
    // The list may start the collector, and that a destructor.
    let _pin = data.pin()?;
    check_size(data, count.saturating_mul(size))?;
    match item.kind {
        // SAFETY: so many items are there, or C vouches for them.
        Kind::Scalar(scalar @ (Scalar::Char | Scalar::Char16 | Scalar::Char32)) => unsafe {
            text(py, scalar, data.address, length)
        },
        Kind::Scalar(_) | Kind::Enum(_) => {
            let scalar = item.known_scalar()?;
            if matches!(scalar, Scalar::F80 | Scalar::C80) {
                // SAFETY: as above.
                return unsafe { items(py, data, item, length, size) };
            }
            // SAFETY: as above.
            unsafe { numbers(py, scalar, data.address, length) }
        }
        Kind::Void | Kind::Pointer(_) | Kind::Array(..) | Kind::Function(_) | Kind::Record(_) => {
            // SAFETY: as above.
            unsafe { items(py, data, item, length, size) }
        }
    }
}

/// Characters.
///
/// # Safety
/// So many lie at the address.
unsafe fn text(
    py: Python<'_>,
    scalar: Scalar,
    address: *const u8,
    length: isize,
) -> Result<Bound<'_, PyAny>, Failure> {
    let bytes = length.checked_mul(scalar.size().cast_signed());
    let bytes = bytes.ok_or_else(|| Failure::new(Class::Overflow, "unpack(): the text is too long"))?;
    // Zero keeps a mark of the order of bytes as a character; the machine's order is little-endian.
    let mut order = -1;
    // SAFETY: the caller's promise; results are new references or null.
    unsafe {
        let object = if scalar == Scalar::Char16 {
            ffi::PyUnicode_DecodeUTF16(address.cast(), bytes, c"surrogatepass".as_ptr(), &raw mut order)
        } else if scalar == Scalar::Char32 {
            ffi::PyUnicode_DecodeUTF32(address.cast(), bytes, c"surrogatepass".as_ptr(), &raw mut order)
        } else {
            ffi::PyBytes_FromStringAndSize(address.cast(), bytes)
        };
        owned(py, object)
    }
}

/// Numbers of one type. What is most often asked for has a loop of its own.
///
/// # Safety
/// So many lie at the address.
unsafe fn numbers(
    py: Python<'_>,
    scalar: Scalar,
    address: *const u8,
    length: isize,
) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the caller's promise; the results are new references or null.
    unsafe {
        let at = |index: isize, size: isize| address.offset(index * size);
        if scalar == Scalar::I32 {
            return list(py, length, |index| {
                let number = i32::from_ne_bytes(at(index, 4).cast::<[u8; 4]>().read());
                ffi::PyLong_FromLong(number.into())
            });
        }
        if scalar == Scalar::F64 {
            return list(py, length, |index| {
                ffi::PyFloat_FromDouble(f64::from_ne_bytes(at(index, 8).cast::<[u8; 8]>().read()))
            });
        }
        let size = scalar.size().cast_signed();
        list(py, length, |index| scalar.load(at(index, size)))
    }
}

/// Structs, arrays, pointers: C data in the memory.
///
/// # Safety
/// So many lie there.
unsafe fn items<'py>(
    py: Python<'py>,
    data: &CData,
    item: &'static Face,
    length: isize,
    size: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let owner = data.owner();
    let mut failure = None;
    let made = list(py, length, |index| {
        let address = data.address.wrapping_offset(index * size.cast_signed());
        // SAFETY: the caller's promise.
        match unsafe { load(py, item, address, owner) } {
            Ok(value) => value.into_ptr(),
            Err(error) => {
                failure = Some(error);
                std::ptr::null_mut()
            }
        }
    });
    match failure {
        Some(failure) => Err(failure),
        None => made,
    }
}

/// A list of what `item` makes, or the exception that it set.
#[inline]
fn list(
    py: Python<'_>,
    length: isize,
    mut item: impl FnMut(isize) -> *mut ffi::PyObject,
) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the lock is held; the list is new, of that length, and its items are set once. An item that
    // is not there yet is null, which the list's deallocator knows.
    unsafe {
        let list = owned(py, ffi::PyList_New(length))?;
        for index in 0..length {
            let value = item(index);
            if value.is_null() {
                return match PyErr::take(py) {
                    Some(error) => Err(error.into()),
                    None => Ok(list),
                };
            }
            ffi::PyList_SET_ITEM(list.as_ptr(), index, value);
        }
        Ok(list)
    }
}
