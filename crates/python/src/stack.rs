//! A stack that is large enough for what recurses over a program's text.
//!
//! The stages go down into expressions as deep as they are nested: a sum of three thousand terms is
//! three thousand deep, and CPython allows that on threads whose stack is small.

/// Bytes that are enough, which the usual stack of 8 MB has: a term of a sum takes 600.
const ENOUGH: usize = 7 << 20;

/// Bytes of a stack that is made; only what is used takes memory.
const LARGE: usize = 64 << 20;

/// Runs `work`, which does not use the interpreter, on this thread with enough stack.
pub(crate) fn large<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ENOUGH, LARGE, work)
}
