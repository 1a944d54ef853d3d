//! Complex numbers, by parts, as Python computes them; functions are C's.
//!
//! The C mathematics library passes a `double _Complex` as two `double`s, a `float _Complex` as
//! the two halves of one vector register (System V psABI, section 3.2.3).

use inkwell::values::{BasicValueEnum, IntValue};
use tir::{BinaryOp, Comparison, FloatTy, UnaryOp};

use crate::arithmetic::unfit;
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::float::libm_name;
use crate::operand::{Complex, Operand};
use crate::unit::Promise;

impl<'ctx> Emitter<'_, 'ctx> {
    pub(crate) fn complex_unary(
        &self,
        op: UnaryOp,
        ty: FloatTy,
        value: Complex<'ctx>,
    ) -> Result<Operand<'ctx>> {
        let negated = |part| self.builder.build_float_neg(part, "");
        match op {
            UnaryOp::Neg => {
                Ok(Operand::Complex(Complex { real: negated(value.real)?, imag: negated(value.imag)? }))
            }
            UnaryOp::Conj => Ok(Operand::Complex(Complex { real: value.real, imag: negated(value.imag)? })),
            UnaryOp::Abs => Ok(self.libm("hypot", ty, &[value.real, value.imag])?.into()),
            UnaryOp::Real => Ok(value.real.into()),
            UnaryOp::Imag => Ok(value.imag.into()),
            UnaryOp::Not => Err(unfit(op, "a complex number")),
        }
    }

    pub(crate) fn complex_binary(
        &self,
        op: BinaryOp,
        ty: FloatTy,
        left: Complex<'ctx>,
        right: Complex<'ctx>,
    ) -> Result<Complex<'ctx>> {
        let builder = &self.builder;
        match op {
            BinaryOp::Add => Ok(Complex {
                real: builder.build_float_add(left.real, right.real, "")?,
                imag: builder.build_float_add(left.imag, right.imag, "")?,
            }),
            BinaryOp::Sub => Ok(Complex {
                real: builder.build_float_sub(left.real, right.real, "")?,
                imag: builder.build_float_sub(left.imag, right.imag, "")?,
            }),
            BinaryOp::Mul => self.complex_mul(left, right),
            BinaryOp::Div => self.complex_div(left, right),
            BinaryOp::Pow => self.complex_libm("cpow", ty, &[left, right]),
            BinaryOp::FloorDiv
            | BinaryOp::FloorMod
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Shl
            | BinaryOp::Shr
            | BinaryOp::Min
            | BinaryOp::Max => Err(unfit(op, "complex numbers")),
        }
    }

    pub(crate) fn complex_compare(
        &self,
        op: Comparison,
        left: Complex<'ctx>,
        right: Complex<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let real = self.float_compare(op, left.real, right.real)?;
        let imag = self.float_compare(op, left.imag, right.imag)?;
        match op {
            Comparison::Eq => Ok(self.builder.build_and(real, imag, "")?),
            Comparison::Ne => Ok(self.builder.build_or(real, imag, "")?),
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => {
                Err(unfit(op, "complex numbers"))
            }
        }
    }

    fn complex_mul(&self, left: Complex<'ctx>, right: Complex<'ctx>) -> Result<Complex<'ctx>> {
        let builder = &self.builder;
        let reals = builder.build_float_mul(left.real, right.real, "")?;
        let imags = builder.build_float_mul(left.imag, right.imag, "")?;
        let cross = builder.build_float_mul(left.real, right.imag, "")?;
        let other = builder.build_float_mul(left.imag, right.real, "")?;
        Ok(Complex {
            real: builder.build_float_sub(reals, imags, "")?,
            imag: builder.build_float_add(cross, other, "")?,
        })
    }

    /// Both sides are divided by the divisor's larger part first, so that nothing overflows that
    /// need not (R. L. Smith, "Algorithm 116: Complex division", 1962).
    fn complex_div(&self, left: Complex<'ctx>, right: Complex<'ctx>) -> Result<Complex<'ctx>> {
        let builder = &self.builder;
        let real_size = self.float_intrinsic("llvm.fabs", &[right.real])?;
        let imag_size = self.float_intrinsic("llvm.fabs", &[right.imag])?;
        let is_real_larger = self.float_compare(Comparison::Ge, real_size, imag_size)?;
        let larger = self.select(is_real_larger, right.real, right.imag)?;
        let smaller = self.select(is_real_larger, right.imag, right.real)?;
        let ratio = builder.build_float_div(smaller, larger, "")?;
        let scaled = builder.build_float_mul(smaller, ratio, "")?;
        let divisor = builder.build_float_add(larger, scaled, "")?;
        let real_share = builder.build_float_mul(left.real, ratio, "")?;
        let imag_share = builder.build_float_mul(left.imag, ratio, "")?;
        let first = self.select(is_real_larger, left.real, real_share)?;
        let second = self.select(is_real_larger, imag_share, left.imag)?;
        let real = builder.build_float_add(first, second, "")?;
        let first = self.select(is_real_larger, left.imag, imag_share)?;
        let second = self.select(is_real_larger, real_share, left.real)?;
        let imag = builder.build_float_sub(first, second, "")?;
        Ok(Complex {
            real: builder.build_float_div(real, divisor, "")?,
            imag: builder.build_float_div(imag, divisor, "")?,
        })
    }

    /// A complex function of the C mathematics library by the name of its `double` form.
    pub(crate) fn complex_libm(
        &self,
        name: &str,
        ty: FloatTy,
        args: &[Complex<'ctx>],
    ) -> Result<Complex<'ctx>> {
        let float = self.unit.float(ty);
        let passed = match ty {
            FloatTy::F32 => vec![float.vec_type(2).into(); args.len()],
            FloatTy::F64 => vec![float.into(); 2 * args.len()],
        };
        let function_type = match ty {
            FloatTy::F32 => float.vec_type(2).fn_type(&passed, false),
            FloatTy::F64 => self.unit.context.struct_type(&[float.into(); 2], false).fn_type(&passed, false),
        };
        let function = self.unit.external(&libm_name(name, ty), function_type, Promise::Pure);
        let mut values: Vec<BasicValueEnum<'ctx>> = Vec::with_capacity(passed.len());
        for arg in args {
            match ty {
                FloatTy::F32 => values.push(self.join_halves(*arg)?),
                FloatTy::F64 => values.extend(Operand::Complex(*arg).parts()),
            }
        }
        self.split(self.call_value(function, &values)?)
    }

    fn join_halves(&self, value: Complex<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let index = |number| self.unit.context.i32_type().const_int(number, false);
        let empty = value.real.get_type().vec_type(2).get_poison();
        let first = self.builder.build_insert_element(empty, value.real, index(0), "")?;
        Ok(self.builder.build_insert_element(first, value.imag, index(1), "")?.into())
    }

    /// The parts of a pair or of a vector of two.
    pub(crate) fn split(&self, value: BasicValueEnum<'ctx>) -> Result<Complex<'ctx>> {
        let index = |number| self.unit.context.i32_type().const_int(number, false);
        if let BasicValueEnum::VectorValue(vector) = value {
            let real = self.builder.build_extract_element(vector, index(0), "")?.into_float_value();
            let imag = self.builder.build_extract_element(vector, index(1), "")?.into_float_value();
            return Ok(Complex { real, imag });
        }
        let BasicValueEnum::StructValue(pair) = value else {
            return Err(InternalError::new("a complex number has two parts"));
        };
        let real = self.builder.build_extract_value(pair, 0, "")?.into_float_value();
        let imag = self.builder.build_extract_value(pair, 1, "")?.into_float_value();
        Ok(Complex { real, imag })
    }
}
