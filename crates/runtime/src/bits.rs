//! NumPy's bit generators, by their table of functions.

use std::ffi::c_void;

/// NumPy's `bitgen_t`.
#[repr(C)]
pub(crate) struct Bits {
    state: *mut c_void,
    next_long: extern "C" fn(*mut c_void) -> u64,
    next_word: extern "C" fn(*mut c_void) -> u32,
    next_double: extern "C" fn(*mut c_void) -> f64,
    next_raw: extern "C" fn(*mut c_void) -> u64,
}

impl Bits {
    fn long(&self) -> u64 {
        (self.next_long)(self.state)
    }

    fn word(&self) -> u32 {
        (self.next_word)(self.state)
    }

    /// Lemire's multiplication, in as many bits as NumPy takes.
    fn below(&self, most: u64) -> u64 {
        match u32::try_from(most) {
            Ok(0) => 0,
            Ok(u32::MAX) => u64::from(self.word()),
            Ok(most) => {
                let count = u64::from(most) + 1;
                let least = u64::from(u32::MAX - most) % count;
                loop {
                    let product = u64::from(self.word()) * count;
                    if product & u64::from(u32::MAX) >= least {
                        return product >> 32;
                    }
                }
            }
            Err(_) if most == u64::MAX => self.long(),
            Err(_) => {
                let count = most + 1;
                let least = u128::from((u64::MAX - most) % count);
                loop {
                    let product = u128::from(self.long()) * u128::from(count);
                    if product & u128::from(u64::MAX) >= least {
                        return u64::try_from(product >> 64).unwrap_or(most);
                    }
                }
            }
        }
    }
}

/// The next number up to and with this one, both without a sign.
///
/// # Safety
/// The address is that of a `bitgen_t` that nobody else draws from meanwhile.
pub(crate) unsafe extern "C" fn below(bits: *const Bits, most: i64) -> i64 {
    // SAFETY: the caller says that it is there.
    unsafe { &*bits }.below(most.cast_unsigned()).cast_signed()
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    extern "C" fn count_long(state: *mut c_void) -> u64 {
        // SAFETY: the test's counter.
        unsafe {
            let counter = state.cast::<u64>();
            *counter = (*counter).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *counter
        }
    }

    extern "C" fn count_word(state: *mut c_void) -> u32 {
        (count_long(state) >> 32) as u32
    }

    extern "C" fn count_double(_: *mut c_void) -> f64 {
        0.5
    }

    #[test]
    fn numbers_are_not_above_the_bound() {
        let mut counter = 1_u64;
        let bits = Bits {
            state: ptr::from_mut(&mut counter).cast(),
            next_long: count_long,
            next_word: count_word,
            next_double: count_double,
            next_raw: count_long,
        };
        for most in [0_u64, 1, 6, u64::from(u32::MAX), 1 << 33, u64::MAX - 1, u64::MAX] {
            // SAFETY: a table that is there.
            let drawn = || unsafe { below(&raw const bits, most.cast_signed()) }.cast_unsigned();
            assert!((0..200).all(|_| drawn() <= most));
        }
    }
}
