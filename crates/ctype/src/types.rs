//! What a C type is.

use std::sync::Arc;

use arena::define_id;

use crate::{Align, BitOffset, FloatType, IntType, Layout, Size};

define_id! {
    /// A type of a [`CTypes`](crate::CTypes) table.
    pub struct TypeId("type")
}

define_id! {
    /// A struct or union.
    pub struct RecordId("record")
}

define_id! {
    /// An enum.
    pub struct EnumId("enum")
}

/// `const`, `volatile`, `restrict`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Qualifiers {
    /// May not be written through this name.
    pub is_const: bool,
    /// Every access counts.
    pub is_volatile: bool,
    /// A pointer that is the only way to what it points to.
    pub is_restrict: bool,
}

impl Qualifiers {
    /// None of them.
    pub const NONE: Self = Self { is_const: false, is_volatile: false, is_restrict: false };

    /// Those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            is_const: self.is_const || other.is_const,
            is_volatile: self.is_volatile || other.is_volatile,
            is_restrict: self.is_restrict || other.is_restrict,
        }
    }
}

/// A type as an object, element or target has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Qualified {
    /// The type.
    pub ty: TypeId,
    /// Its qualifiers.
    pub qualifiers: Qualifiers,
}

impl From<TypeId> for Qualified {
    fn from(ty: TypeId) -> Self {
        Self { ty, qualifiers: Qualifiers::NONE }
    }
}

/// A C type. Equal values are one entry of the table.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum CType {
    /// `void`.
    Void,
    /// `_Bool`.
    Bool,
    /// An integer.
    Int(IntType),
    /// A real floating type.
    Float(FloatType),
    /// `_Complex`.
    Complex(FloatType),
    /// A pointer to an object, to `void` or to a function.
    Pointer(Qualified),
    /// An array.
    Array {
        /// What it is of.
        element: Qualified,
        /// How many.
        length: ArrayLength,
    },
    /// A function. Parameters are already decayed.
    Function(Arc<Signature>),
    /// A struct or union.
    Record(RecordId),
    /// An enum.
    Enum(EnumId),
}

/// How many elements an array has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArrayLength {
    /// So many.
    Known(u64),
    /// `[]`: whatever an initialiser says, or open at the end of a struct.
    Unknown,
}

/// What a function takes and gives.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// What it returns, perhaps `void`.
    pub result: TypeId,
    /// What it takes, decayed; top-level qualifiers do not belong to a signature.
    pub params: Box<[TypeId]>,
    /// Whether `...` follows.
    pub is_variadic: bool,
}

/// Struct or union.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordKind {
    /// Fields one after the other.
    Struct,
    /// Fields on top of each other.
    Union,
}

impl RecordKind {
    /// The keyword.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Struct => "struct",
            Self::Union => "union",
        }
    }
}

/// A struct or union.
#[derive(Clone, Debug)]
pub struct Record {
    /// Which of the two.
    pub kind: RecordKind,
    /// How it is printed: `struct point`, a typedef's name where it has no tag, or
    /// `struct <anonymous>`.
    pub name: Arc<str>,
    /// Its fields and layout, once it is complete.
    pub body: Option<RecordBody>,
    /// See [`CTypes::depth`](crate::CTypes::depth).
    pub(crate) depth: u32,
}

/// What is between the braces, laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordBody {
    /// In the order of declaration; unnamed bit-fields only shift what follows and are not here.
    pub fields: Box<[Field]>,
    /// Size and alignment of the whole.
    pub layout: Layout,
    /// Whether the last field is an array without a length, or a struct that ends in one.
    pub is_flexible: bool,
    /// Whether it is a union that is passed as its first member would be: GNU `transparent_union`.
    pub is_transparent: bool,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name; an anonymous struct or union has none and lends its members' names.
    pub name: Option<Arc<str>>,
    /// Its type.
    pub ty: Qualified,
    /// Where it starts. For a bit-field: where its storage unit starts, or, where packing lets the bits
    /// lie across two units, their own first byte. Only the bytes that hold its bits are sure to be
    /// the record's: `offset` up to `offset + ceil((start + width) / 8)`, nine of them at most for 64
    /// bits.
    pub offset: Size,
    /// Which bits of the storage unit, if it is a bit-field.
    pub bits: Option<BitField>,
}

/// The bits of a storage unit that a bit-field takes, counted from the least significant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BitField {
    /// The lowest bit, relative to the unit's start.
    pub start: BitOffset,
    /// How many bits.
    pub width: u32,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// How it is printed: `enum color`.
    pub name: Arc<str>,
    /// The integer type that holds it, and its names, once it is complete.
    pub body: Option<(IntType, Box<[Enumerator]>)>,
}

/// One name of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enumerator {
    /// The name.
    pub name: Arc<str>,
    /// Its value.
    pub value: i128,
}

impl Field {
    /// Whether it takes bits of a storage unit rather than bytes.
    pub fn is_bit_field(&self) -> bool {
        self.bits.is_some()
    }
}

impl Layout {
    /// A scalar aligned to its size.
    pub(crate) const fn natural(size: Size) -> Self {
        Self { size, align: Align::natural(size) }
    }
}
