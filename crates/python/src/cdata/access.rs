//! `x[i]`, `x[i:j]`, `len(x)`: elements of arrays and what pointers point to.
//!
//! An index is checked where the extent is known: arrays by their length, pointers into owned
//! memory by its bounds. Other pointers are C's. NULL is never followed.

use std::ffi::c_int;
use std::fmt::Display;
use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PySlice};
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::load::load;
use super::object::{self, CData, Storage};
use super::room::Room;
use super::store::{Items, check_writable, shown, store, store_within};
use crate::failure::{Class, Failure};
use crate::trampoline::slot;

/// `len(x)`.
pub(super) unsafe extern "C" fn length(this: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    slot(|_| {
        // SAFETY: CPython calls the slot with a live object of the class.
        let data = unsafe { CData::of_self(this) };
        let missing = || Failure::wrong_type(format!("cdata of type '{}' has no len()", data.face.name()));
        let length = data.length().ok_or_else(missing)?;
        let too_long = || Failure::new(Class::Overflow, format!("{} has too many items", data.describe()));
        isize::try_from(length).map_err(|_| too_long())
    })
}

/// `x[key]`.
pub(super) unsafe extern "C" fn get_item(
    this: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects.
        let (data, key) = unsafe { (CData::of_self(this), Borrowed::from_ptr(py, key)) };
        if let Some((element, owner)) = quick_element(data, key) {
            // SAFETY: the value is there.
            return Ok(unsafe { load(py, element.face, element.address, owner) }?.into_ptr());
        }
        if let Ok(slice) = key.cast::<PySlice>() {
            return get_slice(data, &slice);
        }
        let index = index(key)?;
        data.check_alive()?;
        let element = element(data, index)?;
        // SAFETY: `element` checked that the value is there, or C vouches for it.
        let value = unsafe { load(py, element.face, element.address, data.owner()) }?;
        Ok(value.into_ptr())
    })
}

/// `x[key] = value`.
pub(super) unsafe extern "C" fn set_item(
    this: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    slot(|py| {
        // SAFETY: CPython calls the slot with live objects; the value is null for `del`.
        let (data, key) = unsafe { (CData::of_self(this), Borrowed::from_ptr(py, key)) };
        // SAFETY: as above.
        let Some(value) = (unsafe { Borrowed::from_ptr_or_opt(py, value) }) else {
            return Err(Failure::wrong_type("'del x[n]' not supported for cdata objects"));
        };
        if let Ok(slice) = key.cast::<PySlice>() {
            set_slice(data, &slice, value)?;
            return Ok(0);
        }
        let index = index(key)?;
        let _pin = data.pin_to_write()?;
        let element = element(data, index)?;
        check_writable(element.face)?;
        let room = Room::Assigned(room(data, &element));
        // SAFETY: `element` checked that the memory is there, or C vouches for it, and for the room.
        unsafe { store_within(element.face, element.address, room, value) }
            .map_err(|failure| failure.at(|| format!("item {index} of {}", data.face.name())))?;
        Ok(0)
    })
}

/// An element's type and place.
struct Element {
    face: &'static Face,
    address: *mut u8,
}

/// What most programs index: an array whose memory is at hand, by a small int; with the memory's owner. None
/// says that it takes a closer look.
#[inline]
fn quick_element(
    data: &CData,
    key: Borrowed<'_, '_, PyAny>,
) -> Option<(Element, Option<NonNull<ffi::PyObject>>)> {
    let Kind::Array(face, _) = data.face.kind else { return None };
    let memory = data.at_hand()?;
    let (index, size) = (small_index(key)?, face.size()?);
    let offset = index.checked_mul(size)?;
    if size == 0 || offset.checked_add(size)? > memory.extent {
        return None;
    }
    Some((Element { face, address: data.address.wrapping_add(offset) }, memory.owner))
}

/// A small int as an index; a negative one becomes larger than any.
#[inline]
fn small_index(key: Borrowed<'_, '_, PyAny>) -> Option<usize> {
    // SAFETY: the object lives and the lock is held.
    usize::try_from(unsafe { Scalar::I64.exact_word(key.as_ptr()) }?).ok()
}

/// A Python integer as an index.
fn index(key: Borrowed<'_, '_, PyAny>) -> Result<isize, Failure> {
    // SAFETY: the object lives and the lock is held.
    match unsafe { pyobject::to_i64(key.as_ptr()) } {
        Ok(index) => Ok(isize::try_from(index).unwrap_or(isize::MAX)),
        Err(pyobject::Refusal::Raised) => Err(Failure::raised(key.py())),
        Err(pyobject::Refusal::Range) => Err(Failure::new(Class::Index, "the index does not fit in 64 bits")),
        Err(pyobject::Refusal::Kind(_)) => {
            Err(Failure::wrong_type(format!("an index is an integer or a slice, not {}", shown(key))))
        }
    }
}

/// Element `index`, checked as far as the extent is known.
#[inline]
fn element(data: &CData, index: isize) -> Result<Element, Failure> {
    match data.face.kind {
        Kind::Array(face, _) => {
            if let Some(length) = data.length()
                && index.cast_unsigned() >= length
            {
                return Err(outside_array(data, index, length));
            }
            place(data, face, index)
        }
        Kind::Pointer(face) => {
            if data.address.is_null() {
                return Err(null(data));
            }
            let element = place(data, face, index)?;
            match data.storage() {
                Storage::Owned if index != 0 => {
                    let text = format!("{} can only be indexed by 0", data.describe());
                    return Err(Failure::new(Class::Index, text));
                }
                Storage::View | Storage::Lease => check_bounds(data, &element, index)?,
                Storage::Owned | Storage::Plain | Storage::Function => {}
            }
            Ok(element)
        }
        Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) | Kind::Record(_) => {
            Err(Failure::wrong_type(format!("{} cannot be indexed", data.describe())))
        }
    }
}

fn place(data: &CData, face: &'static Face, index: isize) -> Result<Element, Failure> {
    let Some(size) = face.size() else {
        // The struct is where it is, whatever is in it.
        if index == 0 && matches!(face.kind, Kind::Record(_)) {
            return Ok(Element { face, address: data.address });
        }
        return Err(Failure::wrong_type(format!(
            "{} cannot be indexed: '{}' has no known size",
            data.describe(),
            face.name()
        )));
    };
    let beyond = || {
        let text = format!("index {index} of {} is beyond all memory", data.describe());
        Failure::new(Class::Index, text)
    };
    let offset = distance(index, size).ok_or_else(beyond)?;
    Ok(Element { face, address: data.address.wrapping_offset(offset) })
}

/// The bytes that an element may take: an item of an array has its size, what a pointer points to
/// may be open.
fn room(data: &CData, element: &Element) -> usize {
    match data.face.kind {
        Kind::Array(..) => element.face.size().unwrap_or(0),
        Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(..)
        | Kind::Pointer(_)
        | Kind::Function(_)
        | Kind::Record(_) => data.room(element.face, element.address),
    }
}

/// How many bytes so many items of that size take, if an address can differ by so much.
#[inline]
pub(super) fn distance(items: isize, size: usize) -> Option<isize> {
    items.checked_mul(isize::try_from(size).ok()?)
}

#[cold]
fn outside_array(data: &CData, index: isize, length: usize) -> Failure {
    let text = if index < 0 {
        format!("negative index {index} for {}", data.describe())
    } else {
        format!("index too large for {} (expected {index} < {length})", data.describe())
    };
    Failure::new(Class::Index, text)
}

/// NULL was to be followed.
#[cold]
pub(super) fn null(data: &CData) -> Failure {
    Failure::new(Class::Runtime, format!("cannot dereference null pointer from {}", data.describe()))
}

fn check_bounds(data: &CData, element: &Element, index: isize) -> Result<(), Failure> {
    let size = element.face.size().unwrap_or(0);
    match data.bounds() {
        Some(bounds) if !bounds.hold(element.address.addr(), size) => {
            let text = format!("index {index} of {} is outside the memory it points into", data.describe());
            Err(Failure::new(Class::Index, text))
        }
        _ => Ok(()),
    }
}

/// Checks that a part of what a pointer points to may be read: `size` bytes from `offset`.
pub(super) fn check_part(data: &CData, offset: usize, size: usize) -> Result<(), Failure> {
    if data.address.is_null() {
        return Err(null(data));
    }
    match data.bounds() {
        Some(bounds) if !bounds.hold(data.address.addr().wrapping_add(offset), size) => {
            let text = format!("{} reaches beyond the memory it was made from", data.describe());
            Err(Failure::new(Class::Index, text))
        }
        Some(_) | None => Ok(()),
    }
}

/// Where a slice starts, how many elements it has, of which type.
struct Range {
    face: &'static Face,
    address: *mut u8,
    count: usize,
    size: usize,
    /// What the elements take.
    bytes: usize,
}

/// The start, stop and step of a slice.
#[inline]
fn parts<'a, 'py>(slice: &'a Bound<'py, PySlice>) -> [Borrowed<'a, 'py, PyAny>; 3] {
    // SAFETY: a slice is of this layout, and has its parts as long as it lives.
    unsafe {
        let slice_object = &*slice.as_ptr().cast::<ffi::PySliceObject>();
        [slice_object.start, slice_object.stop, slice_object.step]
            .map(|part| Borrowed::from_ptr(slice.py(), part))
    }
}

fn range(data: &CData, slice: &Bound<'_, PySlice>) -> Result<Range, Failure> {
    let parts = parts(slice);
    let bound = |part: Borrowed<'_, '_, PyAny>, name: &str| -> Result<isize, Failure> {
        if part.is_none() {
            return Err(Failure::new(Class::Index, format!("slice {name} must be specified")));
        }
        index(part)
    };
    let (start, stop) = (bound(parts[0], "start")?, bound(parts[1], "stop")?);
    if !parts[2].is_none() {
        return Err(Failure::new(Class::Index, "slice with step not supported"));
    }
    if start > stop {
        return Err(Failure::new(Class::Index, "slice start > stop"));
    }
    let Some(face) = data.face.target() else {
        return Err(Failure::wrong_type(format!("{} cannot be indexed", data.describe())));
    };
    if matches!(data.face.kind, Kind::Array(..)) {
        if start < 0 {
            return Err(outside_array(data, start, 0));
        }
        if let Some(length) = data.length()
            && stop.cast_unsigned() > length
        {
            let text = format!("index too large (expected {stop} <= {length}) for {}", data.describe());
            return Err(Failure::new(Class::Index, text));
        }
    } else if data.address.is_null() {
        return Err(null(data));
    }
    let size = face.known_size()?;
    let address = place(data, face, start)?.address;
    let too_long = || Failure::new(Class::Index, format!("slice {start}:{stop} is larger than all memory"));
    let count = stop.checked_sub(start).ok_or_else(too_long)?;
    let bytes = distance(count, size).ok_or_else(too_long)?.cast_unsigned();
    if let (Kind::Pointer(_), Some(bounds)) = (&data.face.kind, data.bounds())
        && !bounds.hold(address.addr(), bytes)
    {
        let text =
            format!("slice {start}:{stop} of {} is outside the memory it points into", data.describe());
        return Err(Failure::new(Class::Index, text));
    }
    Ok(Range { face, address, count: count.cast_unsigned(), size, bytes })
}

fn get_slice(data: &CData, slice: &Bound<'_, PySlice>) -> Result<*mut ffi::PyObject, Failure> {
    if let Some(made) = quick_slice(data, slice) {
        return Ok(made?.into_ptr());
    }
    let range = range(data, slice)?;
    data.check_alive()?;
    let open = range.face.open_array();
    let made = object::view(slice.py(), open, range.address, data.owner(), range.bytes)?;
    Ok(made.into_ptr())
}

/// The slice of an array whose memory is at hand, by small ints. None says that it takes a closer look.
#[inline]
fn quick_slice<'py>(data: &CData, slice: &Bound<'py, PySlice>) -> Option<Result<Bound<'py, PyAny>, Failure>> {
    let Kind::Array(face, _) = data.face.kind else { return None };
    let memory = data.at_hand()?;
    let parts = parts(slice);
    let (start, stop, size) = (small_index(parts[0])?, small_index(parts[1])?, face.size()?);
    let end = stop.checked_mul(size)?;
    if !parts[2].is_none() || size == 0 || start > stop || end > memory.extent {
        return None;
    }
    let address = data.address.wrapping_add(start * size);
    Some(object::open_view(slice.py(), face.open_array(), address, memory.owner, end - start * size))
}

fn set_slice(
    data: &CData,
    slice: &Bound<'_, PySlice>,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let range = range(data, slice)?;
    let _pin = data.pin_to_write()?;
    check_writable(range.face)?;
    if matches!(range.face.scalar(), Some(Scalar::Char)) {
        if let Ok(text) = value.cast::<PyBytes>() {
            return set_text(&range, text.as_bytes());
        }
        if let Ok(text) = value.cast::<PyByteArray>() {
            return set_text(&range, &text.to_vec());
        }
    }
    if let Some(other) = CData::of(value)
        && let (Kind::Array(element, _), Some(length)) = (&other.face.kind, other.length())
        && element.id == range.face.id
    {
        if length != range.count {
            return Err(wrong_count(range.count, length));
        }
        other.check_alive()?;
        // SAFETY: as above; the two may overlap.
        unsafe { std::ptr::copy(other.address, range.address, range.bytes) };
        return Ok(());
    }
    set_items(data, &range, value)
}

fn set_text(range: &Range, text: &[u8]) -> Result<(), Failure> {
    if text.len() != range.count {
        let text = format!("need bytes of length {}, got {}", range.count, text.len());
        return Err(Failure::new(Class::Value, text));
    }
    // SAFETY: the range was checked, or C vouches for it; the lengths are equal.
    unsafe { std::ptr::copy(text.as_ptr(), range.address, range.bytes) };
    Ok(())
}

fn set_items(data: &CData, range: &Range, value: Borrowed<'_, '_, PyAny>) -> Result<(), Failure> {
    let list;
    let items = match Items::of(value) {
        Some(items) => items,
        None => {
            list = pyo3::types::PyList::new(value.py(), collect(value, range.count)?)?.into_any();
            Items::of(list.as_borrowed()).expect("a list is a list")
        }
    };
    match items.len() {
        given if given == range.count => {}
        given if given > range.count && Items::of(value).is_none() => {
            return Err(wrong_count(range.count, "more"));
        }
        given => return Err(wrong_count(range.count, given)),
    }
    for index in 0..range.count {
        let Some(item) = items.get(index) else { return Err(wrong_count(range.count, index)) };
        // SAFETY: the range was checked, or C vouches for it; each item has its size.
        unsafe { store(range.face, range.address.add(index * range.size), item.as_borrowed()) }
            .map_err(|failure| failure.at(|| format!("item {index} of a slice of {}", data.face.name())))?;
    }
    Ok(())
}

/// The items of an iterable: one more than `count` tell that there are too many.
fn collect<'py>(value: Borrowed<'_, 'py, PyAny>, count: usize) -> Result<Vec<Bound<'py, PyAny>>, Failure> {
    Ok(value.try_iter()?.take(count.saturating_add(1)).collect::<PyResult<_>>()?)
}

fn wrong_count(needed: usize, given: impl Display) -> Failure {
    Failure::new(Class::Value, format!("need {needed} values for the slice, got {given}"))
}
