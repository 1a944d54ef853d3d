//! A relocatable object to owned, executable code.
//!
//! [`Engine::link`] takes the bytes of an ELF object that `codegen` made, or that were cached, and
//! the address of every symbol that it leaves open. It gives a [`Code`], which knows where the
//! object's functions are and unmaps them when it is dropped. Nothing is looked up in the process
//! behind the caller's back: a symbol that was not given is an error that names it.
//!
//! ORC, LLVM's linker in memory, does the work: each code has a dylib of ORC's to itself, so no
//! name of one meets a name of another. ORC's C interface cannot remove a dylib; an emptied one is
//! used again.
//!
//! # Safety model
//! All unsafe code is in `orc`, which calls LLVM's C interface and offers safe functions. It
//! relies on: the session is made once and never disposed of; one thread at a time has it, by the
//! engine's lock; a dylib is owned by one [`Code`] or by the engine's list of free ones; every
//! `LLVMErrorRef` is turned into its message once. To *run* what was linked is the caller's
//! responsibility: an address is a number here.

mod elf;
mod engine;
mod orc;

pub use elf::Symbols;
pub use engine::{Code, Engine, LinkError};

/// The version of LLVM: major, minor, patch.
pub fn llvm_version() -> (u32, u32, u32) {
    inkwell::support::get_llvm_version()
}
