//! Sizes, alignments and bit offsets: a number with its unit in the type.

use std::fmt;
use std::ops::{Add, AddAssign, Mul};

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Size(u64);

impl Size {
    /// No bytes.
    pub const ZERO: Self = Self(0);

    /// So many bytes.
    pub const fn bytes(count: u64) -> Self {
        Self(count)
    }

    /// How many bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// How many bytes, for indexing memory of this process.
    pub fn to_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// How many bits.
    pub const fn bits(self) -> u64 {
        self.0.saturating_mul(8)
    }

    /// The next multiple of `align`, unless that overflows.
    pub fn checked_align_to(self, align: Align) -> Option<Self> {
        self.0.checked_next_multiple_of(align.get()).map(Self)
    }

    /// The sum, unless it overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The product, unless it overflows.
    pub fn checked_mul(self, count: u64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }
}

impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Mul<u64> for Size {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        Self(self.0 * count)
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}B", self.0)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

/// An alignment: a power of two of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Align(u8);

impl Align {
    /// Any address will do.
    pub const ONE: Self = Self(0);

    /// An alignment of `count` bytes, if that is a power of two.
    pub const fn bytes(count: u64) -> Option<Self> {
        if count.is_power_of_two() { Some(Self(log2(count))) } else { None }
    }

    /// The alignment of a scalar that is as large as it is aligned.
    pub const fn natural(size: Size) -> Self {
        Self(log2(size.0))
    }

    /// In bytes.
    pub const fn get(self) -> u64 {
        1 << self.0
    }

    /// In bits.
    pub const fn bits(self) -> u64 {
        self.get() * 8
    }
}

impl fmt::Debug for Align {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "align {}", self.get())
    }
}

impl fmt::Display for Align {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), formatter)
    }
}

/// The place of the lowest bit set.
#[expect(clippy::cast_possible_truncation, reason = "64 at most, and no `try_from` is const")]
const fn log2(count: u64) -> u8 {
    count.trailing_zeros() as u8
}

/// A number of bits from the start of something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct BitOffset(u64);

impl BitOffset {
    /// So many bits.
    pub const fn bits(count: u64) -> Self {
        Self(count)
    }

    /// How many bits.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// How much memory a value takes, and where it may start.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// What `sizeof` says.
    pub size: Size,
    /// What `_Alignof` says.
    pub align: Align,
}
