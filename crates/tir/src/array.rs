//! Types of arrays.
//!
//! The value of an array is its descriptor: who owns the memory, where the first element is, the
//! length of each axis, and the bytes from one element to the next along it where the order does
//! not say so.

use ctype::TypeId;

use crate::{FloatTy, IntTy, Ty};

/// What an array holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Element {
    /// A truth value in a byte.
    Bool,
    /// An integer.
    Int(IntTy),
    /// A float.
    Float(FloatTy),
    /// A complex number.
    Complex(FloatTy),
    /// A C struct; a structured dtype of that layout is the same.
    Record(TypeId),
}

impl Element {
    /// The type of the element as a value; of a record, its reference.
    pub const fn ty(self) -> Ty {
        match self {
            Self::Bool => Ty::Bool,
            Self::Int(int) => Ty::Int(int),
            Self::Float(float) => Ty::Float(float),
            Self::Complex(part) => Ty::Complex(part),
            Self::Record(record) => Ty::Record(record),
        }
    }

    /// The element that a value of this type is stored as, if an array can hold it.
    pub const fn of(ty: Ty) -> Option<Self> {
        match ty {
            Ty::Bool => Some(Self::Bool),
            Ty::Int(int) => Some(Self::Int(int)),
            Ty::Float(float) => Some(Self::Float(float)),
            Ty::Complex(part) => Some(Self::Complex(part)),
            Ty::Record(record) => Some(Self::Record(record)),
            Ty::Unit | Ty::Pointer(_) | Ty::Array(_) | Ty::Tuple(_) => None,
        }
    }
}

/// How the elements follow each other in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Order {
    /// Without gaps, the last axis fastest.
    C,
    /// Without gaps, the first axis fastest.
    F,
    /// As the strides say.
    Any,
}

/// The type of an array.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ArrayTy {
    /// What it holds.
    pub element: Element,
    /// How many axes it has.
    pub rank: u8,
    /// How the elements follow each other.
    pub order: Order,
    /// Whether elements may be assigned.
    pub is_writable: bool,
    /// Whether every element lies at a multiple of its alignment.
    pub is_aligned: bool,
}

impl ArrayTy {
    /// That of a new array: its own memory, writable, aligned.
    pub const fn new(element: Element, rank: u8, order: Order) -> Self {
        Self { element, rank, order, is_writable: true, is_aligned: true }
    }

    /// Whether a value carries strides.
    pub const fn has_strides(self) -> bool {
        matches!(self.order, Order::Any) && self.rank > 0
    }

    /// How many parts a value has: its owner, its data, its lengths, and its strides if it carries them.
    pub const fn part_count(self) -> usize {
        let rank = self.rank as usize;
        2 + rank + if self.has_strides() { rank } else { 0 }
    }
}
