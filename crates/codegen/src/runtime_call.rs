//! Calls of the runtime, and of a bit generator of NumPy's through its table of functions.
//!
//! ```text
//!   bitgen_t   0  state
//!              8  uint64_t (*next_uint64)(void *)
//!             16  uint32_t (*next_uint32)(void *)
//!             24  double (*next_double)(void *)
//!             32  uint64_t (*next_raw)(void *)
//! ```

use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, PointerValue};
use tir::{Effect, RuntimeFunction, Value, Word};

use crate::body::Body;
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::Operand;
use crate::unit::{Promise, Unit};

/// A function of a bit generator.
#[derive(Clone, Copy)]
enum Draw {
    Long = 8,
    Word = 16,
    Double = 24,
}

impl<'ctx> Body<'_, 'ctx> {
    /// A function of the runtime.
    pub(crate) fn call_runtime(&self, function: RuntimeFunction, args: &[Value]) -> Result<Operand<'ctx>> {
        let args: Vec<BasicValueEnum<'ctx>> = self.values(args)?.iter().flat_map(Operand::parts).collect();
        let emitter = &self.emitter;
        if let Some(draw) = draw(function) {
            let [BasicValueEnum::PointerValue(generator)] = args[..] else {
                return Err(InternalError::new("a bit generator is an address"));
            };
            return emitter.draw(draw, generator).map(Operand::Scalar);
        }
        let promise = match function.effect() {
            Effect::Nothing => Promise::Pure,
            Effect::Writes => Promise::Nothing,
        };
        let name = format!("ferrule_{}", function.name());
        let callee = emitter.unit.external(&name, function_type(emitter.unit, function), promise);
        Ok(emitter.call(callee, &args)?.map_or(Operand::Nothing, Operand::Scalar))
    }
}

/// The draw that a function is, if it is one.
const fn draw(function: RuntimeFunction) -> Option<Draw> {
    match function {
        RuntimeFunction::BitsDouble => Some(Draw::Double),
        RuntimeFunction::BitsLong => Some(Draw::Long),
        RuntimeFunction::BitsWord => Some(Draw::Word),
        RuntimeFunction::RandomState
        | RuntimeFunction::RandomGauss
        | RuntimeFunction::RandomSeed
        | RuntimeFunction::RandomReseed
        | RuntimeFunction::RandomDouble
        | RuntimeFunction::RandomWord
        | RuntimeFunction::RandomBelow
        | RuntimeFunction::BitsBelow
        | RuntimeFunction::BlasVectors
        | RuntimeFunction::BlasVector
        | RuntimeFunction::BlasMatrices => None,
    }
}

fn function_type<'ctx>(unit: &Unit<'_, 'ctx>, function: RuntimeFunction) -> FunctionType<'ctx> {
    let word = |word: Word| -> BasicTypeEnum<'ctx> {
        match word {
            Word::Int => unit.context.i64_type().into(),
            Word::Float => unit.context.f64_type().into(),
            Word::Address => unit.pointer().into(),
        }
    };
    let params: Vec<BasicMetadataTypeEnum<'ctx>> =
        function.params().iter().map(|param| word(*param).into()).collect();
    match function.result() {
        Some(result) => word(result).fn_type(&params, false),
        None => unit.context.void_type().fn_type(&params, false),
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// The next number of a bit generator.
    fn draw(&self, draw: Draw, generator: PointerValue<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let (unit, context) = (self.unit, self.unit.context);
        let function = self.load(unit.pointer(), self.inside(generator, draw as u64)?)?.into_pointer_value();
        let state: BasicMetadataValueEnum<'ctx> = self.load(unit.pointer(), generator)?.into();
        let result: BasicTypeEnum<'ctx> = match draw {
            Draw::Long => context.i64_type().into(),
            Draw::Word => context.i32_type().into(),
            Draw::Double => context.f64_type().into(),
        };
        let ty = result.fn_type(&[unit.pointer().into()], false);
        let call = self.builder.build_indirect_call(ty, function, &[state], "")?;
        let drawn = call.try_as_basic_value().basic();
        let drawn = drawn.ok_or_else(|| InternalError::new("a draw without a value"))?;
        match draw {
            Draw::Word => Ok(self.resize(drawn.into_int_value(), context.i64_type(), false)?.into()),
            Draw::Long | Draw::Double => Ok(drawn),
        }
    }
}
