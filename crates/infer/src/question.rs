//! What inference asks while it walks: the implementation that Python code has for a call.
//!
//! The typing functions of `ferrule.extending` are Python's, so inference cannot run them. It stops with a
//! [`Question`]; the host answers, and inference starts again in an environment that knows the answer. A question has
//! nothing in it but types and what is known while compiling, so the same call asks the same question each time.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use diagnostic::Diagnostic;
use tir::{Const, HostObject, Ty};

use crate::{Entity, TupleClass, names};

/// Why there is no program.
#[derive(Debug)]
pub enum Unfinished {
    /// Something is wrong with the function.
    Wrong(Vec<Diagnostic>),
    /// The host is to answer first.
    Asks(Box<Question>),
}

/// Which implementation is wanted.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Of what.
    pub subject: Subject,
    /// The arguments by position; for attributes and methods the first is what they are of.
    pub positional: Vec<Operand>,
    /// The arguments by name.
    pub named: Vec<(String, Operand)>,
    /// Whether constants are among the arguments.
    pub constants: Constants,
}

/// What has implementations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A function or a class, by the object that was registered.
    Function(HostObject),
    /// An attribute of that name, or a method that is not called yet.
    Attribute(String),
    /// A method of that name.
    Method(String),
}

/// What is told of an argument.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// It is a value of this type.
    Value(Ty),
    /// It is this integer or `bool`.
    Constant(Const, Ty),
    /// All of it is known.
    Known(Entity),
    /// A tuple.
    Tuple(Vec<Operand>),
    /// A tuple with names for its items.
    Named(Arc<TupleClass>, Vec<Operand>),
    /// `None` or such.
    Optional(Box<Operand>),
    /// A slice.
    Slice {
        /// Whether it says a step.
        has_step: bool,
    },
    /// A function that was made in compiled code, by its name.
    Closure(String),
    /// What cannot be passed on, in the words of a message.
    Other(String),
}

/// Whether constants are among the arguments of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Constants {
    /// There are none.
    None,
    /// There are some, told as values of their types.
    Hidden,
    /// There are some, told as constants.
    Told,
}

/// What the host found.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// This function of Python, which is compiled along.
    Function {
        /// The function.
        function: HostObject,
        /// Whether it was chosen for the constants, which are then known in it.
        knows_constants: bool,
    },
    /// Values of this type have a method of that name.
    Method,
    /// The typing functions want to be told of the constants.
    TellConstants,
    /// Nothing, with what typing functions said of it.
    Nothing(Vec<String>),
}

/// `#3(i64, by=f64)`, `.total()(array f64 1 C)`; where constants could be told, `(i64 and constants)`.
impl Display for Question {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Function(HostObject(number)) => write!(out, "#{number}(")?,
            Subject::Attribute(name) => write!(out, ".{name}(")?,
            Subject::Method(name) => write!(out, ".{name}()(")?,
        }
        write_all(out, &self.positional)?;
        for (index, (name, operand)) in self.named.iter().enumerate() {
            let comma = if index == 0 && self.positional.is_empty() { "" } else { ", " };
            write!(out, "{comma}{name}={operand}")?;
        }
        out.write_str(if self.constants == Constants::Hidden { " and constants)" } else { ")" })
    }
}

fn write_all(out: &mut Formatter<'_>, operands: &[Operand]) -> fmt::Result {
    operands
        .iter()
        .enumerate()
        .try_for_each(|(index, operand)| write!(out, "{}{operand}", if index == 0 { "" } else { ", " }))
}

impl Display for Operand {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(ty) => write!(out, "{ty}"),
            Self::Constant(Const::Int(value), _) => write!(out, "[{value}]"),
            Self::Constant(Const::Bool(value), _) => write!(out, "[{value}]"),
            Self::Constant(_, ty) => write!(out, "[{ty}]"),
            Self::Known(Entity::Text(text)) => write!(out, "{text:?}"),
            Self::Known(entity) => out.write_str(&names::entity(entity)),
            Self::Tuple(items) => {
                out.write_str("(")?;
                write_all(out, items)?;
                out.write_str(")")
            }
            Self::Named(class, items) => {
                write!(out, "{}(", class.name)?;
                write_all(out, items)?;
                out.write_str(")")
            }
            Self::Optional(held) => write!(out, "{held} or None"),
            Self::Slice { has_step } => out.write_str(if *has_step { "a:b:c" } else { "a:b" }),
            Self::Closure(name) => write!(out, "closure {name}"),
            Self::Other(words) => out.write_str(words),
        }
    }
}
