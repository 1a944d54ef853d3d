//! The primitive types: names, sizes, signs.

use crate::{DataModel, Size};

/// Defines [`IntType`] from one table: variant, C name.
macro_rules! int_types {
    ($($variant:ident $name:literal)*) => {
        /// An integer type by its C name. `_Bool` is not among them.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum IntType {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
        }

        impl IntType {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in C.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

int_types! {
    Char "char"
    SChar "signed char"
    UChar "unsigned char"
    Short "short"
    UShort "unsigned short"
    Int "int"
    UInt "unsigned int"
    Long "long"
    ULong "unsigned long"
    LongLong "long long"
    ULongLong "unsigned long long"
    Int128 "__int128"
    UInt128 "unsigned __int128"
    Int8 "int8_t"
    UInt8 "uint8_t"
    Int16 "int16_t"
    UInt16 "uint16_t"
    Int32 "int32_t"
    UInt32 "uint32_t"
    Int64 "int64_t"
    UInt64 "uint64_t"
    IntLeast8 "int_least8_t"
    UIntLeast8 "uint_least8_t"
    IntLeast16 "int_least16_t"
    UIntLeast16 "uint_least16_t"
    IntLeast32 "int_least32_t"
    UIntLeast32 "uint_least32_t"
    IntLeast64 "int_least64_t"
    UIntLeast64 "uint_least64_t"
    IntFast8 "int_fast8_t"
    UIntFast8 "uint_fast8_t"
    IntFast16 "int_fast16_t"
    UIntFast16 "uint_fast16_t"
    IntFast32 "int_fast32_t"
    UIntFast32 "uint_fast32_t"
    IntFast64 "int_fast64_t"
    UIntFast64 "uint_fast64_t"
    IntMax "intmax_t"
    UIntMax "uintmax_t"
    IntPtr "intptr_t"
    UIntPtr "uintptr_t"
    PtrDiff "ptrdiff_t"
    Size "size_t"
    SSize "ssize_t"
    WChar "wchar_t"
    Char16 "char16_t"
    Char32 "char32_t"
}

impl IntType {
    /// The type of that C name, where it is a name of its own such as `size_t`. The spellings of
    /// the keyword types (`long unsigned int`) are the declaration parser's.
    pub fn from_typedef_name(name: &str) -> Option<Self> {
        let first = Self::Int8;
        Self::ALL.iter().copied().find(|kind| *kind >= first && kind.name() == name)
    }

    /// How many bytes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`canonical` leaves only the keyword types")]
    pub const fn size(self, model: &DataModel) -> Size {
        match self.canonical(model) {
            Self::Char | Self::SChar | Self::UChar => Size::bytes(1),
            Self::Short | Self::UShort => Size::bytes(2),
            Self::Int | Self::UInt => Size::bytes(4),
            Self::Long | Self::ULong => model.long,
            Self::Int128 | Self::UInt128 => Size::bytes(16),
            _ => Size::bytes(8),
        }
    }

    /// Whether it has negative values.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`canonical` leaves only the keyword types")]
    pub const fn is_signed(self, model: &DataModel) -> bool {
        match self.canonical(model) {
            Self::Char => model.char_signed,
            Self::SChar | Self::Short | Self::Int | Self::Long | Self::LongLong | Self::Int128 => true,
            _ => false,
        }
    }

    /// Whether its values are characters to a user: `char` and the wide ones.
    pub const fn is_character(self) -> bool {
        matches!(self, Self::Char | Self::WChar | Self::Char16 | Self::Char32)
    }

    /// The keyword type that a named one stands for on the target; a keyword type itself.
    pub const fn canonical(self, model: &DataModel) -> Self {
        let is_long_64 = model.long.get() == 8;
        match self {
            Self::Int8 | Self::IntLeast8 | Self::IntFast8 => Self::SChar,
            Self::UInt8 | Self::UIntLeast8 | Self::UIntFast8 => Self::UChar,
            Self::Int16 | Self::IntLeast16 => Self::Short,
            Self::UInt16 | Self::UIntLeast16 | Self::Char16 => Self::UShort,
            Self::Int32 | Self::IntLeast32 => Self::Int,
            Self::UInt32 | Self::UIntLeast32 | Self::Char32 => Self::UInt,
            Self::Int64 | Self::IntLeast64 | Self::IntFast64 | Self::IntMax if is_long_64 => Self::Long,
            Self::UInt64 | Self::UIntLeast64 | Self::UIntFast64 | Self::UIntMax if is_long_64 => Self::ULong,
            Self::Int64 | Self::IntLeast64 | Self::IntFast64 | Self::IntMax => Self::LongLong,
            Self::UInt64 | Self::UIntLeast64 | Self::UIntFast64 | Self::UIntMax => Self::ULongLong,
            Self::IntFast16 | Self::IntFast32 | Self::IntPtr | Self::PtrDiff | Self::SSize => Self::Long,
            Self::UIntFast16 | Self::UIntFast32 | Self::UIntPtr | Self::Size => Self::ULong,
            Self::WChar => match (model.wchar.get(), model.wchar_signed) {
                (2, _) => Self::UShort,
                (_, true) => Self::Int,
                (_, false) => Self::UInt,
            },
            Self::Char
            | Self::SChar
            | Self::UChar
            | Self::Short
            | Self::UShort
            | Self::Int
            | Self::UInt
            | Self::Long
            | Self::ULong
            | Self::LongLong
            | Self::ULongLong
            | Self::Int128
            | Self::UInt128 => self,
        }
    }
}

/// A real floating type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FloatType {
    /// `float`.
    Float,
    /// `double`.
    Double,
    /// `long double`.
    LongDouble,
}

impl FloatType {
    /// Its name in C.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Double => "double",
            Self::LongDouble => "long double",
        }
    }

    /// How many bytes, padding included.
    pub const fn size(self, model: &DataModel) -> Size {
        match self {
            Self::Float => Size::bytes(4),
            Self::Double => Size::bytes(8),
            Self::LongDouble => model.long_double,
        }
    }
}
