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

use arena::SideMap;
use tir::{
    BinaryOp, Block, BlockId, Comparison, Const, Dominators, Function, Inst, Jump, Op, Terminator, Ty, Value,
};

use crate::definitions::{Definitions, definitions, op_of};

/// Rounds of a strip.
const STRIP: i128 = 1 << 20;
/// As how many rounds a call counts.
const CALL: i128 = 64;
/// So many rounds by constants are few.
const FEW: i128 = 64;

/// Adds polls to a function.
pub(crate) fn insert(function: &mut Function) {
    let dominators = Dominators::new(function);
    let loops = loops(function, &dominators);
    if loops.is_empty() {
        return;
    }
    let definitions = definitions(function, dominators.order());
    for each in &loops {
        let holds_loop = loops.iter().any(|other| other.header != each.header && each.blocks[other.header]);
        let holds_call = each.calls(function);
        let counted = each.counted(function, &definitions).filter(|_| !holds_loop && !holds_call);
        let is_inside = loops.iter().any(|other| other.header != each.header && other.blocks[each.header]);
        match counted {
            Some(counted) if counted.is_short(function, &definitions, each, &dominators) => {}
            Some(counted) if is_inside => counted.poll_before(function, each, &dominators),
            Some(counted) => counted.strip(function, each, &dominators),
            None => each.poll(function, if holds_call { CALL } else { 1 }),
        }
    }
}

/// A loop: its header dominates its blocks.
struct Loop {
    header: BlockId,
    /// Whence the next round is started.
    latches: Vec<BlockId>,
    blocks: SideMap<BlockId, bool>,
}

fn loops(function: &Function, dominators: &Dominators) -> Vec<Loop> {
    let mut loops: Vec<Loop> = Vec::new();
    for &block in dominators.order() {
        for jump in function.blocks[block].terminator.jumps() {
            if !dominators.dominates(jump.block, block) {
                continue;
            }
            let known = loops.iter().position(|known| known.header == jump.block).unwrap_or_else(|| {
                let mut blocks: SideMap<BlockId, bool> = SideMap::default();
                blocks[jump.block] = true;
                loops.push(Loop { header: jump.block, latches: Vec::new(), blocks });
                loops.len() - 1
            });
            loops[known].add(block, dominators);
        }
    }
    loops
}

impl Loop {
    /// Takes in what leads to a latch.
    fn add(&mut self, latch: BlockId, dominators: &Dominators) {
        if !self.latches.contains(&latch) {
            self.latches.push(latch);
        }
        let mut open = vec![latch];
        while let Some(block) = open.pop() {
            if !std::mem::replace(&mut self.blocks[block], true) {
                open.extend(dominators.predecessors(block));
            }
        }
    }

    fn calls(&self, function: &Function) -> bool {
        let inside = function.blocks.iter().filter(|(id, _)| self.blocks[*id]);
        let mut ops = inside.flat_map(|(_, block)| &block.insts).map(|inst| &function.insts[*inst].op);
        ops.any(|op| matches!(op, Op::Call(..) | Op::CallC(..) | Op::CallPointer(..)))
    }

    /// Polls in each round.
    fn poll(&self, function: &mut Function, rounds: i128) {
        for &latch in &self.latches {
            let rounds = append(function, latch, Op::Const(Const::Int(rounds)));
            append_poll(function, latch, rounds);
        }
    }

    /// The loop as one that counts upwards to a value from outside, by one each round.
    fn counted(&self, function: &Function, definitions: &Definitions) -> Option<Counted> {
        let header = &function.blocks[self.header];
        let Terminator::Branch { condition, then, otherwise } = &header.terminator else { return None };
        if !self.blocks[then.block] || self.blocks[otherwise.block] {
            return None;
        }
        let Some(&Op::Compare(Comparison::Lt, number, stop)) = op_of(function, definitions, *condition)
        else {
            return None;
        };
        let index = header.params.iter().position(|&param| param == number)?;
        let is_outside = definitions[stop].is_some_and(|stop| !self.blocks[stop.block()]);
        if !is_outside || function.values[number] != Ty::I64 {
            return None;
        }
        let mut nexts = self.latches.iter().flat_map(|&latch| function.blocks[latch].terminator.jumps());
        let is_next = |jump: &Jump| match op_of(function, definitions, jump.args[index]) {
            Some(&Op::Binary(BinaryOp::Add, a, one)) => {
                a == number && op_of(function, definitions, one) == Some(&Op::Const(Const::Int(1)))
            }
            _ => false,
        };
        nexts.all(|jump| jump.block != self.header || is_next(jump)).then_some(Counted {
            index,
            number,
            stop,
        })
    }

    /// The blocks from which the loop is entered.
    fn entering(&self, dominators: &Dominators) -> Vec<BlockId> {
        let mut all: Vec<BlockId> = dominators.predecessors(self.header).to_vec();
        all.retain(|block| !self.blocks[*block]);
        all.dedup();
        all
    }
}

/// What counts the rounds of a loop.
struct Counted {
    /// Which parameter of the header.
    index: usize,
    number: Value,
    stop: Value,
}

impl Counted {
    /// What the loop is entered with at a block, each way.
    fn starts(&self, function: &Function, each: &Loop, block: BlockId) -> Vec<Value> {
        let jumps = function.blocks[block].terminator.jumps();
        jumps.filter(|jump| jump.block == each.header).map(|jump| jump.args[self.index]).collect()
    }

    fn is_short(
        &self,
        function: &Function,
        definitions: &Definitions,
        each: &Loop,
        dominators: &Dominators,
    ) -> bool {
        let known = |value| match op_of(function, definitions, value) {
            Some(Op::Const(Const::Int(known))) => Some(*known),
            _ => None,
        };
        let Some(stop) = known(self.stop) else { return false };
        let entering = each.entering(dominators);
        let mut starts = entering.iter().flat_map(|&block| self.starts(function, each, block));
        starts.all(|start| known(start).is_some_and(|start| stop - start <= FEW))
    }

    /// Says how many rounds there will be.
    fn poll_before(&self, function: &mut Function, each: &Loop, dominators: &Dominators) {
        for block in each.entering(dominators) {
            for start in self.starts(function, each, block) {
                poll_for(function, block, start, self.stop);
            }
        }
    }

    /// Runs the loop in strips:
    ///
    /// ```text
    ///   strip(p...)   limit = min(stop, number + STRIP), poll, to header(p...)
    ///   header(p...)  while number < limit: the body;  else to more
    ///   more          number < stop: to strip(p...);  else out of the loop
    /// ```
    fn strip(&self, function: &mut Function, each: &Loop, dominators: &Dominators) {
        let header = each.header;
        let params = function.blocks[header].params.clone();
        let strip = empty(function);
        let own: Vec<Value> =
            params.iter().map(|&param| function.values.push(function.values[param])).collect();
        function.blocks[strip].params.clone_from(&own);
        for block in each.entering(dominators) {
            for jump in function.blocks[block].terminator.jumps_mut().filter(|jump| jump.block == header) {
                jump.block = strip;
            }
        }
        let start = own[self.index];
        let size = append(function, strip, Op::Const(Const::Int(STRIP)));
        let far = append(function, strip, Op::Binary(BinaryOp::Add, start, size));
        // At the end of all numbers it wraps.
        let is_before = append_bool(function, strip, Op::Compare(Comparison::Gt, far, start));
        let least = append(function, strip, Op::Binary(BinaryOp::Min, far, self.stop));
        let limit = append(function, strip, Op::Select(is_before, least, self.stop));
        poll_for(function, strip, start, limit);
        function.blocks[strip].terminator = Terminator::Jump(Jump { block: header, args: own });

        let more = empty(function);
        let Terminator::Branch { otherwise, .. } = &mut function.blocks[header].terminator else { return };
        let out = std::mem::replace(otherwise, Jump { block: more, args: Vec::new() });
        let is_limited = append_bool(function, header, Op::Compare(Comparison::Lt, self.number, limit));
        if let Terminator::Branch { condition, .. } = &mut function.blocks[header].terminator {
            *condition = is_limited;
        }
        let is_more = append_bool(function, more, Op::Compare(Comparison::Lt, self.number, self.stop));
        let again = Jump { block: strip, args: params };
        function.blocks[more].terminator =
            Terminator::Branch { condition: is_more, then: again, otherwise: out };
    }
}

fn empty(function: &mut Function) -> BlockId {
    function.blocks.push(Block { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable })
}

/// Polls for the rounds between two numbers, of which the second may be the smaller one.
fn poll_for(function: &mut Function, block: BlockId, start: Value, stop: Value) {
    let zero = append(function, block, Op::Const(Const::Int(0)));
    let rounds = append(function, block, Op::Binary(BinaryOp::Sub, stop, start));
    let rounds = append(function, block, Op::Binary(BinaryOp::Max, rounds, zero));
    append_poll(function, block, rounds);
}

fn append(function: &mut Function, block: BlockId, op: Op) -> Value {
    push(function, block, op, Ty::I64)
}

fn append_bool(function: &mut Function, block: BlockId, op: Op) -> Value {
    push(function, block, op, Ty::Bool)
}

fn push(function: &mut Function, block: BlockId, op: Op, ty: Ty) -> Value {
    let result = function.values.push(ty);
    add(function, block, op, Some(result));
    result
}

fn append_poll(function: &mut Function, block: BlockId, rounds: Value) {
    add(function, block, Op::Poll(rounds), None);
}

fn add(function: &mut Function, block: BlockId, op: Op, result: Option<Value>) {
    let near = function.blocks[block].insts.last().map(|&inst| &function.insts[inst]);
    let inst = Inst::added(op, result, near);
    let inst = function.insts.push(inst);
    function.blocks[block].insts.push(inst);
}
