//! `new`: C data with memory of its own.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use pyobject::Scalar;

use super::face::{Face, Kind};
use super::object::{self, CData};
use super::room::Room;
use super::store::{Items, refused, shown, store_within, wide_units};
use crate::failure::{Class, Failure};

/// Allocates what a pointer type points to, or an array, and fills it.
pub(crate) fn new<'py>(
    py: Python<'py>,
    face: &'static Face,
    initializer: Option<Borrowed<'_, '_, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let needs = needs(face, initializer)?;
    let made = object::owned(py, face, needs.extent, needs.align, needs.spare)?;
    let data = CData::of(made.as_borrowed()).expect("C data was just made");
    if let Some(given) = initializer {
        // SAFETY: the memory has that extent.
        unsafe { initialize(&needs, data.address, given) }?;
    }
    Ok(made)
}

/// The memory that a new value needs.
pub(super) struct Needs {
    /// What is in it: the array, or what a pointer points to.
    value: &'static Face,
    pub(super) extent: usize,
    align: usize,
    /// How many zeroed bytes follow: a terminator, where C may look for one.
    pub(super) spare: usize,
}

/// The memory that `new` needs for a type and an initialiser.
pub(super) fn needs(
    face: &'static Face,
    initializer: Option<Borrowed<'_, '_, PyAny>>,
) -> Result<Needs, Failure> {
    let (value, extent) = match face.kind {
        Kind::Pointer(target @ Face { kind: Kind::Function(_), .. }) => {
            return Err(not_new(target.pointer()));
        }
        Kind::Pointer(target) => (target, record_extent(target, initializer)?),
        Kind::Array(element, None) => {
            let item = fixed_size(element)?;
            let Some(given) = initializer else { return Err(no_length(None)) };
            let count = open_length(element, given)?;
            (face, count.saturating_mul(item))
        }
        Kind::Array(..) => (face, fixed_size(face)?),
        Kind::Void | Kind::Scalar(_) | Kind::Enum(..) | Kind::Function(_) | Kind::Record(_) => {
            return Err(not_new(face));
        }
    };
    let align_of = face.target().and_then(Face::layout).map_or(1, |layout| layout.align.get());
    let align = usize::try_from(align_of).unwrap_or(1);
    let is_character =
        matches!(face.kind, Kind::Pointer(Face { kind: Kind::Scalar(scalar), .. }) if scalar.is_character());
    let spare = if is_character { extent } else { 0 };
    Ok(Needs { value, extent, align, spare })
}

/// Writes the initialiser, unless it only says how long the array is.
///
/// # Safety
/// The memory has the extent that was needed, and may be written.
pub(super) unsafe fn initialize(
    needs: &Needs,
    address: *mut u8,
    given: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise, whatever the initialiser has become meanwhile.
    unsafe { store_within(needs.value, address, Room::Initialized(needs.extent), given) }
}

fn not_new(face: &Face) -> Failure {
    Failure::wrong_type(format!("expected a pointer or array ctype, got '{}'", face.name()))
}

fn fixed_size(face: &Face) -> Result<usize, Failure> {
    let unknown = || format!("cannot instantiate ctype '{}' of unknown size", face.name());
    face.size().ok_or_else(|| Failure::wrong_type(unknown()))
}

fn no_length(given: Option<Borrowed<'_, '_, PyAny>>) -> Failure {
    let given = given.map_or_else(|| "None".to_owned(), shown);
    Failure::wrong_type(format!("expected new array length or list/tuple/str, not {given}"))
}

/// How many elements an open array gets from its initialiser.
pub(super) fn open_length(element: &'static Face, given: Borrowed<'_, '_, PyAny>) -> Result<usize, Failure> {
    if let Some(items) = Items::of(given) {
        return Ok(items.len());
    }
    let scalar = element.scalar();
    if let Ok(bytes) = given.cast::<PyBytes>()
        && matches!(scalar, Some(Scalar::Char | Scalar::I8 | Scalar::U8 | Scalar::Bool))
    {
        return Ok(bytes.as_bytes().len() + 1);
    }
    if let Ok(text) = given.cast::<PyString>() {
        return match scalar {
            Some(Scalar::Char16 | Scalar::Char32) => Ok(wide_units(scalar, &text)?.len() + 1),
            Some(Scalar::Char) => {
                let name = element.open_array().name();
                let text = format!(
                    "expected bytes, a list or a tuple for '{name}', got {}; encode it first: .encode()",
                    shown(given)
                );
                Err(Failure::wrong_type(text))
            }
            _ => Err(no_length(Some(given))),
        };
    }
    if let Some(data) = CData::of(given) {
        let is_same = data.face.target().is_some_and(|given| given.id == element.id);
        let length = if is_same { data.length() } else { None };
        return length.ok_or_else(|| no_length(Some(given)));
    }
    // SAFETY: the object lives and the lock is held.
    match unsafe { pyobject::to_i64(given.as_ptr()) } {
        Ok(count) => usize::try_from(count).map_err(|_| Failure::new(Class::Value, "negative array length")),
        Err(pyobject::Refusal::Kind(_)) => Err(no_length(Some(given))),
        Err(refusal) => Err(refused(element, given, refusal)),
    }
}

/// The bytes that a value of the type takes with this initialiser: more than its size where it
/// ends in an open array.
fn record_extent(face: &'static Face, given: Option<Borrowed<'_, '_, PyAny>>) -> Result<usize, Failure> {
    let size = fixed_size(face)?;
    let (Some(given), Some(record)) = (given, face.record()) else { return Ok(size) };
    let Some(last) = record.positional().last().filter(|_| record.is_flexible) else { return Ok(size) };
    let item = if let Some(items) = Items::of(given) {
        items.get(record.positional().count() - 1)
    } else if let Ok(dict) = given.cast::<PyDict>() {
        dict.get_item(last.name.bind(given.py()))?
    } else if let Some(data) = CData::of(given) {
        let extent = data.extent().filter(|_| data.face.id == face.id);
        return Ok(extent.unwrap_or(size));
    } else {
        None
    };
    let Some(item) = item else { return Ok(size) };
    let open = if let Kind::Array(element, None) = last.face.kind {
        open_length(element, item.as_borrowed())?.checked_mul(fixed_size(element)?)
    } else {
        Some(record_extent(last.face, Some(item.as_borrowed()))?)
    };
    let end = open.and_then(|open| open.checked_add(last.offset)).unwrap_or(usize::MAX);
    Ok(end.max(size))
}
