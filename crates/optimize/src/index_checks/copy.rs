//! A second copy of a loop, and one value after it for what either copy computed.

use std::collections::{BTreeMap, BTreeSet};

use arena::SideMap;
use tir::{Block, BlockId, Dominators, Function, Inst, Jump, Op, Terminator, Value};

use crate::loops::Loop;
use crate::same::rename;

/// What a copy's values and blocks are of the originals.
#[derive(Default)]
pub(super) struct Copied {
    pub(super) values: SideMap<Value, Option<Value>>,
    pub(super) blocks: SideMap<BlockId, Option<BlockId>>,
}

impl Copied {
    fn value(&self, value: Value) -> Value {
        self.values[value].unwrap_or(value)
    }

    fn jump(&self, jump: &Jump) -> Jump {
        let args = jump.args.iter().map(|&arg| self.value(arg)).collect();
        Jump { block: self.blocks[jump.block].unwrap_or(jump.block), args }
    }
}

/// How an index is known to be in range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Known {
    /// It is not negative.
    Plain,
    /// It is negative, and counts from this end.
    FromEnd(Value),
}

/// Copies the blocks of a loop. In the copy an index of which something is known is not checked.
pub(super) fn copy(function: &mut Function, own: &Loop, known: &SideMap<Value, Option<Known>>) -> Copied {
    let mut copied = Copied::default();
    for &block in &own.blocks {
        let new = function.blocks.push(Block {
            params: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
        });
        copied.blocks[block] = Some(new);
        for param in function.blocks[block].params.clone() {
            let param = number(function, &mut copied, param);
            function.blocks[new].params.push(param);
        }
    }
    // Each block comes after those that dominate it, so operands have their copies.
    for &block in &own.blocks {
        for id in function.blocks[block].insts.clone() {
            copy_inst(function, &mut copied, block, &function.insts[id].clone(), known);
        }
    }
    for &block in &own.blocks {
        let terminator = match &function.blocks[block].terminator {
            Terminator::Jump(jump) => Terminator::Jump(copied.jump(jump)),
            Terminator::Branch { condition, then, otherwise } => Terminator::Branch {
                condition: copied.value(*condition),
                then: copied.jump(then),
                otherwise: copied.jump(otherwise),
            },
            Terminator::Return(value) => Terminator::Return(value.map(|value| copied.value(value))),
            Terminator::Raise(site, values) => {
                Terminator::Raise(*site, values.iter().map(|&value| copied.value(value)).collect())
            }
            Terminator::Reraise(error) => Terminator::Reraise(copied.value(*error)),
            Terminator::Unreachable => Terminator::Unreachable,
        };
        if let Some(new) = copied.blocks[block] {
            function.blocks[new].terminator = terminator;
        }
    }
    copied
}

/// A new value for one of the loop's.
fn number(function: &mut Function, copied: &mut Copied, value: Value) -> Value {
    let new = function.values.push(function.values[value]);
    if let Some(name) = function.names[value].clone() {
        function.names[new] = Some(name);
    }
    copied.values[value] = Some(new);
    new
}

fn copy_inst(
    function: &mut Function,
    copied: &mut Copied,
    block: BlockId,
    inst: &Inst,
    known: &SideMap<Value, Option<Known>>,
) {
    let mut op = inst.op.map_operands(&mut |value| copied.value(value));
    if let (Op::Index { index, .. }, Some(result)) = (&op, inst.result) {
        match known[result] {
            Some(Known::Plain) => {
                copied.values[result] = Some(*index);
                return;
            }
            Some(Known::FromEnd(length)) => op = Op::Binary(tir::BinaryOp::Add, *index, length),
            None => {}
        }
    }
    let result = inst.result.map(|result| number(function, copied, result));
    let new = function.insts.push(Inst { op, result, releases: Vec::new(), ..*inst });
    if let Some(block) = copied.blocks[block] {
        function.blocks[block].insts.push(new);
    }
}

/// A loop that is there twice.
pub(super) struct Twice {
    /// The first copy.
    pub(super) own: Loop,
    /// The second.
    pub(super) copied: Copied,
    /// The block that chooses one.
    pub(super) before: BlockId,
}

/// Gives what follows loops one value for each that both copies define.
pub(super) fn join(function: &mut Function, all: &[Twice]) {
    let dominators = Dominators::new(function);
    let mut home: SideMap<BlockId, Option<usize>> = SideMap::default();
    let mut owner: SideMap<Value, Option<usize>> = SideMap::default();
    for (index, twice) in all.iter().enumerate() {
        for &block in &twice.own.blocks {
            home[block] = Some(index);
            twice.copied.blocks[block].into_iter().for_each(|copy| home[copy] = Some(index));
            let block = &function.blocks[block];
            let results = block.insts.iter().filter_map(|&inst| function.insts[inst].result);
            block.params.iter().copied().chain(results).for_each(|value| owner[value] = Some(index));
        }
    }
    let mut used: BTreeMap<Value, BTreeSet<BlockId>> = BTreeMap::new();
    for &block in dominators.order() {
        for value in uses(function, block) {
            if owner[value].is_some() && owner[value] != home[block] {
                used.entry(value).or_default().insert(block);
            }
        }
    }
    while let Some((value, blocks)) = used.pop_first() {
        let Some(index) = owner[value] else { continue };
        let mut joining = Joining {
            function,
            dominators: &dominators,
            home: &home,
            index,
            twice: &all[index],
            known: BTreeMap::new(),
            value,
            brought: Vec::new(),
        };
        for block in blocks {
            let now = joining.at(block);
            replace(joining.function, block, value, now);
        }
        // An index that is not checked is the value that it was given, perhaps another loop's.
        for (brought, from) in joining.brought {
            if owner[brought].is_some() && owner[brought] != home[from] {
                used.entry(brought).or_default().insert(from);
            }
        }
    }
}

/// The values that a block reads.
fn uses(function: &Function, block: BlockId) -> Vec<Value> {
    let block = &function.blocks[block];
    let mut uses: Vec<Value> =
        block.insts.iter().flat_map(|&inst| function.insts[inst].op.operands()).collect();
    uses.extend(block.terminator.jumps().flat_map(|jump| &jump.args));
    match &block.terminator {
        Terminator::Branch { condition, .. } => uses.push(*condition),
        Terminator::Return(value) => uses.extend(value),
        Terminator::Raise(_, values) => uses.extend(values),
        Terminator::Reraise(error) => uses.push(*error),
        Terminator::Jump(_) | Terminator::Unreachable => {}
    }
    uses
}

/// Lets a block read another value.
fn replace(function: &mut Function, block: BlockId, from: Value, to: Value) {
    let map = |value: Value| if value == from { to } else { value };
    for &inst in &function.blocks[block].insts {
        let op = function.insts[inst].op.map_operands(&mut |value| map(value));
        function.insts[inst].op = op;
    }
    rename(&mut function.blocks[block].terminator, &map);
}

/// Finds the one value in every block after a loop.
struct Joining<'a> {
    function: &'a mut Function,
    dominators: &'a Dominators,
    home: &'a SideMap<BlockId, Option<usize>>,
    index: usize,
    twice: &'a Twice,
    known: BTreeMap<BlockId, Value>,
    value: Value,
    /// What jumps bring now, and from where.
    brought: Vec<(Value, BlockId)>,
}

impl Joining<'_> {
    /// The value at the end of a block: that of the copy, or of the block where both copies meet that
    /// is nearest above. No way from there passes a copy again without passing there again.
    fn at(&mut self, mut block: BlockId) -> Value {
        loop {
            if self.home[block] == Some(self.index) {
                let is_first = self.twice.own.contains(block);
                return if is_first { self.value } else { self.twice.copied.value(self.value) };
            }
            if let Some(&known) = self.known.get(&block) {
                return known;
            }
            match self.dominators.immediate(block) {
                Some(above) if above != self.twice.before => block = above,
                Some(_) | None => return self.param(block),
            }
        }
    }

    fn param(&mut self, block: BlockId) -> Value {
        let param = self.function.values.push(self.function.values[self.value]);
        if let Some(name) = self.function.names[self.value].clone() {
            self.function.names[param] = Some(name);
        }
        self.function.blocks[block].params.push(param);
        self.known.insert(block, param);
        let from: BTreeSet<BlockId> = self.dominators.predecessors(block).iter().copied().collect();
        for from in from {
            let now = self.at(from);
            self.brought.push((now, from));
            for jump in self.function.blocks[from].terminator.jumps_mut().filter(|jump| jump.block == block) {
                jump.args.push(now);
            }
        }
        param
    }
}
