//! What a target says about the primitive types.

use crate::Size;

/// The sizes that C leaves to the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataModel {
    /// `long` and `unsigned long`.
    pub long: Size,
    /// Every pointer, `size_t`, `intptr_t`.
    pub pointer: Size,
    /// `long double`, which is aligned to its size.
    pub long_double: Size,
    /// Bits of the mantissa and exponent that `long double` really has (80 for x87).
    pub long_double_bits: u32,
    /// `wchar_t`.
    pub wchar: Size,
    /// Whether `wchar_t` is signed.
    pub wchar_signed: bool,
    /// Whether plain `char` is signed.
    pub char_signed: bool,
}

impl DataModel {
    /// Linux on x86-64: System V psABI, section 3.1.2.
    pub const SYSV_X64: Self = Self {
        long: Size::bytes(8),
        pointer: Size::bytes(8),
        long_double: Size::bytes(16),
        long_double_bits: 80,
        wchar: Size::bytes(4),
        wchar_signed: true,
        char_signed: true,
    };

    /// The machine this was built for.
    pub const HOST: Self = Self::SYSV_X64;
}
