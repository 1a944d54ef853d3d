//! The control-flow graph of a function: where blocks lead, and which stand before which on every
//! path.

use arena::{Id as _, SideMap};

use crate::{BlockId, Function, Jump, Terminator};

impl Terminator {
    /// Where it can go on.
    pub fn jumps(&self) -> impl Iterator<Item = &Jump> {
        let (first, second) = match self {
            Self::Jump(jump) => (Some(jump), None),
            Self::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            Self::Return(_) | Self::Raise(..) | Self::Reraise(_) | Self::Unreachable => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Where it can go on, to be changed.
    pub fn jumps_mut(&mut self) -> impl Iterator<Item = &mut Jump> {
        let (first, second) = match self {
            Self::Jump(jump) => (Some(jump), None),
            Self::Branch { then, otherwise, .. } => (Some(then), Some(otherwise)),
            Self::Return(_) | Self::Raise(..) | Self::Reraise(_) | Self::Unreachable => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// Which blocks of a function stand on every path to which: its dominator tree. Blocks that nothing
/// reaches are not in it.
#[derive(Clone, Debug)]
pub struct Dominators {
    order: Vec<BlockId>,
    predecessors: SideMap<BlockId, Vec<BlockId>>,
    immediate: SideMap<BlockId, Option<BlockId>>,
    /// When a walk of the tree enters and leaves each block; zero where nothing reaches it.
    times: SideMap<BlockId, (usize, usize)>,
}

impl Dominators {
    /// Those of a function with at least one block. Jumps to blocks that there are not lead nowhere.
    ///
    /// The algorithm is Cooper, Harvey and Kennedy's.
    pub fn new(function: &Function) -> Self {
        let order = reverse_postorder(function);
        let mut rank: SideMap<BlockId, usize> = SideMap::default();
        let mut predecessors: SideMap<BlockId, Vec<BlockId>> = SideMap::default();
        for (index, &block) in order.iter().enumerate() {
            rank[block] = index;
            let jumps = function.blocks[block].terminator.jumps();
            for jump in jumps.filter(|jump| function.blocks.get(jump.block).is_some()) {
                predecessors[jump.block].push(block);
            }
        }
        let mut immediate: Vec<Option<usize>> = vec![None; order.len()];
        immediate[0] = Some(0);
        let mut is_changed = true;
        while std::mem::take(&mut is_changed) {
            for index in 1..order.len() {
                let known = predecessors[order[index]].iter().map(|block| rank[*block]);
                let known = known.filter(|rank| immediate[*rank].is_some());
                let common = known.reduce(|a, b| meet(&immediate, a, b));
                if common != immediate[index] {
                    immediate[index] = common;
                    is_changed = true;
                }
            }
        }
        let mut tree: SideMap<BlockId, Option<BlockId>> = SideMap::default();
        for index in 1..order.len() {
            tree[order[index]] = immediate[index].map(|parent| order[parent]);
        }
        let times = times(&order, &tree);
        Self { order, predecessors, immediate: tree, times }
    }

    /// The blocks that the entry reaches, each after those that dominate it.
    pub fn order(&self) -> &[BlockId] {
        &self.order
    }

    /// The blocks that lead to a block, once for each jump; only those that the entry reaches.
    pub fn predecessors(&self, block: BlockId) -> &[BlockId] {
        &self.predecessors[block]
    }

    /// The nearest other block on every path to a block; none for the entry.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        self.immediate[block]
    }

    /// Whether the entry reaches a block.
    pub fn is_reached(&self, block: BlockId) -> bool {
        self.times[block].0 != 0
    }

    /// Whether every path to `below` leads through `above`; a block dominates itself. Both are reached.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let ((enter, leave), (at, _)) = (self.times[above], self.times[below]);
        enter <= at && at < leave
    }
}

/// The nearest block that dominates both.
fn meet(immediate: &[Option<usize>], mut a: usize, mut b: usize) -> usize {
    while a != b {
        if a > b {
            a = immediate[a].unwrap_or(0);
        } else {
            b = immediate[b].unwrap_or(0);
        }
    }
    a
}

/// When a walk of the tree comes to each block, from one, and when it has left all below it.
fn times(order: &[BlockId], tree: &SideMap<BlockId, Option<BlockId>>) -> SideMap<BlockId, (usize, usize)> {
    let mut children: SideMap<BlockId, Vec<BlockId>> = SideMap::default();
    for &block in order {
        if let Some(parent) = tree[block] {
            children[parent].push(block);
        }
    }
    let mut times: SideMap<BlockId, (usize, usize)> = SideMap::default();
    let mut now = 0;
    let mut stack = vec![(order[0], false)];
    while let Some((block, is_left)) = stack.pop() {
        if is_left {
            times[block].1 = now + 1;
        } else {
            now += 1;
            times[block].0 = now;
            stack.push((block, true));
            stack.extend(children[block].iter().map(|&child| (child, false)));
        }
    }
    times
}

fn reverse_postorder(function: &Function) -> Vec<BlockId> {
    let entry = BlockId::from_index(0);
    let mut seen: SideMap<BlockId, bool> = SideMap::default();
    let mut order = Vec::new();
    let mut stack = vec![(entry, 0)];
    seen[entry] = true;
    while let Some((block, next)) = stack.pop() {
        match function.blocks[block].terminator.jumps().nth(next) {
            Some(jump) => {
                stack.push((block, next + 1));
                if function.blocks.get(jump.block).is_some() && !seen[jump.block] {
                    seen[jump.block] = true;
                    stack.push((jump.block, 0));
                }
            }
            None => order.push(block),
        }
    }
    order.reverse();
    order
}
