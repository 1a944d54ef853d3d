//! Branches whose way is known become jumps.

use arena::SideMap;
use tir::{Const, Function, Op, Terminator, Value};

/// Turns each branch on a constant, or to one place with one list of values, into a jump.
pub(crate) fn fold(function: &mut Function) {
    let mut known: SideMap<Value, Option<bool>> = SideMap::default();
    for inst in function.insts.values() {
        if let (Op::Const(Const::Bool(value)), Some(result)) = (&inst.op, inst.result) {
            known[result] = Some(*value);
        }
    }
    for id in function.blocks.ids() {
        let terminator = &mut function.blocks[id].terminator;
        if let Terminator::Branch { condition, then, otherwise } = terminator {
            let jump = match known[*condition] {
                Some(true) => then,
                Some(false) => otherwise,
                None if then == otherwise => then,
                None => continue,
            };
            *terminator = Terminator::Jump(jump.clone());
        }
    }
}
