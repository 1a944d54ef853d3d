//! C data as Python objects: what is in their memory, and how they are made.
//!
//! ```text
//! all        0 head  16 face  24 address  32 weak references
//! plain      (40) memory or a pointer that C made
//! owned      40 [extent]  then the C memory itself, aligned
//! view       40 owner  48 [extent]
//! function   40 vectorcall  48 origin  56 how to call it
//! lease      40 extent  48 its state, then how it ends: see [`super::lease`]
//! ```
//!
//! `address` is the value of a pointer, else where the value lies. The extent, in bytes, is there
//! in owned data of types that are open ([`Face::is_open`]) and in open views. The owner of a view is owned C data, a lease, or any
//! object that keeps the memory alive, or null where only the extent is known; views of views
//! keep the first owner. Faces live for ever and are not counted. Nothing but the weak references and
//! what [`super::lifetime`] says changes after an object is made.
//!
//! # Safety model
//! A `&CData` is borrowed from an object that the caller keeps alive. Whether `address` may be
//! read is what `bounds` says: inside owned memory it may; elsewhere C vouches for it.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::{self, NonNull};

use pyo3::ffi;
use pyo3::prelude::*;

use super::classes::classes;
use super::face::{Face, Kind};
use super::free_list;
use super::lease::Lease;
use crate::call::CallFace;
use crate::failure::{Class, Failure};

/// The part that all C data has.
#[repr(C)]
pub(crate) struct CData {
    head: UnsafeCell<ffi::PyObject>,
    pub(crate) face: &'static Face,
    pub(crate) address: *mut u8,
    pub(super) weak_references: Cell<*mut ffi::PyObject>,
}

/// C data whose memory another object owns.
#[repr(C)]
pub(super) struct View {
    base: CData,
    pub(super) owner: Option<NonNull<ffi::PyObject>>,
}

/// An open array, or a pointer to an open struct, whose memory another object owns.
#[repr(C)]
pub(super) struct OpenView {
    view: View,
    pub(super) extent: usize,
}

/// Open C data in front of its own memory.
#[repr(C)]
struct OpenOwned {
    base: CData,
    extent: usize,
}

/// A pointer to a function.
#[repr(C)]
pub(crate) struct Function {
    pub(crate) base: CData,
    pub(super) vectorcall: ffi::vectorcallfunc,
    /// The library or the callback that it comes from.
    pub(crate) origin: Option<NonNull<ffi::PyObject>>,
    /// How to call it, unless its signature could not be passed when the object was made.
    pub(crate) call: Option<&'static CallFace>,
}

/// Memory of a known extent, in bytes, and who keeps it alive.
pub(super) struct AtHand {
    pub(super) extent: usize,
    pub(super) owner: Option<NonNull<ffi::PyObject>>,
}

/// Whose memory C data is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Storage {
    /// C's.
    Plain,
    /// Its own.
    Owned,
    /// Another object's.
    View,
    /// Its own until it is released, somewhere else.
    Lease,
    /// A function's code.
    Function,
}

/// A half-open range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bounds {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Bounds {
    /// Whether `size` bytes from `address` lie inside.
    pub(crate) fn hold(self, address: usize, size: usize) -> bool {
        self.start <= address && address.checked_add(size).is_some_and(|end| end <= self.end)
    }
}

impl CData {
    /// The C data that `object` is.
    #[inline]
    pub(crate) fn of<'a>(object: Borrowed<'a, '_, PyAny>) -> Option<&'a Self> {
        // SAFETY: the borrow keeps the object alive.
        unsafe { Self::of_ptr(object.as_ptr()) }
    }

    /// The C data that `object` is.
    ///
    /// # Safety
    /// `object` is a live object and stays so for `'a`.
    #[inline]
    pub(crate) unsafe fn of_ptr<'a>(object: *mut ffi::PyObject) -> Option<&'a Self> {
        // SAFETY: objects of these classes begin with this layout.
        unsafe {
            let is_ours = classes().holds(ffi::Py_TYPE(object));
            is_ours.then(|| &*object.cast::<Self>())
        }
    }

    /// The C data that a slot of its class was called with.
    ///
    /// # Safety
    /// `object` is live C data and stays so for `'a`.
    #[inline]
    pub(super) unsafe fn of_self<'a>(object: *mut ffi::PyObject) -> &'a Self {
        // SAFETY: the caller's promise.
        unsafe { &*object.cast::<Self>() }
    }

    /// The object.
    pub(crate) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.head.get()
    }

    /// Whose memory it is in.
    #[inline]
    pub(crate) fn storage(&self) -> Storage {
        let (class, classes) = (self.class(), classes());
        if class == classes.base {
            Storage::Plain
        } else if class == classes.owned {
            Storage::Owned
        } else if class == classes.view || class == classes.open_view {
            Storage::View
        } else {
            classes.uncommon_storage(class)
        }
    }

    /// Its class.
    #[inline]
    pub(super) fn class(&self) -> *mut ffi::PyTypeObject {
        // SAFETY: the head of a live object.
        unsafe { ffi::Py_TYPE(self.as_ptr()) }
    }

    /// Whether it is a view whose memory says its extent. The type alone does not tell: a struct
    /// may have been completed, with an open array, after the view was made.
    fn is_open_view(&self) -> bool {
        let class = self.class();
        class == classes().open_view || class == classes().open_lease_view
    }

    /// The function that it is, if it is a pointer to one.
    pub(crate) fn function(&self) -> Option<&Function> {
        // SAFETY: objects of the function classes have the layout of `Function`.
        (self.storage() == Storage::Function).then(|| unsafe { &*ptr::from_ref(self).cast::<Function>() })
    }

    /// The object that keeps its memory alive: itself, another, or none.
    pub(crate) fn owner(&self) -> Option<NonNull<ffi::PyObject>> {
        match self.storage() {
            Storage::Plain | Storage::Function => None,
            Storage::Owned | Storage::Lease => NonNull::new(self.as_ptr()),
            // SAFETY: objects of the view class have the layout of `View`.
            Storage::View => unsafe { (*ptr::from_ref(self).cast::<View>()).owner },
        }
    }

    /// The bytes it covers: the memory of a value, or what a pointer points to. None where that
    /// is not known.
    pub(crate) fn extent(&self) -> Option<usize> {
        let is_pointer = matches!(self.face.kind, Kind::Pointer(_));
        match self.storage() {
            // SAFETY: open C data of these classes has the extent in its layout.
            Storage::Owned if self.face.is_open() => unsafe {
                Some((*ptr::from_ref(self).cast::<OpenOwned>()).extent)
            },
            // SAFETY: as above.
            Storage::View if self.is_open_view() => unsafe {
                Some((*ptr::from_ref(self).cast::<OpenView>()).extent)
            },
            Storage::Owned if is_pointer => self.face.target().and_then(Face::size),
            Storage::Lease => self.lease().map(|lease| lease.extent),
            Storage::Plain | Storage::Owned | Storage::View | Storage::Function => self.face.size(),
        }
    }

    /// The memory of an array, if nothing has to be asked but its class and its owner's, and it cannot have been
    /// released.
    #[expect(clippy::inline_always, reason = "a few comparisons on the path of every access")]
    #[inline(always)]
    pub(super) fn at_hand(&self) -> Option<AtHand> {
        let (class, classes) = (self.class(), classes());
        if class == classes.owned {
            let extent = if self.face.is_open() {
                // SAFETY: open owned data has this layout.
                unsafe { (*ptr::from_ref(self).cast::<OpenOwned>()).extent }
            } else {
                self.face.size()?
            };
            return Some(AtHand { extent, owner: NonNull::new(self.as_ptr()) });
        }
        if class != classes.open_view {
            return None;
        }
        // SAFETY: open views have this layout, and keep their owner alive.
        unsafe {
            let open = ptr::from_ref(self).cast::<OpenView>();
            let owner = (*open).view.owner?;
            let is_owned = ffi::Py_TYPE(owner.as_ptr()) == classes.owned;
            is_owned.then(|| AtHand { extent: (*open).extent, owner: Some(owner) })
        }
    }

    /// The owned memory that it lies in, or points into.
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        let bounds = |owned: &Self| {
            let start = owned.address.addr();
            owned.extent().map(|extent| Bounds { start, end: start + extent })
        };
        match self.storage() {
            Storage::Plain | Storage::Function => None,
            Storage::Owned => bounds(self),
            Storage::Lease => self.lease().and_then(Lease::bounds),
            Storage::View => {
                let owner = self.owner()?;
                // SAFETY: the view keeps its owner alive.
                let owner = unsafe { Self::of_ptr(owner.as_ptr()) }?;
                if owner.class() == classes().owned { bounds(owner) } else { owner.bounds() }
            }
        }
    }

    /// How many bytes from `address` on a value of the type may take there: its size, unless it
    /// is open; then all to the end of the memory. C's memory has no end that is known.
    pub(crate) fn room(&self, face: &'static Face, address: *const u8) -> usize {
        if !face.is_open() {
            return face.size().unwrap_or(0);
        }
        self.bounds().map_or(usize::MAX, |bounds| bounds.end.saturating_sub(address.addr()))
    }

    /// How many elements an array has.
    pub(crate) fn length(&self) -> Option<usize> {
        match self.face.kind {
            Kind::Array(_, Some(length)) => Some(length),
            Kind::Array(element, None) => {
                let size = element.size()?;
                self.extent().map(|extent| extent.checked_div(size).unwrap_or(0))
            }
            Kind::Void
            | Kind::Scalar(_)
            | Kind::Enum(..)
            | Kind::Pointer(_)
            | Kind::Function(_)
            | Kind::Record(_) => None,
        }
    }

    /// Its type and name as messages say them: `cdata 'int *'`.
    pub(crate) fn describe(&self) -> String {
        format!("cdata '{}'", self.face.name())
    }
}

/// Makes C data whose memory is C's: a pointer with this value, or a value at this address.
pub(crate) fn plain<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
) -> Result<Bound<'py, PyAny>, Failure> {
    if face.is_function_pointer() {
        return super::function::make(py, face, address, None);
    }
    let object = allocate(py, classes().base, size_of::<CData>())?;
    // SAFETY: the memory has room for the layout, and the reference is ours.
    unsafe {
        fill(object, face, address);
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Makes C data that lies in, or points into, memory that `owner` keeps alive. `extent` counts
/// for open types only.
pub(crate) fn view<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
    extent: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let is_open = face.is_open();
    if face.is_function_pointer() || (owner.is_none() && !is_open) {
        return plain(py, face, address);
    }
    if let Some(lease) = owner.and_then(Lease::of_owner) {
        return super::lease::view(py, face, address, lease, extent);
    }
    if is_open {
        return open_view(py, face, address, owner, extent);
    }
    let object = allocate(py, classes().view, size_of::<View>())?;
    // SAFETY: the memory has room for the layout; the owner lives, and gets a reference for the
    // view.
    unsafe {
        fill_view(object, face, address, owner, extent);
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Makes an open array in memory that `owner`, which is no lease, keeps alive.
#[inline]
pub(super) fn open_view<'py>(
    py: Python<'py>,
    face: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
    extent: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    debug_assert!(face.is_open(), "a view with an extent");
    let object = allocate(py, classes().open_view, size_of::<OpenView>())?;
    // SAFETY: the memory has room for the layout; the owner lives.
    unsafe {
        fill_view(object, face, address, owner, extent);
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Fills in a view, which gets a reference to its owner.
///
/// # Safety
/// `object` is new memory of a view's layout, of an open one if the type is open; the owner lives.
#[inline]
pub(super) unsafe fn fill_view(
    object: *mut ffi::PyObject,
    face: &'static Face,
    address: *mut u8,
    owner: Option<NonNull<ffi::PyObject>>,
    extent: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        fill(object, face, address);
        if let Some(owner) = owner {
            ffi::Py_INCREF(owner.as_ptr());
        }
        (&raw mut (*object.cast::<View>()).owner).write(owner);
        if face.is_open() {
            (&raw mut (*object.cast::<OpenView>()).extent).write(extent);
        }
    }
}

/// Makes a pointer to a `target` somewhere in what `data` is or points to; it keeps the owner and the
/// bounds.
pub(crate) fn pointer_into<'py>(
    py: Python<'py>,
    target: &'static Face,
    address: *mut u8,
    data: &CData,
) -> Result<Bound<'py, PyAny>, Failure> {
    let rest = data.bounds().map(|bounds| bounds.end.saturating_sub(address.addr()));
    let extent = rest.or_else(|| target.size()).unwrap_or(0);
    match data.owner() {
        None => plain(py, target.pointer(), address),
        owner => view(py, target.pointer(), address, owner, extent),
    }
}

/// Makes C data with `extent` bytes of zeroed memory of its own, aligned to `align`; for a pointer
/// type it is what is pointed to. `spare` more zeroed bytes follow, which C may read.
pub(crate) fn owned<'py>(
    py: Python<'py>,
    face: &'static Face,
    extent: usize,
    align: usize,
    spare: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let is_open = face.is_open();
    let head = if is_open { size_of::<OpenOwned>() } else { size_of::<CData>() };
    // The allocator aligns to 16 bytes; what needs more gets room to be moved up.
    let start = head.next_multiple_of(align.min(16));
    let slack = if align > 16 { align - 16 + spare } else { spare };
    let too_large = || Failure::new(Class::Overflow, format!("'{}' is too large to allocate", face.name()));
    let size = extent.checked_add(start + slack).filter(|size| isize::try_from(*size).is_ok());
    let object = allocate_zeroed(py, classes().owned, size.ok_or_else(too_large)?)?;
    // SAFETY: the memory has room for the layout, the slack and the extent.
    unsafe {
        let from = object.cast::<u8>().add(start);
        fill(object, face, from.add(from.align_offset(align)));
        if is_open {
            (&raw mut (*object.cast::<OpenOwned>()).extent).write(extent);
        }
        Ok(Bound::from_owned_ptr(py, object))
    }
}

/// Makes C data with a value of its own, not yet written, whose type is not open and needs no more
/// alignment than the allocator gives.
#[inline]
pub(crate) fn value<'py>(
    py: Python<'py>,
    face: &'static Face,
    size: usize,
    align: usize,
) -> Result<(Bound<'py, PyAny>, *mut u8), Failure> {
    debug_assert!(align <= 16 && !face.is_open(), "a plain value");
    let start = size_of::<CData>().next_multiple_of(align);
    let object = allocate(py, classes().owned, start + size)?;
    // SAFETY: the memory has room for the layout and the value.
    unsafe {
        let address = object.cast::<u8>().add(start);
        fill(object, face, address);
        Ok((Bound::from_owned_ptr(py, object), address))
    }
}

/// Memory for an object, with its head; the rest is to be written.
#[inline]
pub(super) fn allocate(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    size: usize,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the lock is held.
    let memory = unsafe { free_list::allocate(size) };
    init(py, memory, class)
}

/// As [`allocate`], with the rest zeroed.
fn allocate_zeroed(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    size: usize,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the lock is held.
    let memory = unsafe { ffi::PyObject_Calloc(1, free_list::rounded(size)) };
    init(py, memory, class)
}

/// Writes the head of an object. The class's deallocator frees the memory.
#[inline]
fn init(
    py: Python<'_>,
    memory: *mut c_void,
    class: *mut ffi::PyTypeObject,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the lock is held; the memory is new and has room for a head.
    unsafe {
        if memory.is_null() {
            ffi::PyErr_NoMemory();
            return Err(Failure::raised(py));
        }
        Ok(ffi::PyObject_Init(memory.cast(), class))
    }
}

/// Fills in what all C data has, after the head.
///
/// # Safety
/// `object` is new memory of one of the layouts.
#[inline]
pub(super) unsafe fn fill(object: *mut ffi::PyObject, face: &'static Face, address: *mut u8) {
    let data = object.cast::<CData>();
    // SAFETY: the caller's promise.
    unsafe {
        (&raw mut (*data).face).write(face);
        (&raw mut (*data).address).write(address);
        (&raw mut (*data).weak_references).write(Cell::new(ptr::null_mut()));
    }
}

/// Frees C data of the base and owned classes.
pub(super) unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of these classes that nobody refers to.
    unsafe {
        let data = CData::of_self(object);
        // What a value takes is known at once; what a pointer or an array owns may be much.
        let is_value = matches!(data.face.kind, Kind::Record(_) | Kind::Scalar(_));
        let size = if data.class() == classes().base {
            size_of::<CData>()
        } else if is_value {
            data.address.addr() - object.addr() + data.face.size().unwrap_or(0)
        } else {
            usize::MAX
        };
        deallocate_sized(object, size);
    }
}

/// Frees C data of the view class.
pub(super) unsafe extern "C" fn deallocate_view(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the class that nobody refers to.
    unsafe {
        let owner = (*object.cast::<View>()).owner;
        deallocate_sized(object, size_of::<View>());
        if let Some(owner) = owner {
            ffi::Py_DECREF(owner.as_ptr());
        }
    }
}

/// Frees C data of the class of open views.
pub(super) unsafe extern "C" fn deallocate_open_view(object: *mut ffi::PyObject) {
    // SAFETY: as above.
    unsafe {
        let owner = (*object.cast::<View>()).owner;
        deallocate_sized(object, size_of::<OpenView>());
        if let Some(owner) = owner {
            ffi::Py_DECREF(owner.as_ptr());
        }
    }
}

/// Frees C data that nobody refers to, whose memory has at least this size.
///
/// # Safety
/// It is C data of a class whose memory comes from [`allocate`] or [`allocate_zeroed`].
#[inline]
unsafe fn deallocate_sized(object: *mut ffi::PyObject, at_least: usize) {
    // SAFETY: the caller's promise; an object has a reference to its class.
    unsafe {
        clear_weak_references(object);
        let class = ffi::Py_TYPE(object);
        free_list::free(object.cast(), at_least);
        ffi::Py_DECREF(class.cast());
    }
}

/// Takes the weak references of C data away that is about to be freed.
///
/// # Safety
/// It is C data that nobody refers to; the lock is held.
#[inline]
pub(super) unsafe fn clear_weak_references(object: *mut ffi::PyObject) {
    // SAFETY: the caller's promise.
    unsafe {
        if !CData::of_self(object).weak_references.get().is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
    }
}

/// Frees a function that no library or callback hangs on, or that hangs on one.
pub(super) unsafe extern "C" fn deallocate_function(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, for an object of the function class that nobody refers to.
    unsafe {
        clear_weak_references(object);
        let origin = (*object.cast::<Function>()).origin;
        let class = ffi::Py_TYPE(object);
        ffi::PyObject_Free(object.cast());
        if let Some(origin) = origin {
            ffi::Py_DECREF(origin.as_ptr());
        }
        ffi::Py_DECREF(class.cast());
    }
}
