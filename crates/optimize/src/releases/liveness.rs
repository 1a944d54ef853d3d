//! Which owned values are still used, everywhere in a function.

use arena::SideMap;
use tir::{BlockId, Dominators, Function, Inst, Terminator, Value};

use super::roots::Roots;
use crate::definitions::definitions;

/// A set of the owned values of one function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct OwnedSet(Vec<u64>);

impl OwnedSet {
    fn insert(&mut self, index: usize) {
        if self.0.len() <= index / 64 {
            self.0.resize(index / 64 + 1, 0);
        }
        self.0[index / 64] |= 1 << (index % 64);
    }

    fn remove(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, &more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

/// The owned values of a function, and where each is used for the last time.
pub(super) struct Liveness<'a> {
    roots: &'a Roots,
    owned: Vec<Value>,
    numbers: SideMap<Value, Option<usize>>,
    /// What is used at the end of each block besides what its terminator names.
    kept: SideMap<BlockId, OwnedSet>,
    /// What each block uses of what was there before it.
    before: SideMap<BlockId, OwnedSet>,
}

impl<'a> Liveness<'a> {
    /// Works it out. A pinned value is used wherever its definition dominates.
    pub(super) fn new(
        function: &Function,
        dominators: &Dominators,
        roots: &'a Roots,
        pinned: &SideMap<Value, bool>,
    ) -> Self {
        let mut liveness = Self {
            roots,
            owned: Vec::new(),
            numbers: SideMap::default(),
            kept: SideMap::default(),
            before: SideMap::default(),
        };
        let definitions = definitions(function, dominators.order());
        for value in function.values.ids() {
            let Some(definition) = definitions[value].filter(|_| roots.of(value) == [value]) else {
                continue;
            };
            let number = liveness.owned.len();
            liveness.owned.push(value);
            liveness.numbers[value] = Some(number);
            if pinned[value] {
                let below =
                    dominators.order().iter().filter(|&&b| dominators.dominates(definition.block(), b));
                below.for_each(|&block| liveness.kept[block].insert(number));
            }
        }
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for &block in dominators.order().iter().rev() {
                let before = liveness.through(function, block);
                if before != liveness.before[block] {
                    liveness.before[block] = before;
                    is_settled = false;
                }
            }
        }
        liveness
    }

    /// What a block uses of what was there before it, as far as is known of those after it.
    fn through(&self, function: &Function, block: BlockId) -> OwnedSet {
        let mut live = self.at_end(function, block);
        for &inst in function.blocks[block].insts.iter().rev() {
            self.step_back(&function.insts[inst], &mut live);
        }
        for &param in &function.blocks[block].params {
            self.forget(param, &mut live);
        }
        live
    }

    /// What is held before a block's terminator.
    pub(super) fn at_end(&self, function: &Function, block: BlockId) -> OwnedSet {
        let terminator = &function.blocks[block].terminator;
        let mut live = self.kept[block].clone();
        for jump in terminator.jumps() {
            live.add(&self.before[jump.block]);
            self.use_all(&jump.args, &mut live);
        }
        match terminator {
            Terminator::Return(Some(value)) => self.use_all(&[*value], &mut live),
            Terminator::Raise(_, values) => self.use_all(values, &mut live),
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Return(None)
            | Terminator::Reraise(_)
            | Terminator::Unreachable => {}
        }
        live
    }

    /// From what is live after an instruction to what is live before it.
    pub(super) fn step_back(&self, inst: &Inst, live: &mut OwnedSet) {
        if let Some(result) = inst.result {
            self.forget(result, live);
        }
        self.use_all(&inst.op.operands(), live);
    }

    /// What a block uses of what was there before it.
    pub(super) fn before(&self, block: BlockId) -> &OwnedSet {
        &self.before[block]
    }

    fn use_all(&self, values: &[Value], live: &mut OwnedSet) {
        for root in values.iter().flat_map(|&value| self.roots.of(value)) {
            if let Some(number) = self.numbers[*root] {
                live.insert(number);
            }
        }
    }

    fn forget(&self, value: Value, live: &mut OwnedSet) {
        if let Some(number) = self.numbers[value] {
            live.remove(number);
        }
    }

    /// Whether a value is owned and of the set.
    pub(super) fn is_in(&self, value: Value, set: &OwnedSet) -> bool {
        self.numbers[value].is_some_and(|number| set.contains(number))
    }

    /// Whether a value is owned.
    pub(super) fn is_owned(&self, value: Value) -> bool {
        self.numbers[value].is_some()
    }

    /// The values of the first set that are not of the second, in the order of their numbers.
    pub(super) fn without(&self, set: &OwnedSet, other: &OwnedSet) -> Vec<Value> {
        let numbers = (0..self.owned.len()).filter(|&number| set.contains(number) && !other.contains(number));
        numbers.map(|number| self.owned[number]).collect()
    }
}
