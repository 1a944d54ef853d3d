//! Loops that run in strips, with a poll before each.
//!
//! The strips are counted by a number of their own. LLVM knows how often that loop runs, whatever the body is, and
//! keeps no condition of it: a condition on a number that it cannot follow is kept for all loops that come after.
//!
//! ```text
//!   entered       last = start < stop ? (stop - start - 1) / STRIP : 0, to strip(0, p...)
//!   strip(k, p…)  first = start + k * STRIP, limit = k < last ? first + STRIP : stop, poll, to header(first, p…)
//!   header(p…)    while number < limit: the body; else to more
//!   more          k < last: to strip(k + 1, p…); else out of the loop
//! ```

use tir::{BinaryOp, BlockId, Comparison, Const, Function, IntTy, Jump, Op, Terminator, Ty, Value};

use super::{Counted, append};

/// Rounds of a strip.
const STRIP: i128 = 1 << 20;

/// Cuts a loop that no loop is around.
pub(super) fn cut(function: &mut Function, counted: &Counted, entering: &[BlockId]) {
    let header = counted.header;
    let params = function.blocks[header].params.clone();
    let entered = append::block(function);
    let strip = append::block(function);
    let more = append::block(function);
    for &block in entering {
        for jump in function.blocks[block].terminator.jumps_mut().filter(|jump| jump.block == header) {
            jump.block = entered;
        }
    }

    let given = copies(function, &params);
    let start = given[counted.index];
    let last = last_strip(function, entered, start, counted.stop);
    let zero = append::number(function, entered, 0);
    let first_args = std::iter::once(zero).chain(given.iter().copied()).collect();
    function.blocks[entered].params = given;
    function.blocks[entered].terminator = Terminator::Jump(Jump { block: strip, args: first_args });

    let strip_index = function.values.push(Ty::I64);
    let mut carried = copies(function, &params);
    function.blocks[strip].params = std::iter::once(strip_index).chain(carried.iter().copied()).collect();
    let size = append::number(function, strip, STRIP);
    let done = append::binary(function, strip, BinaryOp::Mul, strip_index, size);
    let first = append::binary(function, strip, BinaryOp::Add, start, done);
    let next = append::binary(function, strip, BinaryOp::Add, first, size);
    let is_before = append::value(function, strip, Op::Compare(Comparison::Lt, strip_index, last), Ty::Bool);
    let limit = append::value(function, strip, Op::Select(is_before, next, counted.stop), Ty::I64);
    append::poll_between(function, strip, first, limit);
    carried[counted.index] = first;
    function.blocks[strip].terminator = Terminator::Jump(Jump { block: header, args: carried });

    let in_strip = Op::Compare(Comparison::Lt, counted.number, limit);
    let in_strip = append::value(function, header, in_strip, Ty::Bool);
    let Terminator::Branch { condition, otherwise, .. } = &mut function.blocks[header].terminator else {
        return;
    };
    *condition = in_strip;
    let out = std::mem::replace(otherwise, Jump { block: more, args: Vec::new() });
    let one = append::number(function, more, 1);
    let following = append::binary(function, more, BinaryOp::Add, strip_index, one);
    let again = Jump { block: strip, args: std::iter::once(following).chain(params).collect() };
    function.blocks[more].terminator =
        Terminator::Branch { condition: is_before, then: again, otherwise: out };
}

/// The number of the last strip between two numbers.
fn last_strip(function: &mut Function, block: BlockId, start: Value, stop: Value) -> Value {
    let unsigned = Ty::Int(IntTy::U64);
    let one = append::number(function, block, 1);
    let rounds = append::binary(function, block, BinaryOp::Sub, stop, start);
    let after_first = append::binary(function, block, BinaryOp::Sub, rounds, one);
    // As an unsigned number the distance is right wherever the two are.
    let after_first = append::value(function, block, Op::Convert(after_first), unsigned);
    let size = append::value(function, block, Op::Const(Const::Int(STRIP)), unsigned);
    let strips = Op::Binary(BinaryOp::FloorDiv, after_first, size);
    let strips = append::value(function, block, strips, unsigned);
    let strips = append::value(function, block, Op::Convert(strips), Ty::I64);
    let is_any = append::value(function, block, Op::Compare(Comparison::Lt, start, stop), Ty::Bool);
    let zero = append::number(function, block, 0);
    append::value(function, block, Op::Select(is_any, strips, zero), Ty::I64)
}

/// As many new values of the same types.
fn copies(function: &mut Function, values: &[Value]) -> Vec<Value> {
    values.iter().map(|&value| function.values.push(function.values[value])).collect()
}
