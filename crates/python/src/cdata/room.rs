//! How much an open value may take: an array without a length, or a struct that ends in one.

/// Bytes from the start of a value on.
#[derive(Clone, Copy)]
pub(crate) enum Room {
    /// Of a value that is assigned.
    Assigned(usize),
    /// Of one that an initialiser fills, in new memory or inside of a struct: an int in place of an
    /// array only says how many items it has.
    Initialized(usize),
}

impl Room {
    /// How many there are.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Assigned(bytes) | Self::Initialized(bytes) => bytes,
        }
    }

    /// What is left for a field at `offset`.
    pub(super) const fn of_field(self, offset: usize) -> Self {
        Self::Initialized(self.bytes().saturating_sub(offset))
    }

    /// Whether an int stands for an array.
    pub(super) const fn takes_length(self) -> bool {
        matches!(self, Self::Initialized(_))
    }
}
