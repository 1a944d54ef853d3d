//! Functions of the runtime that a program calls by name.
//!
//! The table says all that is known of one: its name in the text of the IR, what it takes and gives, and
//! whether anything can tell that it was called. `codegen` declares them as `ferrule_<name>`.

use crate::Ty;

/// What travels as an argument or a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// An `i64`.
    Int,
    /// An `f64`.
    Float,
    /// A pointer, to whatever the function says.
    Address,
}

impl Word {
    /// Whether a value of this type travels so.
    pub fn takes(self, ty: Ty) -> bool {
        match self {
            Self::Int => ty == Ty::I64,
            Self::Float => ty == Ty::F64,
            Self::Address => matches!(ty, Ty::Pointer(_)),
        }
    }
}

/// What else a call does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing: the result follows from the arguments and the thread.
    Nothing,
    /// It reads and writes memory.
    Writes,
}

/// Defines [`RuntimeFunction`] from one table.
macro_rules! runtime_functions {
    ($($variant:ident $text:literal ($($param:ident)*) $result:expr, $effect:ident, $doc:literal;)*) => {
        /// A function of the runtime.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum RuntimeFunction {
            $(#[doc = $doc] $variant,)*
        }

        impl RuntimeFunction {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the text of the IR.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What it takes.
            pub const fn params(self) -> &'static [Word] {
                match self {
                    $(Self::$variant => &[$(Word::$param,)*],)*
                }
            }

            /// What it gives.
            pub const fn result(self) -> Option<Word> {
                match self {
                    $(Self::$variant => $result,)*
                }
            }

            /// What else it does.
            pub const fn effect(self) -> Effect {
                match self {
                    $(Self::$variant => Effect::$effect,)*
                }
            }
        }
    };
}

runtime_functions! {
    RandomState "random_state" () Some(Word::Address), Nothing,
        "The thread's state of `np.random`: words of 32 bits, of which the first says how many of those from the \
         fifth on are used.";
    RandomGauss "random_gauss" () Some(Word::Address), Nothing,
        "Where the thread keeps the second of two normal numbers; the second word of the state says whether there \
         is one.";
    RandomSeed "random_seed" (Int) None, Writes, "Seeds the thread's state.";
    RandomReseed "random_reseed" () None, Writes, "Seeds the thread's state from the system.";
    RandomDouble "random_double" () Some(Word::Float), Writes, "A number of `[0, 1)`, whatever is left in the state.";
    RandomWord "random_word" () Some(Word::Int), Writes, "32 bits, whatever is left in the state.";
    RandomBelow "random_below" (Int) Some(Word::Int), Writes,
        "A number from zero up to and with this one, both unsigned.";
    BlasVectors "blas_vectors" (Int Int Int Address Address Address) None, Writes,
        "The product of two vectors: the function of BLAS, its kind, the length, the operands, the result.";
    BlasVector "blas_vector" (Int Int Int Int Address Address Address) None, Writes,
        "The product of a matrix of these lengths and a vector, as for two vectors.";
    BlasMatrices "blas_matrices" (Int Int Int Int Int Address Address Address) None, Writes,
        "The product of two matrices: rows, columns, and the length that is summed over.";
    BitsDouble "bits_double" (Address) Some(Word::Float), Writes, "The next number of `[0, 1)` of a bit generator.";
    BitsLong "bits_long" (Address) Some(Word::Int), Writes, "The next 64 bits of a bit generator.";
    BitsBelow "bits_below" (Address Int) Some(Word::Int), Writes,
        "A number of a bit generator from zero up to and with this one, both unsigned.";
    BitsWord "bits_word" (Address) Some(Word::Int), Writes, "The next 32 bits of a bit generator.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_of_their_own() {
        for function in RuntimeFunction::ALL {
            let same = RuntimeFunction::ALL.iter().filter(|other| other.name() == function.name());
            assert_eq!(same.count(), 1, "{}", function.name());
            assert!(function.name().chars().all(|c| c == '_' || c.is_ascii_lowercase()));
        }
    }
}
