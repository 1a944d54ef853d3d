//! `long double`, all eighty bits of it, and complex numbers of two: from Python's numbers, to them, as text.
//!
//! A Python float holds only some of its values. `float(x)` rounds; comparisons, `int(x)` and the text
//! do not.

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyTuple};
use pyobject::{Extended, Scalar};

use super::face::Face;
use super::load::owned;
use super::object::CData;
use super::store::refused;
use crate::failure::{Class, Failure};

/// Bits of an integer that are looked at; what is below them only decides the rounding.
const MAGNITUDE_BITS: usize = 120;

/// Bits of the largest `long double`.
const MOST_BITS: usize = 16384;

/// The bits of the number at `address`.
///
/// # Safety
/// A `long double` lies there.
unsafe fn read(address: *const u8) -> [u8; 16] {
    // SAFETY: the caller's promise.
    unsafe { address.cast::<[u8; 16]>().read() }
}

/// Writes a Python number, or a number as C data, rounding only what no `long double` holds.
///
/// # Safety
/// `address` has room for the scalar: `long double`, or two of them for a complex one.
pub(super) unsafe fn store(
    face: &'static Face,
    scalar: Scalar,
    address: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise; C data of a scalar type has the value at its address.
    unsafe {
        if let Some(data) = CData::of(value)
            && let Some(given @ (Scalar::F80 | Scalar::C80)) = data.face.scalar()
            && (given == scalar || given == Scalar::F80)
        {
            data.check_alive()?;
            address.write_bytes(0, scalar.size());
            std::ptr::copy_nonoverlapping(data.address, address, given.size());
            return Ok(());
        }
        if let Ok(integer) = value.cast::<PyInt>() {
            address.write_bytes(0, scalar.size());
            address.cast::<[u8; 16]>().write(of_int(face, integer.as_any())?);
            return Ok(());
        }
        let stored = scalar.store(value.as_ptr(), address);
        stored.map_err(|refusal| refused(face, value, refusal))
    }
}

/// The number nearest to an integer.
fn of_int(face: &Face, integer: &Bound<'_, PyAny>) -> Result<[u8; 16], Failure> {
    let is_negative = integer.lt(0)?;
    let magnitude = integer.abs()?;
    let bits: usize = magnitude.call_method0("bit_length")?.extract()?;
    let too_large = || {
        let text = format!("an int of {bits} bits does not fit '{}'", face.name());
        Failure::new(Class::Overflow, text)
    };
    let dropped = bits.saturating_sub(MAGNITUDE_BITS);
    let exponent = u32::try_from(dropped).ok().filter(|_| bits <= MOST_BITS).ok_or_else(too_large)?;
    let mut high: u128 = magnitude.rshift(dropped)?.extract()?;
    if dropped > 0 && !int(integer.py(), high)?.lshift(dropped)?.eq(&magnitude)? {
        high |= 1;
    }
    Extended::round(is_negative, high, exponent).ok_or_else(too_large)
}

fn int(py: Python<'_>, value: u128) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the lock is held; the result is a new reference or null.
    unsafe { owned(py, pyobject::from_u128(value)) }
}

/// The integer that the number at `address` is when it is cut towards zero.
///
/// # Safety
/// A `long double` lies there.
pub(super) unsafe fn to_int(py: Python<'_>, address: *const u8) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the caller's promise.
    let Some(number) = Extended::of_bytes(unsafe { read(address) }) else {
        // SAFETY: as above; an infinity or no number, which Python refuses.
        let float = unsafe { owned(py, Scalar::F80.load(address)) }?;
        return Ok(py.get_type::<PyInt>().call1((float,))?);
    };
    let mantissa = int(py, number.mantissa.into())?;
    let cut = if number.exponent < 0 {
        mantissa.rshift(number.exponent.unsigned_abs())?
    } else {
        mantissa.lshift(number.exponent)?
    };
    Ok(if number.is_negative { cut.neg()? } else { cut })
}

/// The number as Python compares and hashes it: a float if one is equal, else a fraction.
///
/// # Safety
/// A `long double` lies at `address`.
pub(super) unsafe fn to_number(py: Python<'_>, address: *const u8) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the caller's promise.
    let (float, bytes) = unsafe { (owned(py, Scalar::F80.load(address))?, read(address)) };
    match Extended::of_bytes(bytes) {
        Some(number) if !is_float(number) => fraction(py, number),
        Some(_) | None => Ok(float),
    }
}

/// The complex number as Python compares and hashes it: a complex if one is equal, else its real part if that
/// is all of it, else the pair of its parts, which is no number of Python's.
///
/// # Safety
/// A `long double _Complex` lies at `address`.
pub(super) unsafe fn to_complex(py: Python<'_>, address: *const u8) -> Result<Bound<'_, PyAny>, Failure> {
    // SAFETY: the caller's promise: two `long double` lie there.
    let (real, imaginary) = unsafe { (to_number(py, address)?, to_number(py, address.add(16))?) };
    if real.is_instance_of::<PyFloat>() && imaginary.is_instance_of::<PyFloat>() {
        // SAFETY: as above.
        return unsafe { owned(py, Scalar::C80.load(address)) };
    }
    if imaginary.eq(0)? {
        return Ok(real);
    }
    Ok(PyTuple::new(py, [real, imaginary])?.into_any())
}

/// Whether a float is equal: 53 bits are enough for it, and it is neither too large nor too small.
fn is_float(number: Extended) -> bool {
    let Extended { mantissa, exponent, .. } = number;
    if mantissa == 0 {
        return true;
    }
    let lowest = exponent + mantissa.trailing_zeros().cast_signed();
    let highest = exponent + mantissa.ilog2().cast_signed();
    highest - lowest < 53 && highest < 1024 && lowest >= -1074
}

fn fraction(py: Python<'_>, number: Extended) -> Result<Bound<'_, PyAny>, Failure> {
    let class = py.import("fractions")?.getattr("Fraction")?;
    let power = int(py, 1)?.lshift(number.exponent.unsigned_abs())?;
    let signed = i128::from(number.mantissa) * if number.is_negative { -1 } else { 1 };
    let fraction = class.call1((signed,))?;
    Ok(if number.exponent < 0 { fraction.div(power)? } else { fraction.mul(power)? })
}

/// The shortest text of the number at `address` that no other `long double` is nearer to.
///
/// # Safety
/// A `long double` lies there.
pub(super) unsafe fn text(py: Python<'_>, address: *const u8) -> Result<String, Failure> {
    // SAFETY: the caller's promise.
    let number = unsafe { Extended::of_bytes(read(address)) };
    let Some(number) = number.filter(|number| number.mantissa != 0) else {
        // SAFETY: as above.
        return Ok(unsafe { owned(py, Scalar::F80.load(address)) }?.repr()?.to_string());
    };
    let (digits, exponent) = shortest(py, number)?;
    let sign = if number.is_negative { "-" } else { "" };
    Ok(format!("{sign}{}", placed(&digits, exponent)))
}

/// The complex number at `address` as Python writes one, each part as [`text`] does.
///
/// # Safety
/// A `long double _Complex` lies there.
pub(super) unsafe fn complex_text(py: Python<'_>, address: *const u8) -> Result<String, Failure> {
    // SAFETY: the caller's promise: two `long double` lie there.
    let (real, imaginary) = unsafe { (text(py, address)?, text(py, address.add(16))?) };
    let [real, imaginary] = [&real, &imaginary].map(|part| part.strip_suffix(".0").unwrap_or(part));
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    Ok(if real == "0" { format!("{imaginary}j") } else { format!("({real}{sign}{imaginary}j)") })
}

/// The fewest digits that are nearest to the number, and the power of ten of the first.
fn shortest(py: Python<'_>, number: Extended) -> PyResult<(String, i64)> {
    /// Digits that tell apart any two numbers of 64 bits.
    const ENOUGH: u32 = 21;
    let decimal = py.import("decimal")?;
    let context = |digits: u32| {
        let context = decimal.getattr("Context")?.call1((digits,))?;
        context.setattr("Emax", decimal.getattr("MAX_EMAX")?)?;
        context.setattr("Emin", decimal.getattr("MIN_EMIN")?)?;
        PyResult::Ok(context)
    };
    let wide = context(2 * ENOUGH)?;
    let class = decimal.getattr("Decimal")?;
    let step = wide.call_method1("power", (class.call1((2,))?, class.call1((number.exponent,))?))?;
    let exact = wide.call_method1("multiply", (class.call1((number.mantissa,))?, &step))?;
    // Below a power of two the next number is half as far as above it.
    let nearer = if number.mantissa == 1 << 63 { 4 } else { 2 };
    let half = wide.call_method1("divide", (&step, class.call1((nearer,))?))?;
    for digits in 1..=ENOUGH {
        let rounded = context(digits)?.call_method1("plus", (&exact,))?;
        let off = wide.call_method1("subtract", (&rounded, &exact))?.abs()?;
        if digits == ENOUGH || off.lt(&half)? {
            let parts = rounded.call_method0("as_tuple")?;
            let digits: Vec<u8> = parts.getattr("digits")?.cast::<PyTuple>()?.extract()?;
            let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            let first = rounded.call_method0("adjusted")?.extract()?;
            let kept = text.trim_end_matches('0');
            return Ok((kept.to_owned(), first));
        }
    }
    unreachable!("the last round returns")
}

/// Digits with their point, or with an exponent, as Python writes floats.
fn placed(digits: &str, exponent: i64) -> String {
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    match exponent {
        -4..=-1 => format!("0.{}{digits}", zeros(-exponent - 1)),
        0..16 if exponent + 1 >= count => format!("{digits}{}.0", zeros(exponent + 1 - count)),
        0..16 => {
            let (whole, rest) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(0));
            format!("{whole}.{rest}")
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}
