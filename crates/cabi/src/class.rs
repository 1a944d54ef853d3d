//! The classes of the eightbytes of a value: System V psABI for x86-64, section 3.2.3.
//!
//! A value of at most two eightbytes is cut into them; each gets the class that the scalars in it
//! merge to. An unaligned scalar makes the whole value travel in memory; where the psABI leaves
//! open what that means, gcc decides. A bit-field of a struct is INTEGER wherever it lies, unless it
//! might as well be a plain integer; one of a union is an integer of the least size that holds its
//! width. The first element of an array speaks for all, also for those that a packed element type
//! leaves unaligned.

use ctype::{
    Align, ArrayLength, BitField, CType, CTypes, Field, FloatType, LayoutError, Record, RecordKind, Size,
    TypeId,
};

/// Bytes of an eightbyte.
const EIGHT: u64 = 8;

/// What kind of register an eightbyte belongs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// No scalar at all, the psABI's `NO_CLASS`.
    Padding,
    /// A general register.
    Integer,
    /// A vector register.
    Sse,
    /// The mantissa of a `long double`.
    X87,
    /// Its sign and exponent.
    X87Up,
    /// Memory.
    Memory,
}

impl Class {
    /// The class of an eightbyte in which both occur: step 4 of the psABI's algorithm.
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Padding, class) | (class, Self::Padding) => class,
            (Self::Memory, _) | (_, Self::Memory) => Self::Memory,
            (Self::Integer, _) | (_, Self::Integer) => Self::Integer,
            (Self::X87 | Self::X87Up, _) | (_, Self::X87 | Self::X87Up) => Self::Memory,
            (Self::Sse, Self::Sse) => Self::Sse,
        }
    }
}

/// How a value as a whole is classified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Classes {
    /// It has no bytes.
    Nothing,
    /// The class of each eightbyte; the second is [`Class::Padding`] where there is only one.
    Eightbytes([Class; 2]),
    /// A `long double`, or a struct of just that.
    X87,
    /// `long double _Complex` itself.
    ComplexX87,
    /// It travels in memory.
    Memory,
}

/// Classifies a complete type.
pub(crate) fn classes(types: &CTypes, ty: TypeId) -> Result<Classes, LayoutError> {
    let size = types.layout(ty)?.size;
    if *types.get(ty) == CType::Complex(FloatType::LongDouble) {
        return Ok(Classes::ComplexX87);
    }
    if size == Size::ZERO {
        return Ok(Classes::Nothing);
    }
    if size.get() > 2 * EIGHT {
        return Ok(Classes::Memory);
    }
    let mut eightbytes = Eightbytes::EMPTY;
    eightbytes.add(types, ty, 0)?;
    Ok(eightbytes.clean_up())
}

/// Whether gcc takes a bit-field of a struct for a plain integer, because it is as wide as one and
/// aligned like one. The record is then aligned so too, unless it is packed.
fn is_plain(field: &Field, bits: BitField, record: Align) -> bool {
    let width = u64::from(bits.width);
    let position = field.offset.bits() + bits.start.get();
    matches!(width, 16 | 32 | 64) && position.is_multiple_of(width) && record.bits() >= width
}

/// The classes found so far, of a value that fits in two eightbytes.
#[derive(Clone, Copy)]
struct Eightbytes([Class; 2]);

impl Eightbytes {
    const EMPTY: Self = Self([Class::Padding; 2]);

    /// Step 5, the post-merger clean-up, of the whole and of each struct and union in it.
    fn clean_up(self) -> Classes {
        match self.0 {
            [Class::X87, Class::X87Up] => Classes::X87,
            [Class::Memory | Class::X87 | Class::X87Up, _]
            | [_, Class::Memory | Class::X87 | Class::X87Up] => Classes::Memory,
            [Class::Padding, Class::Padding] => Classes::Nothing,
            both => Classes::Eightbytes(both),
        }
    }

    /// Merges `class` into the eightbytes of the bytes `from..to`.
    fn merge(&mut self, from: u64, to: u64, class: Class) {
        for (index, own) in (0..).zip(&mut self.0) {
            if from < (index + 1) * EIGHT && index * EIGHT < to {
                *own = own.merge(class);
            }
        }
    }

    /// Merges a scalar of `size` bytes, which has to lie at a multiple of `align`.
    fn scalar(&mut self, offset: u64, size: Size, align: Size, class: Class) {
        let is_aligned = offset.is_multiple_of(align.get());
        self.merge(offset, offset + size.get(), if is_aligned { class } else { Class::Memory });
    }

    /// Merges the scalars of `ty`, which starts at byte `offset`.
    fn add(&mut self, types: &CTypes, ty: TypeId, offset: u64) -> Result<(), LayoutError> {
        if matches!(types.get(ty), CType::Array { length: ArrayLength::Unknown, .. }) {
            return Ok(()); // A flexible member is no part of the value.
        }
        let size = types.layout(ty)?.size;
        if size == Size::ZERO {
            return Ok(());
        }
        match *types.get(ty) {
            CType::Bool | CType::Int(_) | CType::Enum(_) | CType::Pointer(_) => {
                self.scalar(offset, size, size, Class::Integer);
            }
            CType::Float(FloatType::LongDouble) => {
                let low = Size::bytes(EIGHT);
                self.scalar(offset, low, size, Class::X87);
                self.merge(offset + EIGHT, offset + size.get(), Class::X87Up);
            }
            CType::Float(FloatType::Float | FloatType::Double) => {
                self.scalar(offset, size, size, Class::Sse);
            }
            CType::Complex(kind) => {
                self.scalar(offset, size, kind.size(types.model()), Class::Sse);
            }
            CType::Array { element, .. } => self.array(types, element.ty, offset, size)?,
            CType::Record(record) => {
                let mut inner = Self::EMPTY;
                inner.record(types, types.record(record), ty, offset)?;
                if inner.clean_up() == Classes::Memory {
                    inner = Self([Class::Memory; 2]);
                }
                for (own, class) in self.0.iter_mut().zip(inner.0) {
                    *own = own.merge(class);
                }
            }
            CType::Void | CType::Function(_) => return Err(LayoutError::Incomplete(ty)),
        }
        Ok(())
    }

    fn record(
        &mut self,
        types: &CTypes,
        record: &Record,
        ty: TypeId,
        offset: u64,
    ) -> Result<(), LayoutError> {
        let body = record.body.as_ref().ok_or(LayoutError::Incomplete(ty))?;
        for field in &body.fields {
            let start = offset + field.offset.get();
            match (field.bits, record.kind) {
                (None, _) => self.add(types, field.ty.ty, start)?,
                (Some(bits), RecordKind::Struct) if !is_plain(field, bits, body.layout.align) => {
                    let first = start * 8 + bits.start.get();
                    let end = first + u64::from(bits.width);
                    self.merge(first / 8, end.div_ceil(8), Class::Integer);
                }
                (Some(bits), RecordKind::Struct | RecordKind::Union) => {
                    let size = Size::bytes(u64::from(bits.width).div_ceil(8).next_power_of_two());
                    self.scalar(start + bits.start.get() / 8, size, size, Class::Integer);
                }
            }
        }
        Ok(())
    }

    /// An array: the classes of its first element, over and over.
    fn array(&mut self, types: &CTypes, element: TypeId, offset: u64, size: Size) -> Result<(), LayoutError> {
        let mut first = Self::EMPTY;
        first.add(types, element, offset)?;
        let start = offset / EIGHT;
        let period = (offset % EIGHT + types.layout(element)?.size.get()).div_ceil(EIGHT);
        for (index, own) in (0..).zip(&mut self.0) {
            if (start..(offset + size.get()).div_ceil(EIGHT)).contains(&index) {
                let place = usize::try_from(start + (index - start) % period).unwrap_or(0);
                *own = own.merge(first.0[place]);
            }
        }
        Ok(())
    }
}
