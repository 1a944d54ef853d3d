//! The fields of a struct or union as C data reads and writes them.

use std::sync::Arc;

use ctype::{BitField, CType, CTypes, Qualified, Qualifiers, RecordId, RecordKind};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::face::Face;
use crate::table;

/// The fields of a complete struct or union.
pub(crate) struct RecordFace {
    /// All that can be named, those of anonymous members among them.
    pub(crate) fields: Box<[FieldFace]>,
    /// Whether it ends in an array without a length.
    pub(crate) is_flexible: bool,
    /// Whether it is a union that is passed as its first member would be.
    pub(crate) is_transparent: bool,
}

/// One field.
pub(crate) struct FieldFace {
    /// Its name, interned.
    pub(crate) name: Py<PyString>,
    /// Its type, const where the record or the field is.
    pub(crate) face: &'static Face,
    /// Where it starts in the record.
    pub(crate) offset: usize,
    /// Which bits of the storage unit there, if it is a bit-field.
    pub(crate) bits: Option<BitField>,
    /// Whether it takes a place in an initialiser by position: of a union only the first does.
    pub(crate) is_positional: bool,
}

impl FieldFace {
    /// How many bytes from its offset on it touches.
    pub(crate) fn size(&self) -> usize {
        match self.bits {
            None => self.face.size().unwrap_or(0),
            Some(bits) => {
                usize::try_from(bits.start.get()).unwrap_or(0).saturating_add(bits.width as usize).div_ceil(8)
            }
        }
    }
}

/// A field before Python sees it.
struct Found {
    name: Arc<str>,
    ty: Qualified,
    offset: usize,
    bits: Option<BitField>,
    is_positional: bool,
}

impl RecordFace {
    /// The fields of `record`, if it is complete.
    pub(super) fn new(record: RecordId, is_const: bool) -> Option<Self> {
        let mut found = Vec::new();
        let (is_flexible, is_transparent) = {
            let types = table::read();
            let body = types.record(record).body.as_ref()?;
            collect(&types, record, 0, true, &mut found);
            (body.is_flexible, body.is_transparent)
        };
        let field = |py: Python<'_>, one: Found| FieldFace {
            name: PyString::intern(py, &one.name).unbind(),
            face: Face::of_qualified(with_const(one.ty, is_const)),
            offset: one.offset,
            bits: one.bits,
            is_positional: one.is_positional,
        };
        let fields = Python::attach(|py| found.into_iter().map(|one| field(py, one)).collect());
        Some(Self { fields, is_flexible, is_transparent })
    }

    /// The field of that name.
    pub(crate) fn find(&self, name: &Bound<'_, PyAny>) -> Option<&FieldFace> {
        let by_address = self.fields.iter().find(|field| field.name.as_ptr() == name.as_ptr());
        by_address.or_else(|| {
            let wanted = name.cast::<PyString>().ok()?.to_str().ok()?;
            let is_wanted =
                |field: &&FieldFace| field.name.bind(name.py()).to_str().is_ok_and(|name| name == wanted);
            self.fields.iter().find(is_wanted)
        })
    }

    /// The fields that an initialiser by position fills.
    pub(crate) fn positional(&self) -> impl Iterator<Item = &FieldFace> {
        self.fields.iter().filter(|field| field.is_positional)
    }
}

/// Appends the named fields of `record`, which starts at `base`.
fn collect(types: &CTypes, record: RecordId, base: usize, is_positional: bool, found: &mut Vec<Found>) {
    let entry = types.record(record);
    let Some(body) = entry.body.as_ref() else { return };
    let mut is_first = true;
    for field in &body.fields {
        let offset = base + field.offset.to_usize();
        let is_positional = is_positional && (is_first || entry.kind == RecordKind::Struct);
        is_first = false;
        match (&field.name, types.get(field.ty.ty)) {
            (Some(name), _) => {
                let (name, ty, bits) = (name.clone(), field.ty, field.bits);
                found.push(Found { name, ty, offset, bits, is_positional });
            }
            (None, CType::Record(inner)) => collect(types, *inner, offset, is_positional, found),
            (None, _) => {}
        }
    }
}

fn with_const(ty: Qualified, is_const: bool) -> Qualified {
    let qualifiers = Qualifiers { is_const: ty.qualifiers.is_const || is_const, ..ty.qualifiers };
    Qualified { qualifiers, ..ty }
}
