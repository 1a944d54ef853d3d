//! The order in which blocks are lowered: each after one that leads to it, so that what a block
//! uses is lowered before it.

use arena::{Id, SideMap};
use tir::{BlockId, Function, Jump, Terminator};

/// The blocks that can be reached, in reverse post-order from the entry.
pub(crate) fn reverse_postorder(function: &Function) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(function.blocks.len());
    let mut is_seen: SideMap<BlockId, bool> = SideMap::default();
    let entry = BlockId::from_index(0);
    is_seen[entry] = true;
    let mut stack = vec![(entry, 0)];
    while let Some(top) = stack.last_mut() {
        let block = top.0;
        let next = jumps(&function.blocks[block].terminator).nth(top.1);
        top.1 += 1;
        match next {
            Some(jump) if !is_seen[jump.block] => {
                is_seen[jump.block] = true;
                stack.push((jump.block, 0));
            }
            Some(_) => {}
            None => {
                order.push(block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// Where a block can go on.
pub(crate) fn jumps(terminator: &Terminator) -> impl Iterator<Item = &Jump> {
    let (first, second) = match terminator {
        Terminator::Jump(jump) => (Some(jump), None),
        Terminator::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
        Terminator::Return(_) | Terminator::Raise(..) | Terminator::Reraise(_) | Terminator::Unreachable => {
            (None, None)
        }
    };
    first.into_iter().chain(second)
}
