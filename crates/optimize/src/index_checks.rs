//! Loops without index checks.
//!
//! A nest of loops comes in whose indices are checked as they are used. Where indices are sums of
//! constant multiples of what its loops count and of values that it does not change, it goes out
//! twice: once as it was, and once with those indices as they are; a block before it asks, once,
//! whether the ends of all sums are in range. What raises still raises where it did, since then
//! the first copy runs.
//!
//! Recognised are loops whose header branches on a comparison of what steps by a constant with what
//! the loop does not change, and countdowns to zero. The outermost loop is chosen that frees most of
//! the innermost checks; a nest is copied once, and not if it is large. Sums are asked to be small, so
//! that none overflows. An index that is negative throughout counts from the end.

mod affine;
mod certain;
mod copy;
mod nest;
mod question;

use std::collections::BTreeSet;

use arena::SideMap;
use tir::{Block, BlockId, Comparison, Dominators, Function, Jump, Op, Terminator, Value};

use crate::definitions::definitions;
use crate::loops::{self, Loop};
use affine::Affine;
use copy::{Known, Twice};
use nest::{Length, Nest};
use question::Asking;

/// No more instructions than these are copied for a nest.
const MOST_INSTRUCTIONS: usize = 2000;
/// No more different questions than these are asked before a nest.
const MOST_QUESTIONS: usize = 48;

/// Copies the nests of a function that can do without checks.
pub(crate) fn remove(function: &mut Function) {
    if !function.insts.values().any(|inst| matches!(inst.op, Op::Index { .. })) {
        return;
    }
    certain::remove(function);
    let plans = plans(function);
    if !plans.is_empty() {
        let all: Vec<Twice> = plans.into_iter().map(|plan| apply(function, plan)).collect();
        copy::join(function, &all);
    }
}

/// An index that needs no check if something holds.
struct Free {
    block: BlockId,
    result: Value,
    question: Question,
}

/// What must hold of a sum.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    low: Affine,
    high: Affine,
    /// What it must be below; in code that is not checked nothing.
    length: Option<Length>,
    /// Whether it is negative and counts from this end.
    from_end: Option<Length>,
    /// The loops around it that may have no round, in which case nothing is asked.
    around: Vec<usize>,
}

/// A nest to copy.
struct Plan {
    outermost: Loop,
    free: Vec<Free>,
    lasts: Vec<Option<Affine>>,
    assumed: Vec<Affine>,
    made: SideMap<Value, Option<Op>>,
}

/// The nests that are worth it, none in another.
fn plans(function: &Function) -> Vec<Plan> {
    let dominators = Dominators::new(function);
    let loops = loops::find(&dominators);
    let definitions = definitions(function, dominators.order());
    // How much each nest is worth at its outermost loop, and in the best of those inside.
    let mut own = vec![0; loops.len()];
    let mut inside = vec![0; loops.len()];
    for index in (0..loops.len()).rev() {
        let free = free_in(&nest_of(function, &dominators, &definitions, &loops, index));
        own[index] = free.iter().map(|free| weight(&loops, free)).sum();
        if let Some(parent) = loops[index].parent {
            inside[parent] += own[index].max(inside[index]);
        }
    }
    let mut is_taken = vec![false; loops.len()];
    let mut plans = Vec::new();
    for (index, outermost) in loops.iter().enumerate() {
        is_taken[index] = outermost.parent.is_some_and(|parent| is_taken[parent]);
        if !is_taken[index] && own[index] > 0 && own[index] >= inside[index] {
            is_taken[index] = true;
            plans.push(plan(&nest_of(function, &dominators, &definitions, &loops, index), outermost));
        }
    }
    plans
}

fn nest_of<'a>(
    function: &'a Function,
    dominators: &'a Dominators,
    definitions: &'a crate::definitions::Definitions,
    loops: &'a [Loop],
    outermost: usize,
) -> Nest<'a> {
    let inner = loops.iter().filter(|own| loops[outermost].contains(own.header));
    Nest::new(function, dominators, definitions, inner.collect())
}

/// What a check costs: each loop around it has many rounds.
fn weight(loops: &[Loop], free: &Free) -> u64 {
    1 << (3 * loops.iter().filter(|own| own.contains(free.block)).count().min(12))
}

fn plan(nest: &Nest<'_>, outermost: &Loop) -> Plan {
    let free = free_in(nest);
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<usize> = free.iter().flat_map(|free| free.question.around.clone()).collect();
    while let Some(index) = open.pop() {
        if used.insert(index) {
            open.extend(nest.lasts[index].iter().flat_map(Affine::loops));
        }
    }
    let assumed = used.iter().filter_map(|&index| nest.assumed[index].clone()).collect();
    Plan { outermost: outermost.clone(), free, lasts: nest.lasts.clone(), assumed, made: nest.made() }
}

/// The indices in a nest that can be known to be in range before it.
fn free_in(nest: &Nest<'_>) -> Vec<Free> {
    let blocks = &nest.loops[0].blocks;
    let size: usize = blocks.iter().map(|&block| nest.function.blocks[block].insts.len()).sum();
    if size > MOST_INSTRUCTIONS {
        return Vec::new();
    }
    let mut free = Vec::new();
    let mut questions: BTreeSet<Question> = BTreeSet::new();
    for &block in blocks {
        for &inst in &nest.function.blocks[block].insts {
            let inst = &nest.function.insts[inst];
            let (Op::Index { .. }, Some(result)) = (&inst.op, inst.result) else { continue };
            let Some(question) = question_of(nest, block, &inst.op) else { continue };
            if questions.len() < MOST_QUESTIONS || questions.contains(&question) {
                questions.insert(question.clone());
                free.push(Free { block, result, question });
            }
        }
    }
    free
}

/// What must hold of an index.
fn question_of(nest: &Nest<'_>, block: BlockId, op: &Op) -> Option<Question> {
    let &Op::Index { array, axis, index, site } = op else { return None };
    let sum = nest.affine_at(index, block)?;
    let (low, high) = (sum.end(&nest.lasts, false)?, sum.end(&nest.lasts, true)?);
    let is_negative = high.as_constant().is_some_and(|high| high < 0);
    let length = if is_negative || site.is_some() { Some(nest.length(array, axis)?) } else { None };
    let is_running = |at: &usize| nest.loops[*at].contains(block) && nest.loops[*at].header != block;
    let around = (0..nest.loops.len()).filter(is_running).filter(|&at| nest.lasts[at].is_some()).collect();
    Some(Question {
        low,
        high,
        length: length.filter(|_| site.is_some()),
        from_end: length.filter(|_| is_negative),
        around,
    })
}

/// Copies a nest, and puts the question before it.
fn apply(function: &mut Function, plan: Plan) -> Twice {
    let before = block_before(function, &plan.outermost);
    let mut asking = Asking::new(function, before, &plan.made);
    let mut known: SideMap<Value, Option<Known>> = SideMap::default();
    let mut asked: BTreeSet<&Question> = BTreeSet::new();
    for free in &plan.free {
        let from_end = free.question.from_end.map(|length| asking.length(length));
        known[free.result] = Some(from_end.map_or(Known::Plain, Known::FromEnd));
        if asked.insert(&free.question) {
            ask(&mut asking, &free.question, &plan.lasts);
        }
    }
    for assumed in &plan.assumed {
        let is_natural = asking.is_natural(assumed);
        asking.require(is_natural);
    }
    let condition = asking.answer();
    let copied = copy::copy(function, &plan.outermost, &known);
    let args = function.blocks[before].params.clone();
    let jump = |block| Jump { block, args: args.clone() };
    let slow = plan.outermost.header;
    let fast = copied.blocks[slow].unwrap_or(slow);
    function.blocks[before].terminator =
        Terminator::Branch { condition, then: jump(fast), otherwise: jump(slow) };
    Twice { own: plan.outermost, copied, before }
}

/// A block that every way into a loop now leads through, with what its header gets.
fn block_before(function: &mut Function, outermost: &Loop) -> BlockId {
    let header = outermost.header;
    let params = function.blocks[header].params.clone();
    let params = params.into_iter().map(|param| function.values.push(function.values[param])).collect();
    let before =
        function.blocks.push(Block { params, insts: Vec::new(), terminator: Terminator::Unreachable });
    for block in function.blocks.ids().filter(|&block| !outermost.contains(block)) {
        let jumps = function.blocks[block].terminator.jumps_mut();
        jumps.filter(|jump| jump.block == header).for_each(|jump| jump.block = before);
    }
    before
}

fn ask(asking: &mut Asking<'_>, question: &Question, lasts: &[Option<Affine>]) {
    // Also where an end decides nothing, what it is made of must be small.
    let (low, high) = (asking.sum(&question.low), asking.sum(&question.high));
    let mut holds = Vec::new();
    match (question.from_end, question.length) {
        (Some(_), None) => {}
        (Some(from_end), Some(_)) => {
            let length = asking.length(from_end);
            let end = asking.add_words(low, length);
            holds.push(asking.is_natural_word(end));
        }
        (None, length) => {
            if question.low.as_constant().is_none_or(|low| low < 0) {
                holds.push(asking.is_natural_word(low));
            }
            if let Some(length) = length {
                let length = asking.length(length);
                holds.push(asking.compare(Comparison::Lt, high, length));
            }
        }
    }
    let Some(mut all) = asking.both(holds) else { return };
    for last in question.around.iter().filter_map(|&around| lasts[around].as_ref()) {
        if last.loops().next().is_none() && last.as_constant().is_none_or(|last| last < 0) {
            let is_empty = asking.is_negative(last);
            all = asking.either(all, is_empty);
        }
    }
    asking.require(all);
}
