//! The liberties of a function's float arithmetic, as flags of its instructions.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{FastMathFlags, FunctionValue};
use tir::MathFlags;

use crate::error::{InternalError, Result};

/// What each liberty is called by LLVM.
const FLAGS: [(MathFlags, FastMathFlags); 7] = [
    (MathFlags::REASSOC, FastMathFlags::AllowReassoc),
    (MathFlags::NNAN, FastMathFlags::NoNaNs),
    (MathFlags::NINF, FastMathFlags::NoInfs),
    (MathFlags::NSZ, FastMathFlags::NoSignedZeros),
    (MathFlags::ARCP, FastMathFlags::AllowReciprocal),
    (MathFlags::CONTRACT, FastMathFlags::AllowContract),
    (MathFlags::AFN, FastMathFlags::ApproxFunc),
];

/// Sets the flags on every instruction of the function that can have them: arithmetic, comparisons, choices
/// and calls of floats.
pub(crate) fn take_liberties(function: FunctionValue<'_>, math: MathFlags) -> Result<()> {
    if math.is_empty() {
        return Ok(());
    }
    let own = FLAGS.iter().filter(|(liberty, _)| math.contains(*liberty));
    let flags = own.fold(FastMathFlags::empty(), |all, (_, flag)| all | *flag);
    let instructions = function.get_basic_block_iter().flat_map(BasicBlock::get_instructions);
    for instruction in instructions.filter(|instruction| instruction.can_use_fast_math_flags()) {
        let set = instruction.set_fast_math_flags(flags);
        set.map_err(|error| InternalError::new(error.to_string()))?;
    }
    Ok(())
}
