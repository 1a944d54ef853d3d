//! Functions of mathematics. Where LLVM knows one as an intrinsic, constants fold.

use inkwell::FloatPredicate;
use inkwell::IntPredicate;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, IntValue};
use tir::{FloatTy, Intrinsic, Ty};

use crate::arithmetic::unfit;
use crate::emitter::{Emitter, int_constant};
use crate::error::{InternalError, Result};
use crate::operand::Operand;

/// How a function of floats is computed.
enum Way {
    /// By this intrinsic of LLVM's.
    Llvm(&'static str),
    /// By this function of the C mathematics library.
    Libm(&'static str),
    /// A test.
    Is(Class),
    /// One of the two results of `frexp`.
    Frexp(u32),
    /// The exponent is an integer.
    Ldexp,
    /// By the instruction, which is C's `fmod`. A call of that by name would become the instruction
    /// with the promise that nothing is NaN, once LLVM knows the one infinite not and the other not zero.
    Remainder,
}

/// What a float can be.
#[derive(Clone, Copy, Debug)]
enum Class {
    Nan,
    Infinite,
    Finite,
    Negative,
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// The function of operands of type `ty`.
    pub(crate) fn mathematics(
        &self,
        function: Intrinsic,
        ty: Ty,
        args: &[Operand<'ctx>],
    ) -> Result<Operand<'ctx>> {
        if args.len() != function.arity() {
            return Err(InternalError::new(format!(
                "`{}` takes another number of operands",
                function.name()
            )));
        }
        match ty {
            Ty::Float(float) => self.float_function(function, float, args),
            Ty::Complex(float) => self.complex_function(function, float, &args[0]),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => Err(unfit(function, ty)),
        }
    }

    fn float_function(
        &self,
        function: Intrinsic,
        ty: FloatTy,
        args: &[Operand<'ctx>],
    ) -> Result<Operand<'ctx>> {
        let first = args[0].float()?;
        match way(function) {
            Way::Llvm(name) => Ok(self.float_intrinsic(name, &floats(args)?)?.into()),
            Way::Libm(name) => Ok(self.libm(name, ty, &floats(args)?)?.into()),
            Way::Is(class) => Ok(self.is_class(class, first)?.into()),
            Way::Frexp(part) => self.frexp(first, part),
            Way::Ldexp => self.ldexp(first, args[1].int()?),
            Way::Remainder => Ok(self.builder.build_float_rem(first, args[1].float()?, "")?.into()),
        }
    }

    fn is_class(&self, class: Class, value: FloatValue<'ctx>) -> Result<IntValue<'ctx>> {
        match class {
            Class::Nan => Ok(self.builder.build_float_compare(FloatPredicate::UNO, value, value, "")?),
            Class::Infinite => self.compare_magnitude(FloatPredicate::OEQ, value),
            Class::Finite => self.compare_magnitude(FloatPredicate::ONE, value),
            Class::Negative => self.sign_bit(value),
        }
    }

    /// Compares the magnitude with infinity.
    fn compare_magnitude(&self, op: FloatPredicate, value: FloatValue<'ctx>) -> Result<IntValue<'ctx>> {
        let magnitude = self.float_intrinsic("llvm.fabs", &[value])?;
        let infinity = value.get_type().const_float(f64::INFINITY);
        Ok(self.builder.build_float_compare(op, magnitude, infinity, "")?)
    }

    fn sign_bit(&self, value: FloatValue<'ctx>) -> Result<IntValue<'ctx>> {
        let bits = self.unit.int(value.get_type().get_bit_width())?;
        let bits = self.builder.build_bit_cast(value, bits, "")?.into_int_value();
        Ok(self.builder.build_int_compare(IntPredicate::SLT, bits, bits.get_type().const_zero(), "")?)
    }

    /// The mantissa, or the exponent as an `i64`.
    fn frexp(&self, value: FloatValue<'ctx>, part: u32) -> Result<Operand<'ctx>> {
        let context = self.unit.context;
        let types: [BasicTypeEnum<'ctx>; 2] = [value.get_type().into(), context.i32_type().into()];
        let pair = self.intrinsic("llvm.frexp", &types, &[value.into()])?.into_struct_value();
        let value = self.builder.build_extract_value(pair, part, "")?;
        if let BasicValueEnum::IntValue(exponent) = value {
            return Ok(self.resize(exponent, context.i64_type(), true)?.into());
        }
        Ok(Operand::Scalar(value))
    }

    /// An exponent outside of `int` does what the nearest one does: zero or infinity.
    fn ldexp(&self, value: FloatValue<'ctx>, exponent: IntValue<'ctx>) -> Result<Operand<'ctx>> {
        let (wide, narrow) = (exponent.get_type(), self.unit.context.i32_type());
        let lowest = int_constant(wide, i128::from(i32::MIN));
        let highest = int_constant(wide, i128::from(i32::MAX));
        let clamped = self.intrinsic("llvm.smax", &[wide.into()], &[exponent.into(), lowest.into()])?;
        let clamped = self.intrinsic("llvm.smin", &[wide.into()], &[clamped, highest.into()])?;
        let exponent = self.resize(clamped.into_int_value(), narrow, true)?;
        let args: [BasicValueEnum<'ctx>; 2] = [value.into(), exponent.into()];
        Ok(Operand::Scalar(self.intrinsic("llvm.ldexp", &[value.get_type().into(), narrow.into()], &args)?))
    }

    fn complex_function(
        &self,
        function: Intrinsic,
        ty: FloatTy,
        value: &Operand<'ctx>,
    ) -> Result<Operand<'ctx>> {
        let value = value.complex()?;
        if let Way::Is(class) = way(function) {
            let (real, imag) = (self.is_class(class, value.real)?, self.is_class(class, value.imag)?);
            return match class {
                Class::Nan | Class::Infinite => Ok(self.builder.build_or(real, imag, "")?.into()),
                Class::Finite => Ok(self.builder.build_and(real, imag, "")?.into()),
                Class::Negative => Err(unfit(function, "a complex number")),
            };
        }
        if !has_complex_form(function) {
            return Err(unfit(function, "a complex number"));
        }
        Ok(Operand::Complex(self.complex_libm(&format!("c{}", function.name()), ty, &[value])?))
    }
}

fn floats<'ctx>(args: &[Operand<'ctx>]) -> Result<Vec<FloatValue<'ctx>>> {
    args.iter().map(Operand::float).collect()
}

/// How a function of floats is computed.
fn way(function: Intrinsic) -> Way {
    match function {
        Intrinsic::Acos => Way::Llvm("llvm.acos"),
        Intrinsic::Acosh => Way::Libm("acosh"),
        Intrinsic::Asin => Way::Llvm("llvm.asin"),
        Intrinsic::Asinh => Way::Libm("asinh"),
        Intrinsic::Atan => Way::Llvm("llvm.atan"),
        Intrinsic::Atanh => Way::Libm("atanh"),
        Intrinsic::Cos => Way::Llvm("llvm.cos"),
        Intrinsic::Cosh => Way::Llvm("llvm.cosh"),
        Intrinsic::Exp => Way::Llvm("llvm.exp"),
        Intrinsic::Log => Way::Llvm("llvm.log"),
        Intrinsic::Sin => Way::Llvm("llvm.sin"),
        Intrinsic::Sinh => Way::Llvm("llvm.sinh"),
        Intrinsic::Sqrt => Way::Llvm("llvm.sqrt"),
        Intrinsic::Tan => Way::Llvm("llvm.tan"),
        Intrinsic::Tanh => Way::Llvm("llvm.tanh"),
        Intrinsic::Cbrt => Way::Libm("cbrt"),
        Intrinsic::Ceil => Way::Llvm("llvm.ceil"),
        Intrinsic::Erf => Way::Libm("erf"),
        Intrinsic::Erfc => Way::Libm("erfc"),
        Intrinsic::Exp2 => Way::Llvm("llvm.exp2"),
        Intrinsic::Expm1 => Way::Libm("expm1"),
        Intrinsic::Floor => Way::Llvm("llvm.floor"),
        Intrinsic::Gamma => Way::Libm("tgamma"),
        Intrinsic::Lgamma => Way::Libm("lgamma"),
        Intrinsic::Log10 => Way::Llvm("llvm.log10"),
        Intrinsic::Log1p => Way::Libm("log1p"),
        Intrinsic::Log2 => Way::Llvm("llvm.log2"),
        Intrinsic::RoundEven => Way::Llvm("llvm.roundeven"),
        Intrinsic::Trunc => Way::Llvm("llvm.trunc"),
        Intrinsic::Atan2 => Way::Llvm("llvm.atan2"),
        Intrinsic::CopySign => Way::Llvm("llvm.copysign"),
        Intrinsic::Fmod => Way::Remainder,
        Intrinsic::Hypot => Way::Libm("hypot"),
        Intrinsic::NextAfter => Way::Libm("nextafter"),
        Intrinsic::Remainder => Way::Libm("remainder"),
        Intrinsic::Fma => Way::Llvm("llvm.fma"),
        Intrinsic::IsNan => Way::Is(Class::Nan),
        Intrinsic::IsInf => Way::Is(Class::Infinite),
        Intrinsic::IsFinite => Way::Is(Class::Finite),
        Intrinsic::SignBit => Way::Is(Class::Negative),
        Intrinsic::FrexpMantissa => Way::Frexp(0),
        Intrinsic::FrexpExponent => Way::Frexp(1),
        Intrinsic::Ldexp => Way::Ldexp,
    }
}

/// Whether the C library has the function for complex numbers, with a `c` before its name.
fn has_complex_form(function: Intrinsic) -> bool {
    matches!(
        function,
        Intrinsic::Acos
            | Intrinsic::Acosh
            | Intrinsic::Asin
            | Intrinsic::Asinh
            | Intrinsic::Atan
            | Intrinsic::Atanh
            | Intrinsic::Cos
            | Intrinsic::Cosh
            | Intrinsic::Exp
            | Intrinsic::Log
            | Intrinsic::Sin
            | Intrinsic::Sinh
            | Intrinsic::Sqrt
            | Intrinsic::Tan
            | Intrinsic::Tanh
    )
}
