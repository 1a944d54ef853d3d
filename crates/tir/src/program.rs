//! A program: the function that was asked for, and all that it reaches.

use arena::{IdMap, define_id};
use ctype::TypeId;
use source::Span;

use crate::{Function, Print};

define_id! {
    /// A function of the program.
    pub struct FuncId("fn")
}

define_id! {
    /// A C function that the program calls.
    pub struct CFunctionId("cfn")
}

define_id! {
    /// An exception class that the program raises.
    pub struct ExceptionId("exception")
}

define_id! {
    /// A place that raises.
    pub struct RaiseSiteId("raise")
}

define_id! {
    /// A call of `print`.
    pub struct PrintId("print")
}

/// An object of the host that the program needs alive: the number is the host's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HostObject(pub u32);

/// What one compilation is about.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All functions; the first is the one that was asked for.
    pub functions: IdMap<FuncId, Function>,
    /// C functions that are called.
    pub c_functions: IdMap<CFunctionId, CFunction>,
    /// What is printed.
    pub prints: IdMap<PrintId, Print>,
    /// Exception classes that are raised.
    pub exceptions: IdMap<ExceptionId, ExceptionClass>,
    /// Places that raise.
    pub raise_sites: IdMap<RaiseSiteId, RaiseSite>,
}

/// A C function of a loaded library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CFunction {
    /// Its symbol.
    pub name: String,
    /// Where its code is in this process.
    pub address: u64,
    /// Its function type.
    pub ty: TypeId,
    /// Whether it may call back: it takes a pointer to function, or nobody said that it does not.
    pub can_call_back: bool,
    /// What keeps the library loaded.
    pub keeps: Option<HostObject>,
}

/// An exception class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExceptionClass {
    /// Its name, for the text of the IR.
    pub name: String,
    /// The class.
    pub object: HostObject,
}

/// A place that raises, with what is known when compiling.
#[derive(Clone, PartialEq, Debug)]
pub struct RaiseSite {
    /// Which class.
    pub class: ExceptionId,
    /// The function that it is in, for the traceback.
    pub function: FuncId,
    /// The text of the statement or operator that raises.
    pub span: Span,
    /// The exception's arguments in order.
    pub args: Vec<RaiseArg>,
}

/// An argument of an exception.
#[derive(Clone, PartialEq, Debug)]
pub enum RaiseArg {
    /// A string that stands in the source.
    Text(String),
    /// The next of the values that are brought: a scalar.
    Value,
    /// A string with values in it: these pieces, and between each two the next of the values.
    Format(Vec<String>),
}

impl RaiseSite {
    /// How many values it asks for.
    pub fn value_count(&self) -> usize {
        let counts = self.args.iter().map(|arg| match arg {
            RaiseArg::Text(_) => 0,
            RaiseArg::Value => 1,
            RaiseArg::Format(pieces) => pieces.len().saturating_sub(1),
        });
        counts.sum()
    }
}
