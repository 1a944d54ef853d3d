//! Building the instructions of one LLVM function.

use std::cell::Cell;

use ctype::{Align, CType, Size, TypeId};
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::intrinsics::Intrinsic;
use inkwell::types::{BasicType, BasicTypeEnum, IntType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue, FunctionValue, IntValue, PointerValue,
};

use crate::error::{InternalError, Result};
use crate::unit::Unit;

/// The first alignment: any address will do.
pub(crate) const ANY_ADDRESS: u32 = 1;

/// The alignment of a word.
pub(crate) const WORD_ALIGN: Align = Align::bytes(8).expect("8 is a power of two");

/// An LLVM function that is being built. `builder` stands at the end of the current block.
pub(crate) struct Emitter<'a, 'ctx> {
    pub unit: &'a Unit<'a, 'ctx>,
    pub builder: Builder<'ctx>,
    pub llvm: FunctionValue<'ctx>,
    /// Stands at the end of the first block, which holds nothing but memory of the call.
    allocas: Builder<'ctx>,
    start: BasicBlock<'ctx>,
    /// Where the function's own code starts, after what is looked at first.
    own: Cell<BasicBlock<'ctx>>,
    /// How many rounds of loops are left until the function looks whether it is interrupted.
    rounds: Cell<Option<PointerValue<'ctx>>>,
    /// The stack's limit, where the function was given it.
    pub limit: Cell<Option<IntValue<'ctx>>>,
    /// Where an error's words are written, and how many fit: one place will do for all errors.
    words: Cell<Option<(PointerValue<'ctx>, usize)>>,
}

impl<'a, 'ctx> Emitter<'a, 'ctx> {
    /// Starts a function.
    pub(crate) fn new(unit: &'a Unit<'a, 'ctx>, llvm: FunctionValue<'ctx>) -> Self {
        let entry = unit.context.append_basic_block(llvm, "entry");
        let start = unit.context.append_basic_block(llvm, "start");
        let (allocas, builder) = (unit.context.create_builder(), unit.context.create_builder());
        allocas.position_at_end(entry);
        builder.position_at_end(start);
        Self {
            unit,
            builder,
            llvm,
            allocas,
            start,
            own: Cell::new(start),
            rounds: Cell::new(None),
            limit: Cell::new(None),
            words: Cell::new(None),
        }
    }

    /// Ends the function.
    pub(crate) fn finish(self) -> Result<()> {
        self.allocas.build_unconditional_branch(self.start)?;
        Ok(())
    }

    /// The block where the function's own code starts.
    pub(crate) fn start(&self) -> BasicBlock<'ctx> {
        self.own.get()
    }

    /// The function's own code starts in this block, where building goes on.
    pub(crate) fn start_at(&self, block: BasicBlock<'ctx>) {
        self.own.set(block);
        self.builder.position_at_end(block);
    }

    /// A new block, not yet the current one.
    pub(crate) fn block(&self, name: &str) -> BasicBlock<'ctx> {
        self.unit.context.append_basic_block(self.llvm, name)
    }

    /// The current block.
    pub(crate) fn current_block(&self) -> Result<BasicBlock<'ctx>> {
        self.builder.get_insert_block().ok_or_else(|| InternalError::new("there is no current block"))
    }

    /// A parameter.
    pub(crate) fn param(&self, index: usize) -> Result<BasicValueEnum<'ctx>> {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        self.llvm.get_nth_param(number).ok_or_else(|| InternalError::new("too few parameters"))
    }

    /// Memory that lives as long as the call.
    pub(crate) fn slot(&self, size: Size, align: Align) -> Result<PointerValue<'ctx>> {
        let bytes = u32::try_from(size.get()).map_err(|_| InternalError::new("a slot is too large"))?;
        let slot = self.allocas.build_alloca(self.unit.context.i8_type().array_type(bytes), "slot")?;
        let alloca = slot.as_instruction().ok_or_else(|| InternalError::new("a slot is an instruction"))?;
        let align = u32::try_from(align.get()).map_err(|_| InternalError::new("a slot's alignment"))?;
        alloca.set_alignment(align).map_err(|error| InternalError::new(error.to_string()))?;
        Ok(slot)
    }

    /// The memory that counts rounds of loops, which starts with so many.
    pub(crate) fn round_slot(&self, start: u64) -> Result<PointerValue<'ctx>> {
        if let Some(slot) = self.rounds.get() {
            return Ok(slot);
        }
        let word = self.unit.context.i64_type();
        let slot = self.allocas.build_alloca(word, "rounds")?;
        self.allocas.build_store(slot, word.const_int(start, false))?;
        self.rounds.set(Some(slot));
        Ok(slot)
    }

    /// Memory for so many words of an error.
    pub(crate) fn word_slot(&self, count: usize) -> Result<PointerValue<'ctx>> {
        if let Some((slot, capacity)) = self.words.get()
            && count <= capacity
        {
            return Ok(slot);
        }
        let slot = self.slot(Size::bytes(8) * count as u64, WORD_ALIGN)?;
        self.words.set(Some((slot, count)));
        Ok(slot)
    }

    /// Memory for a value of a C type.
    pub(crate) fn slot_of(&self, ty: TypeId) -> Result<PointerValue<'ctx>> {
        let layout = self.layout(ty)?;
        self.slot(layout.size, layout.align)
    }

    /// Size and alignment of a C type.
    pub(crate) fn layout(&self, ty: TypeId) -> Result<ctype::Layout> {
        let types = self.unit.types;
        types.layout(ty).map_err(|error| InternalError::new(error.describe(types).to_string()))
    }

    /// How far apart the elements are that a pointer walks over.
    pub(crate) fn stride(&self, pointer: TypeId) -> Result<Size> {
        let CType::Pointer(target) = self.unit.types.get(pointer) else {
            return Err(InternalError::new("what is moved is no pointer"));
        };
        match self.unit.types.get(target.ty) {
            CType::Void | CType::Function(_) => Ok(Size::bytes(1)),
            CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Pointer(_)
            | CType::Array { .. }
            | CType::Record(_)
            | CType::Enum(_) => Ok(self.layout(target.ty)?.size),
        }
    }

    /// Reads memory. Nothing is assumed of the address: it may be that of a packed field.
    pub(crate) fn load(
        &self,
        ty: impl BasicType<'ctx>,
        pointer: PointerValue<'ctx>,
    ) -> Result<BasicValueEnum<'ctx>> {
        self.load_aligned(ty, pointer, ANY_ADDRESS)
    }

    /// Reads memory at an address with so many bytes of alignment.
    pub(crate) fn load_aligned(
        &self,
        ty: impl BasicType<'ctx>,
        pointer: PointerValue<'ctx>,
        align: u32,
    ) -> Result<BasicValueEnum<'ctx>> {
        let value = self.builder.build_load(ty, pointer, "")?;
        let load =
            value.as_instruction_value().ok_or_else(|| InternalError::new("a load is an instruction"))?;
        load.set_alignment(align).map_err(|error| InternalError::new(error.to_string()))?;
        Ok(value)
    }

    /// Writes memory; nothing is assumed of the address.
    pub(crate) fn store(&self, pointer: PointerValue<'ctx>, value: BasicValueEnum<'ctx>) -> Result<()> {
        self.store_aligned(pointer, value, ANY_ADDRESS)
    }

    /// Writes memory at an address with so many bytes of alignment.
    pub(crate) fn store_aligned(
        &self,
        pointer: PointerValue<'ctx>,
        value: BasicValueEnum<'ctx>,
        align: u32,
    ) -> Result<()> {
        let store = self.builder.build_store(pointer, value)?;
        store.set_alignment(align).map_err(|error| InternalError::new(error.to_string()))?;
        Ok(())
    }

    /// Copies bytes between places that may be the same.
    pub(crate) fn copy(&self, to: PointerValue<'ctx>, from: PointerValue<'ctx>, size: Size) -> Result<()> {
        let size = self.unit.context.i64_type().const_int(size.get(), false);
        self.builder.build_memmove(to, ANY_ADDRESS, from, ANY_ADDRESS, size)?;
        Ok(())
    }

    /// The pointer moved by so many bytes.
    pub(crate) fn add_bytes(&self, pointer: PointerValue<'ctx>, bytes: u64) -> Result<PointerValue<'ctx>> {
        if bytes == 0 {
            return Ok(pointer);
        }
        let offset = self.unit.context.i64_type().const_int(bytes, false);
        // SAFETY: without `inbounds` the instruction is plain address arithmetic for any operands.
        Ok(unsafe { self.builder.build_gep(self.unit.context.i8_type(), pointer, &[offset], "")? })
    }

    /// The pointer moved by so many bytes inside of what it points to.
    pub(crate) fn inside(&self, pointer: PointerValue<'ctx>, bytes: u64) -> Result<PointerValue<'ctx>> {
        let offset = self.unit.context.i64_type().const_int(bytes, false);
        // SAFETY: built, not carried out: the caller says that the place is inside.
        Ok(unsafe { self.builder.build_in_bounds_gep(self.unit.context.i8_type(), pointer, &[offset], "")? })
    }

    /// Calls a function; its result, if it has one.
    pub(crate) fn call(
        &self,
        function: FunctionValue<'ctx>,
        args: &[BasicValueEnum<'ctx>],
    ) -> Result<Option<BasicValueEnum<'ctx>>> {
        Ok(self.call_site(function, args)?.try_as_basic_value().basic())
    }

    /// Calls a function; the call itself.
    pub(crate) fn call_site(
        &self,
        function: FunctionValue<'ctx>,
        args: &[BasicValueEnum<'ctx>],
    ) -> Result<CallSiteValue<'ctx>> {
        let args: Vec<BasicMetadataValueEnum<'ctx>> = args.iter().map(|&arg| arg.into()).collect();
        Ok(self.builder.build_call(function, &args, "")?)
    }

    /// Calls a function that gives a value.
    pub(crate) fn call_value(
        &self,
        function: FunctionValue<'ctx>,
        args: &[BasicValueEnum<'ctx>],
    ) -> Result<BasicValueEnum<'ctx>> {
        self.call(function, args)?.ok_or_else(|| InternalError::new("a call without a value"))
    }

    /// Calls an LLVM intrinsic that is overloaded on these types.
    pub(crate) fn intrinsic(
        &self,
        name: &str,
        types: &[BasicTypeEnum<'ctx>],
        args: &[BasicValueEnum<'ctx>],
    ) -> Result<BasicValueEnum<'ctx>> {
        let found = Intrinsic::find(name).and_then(|found| found.get_declaration(self.unit.module, types));
        let declared = found.ok_or_else(|| InternalError::new(format!("LLVM does not know `{name}`")))?;
        self.call_value(declared, args)
    }

    /// Chooses between two values of one type.
    pub(crate) fn select<T>(&self, condition: IntValue<'ctx>, then: T, otherwise: T) -> Result<T>
    where
        T: BasicValue<'ctx> + TryFrom<BasicValueEnum<'ctx>>,
    {
        let chosen = self.builder.build_select(condition, then, otherwise, "")?;
        T::try_from(chosen).map_err(|_| InternalError::new("a choice between two types"))
    }
}

/// The constant of an integer type, all bits that fit.
pub(crate) fn int_constant(ty: IntType<'_>, value: i128) -> IntValue<'_> {
    let width = ty.get_bit_width();
    let all = value.cast_unsigned();
    let low = if width < u64::BITS { all & ((1 << width) - 1) } else { all & u128::from(u64::MAX) };
    ty.const_int(u64::try_from(low).unwrap_or(u64::MAX), false)
}
