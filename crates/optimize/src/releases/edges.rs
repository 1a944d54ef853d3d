//! Edges of the control-flow graph that get a block of their own, and what is added to blocks.

use tir::{Block, BlockId, Function, Inst, Jump, Op, Terminator, Ty, Value};

/// Gives each edge of a branch that brings such a value a block of its own, so that only jumps bring
/// them. The question is which block gets it, and of what type it is.
pub(super) fn split_those_that_carry(function: &mut Function, matters: &dyn Fn(BlockId, Ty) -> bool) {
    for block in function.blocks.ids() {
        for side in 0..2 {
            let Terminator::Branch { .. } = &function.blocks[block].terminator else { break };
            let Some(jump) = function.blocks[block].terminator.jumps().nth(side) else { break };
            if jump.args.iter().any(|&arg| matters(jump.block, function.values[arg])) {
                split(function, block, side);
            }
        }
    }
}

/// Puts a block between a branch and where one side of it leads.
pub(super) fn split(function: &mut Function, block: BlockId, side: usize) -> BlockId {
    let between = function.blocks.next_id();
    let jump = function.blocks[block].terminator.jumps_mut().nth(side).expect("a branch has two sides");
    let onward = std::mem::replace(jump, Jump { block: between, args: Vec::new() });
    function.blocks.push(Block {
        params: Vec::new(),
        insts: Vec::new(),
        terminator: Terminator::Jump(onward),
    })
}

/// Adds an instruction with a result to the end of a block.
pub(super) fn append(function: &mut Function, block: BlockId, op: Op, ty: Ty) -> Value {
    let result = function.values.push(ty);
    push(function, block, op, Some(result));
    result
}

/// Adds an instruction without a result to the end of a block.
pub(super) fn append_effect(function: &mut Function, block: BlockId, op: Op) {
    push(function, block, op, None);
}

fn push(function: &mut Function, block: BlockId, op: Op, result: Option<Value>) {
    let near = function.blocks[block].insts.last().map(|&inst| &function.insts[inst]);
    let inst = Inst::added(op, result, near);
    let inst = function.insts.push(inst);
    function.blocks[block].insts.push(inst);
}
