//! A nest of loops: which values are sums of how far its loops have come.

use arena::SideMap;
use tir::{
    BinaryOp, BlockId, Comparison, Const, Dominators, Function, IntTy, Op, Terminator, Ty, UnaryOp, Value,
};

use super::affine::{Affine, Term};
use crate::definitions::{Definitions, op_of};
use crate::loops::Loop;

/// A loop and those in it.
pub(super) struct Nest<'a> {
    pub(super) function: &'a Function,
    definitions: &'a Definitions,
    dominators: &'a Dominators,
    /// The outermost first, each after those around it.
    pub(super) loops: Vec<&'a Loop>,
    /// How far each loop comes in its last round, if that is known; below zero if it has none.
    pub(super) lasts: Vec<Option<Affine>>,
    /// For each loop, what must not be negative for this to hold.
    pub(super) assumed: Vec<Option<Affine>>,
    /// What the nest computes and does not change.
    invariant: SideMap<Value, bool>,
    /// The parameters of headers that change by the same in each round.
    stepping: SideMap<Value, Option<Affine>>,
}

/// How a parameter of a header goes on.
struct Stepping {
    param: Value,
    step: i64,
    start: Affine,
}

/// How many definitions deep a sum may be.
const DEPTH: usize = 12;

impl<'a> Nest<'a> {
    /// What is known of a nest.
    pub(super) fn new(
        function: &'a Function,
        dominators: &'a Dominators,
        definitions: &'a Definitions,
        loops: Vec<&'a Loop>,
    ) -> Self {
        let count = loops.len();
        let (lasts, assumed) = (Vec::new(), Vec::new());
        let (invariant, stepping) = (SideMap::default(), SideMap::default());
        let mut nest = Self { function, definitions, dominators, loops, lasts, assumed, invariant, stepping };
        nest.find_invariant();
        for index in 0..count {
            nest.assumed.push(None);
            let last = nest.recognise(index);
            nest.lasts.push(last);
        }
        nest
    }

    /// Whether a value is there before the nest.
    pub(super) fn is_outside(&self, value: Value) -> bool {
        self.definitions[value].is_some_and(|definition| !self.loops[0].contains(definition.block()))
    }

    /// The operation that gives a value.
    pub(super) fn op(&self, value: Value) -> Option<&'a Op> {
        op_of(self.function, self.definitions, value)
    }

    fn as_constant(&self, value: Value) -> Option<i128> {
        if let Some(Op::Const(Const::Int(constant))) = self.op(value) { Some(*constant) } else { None }
    }

    /// Whether a value is there before the nest, or can be computed there from what is.
    pub(super) fn is_invariant(&self, value: Value) -> bool {
        self.is_outside(value) || self.invariant[value]
    }

    /// Finds what the nest does not change.
    fn find_invariant(&mut self) {
        for &block in &self.loops[0].blocks {
            for &inst in &self.function.blocks[block].insts {
                let inst = &self.function.insts[inst];
                let Some(result) = inst.result.filter(|_| self.is_harmless(&inst.op)) else { continue };
                let operands = inst.op.operands();
                self.invariant[result] = operands.into_iter().all(|operand| self.is_invariant(operand));
            }
        }
    }

    /// Whether an operation gives the same anywhere, and may be computed where it was not asked for.
    fn is_harmless(&self, op: &Op) -> bool {
        if let Op::Binary(BinaryOp::FloorDiv | BinaryOp::FloorMod, _, divisor) = op {
            return self.as_constant(*divisor).is_some_and(|divisor| divisor > 0);
        }
        if let Op::Binary(op, ..) = op {
            return !matches!(op, BinaryOp::Div | BinaryOp::Pow | BinaryOp::Shl | BinaryOp::Shr);
        }
        matches!(
            op,
            Op::Const(_) | Op::Unary(..) | Op::Compare(..) | Op::Convert(_) | Op::Select(..) | Op::Dim(..)
        )
    }

    /// What the values that the nest computes and does not change are made of.
    pub(super) fn made(&self) -> SideMap<Value, Option<Op>> {
        let mut made = SideMap::default();
        let results = self.loops[0].blocks.iter().flat_map(|&block| &self.function.blocks[block].insts);
        for inst in results.map(|&inst| &self.function.insts[inst]) {
            if let Some(result) = inst.result.filter(|&result| self.invariant[result]) {
                made[result] = Some(inst.op.clone());
            }
        }
        made
    }

    /// The sum that a value is where a block of the nest uses it.
    pub(super) fn affine_at(&self, value: Value, block: BlockId) -> Option<Affine> {
        let sum = self.affine(value, DEPTH)?;
        // In its header a loop may have come further than its last round.
        let is_running =
            |index: usize| self.loops[index].contains(block) && self.loops[index].header != block;
        let is_known = sum.loops().all(is_running);
        is_known.then_some(sum)
    }

    fn affine(&self, value: Value, depth: usize) -> Option<Affine> {
        if let Some(constant) = self.as_constant(value) {
            return Affine::constant(constant);
        }
        if !is_word(self.function.values[value]) {
            return None;
        }
        if self.is_outside(value) {
            return Some(Affine::term(Term::Value(value)));
        }
        if let Some(sum) = &self.stepping[value] {
            return Some(sum.clone());
        }
        let depth = depth.checked_sub(1)?;
        let sum = match self.op(value) {
            Some(Op::Binary(BinaryOp::Add, a, b)) => {
                self.affine(*a, depth).zip(self.affine(*b, depth)).and_then(|(a, b)| a.plus(&b, 1))
            }
            Some(Op::Binary(BinaryOp::Sub, a, b)) => {
                self.affine(*a, depth).zip(self.affine(*b, depth)).and_then(|(a, b)| a.plus(&b, -1))
            }
            Some(Op::Binary(BinaryOp::Mul, a, b)) => {
                self.affine(*a, depth).zip(self.affine(*b, depth)).and_then(|(a, b)| product(&a, &b))
            }
            Some(Op::Unary(UnaryOp::Neg, a)) => self.affine(*a, depth).and_then(|a| a.times(-1)),
            Some(Op::Convert(a)) => self.affine(*a, depth),
            _ => None,
        };
        sum.or_else(|| self.is_invariant(value).then(|| Affine::term(Term::Value(value))))
    }

    /// What a loop counts, and how far it comes.
    fn recognise(&mut self, index: usize) -> Option<Affine> {
        let own = self.loops[index];
        let Terminator::Branch { condition, then, otherwise } = &self.function.blocks[own.header].terminator
        else {
            return None;
        };
        if !own.contains(then.block) || own.contains(otherwise.block) {
            return None;
        }
        let Some(&Op::Compare(comparison, left, right)) = self.op(*condition) else { return None };
        let steppings = self.steppings(index);
        let find = |value| steppings.iter().find(|stepping| stepping.param == value);
        let Some(counter) = find(left) else {
            let counter = find(right)?;
            return self.count(index, counter, flipped(comparison), left, &steppings);
        };
        self.count(index, counter, comparison, right, &steppings)
    }

    fn count(
        &mut self,
        index: usize,
        counter: &Stepping,
        comparison: Comparison,
        bound: Value,
        steppings: &[Stepping],
    ) -> Option<Affine> {
        let header = self.loops[index].header;
        let one = Affine::constant(1)?;
        if comparison == Comparison::Ne && counter.step == -1 && self.as_constant(bound) == Some(0) {
            // A countdown: so many rounds are left.
            self.assumed[index] = Some(counter.start.end(&self.lasts, false)?);
            self.step(index, steppings)?;
            return counter.start.plus(&one, -1);
        }
        if self.function.values[counter.param] != Ty::I64 {
            return None;
        }
        let bound = self.affine_at(bound, header)?;
        let (is_up, is_inclusive) = match comparison {
            Comparison::Lt => (true, false),
            Comparison::Le => (true, true),
            Comparison::Gt => (false, false),
            Comparison::Ge => (false, true),
            Comparison::Eq | Comparison::Ne => return None,
        };
        if (counter.step > 0) != is_up {
            return None;
        }
        let way = bound.plus(&counter.start, -1)?.times(if is_up { 1 } else { -1 })?;
        let last = if is_inclusive { way } else { way.plus(&one, -1)? };
        if counter.step.abs() == 1 {
            self.step(index, steppings)?;
        } else {
            // How far it has come is the distance, of which it takes only some.
            let unit = Stepping { step: counter.step.signum(), start: counter.start.clone(), ..*counter };
            self.step(index, &[unit])?;
        }
        Some(last)
    }

    /// The parameters of a header are their starts and so many steps.
    fn step(&mut self, index: usize, steppings: &[Stepping]) -> Option<()> {
        for stepping in steppings {
            let sum = stepping.start.plus(&Affine::term(Term::Loop(index)), stepping.step)?;
            self.stepping[stepping.param] = Some(sum);
        }
        Some(())
    }

    /// The parameters of a loop's header that every jump back changes by one constant.
    fn steppings(&self, index: usize) -> Vec<Stepping> {
        let header = self.loops[index].header;
        let params = self.function.blocks[header].params.iter().enumerate();
        let params = params.filter(|(_, param)| is_word(self.function.values[**param]));
        params.filter_map(|(at, &param)| self.stepping_of(index, at, param)).collect()
    }

    fn stepping_of(&self, index: usize, at: usize, param: Value) -> Option<Stepping> {
        let own = self.loops[index];
        let mut step = None;
        let mut starts: Vec<(BlockId, Value)> = Vec::new();
        let mut from: Vec<BlockId> = self.dominators.predecessors(own.header).to_vec();
        from.dedup();
        for block in from {
            let jumps = self.function.blocks[block].terminator.jumps();
            for jump in jumps.filter(|jump| jump.block == own.header) {
                if own.contains(block) {
                    let by = self.step_from(param, jump.args[at])?;
                    if *step.get_or_insert(by) != by {
                        return None;
                    }
                } else {
                    starts.push((block, jump.args[at]));
                }
            }
        }
        let (block, start) = *starts.first()?;
        let is_one = starts.iter().all(|&(_, other)| other == start);
        let start = match (index, is_one) {
            (0, true) if self.is_outside(start) => self.affine(start, DEPTH),
            (0, _) => Some(Affine::term(Term::Start(at))),
            (_, true) => self.affine_at(start, block),
            (_, false) => None,
        };
        Some(Stepping { param, step: step.filter(|step| *step != 0)?, start: start? })
    }

    /// By how much a value is more than a parameter.
    fn step_from(&self, param: Value, next: Value) -> Option<i64> {
        let Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) = self.op(next)? else { return None };
        let is_less = *op == BinaryOp::Sub;
        let constant = if *a == param { *b } else { Some(*a).filter(|_| *b == param && !is_less)? };
        let step = i64::try_from(self.as_constant(constant)?).ok().filter(|step| step.abs() < 1 << 18)?;
        Some(if is_less { -step } else { step })
    }

    /// The length of an array's axis, if the nest does not change it: by where it comes from.
    pub(super) fn length(&self, array: Value, axis: u8) -> Option<Length> {
        if let Some(Op::View { dims, .. } | Op::Allocate { dims, .. }) = self.op(array)
            && let Some(length) = dims.get(usize::from(axis)).and_then(|&dim| self.length_by(dim))
        {
            return Some(length);
        }
        self.is_outside(array).then_some(Length::Dim(array, axis))
    }

    /// A value as a length, if the nest does not change it.
    pub(super) fn length_by(&self, dim: Value) -> Option<Length> {
        if let Some(Op::Dim(of, axis)) = self.op(dim) {
            return self.length(*of, *axis);
        }
        self.is_invariant(dim).then_some(Length::Value(dim))
    }
}

/// How long an axis is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Length {
    /// As an array that is there before the nest says.
    Dim(Value, u8),
    /// This value, which the nest does not change.
    Value(Value),
}

const fn is_word(ty: Ty) -> bool {
    matches!(ty, Ty::Int(IntTy { bits: 64, .. }))
}

fn product(a: &Affine, b: &Affine) -> Option<Affine> {
    match (a.as_constant(), b.as_constant()) {
        (Some(factor), _) => b.times(factor),
        (_, Some(factor)) => a.times(factor),
        (None, None) => None,
    }
}

const fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Eq => Comparison::Eq,
        Comparison::Ne => Comparison::Ne,
    }
}
