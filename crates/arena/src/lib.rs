//! Typed `u32` ids, dense maps keyed by them, and an interner.
//!
//! A table of the compiler is a vector; what points into it is an id of its own type, four bytes
//! wide, so that a block can never be used where a value is meant. Nothing here knows what is
//! stored. Entries are only added at the end and, when a step fails, taken off the end again.

#![forbid(unsafe_code)]

mod interner;
mod map;

pub use interner::Interner;
pub use map::{IdMap, SideMap};

/// A small number that names one entry of one table.
pub trait Id: Copy + Eq + std::hash::Hash {
    /// The id of entry `index`.
    fn from_index(index: usize) -> Self;
    /// The entry's place in its table.
    fn index(self) -> usize;
}

/// Defines an id type: `define_id! { /// A basic block. pub struct BlockId("block") }`.
///
/// The string is the prefix that `Display` puts before the number.
#[macro_export]
macro_rules! define_id {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident($prefix:literal)) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $visibility struct $name(u32);

        impl $crate::Id for $name {
            fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("a table has fewer than 2^32 entries"))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(formatter, concat!($prefix, "{}"), self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, formatter)
            }
        }
    };
}
