//! Values that turn out to be others.

use arena::SideMap;
use tir::{Function, Terminator, Value};

/// Lets everything read the other value where there is one, and drops what gave the first.
pub(crate) fn replace(function: &mut Function, same: &SideMap<Value, Option<Value>>) {
    let now = |mut value: Value| {
        while let Some(other) = same[value] {
            value = other;
        }
        value
    };
    for block in function.blocks.ids() {
        let insts = std::mem::take(&mut function.blocks[block].insts);
        let is_left =
            |inst: &tir::InstId| function.insts[*inst].result.is_none_or(|result| same[result].is_none());
        function.blocks[block].insts = insts.into_iter().filter(is_left).collect();
        rename(&mut function.blocks[block].terminator, &now);
    }
    for inst in function.insts.ids() {
        let op = function.insts[inst].op.map_operands(&mut |value| now(value));
        function.insts[inst].op = op;
    }
}

/// Lets a terminator read other values.
pub(crate) fn rename(terminator: &mut Terminator, now: &dyn Fn(Value) -> Value) {
    for arg in terminator.jumps_mut().flat_map(|jump| &mut jump.args) {
        *arg = now(*arg);
    }
    match terminator {
        Terminator::Branch { condition, .. } => *condition = now(*condition),
        Terminator::Return(Some(value)) => *value = now(*value),
        Terminator::Reraise(error) => *error = now(*error),
        Terminator::Raise(_, values) => values.iter_mut().for_each(|value| *value = now(*value)),
        Terminator::Jump(_) | Terminator::Return(None) | Terminator::Unreachable => {}
    }
}
