//! A function of the program: blocks become blocks, block parameters become phis.

use std::cell::Cell;

use arena::{Id, SideMap};
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, IntValue, PhiValue, PointerValue};
use tir::{BlockId, Const, FuncId, Function, Inst, InstId, Jump, Op, SlotId, Terminator, Ty, Value};

use crate::emitter::{Emitter, int_constant};
use crate::error::{InternalError, Result};
use crate::jitted_abi::JittedAbi;
use crate::math::take_liberties;
use crate::memory::BitPlace;
use crate::operand::{Complex, Operand};
use crate::order::reverse_postorder;
use crate::unit::Unit;

/// A function that is being lowered.
pub(crate) struct Body<'a, 'ctx> {
    pub emitter: Emitter<'a, 'ctx>,
    function: &'a Function,
    pub abi: &'a JittedAbi,
    values: SideMap<Value, Option<Operand<'ctx>>>,
    targets: SideMap<BlockId, Option<Target<'ctx>>>,
    slots: SideMap<SlotId, Option<PointerValue<'ctx>>>,
    /// Whether a block starts the next round of a loop whose rounds are kept apart.
    keeps_rounds_apart: SideMap<BlockId, bool>,
    /// Whether the last instruction that was caught failed.
    pub failed: Cell<Option<IntValue<'ctx>>>,
}

/// A block that can be jumped to, with a phi for each part of each parameter.
#[derive(Clone)]
struct Target<'ctx> {
    block: BasicBlock<'ctx>,
    phis: Vec<PhiValue<'ctx>>,
}

/// Lowers a function of the program.
pub(crate) fn lower_body(unit: &Unit<'_, '_>, id: FuncId) -> Result<()> {
    let function = &unit.program.functions[id];
    let (llvm, abi) = unit.function(id);
    let mut body = Body {
        emitter: Emitter::new(unit, llvm),
        function,
        abi,
        values: SideMap::default(),
        targets: SideMap::default(),
        slots: SideMap::default(),
        keeps_rounds_apart: SideMap::default(),
        failed: Cell::new(None),
    };
    let order = reverse_postorder(function);
    body.guard_stack(id)?;
    body.enter()?;
    for &block in order.iter().filter(|block| body.targets[**block].is_none()).collect::<Vec<_>>() {
        body.declare_block(block)?;
    }
    for block in optimize::packs_fields(function) {
        body.keeps_rounds_apart[block] = true;
    }
    for &block in &order {
        body.lower_block(block)?;
    }
    body.emitter.finish()?;
    take_liberties(llvm, function.math)
}

impl<'ctx> Body<'_, 'ctx> {
    /// Makes a block and the phis of its parameters.
    fn declare_block(&mut self, id: BlockId) -> Result<()> {
        let block = self.emitter.block(&id.to_string());
        self.emitter.builder.position_at_end(block);
        let mut phis = Vec::new();
        for &param in &self.function.blocks[id].params {
            let name = self.function.names[param].as_deref().unwrap_or_default();
            let first = phis.len();
            for part in self.emitter.unit.parts(self.function.values[param]) {
                phis.push(self.emitter.builder.build_phi(part, name)?);
            }
            let parts: Vec<BasicValueEnum<'ctx>> =
                phis[first..].iter().map(|phi: &PhiValue<'ctx>| phi.as_basic_value()).collect();
            self.values[param] = Some(Operand::from_parts(self.function.values[param], &parts)?);
        }
        self.targets[id] = Some(Target { block, phis });
        Ok(())
    }

    /// Makes the slots, and the first block: the function's own start, whose parameters are the function's.
    fn enter(&mut self) -> Result<()> {
        for (id, slot) in self.function.slots.iter() {
            self.slots[id] = Some(self.emitter.slot_of(slot.ty)?);
        }
        let first = BlockId::from_index(0);
        let mut parts = self.params()?.into_iter();
        for &param in &self.function.blocks[first].params {
            let ty = self.function.values[param];
            let count = self.emitter.unit.parts(ty).len();
            let operand = Operand::from_parts(ty, &parts.by_ref().take(count).collect::<Vec<_>>())?;
            self.name(param, &operand);
            self.values[param] = Some(operand);
        }
        self.targets[first] = Some(Target { block: self.emitter.start(), phis: Vec::new() });
        Ok(())
    }

    /// The parts of the parameters.
    fn params(&self) -> Result<Vec<BasicValueEnum<'ctx>>> {
        let first = usize::from(self.abi.has_result_pointer());
        let count: usize = self.abi.params.iter().map(|&ty| self.emitter.unit.parts(ty).len()).sum();
        (first..first + count).map(|index| self.emitter.param(index)).collect()
    }

    fn lower_block(&mut self, id: BlockId) -> Result<()> {
        self.emitter.builder.position_at_end(self.target(id)?.block);
        let block = &self.function.blocks[id];
        for &inst in &block.insts {
            self.lower_inst(inst)?;
        }
        self.lower_terminator(&block.terminator)?;
        let last = self.emitter.builder.get_insert_block().and_then(BasicBlock::get_terminator);
        match last {
            Some(jump) if self.keeps_rounds_apart[id] => self.emitter.unit.keep_rounds_apart(jump),
            Some(_) | None => Ok(()),
        }
    }

    fn lower_terminator(&mut self, terminator: &Terminator) -> Result<()> {
        match terminator {
            Terminator::Jump(jump) => self.jump(jump),
            Terminator::Branch { condition, then, otherwise } => {
                let condition = self.value(*condition)?.int()?;
                self.branch(condition, then, otherwise)
            }
            Terminator::Return(value) => self.return_value(*value),
            Terminator::Raise(site, args) => self.raise(*site, args),
            Terminator::Reraise(error) => self.reraise(*error),
            Terminator::Unreachable => {
                self.emitter.builder.build_unreachable()?;
                Ok(())
            }
        }
    }

    fn lower_inst(&mut self, id: InstId) -> Result<()> {
        let inst = &self.function.insts[id];
        let ty = inst.result.map_or(Ty::Unit, |value| self.function.values[value]);
        let operand = self.lower_op(inst, ty)?;
        if let Some(result) = inst.result {
            self.name(result, &operand);
            self.values[result] = Some(operand);
        }
        Ok(())
    }

    /// Lowers an operation whose result is of type `ty`.
    fn lower_op(&self, inst: &Inst, ty: Ty) -> Result<Operand<'ctx>> {
        let (emitter, releases) = (&self.emitter, inst.releases.as_slice());
        match &inst.op {
            Op::Const(constant) => self.constant(*constant, ty),
            Op::Unary(op, value) => emitter.unary(*op, self.type_of(*value), &self.value(*value)?),
            Op::Binary(op, left, right) => emitter.binary(*op, ty, &self.value(*left)?, &self.value(*right)?),
            Op::Compare(op, left, right) => {
                let operands = self.type_of(*left);
                Ok(emitter.compare(*op, operands, &self.value(*left)?, &self.value(*right)?)?.into())
            }
            Op::Convert(value) => emitter.convert(&self.value(*value)?, self.type_of(*value), ty),
            Op::Select(condition, then, otherwise) => {
                emitter.choose(self.value(*condition)?.int()?, &self.value(*then)?, &self.value(*otherwise)?)
            }
            Op::Intrinsic(function, args) => {
                let first = args.first().map_or(ty, |&arg| self.type_of(arg));
                emitter.mathematics(*function, first, &self.values(args)?)
            }
            Op::Call(callee, args) => self.call(*callee, args, inst),
            Op::CallC(callee, args) => self.call_c(*callee, args, ty, inst),
            Op::CallPointer(pointer, signature, args) => {
                self.call_pointer(*pointer, *signature, args, ty, inst)
            }
            Op::CallRuntime(function, args) => self.call_runtime(*function, args),
            Op::Print(print, args) => self.print(*print, args, inst),
            Op::SlotAddress(slot) => {
                let slot = self.slots[*slot].ok_or_else(|| InternalError::new("an unknown slot"))?;
                Ok(slot.into())
            }
            Op::Load(pointer) => emitter.load_value(ty, self.value(*pointer)?.pointer()?),
            Op::Store(pointer, value) => {
                let stored = self.value(*value)?;
                emitter.store_value(self.type_of(*value), self.value(*pointer)?.pointer()?, &stored)?;
                Ok(Operand::Nothing)
            }
            Op::Offset(pointer, count) => self.offset(*pointer, *count),
            Op::FieldAddress(base, offset) => {
                Ok(emitter.add_bytes(self.value(*base)?.pointer()?, *offset)?.into())
            }
            Op::LoadBits { record, offset, start, width } => {
                let place = BitPlace::new(*offset, *start, *width);
                emitter.load_bits(self.value(*record)?.pointer()?, place, ty)
            }
            Op::StoreBits { record, value, offset, start, width } => {
                let place = BitPlace::new(*offset, *start, *width);
                let value = self.value(*value)?.int()?;
                emitter.store_bits(self.value(*record)?.pointer()?, place, value)?;
                Ok(Operand::Nothing)
            }
            Op::CopyRecord(to, from) => {
                let (source, ty) = (self.value(*from)?, self.type_of(*to));
                emitter.store_value(ty, self.value(*to)?.pointer()?, &source)?;
                Ok(Operand::Nothing)
            }
            Op::Tuple(items) => self.tuple(items),
            Op::Item(tuple, index) => self.item(*tuple, *index),
            Op::View { owner, data, dims, strides } => self.view(*owner, *data, dims, strides),
            Op::Allocate { dims, is_zeroed } => self.allocate(dims, *is_zeroed, ty),
            Op::Dim(array, axis) => Ok(self.dim(*array, *axis)?.into()),
            Op::Stride(array, axis) => Ok(self.stride(*array, *axis)?.into()),
            Op::Data(array) => Ok(self.array(*array)?.0.data.into()),
            Op::Index { array, axis, index, site } => {
                Ok(self.index(*array, *axis, *index, *site, releases)?.into())
            }
            Op::LoadElement(array, indices) => self.load_element(*array, indices),
            Op::StoreElement(array, indices, value) => self.store_element(*array, indices, *value),
            Op::ElementAddress(array, indices) => Ok(self.element_address(*array, indices)?.into()),
            Op::Retain(value) => self.retain(*value),
            Op::Release(value) => self.release(*value),
            Op::Poll(rounds) => {
                self.poll(*rounds, releases)?;
                Ok(Operand::Nothing)
            }
            Op::Error(op) => self.error_op(op),
        }
    }

    fn constant(&self, constant: Const, ty: Ty) -> Result<Operand<'ctx>> {
        let unit = self.emitter.unit;
        match (constant, ty) {
            (Const::Unit, _) => Ok(Operand::Nothing),
            (Const::Bool(value), Ty::Bool) => {
                Ok(unit.context.bool_type().const_int(u64::from(value), false).into())
            }
            (Const::Int(value), Ty::Int(int)) => Ok(int_constant(unit.int_type(int.bits), value).into()),
            (Const::Int(value), Ty::Pointer(_)) => {
                let address = int_constant(unit.context.i64_type(), value);
                Ok(address.const_to_pointer(unit.pointer()).into())
            }
            (Const::Float(value), Ty::Float(float)) => Ok(unit.float(float).const_float(value).into()),
            (Const::Complex(real, imag), Ty::Complex(float)) => {
                let part = |value| unit.float(float).const_float(value);
                Ok(Operand::Complex(Complex { real: part(real), imag: part(imag) }))
            }
            (Const::Bool(_) | Const::Int(_) | Const::Float(_) | Const::Complex(..), _) => {
                Err(InternalError::new(format!("{constant:?} is no constant of {ty:?}")))
            }
        }
    }

    fn offset(&self, pointer: Value, count: Value) -> Result<Operand<'ctx>> {
        let Ty::Pointer(id) = self.type_of(pointer) else {
            return Err(InternalError::new("only a pointer moves by elements"));
        };
        let stride = self.emitter.stride(id)?;
        let elements =
            u32::try_from(stride.get()).map_err(|_| InternalError::new("an element is too large"))?;
        let element = self.emitter.unit.context.i8_type().array_type(elements);
        let (pointer, count) = (self.value(pointer)?.pointer()?, self.value(count)?.int()?);
        // SAFETY: built, not carried out: the program's own pointer arithmetic, under C's rules.
        Ok(unsafe { self.emitter.builder.build_in_bounds_gep(element, pointer, &[count], "")? }.into())
    }

    fn return_value(&self, value: Option<Value>) -> Result<()> {
        let value = value.map_or(Ok(Operand::Nothing), |value| self.value(value))?;
        let builder = &self.emitter.builder;
        if self.abi.has_result_pointer() {
            let pointer = self.emitter.param(0)?.into_pointer_value();
            self.emitter.store_value(self.abi.result, pointer, &value)?;
        }
        if self.abi.can_raise {
            builder.build_return(Some(&self.emitter.unit.context.i32_type().const_zero()))?;
        } else if self.abi.has_result_pointer() {
            builder.build_return(None)?;
        } else {
            match value.parts().as_slice() {
                [] => builder.build_return(None)?,
                [part] => builder.build_return(Some(part))?,
                parts => builder.build_aggregate_return(parts)?,
            };
        }
        Ok(())
    }

    fn branch(&self, condition: IntValue<'ctx>, then: &Jump, otherwise: &Jump) -> Result<()> {
        let (first, second) = (self.target(then.block)?.clone(), self.target(otherwise.block)?.clone());
        // A phi has one value for each block that it is reached from, so the second way to one
        // block takes a block of its own.
        let is_shared = then.block == otherwise.block;
        let detour = if is_shared { self.emitter.block("edge") } else { second.block };
        self.emitter.builder.build_conditional_branch(condition, first.block, detour)?;
        self.add_incoming(&first, &self.args(then)?)?;
        if is_shared {
            self.emitter.builder.position_at_end(detour);
            return self.jump_with(&second, &self.args(otherwise)?);
        }
        self.add_incoming(&second, &self.args(otherwise)?)
    }

    fn jump(&self, jump: &Jump) -> Result<()> {
        self.jump_with(&self.target(jump.block)?.clone(), &self.args(jump)?)
    }

    fn jump_with(&self, target: &Target<'ctx>, args: &[BasicValueEnum<'ctx>]) -> Result<()> {
        self.add_incoming(target, args)?;
        self.emitter.builder.build_unconditional_branch(target.block)?;
        Ok(())
    }

    fn add_incoming(&self, target: &Target<'ctx>, args: &[BasicValueEnum<'ctx>]) -> Result<()> {
        if args.len() != target.phis.len() {
            return Err(InternalError::new("a jump brings another number of values"));
        }
        let from = self.emitter.current_block()?;
        for (phi, arg) in target.phis.iter().zip(args) {
            phi.add_incoming(&[(arg, from)]);
        }
        Ok(())
    }

    fn args(&self, jump: &Jump) -> Result<Vec<BasicValueEnum<'ctx>>> {
        Ok(self.values(&jump.args)?.into_iter().flat_map(|value| value.parts()).collect())
    }

    fn target(&self, block: BlockId) -> Result<&Target<'ctx>> {
        self.targets[block].as_ref().ok_or_else(|| InternalError::new("a jump to an unknown block"))
    }

    /// The operands of values.
    pub(crate) fn values(&self, values: &[Value]) -> Result<Vec<Operand<'ctx>>> {
        values.iter().map(|&value| self.value(value)).collect()
    }

    /// The operand of a value.
    pub(crate) fn value(&self, value: Value) -> Result<Operand<'ctx>> {
        self.values[value]
            .clone()
            .ok_or_else(|| InternalError::new(format!("{value} is used before it is made")))
    }

    /// The type of a value.
    pub(crate) fn type_of(&self, value: Value) -> Ty {
        self.function.values[value]
    }

    /// Gives an instruction the name that the user gave its value.
    fn name(&self, value: Value, operand: &Operand<'ctx>) {
        let (Some(name), Operand::Scalar(scalar)) = (&self.function.names[value], operand) else { return };
        match scalar {
            BasicValueEnum::IntValue(value) => value.set_name(name),
            BasicValueEnum::FloatValue(value) => value.set_name(name),
            BasicValueEnum::PointerValue(value) => value.set_name(name),
            BasicValueEnum::ArrayValue(_)
            | BasicValueEnum::StructValue(_)
            | BasicValueEnum::VectorValue(_)
            | BasicValueEnum::ScalableVectorValue(_) => {}
        }
    }
}
