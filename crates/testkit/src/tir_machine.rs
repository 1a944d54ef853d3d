//! Runs the typed IR step by step: integers, tuples, arrays of 8-byte integers and of records of two.
//!
//! Memory is counted. What is read or written after its last release, released once too often, or
//! outside of an array is a fault; so is an operation that the machine does not have. A C function
//! gives a random number, and where it may come back it fails at times.

mod arithmetic;
mod elements;

use arena::{Id as _, SideMap};
use tir::{Const, FuncId, Function, Inst, Jump, Op, Program, RaiseSiteId, Terminator, Ty, Value};

use crate::random::Random;

/// The value of a [`Value`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Word {
    /// Nothing.
    Unit,
    /// A truth value.
    Bool(bool),
    /// An integer, as its type holds it.
    Int(i128),
    /// A pointer, or the reference of a record.
    Address(Address),
    /// An array.
    Array(Array),
    /// A tuple.
    Tuple(Vec<Word>),
}

/// A place in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address {
    /// Which block of memory; none for a pointer to nothing.
    pub memory: Option<usize>,
    /// How many bytes after its start.
    pub offset: i64,
}

/// An array's descriptor; the strides are in bytes and always there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Array {
    /// Which block of memory it keeps alive.
    pub owner: Option<usize>,
    /// The first element.
    pub data: Address,
    /// The length of each axis.
    pub dims: Vec<i64>,
    /// The bytes from one element to the next along each axis.
    pub strides: Vec<i64>,
}

/// A block of memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Memory {
    /// How many references there are.
    pub count: i64,
    /// Its elements.
    pub cells: Vec<i64>,
    /// Whether it is of a call, which nobody counts.
    pub is_slot: bool,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// With a value.
    Returned(Word),
    /// With an exception and its values.
    Raised(RaiseSiteId, Vec<Word>),
    /// With an error of a C function.
    Failed,
    /// It took too many steps.
    Tired,
}

/// What stops a run before its end.
enum Stop {
    Outcome(Outcome),
    Fault(String),
}

type Ran<T> = Result<T, Stop>;

fn fault<T>(what: impl Into<String>) -> Ran<T> {
    Err(Stop::Fault(what.into()))
}

/// A machine with its memory.
pub struct Machine<'a> {
    program: &'a Program,
    /// All memory that there was.
    pub memory: Vec<Memory>,
    /// How many steps are left.
    pub fuel: usize,
    /// How many indices were checked.
    pub checks: usize,
    random: Random,
}

/// The values of one call.
struct Frame<'a> {
    function: &'a Function,
    words: SideMap<Value, Option<Word>>,
    slots: Vec<usize>,
}

impl Frame<'_> {
    fn word(&self, value: Value) -> Ran<&Word> {
        match &self.words[value] {
            Some(word) => Ok(word),
            None => fault(format!("{value} has no value yet")),
        }
    }

    fn int(&self, value: Value) -> Ran<i128> {
        if let Word::Int(int) = self.word(value)? {
            Ok(*int)
        } else {
            fault(format!("{value} is no integer"))
        }
    }

    fn bool(&self, value: Value) -> Ran<bool> {
        if let Word::Bool(bool) = self.word(value)? {
            Ok(*bool)
        } else {
            fault(format!("{value} is no `bool`"))
        }
    }

    fn address(&self, value: Value) -> Ran<Address> {
        let Word::Address(address) = self.word(value)? else {
            return fault(format!("{value} is no address"));
        };
        Ok(*address)
    }

    fn array(&self, value: Value) -> Ran<&Array> {
        if let Word::Array(array) = self.word(value)? {
            Ok(array)
        } else {
            fault(format!("{value} is no array"))
        }
    }

    fn all(&self, values: &[Value]) -> Ran<Vec<Word>> {
        values.iter().map(|&value| self.word(value).cloned()).collect()
    }

    fn words_of(&self, values: &[Value]) -> Ran<Vec<i64>> {
        values
            .iter()
            .map(|&value| self.int(value).map(|int| i64::try_from(int).unwrap_or_default()))
            .collect()
    }
}

impl<'a> Machine<'a> {
    /// A machine without memory.
    pub const fn new(program: &'a Program, fuel: usize, seed: u64) -> Self {
        Self { program, memory: Vec::new(), fuel, checks: 0, random: Random::new(seed) }
    }

    /// A new array of these elements, with one reference.
    pub fn array(&mut self, cells: Vec<i64>, dims: &[i64]) -> Array {
        self.memory.push(Memory { count: 1, cells, is_slot: false });
        let memory = Some(self.memory.len() - 1);
        let data = Address { memory, offset: 0 };
        Array { owner: memory, data, dims: dims.to_vec(), strides: elements::strides(dims, 8, true) }
    }

    /// Calls a function of the program.
    ///
    /// # Errors
    /// What a right program never does.
    pub fn run(&mut self, function: FuncId, args: Vec<Word>) -> Result<Outcome, String> {
        match self.call(function, args) {
            Ok(word) => Ok(Outcome::Returned(word)),
            Err(Stop::Outcome(outcome)) => Ok(outcome),
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    fn call(&mut self, id: FuncId, args: Vec<Word>) -> Ran<Word> {
        let function = &self.program.functions[id];
        let mut frame = Frame { function, words: SideMap::default(), slots: Vec::new() };
        for _ in function.slots.ids() {
            self.memory.push(Memory { count: 1, cells: vec![0; 2], is_slot: true });
            frame.slots.push(self.memory.len() - 1);
        }
        let result = self.run_blocks(&mut frame, args).and_then(|word| match (word, function.result) {
            (Word::Address(from), Ty::Record(_)) => self.copy_of(from),
            (word, _) => Ok(word),
        });
        frame.slots.iter().for_each(|&slot| self.memory[slot].count = 0);
        result
    }

    fn run_blocks(&mut self, frame: &mut Frame<'a>, mut args: Vec<Word>) -> Ran<Word> {
        let function = frame.function;
        let mut at = tir::BlockId::from_index(0);
        loop {
            let block = &function.blocks[at];
            for (&param, arg) in block.params.iter().zip(args) {
                frame.words[param] = Some(arg);
            }
            for &inst in &block.insts {
                self.step(frame, &function.insts[inst])?;
            }
            let jump = match &block.terminator {
                Terminator::Jump(jump) => jump,
                Terminator::Branch { condition, then, otherwise } => {
                    if frame.bool(*condition)? {
                        then
                    } else {
                        otherwise
                    }
                }
                Terminator::Return(Some(value)) => return frame.word(*value).cloned(),
                Terminator::Return(None) => return Ok(Word::Unit),
                Terminator::Raise(site, values) => {
                    return Err(Stop::Outcome(Outcome::Raised(*site, frame.all(values)?)));
                }
                Terminator::Reraise(_) | Terminator::Unreachable => {
                    return fault(format!("{at} ends with `unreachable`"));
                }
            };
            let Jump { block, args: brought } = jump;
            args = frame.all(brought)?;
            at = *block;
            self.tire()?;
        }
    }

    fn tire(&mut self) -> Ran<()> {
        self.fuel = self.fuel.saturating_sub(1);
        if self.fuel == 0 { Err(Stop::Outcome(Outcome::Tired)) } else { Ok(()) }
    }

    fn step(&mut self, frame: &mut Frame<'a>, inst: &Inst) -> Ran<()> {
        let ty = inst.result.map_or(Ty::Unit, |result| frame.function.values[result]);
        let word = match self.evaluate(frame, &inst.op, ty) {
            Err(Stop::Outcome(outcome)) if outcome != Outcome::Tired => {
                for &value in &inst.releases {
                    self.release(&frame.word(value)?.clone())?;
                }
                return Err(Stop::Outcome(outcome));
            }
            other => other?,
        };
        if let Some(result) = inst.result {
            frame.words[result] = Some(word);
        }
        Ok(())
    }

    fn evaluate(&mut self, frame: &Frame<'a>, op: &Op, ty: Ty) -> Ran<Word> {
        match op {
            Op::Const(Const::Bool(value)) => Ok(Word::Bool(*value)),
            Op::Const(Const::Int(value)) if matches!(ty, Ty::Pointer(_)) => {
                Ok(Word::Address(Address { memory: None, offset: i64::try_from(*value).unwrap_or(0) }))
            }
            Op::Const(Const::Int(value)) => Ok(Word::Int(*value)),
            Op::Unary(op, a) => arithmetic::unary(*op, frame.word(*a)?, ty),
            Op::Binary(op, a, b) => arithmetic::binary(*op, frame.word(*a)?, frame.word(*b)?, ty),
            Op::Compare(op, a, b) => arithmetic::compare(*op, frame.word(*a)?, frame.word(*b)?),
            Op::Convert(a) => arithmetic::convert(frame.word(*a)?, ty),
            Op::Select(condition, a, b) => frame.word(if frame.bool(*condition)? { *a } else { *b }).cloned(),
            Op::Call(callee, args) => {
                self.tire()?;
                self.call(*callee, frame.all(args)?)
            }
            Op::CallC(callee, _) => {
                if self.program.c_functions[*callee].can_call_back && self.random.percent(5) {
                    return Err(Stop::Outcome(Outcome::Failed));
                }
                Ok(Word::Int(i128::from(self.random.bits() & 1)))
            }
            Op::Tuple(items) => frame.all(items).map(Word::Tuple),
            Op::Item(tuple, index) => {
                let Word::Tuple(items) = frame.word(*tuple)? else { return fault("no tuple") };
                Ok(items[usize::try_from(*index).unwrap_or_default()].clone())
            }
            Op::Retain(value) => self.retain(&frame.word(*value)?.clone()),
            Op::Release(value) => self.release(&frame.word(*value)?.clone()),
            Op::Poll(_) => Ok(Word::Unit),
            Op::Const(_)
            | Op::Intrinsic(..)
            | Op::CallPointer(..)
            | Op::CallRuntime(..)
            | Op::Print(..)
            | Op::SlotAddress(_)
            | Op::Load(_)
            | Op::Store(..)
            | Op::Offset(..)
            | Op::FieldAddress(..)
            | Op::LoadBits { .. }
            | Op::StoreBits { .. }
            | Op::CopyRecord(..)
            | Op::View { .. }
            | Op::Allocate { .. }
            | Op::Dim(..)
            | Op::Stride(..)
            | Op::Data(_)
            | Op::Error(_)
            | Op::Index { .. }
            | Op::LoadElement(..)
            | Op::StoreElement(..)
            | Op::ElementAddress(..) => self.access(frame, op, ty),
        }
    }

    fn retain(&mut self, word: &Word) -> Ran<Word> {
        for owner in owners(word) {
            if self.memory[owner].count <= 0 {
                return fault(format!("memory {owner} is retained after its last release"));
            }
            self.memory[owner].count += 1;
        }
        Ok(Word::Unit)
    }

    fn release(&mut self, word: &Word) -> Ran<Word> {
        for owner in owners(word) {
            self.memory[owner].count -= 1;
            if self.memory[owner].count < 0 {
                return fault(format!("memory {owner} is released once too often"));
            }
        }
        Ok(Word::Unit)
    }
}

/// The blocks of memory that a value holds a reference of, once for each.
pub fn owners(word: &Word) -> Vec<usize> {
    match word {
        Word::Array(array) => array.owner.into_iter().collect(),
        Word::Tuple(items) => items.iter().flat_map(owners).collect(),
        Word::Unit | Word::Bool(_) | Word::Int(_) | Word::Address(_) => Vec::new(),
    }
}
