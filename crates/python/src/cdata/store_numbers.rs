//! Lists of numbers into arrays: what [`super::store`] does item by item, without asking each item's type anew.

use pyobject::Scalar;

use super::store::Items;

/// Writes the items from the first on for as long as each is an exact float or a small exact int that an
/// array of the scalar takes as it is; says how many were written.
///
/// # Safety
/// `address` has room for as many scalars as there are items.
pub(super) unsafe fn store_exact(items: &Items<'_, '_>, scalar: Scalar, address: *mut u8) -> usize {
    // SAFETY: the caller's promise; nothing here runs Python code, so that the items stay as they are.
    unsafe {
        if scalar == Scalar::F64 {
            store_words::<u64>(items, Scalar::F64, address)
        } else if scalar == Scalar::I32 {
            store_words::<u32>(items, Scalar::I32, address)
        } else if scalar == Scalar::I64 {
            store_words::<u64>(items, Scalar::I64, address)
        } else {
            0
        }
    }
}

/// The loop of one scalar, which takes the low bytes of each word.
///
/// # Safety
/// As for [`store_exact`]; the scalar has the size of `T`.
#[inline]
unsafe fn store_words<T: Low>(items: &Items<'_, '_>, scalar: Scalar, address: *mut u8) -> usize {
    let items = items.pointers();
    for (index, item) in items.iter().enumerate() {
        // SAFETY: the list or tuple keeps its items alive; the caller made room for each.
        unsafe {
            let Some(word) = scalar.exact_word(*item) else { return index };
            address.cast::<T>().add(index).write_unaligned(T::low(word));
        }
    }
    items.len()
}

/// The low bytes of a word.
trait Low {
    fn low(word: u64) -> Self;
}

impl Low for u64 {
    fn low(word: u64) -> Self {
        word
    }
}

impl Low for u32 {
    #[expect(clippy::cast_possible_truncation, reason = "a small int is sign-extended")]
    fn low(word: u64) -> Self {
        word as Self
    }
}
