//! Leases: C data whose memory is elsewhere and may end before the object does.
//!
//! ```text
//! lease      40 extent  48 pins, role, flags
//! guarded    56 original  64 destructor           from `gc`, an allocator, `new_handle`
//! buffered   56 the Py_buffer                     from `from_buffer`
//! ```
//!
//! A lease ends once: when it is released, when it is collected, or when its object goes. Then the
//! destructor is called with the original, or the buffer is given back. While something uses the
//! memory the lease is pinned: a release then refuses further use, and the end waits for the last
//! pin. Views of leases are seen by the cycle collector, for a destructor may lead back to them.
//!
//! # Safety model
//! The state is read and written with the interpreter's lock held. What may be followed is said by
//! [`super::lifetime`].

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use pyo3::ffi;
use pyo3::prelude::*;

use super::chain;
use super::classes::{classes, slot as class_slot};
use super::face::Face;
use super::function;
use super::handle;
use super::object::{Bounds, CData, OpenView, View, clear_weak_references, fill, fill_view};
use crate::failure::Failure;
use crate::python_call;
use crate::trampoline::slot;

/// What a lease is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Ends with a destructor, made by `gc`.
    Destructor,
    /// Memory of an allocator.
    Allocated,
    /// Memory of a Python object.
    Buffer,
    /// No memory: a number that stands for a Python object.
    Handle,
}

/// The part that all leases have.
#[repr(C)]
pub(crate) struct Lease {
    pub(super) base: CData,
    /// How many bytes the value takes, or what a pointer points to.
    pub(super) extent: usize,
    pins: Cell<u32>,
    pub(super) role: Role,
    pub(super) is_read_only: bool,
    is_released: Cell<bool>,
    is_ended: Cell<bool>,
}

/// A lease that ends with a call, or with nothing.
#[repr(C)]
pub(super) struct Guarded {
    lease: Lease,
    original: Cell<Option<NonNull<ffi::PyObject>>>,
    destructor: Cell<Option<NonNull<ffi::PyObject>>>,
}

/// A lease on the memory of a Python object.
#[repr(C)]
pub(super) struct Buffered {
    lease: Lease,
    buffer: ffi::Py_buffer,
}

impl CData {
    /// The lease that it is.
    pub(super) fn lease(&self) -> Option<&Lease> {
        let class = self.class();
        let is_lease = class == classes().guarded || class == classes().buffered;
        // SAFETY: objects of these classes begin with the layout of a lease.
        is_lease.then(|| unsafe { &*ptr::from_ref(self).cast::<Lease>() })
    }
}

impl Lease {
    /// The lease that the owner of a view is.
    #[inline]
    pub(super) fn of_owner<'a>(owner: NonNull<ffi::PyObject>) -> Option<&'a Self> {
        // SAFETY: whoever has the owner keeps it alive.
        unsafe {
            let class = ffi::Py_TYPE(owner.as_ptr());
            let is_lease = class == classes().guarded || class == classes().buffered;
            is_lease.then(|| &*owner.as_ptr().cast::<Self>())
        }
    }

    fn guarded(&self) -> Option<&Guarded> {
        let is_guarded = self.base.class() == classes().guarded;
        // SAFETY: objects of the class have this layout.
        is_guarded.then(|| unsafe { &*ptr::from_ref(self).cast::<Guarded>() })
    }

    /// What is known of the memory's bounds.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        let mut lease = self;
        loop {
            match lease.role {
                Role::Destructor => match lease.below() {
                    Some(below) => lease = below,
                    None => return lease.original()?.bounds(),
                },
                Role::Allocated | Role::Buffer => {
                    let start = lease.base.address.addr();
                    return Some(Bounds { start, end: start + lease.extent });
                }
                Role::Handle => return Some(Bounds { start: 0, end: 0 }),
            }
        }
    }

    /// The C data that it was made from.
    pub(super) fn original(&self) -> Option<&CData> {
        let original = self.guarded()?.original.get()?;
        // SAFETY: a lease that has not ended keeps its original alive.
        unsafe { CData::of_ptr(original.as_ptr()) }
    }

    /// The object that a handle stands for.
    pub(super) fn target(&self) -> Option<NonNull<ffi::PyObject>> {
        self.guarded()?.original.get()
    }

    /// The class of the object whose memory it is.
    pub(super) fn exporter(&self) -> Option<NonNull<ffi::PyObject>> {
        let is_buffered = self.base.class() == classes().buffered;
        // SAFETY: objects of the class have this layout.
        let buffered = is_buffered.then(|| unsafe { &*ptr::from_ref(self).cast::<Buffered>() })?;
        NonNull::new(buffered.buffer.obj)
    }

    /// Whether it was released.
    pub(super) fn is_released(&self) -> bool {
        self.is_released.get()
    }

    /// Refuses further use of the memory, and ends the lease as soon as nothing uses it.
    pub(super) fn release(&self) {
        self.is_released.set(true);
        if self.pins.get() == 0 {
            self.end();
        }
    }

    /// Keeps the memory, and that of the C data it was made from.
    pub(super) fn pin(&self) {
        let mut next = Some(self);
        while let Some(lease) = next {
            lease.pins.set(lease.pins.get() + 1);
            next = lease.below();
        }
    }

    /// Lets go of a pin.
    pub(super) fn unpin(&self) {
        let keep = |lease: &Self| {
            // SAFETY: the lock is held, and the lease lives.
            unsafe { Bound::from_borrowed_ptr(Python::assume_attached(), lease.base.as_ptr()) }
        };
        let mut next = Some(keep(self));
        while let Some(kept) = next {
            let Some(lease) = NonNull::new(kept.as_ptr()).and_then(Self::of_owner) else { break };
            // The end may free what the lease was made from.
            next = lease.below().map(keep);
            lease.pins.set(lease.pins.get() - 1);
            if lease.pins.get() == 0 && lease.is_released.get() {
                lease.end();
            }
        }
    }

    /// The lease on whose memory it stands.
    pub(super) fn below(&self) -> Option<&Self> {
        match self.role {
            Role::Destructor | Role::Allocated => Self::of_owner(self.original()?.owner()?),
            Role::Buffer | Role::Handle => None,
        }
    }

    /// Takes the destructor away. False if there is none by role.
    pub(super) fn disarm(&self) -> bool {
        let is_armed = matches!(self.role, Role::Destructor | Role::Allocated);
        if let (true, Some(guarded)) = (is_armed, self.guarded())
            && let Some(destructor) = guarded.destructor.take()
        {
            // SAFETY: the lock is held, and the reference was the lease's.
            unsafe { ffi::Py_DECREF(destructor.as_ptr()) };
        }
        is_armed
    }

    /// Gives the memory back, once.
    fn end(&self) {
        if self.is_ended.replace(true) {
            return;
        }
        self.is_released.set(true);
        if let Some(guarded) = self.guarded() {
            if self.role == Role::Handle {
                handle::forget(self.base.address.addr());
            }
            guarded.end();
        } else {
            let buffered = ptr::from_ref(self).cast::<Buffered>().cast_mut();
            // SAFETY: it is the layout of the only other class; the buffer was filled by CPython or is
            // zeroed, and is given back once.
            unsafe { ffi::PyBuffer_Release(&raw mut (*buffered).buffer) };
        }
    }
}

impl Guarded {
    /// Calls the destructor with the original; what it raises is reported. The exception that is set
    /// meanwhile is set again.
    fn end(&self) {
        let (original, destructor) = (self.original.take(), self.destructor.take());
        // SAFETY: the lock is held, and the references were the lease's.
        unsafe {
            if let (Some(original), Some(destructor)) = (original, destructor) {
                let py = Python::assume_attached();
                let pending = PyErr::take(py);
                let result = python_call::call_one(destructor.as_ptr(), original.as_ptr());
                if result.is_null() {
                    python_call::report_raised(destructor.as_ptr());
                } else {
                    ffi::Py_DECREF(result);
                }
                if let Some(pending) = pending {
                    pending.restore(py);
                }
            }
            for object in [original, destructor].into_iter().flatten() {
                ffi::Py_DECREF(object.as_ptr());
            }
        }
    }
}

/// What a new lease is.
pub(super) struct Terms {
    pub(super) face: &'static Face,
    pub(super) address: *mut u8,
    pub(super) extent: usize,
    pub(super) role: Role,
    pub(super) is_read_only: bool,
}

/// Makes a lease that ends with a call of `destructor` with `original`, which it keeps.
pub(super) fn guard<'py>(
    py: Python<'py>,
    terms: &Terms,
    original: Borrowed<'_, 'py, PyAny>,
    destructor: Option<Borrowed<'_, 'py, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let object = allocate(py, classes().guarded)?;
    let keep = |object: Borrowed<'_, 'py, PyAny>| NonNull::new(object.to_owned().into_ptr());
    // SAFETY: the memory has the layout; the lease gets references of its own.
    unsafe {
        let guarded = object.cast::<Guarded>();
        begin(object, terms);
        (&raw mut (*guarded).original).write(Cell::new(keep(original)));
        (&raw mut (*guarded).destructor).write(Cell::new(destructor.and_then(keep)));
        ffi::PyObject_GC_Track(object.cast());
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Makes a lease on the memory of a Python object. What it is as C data is said by `terms` when the
/// memory is there.
pub(super) fn borrow<'py>(
    py: Python<'py>,
    exporter: Borrowed<'_, 'py, PyAny>,
    flags: c_int,
    terms: impl FnOnce(&ffi::Py_buffer) -> Result<Terms, Failure>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let object = allocate(py, classes().buffered)?;
    // SAFETY: the memory has the layout. The buffer is filled where it stays, for exporters may point
    // into it; until it is filled the object is only memory.
    unsafe {
        let buffer = &raw mut (*object.cast::<Buffered>()).buffer;
        buffer.write(ffi::Py_buffer::new());
        let made = if ffi::PyObject_GetBuffer(exporter.as_ptr(), buffer, flags) < 0 {
            Err(Failure::raised(py))
        } else {
            terms(&*buffer)
        };
        match made {
            Ok(terms) => {
                begin(object, &terms);
                ffi::PyObject_GC_Track(object.cast());
                Ok(Bound::from_owned_ptr(py, object))
            }
            Err(failure) => {
                ffi::PyBuffer_Release(buffer);
                let class = ffi::Py_TYPE(object);
                ffi::PyObject_GC_Del(object.cast());
                ffi::Py_DECREF(class.cast());
                Err(failure)
            }
        }
    }
}

/// Makes C data in, or pointing into, the memory of a lease.
pub(super) fn view<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    lease: &Lease,
    extent: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let class = if face.is_open() { classes().open_lease_view } else { classes().lease_view };
    let object = allocate(py, class)?;
    // SAFETY: the memory has the layout, and the lease lives.
    unsafe {
        fill_view(object, face, address, NonNull::new(lease.base.as_ptr()), extent);
        ffi::PyObject_GC_Track(object.cast());
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Makes C data of an opaque struct that lies in memory of an end that is known: when the struct is completed
/// it may turn out not to fit, which [`super::lifetime`] looks for. It is of the class of views that are looked at closely.
pub(super) fn opaque_view<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    owner: NonNull<ffi::PyObject>,
    extent: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let object = allocate(py, classes().open_lease_view)?;
    // SAFETY: the memory has the layout, and the owner lives.
    unsafe {
        fill_view(object, face, address, Some(owner), extent);
        (&raw mut (*object.cast::<OpenView>()).extent).write(extent);
        ffi::PyObject_GC_Track(object.cast());
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Memory for an object that the cycle collector will see, with its head.
fn allocate(py: Python<'_>, class: *mut ffi::PyTypeObject) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the lock is held; the class has the collector's flag.
    let object = unsafe { ffi::PyObject_GC_New::<ffi::PyObject>(class) };
    if object.is_null() { Err(Failure::raised(py)) } else { Ok(object) }
}

/// Fills in what all leases have.
///
/// # Safety
/// `object` is new memory of one of the layouts.
unsafe fn begin(object: *mut ffi::PyObject, terms: &Terms) {
    let lease = object.cast::<Lease>();
    // SAFETY: the caller's promise.
    unsafe {
        fill(object, terms.face, terms.address);
        (&raw mut (*lease).extent).write(terms.extent);
        (&raw mut (*lease).pins).write(Cell::new(0));
        (&raw mut (*lease).role).write(terms.role);
        (&raw mut (*lease).is_read_only).write(terms.is_read_only);
        (&raw mut (*lease).is_released).write(Cell::new(false));
        (&raw mut (*lease).is_ended).write(Cell::new(false));
    }
}

/// The slots of the classes of leases.
pub(super) fn slots() -> Vec<ffi::PyType_Slot> {
    vec![
        class_slot(ffi::Py_tp_dealloc, deallocate as *mut c_void),
        class_slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        class_slot(ffi::Py_tp_clear, clear as *mut c_void),
        class_slot(ffi::Py_tp_finalize, finalize as *mut c_void),
        class_slot(ffi::Py_tp_call, call as *mut c_void),
    ]
}

/// The slots of the classes of their views.
pub(super) fn view_slots() -> Vec<ffi::PyType_Slot> {
    vec![
        class_slot(ffi::Py_tp_dealloc, deallocate_view as *mut c_void),
        class_slot(ffi::Py_tp_traverse, traverse_view as *mut c_void),
        class_slot(ffi::Py_tp_clear, clear_view as *mut c_void),
    ]
}

/// Calls a pointer to a function that has a destructor.
unsafe extern "C" fn call(
    this: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        if !data.face.is_function_pointer() {
            return Err(Failure::wrong_type(format!("{} is not callable", data.describe())));
        }
        let _pin = data.pin()?;
        let function = function::make(py, data.face, data.address, None)?;
        // SAFETY: live objects; the result is a new reference or null.
        unsafe { super::load::owned(py, ffi::PyObject_Call(function.as_ptr(), args, keywords)) }
            .map(Bound::into_ptr)
    })
}

/// Shows the cycle collector what a lease refers to.
unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class; nothing is borrowed.
    unsafe {
        let lease = &*this.cast::<Lease>();
        let refers_to = match lease.guarded() {
            Some(guarded) => [guarded.original.get(), guarded.destructor.get()],
            None => [lease.exporter(), None],
        };
        let mut status = visit(ffi::Py_TYPE(this).cast(), argument);
        for object in refers_to.into_iter().flatten() {
            if status == 0 {
                status = visit(object.as_ptr(), argument);
            }
        }
        status
    }
}

/// Ends a lease that is part of a cycle nobody refers to, while all of the cycle is still whole.
unsafe extern "C" fn finalize(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls the slot with a live object of the class.
    unsafe { (*this.cast::<Lease>()).release() };
}

/// Lets go of what a lease refers to, to break a cycle. Who it was lent to is part of it.
unsafe extern "C" fn clear(this: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class, that nobody uses any more.
    unsafe { (*this.cast::<Lease>()).end() };
    0
}

unsafe extern "C" fn deallocate(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to: it has no
    // pins, which have references.
    unsafe {
        ffi::PyObject_GC_UnTrack(this.cast());
        chain::free_in_turn(this);
    }
}

/// Ends a lease that nobody refers to, and frees its memory.
///
/// # Safety
/// It is an untracked lease without references, also weak ones.
pub(super) unsafe fn finish(this: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        (*this.cast::<Lease>()).end();
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_GC_Del(this.cast());
        ffi::Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn traverse_view(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class; nothing is borrowed.
    unsafe {
        let status = visit(ffi::Py_TYPE(this).cast(), argument);
        match (*this.cast::<View>()).owner {
            Some(owner) if status == 0 => visit(owner.as_ptr(), argument),
            _ => status,
        }
    }
}

/// Lets go of the lease. What is left of the view refuses every use.
unsafe extern "C" fn clear_view(this: *mut ffi::PyObject) -> c_int {
    // SAFETY: CPython calls the slot with a live object of the class, that nobody uses any more.
    unsafe {
        let slot = &raw mut (*this.cast::<View>()).owner;
        if let Some(owner) = slot.replace(None) {
            ffi::Py_DECREF(owner.as_ptr());
        }
    }
    0
}

unsafe extern "C" fn deallocate_view(this: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to.
    unsafe {
        ffi::PyObject_GC_UnTrack(this.cast());
        clear_weak_references(this);
        clear_view(this);
        let class = ffi::Py_TYPE(this);
        ffi::PyObject_GC_Del(this.cast());
        ffi::Py_DECREF(class.cast());
    }
}
