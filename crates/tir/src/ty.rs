//! The types of values.

use ctype::TypeId;

use crate::{ArrayTy, TupleTy};

/// An integer of two's complement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct IntTy {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Whether it has negative values.
    pub is_signed: bool,
}

impl IntTy {
    /// What an `int` of Python becomes.
    pub const I64: Self = Self { bits: 64, is_signed: true };
    /// The largest unsigned one.
    pub const U64: Self = Self { bits: 64, is_signed: false };

    /// Whether `value` is one of its values.
    pub fn holds(self, value: i128) -> bool {
        let bits = u32::from(self.bits);
        let half = 1_i128 << (bits - 1);
        if self.is_signed { (-half..half).contains(&value) } else { (0..half * 2).contains(&value) }
    }
}

/// A binary float of IEEE 754.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FloatTy {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl FloatTy {
    /// 32 or 64.
    pub const fn bits(self) -> u32 {
        match self {
            Self::F32 => 32,
            Self::F64 => 64,
        }
    }
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// `None`: there is nothing to know.
    Unit,
    /// `bool`.
    Bool,
    /// An integer.
    Int(IntTy),
    /// A float.
    Float(FloatTy),
    /// A complex number; the float is that of each part.
    Complex(FloatTy),
    /// A C pointer: the id of the pointer type itself.
    Pointer(TypeId),
    /// A C struct or union in memory; the value is its address.
    Record(TypeId),
    /// An array; the value is its descriptor, not its elements.
    Array(ArrayTy),
    /// Several values at once, as a function takes or returns them.
    Tuple(TupleTy),
}

impl Ty {
    /// `float`.
    pub const F64: Self = Self::Float(FloatTy::F64);
    /// `int`.
    pub const I64: Self = Self::Int(IntTy::I64);
    /// `complex`.
    pub const C128: Self = Self::Complex(FloatTy::F64);

    /// Whether a value of it keeps memory alive that is counted.
    pub fn holds_memory(self) -> bool {
        match self {
            Self::Array(_) => true,
            Self::Tuple(tuple) => tuple.items().iter().any(|item| item.holds_memory()),
            Self::Unit
            | Self::Bool
            | Self::Int(_)
            | Self::Float(_)
            | Self::Complex(_)
            | Self::Pointer(_)
            | Self::Record(_) => false,
        }
    }
}
