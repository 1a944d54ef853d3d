//! The typed IR: what a Python function means once every type is known.
//!
//! A [`Program`] is the function that was asked for and all that it calls. A [`Function`] is a
//! control-flow graph of blocks with parameters; a value has one type and one definition. Every
//! operation does one thing that machines do: what Python adds (a divisor of zero, a chained
//! comparison, truth of a number) is spelled out in blocks and branches by whoever builds the
//! IR. A struct is handled by reference: a value of type [`Ty::Record`] is its address.
//!
//! Nothing here knows Python objects or LLVM. C types are ids of the one [`ctype::CTypes`] table.

#![forbid(unsafe_code)]

mod array;
mod flow;
mod function;
mod math;
mod operands;
mod ops;
mod print;
mod printed;
mod program;
mod read;
mod runtime_function;
mod tuple;
mod ty;
mod verify;

pub use array::{ArrayTy, Element, Order};
pub use flow::Dominators;
pub use function::{Block, BlockId, Function, Inst, InstId, Jump, Slot, SlotId, Terminator, Value};
pub use math::MathFlags;
pub use ops::{BinaryOp, Comparison, Const, ErrorOp, Intrinsic, Op, UnaryOp};
pub use print::print;
pub use printed::{Print, PrintArg};
pub use program::{
    CFunction, CFunctionId, ExceptionClass, ExceptionId, FuncId, HostObject, PrintId, Program, RaiseArg,
    RaiseSite, RaiseSiteId,
};
pub use read::{ReadError, read};
pub use runtime_function::{Effect, RuntimeFunction, Word};
pub use tuple::TupleTy;
pub use ty::{FloatTy, IntTy, Ty};
pub use verify::verify;
