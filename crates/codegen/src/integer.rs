//! Integers: two's complement, wrapping; division as Python's.

use inkwell::IntPredicate;
use inkwell::types::IntType;
use inkwell::values::IntValue;
use tir::{BinaryOp, Comparison, IntTy, UnaryOp};

use crate::arithmetic::{int_predicate, unfit};
use crate::emitter::Emitter;
use crate::error::Result;
use crate::unit::Promise;

/// Up to this constant exponent a power is written out as multiplications.
const LARGEST_UNROLLED_EXPONENT: u64 = 64;

impl<'ctx> Emitter<'_, 'ctx> {
    /// The integer in another width: cut off or extended.
    pub(crate) fn resize(
        &self,
        value: IntValue<'ctx>,
        to: IntType<'ctx>,
        is_signed: bool,
    ) -> Result<IntValue<'ctx>> {
        let (from, wanted) = (value.get_type().get_bit_width(), to.get_bit_width());
        if from == wanted {
            Ok(value)
        } else if from > wanted {
            Ok(self.builder.build_int_truncate(value, to, "")?)
        } else if is_signed {
            Ok(self.builder.build_int_s_extend(value, to, "")?)
        } else {
            Ok(self.builder.build_int_z_extend(value, to, "")?)
        }
    }

    pub(crate) fn int_unary(&self, op: UnaryOp, ty: IntTy, value: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        match op {
            UnaryOp::Neg => Ok(self.builder.build_int_neg(value, "")?),
            UnaryOp::Not => Ok(self.builder.build_not(value, "")?),
            UnaryOp::Abs if !ty.is_signed => Ok(value),
            UnaryOp::Abs => {
                let may_be_lowest = self.unit.context.bool_type().const_zero();
                let args = [value.into(), may_be_lowest.into()];
                Ok(self.intrinsic("llvm.abs", &[value.get_type().into()], &args)?.into_int_value())
            }
            UnaryOp::Real | UnaryOp::Imag | UnaryOp::Conj => Err(unfit(op, ty)),
        }
    }

    pub(crate) fn int_binary(
        &self,
        op: BinaryOp,
        ty: IntTy,
        left: IntValue<'ctx>,
        right: IntValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let builder = &self.builder;
        match op {
            BinaryOp::Add => Ok(builder.build_int_add(left, right, "")?),
            BinaryOp::Sub => Ok(builder.build_int_sub(left, right, "")?),
            BinaryOp::Mul => Ok(builder.build_int_mul(left, right, "")?),
            BinaryOp::FloorDiv if ty.is_signed => self.floor_div(left, right),
            BinaryOp::FloorDiv => Ok(builder.build_int_unsigned_div(left, right, "")?),
            BinaryOp::FloorMod if ty.is_signed => self.floor_mod(left, right),
            BinaryOp::FloorMod => Ok(builder.build_int_unsigned_rem(left, right, "")?),
            BinaryOp::Pow => self.int_pow(ty, left, right),
            BinaryOp::And => Ok(builder.build_and(left, right, "")?),
            BinaryOp::Or => Ok(builder.build_or(left, right, "")?),
            BinaryOp::Xor => Ok(builder.build_xor(left, right, "")?),
            BinaryOp::Shl => self.shift_left(left, right),
            BinaryOp::Shr => self.shift_right(ty, left, right),
            BinaryOp::Min => {
                let is_second = self.int_compare(Comparison::Lt, ty.is_signed, right, left)?;
                self.select(is_second, right, left)
            }
            BinaryOp::Max => {
                let is_second = self.int_compare(Comparison::Gt, ty.is_signed, right, left)?;
                self.select(is_second, right, left)
            }
            BinaryOp::Div => Err(unfit(op, ty)),
        }
    }

    pub(crate) fn int_compare(
        &self,
        op: Comparison,
        is_signed: bool,
        left: IntValue<'ctx>,
        right: IntValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        Ok(self.builder.build_int_compare(int_predicate(op, is_signed), left, right, "")?)
    }

    /// Whether a signed divisor is -1, and a divisor that is safe to divide by: the processor traps
    /// when the lowest number is divided by -1.
    fn safe_divisor(&self, divisor: IntValue<'ctx>) -> Result<(IntValue<'ctx>, IntValue<'ctx>)> {
        let (ones, one) = (divisor.get_type().const_all_ones(), divisor.get_type().const_int(1, false));
        let is_minus_one = self.builder.build_int_compare(IntPredicate::EQ, divisor, ones, "")?;
        Ok((is_minus_one, self.select(is_minus_one, one, divisor)?))
    }

    /// Whether a remainder is there and its sign is not the divisor's: then the quotient that the
    /// processor rounded towards zero is one too large.
    fn is_rounded_up(&self, remainder: IntValue<'ctx>, divisor: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let zero = divisor.get_type().const_zero();
        let signs = self.builder.build_xor(remainder, divisor, "")?;
        let differ = self.builder.build_int_compare(IntPredicate::SLT, signs, zero, "")?;
        let is_there = self.builder.build_int_compare(IntPredicate::NE, remainder, zero, "")?;
        Ok(self.builder.build_and(is_there, differ, "")?)
    }

    fn floor_div(&self, left: IntValue<'ctx>, right: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let (is_minus_one, divisor) = self.safe_divisor(right)?;
        let quotient = self.builder.build_int_signed_div(left, divisor, "")?;
        let product = self.builder.build_int_mul(quotient, divisor, "")?;
        let remainder = self.builder.build_int_sub(left, product, "")?;
        let is_rounded_up = self.is_rounded_up(remainder, divisor)?;
        let correction = self.resize(is_rounded_up, left.get_type(), false)?;
        let floored = self.builder.build_int_sub(quotient, correction, "")?;
        self.select(is_minus_one, self.builder.build_int_neg(left, "")?, floored)
    }

    fn floor_mod(&self, left: IntValue<'ctx>, right: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let (_, divisor) = self.safe_divisor(right)?;
        let remainder = self.builder.build_int_signed_rem(left, divisor, "")?;
        let is_rounded_up = self.is_rounded_up(remainder, divisor)?;
        let corrected = self.builder.build_int_add(remainder, divisor, "")?;
        self.select(is_rounded_up, corrected, remainder)
    }

    /// By squaring; modulo two to the power of the width, so the widest serves all.
    fn int_pow(&self, ty: IntTy, base: IntValue<'ctx>, exponent: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        if let Some(constant) = exponent.get_zero_extended_constant()
            && constant <= LARGEST_UNROLLED_EXPONENT
        {
            return self.unrolled_pow(base, constant);
        }
        let word = self.unit.context.i64_type();
        let pow = word.fn_type(&[word.into(), word.into()], false);
        let pow = self.unit.external("ferrule_int_pow", pow, Promise::Pure);
        let args =
            [self.resize(base, word, ty.is_signed)?.into(), self.resize(exponent, word, false)?.into()];
        self.resize(self.call_value(pow, &args)?.into_int_value(), base.get_type(), false)
    }

    fn unrolled_pow(&self, base: IntValue<'ctx>, exponent: u64) -> Result<IntValue<'ctx>> {
        let mut result = base.get_type().const_int(1, false);
        for bit in (0..u64::BITS - exponent.leading_zeros()).rev() {
            result = self.builder.build_int_mul(result, result, "")?;
            if exponent >> bit & 1 == 1 {
                result = self.builder.build_int_mul(result, base, "")?;
            }
        }
        Ok(result)
    }

    fn shift_left(&self, value: IntValue<'ctx>, count: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let ty = value.get_type();
        let width = ty.const_int(u64::from(ty.get_bit_width()), false);
        let is_inside = self.builder.build_int_compare(IntPredicate::ULT, count, width, "")?;
        let shifted = self.builder.build_left_shift(value, count, "")?;
        self.select(is_inside, shifted, ty.const_zero())
    }

    fn shift_right(
        &self,
        int: IntTy,
        value: IntValue<'ctx>,
        count: IntValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let ty = value.get_type();
        let width = u64::from(ty.get_bit_width());
        let is_inside =
            self.builder.build_int_compare(IntPredicate::ULT, count, ty.const_int(width, false), "")?;
        if int.is_signed {
            let count = self.select(is_inside, count, ty.const_int(width - 1, false))?;
            return Ok(self.builder.build_right_shift(value, count, true, "")?);
        }
        let shifted = self.builder.build_right_shift(value, count, false, "")?;
        self.select(is_inside, shifted, ty.const_zero())
    }
}
