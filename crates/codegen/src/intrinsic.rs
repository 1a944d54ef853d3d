//! Functions of mathematics. Where LLVM knows one as an intrinsic, constants fold.

use inkwell::FloatPredicate;
use inkwell::IntPredicate;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, IntValue};
use tir::{FloatTy, Intrinsic, Ty};

use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::Operand;

/// How a function of floats is computed.
enum Way {
    /// By this intrinsic of LLVM's.
    Llvm(&'static str),
    /// By this function of the C mathematics library.
    Libm(&'static str),
    /// By instructions of its own.
    Own,
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
            Ty::Complex(float) => self.complex_function(function, float, args[0]),
            Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Pointer(_) | Ty::Record(_) => {
                Err(crate::arithmetic::unfit(function, ty))
            }
        }
    }

    fn float_function(
        &self,
        function: Intrinsic,
        ty: FloatTy,
        args: &[Operand<'ctx>],
    ) -> Result<Operand<'ctx>> {
        let first = args[0].float()?;
        let name = match way(function) {
            Way::Llvm(name) | Way::Libm(name) => name,
            Way::Own => return self.own_function(function, first, args),
        };
        let floats: Result<Vec<FloatValue<'ctx>>> = args.iter().map(|arg| arg.float()).collect();
        if name.starts_with("llvm.") {
            Ok(self.float_intrinsic(name, &floats?)?.into())
        } else {
            Ok(self.libm(name, ty, &floats?)?.into())
        }
    }

    fn own_function(
        &self,
        function: Intrinsic,
        value: FloatValue<'ctx>,
        args: &[Operand<'ctx>],
    ) -> Result<Operand<'ctx>> {
        match function {
            Intrinsic::IsNan => Ok(self.is_nan(value)?.into()),
            Intrinsic::IsInf => Ok(self.compare_magnitude(FloatPredicate::OEQ, value)?.into()),
            Intrinsic::IsFinite => Ok(self.compare_magnitude(FloatPredicate::ONE, value)?.into()),
            Intrinsic::SignBit => Ok(self.sign_bit(value)?.into()),
            Intrinsic::FrexpMantissa => self.frexp(value, 0),
            Intrinsic::FrexpExponent => {
                let exponent = self.frexp(value, 1)?.int()?;
                Ok(self.resize(exponent, self.unit.context.i64_type(), true)?.into())
            }
            Intrinsic::Ldexp => self.ldexp(value, args[1].int()?),
            _ => Err(InternalError::new(format!("`{}` has no lowering", function.name()))),
        }
    }

    fn is_nan(&self, value: FloatValue<'ctx>) -> Result<IntValue<'ctx>> {
        Ok(self.builder.build_float_compare(FloatPredicate::UNO, value, value, "")?)
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

    fn frexp(&self, value: FloatValue<'ctx>, part: u32) -> Result<Operand<'ctx>> {
        let types: [BasicTypeEnum<'ctx>; 2] = [value.get_type().into(), self.unit.context.i32_type().into()];
        let pair = self.intrinsic("llvm.frexp", &types, &[value.into()])?.into_struct_value();
        Ok(Operand::Scalar(self.builder.build_extract_value(pair, part, "")?))
    }

    /// An exponent outside of `int` does what the nearest one does: zero or infinity.
    fn ldexp(&self, value: FloatValue<'ctx>, exponent: IntValue<'ctx>) -> Result<Operand<'ctx>> {
        let (wide, narrow) = (exponent.get_type(), self.unit.context.i32_type());
        let lowest = self.int_constant(wide, i128::from(i32::MIN));
        let highest = self.int_constant(wide, i128::from(i32::MAX));
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
        value: Operand<'ctx>,
    ) -> Result<Operand<'ctx>> {
        let value = value.complex()?;
        let both = |test: &dyn Fn(FloatValue<'ctx>) -> Result<IntValue<'ctx>>| {
            Ok::<_, InternalError>((test(value.real)?, test(value.imag)?))
        };
        match function {
            Intrinsic::IsNan => {
                let (real, imag) = both(&|part| self.is_nan(part))?;
                Ok(self.builder.build_or(real, imag, "")?.into())
            }
            Intrinsic::IsInf => {
                let (real, imag) = both(&|part| self.compare_magnitude(FloatPredicate::OEQ, part))?;
                Ok(self.builder.build_or(real, imag, "")?.into())
            }
            Intrinsic::IsFinite => {
                let (real, imag) = both(&|part| self.compare_magnitude(FloatPredicate::ONE, part))?;
                Ok(self.builder.build_and(real, imag, "")?.into())
            }
            _ => {
                let name = complex_name(function);
                let name = name.ok_or_else(|| crate::arithmetic::unfit(function, "a complex number"))?;
                Ok(Operand::Complex(self.complex_libm(name, ty, &[value])?))
            }
        }
    }
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
        Intrinsic::Fmod => Way::Libm("fmod"),
        Intrinsic::Hypot => Way::Libm("hypot"),
        Intrinsic::NextAfter => Way::Libm("nextafter"),
        Intrinsic::Remainder => Way::Libm("remainder"),
        Intrinsic::Fma => Way::Llvm("llvm.fma"),
        Intrinsic::IsNan
        | Intrinsic::IsInf
        | Intrinsic::IsFinite
        | Intrinsic::SignBit
        | Intrinsic::FrexpMantissa
        | Intrinsic::FrexpExponent
        | Intrinsic::Ldexp => Way::Own,
    }
}

/// The C function of complex numbers.
fn complex_name(function: Intrinsic) -> Option<&'static str> {
    Some(match function {
        Intrinsic::Acos => "cacos",
        Intrinsic::Acosh => "cacosh",
        Intrinsic::Asin => "casin",
        Intrinsic::Asinh => "casinh",
        Intrinsic::Atan => "catan",
        Intrinsic::Atanh => "catanh",
        Intrinsic::Cos => "ccos",
        Intrinsic::Cosh => "ccosh",
        Intrinsic::Exp => "cexp",
        Intrinsic::Log => "clog",
        Intrinsic::Sin => "csin",
        Intrinsic::Sinh => "csinh",
        Intrinsic::Sqrt => "csqrt",
        Intrinsic::Tan => "ctan",
        Intrinsic::Tanh => "ctanh",
        _ => return None,
    })
}
