//! Whether references are counted right: a proof over all paths, beside the pass that counts.
//!
//! A function with its `retain`s and `release`s comes in; what is wrong goes out, a line each. For
//! every block the number of references that the function holds of each block of memory must be the
//! same on all ways to it. On the way it may not give away or release what it does not hold, nor
//! use what nothing keeps alive, and where it ends it holds nothing.
//!
//! Memory is named by the value that it came with: what is new, what a parameter brought, and an array
//! that was chosen from two, which is alive as long as both are or as it is held itself. Addresses
//! that jumps brought are not followed.

use std::collections::BTreeMap;

use arena::SideMap;
use tir::{BlockId, Dominators, Function, Inst, InstId, Jump, Op, Program, Terminator, Ty, Value};

use crate::definitions::{Definition, Definitions, definitions, op_of};
use crate::releases::{Endings, carried};

/// Checks how every function of a program counts references.
///
/// # Errors
/// A line for each thing that is wrong.
pub fn check_counts(program: &Program) -> Result<(), String> {
    let endings = Endings::new(program);
    let mut faults = Vec::new();
    for (id, function) in program.functions.iter() {
        let dominators = Dominators::new(function);
        let definitions = definitions(function, dominators.order());
        let entered = SideMap::default();
        let mut checker =
            Checker { function, dominators, definitions, endings: &endings, entered, faults: Vec::new() };
        checker.run();
        checker.faults.sort();
        checker.faults.dedup();
        faults.extend(checker.faults.into_iter().map(|fault| format!("{id}: {fault}")));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// A block of memory: the value that it came with, and which item of items of it.
type Memory = (Value, Vec<u32>);

/// How many references of each block of memory the function holds; none of what is not there.
type Counts = BTreeMap<Memory, i64>;

struct Checker<'a> {
    function: &'a Function,
    dominators: Dominators,
    definitions: Definitions,
    endings: &'a Endings,
    /// What is held where each block begins, before its parameters come.
    entered: SideMap<BlockId, Option<Counts>>,
    faults: Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, at: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn run(&mut self) {
        let order = self.dominators.order().to_vec();
        self.entered[order[0]] = Some(Counts::new());
        // Each block comes after one that leads to it.
        for (index, &id) in order.iter().enumerate() {
            let block = &self.function.blocks[id];
            let mut counts = self.entered[id].clone().unwrap_or_default();
            if index > 0 {
                block.params.iter().for_each(|&param| self.come(param, &mut counts));
            }
            for &inst in &block.insts {
                self.pass(inst, &mut counts);
            }
            self.end(id, &block.terminator, counts);
        }
    }

    /// A value with a reference for each of its blocks of memory.
    fn come(&mut self, value: Value, counts: &mut Counts) {
        for path in paths(self.function.values[value]) {
            let count = counts.entry((value, path)).or_default();
            *count += 1;
            if *count > 1 {
                self.fault(value, "it is made again while the one before is held");
            }
        }
    }

    fn pass(&mut self, id: InstId, counts: &mut Counts) {
        let inst = &self.function.insts[id];
        if let Op::Release(value) = inst.op {
            self.give(value, counts, "released");
        } else if let Op::Retain(value) = inst.op {
            self.use_value(value, counts);
            for memory in self.memories(value) {
                *counts.entry(memory).or_default() += 1;
            }
        } else {
            for operand in inst.op.operands() {
                self.use_value(operand, counts);
            }
            self.end_early(inst, counts);
        }
        if let Some(result) = inst.result.filter(|&result| self.is_own(result)) {
            self.come(result, counts);
        }
    }

    /// What an instruction releases where it ends the function.
    fn end_early(&mut self, inst: &Inst, counts: &Counts) {
        if !self.endings.can_end(inst) {
            if !inst.releases.is_empty() {
                self.fault(&inst.op, "it cannot end the function");
            }
            return;
        }
        let mut counts = counts.clone();
        for &value in &inst.releases {
            self.give(value, &mut counts, "released");
        }
        self.leave(&inst.op, &counts);
    }

    fn end(&mut self, id: BlockId, terminator: &Terminator, mut counts: Counts) {
        match terminator {
            Terminator::Jump(jump) => self.jump(id, jump, counts),
            Terminator::Branch { then, otherwise, .. } => {
                self.jump(id, then, counts.clone());
                self.jump(id, otherwise, counts);
            }
            Terminator::Return(value) => {
                if let Some(value) = *value {
                    self.use_value(value, &counts);
                    self.give(value, &mut counts, "returned");
                }
                self.leave(format_args!("the end of {id}"), &counts);
            }
            Terminator::Raise(_, values) => {
                for &value in values {
                    self.use_value(value, &counts);
                }
                self.leave(format_args!("the end of {id}"), &counts);
            }
            Terminator::Reraise(_) => self.leave(format_args!("the end of {id}"), &counts),
            Terminator::Unreachable => {}
        }
    }

    fn jump(&mut self, from: BlockId, jump: &Jump, mut counts: Counts) {
        for &arg in jump.args.iter().filter(|&&arg| self.function.values[arg].holds_memory()) {
            self.use_value(arg, &counts);
        }
        for &arg in &jump.args {
            self.give(arg, &mut counts, "brought");
        }
        counts.retain(|_, count| *count != 0);
        for (value, _) in counts.keys() {
            let home = self.definitions[*value].map(Definition::block);
            if home.is_none_or(|home| !self.dominators.dominates(home, jump.block)) {
                self.faults.push(format!("{from}: {value} leaks on the way to {}", jump.block));
            }
        }
        match &self.entered[jump.block] {
            None => self.entered[jump.block] = Some(counts),
            Some(known) if *known == counts => {}
            Some(known) => {
                let fault = format!("{known:?} is held on one way there, {counts:?} on that from {from}");
                self.fault(jump.block, fault);
            }
        }
    }

    /// Nothing is held where the function ends.
    fn leave(&mut self, at: impl std::fmt::Display, counts: &Counts) {
        for ((value, _), count) in counts {
            if *count != 0 {
                self.faults.push(format!("{at}: {value} leaks"));
            }
        }
    }

    /// One reference less of each block of memory that a value holds.
    fn give(&mut self, value: Value, counts: &mut Counts, verb: &str) {
        for memory in self.memories(value) {
            let count = counts.entry(memory).or_default();
            *count -= 1;
            if *count < 0 {
                self.fault(value, format_args!("it is {verb} and not held"));
            }
        }
    }

    /// All that a value reaches is alive.
    fn use_value(&mut self, value: Value, counts: &Counts) {
        if !self.is_alive(value, counts) {
            self.fault(value, "it is used after its release");
        }
    }

    fn is_alive(&self, value: Value, counts: &Counts) -> bool {
        let ty = self.function.values[value];
        if !ty.holds_memory() {
            let op = op_of(self.function, &self.definitions, value);
            return op.is_none_or(|op| carried(op, ty).into_iter().all(|from| self.is_alive(from, counts)));
        }
        self.memories(value).into_iter().all(|memory| {
            let is_held = counts.get(&memory).is_some_and(|&count| count > 0);
            is_held || self.is_lent(memory.0, counts)
        })
    }

    /// Whether somebody else keeps the memory of a value that it is named by.
    fn is_lent(&self, value: Value, counts: &Counts) -> bool {
        match self.definitions[value] {
            Some(Definition::Param(block, _)) => self.dominators.immediate(block).is_none(),
            Some(Definition::Inst(_, inst)) => {
                let Op::Select(_, a, b) = self.function.insts[inst].op else { return false };
                self.is_alive(a, counts) && self.is_alive(b, counts)
            }
            None => false,
        }
    }

    /// Whether a value comes with references of its own.
    fn is_own(&self, value: Value) -> bool {
        let op = op_of(self.function, &self.definitions, value);
        let is_new =
            |op: &Op| matches!(op, Op::Allocate { .. } | Op::Call(..) | Op::CallC(..) | Op::CallPointer(..));
        op.is_some_and(is_new)
    }

    /// The blocks of memory that a value holds.
    fn memories(&self, value: Value) -> Vec<Memory> {
        self.memories_by_path(value).into_iter().filter_map(|(_, memory)| memory).collect()
    }

    /// For each place of a value that can hold memory, the memory there; none where it is nobody's.
    fn memories_by_path(&self, value: Value) -> Vec<(Vec<u32>, Option<Memory>)> {
        let ty = self.function.values[value];
        if !ty.holds_memory() {
            return Vec::new();
        }
        match op_of(self.function, &self.definitions, value) {
            Some(Op::View { owner, .. }) => {
                let memory = owner.and_then(|owner| self.memories(owner).pop());
                vec![(Vec::new(), memory)]
            }
            Some(Op::Tuple(items)) => {
                let all = (0..).zip(items).flat_map(|(index, &item)| {
                    let inner = self.memories_by_path(item).into_iter();
                    inner.map(move |(path, memory)| ([&[index], &path[..]].concat(), memory))
                });
                all.collect()
            }
            Some(Op::Item(tuple, index)) => {
                let all = self.memories_by_path(*tuple).into_iter();
                all.filter(|(path, _)| path[0] == *index)
                    .map(|(path, memory)| (path[1..].to_vec(), memory))
                    .collect()
            }
            _ => paths(ty).into_iter().map(|path| (path.clone(), Some((value, path)))).collect(),
        }
    }
}

/// The places of a value of this type that can hold memory.
fn paths(ty: Ty) -> Vec<Vec<u32>> {
    if let Ty::Array(_) = ty {
        return vec![Vec::new()];
    }
    let Ty::Tuple(tuple) = ty else { return Vec::new() };
    let items = (0..).zip(tuple.items());
    items
        .flat_map(|(index, &item)| paths(item).into_iter().map(move |path| [&[index], &path[..]].concat()))
        .collect()
}
