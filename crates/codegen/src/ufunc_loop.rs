//! The loop of a ufunc over a C function of numbers: what NumPy has run over its arrays.
//!
//! ```text
//!   i32 loop(char *const *args, i64 count, const i64 *steps)
//!
//!   args    an operand each, the result last: where its first element lies
//!   steps   how many bytes it is from one element to the next
//! ```
//! The status is 0, or 2 when an error of a callback is pending in the border's frame: then the elements after
//! that are not written.

use arena::Id;
use ctype::CType;
use inkwell::IntPredicate;
use inkwell::module::Linkage;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, IntValue, PointerValue};
use tir::CFunctionId;

use crate::c_abi::{CSignature, Shape};
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::failure::STATUS_PENDING;
use crate::unit::{Promise, Unit};

/// An operand: where its element lies, and how far the next one is.
struct Operand<'ctx> {
    element: PointerValue<'ctx>,
    step: IntValue<'ctx>,
}

/// Adds the loop over the program's first C function to the module.
pub(crate) fn lower_ufunc_loop(unit: &Unit<'_, '_>, symbol: &str) -> Result<()> {
    let callee = CFunctionId::from_index(0);
    let ty = unit.program.c_functions[callee].ty;
    let CType::Function(function) = unit.types.get(ty) else {
        return Err(InternalError::new("what is called has no function type"));
    };
    let signature = CSignature::new(unit, unit.types, function.result, &function.params, None)?;
    let (number, word, pointer) = (unit.context.i32_type(), unit.context.i64_type(), unit.pointer());
    let shape = number.fn_type(&[pointer.into(), word.into(), pointer.into()], false);
    let llvm = unit.module.add_function(symbol, shape, Some(Linkage::External));
    unit.attribute(llvm, "nounwind", 0);
    unit.attribute(llvm, "uwtable", 2);
    let emitter = Emitter::new(unit, llvm);
    let (args, steps) = (emitter.param(0)?.into_pointer_value(), emitter.param(2)?.into_pointer_value());
    let count = emitter.param(1)?.into_int_value();
    let mut operands = Vec::with_capacity(function.params.len() + 1);
    for index in 0..=function.params.len() as u64 {
        let element = emitter.load(pointer, emitter.add_bytes(args, index * 8)?)?.into_pointer_value();
        let step = emitter.load(word, emitter.add_bytes(steps, index * 8)?)?.into_int_value();
        operands.push(Operand { element, step });
    }
    let (body, done) = (emitter.block("element"), emitter.block("done"));
    let is_some = emitter.builder.build_int_compare(IntPredicate::SGT, count, word.const_zero(), "")?;
    let before = emitter.current_block()?;
    emitter.builder.build_conditional_branch(is_some, body, done)?;
    emitter.builder.position_at_end(body);
    let left = emitter.builder.build_phi(word, "left")?;
    let elements: Vec<_> = operands
        .iter()
        .map(|_| emitter.builder.build_phi(pointer, "element"))
        .collect::<std::result::Result<_, _>>()?;
    let places: Vec<PointerValue<'_>> =
        elements.iter().map(|phi| phi.as_basic_value().into_pointer_value()).collect();
    emitter.apply(callee, &signature, &places)?;
    let now_left = emitter.builder.build_int_sub(
        left.as_basic_value().into_int_value(),
        word.const_int(1, false),
        "",
    )?;
    let end = emitter.current_block()?;
    left.add_incoming(&[(&count, before), (&now_left, end)]);
    for ((phi, operand), place) in elements.iter().zip(&operands).zip(places) {
        // SAFETY: without `inbounds` the instruction is plain address arithmetic for any operands.
        let next = unsafe { emitter.builder.build_gep(unit.context.i8_type(), place, &[operand.step], "")? };
        phi.add_incoming(&[(&operand.element, before), (&next, end)]);
    }
    let is_last = emitter.builder.build_int_compare(IntPredicate::EQ, now_left, word.const_zero(), "")?;
    emitter.builder.build_conditional_branch(is_last, done, body)?;
    emitter.builder.position_at_end(done);
    emitter.builder.build_return(Some(&number.const_zero()))?;
    emitter.finish()
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Calls the function with an element of each operand, and writes the result.
    fn apply(
        &self,
        callee: CFunctionId,
        signature: &CSignature<'ctx>,
        places: &[PointerValue<'ctx>],
    ) -> Result<()> {
        let mut passed: Vec<BasicMetadataValueEnum<'ctx>> = Vec::new();
        for (shape, &place) in signature.params.iter().zip(places) {
            self.pass_element(shape, place, &mut passed)?;
        }
        let target =
            self.unit.external(self.unit.c_symbol(callee), signature.function_type, Promise::Nothing);
        let call = self.builder.build_direct_call(target, &passed, "")?;
        for (at, attribute) in signature.attributes() {
            call.add_attribute(at, attribute);
        }
        self.return_if_pending()?;
        let returned = call.try_as_basic_value().basic();
        let returned = returned.ok_or_else(|| InternalError::new("the function of a ufunc has a result"))?;
        let place = *places.last().ok_or_else(|| InternalError::new("a ufunc has a result"))?;
        match &signature.result {
            Shape::Scalar(scalar) => self.store(place, self.as_stored(returned, *scalar)?),
            Shape::Pieces(pieces) => self.store_pieces(returned, pieces, place),
            Shape::Nothing | Shape::Memory(..) => {
                Err(InternalError::new("the result of a ufunc is a number"))
            }
        }
    }

    fn pass_element(
        &self,
        shape: &Shape<'ctx>,
        place: PointerValue<'ctx>,
        passed: &mut Vec<BasicMetadataValueEnum<'ctx>>,
    ) -> Result<()> {
        match shape {
            Shape::Nothing => {}
            Shape::Scalar(scalar) => passed.push(self.element(place, *scalar)?.into()),
            Shape::Pieces(pieces) => {
                for &(piece, offset) in pieces {
                    passed.push(self.load(piece, self.add_bytes(place, offset.get())?)?.into());
                }
            }
            Shape::Memory(size, align) => {
                let slot = self.slot(*size, *align)?;
                self.copy(slot, place, *size)?;
                passed.push(slot.into());
            }
        }
        Ok(())
    }

    /// Reads a scalar; a boolean is a byte there.
    fn element(
        &self,
        place: PointerValue<'ctx>,
        scalar: BasicTypeEnum<'ctx>,
    ) -> Result<BasicValueEnum<'ctx>> {
        if scalar != self.unit.context.bool_type().into() {
            return self.load(scalar, place);
        }
        let byte = self.load(self.unit.context.i8_type(), place)?.into_int_value();
        let zero = byte.get_type().const_zero();
        Ok(self.builder.build_int_compare(IntPredicate::NE, byte, zero, "")?.into())
    }

    /// A scalar as it lies in memory.
    fn as_stored(
        &self,
        value: BasicValueEnum<'ctx>,
        scalar: BasicTypeEnum<'ctx>,
    ) -> Result<BasicValueEnum<'ctx>> {
        if scalar != self.unit.context.bool_type().into() {
            return Ok(value);
        }
        let byte = self.unit.context.i8_type();
        Ok(self.builder.build_int_z_extend(value.into_int_value(), byte, "")?.into())
    }

    /// Ends the function where the call left an error behind.
    fn return_if_pending(&self) -> Result<()> {
        let number = self.unit.context.i32_type();
        let (next, asked, failed) = (self.block("ok"), self.block("pending"), self.block("failed"));
        self.branch_if_zero(self.load_pending()?, next, asked)?;
        self.builder.position_at_end(asked);
        let ask = self.unit.external("ferrule_call_failed", number.fn_type(&[], false), Promise::Cold);
        let is_failed = self.call_value(ask, &[])?.into_int_value();
        self.branch_if_zero(is_failed, next, failed)?;
        self.builder.position_at_end(failed);
        self.builder.build_return(Some(&number.const_int(STATUS_PENDING, false)))?;
        self.builder.position_at_end(next);
        Ok(())
    }
}
