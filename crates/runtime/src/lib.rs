//! What compiled code calls while it runs.
//!
//! Only `extern "C"` functions, which take no lock, know no Python object and do not unwind, and
//! [`symbols`], the table of their addresses and of the functions of the C library that
//! compiled code may call.
//!
//! # Safety model
//! Compiled code calls these functions with what `codegen` wrote: the words of an error's
//! arguments are readable during the call; a [`memory::Memory`] that it lets go is one that was made here or
//! by the host, and its count says who holds it; a bit generator and the operands of a product live during the call,
//! and a function of BLAS is what its kind says. The table holds addresses of functions, which live as
//! long as the process.

mod bits;
mod blas;
pub mod error;
mod integer;
pub mod memory;
pub mod poll;
mod random;
mod stack;
mod symbols;

pub use symbols::symbols;
