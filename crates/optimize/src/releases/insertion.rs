//! Puts the counting where liveness says.

use arena::SideMap;
use tir::{BlockId, Dominators, Function, Inst, InstId, Op, Terminator, Value};

use super::edges;
use super::endings::Endings;
use super::liveness::{Liveness, OwnedSet};
use crate::definitions::{Definitions, op_of};

/// Inserts `retain` and `release` and fills what instructions release. Jumps are the only
/// terminators that bring values which hold memory.
pub(super) fn insert(
    function: &mut Function,
    dominators: &Dominators,
    definitions: &Definitions,
    liveness: &Liveness<'_>,
    endings: &Endings,
) {
    // Edges are split while the function is still what liveness knows.
    let mut ends: SideMap<BlockId, OwnedSet> = SideMap::default();
    for &block in dominators.order() {
        ends[block] = liveness.at_end(function, block);
    }
    let edges = release_on_edges(function, dominators, liveness, &ends);
    for &block in dominators.order() {
        let at_end = &ends[block];
        let held = held_before(function, liveness, block, at_end);
        let mut inserter = Inserter { function, liveness, definitions, insts: Vec::new(), near: None };
        inserter.near = inserter.function.blocks[block].insts.first().copied();
        inserter.start(block, held.first().unwrap_or(at_end));
        let insts = std::mem::take(&mut inserter.function.blocks[block].insts);
        for (index, &inst) in insts.iter().enumerate() {
            inserter.pass(inst, &held[index], held.get(index + 1).unwrap_or(at_end), endings);
        }
        inserter.end(block, at_end);
        inserter.function.blocks[block].insts = inserter.insts;
    }
    for (block, released) in edges {
        let near = function.blocks[block].insts.first().copied();
        let releases = released.into_iter().map(|value| added(function, Op::Release(value), near)).collect();
        let after = std::mem::replace(&mut function.blocks[block].insts, releases);
        function.blocks[block].insts.extend(after);
    }
}

/// What is held before each instruction of a block.
fn held_before(
    function: &Function,
    liveness: &Liveness<'_>,
    block: BlockId,
    at_end: &OwnedSet,
) -> Vec<OwnedSet> {
    let mut live = at_end.clone();
    let mut held = Vec::new();
    for &inst in function.blocks[block].insts.iter().rev() {
        liveness.step_back(&function.insts[inst], &mut live);
        held.push(live.clone());
    }
    held.reverse();
    held
}

/// What each block releases at its start because it dies on the way there. A block that other ways
/// lead to as well gets one between.
fn release_on_edges(
    function: &mut Function,
    dominators: &Dominators,
    liveness: &Liveness<'_>,
    ends: &SideMap<BlockId, OwnedSet>,
) -> Vec<(BlockId, Vec<Value>)> {
    let mut all = Vec::new();
    for &block in dominators.order() {
        for side in 0..2 {
            let Terminator::Branch { .. } = function.blocks[block].terminator else { break };
            let Some(to) = function.blocks[block].terminator.jumps().nth(side).map(|jump| jump.block) else {
                break;
            };
            let released = liveness.without(&ends[block], liveness.before(to));
            if released.is_empty() {
                continue;
            }
            let is_only_way = dominators.predecessors(to).len() == 1;
            all.push((if is_only_way { to } else { edges::split(function, block, side) }, released));
        }
    }
    all
}

fn added(function: &mut Function, op: Op, near: Option<InstId>) -> InstId {
    let inst = Inst::added(op, None, near.map(|near| &function.insts[near]));
    function.insts.push(inst)
}

/// Writes the instructions of a block anew.
struct Inserter<'a> {
    function: &'a mut Function,
    liveness: &'a Liveness<'a>,
    definitions: &'a Definitions,
    insts: Vec<InstId>,
    /// Whose text what is inserted belongs to.
    near: Option<InstId>,
}

impl Inserter<'_> {
    fn add(&mut self, op: Op) {
        let inst = added(self.function, op, self.near);
        self.insts.push(inst);
    }

    fn release(&mut self, values: Vec<Value>) {
        for value in values {
            self.add(Op::Release(value));
        }
    }

    /// Releases the parameters that nothing uses.
    fn start(&mut self, block: BlockId, held: &OwnedSet) {
        let params = self.function.blocks[block].params.iter().copied();
        let is_unused = |param: &Value| self.liveness.is_owned(*param) && !self.liveness.is_in(*param, held);
        let unused = params.filter(is_unused).collect();
        self.release(unused);
    }

    /// An instruction, and the releases of what it uses last.
    fn pass(&mut self, id: InstId, held: &OwnedSet, after: &OwnedSet, endings: &Endings) {
        self.near = Some(id);
        self.insts.push(id);
        if endings.can_end(&self.function.insts[id]) {
            self.function.insts[id].releases = self.liveness.without(held, &OwnedSet::default());
        }
        let mut dead = self.liveness.without(held, after);
        let result = self.function.insts[id].result;
        let is_unused =
            |result: &Value| self.liveness.is_owned(*result) && !self.liveness.is_in(*result, after);
        dead.extend(result.filter(is_unused));
        self.release(dead);
    }

    /// What a block's terminator takes, and what ends with it.
    fn end(&mut self, block: BlockId, held: &OwnedSet) {
        match &self.function.blocks[block].terminator {
            Terminator::Jump(jump) => {
                let (args, to) = (jump.args.clone(), jump.block);
                self.give(&args, held, self.liveness.before(to));
            }
            Terminator::Return(value) => {
                let value: Vec<Value> = value.iter().copied().collect();
                self.give(&value, held, &OwnedSet::default());
            }
            Terminator::Raise(..) | Terminator::Reraise(_) => {
                self.release(self.liveness.without(held, &OwnedSet::default()));
            }
            Terminator::Branch { .. } | Terminator::Unreachable => {}
        }
    }

    /// Gives a reference of each value away: its own, where it does not go on.
    fn give(&mut self, values: &[Value], held: &OwnedSet, going_on: &OwnedSet) {
        let mut ending = self.liveness.without(held, going_on);
        let parts: Vec<Value> = values.iter().flat_map(|&value| self.parts(value)).collect();
        for part in parts {
            let Some(carrier) = self.carrier(part) else { continue };
            match ending.iter().position(|&value| value == carrier) {
                Some(index) => {
                    ending.remove(index);
                }
                None => self.add(Op::Retain(part)),
            }
        }
        self.release(ending);
    }

    /// The values that hold memory of which a tuple is made here; any other value is itself.
    fn parts(&self, value: Value) -> Vec<Value> {
        let value = self.resolved(value);
        if !self.function.values[value].holds_memory() {
            return Vec::new();
        }
        match op_of(self.function, self.definitions, value) {
            Some(Op::Tuple(items)) => items.iter().flat_map(|&item| self.parts(item)).collect(),
            _ => vec![value],
        }
    }

    /// The value that an item of a tuple which is made here is.
    fn resolved(&self, value: Value) -> Value {
        if let Some(Op::Item(tuple, index)) = op_of(self.function, self.definitions, value)
            && let Some(Op::Tuple(items)) = op_of(self.function, self.definitions, self.resolved(*tuple))
            && let Some(&item) = usize::try_from(*index).ok().and_then(|index| items.get(index))
        {
            return self.resolved(item);
        }
        value
    }

    /// Whose reference a value shares: of a view, its owner's; none where it is nobody's.
    fn carrier(&self, value: Value) -> Option<Value> {
        match op_of(self.function, self.definitions, self.resolved(value)) {
            Some(Op::View { owner, .. }) => owner.and_then(|owner| self.carrier(owner)),
            _ => Some(self.resolved(value)),
        }
    }
}
