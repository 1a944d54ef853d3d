//! What the walk leaves behind and nothing uses: constants that decided a type, parameters of
//! loops for names that nobody reads afterwards, blocks that nothing reaches. What is left is
//! numbered in the order of the text.

use arena::{IdMap, SideMap};
use tir::{Block, BlockId, Function, Inst, Jump, Terminator, Value};

/// The function with only what is used.
pub(crate) fn tidy(function: &Function) -> Function {
    let blocks = reachable(function);
    let live = live_values(function, &blocks);
    Rebuild {
        old: function,
        live,
        new: Function {
            name: function.name.clone(),
            source: function.source.clone(),
            result: function.result,
            math: function.math,
            blocks: IdMap::new(),
            insts: IdMap::new(),
            values: IdMap::new(),
            names: SideMap::default(),
            slots: function.slots.clone(),
        },
        values: SideMap::default(),
        block_ids: SideMap::default(),
    }
    .run(&blocks)
}

fn jumps(terminator: &Terminator) -> Vec<&Jump> {
    match terminator {
        Terminator::Jump(jump) => vec![jump],
        Terminator::Branch { then, otherwise, .. } => vec![then, otherwise],
        Terminator::Return(_) | Terminator::Raise(..) | Terminator::Reraise(_) | Terminator::Unreachable => {
            Vec::new()
        }
    }
}

/// The blocks that the entry reaches, a block before those that it leads to first.
fn reachable(function: &Function) -> Vec<BlockId> {
    let mut seen: SideMap<BlockId, bool> = SideMap::default();
    let mut pending: Vec<BlockId> = function.blocks.ids().take(1).collect();
    while let Some(block) = pending.pop() {
        if !seen[block] {
            seen[block] = true;
            pending.extend(jumps(&function.blocks[block].terminator).into_iter().map(|jump| jump.block));
        }
    }
    function.blocks.ids().filter(|block| seen[*block]).collect()
}

/// The values that something with an effect needs.
fn live_values(function: &Function, blocks: &[BlockId]) -> SideMap<Value, bool> {
    let mut definitions: SideMap<Value, Option<&Inst>> = SideMap::default();
    let mut sources: SideMap<Value, Vec<Value>> = SideMap::default();
    let mut pending: Vec<Value> = function.blocks[blocks[0]].params.clone();
    for &block in blocks {
        let block = &function.blocks[block];
        for inst in block.insts.iter().map(|inst| &function.insts[*inst]) {
            if let Some(result) = inst.result {
                definitions[result] = Some(inst);
            }
            if inst.op.has_effect() {
                pending.extend(inst.op.operands());
            }
        }
        for jump in jumps(&block.terminator) {
            for (param, arg) in function.blocks[jump.block].params.iter().zip(&jump.args) {
                sources[*param].push(*arg);
            }
        }
        match &block.terminator {
            Terminator::Branch { condition, .. } => pending.push(*condition),
            Terminator::Return(value) => pending.extend(value),
            Terminator::Raise(_, values) => pending.extend(values),
            Terminator::Reraise(error) => pending.push(*error),
            Terminator::Jump(_) | Terminator::Unreachable => {}
        }
    }
    let mut live: SideMap<Value, bool> = SideMap::default();
    while let Some(value) = pending.pop() {
        if live[value] {
            continue;
        }
        live[value] = true;
        match definitions[value] {
            Some(inst) => pending.extend(inst.op.operands()),
            None => pending.extend(&sources[value]),
        }
    }
    live
}

struct Rebuild<'a> {
    old: &'a Function,
    live: SideMap<Value, bool>,
    new: Function,
    values: SideMap<Value, Option<Value>>,
    block_ids: SideMap<BlockId, Option<BlockId>>,
}

impl Rebuild<'_> {
    fn run(mut self, blocks: &[BlockId]) -> Function {
        for &block in blocks {
            let params: Vec<Value> = self.live_params(block).collect();
            let params = params.into_iter().map(|param| self.value(param)).collect();
            let empty = Block { params, insts: Vec::new(), terminator: Terminator::Unreachable };
            self.block_ids[block] = Some(self.new.blocks.push(empty));
            // In the order of the text: a block's own values follow its parameters.
            for inst in &self.old.blocks[block].insts {
                let inst = &self.old.insts[*inst];
                if let Some(result) = inst.result
                    && (self.live[result] || inst.op.has_effect())
                {
                    self.value(result);
                }
            }
        }
        for &block in blocks {
            self.fill(block);
        }
        self.new
    }

    fn live_params(&self, block: BlockId) -> impl Iterator<Item = Value> + '_ {
        self.old.blocks[block].params.iter().copied().filter(|param| self.live[*param])
    }

    /// The new number of a value.
    fn value(&mut self, old: Value) -> Value {
        if let Some(new) = self.values[old] {
            return new;
        }
        let new = self.new.values.push(self.old.values[old]);
        self.new.names[new].clone_from(&self.old.names[old]);
        self.values[old] = Some(new);
        new
    }

    fn fill(&mut self, old: BlockId) {
        let Some(new) = self.block_ids[old] else { return };
        let block = &self.old.blocks[old];
        for inst in block.insts.iter().map(|inst| &self.old.insts[*inst]) {
            if !inst.op.has_effect() && !inst.result.is_some_and(|result| self.live[result]) {
                continue;
            }
            let result = inst.result.map(|result| self.value(result));
            let op = inst.op.map_operands(&mut |value| self.value(value));
            let releases = inst.releases.iter().map(|value| self.value(*value)).collect();
            let inst = self.new.insts.push(Inst {
                op,
                result,
                span: inst.span,
                releases,
                is_caught: inst.is_caught,
            });
            self.new.blocks[new].insts.push(inst);
        }
        self.new.blocks[new].terminator = match &block.terminator {
            Terminator::Jump(jump) => Terminator::Jump(self.jump(jump)),
            Terminator::Branch { condition, then, otherwise } => Terminator::Branch {
                condition: self.value(*condition),
                then: self.jump(then),
                otherwise: self.jump(otherwise),
            },
            Terminator::Return(value) => Terminator::Return(value.map(|value| self.value(value))),
            Terminator::Raise(site, values) => {
                Terminator::Raise(*site, values.iter().map(|value| self.value(*value)).collect())
            }
            Terminator::Reraise(error) => Terminator::Reraise(self.value(*error)),
            Terminator::Unreachable => Terminator::Unreachable,
        };
    }

    fn jump(&mut self, jump: &Jump) -> Jump {
        let params = self.old.blocks[jump.block].params.iter().zip(&jump.args);
        let args: Vec<Value> = params.filter(|(param, _)| self.live[**param]).map(|(_, arg)| *arg).collect();
        let args = args.into_iter().map(|arg| self.value(arg)).collect();
        Jump { block: self.block_ids[jump.block].unwrap_or(jump.block), args }
    }
}
