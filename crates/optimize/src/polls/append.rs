//! Instructions at the end of a block.

use tir::{BinaryOp, Block, BlockId, Const, Function, Inst, Op, Terminator, Ty, Value};

/// A new block without an end.
pub(super) fn block(function: &mut Function) -> BlockId {
    function.blocks.push(Block { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable })
}

/// A constant.
pub(super) fn number(function: &mut Function, block: BlockId, number: i128) -> Value {
    value(function, block, Op::Const(Const::Int(number)), Ty::I64)
}

/// An operation on 64-bit integers.
pub(super) fn binary(function: &mut Function, block: BlockId, op: BinaryOp, a: Value, b: Value) -> Value {
    value(function, block, Op::Binary(op, a, b), Ty::I64)
}

/// An operation with a result of type `ty`.
pub(super) fn value(function: &mut Function, block: BlockId, op: Op, ty: Ty) -> Value {
    let result = function.values.push(ty);
    add(function, block, op, Some(result));
    result
}

/// Polls for so many rounds.
pub(super) fn poll(function: &mut Function, block: BlockId, rounds: Value) {
    add(function, block, Op::Poll(rounds), None);
}

/// Polls for the rounds between two numbers, of which the second may be the smaller one.
pub(super) fn poll_between(function: &mut Function, block: BlockId, start: Value, stop: Value) {
    let zero = number(function, block, 0);
    let rounds = binary(function, block, BinaryOp::Sub, stop, start);
    let rounds = binary(function, block, BinaryOp::Max, rounds, zero);
    poll(function, block, rounds);
}

fn add(function: &mut Function, block: BlockId, op: Op, result: Option<Value>) {
    let near = function.blocks[block].insts.last().map(|&inst| &function.insts[inst]);
    let inst = Inst::added(op, result, near);
    let inst = function.insts.push(inst);
    function.blocks[block].insts.push(inst);
}
