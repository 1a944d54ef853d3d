//! The native entry: what the host calls.
//!
//! ```text
//!   i32 entry(u64 *results, const u64 *args)     the two do not overlap
//!
//!   a part of a value   a word each: an integer extended, a `bool` 0 or 1, a float in the low bytes,
//!                       a pointer; an argument's record is its address
//!   a record result     its bytes, in whole words
//! ```
//! The status is that of the jitted ABI; only with status 0 the results are written, and they own what they
//! hold.

use arena::Id;
use ctype::Size;
use inkwell::attributes::AttributeLoc;
use inkwell::module::Linkage;
use inkwell::values::{BasicValue, BasicValueEnum, PointerValue};
use tir::{FuncId, Ty};

use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::memory::layout_in_memory;
use crate::operand::Operand;
use crate::unit::Unit;

const WORD: u32 = 8;

/// Adds the entry to the module.
pub(crate) fn lower_native_entry(unit: &Unit<'_, '_>, symbol: &str) -> Result<()> {
    let (number, pointer) = (unit.context.i32_type(), unit.pointer());
    let signature = number.fn_type(&[pointer.into(), pointer.into()], false);
    let llvm = unit.module.add_function(symbol, signature, Some(Linkage::External));
    unit.attribute(llvm, "nounwind", 0);
    unit.attribute(llvm, "uwtable", 2);
    for param in [0, 1] {
        llvm.add_attribute(AttributeLoc::Param(param), unit.make_attribute("noalias", 0));
    }
    llvm.add_attribute(AttributeLoc::Param(1), unit.make_attribute("readonly", 0));
    let emitter = Emitter::new(unit, llvm);
    let (results, args) = (emitter.param(0)?.into_pointer_value(), emitter.param(1)?.into_pointer_value());
    let (body, abi) = unit.function(FuncId::from_index(0));
    let mut words = Words { pointer: args, next: 0 };
    let mut values = Vec::with_capacity(abi.params.len());
    for &ty in &abi.params {
        values.push(emitter.take_words(ty, &mut words)?);
    }
    let (status, result) = emitter.call_jitted(body, abi, &values, false)?;
    if let Some(status) = status {
        let (done, failed) = (emitter.block("done"), emitter.block("failed"));
        emitter.branch_if_zero(status, done, failed)?;
        emitter.builder.position_at_end(failed);
        emitter.builder.build_return(Some(&status))?;
        emitter.builder.position_at_end(done);
    }
    let value = result.read(&emitter, abi.result)?;
    emitter.give_words(&value, abi.result, &mut Words { pointer: results, next: 0 })?;
    emitter.builder.build_return(Some(&number.const_zero()))?;
    emitter.finish()
}

/// Words that are read or written one after the other.
struct Words<'ctx> {
    pointer: PointerValue<'ctx>,
    next: u64,
}

impl<'ctx> Words<'ctx> {
    /// Where the next words are, as many as these bytes need.
    fn advance(&mut self, emitter: &Emitter<'_, 'ctx>, size: Size) -> Result<PointerValue<'ctx>> {
        let place = emitter.add_bytes(self.pointer, self.next)?;
        self.next += size.get().next_multiple_of(u64::from(WORD));
        Ok(place)
    }

    fn word(&mut self, emitter: &Emitter<'_, 'ctx>) -> Result<PointerValue<'ctx>> {
        self.advance(emitter, Size::bytes(u64::from(WORD)))
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// A value of the next words.
    fn take_words(&self, ty: Ty, words: &mut Words<'ctx>) -> Result<Operand<'ctx>> {
        let mut parts = Vec::new();
        match ty {
            Ty::Bool => {
                let word = self.load_aligned(self.unit.context.i64_type(), words.word(self)?, WORD)?;
                let zero = word.get_type().const_zero().into_int_value();
                let not_equal = inkwell::IntPredicate::NE;
                let value = self.builder.build_int_compare(not_equal, word.into_int_value(), zero, "")?;
                parts.push(value.into());
            }
            Ty::Unit | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) | Ty::Pointer(_) | Ty::Record(_) => {
                // Bytes of a word are in order, so that a part that is less than a word is at its start.
                for part in self.unit.parts(ty) {
                    parts.push(self.load_aligned(part, words.word(self)?, WORD)?);
                }
            }
            Ty::Array(array) => {
                for (part, index) in self.unit.parts(ty).into_iter().zip(0..) {
                    let value = self.load_aligned(part, words.word(self)?, WORD)?;
                    if (2..2 + usize::from(array.rank)).contains(&index) {
                        self.is_never_negative(value)?;
                    }
                    parts.push(value);
                }
            }
            Ty::Tuple(tuple) => {
                for &item in tuple.items() {
                    parts.extend(self.take_words(item, words)?.parts());
                }
            }
        }
        Operand::from_parts(ty, &parts)
    }

    /// Says of a word that was read that it is a length.
    fn is_never_negative(&self, word: BasicValueEnum<'ctx>) -> Result<()> {
        let context = self.unit.context;
        let bound = |bound| context.i64_type().const_int(bound, false).into();
        let range = context.metadata_node(&[bound(0), bound(1 << 63)]);
        let load =
            word.as_instruction_value().ok_or_else(|| InternalError::new("a load is an instruction"))?;
        let set = load.set_metadata(range, context.get_kind_id("range"));
        set.map_err(|error| InternalError::new(error.to_string()))
    }

    /// Writes a value to the next words.
    fn give_words(&self, value: &Operand<'ctx>, ty: Ty, words: &mut Words<'ctx>) -> Result<()> {
        match ty {
            Ty::Record(_) => {
                let size = layout_in_memory(self.unit.types, ty)?.size;
                self.copy(words.advance(self, size)?, value.pointer()?, size)
            }
            Ty::Tuple(tuple) => {
                for (item, ty) in self.items(value, tuple)? {
                    self.give_words(&item, ty, words)?;
                }
                Ok(())
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Array(_) => {
                let is_signed = matches!(ty, Ty::Int(int) if int.is_signed);
                for part in value.parts() {
                    let word = self.word_of(part, is_signed)?;
                    self.store_aligned(words.word(self)?, word, WORD)?;
                }
                Ok(())
            }
        }
    }

    /// A part in a word of its own.
    fn word_of(&self, part: BasicValueEnum<'ctx>, is_signed: bool) -> Result<BasicValueEnum<'ctx>> {
        let word = self.unit.context.i64_type();
        match part {
            BasicValueEnum::IntValue(value) => Ok(self.resize(value, word, is_signed)?.into()),
            BasicValueEnum::FloatValue(value) => {
                let bits = self.unit.int(value.get_type().get_bit_width())?;
                let bits = self.builder.build_bit_cast(value, bits, "")?.into_int_value();
                Ok(self.resize(bits, word, false)?.into())
            }
            BasicValueEnum::PointerValue(_) => Ok(part),
            BasicValueEnum::ArrayValue(_)
            | BasicValueEnum::StructValue(_)
            | BasicValueEnum::VectorValue(_)
            | BasicValueEnum::ScalableVectorValue(_) => Err(InternalError::new("a part is a scalar")),
        }
    }
}
