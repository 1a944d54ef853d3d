//! Values in memory: scalars, complex numbers, bit-fields, records.

use ctype::{CTypes, Size};
use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};
use tir::{FloatTy, Ty};

use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::{Complex, Operand};

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

/// The bytes of a value in memory.
pub(crate) fn size_in_memory(types: &CTypes, ty: Ty) -> Result<Size> {
    match ty {
        Ty::Unit => Ok(Size::ZERO),
        Ty::Bool => Ok(Size::bytes(1)),
        Ty::Int(int) => Ok(Size::bytes(u64::from(int.bits / 8))),
        Ty::Float(float) => Ok(Size::bytes(float_size(float))),
        Ty::Complex(float) => Ok(Size::bytes(2 * float_size(float))),
        Ty::Pointer(_) => Ok(types.model().pointer),
        Ty::Record(id) => {
            let layout = types.layout(id);
            Ok(layout.map_err(|error| InternalError::new(error.describe(types).to_string()))?.size)
        }
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Reads a value. A record's value is its address.
    pub(crate) fn load_value(&self, ty: Ty, pointer: PointerValue<'ctx>) -> Result<Operand<'ctx>> {
        match ty {
            Ty::Unit => Ok(Operand::Nothing),
            Ty::Record(_) => Ok(pointer.into()),
            Ty::Bool => {
                let byte = self.load(self.unit.context.i8_type(), pointer)?.into_int_value();
                let zero = byte.get_type().const_zero();
                Ok(self.builder.build_int_compare(IntPredicate::NE, byte, zero, "")?.into())
            }
            Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) => {
                Ok(self.load(self.unit.parts(ty)[0], pointer)?.into())
            }
            Ty::Complex(float) => {
                let part = self.unit.float(float);
                let imag = self.add_bytes(pointer, float_size(float))?;
                Ok(Operand::Complex(Complex {
                    real: self.load(part, pointer)?.into_float_value(),
                    imag: self.load(part, imag)?.into_float_value(),
                }))
            }
        }
    }

    /// Writes a value; a record is copied.
    pub(crate) fn store_value(
        &self,
        ty: Ty,
        pointer: PointerValue<'ctx>,
        value: Operand<'ctx>,
    ) -> Result<()> {
        match ty {
            Ty::Unit => Ok(()),
            Ty::Record(_) => self.copy(pointer, value.pointer()?, size_in_memory(self.unit.types, ty)?),
            Ty::Bool => {
                let byte = self.builder.build_int_z_extend(value.int()?, self.unit.context.i8_type(), "")?;
                self.store(pointer, byte.into())
            }
            Ty::Int(_) => self.store(pointer, value.int()?.into()),
            Ty::Float(_) => self.store(pointer, value.float()?.into()),
            Ty::Pointer(_) => self.store(pointer, value.pointer()?.into()),
            Ty::Complex(float) => {
                let Complex { real, imag } = value.complex()?;
                self.store(pointer, real.into())?;
                self.store(self.add_bytes(pointer, float_size(float))?, imag.into())
            }
        }
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
