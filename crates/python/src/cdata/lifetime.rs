//! What may still be followed: `release`, `with`, and the check that nothing was released.
//!
//! Memory of its own stays as long as its object does; a release only changes the object's class
//! to one of released data. A lease says itself whether it was released. A view asks its owner. What
//! only knows an address (comparing, hashing, moving, the type, the size) asks nobody.

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;

use super::classes::classes;
use super::face::Kind;
use super::lease::{Lease, Role};
use super::object::{CData, Storage, View};
use crate::failure::{Class, Failure};
use crate::library::Symbol;
use crate::trampoline::slot;

/// Memory in use. A release meanwhile does not free it.
pub(crate) struct Pin(Option<NonNull<ffi::PyObject>>);

impl Pin {
    /// Whether there is anything that could be freed.
    pub(crate) fn is_needed(&self) -> bool {
        self.0.is_some()
    }

    /// The pin as a pointer, to be kept elsewhere.
    pub(super) fn into_raw(self) -> *mut ffi::PyObject {
        let lease = self.0;
        std::mem::forget(self);
        lease.map_or(std::ptr::null_mut(), NonNull::as_ptr)
    }

    /// The pin again.
    ///
    /// # Safety
    /// It comes from [`Self::into_raw`], once.
    pub(super) unsafe fn from_raw(pin: *mut ffi::PyObject) -> Self {
        Self(NonNull::new(pin))
    }
}

impl Drop for Pin {
    #[inline]
    fn drop(&mut self) {
        if let Some(lease) = self.0 {
            unpin(lease);
        }
    }
}

#[cold]
fn unpin(object: NonNull<ffi::PyObject>) {
    if let Some(lease) = Lease::of_owner(object) {
        lease.unpin();
    }
    // SAFETY: pins are dropped with the lock held; the reference was the pin's.
    unsafe { ffi::Py_DECREF(object.as_ptr()) };
}

impl CData {
    /// Checks that the memory it is in, or points to, was not released.
    #[inline]
    pub(crate) fn check_alive(&self) -> Result<(), Failure> {
        if self.is_surely_alive() { Ok(()) } else { check_uncommon(self) }
    }

    /// Whether it is in memory of its own or of owned C data, or in C's.
    #[expect(clippy::inline_always, reason = "a few comparisons on the path of every call and access")]
    #[inline(always)]
    fn is_surely_alive(&self) -> bool {
        let (class, classes) = (self.class(), classes());
        if class == classes.owned || class == classes.base {
            return true;
        }
        // SAFETY: views have this layout, and keep their owner alive.
        (class == classes.view || class == classes.open_view)
            && unsafe { (*std::ptr::from_ref(self).cast::<View>()).owner }
                .is_some_and(|owner| unsafe { ffi::Py_TYPE(owner.as_ptr()) } == classes.owned)
    }

    /// As [`Self::check_alive`], for as long as the pin is kept.
    #[inline]
    pub(crate) fn pin(&self) -> Result<Pin, Failure> {
        let class = self.class();
        if class == classes().owned || class == classes().base {
            return Ok(Pin(None));
        }
        pin_uncommon(self)
    }

    /// As [`Self::pin`], of memory that is to be written.
    #[inline]
    pub(crate) fn pin_to_write(&self) -> Result<Pin, Failure> {
        let pin = self.pin()?;
        if pin.is_needed() && self.is_read_only() {
            return Err(read_only(self));
        }
        Ok(pin)
    }

    /// Gives the address to somebody who never says that it is no longer used: a release does not
    /// free the memory before the objects go.
    pub(crate) fn lend(&self) {
        if let Some(lease) = self.owner().and_then(Lease::of_owner) {
            lease.pin();
        }
    }

    /// Whether it is memory that a Python object does not let be written.
    pub(crate) fn is_read_only(&self) -> bool {
        let lease = match self.storage() {
            Storage::Lease | Storage::View => self.owner().and_then(Lease::of_owner),
            Storage::Plain | Storage::Owned | Storage::Function => None,
        };
        lease.is_some_and(|lease| lease.is_read_only)
    }

    /// Whether it, or what it is a view of, was released.
    pub(super) fn is_released(&self) -> bool {
        self.check_alive().is_err()
    }
}

#[cold]
fn read_only(data: &CData) -> Failure {
    Failure::wrong_type(format!("{} cannot be written: its memory is read-only", data.describe()))
}

#[inline(never)]
fn check_uncommon(data: &CData) -> Result<(), Failure> {
    let owner = match data.storage() {
        Storage::Function | Storage::Plain => return Ok(()),
        Storage::Owned | Storage::Lease => data,
        Storage::View => {
            let Some(owner) = data.owner() else {
                let is_cleared = data.class() != classes().open_view;
                return if is_cleared { Err(released(data, data)) } else { Ok(()) };
            };
            // SAFETY: the view keeps its owner alive.
            match unsafe { CData::of_ptr(owner.as_ptr()) } {
                Some(owner) => owner,
                None => return check_library(owner),
            }
        }
    };
    match first_released(owner) {
        Some(culprit) => Err(released(data, culprit)),
        None => check_fits(data),
    }
}

/// Refuses a struct that was opaque when it was reached, and that is larger than the memory that it was reached in.
fn check_fits(data: &CData) -> Result<(), Failure> {
    let size = data.face.size().filter(|_| matches!(data.face.kind, Kind::Record(_)));
    match (size, data.extent()) {
        (Some(size), Some(extent)) if size > extent => {
            let text = format!("{} takes {size} bytes, its memory has {extent}", data.describe());
            Err(Failure::new(Class::Index, text))
        }
        _ => Ok(()),
    }
}

/// Refuses the variables of a library that was closed.
fn check_library(owner: NonNull<ffi::PyObject>) -> Result<(), Failure> {
    // SAFETY: the lock is held, and a view keeps its owner alive.
    let owner = unsafe { Borrowed::from_ptr(Python::assume_attached(), owner.as_ptr()) };
    owner.cast::<Symbol>().map_or(Ok(()), |symbol| symbol.get().check_open())
}

/// What was released: the owner, or C data that it was made from.
fn first_released(owner: &CData) -> Option<&CData> {
    let mut owner = owner;
    loop {
        if owner.class() == classes().released {
            return Some(owner);
        }
        let lease = owner.lease()?;
        if lease.is_released() {
            return Some(owner);
        }
        let original = match lease.role {
            Role::Destructor | Role::Allocated => lease.original()?,
            Role::Buffer | Role::Handle => return None,
        };
        // SAFETY: the lease keeps its original alive, and that its owner.
        owner = unsafe { CData::of_ptr(original.owner()?.as_ptr()) }?;
    }
}

#[cold]
fn released(data: &CData, owner: &CData) -> Failure {
    let text = if std::ptr::eq(data, owner) {
        format!("{} was released", data.describe())
    } else {
        format!("{} is in memory of {} that was released", data.describe(), owner.describe())
    };
    Failure::new(Class::Value, text)
}

#[inline(never)]
fn pin_uncommon(data: &CData) -> Result<Pin, Failure> {
    data.check_alive()?;
    let Some(lease) = data.owner().and_then(Lease::of_owner) else { return Ok(Pin(None)) };
    lease.pin();
    // SAFETY: the lease lives; the pin gets a reference of its own.
    Ok(Pin(NonNull::new(unsafe { ffi::Py_NewRef(lease.base.as_ptr()) })))
}

/// `release(x)`: ends a lease, and refuses further use of memory from `new`. Again, it does nothing.
pub(crate) fn release(data: &CData) -> Result<(), Failure> {
    check_releasable(data)?;
    if let Some(lease) = data.lease() {
        lease.release();
    } else if data.class() == classes().owned {
        let classes = classes();
        // SAFETY: the lock is held. Both classes have the layout of owned data and one deallocator; an
        // object has a reference to its class.
        unsafe {
            ffi::Py_INCREF(classes.released.cast());
            (*data.as_ptr()).ob_type = classes.released;
            ffi::Py_DECREF(classes.owned.cast());
        }
    }
    Ok(())
}

/// Whether it has memory that can be released.
fn check_releasable(data: &CData) -> Result<(), Failure> {
    let is_from_new =
        data.storage() == Storage::Owned && matches!(data.face.kind, Kind::Pointer(_) | Kind::Array(..));
    let is_releasable = is_from_new || data.lease().is_some_and(|lease| lease.role != Role::Handle);
    if is_releasable {
        return Ok(());
    }
    let text = format!(
        "{} cannot be released: it is not from new(), gc(), from_buffer() or new_allocator()",
        data.describe()
    );
    Err(Failure::new(Class::Value, text))
}

/// `with x:`.
pub(super) unsafe extern "C" fn enter(
    this: *mut ffi::PyObject,
    _none: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|_| {
        // SAFETY: CPython calls the method with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        check_releasable(data)?;
        data.check_alive()?;
        // SAFETY: a live object.
        Ok(unsafe { ffi::Py_NewRef(this) })
    })
}

/// The end of `with x:`.
pub(super) unsafe extern "C" fn exit(
    this: *mut ffi::PyObject,
    _exception: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|_| {
        // SAFETY: CPython calls the method with a live object of the class.
        release(unsafe { CData::of_self(this) })?;
        // SAFETY: None lives for ever.
        Ok(unsafe { ffi::Py_NewRef(ffi::Py_None()) })
    })
}

/// `gc(x, destructor)`: C data at the same address that calls the destructor with `x` at its end.
pub(crate) fn guard<'py>(
    object: Borrowed<'_, 'py, PyAny>,
    data: &CData,
    destructor: Borrowed<'_, 'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    data.check_alive()?;
    let terms = super::lease::Terms {
        face: data.face,
        address: data.address,
        extent: data.extent().unwrap_or(0),
        role: Role::Destructor,
        is_read_only: data.is_read_only(),
    };
    super::lease::guard(object.py(), &terms, object, Some(destructor))
}

/// `gc(x, None)`: takes the destructor away.
pub(crate) fn disarm(data: &CData) -> Result<(), Failure> {
    if data.lease().is_some_and(Lease::disarm) {
        return Ok(());
    }
    let text = format!("{} has no destructor to remove: it is not from gc()", data.describe());
    Err(Failure::wrong_type(text))
}
