//! Numbers that are random but the same in each run, with the edges more often than chance has it.

/// A generator (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    /// Starts a sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.bits() >> 33).expect("31 bits") % count
    }

    /// One of some things.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Some sixteen bits.
    fn small(&mut self) -> u16 {
        let [low, high, ..] = self.bits().to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// An integer: an edge, a small one, or any.
    pub(crate) fn int(&mut self) -> i64 {
        let any = self.bits().cast_signed();
        match self.below(4) {
            0 => {
                self.pick(&[0, 1, -1, 2, -2, i64::MIN, i64::MAX, 127, -128, 255, 32768, i64::from(i32::MIN)])
            }
            1 => any >> 58,
            2 => any >> self.below(64),
            _ => any,
        }
    }

    /// A float: an edge, a simple one, or any bits.
    pub(crate) fn float(&mut self) -> f64 {
        match self.below(4) {
            0 => self.pick(&EDGES),
            1 => f64::from(self.small()) / 1024.0 - 8.0,
            2 => f64::from(self.small()) / 163.0 - f64::from(self.small()) / 171.0,
            _ => f64::from_bits(self.bits()),
        }
    }
}

const EDGES: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    1e308,
    9.007_199_254_740_993e15,
    -2.5,
];
