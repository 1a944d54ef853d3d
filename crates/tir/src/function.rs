//! A function: blocks, instructions, values, slots.

use arena::{IdMap, SideMap, define_id};
use ctype::TypeId;
use source::{Source, Span};

use crate::{MathFlags, Op, RaiseSiteId, Ty};

define_id! {
    /// A value: a block's parameter or an instruction's result.
    pub struct Value("v")
}

define_id! {
    /// A basic block.
    pub struct BlockId("block")
}

define_id! {
    /// An instruction.
    pub struct InstId("inst")
}

define_id! {
    /// Memory that lives as long as the call.
    pub struct SlotId("slot")
}

/// A function with known types.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its qualified name.
    pub name: String,
    /// The text it came from; spans of instructions are of this.
    pub source: Source,
    /// What it returns.
    pub result: Ty,
    /// What liberties its float arithmetic may take.
    pub math: MathFlags,
    /// Its blocks. The first is the entry, whose parameters are the function's.
    pub blocks: IdMap<BlockId, Block>,
    /// All instructions of all blocks.
    pub insts: IdMap<InstId, Inst>,
    /// The type of each value.
    pub values: IdMap<Value, Ty>,
    /// The names that the user gave values, for the text of the IR.
    pub names: SideMap<Value, Option<String>>,
    /// Memory of the call.
    pub slots: IdMap<SlotId, Slot>,
}

/// Memory of one C type: a struct passed by value, the result of a C function, a temporary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// What it holds.
    pub ty: TypeId,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What every jump here brings.
    pub params: Vec<Value>,
    /// In order.
    pub insts: Vec<InstId>,
    /// How it ends.
    pub terminator: Terminator,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// What it gives, if anything.
    pub result: Option<Value>,
    /// The text that it came from.
    pub span: Span,
    /// What is released where it ends the function: a call that fails, an index out of range.
    pub releases: Vec<Value>,
    /// Whether it is a call that does not end the function where it fails: its result is zero then, and [`crate::ErrorOp::Failed`]
    /// tells.
    pub is_caught: bool,
}

impl Inst {
    /// One that a pass adds. The text that it belongs to is that of `near`, if there is one.
    pub fn added(op: Op, result: Option<Value>, near: Option<&Self>) -> Self {
        let span = near.map_or_else(|| Span::at(0), |near| near.span);
        Self { op, result, span, releases: Vec::new(), is_caught: false }
    }
}

/// A jump with what it brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jump {
    /// Where to.
    pub block: BlockId,
    /// One value for each of the block's parameters.
    pub args: Vec<Value>,
}

/// How a block ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Terminator {
    /// Goes on elsewhere.
    Jump(Jump),
    /// Goes on at the first where the `bool` is true, else at the second.
    Branch {
        /// The `bool`.
        condition: Value,
        /// Where it is true.
        then: Jump,
        /// Where it is false.
        otherwise: Jump,
    },
    /// Ends the call; the value is there unless the result is [`Ty::Unit`].
    Return(Option<Value>),
    /// Ends the call with an exception: the site says which, the values are its arguments.
    Raise(RaiseSiteId, Vec<Value>),
    /// Ends the call with an error that was taken.
    Reraise(Value),
    /// Never reached.
    Unreachable,
}
