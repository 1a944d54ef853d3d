//! Where each argument and result of a C signature travels on a target.
//!
//! [`classify`] reads a function type and says, for every parameter and the result, which
//! registers or which bytes of the stack hold it. Calls, callbacks and compiled code all follow
//! the same [`FnAbi`], whose text form is what case files show.

#![forbid(unsafe_code)]

mod class;
mod display;
mod sysv_x64;

use ctype::{Align, Size};
use smallvec::SmallVec;

pub use sysv_x64::{UnpassableError, classify};

/// A register that carries arguments or results; the number is its place in the order of the ABI.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Register {
    /// Arguments: rdi, rsi, rdx, rcx, r8, r9. Results: rax, rdx.
    Int(u8),
    /// xmm0 to xmm7.
    Sse(u8),
}

/// A part of a value that one register holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Piece {
    /// Which register.
    pub register: Register,
    /// Where the part starts in the value.
    pub offset: Size,
    /// How many bytes of it there are: at most eight.
    pub size: Size,
}

/// How one value travels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Passing {
    /// `void`, or a struct without bytes: not at all.
    Nothing,
    /// In one or two registers.
    Registers(SmallVec<[Piece; 2]>),
    /// An argument in memory, so many bytes above the stack pointer at the call.
    Stack {
        /// From the start of the stack arguments.
        offset: Size,
        /// How many bytes.
        size: Size,
        /// What its start is aligned to.
        align: Align,
    },
    /// A result in memory that the caller provides: its address is the hidden first argument (rdi)
    /// and comes back in rax.
    Hidden,
    /// A result on the x87 stack: `long double`, or a struct of just that, in st0.
    X87,
    /// A result on the x87 stack: `long double _Complex` in st0 and st1.
    ComplexX87,
}

/// How a call of a signature goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FnAbi {
    /// The result.
    pub result: Passing,
    /// The arguments in order; for a variadic call those after `...` too.
    pub params: SmallVec<[Passing; 8]>,
    /// Bytes of arguments on the stack, a multiple of `stack_align`.
    pub stack: Size,
    /// What the stack pointer is aligned to at the call: 16, or more for an over-aligned struct.
    pub stack_align: Align,
    /// Integer registers that arguments take, the hidden one included.
    pub int_registers: u8,
    /// Vector registers that arguments take: what `al` says in a variadic call.
    pub sse_registers: u8,
    /// Whether the callee is variadic.
    pub is_variadic: bool,
}
