//! The texts of a [`CallPlan`] and of a [`CallbackPlan`].
//!
//! ```text
//! result  frame+112[0..4]
//! 0       frame+48[0..8] frame+0[8..12]
//! 1       frame+192[0..24]
//! stack   24 bytes, align 16
//! loads   1 integer, 1 vector
//! ```
//!
//! A distance from the frame's start is followed by the bytes of the value that lie there.

use std::fmt;

use crate::{CallPlan, CallbackPlan, Place};

impl fmt::Display for CallPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        places(formatter, self.result(), self.params())?;
        let control = self.control();
        if control.stack_bytes > 0 {
            writeln!(formatter, "stack   {} bytes, align {}", control.stack_bytes, control.stack_align)?;
        }
        writeln!(formatter, "loads   {} integer, {} vector", control.int_count, control.vector_count)?;
        if control.x87_count > 0 {
            writeln!(formatter, "x87     {}", control.x87_count)?;
        }
        Ok(())
    }
}

impl fmt::Display for CallbackPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        places(formatter, self.result(), self.params())?;
        if self.x87_count() > 0 {
            writeln!(formatter, "x87     {}", self.x87_count())?;
        }
        Ok(())
    }
}

fn places(formatter: &mut fmt::Formatter<'_>, result: Place, params: &[Place]) -> fmt::Result {
    writeln!(formatter, "result  {result}")?;
    for (index, place) in params.iter().enumerate() {
        writeln!(formatter, "{index:<7} {place}")?;
    }
    Ok(())
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("nothing"),
            Self::Whole { offset, size } => write!(formatter, "frame+{offset}[0..{size}]"),
            Self::Split { low, high, size } => {
                write!(formatter, "frame+{low}[0..8] frame+{high}[8..{size}]")
            }
            Self::High { offset, size } => write!(formatter, "frame+{offset}[8..{size}]"),
            Self::Hidden => formatter.write_str("memory at frame+0"),
        }
    }
}
