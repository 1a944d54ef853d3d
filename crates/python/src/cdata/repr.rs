//! C data as Python shows it.

use std::ffi::CStr;
use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyobject::Scalar;

use super::extended;
use super::face::{Face, Kind};
use super::lease::{Lease, Role};
use super::object::{CData, Storage};
use crate::failure::Failure;
use crate::trampoline::slot;

/// `repr(x)`: `<cdata 'int *' owning 4 bytes>`.
pub(super) unsafe extern "C" fn repr(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        let is_record = matches!(data.face.kind, Kind::Record(_));
        let is_part = is_record && data.storage() != Storage::Owned && !is_whole(data);
        let reference = if is_part { " &" } else { "" };
        let text = format!("<cdata '{}{reference}' {}>", data.face.qualified_name(), state(py, data)?);
        Ok(PyString::new(py, &text).into_any().into_ptr())
    })
}

/// Whether a struct is all of the memory of the pointer that it was reached through, and that
/// memory Python's own.
fn is_whole(data: &CData) -> bool {
    let lease = data.owner().and_then(Lease::of_owner);
    let is_own = lease.is_none_or(|lease| lease.role == Role::Allocated);
    is_own
        && data.bounds().is_some_and(|bounds| {
            let size = data.extent().unwrap_or(0);
            bounds.start == data.address.addr() && bounds.end - bounds.start == size
        })
}

fn state(py: Python<'_>, data: &CData) -> Result<String, Failure> {
    if let Some(lease) = data.lease()
        && let Some(text) = lease_state(py, data, lease)?
    {
        return Ok(text);
    }
    if data.is_released() {
        return Ok("RELEASED".to_owned());
    }
    if let Some(scalar) = data.face.scalar() {
        if scalar == Scalar::F80 {
            // SAFETY: C data of a scalar type has the value at its address.
            return unsafe { extended::text(py, data.address) };
        }
        if scalar == Scalar::C80 {
            // SAFETY: as above.
            return unsafe { extended::complex_text(py, data.address) };
        }
        if scalar == Scalar::Char32 {
            // SAFETY: as above.
            let code = unsafe { data.address.cast::<u32>().read_unaligned() };
            if code > 0x10_ffff {
                return Ok(format!("{code:#x}"));
            }
        }
        // SAFETY: as above.
        let value = unsafe { super::load::owned(py, scalar.load(data.address)) }?;
        let text = value.repr()?.to_string();
        return Ok(match enumerator(data.face, &text) {
            Some(name) => format!("{text}: {name}"),
            None => text,
        });
    }
    let is_slice = matches!(data.face.kind, Kind::Array(_, None)) && data.storage() == Storage::View;
    if let (true, Some(length)) = (is_slice, data.length()) {
        return Ok(format!("sliced length {length}"));
    }
    if let Some(callable) = super::function::callable(py, data) {
        return Ok(format!("calling {}", callable.repr()?));
    }
    let is_owning =
        data.storage() == Storage::Owned || (matches!(data.face.kind, Kind::Record(_)) && is_whole(data));
    Ok(match data.extent() {
        Some(extent) if is_owning => format!("owning {extent} bytes"),
        _ if data.address.is_null() => "NULL".to_owned(),
        _ => format!("{:#x}", data.address.addr()),
    })
}

/// What a lease that was not only made by `gc` says of itself, or that it was released.
fn lease_state(py: Python<'_>, data: &CData, lease: &Lease) -> Result<Option<String>, Failure> {
    let is_released = data.is_released();
    // SAFETY: what a lease refers to lives as long as it has not ended.
    let object = |object: NonNull<ffi::PyObject>| unsafe { Borrowed::from_ptr(py, object.as_ptr()) };
    Ok(match lease.role {
        Role::Buffer if is_released => Some("buffer RELEASED".to_owned()),
        Role::Buffer => {
            let class = match lease.exporter() {
                // SAFETY: the class of a live object has a name that ends in a null.
                Some(exporter) => unsafe {
                    let name = (*ffi::Py_TYPE(exporter.as_ptr())).tp_name;
                    CStr::from_ptr(name).to_string_lossy().into_owned()
                },
                None => "object".to_owned(),
            };
            let length = data.length().map_or_else(String::new, |length| format!(" len {length}"));
            Some(format!("buffer{length} from '{class}' object"))
        }
        Role::Handle => match lease.target() {
            Some(target) => Some(format!("handle to {}", object(target).repr()?)),
            None => Some("handle RELEASED".to_owned()),
        },
        Role::Destructor | Role::Allocated if is_released => Some("RELEASED".to_owned()),
        Role::Allocated => Some(format!("owning {} bytes", lease.extent)),
        Role::Destructor => None,
    })
}

/// The name that an enum has for the value.
pub(crate) fn enumerator(face: &Face, value: &str) -> Option<String> {
    let Kind::Enum(id) = face.kind else { return None };
    let value: i128 = value.parse().ok()?;
    let types = crate::table::read();
    let (_, enumerators) = types.enumeration(id).body.as_ref()?;
    enumerators.iter().find(|one| one.value == value).map(|one| one.name.to_string())
}

/// `sys.getsizeof(x)`, without the cycle collector's part.
pub(super) unsafe extern "C" fn size_of_object(
    this: *mut ffi::PyObject,
    _none: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the method with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        let end = match (data.storage(), data.extent()) {
            (Storage::Owned, Some(extent)) => data.address.addr() - this.addr() + extent,
            // SAFETY: the class of a live object.
            _ => unsafe { (*ffi::Py_TYPE(this)).tp_basicsize.unsigned_abs() },
        };
        // SAFETY: the lock is held.
        Ok(unsafe { super::load::owned(py, ffi::PyLong_FromSize_t(end)) }?.into_ptr())
    })
}
