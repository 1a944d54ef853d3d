//! The generator of `np.random`: MT19937, a state for each thread.
//!
//! ```text
//!   state   0  position     how many of the words of the block are used, 624 at first
//!           4  has_gauss    whether there is a kept number
//!           8  gauss        the second of two normal numbers
//!          16  block        624 words as they are drawn
//!              key          the 624 words that they were made of
//! ```
//! Compiled code draws from the block by itself, and calls the functions here where the block does not
//! suffice. A state is seeded from the system before its first draw, and again in the child of a `fork`.

use std::cell::UnsafeCell;
use std::ptr;
use std::sync::Once;

/// The words of a key.
const WORDS: usize = 624;
/// How far apart the words are that a new one is mixed of.
const SHIFT: usize = 397;

/// What a thread draws from.
#[repr(C)]
struct State {
    position: u32,
    has_gauss: u32,
    gauss: f64,
    block: [u32; WORDS],
    key: [u32; WORDS],
    is_seeded: bool,
}

/// The position of a block that is used up.
const END: u32 = 624;

thread_local! {
    static STATE: UnsafeCell<State> = const {
        UnsafeCell::new(State {
            position: END,
            has_gauss: 0,
            gauss: 0.0,
            block: [0; WORDS],
            key: [0; WORDS],
            is_seeded: false,
        })
    };
}

impl State {
    /// As NumPy's `RandomState(seed)` starts.
    fn seed(&mut self, seed: u32) {
        let mut word = seed;
        for (place, index) in self.key.iter_mut().zip(1_u32..) {
            *place = word;
            word = 1_812_433_253_u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(index);
        }
        self.begin();
    }

    /// From the system's entropy.
    fn reseed(&mut self) {
        let size = size_of_val(&self.key);
        // SAFETY: the key is that large.
        let got = unsafe { libc::getrandom(self.key.as_mut_ptr().cast(), size, 0) };
        if usize::try_from(got) != Ok(size) {
            // Without the system's entropy: the time, and where the state is.
            // SAFETY: it may be asked with nowhere to write to.
            let time = unsafe { libc::time(ptr::null_mut()) }.cast_unsigned();
            let place = ptr::from_ref(self).addr() as u64;
            let [a, b, c, d, ..] = (time ^ place.rotate_left(32)).to_le_bytes();
            self.seed(u32::from_le_bytes([a, b, c, d]));
        }
        // Not all zero.
        self.key[0] |= 1 << 31;
        self.begin();
    }

    fn begin(&mut self) {
        self.position = END;
        self.has_gauss = 0;
        self.is_seeded = true;
    }

    /// The next block.
    fn refill(&mut self) {
        if !self.is_seeded {
            register();
            self.reseed();
        }
        let key = &mut self.key;
        for index in 0..WORDS - SHIFT {
            key[index] = key[index + SHIFT] ^ mix(key[index], key[index + 1]);
        }
        for index in WORDS - SHIFT..WORDS - 1 {
            key[index] = key[index + SHIFT - WORDS] ^ mix(key[index], key[index + 1]);
        }
        key[WORDS - 1] = key[SHIFT - 1] ^ mix(key[WORDS - 1], key[0]);
        for (drawn, word) in self.block.iter_mut().zip(self.key) {
            *drawn = temper(word);
        }
        self.position = 0;
    }

    fn next_word(&mut self) -> u32 {
        if self.position >= END {
            self.refill();
        }
        let word = self.block[self.position as usize];
        self.position += 1;
        word
    }

    fn next_double(&mut self) -> f64 {
        let (high, low) = (self.next_word() >> 5, self.next_word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// A number up to and with `most`: bits are drawn until they are not above.
    fn next_below(&mut self, most: u64) -> u64 {
        let mask = u64::MAX.checked_shr(most.leading_zeros()).unwrap_or(0);
        loop {
            let drawn = match u32::try_from(most) {
                Ok(0) => return 0,
                Ok(_) => u64::from(self.next_word()),
                Err(_) => u64::from(self.next_word()) << 32 | u64::from(self.next_word()),
            };
            if drawn & mask <= most {
                return drawn & mask;
            }
        }
    }
}

const fn mix(high: u32, low: u32) -> u32 {
    let word = (high & 0x8000_0000) | (low & 0x7fff_ffff);
    (word >> 1) ^ ((low & 1).wrapping_neg() & 0x9908_b0df)
}

const fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

/// Has the child of a `fork` seed itself: it would draw what its parent draws.
fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the handler lives as long as the process. Without memory for it the child draws on.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(forget)) };
    });
}

/// In the child, on the thread that forked: the state is as new.
extern "C" fn forget() {
    with(|state| {
        state.begin();
        state.is_seeded = false;
    });
}

/// Does something with the thread's state.
fn with<T>(act: impl FnOnce(&mut State) -> T) -> T {
    // SAFETY: the state is this thread's, and nothing here keeps a reference to it.
    STATE.with(|state| act(unsafe { &mut *state.get() }))
}

/// Where the thread's state is, as long as the thread is.
pub(crate) extern "C" fn state() -> *mut u32 {
    STATE.with(|state| state.get().cast())
}

/// Where it keeps a normal number.
pub(crate) extern "C" fn gauss() -> *mut f64 {
    // SAFETY: a field of the state, which is not read.
    STATE.with(|state| unsafe { &raw mut (*state.get()).gauss })
}

/// Seeds the state with the low 32 bits.
pub(crate) extern "C" fn seed(seed: i64) {
    register();
    let [a, b, c, d, ..] = seed.to_le_bytes();
    with(|state| state.seed(u32::from_le_bytes([a, b, c, d])));
}

/// Seeds the state from the system.
pub(crate) extern "C" fn reseed() {
    register();
    with(State::reseed);
}

/// The next number of `[0, 1)`.
pub(crate) extern "C" fn double() -> f64 {
    with(State::next_double)
}

/// The next 32 bits.
pub(crate) extern "C" fn word() -> i64 {
    i64::from(with(State::next_word))
}

/// The next number up to and with this one, both without a sign.
pub(crate) extern "C" fn below(most: i64) -> i64 {
    with(|state| state.next_below(most.cast_unsigned())).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_reference() {
        seed(5489);
        // The ten-thousandth draw of the default seed, as the C++ standard gives it.
        let last = (0..10_000).fold(0, |_, _| word());
        assert_eq!(last, 4_123_659_995);
    }

    #[test]
    fn doubles_have_53_bits() {
        seed(0);
        assert_eq!(double().to_bits(), 0.548_813_503_927_324_8_f64.to_bits());
        assert!((0..1000).all(|_| (0.0..1.0).contains(&double())));
    }

    #[test]
    fn bounds_are_kept() {
        for most in [0, 1, 2, 9, 1 << 31, u64::from(u32::MAX), 1 << 40, u64::MAX] {
            assert!((0..100).all(|_| below(most.cast_signed()).cast_unsigned() <= most));
        }
    }

    #[test]
    fn states_of_threads_differ() {
        reseed();
        let here = double();
        let there = std::thread::spawn(|| double()).join();
        assert!(there.is_ok_and(|there| there.to_bits() != here.to_bits()));
    }
}
