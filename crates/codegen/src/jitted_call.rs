//! Calls of a program's own functions.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, FunctionValue, IntValue, PointerValue};
use tir::Ty;

use crate::emitter::{Emitter, WORD_ALIGN};
use crate::error::{InternalError, Result};
use crate::jitted_abi::JittedAbi;
use crate::memory::layout_in_memory;
use crate::operand::Operand;

/// Where a call left its result.
#[derive(Clone, Copy)]
pub(crate) enum CallResult<'ctx> {
    /// In registers.
    Returned(Option<BasicValueEnum<'ctx>>),
    /// In memory of the caller, written if the call did not fail.
    Written(PointerValue<'ctx>),
}

impl<'ctx> CallResult<'ctx> {
    /// The result as a value.
    pub(crate) fn read(self, emitter: &Emitter<'_, 'ctx>, ty: Ty) -> Result<Operand<'ctx>> {
        match self {
            Self::Written(pointer) => emitter.load_value(ty, pointer),
            Self::Returned(None) => Ok(Operand::Nothing),
            Self::Returned(Some(pair @ BasicValueEnum::StructValue(_))) => {
                Ok(Operand::Complex(emitter.split(pair)?))
            }
            Self::Returned(Some(value)) => Ok(Operand::Scalar(value)),
        }
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Calls a function of the program: its status if it has one, and its result, which is zero where it fails if
    /// that is asked for.
    pub(crate) fn call_jitted(
        &self,
        function: FunctionValue<'ctx>,
        abi: &JittedAbi,
        args: &[Operand<'ctx>],
        is_zeroed: bool,
    ) -> Result<(Option<IntValue<'ctx>>, CallResult<'ctx>)> {
        let mut parts = Vec::with_capacity(args.len() + 1);
        let mut written = None;
        if abi.has_result_pointer() {
            let slot = self.slot_for(abi.result)?;
            if is_zeroed {
                let size = layout_in_memory(self.unit.types, abi.result)?.size.get();
                let (zero, size) = (
                    self.unit.context.i8_type().const_zero(),
                    self.unit.context.i64_type().const_int(size, false),
                );
                self.builder.build_memset(slot, 1, zero, size)?;
            }
            parts.push(slot.into());
            written = Some(slot);
        }
        parts.extend(args.iter().flat_map(Operand::parts));
        if abi.is_guarded {
            parts.push(self.stack_limit()?.into());
        }
        let returned = self.call(function, &parts)?;
        let status = if abi.can_raise { returned.map(BasicValueEnum::into_int_value) } else { None };
        let result = match written {
            Some(slot) => CallResult::Written(slot),
            None if abi.can_raise => CallResult::Returned(None),
            None => CallResult::Returned(returned),
        };
        Ok((status, result))
    }

    /// Memory for a value.
    pub(crate) fn slot_for(&self, ty: Ty) -> Result<PointerValue<'ctx>> {
        match ty {
            Ty::Record(id) => self.slot_of(id),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => {
                let layout = layout_in_memory(self.unit.types, ty)?;
                self.slot(layout.size, layout.align.max(WORD_ALIGN))
            }
        }
    }

    /// The count of the border's frames that hold an error.
    pub(crate) fn load_pending(&self) -> Result<IntValue<'ctx>> {
        let number = self.unit.context.i32_type();
        let pending = self.unit.external_data("ferrule_pending", number).as_pointer_value();
        let value = self.builder.build_load(number, pending, "pending")?;
        if let Some(load) = value.as_instruction_value() {
            let ordered = load.set_atomic_ordering(inkwell::AtomicOrdering::Monotonic);
            ordered.map_err(|error| InternalError::new(error.to_string()))?;
        }
        Ok(value.into_int_value())
    }

    /// Goes to `next`, which is usual, where the value is zero, else to `other`.
    pub(crate) fn branch_if_zero(
        &self,
        value: IntValue<'ctx>,
        next: BasicBlock<'ctx>,
        other: BasicBlock<'ctx>,
    ) -> Result<()> {
        let zero = value.get_type().const_zero();
        let is_zero = self.builder.build_int_compare(inkwell::IntPredicate::EQ, value, zero, "")?;
        self.branch_usually(is_zero, next, other)
    }

    /// Goes to `next` where the condition holds, which is usual, else to `other`.
    pub(crate) fn branch_usually(
        &self,
        condition: IntValue<'ctx>,
        next: BasicBlock<'ctx>,
        other: BasicBlock<'ctx>,
    ) -> Result<()> {
        let branch = self.builder.build_conditional_branch(condition, next, other)?;
        let context = self.unit.context;
        let weight = |weight| context.i32_type().const_int(weight, false).into();
        let name = context.metadata_string("branch_weights").into();
        let weights = context.metadata_node(&[name, weight(1 << 20), weight(1)]);
        let set = branch.set_metadata(weights, context.get_kind_id("prof"));
        set.map_err(|error| InternalError::new(error.to_string()))
    }

    /// The words in memory of the call; null where there are none.
    pub(crate) fn word_array(&self, words: &[IntValue<'ctx>]) -> Result<PointerValue<'ctx>> {
        if words.is_empty() {
            return Ok(self.unit.pointer().const_null());
        }
        let array = self.word_slot(words.len())?;
        for (index, &word) in words.iter().enumerate() {
            self.store(self.add_bytes(array, 8 * index as u64)?, word.into())?;
        }
        Ok(array)
    }

    /// The words in which an error's argument travels: an integer is extended, a float is a
    /// `double`, a complex number is two.
    pub(crate) fn push_words(
        &self,
        value: &Operand<'ctx>,
        ty: Ty,
        words: &mut Vec<IntValue<'ctx>>,
    ) -> Result<()> {
        let word = self.unit.context.i64_type();
        match ty {
            Ty::Unit => {}
            Ty::Bool => words.push(self.resize(value.int()?, word, false)?),
            Ty::Int(int) => words.push(self.resize(value.int()?, word, int.is_signed)?),
            Ty::Float(_) => {
                let double = self.convert(value, ty, Ty::F64)?.float()?;
                words.push(self.builder.build_bit_cast(double, word, "")?.into_int_value());
            }
            Ty::Complex(float) => {
                let parts = value.complex()?;
                self.push_words(&parts.real.into(), Ty::Float(float), words)?;
                self.push_words(&parts.imag.into(), Ty::Float(float), words)?;
            }
            Ty::Pointer(_) | Ty::Record(_) => {
                words.push(self.builder.build_ptr_to_int(value.pointer()?, word, "")?);
            }
            Ty::Array(_) | Ty::Tuple(_) => return Err(InternalError::new("an error's argument is a scalar")),
        }
        Ok(())
    }
}
