//! The text of an [`FnAbi`].
//!
//! ```text
//! result  rax[0..8] xmm0[8..12]
//! 0       rdi[0..4]
//! 1       stack+0[0..24] align 8
//! stack   32 bytes, align 16
//! ```
//!
//! A register is followed by the bytes of the value that it holds.

use std::fmt;

use crate::{FnAbi, Passing, Piece, Register};

const INT_ARGUMENTS: [&str; 6] = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"];
const INT_RESULTS: [&str; 2] = ["rax", "rdx"];

impl fmt::Display for FnAbi {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "result  {}", Place { passing: &self.result, ints: &INT_RESULTS })?;
        for (index, passing) in self.params.iter().enumerate() {
            writeln!(formatter, "{index:<7} {}", Place { passing, ints: &INT_ARGUMENTS })?;
        }
        if self.stack.get() > 0 {
            writeln!(formatter, "stack   {} bytes, align {}", self.stack, self.stack_align)?;
        }
        if self.is_variadic {
            writeln!(formatter, "al      {}", self.sse_registers)?;
        }
        Ok(())
    }
}

/// Where one value is, with the names of the integer registers in their order.
struct Place<'a> {
    passing: &'a Passing,
    ints: &'static [&'static str],
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.passing {
            Passing::Nothing => formatter.write_str("nothing"),
            Passing::Registers(pieces) => {
                for (index, piece) in pieces.iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    let Piece { register, offset, size } = *piece;
                    match register {
                        Register::Int(int) => write!(formatter, "{space}{}", self.ints[usize::from(int)])?,
                        Register::Sse(sse) => write!(formatter, "{space}xmm{sse}")?,
                    }
                    write!(formatter, "[{offset}..{}]", offset + size)?;
                }
                Ok(())
            }
            Passing::Stack { offset, size, align } => {
                write!(formatter, "stack+{offset}[0..{size}] align {align}")
            }
            Passing::Hidden => formatter.write_str("memory at rdi, in rax again"),
            Passing::X87 => formatter.write_str("st0"),
            Passing::ComplexX87 => formatter.write_str("st0 st1"),
        }
    }
}
