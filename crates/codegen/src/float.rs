//! Floats: IEEE 754, no liberties taken; floor division and modulo as Python's `float`.

use inkwell::FloatPredicate;
use inkwell::values::{BasicValueEnum, FloatValue, IntValue};
use tir::{BinaryOp, Comparison, FloatTy, UnaryOp};

use crate::arithmetic::unfit;
use crate::emitter::Emitter;
use crate::error::Result;
use crate::unit::Promise;

impl<'ctx> Emitter<'_, 'ctx> {
    pub(crate) fn float_unary(&self, op: UnaryOp, value: FloatValue<'ctx>) -> Result<FloatValue<'ctx>> {
        match op {
            UnaryOp::Neg => Ok(self.builder.build_float_neg(value, "")?),
            UnaryOp::Abs => self.float_intrinsic("llvm.fabs", &[value]),
            UnaryOp::Not | UnaryOp::Real | UnaryOp::Imag | UnaryOp::Conj => Err(unfit(op, "a float")),
        }
    }

    pub(crate) fn float_binary(
        &self,
        op: BinaryOp,
        ty: FloatTy,
        left: FloatValue<'ctx>,
        right: FloatValue<'ctx>,
    ) -> Result<FloatValue<'ctx>> {
        let builder = &self.builder;
        match op {
            BinaryOp::Add => Ok(builder.build_float_add(left, right, "")?),
            BinaryOp::Sub => Ok(builder.build_float_sub(left, right, "")?),
            BinaryOp::Mul => Ok(builder.build_float_mul(left, right, "")?),
            BinaryOp::Div => Ok(builder.build_float_div(left, right, "")?),
            BinaryOp::FloorDiv => self.float_floor_div(left, right),
            BinaryOp::FloorMod => self.float_floor_mod(left, right),
            BinaryOp::Pow => self.float_intrinsic("llvm.pow", &[left, right]),
            BinaryOp::Min => {
                let is_second = self.float_compare(Comparison::Lt, right, left)?;
                self.select(is_second, right, left)
            }
            BinaryOp::Max => {
                let is_second = self.float_compare(Comparison::Gt, right, left)?;
                self.select(is_second, right, left)
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => {
                Err(unfit(op, ty))
            }
        }
    }

    pub(crate) fn float_compare(
        &self,
        op: Comparison,
        left: FloatValue<'ctx>,
        right: FloatValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let predicate = match op {
            Comparison::Eq => FloatPredicate::OEQ,
            Comparison::Ne => FloatPredicate::UNE,
            Comparison::Lt => FloatPredicate::OLT,
            Comparison::Le => FloatPredicate::OLE,
            Comparison::Gt => FloatPredicate::OGT,
            Comparison::Ge => FloatPredicate::OGE,
        };
        Ok(self.builder.build_float_compare(predicate, left, right, "")?)
    }

    /// An intrinsic from floats of one type to the same.
    pub(crate) fn float_intrinsic(&self, name: &str, args: &[FloatValue<'ctx>]) -> Result<FloatValue<'ctx>> {
        let values: Vec<BasicValueEnum<'ctx>> = args.iter().map(|&arg| arg.into()).collect();
        Ok(self.intrinsic(name, &[args[0].get_type().into()], &values)?.into_float_value())
    }

    /// A function of the C mathematics library by the name of its `double` form.
    pub(crate) fn libm(
        &self,
        name: &str,
        ty: FloatTy,
        args: &[FloatValue<'ctx>],
    ) -> Result<FloatValue<'ctx>> {
        let float = self.unit.float(ty);
        let function_type = float.fn_type(&vec![float.into(); args.len()], false);
        let function = self.unit.external(&libm_name(name, ty), function_type, Promise::Pure);
        let values: Vec<BasicValueEnum<'ctx>> = args.iter().map(|&arg| arg.into()).collect();
        Ok(self.call_value(function, &values)?.into_float_value())
    }

    /// C's `fmod`, and whether it must move by one divisor to have the divisor's sign.
    fn remainder(
        &self,
        left: FloatValue<'ctx>,
        right: FloatValue<'ctx>,
    ) -> Result<(FloatValue<'ctx>, IntValue<'ctx>)> {
        let zero = left.get_type().const_zero();
        let remainder = self.builder.build_float_rem(left, right, "")?;
        let is_there = self.float_compare(Comparison::Ne, remainder, zero)?;
        let is_negative = self.float_compare(Comparison::Lt, remainder, zero)?;
        let wants_negative = self.float_compare(Comparison::Lt, right, zero)?;
        let differ = self.builder.build_xor(is_negative, wants_negative, "")?;
        Ok((remainder, self.builder.build_and(is_there, differ, "")?))
    }

    /// The remainder with the divisor's sign; a zero has it too.
    fn float_floor_mod(&self, left: FloatValue<'ctx>, right: FloatValue<'ctx>) -> Result<FloatValue<'ctx>> {
        let (remainder, is_off) = self.remainder(left, right)?;
        let zero = left.get_type().const_zero();
        let moved = self.builder.build_float_add(remainder, right, "")?;
        let signed = self.select(is_off, moved, remainder)?;
        let is_zero = self.float_compare(Comparison::Eq, remainder, zero)?;
        let signed_zero = self.float_intrinsic("llvm.copysign", &[zero, right])?;
        self.select(is_zero, signed_zero, signed)
    }

    /// The quotient less the remainder's share, which is integral but for rounding: it is rounded
    /// to the nearest. A zero has the sign of the true quotient.
    fn float_floor_div(&self, left: FloatValue<'ctx>, right: FloatValue<'ctx>) -> Result<FloatValue<'ctx>> {
        let (remainder, is_off) = self.remainder(left, right)?;
        let ty = left.get_type();
        let (zero, one) = (ty.const_zero(), ty.const_float(1.0));
        let rest = self.builder.build_float_sub(left, remainder, "")?;
        let quotient = self.builder.build_float_div(rest, right, "")?;
        let less = self.builder.build_float_sub(quotient, one, "")?;
        let quotient = self.select(is_off, less, quotient)?;
        let floor = self.float_intrinsic("llvm.floor", &[quotient])?;
        let excess = self.builder.build_float_sub(quotient, floor, "")?;
        let is_nearer_above = self.float_compare(Comparison::Gt, excess, ty.const_float(0.5))?;
        let above = self.builder.build_float_add(floor, one, "")?;
        let rounded = self.select(is_nearer_above, above, floor)?;
        let true_quotient = self.builder.build_float_div(left, right, "")?;
        let signed_zero = self.float_intrinsic("llvm.copysign", &[zero, true_quotient])?;
        let is_zero = self.float_compare(Comparison::Eq, quotient, zero)?;
        self.select(is_zero, signed_zero, rounded)
    }
}

/// The name of a function of the C mathematics library for the type.
pub(crate) fn libm_name(name: &str, ty: FloatTy) -> String {
    match ty {
        FloatTy::F32 => format!("{name}f"),
        FloatTy::F64 => name.to_owned(),
    }
}
