//! The LLVM values that a value of the typed IR becomes.

use std::fmt;
use std::rc::Rc;

use inkwell::values::{BasicValueEnum, FloatValue, IntValue, PointerValue};
use tir::{ArrayTy, Ty};

use crate::error::{InternalError, Result};

/// A lowered value. What has several parts stays in them, so that LLVM sees plain values.
#[derive(Clone, Debug)]
pub(crate) enum Operand<'ctx> {
    /// `None`.
    Nothing,
    /// A `bool` (`i1`), integer, float, pointer or record reference (`ptr`).
    Scalar(BasicValueEnum<'ctx>),
    /// A complex number.
    Complex(Complex<'ctx>),
    /// An array, as [`Array`] says, or a tuple: the parts of its items one after the other.
    Parts(Rc<[BasicValueEnum<'ctx>]>),
}

/// A complex number by parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complex<'ctx> {
    /// The real part.
    pub real: FloatValue<'ctx>,
    /// The imaginary part.
    pub imag: FloatValue<'ctx>,
}

/// An array by parts, which stand in this order.
#[derive(Clone, Debug)]
pub(crate) struct Array<'ctx> {
    /// The header of the memory that keeps the elements alive, or null.
    pub owner: PointerValue<'ctx>,
    /// The first element.
    pub data: PointerValue<'ctx>,
    /// The length of each axis.
    pub dims: Vec<IntValue<'ctx>>,
    /// The bytes from one element to the next along each axis, where the type does not say them.
    pub strides: Vec<IntValue<'ctx>>,
}

impl<'ctx> Operand<'ctx> {
    /// The parts, in order.
    pub(crate) fn parts(&self) -> Vec<BasicValueEnum<'ctx>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Scalar(value) => vec![*value],
            Self::Complex(value) => vec![value.real.into(), value.imag.into()],
            Self::Parts(parts) => parts.to_vec(),
        }
    }

    /// A value of type `ty` of its parts.
    pub(crate) fn from_parts(ty: Ty, parts: &[BasicValueEnum<'ctx>]) -> Result<Self> {
        match (ty, parts) {
            (Ty::Unit, []) => Ok(Self::Nothing),
            (Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) | Ty::Record(_), &[value]) => {
                Ok(Self::Scalar(value))
            }
            (Ty::Complex(_), &[BasicValueEnum::FloatValue(real), BasicValueEnum::FloatValue(imag)]) => {
                Ok(Self::Complex(Complex { real, imag }))
            }
            (Ty::Array(_) | Ty::Tuple(_), parts) => Ok(Self::Parts(parts.into())),
            (
                Ty::Unit
                | Ty::Bool
                | Ty::Int(_)
                | Ty::Float(_)
                | Ty::Complex(_)
                | Ty::Pointer(_)
                | Ty::Record(_),
                parts,
            ) => Err(InternalError::new(format!("{} parts of a value of {ty:?}", parts.len()))),
        }
    }

    /// A value of other parts that are as many.
    pub(crate) fn with_parts(&self, parts: Vec<BasicValueEnum<'ctx>>) -> Result<Self> {
        match (self, parts.as_slice()) {
            (Self::Nothing, []) => Ok(Self::Nothing),
            (Self::Scalar(_), &[value]) => Ok(Self::Scalar(value)),
            (Self::Complex(_), &[BasicValueEnum::FloatValue(real), BasicValueEnum::FloatValue(imag)]) => {
                Ok(Self::Complex(Complex { real, imag }))
            }
            (Self::Parts(_), _) => Ok(Self::Parts(parts.into())),
            (Self::Nothing | Self::Scalar(_) | Self::Complex(_), _) => {
                Err(InternalError::new("another number of parts"))
            }
        }
    }

    /// A `bool` or integer.
    pub(crate) fn int(&self) -> Result<IntValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::IntValue(value)) = self {
            Ok(*value)
        } else {
            Err(unfit("an integer", self))
        }
    }

    /// A float.
    pub(crate) fn float(&self) -> Result<FloatValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::FloatValue(value)) = self {
            Ok(*value)
        } else {
            Err(unfit("a float", self))
        }
    }

    /// A pointer or record reference.
    pub(crate) fn pointer(&self) -> Result<PointerValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::PointerValue(value)) = self {
            Ok(*value)
        } else {
            Err(unfit("a pointer", self))
        }
    }

    /// A complex number.
    pub(crate) fn complex(&self) -> Result<Complex<'ctx>> {
        if let Self::Complex(value) = self { Ok(*value) } else { Err(unfit("a complex number", self)) }
    }

    /// An array of this type.
    pub(crate) fn array(&self, ty: ArrayTy) -> Result<Array<'ctx>> {
        let rank = usize::from(ty.rank);
        if let Self::Parts(parts) = self
            && let [BasicValueEnum::PointerValue(owner), BasicValueEnum::PointerValue(data), words @ ..] =
                parts.as_ref()
            && words.len() == if ty.has_strides() { 2 * rank } else { rank }
        {
            let words: Vec<IntValue<'ctx>> = words.iter().map(|word| word.into_int_value()).collect();
            let (dims, strides) = words.split_at(rank);
            return Ok(Array { owner: *owner, data: *data, dims: dims.to_vec(), strides: strides.to_vec() });
        }
        Err(unfit("an array", self))
    }
}

impl<'ctx> Array<'ctx> {
    /// The array as an operand.
    pub(crate) fn operand(&self) -> Operand<'ctx> {
        let words = self.dims.iter().chain(&self.strides).map(|&word| BasicValueEnum::from(word));
        Operand::Parts([self.owner.into(), self.data.into()].into_iter().chain(words).collect())
    }
}

fn unfit(expected: &str, found: &Operand<'_>) -> InternalError {
    InternalError::new(format!("{expected} was expected, not {found}"))
}

/// For messages: what kind of value it is.
impl fmt::Display for Operand<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("nothing"),
            Self::Scalar(value) => {
                write!(formatter, "`{}`", value.get_type().print_to_string().to_string_lossy())
            }
            Self::Complex(_) => formatter.write_str("a complex number"),
            Self::Parts(parts) => write!(formatter, "a value of {} parts", parts.len()),
        }
    }
}

impl<'ctx, T: Into<BasicValueEnum<'ctx>>> From<T> for Operand<'ctx> {
    fn from(value: T) -> Self {
        Self::Scalar(value.into())
    }
}
