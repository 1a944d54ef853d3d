//! Where the values of a function come from.

use arena::SideMap;
use tir::{BlockId, Function, InstId, Op, Value};

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Definition {
    /// The result of an instruction of a block.
    Inst(BlockId, InstId),
    /// What jumps bring to a block, at this place of their arguments.
    Param(BlockId, usize),
}

impl Definition {
    /// The block that defines it.
    pub(crate) const fn block(self) -> BlockId {
        match self {
            Self::Inst(block, _) | Self::Param(block, _) => block,
        }
    }
}

/// Where each value of these blocks comes from.
pub(crate) fn definitions(function: &Function, blocks: &[BlockId]) -> Definitions {
    let mut definitions = SideMap::default();
    for &id in blocks {
        let block = &function.blocks[id];
        for (index, &param) in block.params.iter().enumerate() {
            definitions[param] = Some(Definition::Param(id, index));
        }
        for &inst in &block.insts {
            if let Some(result) = function.insts[inst].result {
                definitions[result] = Some(Definition::Inst(id, inst));
            }
        }
    }
    definitions
}

/// Where each value comes from; nothing for those of other blocks.
pub(crate) type Definitions = SideMap<Value, Option<Definition>>;

/// The operation that gives a value, if one does.
pub(crate) fn op_of<'a>(function: &'a Function, definitions: &Definitions, value: Value) -> Option<&'a Op> {
    match definitions[value]? {
        Definition::Inst(_, inst) => Some(&function.insts[inst].op),
        Definition::Param(..) => None,
    }
}
