//! What gcc takes a value for when it holds one in registers: its machine mode.
//!
//! Only `transparent_union` asks: gcc obeys it where the first member has the mode of the union. The rules are those of
//! gcc on a machine that reads at any address: a struct has the mode of a member that fills it, else that of an
//! integer of its size; one with a member that has no mode has none.

use crate::{ArrayLength, CType, CTypes, Field, RecordBody, RecordKind, Size, TypeId};

/// A machine mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// `QImode` to `TImode`.
    Int(u64),
    /// `SFmode`, `DFmode`, `XFmode`.
    Float(u64),
    /// `SCmode`, `DCmode`, `XCmode`.
    Complex(u64),
    /// `BLKmode`: only in memory.
    Memory,
}

/// Whether gcc passes a record as its first member, if it is asked to.
pub fn can_be_transparent(types: &CTypes, kind: RecordKind, body: &RecordBody) -> bool {
    let Some(first) = body.fields.first() else { return false };
    kind == RecordKind::Union && field_mode(types, first) == record_mode(types, kind, body)
}

/// The integer mode of so many bytes.
fn int_mode(size: Size) -> Mode {
    if matches!(size.get(), 1 | 2 | 4 | 8 | 16) { Mode::Int(size.get()) } else { Mode::Memory }
}

fn field_mode(types: &CTypes, field: &Field) -> Mode {
    match field.bits {
        None => type_mode(types, field.ty.ty),
        Some(bits) if bits.width.is_multiple_of(8) => int_mode(Size::bytes(u64::from(bits.width / 8))),
        Some(_) => Mode::Memory,
    }
}

fn type_mode(types: &CTypes, ty: TypeId) -> Mode {
    let Ok(layout) = types.layout(ty) else { return Mode::Memory };
    match types.get(ty) {
        CType::Bool | CType::Int(_) | CType::Enum(_) | CType::Pointer(_) => int_mode(layout.size),
        CType::Float(_) => Mode::Float(layout.size.get()),
        CType::Complex(_) => Mode::Complex(layout.size.get()),
        CType::Array { element, length } => match (type_mode(types, element.ty), length) {
            (Mode::Memory, _) | (_, ArrayLength::Unknown) => Mode::Memory,
            (mode, ArrayLength::Known(1)) => mode,
            (Mode::Int(_) | Mode::Float(_) | Mode::Complex(_), ArrayLength::Known(_)) => {
                int_mode(layout.size)
            }
        },
        CType::Record(record) => {
            let entry = types.record(*record);
            entry.body.as_ref().map_or(Mode::Memory, |body| record_mode(types, entry.kind, body))
        }
        CType::Void | CType::Function(_) => Mode::Memory,
    }
}

fn record_mode(types: &CTypes, kind: RecordKind, body: &RecordBody) -> Mode {
    let size = body.layout.size;
    let mut filling = None;
    for field in &body.fields {
        let is_empty = types.layout(field.ty.ty).is_ok_and(|layout| layout.size == Size::ZERO);
        let mode = field_mode(types, field);
        if mode == Mode::Memory && field.bits.is_none() && !is_empty {
            return Mode::Memory;
        }
        let own = match field.bits {
            Some(bits) => u64::from(bits.width),
            None => types.layout(field.ty.ty).map_or(0, |layout| layout.size.bits()),
        };
        if own == size.bits() {
            filling = Some(mode);
        }
    }
    match (filling, kind) {
        (Some(mode), RecordKind::Struct) | (Some(mode @ Mode::Int(_)), RecordKind::Union) => mode,
        (Some(Mode::Float(_) | Mode::Complex(_) | Mode::Memory) | None, _) => int_mode(size),
    }
}
