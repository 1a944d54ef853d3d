//! Python's integers.
//!
//! An exact `int` of one digit is read from the object. Its memory, after the sixteen bytes of
//! the object's head:
//!
//! ```text
//!            16                                  24
//! 3.11       number of digits, negative for < 0  digits of 30 bits, lowest first
//! 3.12 on    tag: sign (0 +, 1 zero, 2 -) in bits 0 and 1, number of digits from bit 3
//! ```

use pyo3_ffi as ffi;

use crate::Refusal;

/// The head of an `int` and its first digit.
#[repr(C)]
struct LongLayout {
    head: ffi::PyObject,
    tag: usize,
    digit: u32,
}

/// The value of an exact `int` of at most one digit, or of a bool.
///
/// # Safety
/// `value` is a live object.
#[inline]
pub(crate) unsafe fn compact(value: *mut ffi::PyObject) -> Option<i64> {
    // SAFETY: the caller's promise; an exact int, or a bool, has this layout, and its first digit
    // is there even for zero.
    unsafe {
        if ffi::PyLong_CheckExact(value) == 0 {
            return None;
        }
        let long = value.cast::<LongLayout>();
        let (tag, digit) = ((*long).tag, i64::from((*long).digit));
        #[cfg(Py_3_12)]
        {
            let sign = 1 - (tag & 3).cast_signed() as i64;
            (tag < 16).then_some(sign * digit)
        }
        #[cfg(not(Py_3_12))]
        {
            let count = tag.cast_signed();
            match count {
                0 => Some(0),
                1 => Some(digit),
                -1 => Some(-digit),
                _ => None,
            }
        }
    }
}

/// Calls `with` on the `int` that `value` is or stands for.
unsafe fn with_int<T>(
    value: *mut ffi::PyObject,
    with: impl FnOnce(*mut ffi::PyObject) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    // SAFETY: the caller holds the lock and `value` lives; the number made here is released here.
    unsafe {
        if ffi::PyLong_Check(value) != 0 {
            return with(value);
        }
        if ffi::PyIndex_Check(value) == 0 {
            return Err(Refusal::Kind("an integer"));
        }
        let index = ffi::PyNumber_Index(value);
        if index.is_null() {
            return Err(Refusal::Raised);
        }
        let result = with(index);
        ffi::Py_DECREF(index);
        result
    }
}

/// A signed integer.
///
/// # Errors
/// When it is none, or larger than 64 bits.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
#[inline]
pub unsafe fn to_i64(value: *mut ffi::PyObject) -> Result<i64, Refusal> {
    // SAFETY: the caller's promise.
    match unsafe { compact(value) } {
        Some(small) => Ok(small),
        // SAFETY: the caller's promise.
        None => unsafe { to_i64_slow(value) },
    }
}

#[cold]
unsafe fn to_i64_slow(value: *mut ffi::PyObject) -> Result<i64, Refusal> {
    // SAFETY: the caller's promise.
    unsafe {
        with_int(value, |int| {
            let mut overflow = 0;
            let wide = ffi::PyLong_AsLongLongAndOverflow(int, &raw mut overflow);
            if overflow == 0 { Ok(wide) } else { Err(Refusal::Range) }
        })
    }
}

/// An unsigned integer.
///
/// # Errors
/// When it is none, negative, or larger than 64 bits.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
#[inline]
pub unsafe fn to_u64(value: *mut ffi::PyObject) -> Result<u64, Refusal> {
    // SAFETY: the caller's promise.
    match unsafe { compact(value) } {
        Some(small) => u64::try_from(small).map_err(|_| Refusal::Range),
        // SAFETY: the caller's promise.
        None => unsafe { to_u64_slow(value) },
    }
}

#[cold]
unsafe fn to_u64_slow(value: *mut ffi::PyObject) -> Result<u64, Refusal> {
    // SAFETY: the caller's promise; the error looked for is an OverflowError and is cleared.
    unsafe {
        with_int(value, |int| {
            let wide = ffi::PyLong_AsUnsignedLongLong(int);
            if wide == u64::MAX && !ffi::PyErr_Occurred().is_null() {
                ffi::PyErr_Clear();
                return Err(Refusal::Range);
            }
            Ok(wide)
        })
    }
}

/// The low 128 bits of an integer of any size, as a cast takes them.
///
/// # Errors
/// When it is no integer.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn truncated_to_u128(value: *mut ffi::PyObject) -> Result<u128, Refusal> {
    // SAFETY: the caller's promise; the shifted number is released.
    unsafe {
        with_int(value, |int| {
            let low = u128::from(ffi::PyLong_AsUnsignedLongLongMask(int));
            let shifted = shift_right(int)?;
            let high = u128::from(ffi::PyLong_AsUnsignedLongLongMask(shifted));
            ffi::Py_DECREF(shifted);
            Ok(low | high << 64)
        })
    }
}

/// Whether an integer of any size is another one than zero.
///
/// # Errors
/// When it is none.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn is_nonzero(value: *mut ffi::PyObject) -> Result<bool, Refusal> {
    // SAFETY: the caller's promise.
    unsafe {
        with_int(value, |int| match ffi::PyObject_IsTrue(int) {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Refusal::Raised),
        })
    }
}

/// `int >> 64`, a new reference.
unsafe fn shift_right(int: *mut ffi::PyObject) -> Result<*mut ffi::PyObject, Refusal> {
    // SAFETY: the caller holds the lock and `int` lives; what is made here is released or returned.
    unsafe {
        let places = ffi::PyLong_FromLong(64);
        let shifted = if places.is_null() { places } else { ffi::PyNumber_Rshift(int, places) };
        ffi::Py_XDECREF(places);
        if shifted.is_null() { Err(Refusal::Raised) } else { Ok(shifted) }
    }
}

/// A signed integer of at most 128 bits.
///
/// # Errors
/// When it is none, or larger.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn to_i128(value: *mut ffi::PyObject) -> Result<i128, Refusal> {
    // SAFETY: the caller's promise; the high part is released.
    unsafe {
        with_int(value, |int| {
            let low = ffi::PyLong_AsUnsignedLongLongMask(int);
            let high = shift_right(int)?;
            let part = to_i64(high);
            ffi::Py_DECREF(high);
            Ok(i128::from(part?) << 64 | i128::from(low))
        })
    }
}

/// An unsigned integer of at most 128 bits.
///
/// # Errors
/// When it is none, negative, or larger.
///
/// # Safety
/// The interpreter's lock is held and `value` is a live object.
pub unsafe fn to_u128(value: *mut ffi::PyObject) -> Result<u128, Refusal> {
    // SAFETY: the caller's promise; the high part is released.
    unsafe {
        with_int(value, |int| {
            let low = ffi::PyLong_AsUnsignedLongLongMask(int);
            let high = shift_right(int)?;
            let part = to_u64(high);
            ffi::Py_DECREF(high);
            Ok(u128::from(part?) << 64 | u128::from(low))
        })
    }
}

/// A Python `int`, a new reference, or null with an exception set.
///
/// # Safety
/// The interpreter's lock is held.
pub unsafe fn from_i128(value: i128) -> *mut ffi::PyObject {
    match i64::try_from(value) {
        // SAFETY: the caller holds the lock.
        Ok(small) => unsafe { ffi::PyLong_FromLongLong(small) },
        // SAFETY: as above; the parts are made by CPython.
        Err(_) => unsafe {
            let high = ffi::PyLong_FromLongLong((value >> 64) as i64);
            join(high, low_half(value.cast_unsigned()))
        },
    }
}

/// A Python `int`, a new reference, or null with an exception set.
///
/// # Safety
/// The interpreter's lock is held.
pub unsafe fn from_u128(value: u128) -> *mut ffi::PyObject {
    match u64::try_from(value) {
        // SAFETY: the caller holds the lock.
        Ok(small) => unsafe { ffi::PyLong_FromUnsignedLongLong(small) },
        // SAFETY: as above; the parts are made by CPython.
        Err(_) => unsafe { join(ffi::PyLong_FromUnsignedLongLong(low_half(value >> 64)), low_half(value)) },
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low_half(value: u128) -> u64 {
    value as u64
}

/// `(high << 64) | low`; takes the reference to `high`.
unsafe fn join(high: *mut ffi::PyObject, low: u64) -> *mut ffi::PyObject {
    // SAFETY: the caller holds the lock; each object made here is checked and released.
    unsafe {
        let places = ffi::PyLong_FromLong(64);
        let low = ffi::PyLong_FromUnsignedLongLong(low);
        let mut joined = std::ptr::null_mut();
        if !high.is_null() && !places.is_null() && !low.is_null() {
            let shifted = ffi::PyNumber_Lshift(high, places);
            if !shifted.is_null() {
                joined = ffi::PyNumber_Or(shifted, low);
                ffi::Py_DECREF(shifted);
            }
        }
        ffi::Py_XDECREF(high);
        ffi::Py_XDECREF(places);
        ffi::Py_XDECREF(low);
        joined
    }
}
