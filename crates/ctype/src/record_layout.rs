//! Where the members of a struct or union go.
//!
//! The rules are those of the System V psABI, section 3.1.2, as gcc carries them out, with GNU
//! `packed` and `aligned` and `#pragma pack`. Positions are counted in bits from the record's
//! start. A bit-field takes the next free bits unless it would then touch more units of its type's
//! alignment than its type has; packing lifts that rule. Bit-fields without a name move what
//! follows but do not align the record.

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
    /// What a typedef with `aligned` says in place of the type's own alignment.
    pub type_align: Option<Align>,
    /// The width after the colon, which fits the type; zero starts a new unit.
    pub bit_width: Option<u32>,
    /// From `_Alignas` or `aligned` on the member itself.
    pub align: Option<Align>,
    /// `packed` on the member itself.
    pub is_packed: bool,
}

impl FieldDecl {
    /// A member without anything special.
    pub fn plain(name: &str, ty: impl Into<Qualified>) -> Self {
        Self {
            name: Some(name.into()),
            ty: ty.into(),
            type_align: None,
            bit_width: None,
            align: None,
            is_packed: false,
        }
    }
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

/// Why a record cannot be laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordLayoutError {
    /// The member of this index has no size.
    Field(usize, LayoutError),
    /// The members together are larger than an object can be.
    TooLarge,
}

/// Lays out a record.
///
/// # Errors
/// When a member has no size, or the whole too much of it.
pub fn lay_out_record(
    types: &CTypes,
    kind: RecordKind,
    fields: &[FieldDecl],
    packing: Packing,
) -> Result<RecordBody, RecordLayoutError> {
    let mut placer = Placer { kind, packing, next: 0, end: 0, align: Align::ONE };
    let mut members = Vec::with_capacity(fields.len());
    let mut is_flexible = false;
    for (index, field) in fields.iter().enumerate() {
        let is_tail = kind == RecordKind::Struct && index + 1 == fields.len();
        let layout = if is_tail { last_layout(types, field.ty) } else { types.layout(field.ty.ty) };
        let mut layout = layout.map_err(|error| RecordLayoutError::Field(index, error))?;
        layout.align = field.type_align.unwrap_or(layout.align);
        is_flexible |= (is_tail || kind == RecordKind::Union) && is_open_ended(types, field.ty);
        let Some(width) = field.bit_width else {
            let offset = Size::bytes(byte_of(placer.place(field, layout))?);
            members.push(Field { name: field.name.clone(), ty: field.ty, offset, bits: None });
            continue;
        };
        let start = placer.place_bits(field, width, layout);
        if field.name.is_some() {
            members.push(bit_field(field, width, layout.size, start)?);
        }
    }
    let layout = placer.finish()?;
    Ok(RecordBody { fields: members.into(), layout, is_flexible, is_transparent: false })
}

/// The layout of a struct's last member: there an array without a length has the size zero.
fn last_layout(types: &CTypes, ty: Qualified) -> Result<Layout, LayoutError> {
    if let CType::Array { element, length: ArrayLength::Unknown } = types.get(ty.ty) {
        return types.layout(element.ty).map(|element| Layout { size: Size::ZERO, ..element });
    }
    types.layout(ty.ty)
}

/// Whether a value of the type may be larger than the type.
fn is_open_ended(types: &CTypes, ty: Qualified) -> bool {
    let is_open_array = matches!(types.get(ty.ty), CType::Array { length: ArrayLength::Unknown, .. });
    is_open_array || types.record_body(ty.ty).is_some_and(|body| body.is_flexible)
}

/// The byte that bit `position` starts, if an object can reach so far.
fn byte_of(position: u128) -> Result<u64, RecordLayoutError> {
    i64::try_from(position / 8).map(i64::cast_unsigned).map_err(|_| RecordLayoutError::TooLarge)
}

/// The member for the bits from `start` on: relative to the storage unit that holds them all, or to
/// their own first byte where packing lets them lie across two units.
fn bit_field(field: &FieldDecl, width: u32, unit: Size, start: u128) -> Result<Field, RecordLayoutError> {
    let unit = u128::from(unit.bits());
    let in_unit = start % unit;
    let within = if in_unit + u128::from(width) <= unit { in_unit } else { start % 8 };
    let offset = Size::bytes(byte_of(start - within)?);
    let start = u64::try_from(within).map_err(|_| RecordLayoutError::TooLarge)?;
    let bits = Some(BitField { start: BitOffset::bits(start), width });
    Ok(Field { name: field.name.clone(), ty: field.ty, offset, bits })
}

/// The state between two members. Positions are bits; 128 of them never overflow, since each
/// member's size is below 2^66 bits and a text has fewer than 2^32 members.
struct Placer {
    kind: RecordKind,
    packing: Packing,
    /// The first bit after the last member.
    next: u128,
    /// The first bit after every member.
    end: u128,
    align: Align,
}

impl Placer {
    /// The position of a member that is not a bit-field.
    fn place(&mut self, field: &FieldDecl, layout: Layout) -> u128 {
        let own = if self.is_packed(field) { Align::ONE } else { layout.align };
        let align = self.limited(field.align.map_or(own, |asked| asked.max(own)));
        self.align = self.align.max(align);
        self.take(align_up(self.position(), align), u128::from(layout.size.get()) * 8)
    }

    /// The position of a bit-field, its first bit.
    fn place_bits(&mut self, field: &FieldDecl, width: u32, unit: Layout) -> u128 {
        if width == 0 {
            let align = field.align.map_or(unit.align, |asked| asked.max(unit.align));
            return self.take(align_up(self.position(), align), 0);
        }
        let is_packed = self.is_packed(field);
        let whole = whole_scalar(self.position(), width).filter(|align| *align == Align::ONE || !is_packed);
        let asked = field.align.max(whole).map(|align| self.limited(align));
        let mut position = asked.map_or(self.position(), |align| align_up(self.position(), align));
        let is_free = self.packing.limit.is_some() || is_packed || whole.is_some();
        if !is_free && spans_too_many(position, width, unit) {
            position = align_up(position, unit.align);
        }
        if field.name.is_some() {
            let own = match self.packing.limit {
                Some(limit) => limit.min(unit.align),
                None if is_packed => Align::ONE,
                None => unit.align,
            };
            self.align = self.align.max(own).max(asked.unwrap_or(Align::ONE));
        }
        self.take(position, u128::from(width))
    }

    fn is_packed(&self, field: &FieldDecl) -> bool {
        self.packing.is_packed || field.is_packed
    }

    fn limited(&self, align: Align) -> Align {
        self.packing.limit.map_or(align, |limit| limit.min(align))
    }

    /// Where the next member may start.
    fn position(&self) -> u128 {
        match self.kind {
            RecordKind::Struct => self.next,
            RecordKind::Union => 0,
        }
    }

    fn take(&mut self, position: u128, bits: u128) -> u128 {
        self.next = position + bits;
        self.end = self.end.max(self.next);
        position
    }

    fn finish(self) -> Result<Layout, RecordLayoutError> {
        let align = self.packing.align.map_or(self.align, |asked| asked.max(self.align));
        let size = Size::bytes(byte_of(align_up(self.end, align))?);
        Ok(Layout { size, align })
    }
}

/// The alignment of the scalar that a bit-field amounts to, if it has the width of one and comes to lie
/// where one may. gcc takes it for that scalar, whatever a typedef says of its type's alignment.
fn whole_scalar(position: u128, width: u32) -> Option<Align> {
    let is_scalar = (8..=128).contains(&width) && width.is_power_of_two();
    let align = Align::bytes(u64::from(width / 8)).filter(|_| is_scalar);
    align.filter(|align| position.is_multiple_of(u128::from(align.bits())))
}

/// Whether a bit-field at `position` would touch more units of its type's alignment than its type.
fn spans_too_many(position: u128, width: u32, unit: Layout) -> bool {
    let align = u128::from(unit.align.bits());
    let touched = (position % align + u128::from(width)).div_ceil(align);
    touched > u128::from(unit.size.bits()) / align
}

fn align_up(position: u128, align: Align) -> u128 {
    position.next_multiple_of(u128::from(align.bits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataModel, IntType};

    fn bits(name: Option<&str>, ty: Qualified, width: u32) -> FieldDecl {
        let plain = FieldDecl::plain("", ty);
        FieldDecl { name: name.map(Into::into), bit_width: Some(width), ..plain }
    }

    fn places(body: &RecordBody) -> Vec<(u64, Option<(u64, u32)>)> {
        let bits = |field: &Field| field.bits.map(|bits| (bits.start.get(), bits.width));
        body.fields.iter().map(|field| (field.offset.get(), bits(field))).collect()
    }

    #[test]
    fn bit_fields_fill_units_and_unnamed_ones_only_move() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (char, int) = (types.int(IntType::Char).into(), types.int(IntType::Int).into());
        let fields =
            [bits(Some("a"), int, 20), bits(None, char, 0), bits(Some("b"), int, 9), bits(None, int, 30)];
        let body = lay_out_record(&types, RecordKind::Struct, &fields, Packing::default()).expect("sized");
        assert_eq!(places(&body), [(0, Some((0, 20))), (4, Some((0, 9)))]);
        assert_eq!((body.layout.size.get(), body.layout.align.get()), (12, 4));
    }

    #[test]
    fn a_packed_bit_field_across_units_starts_at_its_own_byte() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let int = types.int(IntType::Int).into();
        let fields = [bits(Some("a"), int, 30), bits(Some("b"), int, 30)];
        let packing = Packing { is_packed: true, ..Packing::default() };
        let body = lay_out_record(&types, RecordKind::Struct, &fields, packing).expect("sized");
        assert_eq!(places(&body), [(0, Some((0, 30))), (3, Some((6, 30)))]);
        assert_eq!((body.layout.size.get(), body.layout.align.get()), (8, 1));
    }

    #[test]
    fn an_open_array_ends_a_struct_and_nothing_else() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let (char, double) = (types.int(IntType::Char), types.float(crate::FloatType::Double));
        let open = types.array_of(double, ArrayLength::Unknown);
        let fields = [FieldDecl::plain("n", char), FieldDecl::plain("xs", open)];
        let body = lay_out_record(&types, RecordKind::Struct, &fields, Packing::default()).expect("sized");
        assert_eq!((places(&body), body.is_flexible), (vec![(0, None), (8, None)], true));
        let fields = [FieldDecl::plain("xs", open), FieldDecl::plain("n", char)];
        let error = lay_out_record(&types, RecordKind::Struct, &fields, Packing::default());
        assert_eq!(error, Err(RecordLayoutError::Field(0, LayoutError::Incomplete(open))));
    }

    #[test]
    fn what_no_object_can_be_is_refused() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let char = types.int(IntType::Char);
        let huge = types.array_of(char, ArrayLength::Known(i64::MAX.cast_unsigned()));
        let fields = [FieldDecl::plain("a", huge), FieldDecl::plain("b", huge)];
        let error = lay_out_record(&types, RecordKind::Struct, &fields, Packing::default());
        assert_eq!(error, Err(RecordLayoutError::TooLarge));
    }
}
