//! Typed IR to better typed IR, a pass a file, and what is known of a program as a whole.
//!
//! LLVM does what machines care about. The passes here do what it cannot know, or what the text
//! of the IR and the ABI of the functions profit from.

#![forbid(unsafe_code)]

mod raises;

pub use raises::raises;
