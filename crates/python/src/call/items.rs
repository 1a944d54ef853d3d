//! Initialisers as arguments: lists, tuples and texts are arrays, lists and dicts structs, for the time of the call.
//!
//! Where items are pointers, what they point to has to live as long: while C runs other threads do, which
//! may change the list, and release what was in it. C's values are therefore made of a copy that nobody
//! else has, and what is in the copy is pinned.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::argument::Held;
use crate::cdata::face::{Face, Kind};
use crate::cdata::object::CData;
use crate::cdata::record::RecordFace;
use crate::cdata::store::Items;
use crate::failure::Failure;

/// The address of an array of `target` with the items of `value`.
pub(super) fn array<'py>(
    target: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<*mut u8, Failure> {
    let face = target.open_array();
    let kept = kept(face, value, held)?;
    let value = kept.as_ref().map_or(value, Bound::as_borrowed);
    let made = crate::cdata::new(value.py(), face, Some(value))?;
    let address = CData::of(made.as_borrowed()).expect("C data was just made").address;
    held.keep(made);
    Ok(address)
}

/// What to take in place of an initialiser that pointers come of: its copy, which is held.
pub(super) fn kept<'py>(
    face: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<Option<Bound<'py, PyAny>>, Failure> {
    if !has_pointers(face) {
        return Ok(None);
    }
    let copy = keep(face, value, held)?;
    held.keep(copy.clone());
    Ok(Some(copy))
}

/// Whether a value of the type holds pointers.
fn has_pointers(face: &'static Face) -> bool {
    match face.kind {
        Kind::Pointer(_) => true,
        Kind::Array(element, _) => has_pointers(element),
        Kind::Record(_) => {
            face.record().is_some_and(|record| record.fields.iter().any(|field| has_pointers(field.face)))
        }
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) => false,
    }
}

/// A copy of an initialiser, down to the pointers in it, which are pinned.
fn keep<'py>(
    face: &'static Face,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<Bound<'py, PyAny>, Failure> {
    match face.kind {
        Kind::Pointer(_) => {
            // What cannot be pinned is refused where it is stored, with its place.
            if let Some(Ok(pin)) = CData::of(value).map(CData::pin) {
                held.pin(pin);
            }
            Ok(value.to_owned())
        }
        Kind::Array(element, _) => keep_items(value, held, |_| Some(element)),
        Kind::Record(_) => match face.record() {
            Some(record) => keep_fields(record, value, held),
            None => Ok(value.to_owned()),
        },
        Kind::Void | Kind::Scalar(_) | Kind::Enum(_) | Kind::Function(_) => Ok(value.to_owned()),
    }
}

fn keep_fields<'py>(
    record: &'static RecordFace,
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let Ok(dict) = value.cast::<PyDict>() else {
        return keep_items(value, held, |place| record.positional().nth(place).map(|field| field.face));
    };
    let copy = PyDict::new(value.py());
    // Names may be hashed by Python code, which may change the dict.
    let items = dict.iter().collect::<Vec<_>>();
    for (name, item) in items {
        let kept = match record.find(&name) {
            Some(field) => keep(field.face, item.as_borrowed(), held)?,
            None => item,
        };
        copy.set_item(name, kept)?;
    }
    Ok(copy.into_any())
}

/// A copy of a list or tuple, whose items have the types that `face_of` says; of anything else the object itself.
fn keep_items<'py>(
    value: Borrowed<'_, 'py, PyAny>,
    held: &mut Held<'py>,
    face_of: impl Fn(usize) -> Option<&'static Face>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let Some(items) = Items::of(value) else { return Ok(value.to_owned()) };
    let mut kept = Vec::with_capacity(items.len());
    for place in 0..items.len() {
        let Some(item) = items.get(place) else { break };
        kept.push(match face_of(place) {
            Some(face) => keep(face, item.as_borrowed(), held)?,
            None => item,
        });
    }
    Ok(match items {
        Items::List(_) => PyList::new(value.py(), kept)?.into_any(),
        Items::Tuple(_) => PyTuple::new(value.py(), kept)?.into_any(),
    })
}
