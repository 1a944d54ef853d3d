//! `long double` of x87: eighty bits in sixteen bytes.
//!
//! ```text
//! bit 0        64              79   80
//!     mantissa exponent (bias 16383) sign
//! ```
//!
//! The mantissa's leading one is written out. Intel SDM, volume 1, 4.2.2.

/// A finite extended number: plus or minus `mantissa` times two to the `exponent`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extended {
    /// Whether its sign bit is set.
    pub is_negative: bool,
    /// As it lies in memory.
    pub mantissa: u64,
    /// What the mantissa's lowest bit counts.
    pub exponent: i32,
}

impl Extended {
    /// The number in memory, unless it is infinite or no number.
    #[expect(clippy::cast_possible_truncation, reason = "the fields are cut out")]
    pub const fn of_bytes(bytes: [u8; 16]) -> Option<Self> {
        let all = u128::from_le_bytes(bytes);
        let (mantissa, top) = (all as u64, (all >> 64) as u16);
        let (is_negative, field) = (top >> 15 == 1, (top & 0x7fff) as i32);
        if field == 0x7fff {
            return None;
        }
        // Numbers too small for a leading one have the exponent of the smallest others.
        let field = if field == 0 { 1 } else { field };
        Some(Self { is_negative, mantissa, exponent: field - 16383 - 63 })
    }

    /// The bytes of the number nearest to plus or minus `magnitude` times two to the `exponent`,
    /// ties to even; None if it is too large.
    #[expect(clippy::cast_possible_truncation, reason = "at most 64 bits are left")]
    pub fn round(is_negative: bool, magnitude: u128, exponent: u32) -> Option<[u8; 16]> {
        let sign = u128::from(is_negative) << 79;
        if magnitude == 0 {
            return Some(sign.to_le_bytes());
        }
        let shift = magnitude.leading_zeros();
        let high = magnitude << shift;
        let (kept, rest) = ((high >> 64) as u64, high as u64);
        let half = 1 << 63;
        let is_up = rest > half || (rest == half && kept & 1 == 1);
        let (mantissa, carry) = kept.overflowing_add(u64::from(is_up));
        let mantissa = if carry { half } else { mantissa };
        let field = 16383 + u128::from(127 - shift) + u128::from(exponent) + u128::from(carry);
        (field < 0x7fff).then(|| (sign | field << 64 | u128::from(mantissa)).to_le_bytes())
    }
}

/// The bits of an x87 extended number from a double: sign and 15 bits of exponent over a mantissa
/// of 64 bits whose leading one is written out.
pub(crate) fn x87_from_f64(value: f64) -> [u8; 16] {
    let bits = value.to_bits();
    let sign = (bits >> 63) << 15;
    let fraction = bits & ((1 << 52) - 1);
    let (exponent, mantissa) = match (bits >> 52) & 0x7ff {
        0 if fraction == 0 => (0, 0),
        0 => {
            let shift = u64::from(fraction.leading_zeros());
            (16383 - 1011 - shift, fraction << shift)
        }
        0x7ff => (0x7fff, 1 << 63 | fraction << 11),
        biased => (biased + 16383 - 1023, 1 << 63 | fraction << 11),
    };
    (u128::from(mantissa) | u128::from(sign | exponent) << 64).to_le_bytes()
}

/// The double nearest to an x87 extended number, ties to even.
#[expect(clippy::cast_possible_truncation, reason = "the fields are cut out")]
pub(crate) fn f64_from_x87(bytes: [u8; 16]) -> f64 {
    let all = u128::from_le_bytes(bytes);
    let (mantissa, top) = (all as u64, (all >> 64) as u16);
    let sign = u64::from(top >> 15) << 63;
    let infinity = 0x7ff << 52;
    let exponent = i32::from(top & 0x7fff);
    if exponent == 0x7fff {
        let fraction = (mantissa << 1) >> 12;
        let quiet = u64::from(mantissa << 1 != 0) << 51;
        return f64::from_bits(sign | infinity | fraction | quiet);
    }
    if mantissa == 0 {
        return f64::from_bits(sign);
    }
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    let exponent = exponent.max(1) - 16383 - shift.cast_signed();
    // Below the normal numbers fewer bits are kept.
    let dropped = 11 + (-1022 - exponent).clamp(0, 54).cast_unsigned();
    let (kept, rest) = match dropped {
        0..64 => (mantissa >> dropped, mantissa & ((1 << dropped) - 1)),
        _ => (0, mantissa),
    };
    let half = 1_u64 << (dropped - 1).min(63);
    let is_up = dropped <= 64 && (rest > half || (rest == half && kept & 1 == 1));
    let rounded = kept + u64::from(is_up);
    // The leading one adds one to the exponent field, and so does a carry out of the fraction.
    let field = u64::from((exponent + 1022).clamp(0, 0x7ff).cast_unsigned());
    let bits = if exponent < -1022 { rounded } else { (field << 52) + rounded };
    f64::from_bits(sign | bits.min(infinity))
}

#[cfg(test)]
mod tests {
    use super::{Extended, f64_from_x87, x87_from_f64};

    #[test]
    fn doubles_survive_the_extended_format() {
        let samples = [0.0, -0.0, 1.0, -2.5, 1e308, 5e-324, 2.2e-308, 1.1e-310, f64::INFINITY, f64::MAX, 0.1];
        for value in samples {
            assert_eq!(f64_from_x87(x87_from_f64(value)).to_bits(), value.to_bits(), "{value}");
        }
        assert!(f64_from_x87(x87_from_f64(f64::NAN)).is_nan());
    }

    #[test]
    fn the_extra_bits_round_to_even() {
        let one_and = |low: u128| (0x8000_0000_0000_0000_u128 | low | 16383 << 64).to_le_bytes();
        assert_eq!(f64_from_x87(one_and(1 << 10)).to_bits(), 1.0_f64.to_bits());
        assert_eq!(f64_from_x87(one_and((1 << 10) + 1)).to_bits(), (1.0 + f64::EPSILON).to_bits());
        assert_eq!(f64_from_x87(one_and(3 << 10)).to_bits(), (1.0 + 2.0 * f64::EPSILON).to_bits());
    }

    #[test]
    fn integers_are_exact_to_64_bits_and_rounded_beyond() {
        let exact = |value: u128| {
            let bytes = Extended::round(false, value, 0).expect("it is small");
            let parts = Extended::of_bytes(bytes).expect("it is finite");
            u128::from(parts.mantissa) >> parts.exponent.min(0).unsigned_abs() << parts.exponent.max(0)
        };
        for value in [1, 3, u64::MAX.into(), u128::from(u64::MAX) - 2, 1 << 127] {
            assert_eq!(exact(value), value);
        }
        let wide = 1_u128 << 100;
        let last = 1_u128 << 37;
        assert_eq!(exact(wide + last / 2), wide, "a tie goes to even");
        assert_eq!(exact(wide + last / 2 + 1), wide + last);
        assert_eq!(exact(wide + last + last / 2), wide + 2 * last);
        assert_eq!(exact((1 << 65) - 1), 1 << 65, "the carry goes into the exponent");
        assert_eq!(
            Extended::round(true, 0, 0).map(f64_from_x87).map(f64::to_bits),
            Some((-0.0_f64).to_bits())
        );
        assert_eq!(Extended::round(true, 5, 1).map(f64_from_x87), Some(-10.0));
        assert!(Extended::round(false, 1, 16383).is_some());
        assert_eq!(Extended::round(false, 1, 16384), None);
        assert_eq!(Extended::of_bytes(x87_from_f64(f64::NAN)), None);
    }
}
