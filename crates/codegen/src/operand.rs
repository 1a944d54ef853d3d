//! The LLVM values that a value of the typed IR becomes.

use std::fmt;

use inkwell::values::{BasicValueEnum, FloatValue, IntValue, PointerValue};

use crate::error::{InternalError, Result};

/// A lowered value. A complex number stays in two parts so that LLVM sees floats.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand<'ctx> {
    /// `None`.
    Nothing,
    /// A `bool` (`i1`), integer, float, pointer or record reference (`ptr`).
    Scalar(BasicValueEnum<'ctx>),
    /// A complex number.
    Complex(Complex<'ctx>),
}

/// A complex number by parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complex<'ctx> {
    /// The real part.
    pub real: FloatValue<'ctx>,
    /// The imaginary part.
    pub imag: FloatValue<'ctx>,
}

impl<'ctx> Operand<'ctx> {
    /// The parts, in order.
    pub(crate) fn parts(self) -> Vec<BasicValueEnum<'ctx>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Scalar(value) => vec![value],
            Self::Complex(value) => vec![value.real.into(), value.imag.into()],
        }
    }

    /// A value of parts that came from another's `parts`.
    pub(crate) fn from_parts(parts: &[BasicValueEnum<'ctx>]) -> Result<Self> {
        match *parts {
            [] => Ok(Self::Nothing),
            [value] => Ok(Self::Scalar(value)),
            [BasicValueEnum::FloatValue(real), BasicValueEnum::FloatValue(imag)] => {
                Ok(Self::Complex(Complex { real, imag }))
            }
            _ => Err(InternalError::new("a value has at most two parts")),
        }
    }

    /// A `bool` or integer.
    pub(crate) fn int(self) -> Result<IntValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::IntValue(value)) = self {
            Ok(value)
        } else {
            Err(unfit("an integer", self))
        }
    }

    /// A float.
    pub(crate) fn float(self) -> Result<FloatValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::FloatValue(value)) = self {
            Ok(value)
        } else {
            Err(unfit("a float", self))
        }
    }

    /// A pointer or record reference.
    pub(crate) fn pointer(self) -> Result<PointerValue<'ctx>> {
        if let Self::Scalar(BasicValueEnum::PointerValue(value)) = self {
            Ok(value)
        } else {
            Err(unfit("a pointer", self))
        }
    }

    /// A complex number.
    pub(crate) fn complex(self) -> Result<Complex<'ctx>> {
        if let Self::Complex(value) = self { Ok(value) } else { Err(unfit("a complex number", self)) }
    }
}

fn unfit(expected: &str, found: Operand<'_>) -> InternalError {
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
        }
    }
}

impl<'ctx, T: Into<BasicValueEnum<'ctx>>> From<T> for Operand<'ctx> {
    fn from(value: T) -> Self {
        Self::Scalar(value.into())
    }
}
