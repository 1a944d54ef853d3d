//! Types of C as PEP 3118 writes them.
//!
//! Numbers are letters of the module `struct`, in native size and order. A struct is `T{...}` with its
//! padding written out, after `^`: native sizes, no alignment of the reader's own. Where the format has no
//! word, the bytes are there without a name: bit-fields, unions, integers of 128 bits.

use std::fmt::Write as _;

use pyobject::Scalar;

use crate::cdata::face::{Face, Kind};
use crate::cdata::record::{FieldFace, RecordFace};

/// The format of an item of so many bytes.
pub(super) fn format(item: &'static Face, size: usize) -> String {
    let mut out = String::new();
    write_item(item, size, &mut out);
    if out.starts_with('T') { format!("^{out}") } else { out }
}

fn write_item(item: &'static Face, size: usize, out: &mut String) {
    match item.kind {
        Kind::Void => out.push('B'),
        Kind::Pointer(_) => out.push_str(WORD),
        Kind::Scalar(_) | Kind::Enum(_) => match item.scalar().and_then(letter) {
            Some(letter) => out.push_str(letter),
            None => write_bytes(size, out),
        },
        Kind::Record(_) => match item.record() {
            Some(record) => write_record(record, size, out),
            None => write_bytes(size, out),
        },
        Kind::Array(..) | Kind::Function(_) => write_bytes(size, out),
    }
}

/// A pointer is its address: an integer, which every reader of formats takes.
const WORD: &str = "L";

/// The letter of a scalar, if there is one.
const fn letter(scalar: Scalar) -> Option<&'static str> {
    Some(match scalar {
        Scalar::Bool => "?",
        Scalar::Char => "c",
        Scalar::Char32 => "w",
        Scalar::I8 => "b",
        Scalar::U8 => "B",
        Scalar::I16 => "h",
        Scalar::U16 | Scalar::Char16 => "H",
        Scalar::I32 => "i",
        Scalar::U32 => "I",
        Scalar::I64 => "l",
        Scalar::U64 => WORD,
        Scalar::F32 => "f",
        Scalar::F64 => "d",
        Scalar::F80 => "g",
        Scalar::C32 => "Zf",
        Scalar::C64 => "Zd",
        Scalar::C80 => "Zg",
        Scalar::I128 | Scalar::U128 => return None,
    })
}

/// Bytes without a meaning that the format could say.
fn write_bytes(count: usize, out: &mut String) {
    match count {
        0 => {}
        1 => out.push('x'),
        _ => write!(out, "{count}x").expect("a string takes all"),
    }
}

fn write_record(record: &'static RecordFace, size: usize, out: &mut String) {
    let fields = separate_fields(record);
    if fields.is_empty() {
        return write_bytes(size, out);
    }
    out.push_str("T{");
    let mut end = 0;
    for field in fields {
        write_bytes(field.offset - end, out);
        write_field(field, out);
        end = field.offset + field.size();
    }
    write_bytes(size.saturating_sub(end), out);
    out.push('}');
}

/// `(2,3)i:name:`.
fn write_field(field: &FieldFace, out: &mut String) {
    let (item, dims) = axes(field.face);
    if !dims.is_empty() {
        let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
        write!(out, "({})", dims.join(",")).expect("a string takes all");
    }
    write_item(item, item.size().unwrap_or(0), out);
    write!(out, ":{}:", field.name).expect("a string takes all");
}

/// The item of an array of arrays, and how many there are along each axis.
pub(super) fn axes(face: &'static Face) -> (&'static Face, Vec<usize>) {
    let (mut item, mut dims) = (face, Vec::new());
    while let Kind::Array(element, Some(length)) = item.kind {
        dims.push(length);
        item = element;
    }
    (item, dims)
}

/// The fields with bytes that are theirs alone, in the order of memory: no bit-fields, and none of an
/// anonymous union.
pub(super) fn separate_fields(record: &RecordFace) -> Vec<&FieldFace> {
    let mut fields: Vec<&FieldFace> = record.fields.iter().filter(|field| field.size() > 0).collect();
    fields.sort_by_key(|field| field.offset);
    let mut is_shared = vec![false; fields.len()];
    let mut widest = 0;
    for index in 1..fields.len() {
        let end = |index: usize| fields[index].offset + fields[index].size();
        if fields[index].offset < end(widest) {
            is_shared[index] = true;
            is_shared[widest] = true;
        }
        if end(index) >= end(widest) {
            widest = index;
        }
    }
    let alone =
        fields.into_iter().zip(is_shared).filter(|(field, is_shared)| !is_shared && field.bits.is_none());
    alone.map(|(field, _)| field).collect()
}
