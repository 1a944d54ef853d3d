//! A function again, without what cannot be reached and what does not matter, numbered in the order
//! of its text.

use arena::{Id, IdMap, SideMap};
use tir::{Block, BlockId, Function, Inst, Jump, Terminator, Value};

/// The blocks that the entry leads to, in the order of the function.
pub(crate) fn reachable(function: &Function) -> Vec<BlockId> {
    let mut is_reached: SideMap<BlockId, bool> = SideMap::default();
    let mut open = vec![BlockId::from_index(0)];
    while let Some(block) = open.pop() {
        if !std::mem::replace(&mut is_reached[block], true) {
            open.extend(function.blocks[block].terminator.jumps().map(|jump| jump.block));
        }
    }
    function.blocks.ids().filter(|&block| is_reached[block]).collect()
}

/// The function with only the values that are used; the entry keeps its parameters.
pub(crate) fn compact(function: &Function, used: &SideMap<Value, bool>) -> Function {
    let order = reachable(function);
    let mut compactor = Compactor {
        old: function,
        used,
        values: SideMap::default(),
        blocks: SideMap::default(),
        made: Function {
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
    };
    for (index, &block) in order.iter().enumerate() {
        compactor.blocks[block] = Some(BlockId::from_index(index));
        compactor.define(block);
    }
    for block in order {
        compactor.move_block(block);
    }
    compactor.made
}

struct Compactor<'a> {
    old: &'a Function,
    used: &'a SideMap<Value, bool>,
    values: SideMap<Value, Option<Value>>,
    blocks: SideMap<BlockId, Option<BlockId>>,
    made: Function,
}

impl Compactor<'_> {
    fn keeps_param(&self, block: BlockId, param: Value) -> bool {
        block.index() == 0 || self.used[param]
    }

    fn keeps_inst(&self, inst: &Inst) -> bool {
        inst.op.has_effect() || inst.result.is_none_or(|result| self.used[result])
    }

    /// Numbers the values of a block.
    fn define(&mut self, id: BlockId) {
        let old = self.old;
        let block = &old.blocks[id];
        for &param in block.params.iter().filter(|&&param| self.keeps_param(id, param)).collect::<Vec<_>>() {
            self.number(param);
        }
        for &inst in &block.insts {
            let inst = &old.insts[inst];
            if let Some(result) = inst.result.filter(|_| self.keeps_inst(inst)) {
                self.number(result);
            }
        }
    }

    fn number(&mut self, value: Value) {
        let number = self.made.values.push(self.old.values[value]);
        self.values[value] = Some(number);
        if let Some(name) = &self.old.names[value] {
            self.made.names[number] = Some(name.clone());
        }
    }

    fn move_block(&mut self, id: BlockId) {
        let old = self.old;
        let block = &old.blocks[id];
        let kept = block.params.iter().filter(|&&param| self.keeps_param(id, param));
        let params = kept.map(|&param| self.value(param)).collect();
        let mut insts = Vec::with_capacity(block.insts.len());
        for &inst in &block.insts {
            let inst = &old.insts[inst];
            if self.keeps_inst(inst) {
                let op = inst.op.map_operands(&mut |value| self.value(value));
                let result = inst.result.map(|result| self.value(result));
                let releases = inst.releases.iter().map(|&value| self.value(value)).collect();
                insts.push(self.made.insts.push(Inst {
                    op,
                    result,
                    span: inst.span,
                    releases,
                    is_caught: inst.is_caught,
                }));
            }
        }
        let terminator = self.terminator(&block.terminator);
        self.made.blocks.push(Block { params, insts, terminator });
    }

    fn terminator(&self, terminator: &Terminator) -> Terminator {
        match terminator {
            Terminator::Jump(jump) => Terminator::Jump(self.jump(jump)),
            Terminator::Branch { condition, then, otherwise } => Terminator::Branch {
                condition: self.value(*condition),
                then: self.jump(then),
                otherwise: self.jump(otherwise),
            },
            Terminator::Return(value) => Terminator::Return(value.map(|value| self.value(value))),
            Terminator::Raise(site, args) => {
                Terminator::Raise(*site, args.iter().map(|&arg| self.value(arg)).collect())
            }
            Terminator::Reraise(error) => Terminator::Reraise(self.value(*error)),
            Terminator::Unreachable => Terminator::Unreachable,
        }
    }

    fn jump(&self, jump: &Jump) -> Jump {
        let params = &self.old.blocks[jump.block].params;
        let pairs = params.iter().zip(&jump.args);
        let kept = pairs.filter(|&(&param, _)| self.keeps_param(jump.block, param));
        Jump {
            block: self.blocks[jump.block].expect("a jump of a block that is reached reaches its target"),
            args: kept.map(|(_, &arg)| self.value(arg)).collect(),
        }
    }

    fn value(&self, value: Value) -> Value {
        self.values[value].expect("what is kept reads only what is used")
    }
}
