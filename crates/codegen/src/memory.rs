//! Values in memory: scalars, complex numbers, bit-fields, records, arrays by their parts, tuples.
//!
//! A tuple is laid out as a C struct of its items is.

use ctype::{Align, CTypes, Layout, Size};
use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, IntValue, PointerValue};
use tir::{FloatTy, TupleTy, Ty};

use crate::arithmetic::unfit;
use crate::emitter::{ANY_ADDRESS, Emitter};
use crate::error::{InternalError, Result};
use crate::operand::{Complex, Operand};

/// A word, which holds a pointer, a length or a stride.
const WORD: Size = Size::bytes(8);

/// Where a bit-field lies: only the bytes that hold a bit of it are touched, as the memory model
/// of C wants.
#[derive(Clone, Copy)]
pub(crate) struct BitPlace {
    /// The first byte, from the record's start.
    first_byte: u64,
    /// How many bytes.
    bytes: u32,
    /// The field's lowest bit in them.
    shift: u32,
    /// How many bits it has.
    width: u32,
}

impl BitPlace {
    /// The field at bit `start` of the storage at byte `offset`.
    pub(crate) fn new(offset: u64, start: u32, width: u32) -> Self {
        let shift = start % 8;
        let bytes = (shift + width).div_ceil(8);
        Self { first_byte: offset + u64::from(start / 8), bytes, shift, width }
    }
}

/// The bytes of a float.
pub(crate) fn float_size(ty: FloatTy) -> u64 {
    match ty {
        FloatTy::F32 => 4,
        FloatTy::F64 => 8,
    }
}

/// The bytes of a value in memory, and the alignment that is natural there.
pub(crate) fn layout_in_memory(types: &CTypes, ty: Ty) -> Result<Layout> {
    let natural = |size| Layout { size, align: Align::natural(size) };
    match ty {
        Ty::Unit => Ok(Layout { size: Size::ZERO, align: Align::ONE }),
        Ty::Bool => Ok(natural(Size::bytes(1))),
        Ty::Int(int) => Ok(natural(Size::bytes(u64::from(int.bits / 8)))),
        Ty::Float(float) => Ok(natural(Size::bytes(float_size(float)))),
        Ty::Complex(float) => {
            let part = Size::bytes(float_size(float));
            Ok(Layout { size: part * 2, align: Align::natural(part) })
        }
        Ty::Pointer(_) => Ok(natural(types.model().pointer)),
        Ty::Record(id) => {
            let layout = types.layout(id);
            layout.map_err(|error| InternalError::new(error.describe(types).to_string()))
        }
        Ty::Array(array) => {
            let words = u64::from(array.rank) * if array.has_strides() { 2 } else { 1 };
            Ok(Layout { size: WORD * (2 + words), align: Align::natural(WORD) })
        }
        Ty::Tuple(tuple) => Ok(lay_out_tuple(types, tuple)?.0),
    }
}

/// A tuple in memory, and where each of its items starts.
fn lay_out_tuple(types: &CTypes, tuple: TupleTy) -> Result<(Layout, Vec<Size>)> {
    let too_large = || InternalError::new("a tuple is too large");
    let mut whole = Layout { size: Size::ZERO, align: Align::ONE };
    let mut starts = Vec::with_capacity(tuple.items().len());
    for &item in tuple.items() {
        let layout = layout_in_memory(types, item)?;
        let start = whole.size.checked_align_to(layout.align).ok_or_else(too_large)?;
        starts.push(start);
        whole.size = start.checked_add(layout.size).ok_or_else(too_large)?;
        whole.align = whole.align.max(layout.align);
    }
    whole.size = whole.size.checked_align_to(whole.align).ok_or_else(too_large)?;
    Ok((whole, starts))
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Reads a value. A record's value is its address.
    pub(crate) fn load_value(&self, ty: Ty, pointer: PointerValue<'ctx>) -> Result<Operand<'ctx>> {
        match ty {
            Ty::Unit => Ok(Operand::Nothing),
            Ty::Record(_) => Ok(pointer.into()),
            Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) | Ty::Complex(_) => {
                self.load_scalar(ty, pointer, ANY_ADDRESS)
            }
            Ty::Array(_) => {
                let mut parts = Vec::new();
                for (part, index) in self.unit.parts(ty).into_iter().zip(0..) {
                    parts.push(self.load(part, self.add_bytes(pointer, (WORD * index).get())?)?);
                }
                Operand::from_parts(ty, &parts)
            }
            Ty::Tuple(tuple) => {
                let (_, starts) = lay_out_tuple(self.unit.types, tuple)?;
                let mut parts = Vec::new();
                for (&item, start) in tuple.items().iter().zip(starts) {
                    let pointer = self.add_bytes(pointer, start.get())?;
                    parts.extend(self.load_value(item, pointer)?.parts());
                }
                Operand::from_parts(ty, &parts)
            }
        }
    }

    /// Reads a scalar at an address with so many bytes of alignment. A `bool` is any byte but zero; a
    /// complex number is two floats.
    pub(crate) fn load_scalar(
        &self,
        ty: Ty,
        pointer: PointerValue<'ctx>,
        align: u32,
    ) -> Result<Operand<'ctx>> {
        match ty {
            Ty::Bool => {
                let byte = self.load_aligned(self.unit.context.i8_type(), pointer, align)?.into_int_value();
                let zero = byte.get_type().const_zero();
                Ok(self.builder.build_int_compare(IntPredicate::NE, byte, zero, "")?.into())
            }
            Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) => {
                Ok(self.load_aligned(self.unit.parts(ty)[0], pointer, align)?.into())
            }
            Ty::Complex(float) => {
                let part = self.unit.float(float);
                let imag = self.inside(pointer, float_size(float))?;
                Ok(Operand::Complex(Complex {
                    real: self.load_aligned(part, pointer, align)?.into_float_value(),
                    imag: self.load_aligned(part, imag, align)?.into_float_value(),
                }))
            }
            Ty::Unit | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(unfit("a load", ty)),
        }
    }

    /// Writes a value; a record is copied.
    pub(crate) fn store_value(
        &self,
        ty: Ty,
        pointer: PointerValue<'ctx>,
        value: &Operand<'ctx>,
    ) -> Result<()> {
        match ty {
            Ty::Unit => Ok(()),
            Ty::Record(_) => {
                self.copy(pointer, value.pointer()?, layout_in_memory(self.unit.types, ty)?.size)
            }
            Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) | Ty::Complex(_) => {
                self.store_scalar(ty, pointer, value, ANY_ADDRESS)
            }
            Ty::Array(_) => {
                for (part, index) in value.parts().into_iter().zip(0..) {
                    self.store(self.add_bytes(pointer, (WORD * index).get())?, part)?;
                }
                Ok(())
            }
            Ty::Tuple(tuple) => {
                let (_, starts) = lay_out_tuple(self.unit.types, tuple)?;
                for ((item, ty), start) in self.items(value, tuple)?.into_iter().zip(starts) {
                    self.store_value(ty, self.add_bytes(pointer, start.get())?, &item)?;
                }
                Ok(())
            }
        }
    }

    /// Writes a scalar to an address with so many bytes of alignment.
    pub(crate) fn store_scalar(
        &self,
        ty: Ty,
        pointer: PointerValue<'ctx>,
        value: &Operand<'ctx>,
        align: u32,
    ) -> Result<()> {
        match ty {
            Ty::Bool => {
                let byte = self.builder.build_int_z_extend(value.int()?, self.unit.context.i8_type(), "")?;
                self.store_aligned(pointer, byte.into(), align)
            }
            Ty::Int(_) => self.store_aligned(pointer, value.int()?.into(), align),
            Ty::Float(_) => self.store_aligned(pointer, value.float()?.into(), align),
            Ty::Pointer(_) => self.store_aligned(pointer, value.pointer()?.into(), align),
            Ty::Complex(float) => {
                let Complex { real, imag } = value.complex()?;
                self.store_aligned(pointer, real.into(), align)?;
                self.store_aligned(self.inside(pointer, float_size(float))?, imag.into(), align)
            }
            Ty::Unit | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(unfit("a store", ty)),
        }
    }

    /// The items of a tuple with their types.
    pub(crate) fn items(&self, value: &Operand<'ctx>, tuple: TupleTy) -> Result<Vec<(Operand<'ctx>, Ty)>> {
        let parts: Vec<BasicValueEnum<'ctx>> = value.parts();
        let mut rest = parts.as_slice();
        let mut items = Vec::with_capacity(tuple.items().len());
        for &ty in tuple.items() {
            let own = rest.split_at_checked(self.unit.parts(ty).len());
            let (own, after) = own.ok_or_else(|| InternalError::new("a tuple has too few parts"))?;
            items.push((Operand::from_parts(ty, own)?, ty));
            rest = after;
        }
        Ok(items)
    }

    /// Reads a bit-field as a value of the type.
    pub(crate) fn load_bits(
        &self,
        record: PointerValue<'ctx>,
        place: BitPlace,
        ty: Ty,
    ) -> Result<Operand<'ctx>> {
        let held = self.unit.int(place.bytes * 8)?;
        let pointer = self.add_bytes(record, place.first_byte)?;
        let all = self.load(held, pointer)?.into_int_value();
        let shift = held.const_int(u64::from(place.shift), false);
        let down = self.builder.build_right_shift(all, shift, false, "")?;
        let field = self.builder.build_int_truncate_or_bit_cast(down, self.unit.int(place.width)?, "")?;
        let (wanted, is_signed) = match ty {
            Ty::Bool => (self.unit.context.bool_type(), false),
            Ty::Int(int) => (self.unit.int_type(int.bits), int.is_signed),
            Ty::Unit
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => {
                return Err(InternalError::new("a bit-field is an integer"));
            }
        };
        Ok(self.resize(field, wanted, is_signed)?.into())
    }

    /// Writes the low bits of an integer to a bit-field.
    pub(crate) fn store_bits(
        &self,
        record: PointerValue<'ctx>,
        place: BitPlace,
        value: IntValue<'ctx>,
    ) -> Result<()> {
        let held = self.unit.int(place.bytes * 8)?;
        let pointer = self.add_bytes(record, place.first_byte)?;
        let shift = held.const_int(u64::from(place.shift), false);
        let field = self.resize(value, self.unit.int(place.width)?, false)?;
        let field = self.builder.build_left_shift(self.resize(field, held, false)?, shift, "")?;
        let ones = self.unit.int(place.width)?.const_all_ones();
        let mask = self.builder.build_left_shift(self.resize(ones, held, false)?, shift, "")?;
        let before = self.load(held, pointer)?.into_int_value();
        let kept = self.builder.build_and(before, self.builder.build_not(mask, "")?, "")?;
        self.store(pointer, self.builder.build_or(kept, field, "")?.into())
    }
}
