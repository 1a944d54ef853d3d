//! Which values matter: those that something with an effect reads, directly or not.

use arena::SideMap;
use tir::{BlockId, Function, Jump, Terminator, Value};

use crate::compact::reachable;
use crate::definitions::{Definition, definitions};

/// Whether each value of the blocks that can be reached matters.
pub(crate) fn used_values(function: &Function) -> SideMap<Value, bool> {
    let blocks = reachable(function);
    let definitions = definitions(function, &blocks);
    let mut used: SideMap<Value, bool> = SideMap::default();
    let mut open: Vec<Value> = blocks.iter().flat_map(|&block| roots(function, block)).collect();
    // The entry's parameters are the function's: they stay.
    open.extend(blocks.first().into_iter().flat_map(|&entry| &function.blocks[entry].params));
    while let Some(value) = open.pop() {
        if std::mem::replace(&mut used[value], true) {
            continue;
        }
        match definitions[value] {
            Some(Definition::Inst(_, inst)) => open.extend(function.insts[inst].op.operands()),
            Some(Definition::Param(block, index)) => open.extend(brought(function, &blocks, block, index)),
            None => {}
        }
    }
    used
}

/// What a block needs whatever becomes of its other values.
fn roots(function: &Function, block: BlockId) -> Vec<Value> {
    let block = &function.blocks[block];
    let effects = block.insts.iter().map(|&inst| &function.insts[inst]);
    let mut roots: Vec<Value> = effects
        .filter(|inst| inst.result.is_none() || inst.op.has_effect())
        .flat_map(|inst| inst.op.operands().into_iter().chain(inst.releases.iter().copied()))
        .collect();
    match &block.terminator {
        Terminator::Branch { condition, .. } => roots.push(*condition),
        Terminator::Return(value) => roots.extend(value),
        Terminator::Raise(_, args) => roots.extend(args),
        Terminator::Reraise(error) => roots.push(*error),
        Terminator::Jump(_) | Terminator::Unreachable => {}
    }
    roots
}

/// What every jump to a block brings for one of its parameters.
fn brought<'a>(
    function: &'a Function,
    blocks: &'a [BlockId],
    block: BlockId,
    index: usize,
) -> impl Iterator<Item = Value> + 'a {
    let all = blocks.iter().flat_map(|&from| function.blocks[from].terminator.jumps());
    all.filter(move |jump: &&Jump| jump.block == block).filter_map(move |jump| jump.args.get(index).copied())
}
