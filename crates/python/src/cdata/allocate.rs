//! `new` with memory from elsewhere.

use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;

use super::face::{Face, Kind};
use super::lease::{self, Role, Terms};
use super::make::{Needs, initialize, needs};
use super::object::CData;
use super::store::shown;
use crate::failure::{Class, Failure};
use crate::python_call;

/// Where memory comes from and goes to.
pub(crate) struct Source<'a, 'py> {
    /// Called with a number of bytes, for a pointer to them.
    pub(crate) alloc: Borrowed<'a, 'py, PyAny>,
    /// Called with that pointer at the end; without it, the pointer is only let go of.
    pub(crate) free: Option<Borrowed<'a, 'py, PyAny>>,
    /// Whether the memory is zeroed here.
    pub(crate) is_cleared: bool,
}

/// As [`super::new`], in memory of the source.
pub(crate) fn allocate<'py>(
    py: Python<'py>,
    face: &'static Face,
    initializer: Option<Borrowed<'_, 'py, PyAny>>,
    source: &Source<'_, 'py>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let needs = needs(face, initializer)?;
    let too_large = || Failure::new(Class::Overflow, format!("'{}' is too large to allocate", face.name()));
    let size = needs.extent.checked_add(needs.spare).filter(|size| isize::try_from(*size).is_ok());
    let size = size.ok_or_else(too_large)?;
    let wanted = size.into_pyobject(py).map_err(PyErr::from)?;
    let original = python_call::call_bound(source.alloc, Some(wanted.as_any()))?;
    let address = address(original.as_borrowed(), size)?;
    let terms = terms(face, &needs, address);
    let made = lease::guard(py, &terms, original.as_borrowed(), source.free)?;
    let data = CData::of(made.as_borrowed()).expect("C data was just made");
    let _pin = data.pin_to_write()?;
    if source.is_cleared {
        // SAFETY: the allocator's word, or the checked bounds: so many bytes are there.
        unsafe { address.write_bytes(0, size) };
    }
    if let Some(given) = initializer {
        // SAFETY: as above; the pin keeps them.
        unsafe { initialize(&needs, address, given) }?;
    }
    Ok(made)
}

fn terms(face: &'static Face, needs: &Needs, address: *mut u8) -> Terms {
    Terms { face, address, extent: needs.extent, role: Role::Allocated, is_read_only: false }
}

/// The memory that `alloc` returned, if it is as large as it should be where that is known.
fn address(original: Borrowed<'_, '_, PyAny>, size: usize) -> Result<*mut u8, Failure> {
    let Some(data) = CData::of(original) else {
        return Err(Failure::wrong_type(format!("alloc() must return C data, not {}", shown(original))));
    };
    let is_pointer = match data.face.kind {
        Kind::Pointer(_) => !data.face.is_function_pointer(),
        Kind::Array(..) => true,
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) | Kind::Record(_) => false,
    };
    if !is_pointer {
        let text = format!("alloc() must return a pointer or an array, not {}", data.describe());
        return Err(Failure::wrong_type(text));
    }
    if data.address.is_null() {
        return Err(PyMemoryError::new_err("alloc() returned NULL").into());
    }
    if data.is_read_only() {
        return Err(Failure::wrong_type(format!("alloc() returned {}, which is read-only", data.describe())));
    }
    data.check_alive()?;
    match data.bounds() {
        Some(bounds) if !bounds.hold(data.address.addr(), size) => {
            let text = format!("alloc() returned {}, which has not the {size} bytes wanted", data.describe());
            Err(Failure::new(Class::Value, text))
        }
        Some(_) | None => Ok(data.address),
    }
}
