//! The scalar types of C as Python's numbers, bytes and strings, in and out.

use ctype::{DataModel, FloatType, IntType};
use pyo3_ffi as ffi;

use crate::x87::{f64_from_x87, x87_from_f64};
use crate::{Refusal, integer, to_f64};

/// How a scalar of C lies in memory and which Python type it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// `_Bool`: bool.
    Bool,
    /// `char`: bytes of length one.
    Char,
    /// A character of two bytes: str of length one.
    Char16,
    /// A character of four bytes: str of length one.
    Char32,
    /// int.
    I8,
    /// int.
    U8,
    /// int.
    I16,
    /// int.
    U16,
    /// int.
    I32,
    /// int.
    U32,
    /// int.
    I64,
    /// int.
    U64,
    /// int.
    I128,
    /// int.
    U128,
    /// `float`: float.
    F32,
    /// `double`: float.
    F64,
    /// `long double` of x87: float, which rounds it.
    F80,
    /// `float _Complex`: complex.
    C32,
    /// `double _Complex`: complex.
    C64,
    /// `long double _Complex`: complex, which rounds it.
    C80,
}

impl Scalar {
    /// The scalar that an integer type is; characters are characters.
    pub fn of_int(kind: IntType, model: &DataModel) -> Self {
        let size = kind.size(model).get();
        match (kind, size, kind.is_signed(model)) {
            (IntType::Char, ..) => Self::Char,
            (IntType::WChar | IntType::Char16 | IntType::Char32, 2, _) => Self::Char16,
            (IntType::WChar | IntType::Char16 | IntType::Char32, ..) => Self::Char32,
            (_, 1, true) => Self::I8,
            (_, 1, false) => Self::U8,
            (_, 2, true) => Self::I16,
            (_, 2, false) => Self::U16,
            (_, 4, true) => Self::I32,
            (_, 4, false) => Self::U32,
            (_, 16, true) => Self::I128,
            (_, 16, false) => Self::U128,
            (_, _, true) => Self::I64,
            (_, _, false) => Self::U64,
        }
    }

    /// The scalar that a floating type is.
    pub const fn of_float(kind: FloatType) -> Self {
        match kind {
            FloatType::Float => Self::F32,
            FloatType::Double => Self::F64,
            FloatType::LongDouble => Self::F80,
        }
    }

    /// The scalar that a complex type is.
    pub const fn of_complex(kind: FloatType) -> Self {
        match kind {
            FloatType::Float => Self::C32,
            FloatType::Double => Self::C64,
            FloatType::LongDouble => Self::C80,
        }
    }

    /// How many bytes it takes.
    pub const fn size(self) -> usize {
        match self {
            Self::Bool | Self::Char | Self::I8 | Self::U8 => 1,
            Self::Char16 | Self::I16 | Self::U16 => 2,
            Self::Char32 | Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::C32 => 8,
            Self::I128 | Self::U128 | Self::F80 | Self::C64 => 16,
            Self::C80 => 32,
        }
    }

    /// Whether it is an integer, as Python sees it: characters are not, `_Bool` is.
    pub const fn is_integer(self) -> bool {
        match self {
            Self::Bool
            | Self::I8
            | Self::U8
            | Self::I16
            | Self::U16
            | Self::I32
            | Self::U32
            | Self::I64
            | Self::U64
            | Self::I128
            | Self::U128 => true,
            Self::Char
            | Self::Char16
            | Self::Char32
            | Self::F32
            | Self::F64
            | Self::F80
            | Self::C32
            | Self::C64
            | Self::C80 => false,
        }
    }

    /// Whether it is `char`, `wchar_t`, `char16_t` or `char32_t`.
    pub const fn is_character(self) -> bool {
        matches!(self, Self::Char | Self::Char16 | Self::Char32)
    }

    /// Whether it is a real floating type.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::F80)
    }

    /// Whether it is a complex type.
    pub const fn is_complex(self) -> bool {
        matches!(self, Self::C32 | Self::C64 | Self::C80)
    }

    /// The word of an exact float or of a small exact int, read from the object; None where
    /// [`Self::to_word`] has to look closer.
    ///
    /// # Safety
    /// The interpreter's lock is held and `value` is a live object.
    #[inline]
    pub unsafe fn exact_word(self, value: *mut ffi::PyObject) -> Option<u64> {
        // SAFETY: the caller's promise; an exact float has the layout of PyFloatObject.
        unsafe {
            match self {
                Self::F64 if ffi::PyFloat_CheckExact(value) != 0 => {
                    Some((*value.cast::<ffi::PyFloatObject>()).ob_fval.to_bits())
                }
                // One digit of an int always fits.
                Self::I32 | Self::I64 => integer::compact(value).map(i64::cast_unsigned),
                Self::U32 | Self::U64 => integer::compact(value).and_then(|small| u64::try_from(small).ok()),
                Self::Bool
                | Self::Char
                | Self::Char16
                | Self::Char32
                | Self::I8
                | Self::U8
                | Self::I16
                | Self::U16
                | Self::I128
                | Self::U128
                | Self::F32
                | Self::F64
                | Self::F80
                | Self::C32
                | Self::C64
                | Self::C80 => None,
            }
        }
    }

    /// The value as a register holds it: integers extended to 64 bits, floats as their bits in the
    /// low end. Only for what fits in eight bytes.
    ///
    /// # Errors
    /// When `value` is not of the kind or does not fit.
    ///
    /// # Safety
    /// The interpreter's lock is held and `value` is a live object.
    #[inline]
    pub unsafe fn to_word(self, value: *mut ffi::PyObject) -> Result<u64, Refusal> {
        // SAFETY: the caller's promise, passed on.
        unsafe {
            match self {
                Self::I32 => narrow::<i32>(integer::to_i64(value)?),
                Self::F64 => Ok(to_f64(value)?.to_bits()),
                Self::I64 => Ok(integer::to_i64(value)?.cast_unsigned()),
                Self::U64 => integer::to_u64(value),
                Self::U32 => narrow::<u32>(integer::to_i64(value)?),
                Self::I8 => narrow::<i8>(integer::to_i64(value)?),
                Self::U8 => narrow::<u8>(integer::to_i64(value)?),
                Self::I16 => narrow::<i16>(integer::to_i64(value)?),
                Self::U16 => narrow::<u16>(integer::to_i64(value)?),
                #[expect(clippy::cast_possible_truncation, reason = "C rounds a double to a float")]
                Self::F32 => Ok(u64::from((to_f64(value)? as f32).to_bits())),
                Self::Bool => match integer::to_i64(value)? {
                    bit @ (0 | 1) => Ok(bit.cast_unsigned()),
                    _ => Err(Refusal::Range),
                },
                Self::Char => one_byte(value).map(u64::from),
                Self::Char16 => match one_character(value)? {
                    wide @ 0..=0xffff => Ok(u64::from(wide)),
                    _ => Err(Refusal::Kind("a str of one character below U+10000")),
                },
                Self::Char32 => one_character(value).map(u64::from),
                Self::I128 | Self::U128 | Self::F80 | Self::C32 | Self::C64 | Self::C80 => {
                    Err(Refusal::Kind("a value of at most eight bytes"))
                }
            }
        }
    }

    /// Writes a Python value to memory, which need not be aligned.
    ///
    /// # Errors
    /// When `value` is not of the kind or does not fit; nothing is written then.
    ///
    /// # Safety
    /// The interpreter's lock is held, `value` is a live object, and `to` has room.
    #[inline]
    pub unsafe fn store(self, value: *mut ffi::PyObject, to: *mut u8) -> Result<(), Refusal> {
        // SAFETY: the caller's promise: room for as many bytes as the scalar takes.
        unsafe {
            match self {
                Self::I128 => to.cast::<i128>().write_unaligned(integer::to_i128(value)?),
                Self::U128 => to.cast::<u128>().write_unaligned(integer::to_u128(value)?),
                Self::F80 => to.cast::<[u8; 16]>().write(x87_from_f64(to_f64(value)?)),
                Self::C32 | Self::C64 | Self::C80 => {
                    let (real, imaginary) = to_complex(value)?;
                    self.store_complex(real, imaginary, to);
                }
                Self::Bool
                | Self::Char
                | Self::Char16
                | Self::Char32
                | Self::I8
                | Self::U8
                | Self::I16
                | Self::U16
                | Self::I32
                | Self::U32
                | Self::I64
                | Self::U64
                | Self::F32
                | Self::F64 => {
                    let word = self.to_word(value)?.to_le_bytes();
                    std::ptr::copy_nonoverlapping(word.as_ptr(), to, self.size());
                }
            }
        }
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "C rounds a double to a float")]
    unsafe fn store_complex(self, real: f64, imaginary: f64, to: *mut u8) {
        // SAFETY: the caller made room for the two parts.
        unsafe {
            if self == Self::C32 {
                to.cast::<[f32; 2]>().write_unaligned([real as f32, imaginary as f32]);
            } else if self == Self::C64 {
                to.cast::<[f64; 2]>().write_unaligned([real, imaginary]);
            } else {
                to.cast::<[[u8; 16]; 2]>().write([x87_from_f64(real), x87_from_f64(imaginary)]);
            }
        }
    }

    /// The Python value of memory, a new reference, or null with an exception set.
    ///
    /// # Safety
    /// The interpreter's lock is held, and `from` holds such a scalar, perhaps unaligned.
    #[inline]
    pub unsafe fn load(self, from: *const u8) -> *mut ffi::PyObject {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::I32 => ffi::PyLong_FromLong(from.cast::<i32>().read_unaligned().into()),
                Self::F64 => ffi::PyFloat_FromDouble(from.cast::<f64>().read_unaligned()),
                Self::I64 => ffi::PyLong_FromLongLong(from.cast::<i64>().read_unaligned()),
                Self::U64 => ffi::PyLong_FromUnsignedLongLong(from.cast::<u64>().read_unaligned()),
                Self::U32 => ffi::PyLong_FromLong(from.cast::<u32>().read_unaligned().into()),
                Self::I8 => ffi::PyLong_FromLong(from.cast::<i8>().read().into()),
                Self::U8 => ffi::PyLong_FromLong(from.read().into()),
                Self::I16 => ffi::PyLong_FromLong(from.cast::<i16>().read_unaligned().into()),
                Self::U16 => ffi::PyLong_FromLong(from.cast::<u16>().read_unaligned().into()),
                Self::F32 => ffi::PyFloat_FromDouble(from.cast::<f32>().read_unaligned().into()),
                Self::Bool => truth(from.read()),
                Self::Char => ffi::PyBytes_FromStringAndSize(from.cast(), 1),
                Self::Char16 => character(from.cast::<u16>().read_unaligned().into()),
                Self::Char32 => character(from.cast::<u32>().read_unaligned()),
                Self::I128 => integer::from_i128(from.cast::<i128>().read_unaligned()),
                Self::U128 => integer::from_u128(from.cast::<u128>().read_unaligned()),
                Self::F80 => ffi::PyFloat_FromDouble(f64_from_x87(from.cast::<[u8; 16]>().read())),
                Self::C32 => {
                    let [real, imaginary] = from.cast::<[f32; 2]>().read_unaligned();
                    ffi::PyComplex_FromDoubles(real.into(), imaginary.into())
                }
                Self::C64 => {
                    let [real, imaginary] = from.cast::<[f64; 2]>().read_unaligned();
                    ffi::PyComplex_FromDoubles(real, imaginary)
                }
                Self::C80 => {
                    let [real, imaginary] = from.cast::<[[u8; 16]; 2]>().read();
                    ffi::PyComplex_FromDoubles(f64_from_x87(real), f64_from_x87(imaginary))
                }
            }
        }
    }
}

/// The word of an integer if `T` can hold it.
fn narrow<T: TryFrom<i64>>(wide: i64) -> Result<u64, Refusal> {
    T::try_from(wide).map(|_| wide.cast_unsigned()).map_err(|_| Refusal::Range)
}

unsafe fn one_byte(value: *mut ffi::PyObject) -> Result<u8, Refusal> {
    // SAFETY: the caller holds the lock; bytes are read only as far as they go.
    unsafe {
        if ffi::PyBytes_Check(value) == 0 || ffi::PyBytes_Size(value) != 1 {
            return Err(Refusal::Kind("bytes of length 1"));
        }
        Ok(ffi::PyBytes_AsString(value).cast::<u8>().read())
    }
}

unsafe fn one_character(value: *mut ffi::PyObject) -> Result<u32, Refusal> {
    // SAFETY: the caller holds the lock; the character is there.
    unsafe {
        if ffi::PyUnicode_Check(value) == 0 || ffi::PyUnicode_GetLength(value) != 1 {
            return Err(Refusal::Kind("a str of length 1"));
        }
        Ok(ffi::PyUnicode_ReadChar(value, 0))
    }
}

/// What a `_Bool` in memory is: C has no value for other bytes than 0 and 1.
unsafe fn truth(byte: u8) -> *mut ffi::PyObject {
    // SAFETY: the caller holds the lock; the format takes one int.
    unsafe {
        if byte > 1 {
            let text = c"a _Bool is 0 or 1, and its memory holds %d";
            return ffi::PyErr_Format(ffi::PyExc_ValueError, text.as_ptr(), i32::from(byte));
        }
        ffi::PyBool_FromLong(byte.into())
    }
}

unsafe fn character(code: u32) -> *mut ffi::PyObject {
    // SAFETY: the caller holds the lock; four bytes are read from `code`.
    unsafe {
        if code > 0x10_ffff {
            let text = c"a character of C is beyond U+10FFFF";
            ffi::PyErr_SetString(ffi::PyExc_ValueError, text.as_ptr());
            return std::ptr::null_mut();
        }
        ffi::PyUnicode_FromKindAndData(4, (&raw const code).cast(), 1)
    }
}

unsafe fn to_complex(value: *mut ffi::PyObject) -> Result<(f64, f64), Refusal> {
    // SAFETY: the caller holds the lock; a TypeError is cleared, others stay set.
    unsafe {
        let complex = ffi::PyComplex_AsCComplex(value);
        if complex.real.to_bits() != (-1.0_f64).to_bits() || ffi::PyErr_Occurred().is_null() {
            return Ok((complex.real, complex.imag));
        }
        if ffi::PyErr_ExceptionMatches(ffi::PyExc_TypeError) == 0 {
            return Err(Refusal::Raised);
        }
        ffi::PyErr_Clear();
        Err(Refusal::Kind("a complex number"))
    }
}
