//! The numbers of compiled code: exact types in, words; words out, Python's numbers.
//!
//! A word is what the native entry takes: an integer extended to 64 bits, a bool as 0 or 1, a float in the
//! low bytes; a complex number is two. NumPy's scalars keep their value behind the object's head.

use std::ffi::CStr;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3_ffi as ffi;
use tir::{FloatTy, IntTy, Ty};

use crate::{Refusal, integer, to_f64};

const I64: Ty = Ty::I64;
const U64: Ty = Ty::Int(IntTy::U64);

const fn int(bits: u8, is_signed: bool) -> Ty {
    Ty::Int(IntTy { bits, is_signed })
}

/// The classes of NumPy's scalars by their names.
const SCALARS: [(&CStr, Ty); 16] = [
    (c"numpy.float64", Ty::F64),
    (c"numpy.int64", I64),
    (c"numpy.float32", Ty::Float(FloatTy::F32)),
    (c"numpy.int32", int(32, true)),
    (c"numpy.complex128", Ty::C128),
    (c"numpy.bool", Ty::Bool),
    (c"numpy.bool_", Ty::Bool),
    (c"numpy.uint64", U64),
    (c"numpy.uint32", int(32, false)),
    (c"numpy.uint8", int(8, false)),
    (c"numpy.int8", int(8, true)),
    (c"numpy.int16", int(16, true)),
    (c"numpy.uint16", int(16, false)),
    (c"numpy.complex64", Ty::Complex(FloatTy::F32)),
    (c"numpy.longlong", I64),
    (c"numpy.ulonglong", U64),
];

/// The classes that were seen, at the places of their names.
static SEEN: [AtomicPtr<ffi::PyTypeObject>; SCALARS.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; SCALARS.len()];

/// The number that a class of NumPy's scalars is.
unsafe fn numpy_ty(class: *mut ffi::PyTypeObject) -> Option<Ty> {
    if let Some(index) = SEEN.iter().position(|seen| seen.load(Ordering::Relaxed) == class) {
        return Some(SCALARS[index].1);
    }
    // SAFETY: the caller holds the lock and the class lives, with its name.
    unsafe {
        if (*class).tp_flags & ffi::Py_TPFLAGS_HEAPTYPE != 0 {
            return None;
        }
        let name = CStr::from_ptr((*class).tp_name);
        let index = SCALARS.iter().position(|(known, _)| *known == name)?;
        SEEN[index].store(class, Ordering::Relaxed);
        Some(SCALARS[index].1)
    }
}

/// The type that a number has in compiled code: an `int` of at most 64 bits is `int64`, else `uint64`.
///
/// # Errors
/// When it is an `int` that is larger.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn number_ty(value: *mut ffi::PyObject) -> Result<Option<Ty>, Refusal> {
    // SAFETY: the caller's promise.
    unsafe {
        if ffi::PyFloat_CheckExact(value) != 0 {
            return Ok(Some(Ty::F64));
        }
        if ffi::PyLong_CheckExact(value) == 0 {
            if ffi::PyBool_Check(value) != 0 {
                return Ok(Some(Ty::Bool));
            }
            if let Some(ty) = numpy_ty(ffi::Py_TYPE(value)) {
                return Ok(Some(ty));
            }
        }
        if ffi::PyLong_Check(value) != 0 {
            return match integer::to_i64(value) {
                Ok(_) => Ok(Some(I64)),
                Err(Refusal::Range) => integer::to_u64(value).map(|_| Some(U64)),
                Err(refusal) => Err(refusal),
            };
        }
        if ffi::PyFloat_Check(value) != 0 {
            return Ok(Some(Ty::F64));
        }
        Ok((ffi::PyComplex_Check(value) != 0).then_some(Ty::C128))
    }
}

/// Writes the words of a number whose type is exactly `ty`; whether it is.
///
/// # Safety
/// The interpreter's lock is held, `value` is a live object, and `to` has room for two words.
#[inline]
pub unsafe fn exact_words(ty: Ty, value: *mut ffi::PyObject, to: *mut u64) -> bool {
    // SAFETY: the caller's promise; an exact float has the layout of PyFloatObject.
    unsafe {
        match ty {
            Ty::Float(FloatTy::F64) if ffi::PyFloat_CheckExact(value) != 0 => {
                to.write((*value.cast::<ffi::PyFloatObject>()).ob_fval.to_bits());
                true
            }
            Ty::Int(IntTy::I64) => match integer::compact(value) {
                Some(small) => {
                    to.write(small.cast_unsigned());
                    true
                }
                None => other_words(ty, value, to),
            },
            Ty::Bool if ffi::PyBool_Check(value) != 0 => {
                to.write(u64::from(value == ffi::Py_True()));
                true
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => other_words(ty, value, to),
        }
    }
}

#[inline(never)]
unsafe fn other_words(ty: Ty, value: *mut ffi::PyObject, to: *mut u64) -> bool {
    // SAFETY: the caller's promise; an exact complex has the layout of PyComplexObject.
    unsafe {
        if ffi::PyLong_CheckExact(value) != 0 {
            let word = if ty == I64 {
                integer::to_i64(value).map(i64::cast_unsigned)
            } else if ty == U64 {
                match integer::to_u64(value) {
                    Ok(word) if i64::try_from(word).is_err() => Ok(word),
                    Ok(_) | Err(_) => return false,
                }
            } else {
                return false;
            };
            return word.map(|word| to.write(word)).is_ok();
        }
        if ty == Ty::C128 && ffi::PyComplex_CheckExact(value) != 0 {
            let complex = ffi::PyComplex_AsCComplex(value);
            to.write(complex.real.to_bits());
            to.add(1).write(complex.imag.to_bits());
            return true;
        }
        if numpy_ty(ffi::Py_TYPE(value)) != Some(ty) {
            return false;
        }
        scalar_words(ty, value.cast::<u8>().add(size_of::<ffi::PyObject>()), to)
    }
}

/// The words of a number in memory.
unsafe fn scalar_words(ty: Ty, from: *const u8, to: *mut u64) -> bool {
    // SAFETY: the caller says that there is such a number.
    unsafe {
        match ty {
            Ty::Bool => to.write(u64::from(from.read() != 0)),
            Ty::Int(int) => to.write(match (int.bits, int.is_signed) {
                (8, true) => i64::from(from.cast::<i8>().read()).cast_unsigned(),
                (8, false) => from.read().into(),
                (16, true) => i64::from(from.cast::<i16>().read_unaligned()).cast_unsigned(),
                (16, false) => from.cast::<u16>().read_unaligned().into(),
                (32, true) => i64::from(from.cast::<i32>().read_unaligned()).cast_unsigned(),
                (32, false) => from.cast::<u32>().read_unaligned().into(),
                _ => from.cast::<u64>().read_unaligned(),
            }),
            Ty::Float(FloatTy::F32) => to.write(from.cast::<u32>().read_unaligned().into()),
            Ty::Float(FloatTy::F64) => to.write(from.cast::<u64>().read_unaligned()),
            Ty::Complex(FloatTy::F32) => {
                to.write(from.cast::<u32>().read_unaligned().into());
                to.add(1).write(from.add(4).cast::<u32>().read_unaligned().into());
            }
            Ty::Complex(FloatTy::F64) => {
                to.write(from.cast::<u64>().read_unaligned());
                to.add(1).write(from.add(8).cast::<u64>().read_unaligned());
            }
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => return false,
        }
        true
    }
}

/// Writes the words of any number as a `ty`: integers are to fit, floats are cut towards zero where an
/// integer is wanted.
///
/// # Errors
/// When it is no number, or too large.
///
/// # Safety
/// The interpreter's lock is held, `value` is a live object, and `to` has room for two words.
pub unsafe fn converted_words(ty: Ty, value: *mut ffi::PyObject, to: *mut u64) -> Result<(), Refusal> {
    // SAFETY: the caller's promise.
    unsafe {
        if exact_words(ty, value, to) {
            return Ok(());
        }
        match ty {
            Ty::Bool => to.write(match ffi::PyObject_IsTrue(value) {
                -1 => return Err(Refusal::Raised),
                truth => u64::from(truth != 0),
            }),
            Ty::Int(int) => to.write(integer_word(int, value)?),
            Ty::Float(FloatTy::F64) => to.write(to_f64(value)?.to_bits()),
            Ty::Float(FloatTy::F32) => to.write(single(to_f64(value)?)),
            Ty::Complex(part) => {
                let complex = ffi::PyComplex_AsCComplex(value);
                if !ffi::PyErr_Occurred().is_null() {
                    return Err(Refusal::Raised);
                }
                let word = |number: f64| match part {
                    FloatTy::F32 => single(number),
                    FloatTy::F64 => number.to_bits(),
                };
                to.write(word(complex.real));
                to.add(1).write(word(complex.imag));
            }
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => {
                return Err(Refusal::Kind("a number"));
            }
        }
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is what it is for")]
fn single(number: f64) -> u64 {
    u64::from((number as f32).to_bits())
}

unsafe fn integer_word(int: IntTy, value: *mut ffi::PyObject) -> Result<u64, Refusal> {
    // SAFETY: the caller holds the lock and the value lives.
    unsafe {
        let wide = if ffi::PyFloat_Check(value) != 0 {
            whole(int, to_f64(value)?)
        } else {
            integer::to_i128(value)?
        };
        if int.holds(wide) { Ok(low_word(wide)) } else { Err(Refusal::Range) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the word of what is in range")]
const fn low_word(wide: i128) -> u64 {
    wide.cast_unsigned() as u64
}

/// A float cut towards zero, saturated; NaN is zero.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn whole(int: IntTy, number: f64) -> i128 {
    let span = 1_i128 << (int.bits - u8::from(int.is_signed));
    (number as i128).clamp(if int.is_signed { -span } else { 0 }, span - 1)
}

/// How many words a number takes.
pub const fn word_count(ty: Ty) -> usize {
    match ty {
        Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Pointer(_) | Ty::Record(_) => 1,
        Ty::Complex(_) => 2,
        Ty::Unit | Ty::Array(_) | Ty::Tuple(_) => 0,
    }
}

/// The Python object of a number's words: a new reference, or null with an exception set.
///
/// # Safety
/// The interpreter's lock is held, and the words of a number are there.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low bytes of a word are what is there")]
pub unsafe fn box_number(ty: Ty, words: *const u64) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        match ty {
            Ty::Float(FloatTy::F64) => ffi::PyFloat_FromDouble(f64::from_bits(words.read())),
            Ty::Int(IntTy { bits, is_signed: true }) => {
                let unused = 64 - u32::from(bits);
                ffi::PyLong_FromLongLong(words.read().cast_signed() << unused >> unused)
            }
            Ty::Int(IntTy { bits, is_signed: false }) => {
                let unused = 64 - u32::from(bits);
                ffi::PyLong_FromUnsignedLongLong(words.read() << unused >> unused)
            }
            Ty::Bool => ffi::Py_NewRef(if words.read() & 1 == 0 { ffi::Py_False() } else { ffi::Py_True() }),
            Ty::Float(FloatTy::F32) => ffi::PyFloat_FromDouble(f32::from_bits(words.read() as u32).into()),
            Ty::Complex(part) => {
                let number = |word: u64| match part {
                    FloatTy::F32 => f64::from(f32::from_bits(word as u32)),
                    FloatTy::F64 => f64::from_bits(word),
                };
                ffi::PyComplex_FromDoubles(number(words.read()), number(words.add(1).read()))
            }
            Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => {
                ffi::Py_NewRef(ffi::Py_None())
            }
        }
    }
}
