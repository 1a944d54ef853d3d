//! From one type to another.

use inkwell::values::FloatValue;
use tir::{Comparison, FloatTy, IntTy, Ty};

use crate::arithmetic::BOOL;
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::{Complex, Operand};

impl<'ctx> Emitter<'_, 'ctx> {
    /// The value of type `from` as one of type `to`.
    pub(crate) fn convert(&self, value: &Operand<'ctx>, from: Ty, to: Ty) -> Result<Operand<'ctx>> {
        match (from, to) {
            (Ty::Bool, _) => self.convert_int(value, BOOL, to),
            (Ty::Int(int), _) => self.convert_int(value, int, to),
            (Ty::Float(_), _) => self.convert_float(value, to),
            (Ty::Complex(_), Ty::Complex(float)) => {
                let Complex { real, imag } = value.complex()?;
                let (real, imag) = (self.resize_float(real, float)?, self.resize_float(imag, float)?);
                Ok(Operand::Complex(Complex { real, imag }))
            }
            (Ty::Pointer(_) | Ty::Record(_), Ty::Pointer(_) | Ty::Record(_)) | (Ty::Unit, Ty::Unit) => {
                Ok(value.clone())
            }
            (Ty::Pointer(_), Ty::Int(int)) => {
                let ty = self.unit.int_type(int.bits);
                Ok(self.builder.build_ptr_to_int(value.pointer()?, ty, "")?.into())
            }
            (Ty::Complex(_) | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) | Ty::Unit, _) => {
                Err(no_way(from, to))
            }
        }
    }

    fn convert_int(&self, value: &Operand<'ctx>, from: IntTy, to: Ty) -> Result<Operand<'ctx>> {
        let int = value.int()?;
        match to {
            Ty::Bool => {
                let zero = int.get_type().const_zero();
                Ok(self.int_compare(Comparison::Ne, from.is_signed, int, zero)?.into())
            }
            Ty::Int(wanted) => Ok(self.resize(int, self.unit.int_type(wanted.bits), from.is_signed)?.into()),
            Ty::Float(float) => {
                let ty = self.unit.float(float);
                Ok(if from.is_signed {
                    self.builder.build_signed_int_to_float(int, ty, "")?.into()
                } else {
                    self.builder.build_unsigned_int_to_float(int, ty, "")?.into()
                })
            }
            Ty::Complex(float) => {
                let real = self.convert_int(value, from, Ty::Float(float))?.float()?;
                Ok(with_no_imaginary_part(real))
            }
            Ty::Pointer(_) => Ok(self.builder.build_int_to_ptr(int, self.unit.pointer(), "")?.into()),
            Ty::Unit | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => Err(no_way(Ty::Int(from), to)),
        }
    }

    fn convert_float(&self, value: &Operand<'ctx>, to: Ty) -> Result<Operand<'ctx>> {
        let float = value.float()?;
        match to {
            Ty::Bool => Ok(self.float_compare(Comparison::Ne, float, float.get_type().const_zero())?.into()),
            Ty::Int(int) => {
                let name = if int.is_signed { "llvm.fptosi.sat" } else { "llvm.fptoui.sat" };
                let types = [self.unit.int_type(int.bits).into(), float.get_type().into()];
                Ok(self.intrinsic(name, &types, &[float.into()])?.into())
            }
            Ty::Float(wanted) => Ok(self.resize_float(float, wanted)?.into()),
            Ty::Complex(part) => {
                let real = self.resize_float(float, part)?;
                Ok(with_no_imaginary_part(real))
            }
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => {
                Err(no_way("a float", to))
            }
        }
    }

    fn resize_float(&self, value: FloatValue<'ctx>, to: FloatTy) -> Result<FloatValue<'ctx>> {
        let wanted = self.unit.float(to);
        if value.get_type() == wanted {
            return Ok(value);
        }
        Ok(match to {
            FloatTy::F32 => self.builder.build_float_trunc(value, wanted, "")?,
            FloatTy::F64 => self.builder.build_float_ext(value, wanted, "")?,
        })
    }
}

fn with_no_imaginary_part(real: FloatValue<'_>) -> Operand<'_> {
    Operand::Complex(Complex { real, imag: real.get_type().const_zero() })
}

fn no_way(from: impl std::fmt::Debug, to: Ty) -> InternalError {
    InternalError::new(format!("{from:?} does not convert to {to:?}"))
}
