//! Indices that are in range whatever the numbers are.
//!
//! The index is what a loop counts, by ones from a constant, and a constant more or less; the loop ends
//! at the length of the very axis, or before. A length is not negative, so that nothing overflows
//! that lies between: a bound that wraps round is far below zero, and the loop has no round.

use arena::SideMap;
use tir::{Dominators, Function, Op, Value};

use super::affine::Term;
use super::nest::Nest;
use super::nest_of;
use crate::definitions::definitions;
use crate::loops;
use crate::same::replace;

/// Removes their checks.
pub(super) fn remove(function: &mut Function) {
    let dominators = Dominators::new(function);
    let loops = loops::find(&dominators);
    let definitions = definitions(function, dominators.order());
    let mut same: SideMap<Value, Option<Value>> = SideMap::default();
    for index in 0..loops.len() {
        let nest = nest_of(function, &dominators, &definitions, &loops, index);
        for &block in &loops[index].blocks {
            for &inst in &function.blocks[block].insts {
                let inst = &function.insts[inst];
                if let (Op::Index { index, .. }, Some(result)) = (&inst.op, inst.result)
                    && same[result].is_none()
                    && is_certain(&nest, block, &inst.op)
                {
                    same[result] = Some(*index);
                }
            }
        }
    }
    replace(function, &same);
}

fn is_certain(nest: &Nest<'_>, block: tir::BlockId, op: &Op) -> bool {
    let &Op::Index { array, axis, index, .. } = op else { return false };
    let ends = || {
        let sum = nest.affine_at(index, block)?;
        let is_counted = sum.terms.len() == 1 && sum.loops().all(|at| sum.terms[&Term::Loop(at)] == 1);
        let low = sum.end(&nest.lasts, false)?.as_constant()?;
        Some((low, sum.end(&nest.lasts, true)?)).filter(|_| is_counted && sum.loops().next().is_some())
    };
    let Some((0.., high)) = ends() else { return false };
    let Some((&Term::Value(bound), 1)) = high.terms.first_key_value().map(|(term, factor)| (term, *factor))
    else {
        return false;
    };
    high.terms.len() == 1 && high.constant < 0 && {
        let length = nest.length(array, axis);
        length.is_some() && nest.length_by(bound) == length
    }
}
