//! Operations by the type that they are of.

use inkwell::IntPredicate;
use inkwell::values::IntValue;
use tir::{BinaryOp, Comparison, IntTy, Ty, UnaryOp};

use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::Operand;

/// A `bool` computes as an integer of one bit.
pub(crate) const BOOL: IntTy = IntTy { bits: 1, is_signed: false };

impl<'ctx> Emitter<'_, 'ctx> {
    /// One operand, of type `ty`.
    pub(crate) fn unary(&self, op: UnaryOp, ty: Ty, value: &Operand<'ctx>) -> Result<Operand<'ctx>> {
        match ty {
            Ty::Bool => Ok(self.int_unary(op, BOOL, value.int()?)?.into()),
            Ty::Int(int) => Ok(self.int_unary(op, int, value.int()?)?.into()),
            Ty::Float(_) => Ok(self.float_unary(op, value.float()?)?.into()),
            Ty::Complex(float) => self.complex_unary(op, float, value.complex()?),
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(unfit(op, ty)),
        }
    }

    /// Two operands of type `ty`.
    pub(crate) fn binary(
        &self,
        op: BinaryOp,
        ty: Ty,
        left: &Operand<'ctx>,
        right: &Operand<'ctx>,
    ) -> Result<Operand<'ctx>> {
        match ty {
            Ty::Bool => Ok(self.int_binary(op, BOOL, left.int()?, right.int()?)?.into()),
            Ty::Int(int) => Ok(self.int_binary(op, int, left.int()?, right.int()?)?.into()),
            Ty::Float(float) => Ok(self.float_binary(op, float, left.float()?, right.float()?)?.into()),
            Ty::Complex(float) => {
                let value = self.complex_binary(op, float, left.complex()?, right.complex()?)?;
                Ok(Operand::Complex(value))
            }
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(unfit(op, ty)),
        }
    }

    /// Two operands of type `ty` to a `bool`.
    pub(crate) fn compare(
        &self,
        op: Comparison,
        ty: Ty,
        left: &Operand<'ctx>,
        right: &Operand<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        match ty {
            Ty::Bool => self.int_compare(op, false, left.int()?, right.int()?),
            Ty::Int(int) => self.int_compare(op, int.is_signed, left.int()?, right.int()?),
            Ty::Float(_) => self.float_compare(op, left.float()?, right.float()?),
            Ty::Complex(_) => self.complex_compare(op, left.complex()?, right.complex()?),
            Ty::Pointer(_) => {
                let predicate = int_predicate(op, false);
                Ok(self.builder.build_int_compare(predicate, left.pointer()?, right.pointer()?, "")?)
            }
            Ty::Unit | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(unfit(op, ty)),
        }
    }

    /// The second where the first is true, else the third.
    pub(crate) fn choose(
        &self,
        condition: IntValue<'ctx>,
        then: &Operand<'ctx>,
        otherwise: &Operand<'ctx>,
    ) -> Result<Operand<'ctx>> {
        let pairs = then.parts().into_iter().zip(otherwise.parts());
        let parts: Result<Vec<_>> =
            pairs.map(|(then, otherwise)| self.select(condition, then, otherwise)).collect();
        then.with_parts(parts?)
    }
}

/// The comparison of integers that an operation means.
pub(crate) fn int_predicate(op: Comparison, is_signed: bool) -> IntPredicate {
    match (op, is_signed) {
        (Comparison::Eq, _) => IntPredicate::EQ,
        (Comparison::Ne, _) => IntPredicate::NE,
        (Comparison::Lt, true) => IntPredicate::SLT,
        (Comparison::Le, true) => IntPredicate::SLE,
        (Comparison::Gt, true) => IntPredicate::SGT,
        (Comparison::Ge, true) => IntPredicate::SGE,
        (Comparison::Lt, false) => IntPredicate::ULT,
        (Comparison::Le, false) => IntPredicate::ULE,
        (Comparison::Gt, false) => IntPredicate::UGT,
        (Comparison::Ge, false) => IntPredicate::UGE,
    }
}

/// An operation that its type does not have.
pub(crate) fn unfit(op: impl std::fmt::Debug, ty: impl std::fmt::Debug) -> InternalError {
    InternalError::new(format!("{op:?} is not an operation of {ty:?}"))
}
