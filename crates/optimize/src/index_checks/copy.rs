//! A second copy of a loop, and one value after it for what either copy computed.

use arena::SideMap;
use tir::{Block, BlockId, Dominators, Function, Inst, Jump, Op, Terminator, Value};

use crate::definitions::{Definition, definitions};
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

/// Gives what follows a loop one value for each that both copies define.
pub(super) fn join(function: &mut Function, own: &Loop, copied: &Copied) {
    let dominators = Dominators::new(function);
    let definitions = definitions(function, dominators.order());
    let mut used: Vec<(Value, Vec<BlockId>)> = Vec::new();
    let mut place: SideMap<Value, Option<usize>> = SideMap::default();
    let mut is_of_either: SideMap<BlockId, bool> = SideMap::default();
    for &block in &own.blocks {
        is_of_either[block] = true;
        copied.blocks[block].into_iter().for_each(|copy| is_of_either[copy] = true);
    }
    for &block in dominators.order().iter().filter(|&&block| !is_of_either[block]) {
        for value in uses(function, block) {
            if !definitions[value].is_some_and(|definition: Definition| own.contains(definition.block())) {
                continue;
            }
            let at = *place[value].get_or_insert_with(|| {
                used.push((value, Vec::new()));
                used.len() - 1
            });
            if used[at].1.last() != Some(&block) {
                used[at].1.push(block);
            }
        }
    }
    for (value, blocks) in used {
        let mut joining = Joining { function, dominators: &dominators, known: SideMap::default(), value };
        for &block in &own.blocks {
            joining.known[block] = Some(value);
            if let Some(copy) = copied.blocks[block] {
                joining.known[copy] = Some(copied.value(value));
            }
        }
        for block in blocks {
            let now = joining.at(block);
            replace(joining.function, block, value, now);
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

/// Finds the one value in every block after the loop.
struct Joining<'a> {
    function: &'a mut Function,
    dominators: &'a Dominators,
    known: SideMap<BlockId, Option<Value>>,
    value: Value,
}

impl Joining<'_> {
    /// The value at a block: what its only predecessor has, or a parameter.
    fn at(&mut self, block: BlockId) -> Value {
        let mut alone = vec![block];
        let found = loop {
            let Some(&last) = alone.last() else { return self.value };
            if let Some(known) = self.known[last] {
                break known;
            }
            let [only] = *self.dominators.predecessors(last) else { break self.param(last) };
            alone.push(only);
        };
        for block in alone {
            self.known[block] = Some(found);
        }
        found
    }

    fn param(&mut self, block: BlockId) -> Value {
        let param = self.function.values.push(self.function.values[self.value]);
        if let Some(name) = self.function.names[self.value].clone() {
            self.function.names[param] = Some(name);
        }
        self.function.blocks[block].params.push(param);
        self.known[block] = Some(param);
        let mut from = self.dominators.predecessors(block).to_vec();
        from.sort_unstable();
        from.dedup();
        for from in from {
            let now = self.at(from);
            for jump in self.function.blocks[from].terminator.jumps_mut().filter(|jump| jump.block == block) {
                jump.args.push(now);
            }
        }
        param
    }
}
