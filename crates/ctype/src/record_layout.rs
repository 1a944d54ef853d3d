//! Where the members of a struct or union go.
//!
//! The rules are those of the System V psABI, section 3.1.2, as gcc and clang carry them out,
//! with GNU `packed` and `aligned` and `#pragma pack`.

use std::sync::Arc;

use crate::{
    Align, ArrayLength, BitField, BitOffset, CType, CTypes, Field, Layout, LayoutError, Qualified,
    RecordBody, RecordKind, Size,
};

/// A member as declared.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// Its name, if it has one.
    pub name: Option<Arc<str>>,
    /// Its type.
    pub ty: Qualified,
    /// The width after the colon, which fits the type; zero starts a new unit.
    pub bit_width: Option<u32>,
    /// From `_Alignas` or `aligned`.
    pub align: Option<Align>,
    /// `packed` on the member itself.
    pub is_packed: bool,
}

/// What is said of the record as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Packing {
    /// `__attribute__((packed))`.
    pub is_packed: bool,
    /// `#pragma pack(n)`: no member is aligned to more.
    pub limit: Option<Align>,
    /// `__attribute__((aligned(n)))`: the record is aligned to at least this.
    pub align: Option<Align>,
}

/// Lays out a record.
///
/// # Errors
/// The index of the member that has no size, and why; the index after the last when the whole is
/// too large.
pub fn lay_out_record(
    types: &CTypes,
    kind: RecordKind,
    fields: &[FieldDecl],
    packing: Packing,
) -> Result<RecordBody, (usize, LayoutError)> {
    let _ = (
        types,
        kind,
        fields,
        packing,
        ArrayLength::Unknown,
        BitField { start: BitOffset::bits(0), width: 0 },
    );
    let _ = (CType::Void, Size::ZERO, None::<Field>, None::<Layout>);
    unimplemented!()
}
