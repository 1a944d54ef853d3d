//! Bit-fields: up to 128 bits anywhere in their storage unit, so in up to 17 bytes.

use ctype::BitField;
use pyo3::ffi;
use pyo3::prelude::*;
use pyobject::{Refusal, Scalar};

use super::face::{Face, Kind};
use super::load::{is_signed, owned};
use super::store::refused;
use crate::failure::{Class, Failure};

/// The Python value of a bit-field. Only the bytes that hold its bits are touched.
///
/// # Safety
/// The storage unit lies at `unit`, as far as the field's last bit.
pub(super) unsafe fn load<'py>(
    py: Python<'py>,
    face: &Face,
    bits: BitField,
    unit: *const u8,
) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the caller's promise; the results are new references or null.
    unsafe {
        let value = read(bits, unit);
        let object = if matches!(face.kind, Kind::Scalar(Scalar::Bool)) {
            ffi::PyBool_FromLong((value != 0).into())
        } else if is_signed(face) {
            let unused = 128 - bits.width;
            pyobject::from_i128((value << unused).cast_signed() >> unused)
        } else {
            pyobject::from_u128(value)
        };
        owned(py, object)
    }
}

/// Writes a bit-field, leaving its neighbours.
///
/// # Safety
/// As for [`load`], and the memory may be written.
pub(super) unsafe fn store(
    face: &Face,
    bits: BitField,
    unit: *mut u8,
    value: Borrowed<'_, '_, PyAny>,
) -> Result<(), Failure> {
    let unused = 128 - bits.width;
    // SAFETY: the value lives and the lock is held.
    let (number, range) = unsafe {
        if is_signed(face) {
            // A flag of one bit may be set, though it reads as -1.
            let (low, high) = (i128::MIN >> unused, (i128::MAX >> unused).max(1));
            let number = pyobject::to_i128(value.as_ptr());
            let number =
                number.map(|number| (low..=high).contains(&number).then_some(number.cast_unsigned()));
            (number, format!("{low} <= x <= {high}"))
        } else {
            let high = u128::MAX >> unused;
            let number = pyobject::to_u128(value.as_ptr());
            (number.map(|number| (number <= high).then_some(number)), format!("0 <= x <= {high}"))
        }
    };
    match number {
        Ok(Some(number)) => {
            // SAFETY: the caller's promise.
            unsafe { write(bits, number, unit) };
            Ok(())
        }
        Ok(None) | Err(Refusal::Range) => {
            let given = value.str()?;
            let text = format!("value {given} outside the range allowed by the bit field width: {range}");
            Err(Failure::new(Class::Overflow, text))
        }
        Err(refusal) => Err(refused(face, value, refusal)),
    }
}

/// # Safety
/// The storage unit lies at `unit`, as far as the field's last bit.
unsafe fn read(bits: BitField, unit: *const u8) -> u128 {
    let mut value = 0;
    for (index, left) in bytes_of(bits) {
        // SAFETY: the caller's promise: the byte holds bits of the field.
        let byte = u128::from(unsafe { unit.add(index).read() });
        value |= if left < 0 { byte >> -left } else { byte << left };
    }
    value & (u128::MAX >> (128 - bits.width))
}

/// # Safety
/// As for [`read`], and the memory may be written.
#[expect(clippy::cast_possible_truncation, reason = "a byte is cut out")]
unsafe fn write(bits: BitField, value: u128, unit: *mut u8) {
    let all = u128::MAX >> (128 - bits.width);
    for (index, left) in bytes_of(bits) {
        let cut = |bits: u128| if left < 0 { (bits << -left) as u8 } else { (bits >> left) as u8 };
        let mask = cut(all);
        // SAFETY: the caller's promise: the byte holds bits of the field.
        unsafe {
            let byte = unit.add(index);
            byte.write((byte.read() & !mask) | (cut(value & all)));
        }
    }
}

/// The bytes that hold bits of the field, and how far left in the field's value each one's lowest
/// bit is; negative for the first, if bits of others come before the field's.
fn bytes_of(bits: BitField) -> impl Iterator<Item = (usize, i32)> {
    let start = usize::try_from(bits.start.get()).unwrap_or(0);
    let (first, shift) = (start / 8, start % 8);
    let count = (shift + bits.width as usize).div_ceil(8);
    let left = move |index: usize| i32::try_from(8 * index).unwrap_or(0) - i32::try_from(shift).unwrap_or(0);
    (0..count).map(move |index| (first + index, left(index)))
}
