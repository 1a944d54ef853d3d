//! Loops that look whether they are interrupted.
//!
//! What comes in has no polls. [`Op::Poll`] counts rounds and looks only after many, so that one costs an addition:
//!
//! - A loop that contains a loop or a call polls in each round; a call counts as many rounds.
//! - An innermost loop that counts upwards says its rounds before it, so that its own body stays as it is, for
//!   LLVM to make vectors of. Where no loop is around it, it runs in strips, with a poll between them.
//! - Any other innermost loop polls in each round.
//!
//! Loops of few rounds, by constants, do not poll.

mod append;
mod strips;

use tir::{BinaryOp, BlockId, Comparison, Const, Dominators, Function, Jump, Op, Terminator, Ty, Value};

use crate::definitions::{Definitions, definitions, op_of};
use crate::loops::{self, Loop};

/// As how many rounds a call counts.
const CALL: i128 = 64;
/// So many rounds by constants are few.
const FEW: i128 = 64;

/// Adds polls to a function.
pub(crate) fn insert(function: &mut Function) {
    let dominators = Dominators::new(function);
    let loops = loops::find(&dominators);
    if loops.is_empty() {
        return;
    }
    let definitions = definitions(function, dominators.order());
    for (index, each) in loops.iter().enumerate() {
        let holds_loop = loops.iter().any(|other| other.parent == Some(index));
        let holds_call = calls(function, each);
        let counted = counted(function, &definitions, each).filter(|_| !holds_loop && !holds_call);
        let entering = entering(&dominators, each);
        match counted {
            Some(counted) if counted.is_short(function, &definitions, &entering) => {}
            Some(counted) if each.parent.is_some() => {
                for (block, start) in counted.starts(function, &entering) {
                    append::poll_between(function, block, start, counted.stop);
                }
            }
            Some(counted) => strips::cut(function, &counted, &entering),
            None => poll(function, each, if holds_call { CALL } else { 1 }),
        }
    }
}

fn calls(function: &Function, each: &Loop) -> bool {
    let mut insts = each.blocks.iter().flat_map(|&block| &function.blocks[block].insts);
    insts.any(|&inst| matches!(function.insts[inst].op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..)))
}

/// Polls in each round.
fn poll(function: &mut Function, each: &Loop, rounds: i128) {
    for &latch in &each.latches {
        let rounds = append::number(function, latch, rounds);
        append::poll(function, latch, rounds);
    }
}

/// The blocks from which the loop is entered.
fn entering(dominators: &Dominators, each: &Loop) -> Vec<BlockId> {
    let mut all: Vec<BlockId> = dominators.predecessors(each.header).to_vec();
    all.retain(|&block| !each.contains(block));
    all.dedup();
    all
}

/// A loop whose header goes on while a number, one more each round, is less than another from outside.
struct Counted {
    header: BlockId,
    /// Which parameter of the header the number is.
    index: usize,
    number: Value,
    stop: Value,
}

/// The loop as one that counts, if it does.
fn counted(function: &Function, definitions: &Definitions, each: &Loop) -> Option<Counted> {
    let header = &function.blocks[each.header];
    let Terminator::Branch { condition, then, otherwise } = &header.terminator else { return None };
    if !each.contains(then.block) || each.contains(otherwise.block) {
        return None;
    }
    let Some(&Op::Compare(Comparison::Lt, number, stop)) = op_of(function, definitions, *condition) else {
        return None;
    };
    let index = header.params.iter().position(|&param| param == number)?;
    let is_outside = definitions[stop].is_some_and(|stop| !each.contains(stop.block()));
    if !is_outside || function.values[number] != Ty::I64 {
        return None;
    }
    let is_next = |jump: &Jump| match op_of(function, definitions, jump.args[index]) {
        Some(&Op::Binary(BinaryOp::Add, a, one)) => {
            a == number && op_of(function, definitions, one) == Some(&Op::Const(Const::Int(1)))
        }
        _ => false,
    };
    let mut nexts = each.latches.iter().flat_map(|&latch| function.blocks[latch].terminator.jumps());
    let goes_on = nexts.all(|jump| jump.block != each.header || is_next(jump));
    goes_on.then_some(Counted { header: each.header, index, number, stop })
}

impl Counted {
    /// Where the loop is entered, and the number that it starts with, for each way.
    fn starts(&self, function: &Function, entering: &[BlockId]) -> Vec<(BlockId, Value)> {
        let jumps = |&block| function.blocks[block].terminator.jumps().map(move |jump| (block, jump));
        let ways = entering.iter().flat_map(jumps).filter(|(_, jump)| jump.block == self.header);
        ways.map(|(block, jump)| (block, jump.args[self.index])).collect()
    }

    /// Whether there are few rounds by constants.
    fn is_short(&self, function: &Function, definitions: &Definitions, entering: &[BlockId]) -> bool {
        let known = |value| match op_of(function, definitions, value) {
            Some(Op::Const(Const::Int(known))) => Some(*known),
            _ => None,
        };
        let Some(stop) = known(self.stop) else { return false };
        let starts = self.starts(function, entering);
        starts.iter().all(|&(_, start)| known(start).is_some_and(|start| stop - start <= FEW))
    }
}
