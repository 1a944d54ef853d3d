//! Python objects as the arguments of a C call.
//!
//! Numbers of an exact type, C data of the right pointer type and `bytes` go straight into their
//! slot. A pointer parameter also takes the memory of buffers and NumPy arrays whose items are of
//! the type, and lists, tuples and texts of wide characters, which become an array for the time of
//! the call.

use ccall::Place;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFunction, PyString};
use pyobject::{Access, ElementKind, Elements, NoElements, Refusal, Scalar};

use super::{How, Param, items, store_value, transparent};
use crate::cdata::c_file;
use crate::cdata::face::{Face, Kind};
use crate::cdata::lifetime::Pin;
use crate::cdata::object::CData;
use crate::cdata::store::{Items, check_truths, is_compatible, pointer_value, refused, shown};
use crate::cdata::{foreign, function};
use crate::failure::{Class, Failure};

/// What has to live until the call returned: nearly always nothing, which costs nothing.
#[expect(clippy::box_collection, reason = "a null pointer is cheaper to make and drop than a vector")]
pub(super) struct Held<'py>(Option<Box<Vec<Thing<'py>>>>);

enum Thing<'py> {
    /// Never read: it is only kept.
    Object {
        _object: Bound<'py, PyAny>,
    },
    Elements(Elements),
    /// Memory that could be released meanwhile. Never read: it is only kept.
    Memory {
        _pin: Pin,
    },
}

impl<'py> Held<'py> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self(None)
    }

    fn push(&mut self, thing: Thing<'py>) {
        self.0.get_or_insert_default().push(thing);
    }

    /// Keeps an object.
    pub(super) fn keep(&mut self, object: Bound<'py, PyAny>) {
        self.push(Thing::Object { _object: object });
    }

    /// Keeps memory, if it could be freed.
    pub(super) fn pin(&mut self, pin: Pin) {
        if pin.is_needed() {
            self.push(Thing::Memory { _pin: pin });
        }
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(things) = self.0.take() {
            release(*things);
        }
    }
}

fn release(things: Vec<Thing<'_>>) {
    for thing in things {
        if let Thing::Elements(elements) = thing {
            // SAFETY: calls are made, and their arguments dropped, with the lock held.
            unsafe { pyobject::release(elements) };
        }
    }
}

/// Writes an argument into the frame.
///
/// What most calls pass is tested first, one after the other: a table of jumps would have to be
/// waited for before the interpreter's lock can be released.
///
/// # Safety
/// `frame` was prepared for the plan that the parameter belongs to; `value` is a live object.
#[expect(clippy::inline_always, reason = "a step of the one path that every call takes")]
#[inline(always)]
pub(super) unsafe fn convert<'py, const HAS_MEMORY: bool>(
    param: &Param,
    value: *mut ffi::PyObject,
    frame: *mut u8,
    held: &mut Held<'py>,
    py: Python<'py>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise: the places lie in the frame, eight bytes each.
    unsafe {
        if let How::Word(Scalar::F64, offset) = param.how
            && let Some(word) = Scalar::F64.exact_word(value)
        {
            frame.add(offset as usize).cast::<u64>().write_unaligned(word);
            return Ok(());
        }
        if let How::Word(Scalar::I32, offset) = param.how
            && let Some(word) = Scalar::I32.exact_word(value)
        {
            frame.add(offset as usize).cast::<u64>().write_unaligned(word);
            return Ok(());
        }
        if let How::Text(offset) = param.how
            && let Some(address) = pyobject::bytes_address(value)
        {
            // An exact `bytes` lives as long as the call and ends in a zero byte.
            frame.add(offset as usize).cast::<*mut u8>().write_unaligned(address);
            return Ok(());
        }
        if HAS_MEMORY
            && let How::Memory(place) = param.how
            && let Some(data) = CData::of_ptr(value)
            && std::ptr::eq(data.face, param.face)
        {
            data.check_alive()?;
            store_place(place, frame, data.address);
            return Ok(());
        }
        convert_any(param, Borrowed::from_ptr(py, value), frame, held)
    }
}

/// As [`convert`], for every kind of parameter and argument.
///
/// # Safety
/// As for [`convert`].
#[inline(never)]
unsafe fn convert_any<'py>(
    param: &Param,
    value: Borrowed<'_, 'py, PyAny>,
    frame: *mut u8,
    held: &mut Held<'py>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise: the places lie in the frame, eight bytes each.
    unsafe {
        match param.how {
            How::Word(scalar, offset) => {
                let word = match scalar.exact_word(value.as_ptr()) {
                    Some(word) => word,
                    None => word(param.face, scalar, value)?,
                };
                frame.add(offset as usize).cast::<u64>().write_unaligned(word);
            }
            How::Pointer(offset) | How::Text(offset) => {
                let pointer = pointer(param.face, value, held)?;
                frame.add(offset as usize).cast::<*mut u8>().write_unaligned(pointer);
            }
            How::Memory(place) => {
                if let Some(data) = CData::of(value)
                    && data.face.id == param.face.id
                {
                    data.check_alive()?;
                    store_place(place, frame, data.address);
                    return Ok(());
                }
                let mut room = vec![0_u128; param.face.known_size()?.div_ceil(16)];
                let address: *mut u8 = room.as_mut_ptr().cast();
                let kept = items::kept(param.face, value, held)?;
                let value = kept.as_ref().map_or(value, Bound::as_borrowed);
                if !transparent::store(param.face, address, value, held)? {
                    store_value(param.face, address, value)?;
                }
                place.store(frame, room.as_ptr().cast());
            }
        }
    }
    Ok(())
}

/// As [`Place::store`]; what the smallest structs take is copied without a call.
///
/// # Safety
/// As for [`Place::store`].
#[inline]
unsafe fn store_place(place: Place, frame: *mut u8, value: *const u8) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Place::Whole { offset, size: 16 } = place {
            frame.add(offset as usize).cast::<[u8; 16]>().write(value.cast::<[u8; 16]>().read());
        } else if let Place::Whole { offset, size: 24 } = place {
            frame.add(offset as usize).cast::<[u8; 24]>().write(value.cast::<[u8; 24]>().read());
        } else {
            place.store(frame, value);
        }
    }
}

/// The word of any Python object that is taken for the scalar.
fn word(face: &'static Face, scalar: Scalar, value: Borrowed<'_, '_, PyAny>) -> Result<u64, Failure> {
    // SAFETY: the object lives and the lock is held.
    let word = unsafe { scalar.to_word(value.as_ptr()) };
    word.or_else(|refusal| other_scalar(face, scalar, value, refusal))
}

/// C data of a scalar type, else the refusal.
#[cold]
fn other_scalar(
    face: &'static Face,
    scalar: Scalar,
    value: Borrowed<'_, '_, PyAny>,
    refusal: Refusal,
) -> Result<u64, Failure> {
    if CData::of(value).is_none() {
        // SAFETY: the object lives and the lock is held.
        let is_array = unsafe { pyobject::Ndarray::of(value.as_ptr()) }.is_some();
        return Err(if is_array { array_for_scalar(face, scalar) } else { refused(face, value, refusal) });
    }
    let mut room = [0_u8; 16];
    // SAFETY: the room holds any scalar of eight bytes; it is then read as the same scalar.
    unsafe {
        store_value(face, room.as_mut_ptr(), value)?;
        // Small integers are extended as their sign says: by way of Python's number.
        let number = crate::cdata::load::owned(value.py(), scalar.load(room.as_ptr()))?;
        let number = number.as_borrowed();
        scalar.to_word(number.as_ptr()).map_err(|refusal| refused(face, number, refusal))
    }
}

/// An array where one number belongs. NumPy's own exception may be set.
#[cold]
fn array_for_scalar(face: &Face, scalar: Scalar) -> Failure {
    // SAFETY: the lock is held.
    unsafe { ffi::PyErr_Clear() };
    let expected = if scalar.is_integer() { "an integer" } else { "a number" };
    let text = format!(
        "expected {expected} for '{}', got ndarray; ferrule.vectorize(f) calls f with each element of arrays",
        face.name()
    );
    Failure::wrong_type(text)
}

/// The address that a pointer parameter gets.
pub(super) fn pointer<'py>(
    face: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<*mut u8, Failure> {
    let Kind::Pointer(target) = face.kind else { return pointer_value(face, value) };
    if let Some(data) = CData::of(value) {
        if let Kind::Pointer(given) | Kind::Array(given, _) = data.face.kind
            && is_compatible(target, given)
        {
            held.pin(data.pin()?);
            return Ok(data.address);
        }
        return pointer_value(face, value);
    }
    if let Ok(bytes) = value.cast::<PyBytes>()
        && takes_bytes(target)
    {
        // The object lives as long as the call and ends in a zero byte.
        return Ok(bytes.as_bytes().as_ptr().cast_mut());
    }
    if matches!(target.kind, Kind::Scalar(Scalar::Bool))
        && let Ok(bytes) = value.cast::<PyBytes>()
    {
        check_truths(bytes.as_bytes())?;
        return Ok(bytes.as_bytes().as_ptr().cast_mut());
    }
    other_pointer(face, target, value, held)
}

/// Whether `bytes` are what a pointer to `target` points to.
pub(super) fn takes_bytes(target: &Face) -> bool {
    matches!(target.kind, Kind::Void | Kind::Scalar(Scalar::Char | Scalar::I8 | Scalar::U8))
}

/// Whether a `str` is what a pointer to `target` points to.
fn takes_text(target: &Face) -> bool {
    matches!(target.kind, Kind::Scalar(Scalar::Char16 | Scalar::Char32))
}

/// Arrays, buffers, lists, strings, functions.
fn other_pointer<'py>(
    face: &'static Face,
    target: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<*mut u8, Failure> {
    if matches!(target.kind, Kind::Function(_)) {
        return without_buffer(face, target, value, held);
    }
    if foreign::may_be_ctypes(value)
        && let Some(address) = foreign::pointer(face, target, value)?
    {
        return Ok(address);
    }
    let access = if target.is_read_only() { Access::Read } else { Access::Write };
    // SAFETY: the object lives as long as the call, and the lock is held.
    match unsafe { pyobject::elements(value.as_ptr(), access) } {
        Ok(elements) => {
            let address = elements.address;
            let kind = elements.kind;
            let is_aligned = is_aligned(target, address) || elements.is_empty();
            held.push(Thing::Elements(elements));
            if !fits(target, kind) {
                return Err(wrong_items(face, value, kind));
            }
            if !is_aligned {
                return Err(refuse_buffer(face, value, "its items are not aligned; copy it first"));
            }
            Ok(address)
        }
        Err(NoElements::NotABuffer) => without_buffer(face, target, value, held),
        Err(NoElements::Raised) => Err(Failure::raised(value.py())),
        Err(NoElements::ReadOnly) => Err(refuse_buffer(face, value, "it is read-only and C may write it")),
        Err(NoElements::NotContiguous) => {
            Err(refuse_buffer(face, value, "its items are not side by side; copy it first"))
        }
        Err(NoElements::Swapped) => Err(refuse_buffer(face, value, "its bytes are in the other order")),
    }
}

#[cold]
fn refuse_buffer(face: &Face, value: Borrowed<'_, '_, PyAny>, why: &str) -> Failure {
    let class = value.get_type();
    let name = class.name().map_or_else(|_| "buffer".to_owned(), |name| name.to_string());
    Failure::wrong_type(format!("this {name} cannot be passed as '{}': {why}", face.name()))
}

#[cold]
fn wrong_items(face: &Face, value: Borrowed<'_, '_, PyAny>, kind: ElementKind) -> Failure {
    let items = match kind {
        ElementKind::Bytes => "bytes".to_owned(),
        ElementKind::Bool => "booleans".to_owned(),
        ElementKind::Signed(size) => format!("signed integers of {size} bytes"),
        ElementKind::Unsigned(size) => format!("unsigned integers of {size} bytes"),
        ElementKind::Float(size) => format!("floats of {size} bytes"),
        ElementKind::Complex(size) => format!("complex numbers of {size} bytes"),
        ElementKind::Record(size) => format!("records of {size} bytes"),
        ElementKind::Other(size) => format!("items of {size} bytes"),
    };
    refuse_buffer(face, value, &format!("its items are {items}"))
}

/// Whether a value of the type may lie at the address.
fn is_aligned(target: &Face, address: *const u8) -> bool {
    let align = target.layout().and_then(|layout| usize::try_from(layout.align.get()).ok());
    align.is_none_or(|align| address.addr().is_multiple_of(align))
}

/// Whether items of a buffer are values of the type.
fn fits(target: &Face, kind: ElementKind) -> bool {
    let scalar = match target.kind {
        Kind::Void => return true,
        Kind::Record(_) => return matches!(kind, ElementKind::Record(size) if target.size() == Some(size)),
        Kind::Scalar(_) | Kind::Enum(_) | Kind::Pointer(_) | Kind::Array(..) | Kind::Function(_) => {
            target.scalar()
        }
    };
    let Some(scalar) = scalar else { return false };
    match kind {
        ElementKind::Bytes => scalar.size() == 1,
        ElementKind::Bool => matches!(scalar, Scalar::Bool | Scalar::U8),
        ElementKind::Signed(1) | ElementKind::Unsigned(1) => {
            matches!(scalar, Scalar::Char | Scalar::I8 | Scalar::U8)
        }
        ElementKind::Signed(size) => is_signed_of(scalar, size),
        ElementKind::Unsigned(size) => is_unsigned_of(scalar, size),
        ElementKind::Float(size) => scalar.is_float() && scalar.size() == usize::from(size),
        ElementKind::Complex(size) => scalar.is_complex() && scalar.size() == usize::from(size),
        ElementKind::Record(_) | ElementKind::Other(_) => false,
    }
}

fn is_signed_of(scalar: Scalar, size: u8) -> bool {
    matches!((scalar, size), (Scalar::I16, 2) | (Scalar::I32, 4) | (Scalar::I64, 8) | (Scalar::I128, 16))
}

fn is_unsigned_of(scalar: Scalar, size: u8) -> bool {
    matches!((scalar, size), (Scalar::U16, 2) | (Scalar::U32, 4) | (Scalar::U64, 8) | (Scalar::U128, 16))
}

/// Lists, tuples and strings become an array; functions are taken by address.
fn without_buffer<'py>(
    face: &'static Face,
    target: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<*mut u8, Failure> {
    let is_void = matches!(target.kind, Kind::Void | Kind::Function(_));
    let is_text = value.is_instance_of::<PyString>();
    if Items::of(value).is_some() && !is_void || is_text && takes_text(target) {
        return items::array(target, value, held);
    }
    if is_text {
        let wanted = if takes_bytes(target) { "; encode it first: .encode()" } else { "" };
        let text = format!("expected a pointer for '{}', got {}{wanted}", face.name(), shown(value));
        return Err(Failure::wrong_type(text));
    }
    if value.is_none() {
        let text = format!("expected a pointer for '{}', got None; NULL is ffi.NULL", face.name());
        return Err(Failure::wrong_type(text));
    }
    if let Some(file) = c_file::of_python(face, value)? {
        let address = file.address();
        held.keep(file.keeper().clone());
        return Ok(address);
    }
    if face.is_function_pointer()
        && let Some(offered) = function::offered(value)?
    {
        let address = pointer_value(face, offered.as_borrowed())?;
        held.keep(offered);
        return Ok(address);
    }
    match foreign::pointer(face, target, value)? {
        Some(address) => Ok(address),
        None if face.is_function_pointer() && value.is_instance_of::<PyFunction>() => {
            Err(no_c_function(face, value))
        }
        None => pointer_value(face, value),
    }
}

/// A function of Python where one of C belongs.
#[cold]
fn no_c_function(face: &Face, value: Borrowed<'_, '_, PyAny>) -> Failure {
    let name = face.name();
    let text = format!(
        "expected a pointer for '{name}', got {}; make a function of C of it first: ffi.callback('{name}', f)",
        shown(value)
    );
    Failure::wrong_type(text)
}

/// The address of a function of ctypes, if `value` is one.
pub(crate) fn ctypes_function_address(value: Borrowed<'_, '_, PyAny>) -> Result<Option<*mut u8>, Failure> {
    let py = value.py();
    // A ctypes function exists only if ctypes was imported.
    let modules = py.import("sys")?.getattr("modules")?;
    let Ok(ctypes) = modules.get_item("_ctypes") else { return Ok(None) };
    if !value.is_instance(&ctypes.getattr("CFuncPtr")?)? {
        return Ok(None);
    }
    let address = ctypes.call_method1("addressof", (value,))?.extract::<usize>()?;
    let slot = std::ptr::with_exposed_provenance::<*mut u8>(address);
    // SAFETY: a function object of ctypes holds the pointer to its code at that address.
    let code = unsafe { slot.read() };
    if code.is_null() {
        return Err(Failure::new(Class::Value, "the ctypes function is NULL"));
    }
    Ok(Some(code))
}
