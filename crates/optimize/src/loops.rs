//! The natural loops of a function.

use arena::SideMap;
use tir::{BlockId, Dominators};

/// A loop: what reaches a jump back to its header without passing it.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    /// Where every way into it leads.
    pub(crate) header: BlockId,
    /// Its blocks, each after those that dominate it; the header is the first.
    pub(crate) blocks: Vec<BlockId>,
    /// The blocks from which its next round is started.
    pub(crate) latches: Vec<BlockId>,
    is_in: SideMap<BlockId, bool>,
    /// The next loop around it, as an index of the list.
    pub(crate) parent: Option<usize>,
}

impl Loop {
    /// Whether a block is in it.
    pub(crate) fn contains(&self, block: BlockId) -> bool {
        self.is_in[block]
    }
}

/// All loops, each after those around it.
pub(crate) fn find(dominators: &Dominators) -> Vec<Loop> {
    let mut loops: Vec<Loop> = Vec::new();
    for &header in dominators.order() {
        let mut open: Vec<BlockId> = dominators.predecessors(header).to_vec();
        open.retain(|&block| dominators.dominates(header, block));
        if open.is_empty() {
            continue;
        }
        let mut latches = open.clone();
        latches.dedup();
        let mut is_in: SideMap<BlockId, bool> = SideMap::default();
        is_in[header] = true;
        while let Some(block) = open.pop() {
            if !std::mem::replace(&mut is_in[block], true) {
                open.extend(dominators.predecessors(block));
            }
        }
        let blocks = dominators.order().iter().copied().filter(|&block| is_in[block]).collect();
        let parent = loops.iter().rposition(|around| around.contains(header));
        loops.push(Loop { header, blocks, latches, is_in, parent });
    }
    loops
}
