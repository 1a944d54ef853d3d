//! Integer arithmetic that is a loop.

/// `base` to the power `exponent`, modulo two to the 64th.
pub(crate) extern "C" fn int_pow(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1_u64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::int_pow;

    #[test]
    fn powers_wrap() {
        assert_eq!((int_pow(3, 0), int_pow(0, 0), int_pow(3, 5), int_pow(0, 5)), (1, 1, 243, 0));
        assert_eq!(int_pow(2, 64), 0);
        assert_eq!(int_pow(3, 1 << 40), 3_u64.wrapping_pow(1 << 20).wrapping_pow(1 << 20));
        assert_eq!(int_pow((-2_i64).cast_unsigned(), 63), i64::MIN.cast_unsigned());
    }
}
