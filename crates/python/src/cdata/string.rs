//! `string`: text of C as bytes or str.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use pyobject::Scalar;

use super::face::Kind;
use super::load::owned;
use super::object::CData;
use crate::failure::{Class, Failure};

/// The text at `data`: up to the terminator, the end of known memory, or `limit` characters; the
/// name of an enum's value; a character.
pub(crate) fn string<'py>(
    py: Python<'py>,
    data: &CData,
    limit: Option<usize>,
) -> Result<Bound<'py, PyAny>, Failure> {
    data.check_alive()?;
    let refuse = || Failure::wrong_type(format!("string(): unexpected {} argument", data.describe()));
    match data.face.kind {
        Kind::Pointer(target) | Kind::Array(target, _) => {
            let scalar = target.scalar().filter(|_| matches!(target.kind, Kind::Scalar(_)));
            let is_text = |scalar: &Scalar| {
                matches!(scalar, Scalar::Char | Scalar::I8 | Scalar::U8 | Scalar::Char16 | Scalar::Char32)
            };
            let scalar = scalar.filter(is_text).ok_or_else(refuse)?;
            if data.address.is_null() {
                let text = format!("cannot use string() on <{} NULL>", data.describe());
                return Err(Failure::new(Class::Runtime, text));
            }
            text(py, scalar, data.address, room(data, scalar.size())?, limit)
        }
        Kind::Enum(..) => {
            // SAFETY: C data of an enum type has the value at its address.
            let value = unsafe { owned(py, data.face.scalar().ok_or_else(refuse)?.load(data.address)) }?;
            let value = value.str()?.to_string();
            let name = super::repr::enumerator(data.face, &value).unwrap_or(value);
            Ok(PyString::new(py, &name).into_any())
        }
        Kind::Scalar(scalar) if scalar.is_character() => {
            // SAFETY: C data of a scalar type has the value at its address.
            unsafe { owned(py, scalar.load(data.address)) }
        }
        Kind::Scalar(Scalar::I8 | Scalar::U8) => {
            // SAFETY: as above.
            unsafe { owned(py, Scalar::Char.load(data.address)) }
        }
        Kind::Void | Kind::Scalar(_) | Kind::Function(_) | Kind::Record(_) => Err(refuse()),
    }
}

/// How many characters are known to be there.
fn room(data: &CData, size: usize) -> Result<Option<usize>, Failure> {
    if let Some(length) = data.length() {
        return Ok(Some(length));
    }
    let Some(bounds) = data.bounds() else { return Ok(None) };
    if !bounds.hold(data.address.addr(), 0) {
        let text = format!("{} points outside the memory it was made from", data.describe());
        return Err(Failure::new(Class::Index, text));
    }
    Ok(Some((bounds.end - data.address.addr()) / size))
}

fn text(
    py: Python<'_>,
    scalar: Scalar,
    address: *const u8,
    room: Option<usize>,
    limit: Option<usize>,
) -> Result<Bound<'_, PyAny>, Failure> {
    let most = room.unwrap_or(usize::MAX).min(limit.unwrap_or(usize::MAX));
    // SAFETY: at most the known room is read, and never past the terminator.
    unsafe {
        if scalar == Scalar::Char16 {
            let units: Vec<u16> = units(address.cast(), most);
            return owned(py, pyobject::str_of_code_points(&joined(&units)));
        }
        if scalar == Scalar::Char32 {
            let units: Vec<u32> = units(address.cast(), most);
            if let Some(beyond) = units.iter().find(|unit| **unit > 0x10_ffff) {
                let text = format!("the text has {beyond:#x}, which is beyond U+10FFFF");
                return Err(Failure::new(Class::Value, text));
            }
            return owned(py, pyobject::str_of_code_points(&units));
        }
        let count = match most {
            usize::MAX => libc::strlen(address.cast()),
            _ => libc::strnlen(address.cast(), most),
        };
        Ok(PyBytes::new(py, std::slice::from_raw_parts(address, count)).into_any())
    }
}

/// The characters of UTF-16; half of a pair stands for itself.
fn joined(units: &[u16]) -> Vec<u32> {
    let characters = char::decode_utf16(units.iter().copied());
    let point = |one: Result<char, std::char::DecodeUtf16Error>| match one {
        Ok(character) => character.into(),
        Err(half) => half.unpaired_surrogate().into(),
    };
    characters.map(point).collect()
}

/// The units before the terminator, at most `most`.
unsafe fn units<T: Copy + Default + PartialEq>(address: *const T, most: usize) -> Vec<T> {
    // SAFETY: the caller's promise: readable up to the terminator or for `most` units.
    let read = |index| unsafe { address.add(index).read_unaligned() };
    (0..most).map(read).take_while(|unit| *unit != T::default()).collect()
}
