//! Indices that were checked before: on every path to them, against the same length.
//!
//! A later one gives what the earlier one gave. A constant that is not negative needs no check where
//! one that is not smaller was checked.

use std::collections::BTreeMap;

use arena::SideMap;
use tir::{BlockId, Const, Dominators, Function, Op, Value};

use crate::definitions::{Definitions, definitions, op_of};
use crate::same::rename;

/// How long an axis is: as an array says, or this value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Length {
    Dim(Value, u8),
    Value(Value),
}

/// What is asked for: a value, or a constant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Value(Value),
    Constant(i128),
}

/// A check that is there.
#[derive(Clone, Copy)]
struct Check {
    block: BlockId,
    result: Value,
    is_checked: bool,
}

/// Removes them.
pub(crate) fn remove(function: &mut Function) {
    let has_index = function.insts.values().any(|inst| matches!(inst.op, Op::Index { .. }));
    if !has_index {
        return;
    }
    let dominators = Dominators::new(function);
    let definitions = definitions(function, dominators.order());
    let mut checks: BTreeMap<(Length, Asked), Vec<Check>> = BTreeMap::new();
    let mut same: SideMap<Value, Option<Value>> = SideMap::default();
    for &block in dominators.order() {
        let mut kept = Vec::new();
        for inst in std::mem::take(&mut function.blocks[block].insts) {
            let op = function.insts[inst].op.map_operands(&mut |value| same[value].unwrap_or(value));
            if let (Op::Index { array, axis, index, site }, Some(result)) = (&op, function.insts[inst].result)
            {
                let length = length(function, &definitions, *array, *axis);
                let asked = asked(function, &definitions, *index);
                let is_above = |check: &Check| dominators.dominates(check.block, block);
                if let Some(before) = known(&checks, length, asked, site.is_some(), *index, &is_above) {
                    same[result] = Some(before);
                    continue;
                }
                let check = Check { block, result, is_checked: site.is_some() };
                checks.entry((length, asked)).or_default().push(check);
            }
            function.insts[inst].op = op;
            kept.push(inst);
        }
        function.blocks[block].insts = kept;
    }
    for &block in dominators.order() {
        rename(&mut function.blocks[block].terminator, &|value| same[value].unwrap_or(value));
    }
}

/// What an earlier check says that this index is.
fn known(
    checks: &BTreeMap<(Length, Asked), Vec<Check>>,
    length: Length,
    asked: Asked,
    is_checked: bool,
    index: Value,
    is_above: &dyn Fn(&Check) -> bool,
) -> Option<Value> {
    let fits = |check: &&Check| is_above(check) && (check.is_checked || !is_checked);
    if let Some(check) = checks.get(&(length, asked)).into_iter().flatten().find(fits) {
        return Some(check.result);
    }
    let Asked::Constant(constant @ 0..) = asked else { return None };
    let larger = checks.range((length, Asked::Constant(constant))..);
    let mut larger =
        larger.take_while(|((of, asked), _)| *of == length && matches!(asked, Asked::Constant(_)));
    larger.any(|(_, checks)| checks.iter().any(|check| check.is_checked && is_above(check))).then_some(index)
}

fn asked(function: &Function, definitions: &Definitions, index: Value) -> Asked {
    match op_of(function, definitions, index) {
        Some(Op::Const(Const::Int(constant))) => Asked::Constant(*constant),
        _ => Asked::Value(index),
    }
}

/// The length of an axis by where it comes from.
fn length(function: &Function, definitions: &Definitions, array: Value, axis: u8) -> Length {
    let Some(Op::View { dims, .. } | Op::Allocate { dims, .. }) = op_of(function, definitions, array) else {
        return Length::Dim(array, axis);
    };
    let Some(&dim) = dims.get(usize::from(axis)) else { return Length::Dim(array, axis) };
    match op_of(function, definitions, dim) {
        Some(Op::Dim(of, axis)) => length(function, definitions, *of, *axis),
        _ => Length::Value(dim),
    }
}
