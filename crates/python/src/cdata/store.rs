//! From Python to C memory: assignment and initialisers.
//!
//! What is refused says the C type, what was given, and where in a nested initialiser it stood.
//! A struct or array that is refused half way may have been written in part, as in C.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use pyobject::{Refusal, Scalar};

use super::face::{Face, Kind};
use super::object::CData;
use super::record::{FieldFace, RecordFace};
use super::room::Room;
use super::store_numbers::store_exact;
use super::{bit_field, extended};
use crate::failure::{Class, Failure};

/// Writes `value` as a `face` at `address`, in the bytes that the type takes: an array without a
/// length that ends it has no items.
///
/// # Safety
/// The memory has room for the type and may be written.
#[inline]
pub(crate) unsafe fn store(
    face: &'static Face,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let room = Room::Assigned(if face.is_open() { face.size().unwrap_or(0) } else { 0 });
    // SAFETY: the caller's promise.
    unsafe { store_within(face, address, room, value) }
}

/// As [`store`], where an array without a length has as many items as fit in the room from
/// `address` on. Other types do not look at the room.
///
/// # Safety
/// The memory has room for the type, and if that is open for so many bytes; it may be written.
#[inline]
pub(crate) unsafe fn store_within(
    face: &'static Face,
    address: *mut u8,
    room: Room,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise, passed on with parts of the memory.
    unsafe {
        match face.kind {
            Kind::Scalar(scalar @ (Scalar::F80 | Scalar::C80)) => {
                extended::store(face, scalar, address, value)
            }
            Kind::Scalar(scalar) => store_scalar(face, scalar, address, value),
            Kind::Enum(_) => store_scalar(face, face.known_scalar()?, address, value),
            Kind::Pointer(_) => {
                let pointer = pointer_value(face, value)?;
                address.cast::<*mut u8>().write_unaligned(pointer);
                Ok(())
            }
            Kind::Array(element, Some(count)) => store_array(face, element, count, address, value),
            Kind::Array(element, None) => {
                let count = room.bytes().checked_div(element.known_size()?).unwrap_or(usize::MAX);
                if room.takes_length() && is_length(value) {
                    return check_length(face, element, count, value);
                }
                store_array(face, element, count, address, value)
            }
            Kind::Record(_) => store_record(face, address, room, value),
            Kind::Void | Kind::Function(_) => {
                Err(Failure::wrong_type(format!("a value of type '{}' cannot be written", face.name())))
            }
        }
    }
}

/// Writes a number or a character.
///
/// # Safety
/// `address` has room for the scalar.
#[inline]
unsafe fn store_scalar(
    face: &'static Face,
    scalar: Scalar,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise; the value lives and the lock is held.
    unsafe {
        match scalar.store(value.as_ptr(), address) {
            Ok(()) => Ok(()),
            Err(refusal) => store_other_scalar(face, scalar, address, value, refusal),
        }
    }
}

/// What was given, as messages show it: `'abc' (str)`.
pub(crate) fn shown(value: Borrowed<'_, '_, PyAny>) -> String {
    if let Some(data) = CData::of(value) {
        return data.describe();
    }
    let class = value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
    let text = value.repr().map(|text| text.to_string()).unwrap_or_default();
    let is_short = !text.is_empty() && text.chars().count() <= 40 && !text.contains('\n');
    if value.is_none() {
        "None".to_owned()
    } else if is_short {
        format!("{text} ({class})")
    } else {
        class
    }
}

/// A refusal of a number in words.
#[cold]
pub(crate) fn refused(face: &Face, value: Borrowed<'_, '_, PyAny>, refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Raised => Failure::raised(value.py()),
        Refusal::Range => {
            let text = format!(
                "integer {} does not fit '{}'",
                value.str().map_or_else(|_| "given".to_owned(), |text| text.to_string()),
                face.name()
            );
            Failure::new(Class::Overflow, text)
        }
        Refusal::Kind(expected) => {
            Failure::wrong_type(format!("expected {expected} for '{}', got {}", face.name(), shown(value)))
        }
    }
}

/// A scalar given as C data, else the refusal. `address` has room for the scalar.
#[cold]
unsafe fn store_other_scalar(
    face: &'static Face,
    scalar: Scalar,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
    refusal: Refusal,
) -> Result<(), Failure> {
    let Some(data) = CData::of(value) else { return Err(refused(face, value, refusal)) };
    let Some(given) = data.face.scalar() else { return Err(refused(face, value, refusal)) };
    let is_taken = given == scalar
        || (scalar.is_integer() && (given.is_integer() || given.is_character()))
        || (scalar.is_float() && given.is_float())
        || (scalar.is_complex() && (given.is_complex() || given.is_float()));
    if !is_taken {
        return Err(refused(face, value, refusal));
    }
    data.check_alive()?;
    // SAFETY: C data of a scalar type has the value at its address; the caller made room.
    unsafe {
        if given == scalar {
            std::ptr::copy_nonoverlapping(data.address, address, scalar.size());
            return Ok(());
        }
        let number = if given.is_character() {
            super::number::to_int(value.py(), data)?
        } else {
            super::load::owned(value.py(), given.load(data.address))?
        };
        let number = number.as_borrowed();
        scalar.store(number.as_ptr(), address).map_err(|refusal| refused(face, number, refusal))
    }
}

/// The pointer that `value` is, if it is one that `face` takes.
pub(crate) fn pointer_value(face: &'static Face, value: Borrowed<'_, '_, PyAny>) -> Result<*mut u8, Failure> {
    let Kind::Pointer(target) = face.kind else {
        return Err(Failure::wrong_type(format!("'{}' is no pointer", face.name())));
    };
    let Some(data) = CData::of(value) else {
        if let Some(pointer) = super::function::foreign_pointer(face, value)? {
            return Ok(pointer);
        }
        return Err(no_pointer(face, value));
    };
    let is_taken = match data.face.kind {
        Kind::Pointer(given) | Kind::Array(given, _) => is_compatible(target, given),
        Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) | Kind::Record(_) => false,
    };
    if is_taken {
        data.check_alive()?;
        return Ok(data.address);
    }
    let text = format!(
        "expected a pointer of the same type for '{}', got {}{}",
        face.name(),
        shown(value),
        namesakes(Some(target), data.face.target())
    );
    Err(Failure::wrong_type(text))
}

/// What is added where the type wanted and the one given differ, but not their names.
#[cold]
fn namesakes(wanted: Option<&Face>, given: Option<&Face>) -> &'static str {
    match (wanted, given) {
        (Some(wanted), Some(given)) if wanted.name() == given.name() => {
            "; the two types only share their name, as those of two FFI objects do"
        }
        _ => "",
    }
}

/// What is said of an object that is no C data. Memory of others would have to be kept alive, which a
/// pointer in C memory does not.
#[cold]
fn no_pointer(face: &Face, value: Borrowed<'_, '_, PyAny>) -> Failure {
    let mut text = format!("expected a pointer for '{}', got {}", face.name(), shown(value));
    // SAFETY: the object lives and the lock is held.
    let is_buffer = unsafe { ffi::PyObject_CheckBuffer(value.as_ptr()) } != 0;
    if is_buffer && !face.is_function_pointer() {
        text.push_str(
            "; a pointer does not keep that alive: store what ffi.from_buffer() gives, and keep it",
        );
    }
    Failure::wrong_type(text)
}

/// Whether a pointer to `given` is taken for a pointer to `wanted`: the same type, `void` on
/// either side, characters of one byte, or a function that may be called as the one wanted.
pub(crate) fn is_compatible(wanted: &Face, given: &Face) -> bool {
    let is_byte = |face: &Face| matches!(face.kind, Kind::Scalar(Scalar::Char | Scalar::I8 | Scalar::U8));
    wanted.id == given.id
        || matches!(wanted.kind, Kind::Void)
        || matches!(given.kind, Kind::Void)
        || (is_byte(wanted) && is_byte(given))
        || wanted.is_same(given)
        || crate::table::read().is_callable_as(given.id, wanted.id)
}

/// Whether a value says how many items an array has: an int, or what stands for one.
fn is_length(value: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: the object lives and the lock is held.
    unsafe { ffi::PyIndex_Check(value.as_ptr()) != 0 }
}

/// Refuses a length that there is no room for; it writes nothing.
fn check_length(
    face: &'static Face,
    element: &'static Face,
    count: usize,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let given = super::make::open_length(element, value)?;
    if given > count { Err(too_many_items(face, count, given)) } else { Ok(()) }
}

/// Fills an array of at most `count` elements.
unsafe fn store_array(
    face: &'static Face,
    element: &'static Face,
    count: usize,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let items = Items::of(value);
    if let Some(items) = items {
        let given = items.len();
        if given > count {
            return Err(too_many_items(face, count, given));
        }
        let size = element.known_size()?;
        // SAFETY: the caller made room for `count` elements, and no more were given.
        let store_exact = |scalar| unsafe { store_exact(&items, scalar, address) };
        let exact = if let Kind::Scalar(scalar) = element.kind { store_exact(scalar) } else { 0 };
        for index in exact..given {
            let place = || format!("item {index} of {}", face.name());
            let Some(item) = items.get(index) else {
                return Err(Failure::new(Class::Runtime, "the list became shorter meanwhile"));
            };
            // SAFETY: the caller made room for `count` elements, and `index` is below it.
            unsafe { store(element, address.add(index * size), item.as_borrowed()) }
                .map_err(|failure| failure.at(place))?;
        }
        return Ok(());
    }
    // SAFETY: the caller made room for `count` elements.
    unsafe { store_array_whole(face, element, count, address, value) }
}

/// Fills an array from bytes, a string or an array of C.
unsafe fn store_array_whole(
    face: &'static Face,
    element: &'static Face,
    count: usize,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let scalar = element.scalar();
    if matches!(scalar, Some(Scalar::Char | Scalar::I8 | Scalar::U8))
        && let Ok(bytes) = value.cast::<PyBytes>()
    {
        let bytes = bytes.as_bytes();
        if bytes.len() > count {
            return Err(too_many_items(face, count, bytes.len()));
        }
        // SAFETY: as many bytes as there is room for; the terminator follows where it fits.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len());
            if bytes.len() < count {
                address.add(bytes.len()).write(0);
            }
        }
        return Ok(());
    }
    if scalar == Some(Scalar::Bool)
        && let Ok(bytes) = value.cast::<PyBytes>()
    {
        // SAFETY: the caller made room for `count` elements of a byte.
        return unsafe { store_truths(face, count, address, bytes.as_bytes()) };
    }
    if let (Some(Scalar::Char16 | Scalar::Char32), Ok(text)) = (scalar, value.cast::<PyString>()) {
        let units = wide_units(scalar, &text)?;
        if units.len() > count {
            return Err(too_many_items(face, count, units.len()));
        }
        // SAFETY: there is room for `count` characters.
        unsafe { store_units(units, element.known_size()?, count, address) };
        return Ok(());
    }
    if let Some(data) = CData::of(value)
        && is_array_for(face, element, data)
        && let Some(length) = data.length()
    {
        if length > count {
            return Err(too_many_items(face, count, length));
        }
        data.check_alive()?;
        let size = length * element.known_size()?;
        // SAFETY: both arrays have so many bytes; they may overlap.
        unsafe { std::ptr::copy(data.address, address, size) };
        return Ok(());
    }
    Err(not_an_array(face, scalar, value))
}

/// Whether an array of C fills one of type `face`: the same type, or, where that says no length, the
/// same items.
fn is_array_for(face: &Face, element: &Face, data: &CData) -> bool {
    let has_items = matches!(data.face.kind, Kind::Array(given, _) if given.id == element.id);
    data.face.id == face.id || has_items && matches!(face.kind, Kind::Array(_, None))
}

#[cold]
fn not_an_array(face: &Face, scalar: Option<Scalar>, value: Borrowed<'_, '_, PyAny>) -> Failure {
    let expected = match scalar {
        Some(Scalar::Char | Scalar::I8 | Scalar::U8) => "bytes, a list or a tuple",
        Some(Scalar::Char16 | Scalar::Char32) => "a str, a list or a tuple",
        _ => "a list or a tuple",
    };
    let mut text = format!("expected {expected} for '{}', got {}", face.name(), shown(value));
    if value.is_instance_of::<PyString>() && scalar == Some(Scalar::Char) {
        text.push_str("; encode it first: .encode()");
    }
    Failure::wrong_type(text)
}

/// Writes characters of `size` bytes, and the terminator where there is room for it.
///
/// # Safety
/// There is room for `count` characters, which are at least as many as are given.
unsafe fn store_units(units: Vec<u32>, size: usize, count: usize, address: *mut u8) {
    let end = if units.len() < count { Some(0) } else { None };
    for (index, unit) in units.into_iter().chain(end).enumerate() {
        // SAFETY: the caller's promise; the low bytes are the character.
        unsafe {
            std::ptr::copy_nonoverlapping(unit.to_le_bytes().as_ptr(), address.add(index * size), size);
        }
    }
}

/// Fills an array of `_Bool` from bytes, each of which is a truth.
unsafe fn store_truths(face: &Face, count: usize, address: *mut u8, bytes: &[u8]) -> Result<(), Failure> {
    if bytes.len() > count {
        return Err(too_many_items(face, count, bytes.len()));
    }
    check_truths(bytes)?;
    // SAFETY: the caller made room for `count` bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len()) };
    Ok(())
}

/// Refuses bytes of which one is no `_Bool`.
pub(crate) fn check_truths(bytes: &[u8]) -> Result<(), Failure> {
    match bytes.iter().find(|byte| **byte > 1) {
        None => Ok(()),
        Some(wrong) => {
            let text = format!("an array of '_Bool' holds bytes 0 and 1, got {wrong}");
            Err(Failure::new(Class::Value, text))
        }
    }
}

/// The characters of a string in C's units; halves of surrogate pairs stay what they are.
pub(crate) fn wide_units(
    scalar: Option<Scalar>,
    text: &Borrowed<'_, '_, PyString>,
) -> Result<Vec<u32>, Failure> {
    // SAFETY: the object lives and the lock is held.
    let points = unsafe { pyobject::code_points(text.as_ptr()) }.ok_or_else(|| Failure::raised(text.py()))?;
    if scalar != Some(Scalar::Char16) {
        return Ok(points);
    }
    let units = points.into_iter().flat_map(|point| match point.checked_sub(0x1_0000) {
        None => [Some(point), None],
        Some(beyond) => [Some(0xd800 + (beyond >> 10)), Some(0xdc00 + (beyond & 0x3ff))],
    });
    Ok(units.flatten().collect())
}

/// More items than an array has; of one without a length it is said how many it has room for.
#[cold]
fn too_many_items(face: &Face, count: usize, given: usize) -> Failure {
    let room = match face.kind {
        Kind::Array(_, None) => format!(", room for {count}"),
        Kind::Void
        | Kind::Scalar(_)
        | Kind::Enum(..)
        | Kind::Pointer(_)
        | Kind::Array(_, Some(_))
        | Kind::Function(_)
        | Kind::Record(_) => String::new(),
    };
    let text = format!("too many initializers for '{}' (got {given}{room})", face.name());
    Failure::new(Class::Index, text)
}

#[cold]
fn too_many_fields(face: &Face, given: usize) -> Failure {
    Failure::new(Class::Value, format!("too many initializers for '{}' (got {given})", face.name()))
}

/// The items of a list or tuple.
pub(crate) enum Items<'a, 'py> {
    List(Borrowed<'a, 'py, PyList>),
    Tuple(Borrowed<'a, 'py, PyTuple>),
}

impl<'a, 'py> Items<'a, 'py> {
    pub(crate) fn of(value: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        match value.cast::<PyList>() {
            Ok(list) => Some(Self::List(list)),
            Err(_) => value.cast::<PyTuple>().ok().map(Self::Tuple),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Tuple(tuple) => tuple.len(),
        }
    }

    /// The items, for as long as no Python code runs.
    pub(super) fn pointers(&self) -> &[*mut ffi::PyObject] {
        // SAFETY: a list or tuple of this length has its items in a row there.
        unsafe {
            let (items, length) = match self {
                Self::List(list) => ((*list.as_ptr().cast::<ffi::PyListObject>()).ob_item, list.len()),
                Self::Tuple(tuple) => {
                    let items = &raw mut (*tuple.as_ptr().cast::<ffi::PyTupleObject>()).ob_item;
                    (items.cast::<*mut ffi::PyObject>(), tuple.len())
                }
            };
            // An empty list has no memory.
            if length == 0 { &[] } else { std::slice::from_raw_parts(items, length) }
        }
    }

    /// An item; a list may have become shorter.
    pub(crate) fn get(&self, index: usize) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::List(list) => list.get_item(index).ok(),
            Self::Tuple(tuple) => tuple.get_item(index).ok(),
        }
    }
}

/// A struct whose members are not known was to be written.
#[cold]
fn opaque(face: &Face) -> Failure {
    Failure::wrong_type(format!("'{}' is opaque: it cannot be assigned", face.name()))
}

/// Fills a struct or union, which takes the room if it is open.
unsafe fn store_record(
    face: &'static Face,
    address: *mut u8,
    room: Room,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    if let Some(data) = CData::of(value)
        && data.face.id == face.id
    {
        data.check_alive()?;
        let size = face.size().ok_or_else(|| opaque(face))?;
        // SAFETY: both have as many bytes as the type; they may be the same.
        unsafe { std::ptr::copy(data.address, address, size) };
        return Ok(());
    }
    let Some(record) = face.record() else { return Err(opaque(face)) };
    let store = |field: &FieldFace, item: Borrowed<'_, '_, PyAny>| {
        // SAFETY: the field lies in the record that the caller made room for.
        let done = unsafe { store_field(field, address, room.of_field(field.offset), item) };
        done.map_err(|failure| failure.at(|| format!("field '{}' of {}", field.name, face.name())))
    };
    if let Some(items) = Items::of(value) {
        let given = items.len();
        if given > record.positional().count() {
            return Err(too_many_fields(face, given));
        }
        for (index, field) in record.positional().take(given).enumerate() {
            let Some(item) = items.get(index) else { break };
            store(field, item.as_borrowed())?;
        }
        return Ok(());
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return store_named(face, record, &dict, store);
    }
    let text = format!(
        "expected a list, tuple, dict or C data of the struct for '{}', got {}{}",
        face.name(),
        shown(value),
        namesakes(Some(face), CData::of(value).map(|data| data.face))
    );
    Err(Failure::wrong_type(text))
}

fn store_named(
    face: &'static Face,
    record: &'static RecordFace,
    dict: &Bound<'_, PyDict>,
    store: impl Fn(&FieldFace, Borrowed<'_, '_, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // Converting an item may run Python code that changes the dict.
    let items = dict.iter().collect::<Vec<_>>();
    for (name, item) in items {
        let Some(field) = record.find(&name) else {
            return Err(Failure::new(Class::Key, name.to_string())
                .at(|| format!("an initialiser of '{}'", face.name())));
        };
        store(field, item.as_borrowed())?;
    }
    Ok(())
}

/// Writes a field of the record at `record`; an open one takes the room.
///
/// # Safety
/// The record lies there and may be written, and so may the room of an open field.
pub(crate) unsafe fn store_field(
    field: &FieldFace,
    record: *mut u8,
    room: Room,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise: the field lies in the record.
    let address = unsafe { record.add(field.offset) };
    let Some(bits) = field.bits else {
        // SAFETY: as above.
        return unsafe { store_within(field.face, address, room, value) };
    };
    // SAFETY: as above.
    unsafe { bit_field::store(field.face, bits, address, value) }
}

/// Writes through a face that may be const.
pub(crate) fn check_writable(face: &Face) -> Result<(), Failure> {
    if face.is_read_only() {
        return Err(Failure::wrong_type(format!("'{}' cannot be written", face.qualified_name())));
    }
    Ok(())
}

/// Whether `object` may be called.
pub(crate) fn is_callable(object: Borrowed<'_, '_, PyAny>) -> bool {
    // SAFETY: the object lives and the lock is held.
    unsafe { ffi::PyCallable_Check(object.as_ptr()) != 0 }
}
