//! Liberties that a function's float arithmetic may take.

/// A set of liberties; the default is none: IEEE 754 to the bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct MathFlags(u8);

impl MathFlags {
    /// Sums and products may be grouped otherwise.
    pub const REASSOC: Self = Self(1 << 0);
    /// No operand and no result is NaN.
    pub const NNAN: Self = Self(1 << 1);
    /// No operand and no result is infinite.
    pub const NINF: Self = Self(1 << 2);
    /// The sign of a zero does not matter.
    pub const NSZ: Self = Self(1 << 3);
    /// A division may multiply by the reciprocal.
    pub const ARCP: Self = Self(1 << 4);
    /// A product and a sum may be rounded once.
    pub const CONTRACT: Self = Self(1 << 5);
    /// Functions may be approximated.
    pub const AFN: Self = Self(1 << 6);

    /// Every liberty with its name, in the order of the text of the IR.
    pub const NAMES: [(Self, &str); 7] = [
        (Self::REASSOC, "reassoc"),
        (Self::NNAN, "nnan"),
        (Self::NINF, "ninf"),
        (Self::NSZ, "nsz"),
        (Self::ARCP, "arcp"),
        (Self::CONTRACT, "contract"),
        (Self::AFN, "afn"),
    ];

    /// All of them.
    pub const ALL: Self = Self((1 << Self::NAMES.len()) - 1);

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of the other's are among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and the other's.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The liberty of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, own)| *own == name).map(|(flag, _)| *flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_flags_belong_together() {
        let all = MathFlags::NAMES.iter().fold(MathFlags::default(), |all, (flag, name)| {
            assert_eq!(MathFlags::named(name), Some(*flag));
            assert!(!all.contains(*flag));
            all.with(*flag)
        });
        assert_eq!(all, MathFlags::ALL);
        assert_eq!(MathFlags::named("fast"), None);
    }
}
