//! What is asked before a nest: instructions at the end of a block that leads to it.

use std::collections::BTreeMap;

use arena::SideMap;
use tir::{BinaryOp, BlockId, Comparison, Const, Function, Inst, IntTy, Op, Ty, Value};

use super::affine::{Affine, Term, VALUE_BOUND};
use super::nest::Length;

/// Writes questions into a block.
pub(super) struct Asking<'a> {
    pub(super) function: &'a mut Function,
    pub(super) block: BlockId,
    /// What the values that the nest computes and does not change are made of.
    pub(super) made: &'a SideMap<Value, Option<Op>>,
    /// Those that are computed here already.
    here: SideMap<Value, Option<Value>>,
    words: BTreeMap<Term, Value>,
    constants: BTreeMap<i64, Value>,
    lengths: BTreeMap<Length, Value>,
    sums: BTreeMap<Affine, Value>,
    negatives: BTreeMap<Affine, Value>,
    /// What must hold, each once.
    all: Vec<Value>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        function: &'a mut Function,
        block: BlockId,
        made: &'a SideMap<Value, Option<Op>>,
    ) -> Self {
        Self {
            function,
            block,
            made,
            here: SideMap::default(),
            words: BTreeMap::new(),
            constants: BTreeMap::new(),
            lengths: BTreeMap::new(),
            sums: BTreeMap::new(),
            negatives: BTreeMap::new(),
            all: Vec::new(),
        }
    }

    fn add(&mut self, op: Op, ty: Ty) -> Value {
        let result = self.function.values.push(ty);
        let near = self.function.blocks[self.block].insts.last().map(|&inst| &self.function.insts[inst]);
        let inst = Inst::added(op, Some(result), near);
        let inst = self.function.insts.push(inst);
        self.function.blocks[self.block].insts.push(inst);
        result
    }

    fn constant(&mut self, constant: i64) -> Value {
        if let Some(&known) = self.constants.get(&constant) {
            return known;
        }
        let value = self.add(Op::Const(Const::Int(constant.into())), Ty::I64);
        self.constants.insert(constant, value);
        value
    }

    pub(super) fn compare(&mut self, comparison: Comparison, left: Value, right: Value) -> Value {
        self.add(Op::Compare(comparison, left, right), Ty::Bool)
    }

    pub(super) fn either(&mut self, left: Value, right: Value) -> Value {
        self.add(Op::Binary(BinaryOp::Or, left, right), Ty::Bool)
    }

    /// Asks for one more thing.
    pub(super) fn require(&mut self, condition: Value) {
        self.all.push(condition);
    }

    /// Whether everything that was asked for holds.
    pub(super) fn answer(&mut self) -> Value {
        let all = std::mem::take(&mut self.all);
        self.both(all).unwrap_or_else(|| self.add(Op::Const(Const::Bool(true)), Ty::Bool))
    }

    /// Whether all hold; nothing if there is none.
    pub(super) fn both(&mut self, conditions: Vec<Value>) -> Option<Value> {
        conditions.into_iter().reduce(|a, b| self.add(Op::Binary(BinaryOp::And, a, b), Ty::Bool))
    }

    /// A value that the nest does not change, here.
    fn invariant(&mut self, value: Value) -> Value {
        if let Some(here) = self.here[value] {
            return here;
        }
        let Some(op) = self.made[value].clone() else { return value };
        let op = op.map_operands(&mut |operand| self.invariant(operand));
        let here = self.add(op, self.function.values[value]);
        self.here[value] = Some(here);
        here
    }

    /// A term as a number, whose size is asked for.
    fn word(&mut self, term: Term) -> Value {
        if let Some(&known) = self.words.get(&term) {
            return known;
        }
        let mut word = match term {
            Term::Value(value) => self.invariant(value),
            Term::Start(at) => self.function.blocks[self.block].params[at],
            Term::Loop(_) => self.constant(0),
        };
        if self.function.values[word] == Ty::Int(IntTy::U64) {
            word = self.add(Op::Convert(word), Ty::I64);
        }
        let (low, high) = (self.constant(-VALUE_BOUND), self.constant(VALUE_BOUND));
        for (comparison, bound) in [(Comparison::Gt, low), (Comparison::Lt, high)] {
            let is_small = self.compare(comparison, word, bound);
            self.require(is_small);
        }
        self.words.insert(term, word);
        word
    }

    /// A sum without loops.
    pub(super) fn sum(&mut self, sum: &Affine) -> Value {
        if let Some(&known) = self.sums.get(sum) {
            return known;
        }
        let mut value = None;
        for (&term, &factor) in &sum.terms {
            let word = self.word(term);
            let product = if factor == 1 {
                word
            } else {
                let factor = self.constant(factor);
                self.add(Op::Binary(BinaryOp::Mul, word, factor), Ty::I64)
            };
            value = Some(value.map_or(product, |before| self.add_words(before, product)));
        }
        let value = match value {
            None => self.constant(sum.constant),
            Some(value) if sum.constant == 0 => value,
            Some(value) => {
                let constant = self.constant(sum.constant);
                self.add_words(value, constant)
            }
        };
        self.sums.insert(sum.clone(), value);
        value
    }

    pub(super) fn add_words(&mut self, left: Value, right: Value) -> Value {
        self.add(Op::Binary(BinaryOp::Add, left, right), Ty::I64)
    }

    /// Whether a sum without loops is not negative.
    pub(super) fn is_natural(&mut self, sum: &Affine) -> Value {
        let sum = self.sum(sum);
        self.is_natural_word(sum)
    }

    /// Whether a sum without loops is negative.
    pub(super) fn is_negative(&mut self, sum: &Affine) -> Value {
        if let Some(&known) = self.negatives.get(sum) {
            return known;
        }
        let (word, zero) = (self.sum(sum), self.constant(0));
        let is_negative = self.compare(Comparison::Lt, word, zero);
        self.negatives.insert(sum.clone(), is_negative);
        is_negative
    }

    /// Whether a number is not negative.
    pub(super) fn is_natural_word(&mut self, word: Value) -> Value {
        let zero = self.constant(0);
        self.compare(Comparison::Ge, word, zero)
    }

    /// The length of an axis.
    pub(super) fn length(&mut self, length: Length) -> Value {
        if let Some(&known) = self.lengths.get(&length) {
            return known;
        }
        let value = match length {
            Length::Dim(array, axis) => self.add(Op::Dim(array, axis), Ty::I64),
            Length::Value(value) => self.invariant(value),
        };
        self.lengths.insert(length, value);
        value
    }
}
