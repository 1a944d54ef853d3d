//! Syntax, argument types and an [`Environment`] to typed IR.
//!
//! Inference walks the function once to find what each name is bound to, joins the types where
//! control flow meets, and builds a [`tir::Program`] of the function and all that it calls. It
//! meets Python only through the environment, a snapshot that the host took before.
//!
//! The walk emits instructions as it learns types, so there is one place for each rule. It is done
//! again where types turn out wider: for a loop when a round brings back a wider type, for the
//! whole program when a function that calls itself has another result than was assumed.

#![forbid(unsafe_code)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule is for a few kinds of terms; all others are refused with one message"
)]
#![expect(clippy::similar_names, reason = "start, stop and step are Python's own names")]

mod arrays;
mod assignment;
mod body;
mod builtins;
mod c_calls;
mod c_types;
mod calls;
mod choice;
mod closure_shape;
mod closures;
mod comparisons;
mod conditions;
mod convert;
mod crossing;
mod declared;
mod environment;
mod expressions;
mod extending;
mod fold;
mod folds;
mod generator;
mod locals;
mod loops;
mod named;
mod names;
mod narrowing;
mod not_yet;
mod operators;
mod optional;
mod places;
mod pointers;
mod prelude;
mod presence;
mod primitives;
mod printing;
mod program;
mod promote;
mod question;
mod raising;
mod random;
mod returns;
mod sequence;
mod statements;
mod stop;
mod supported;
mod term;
mod tidy;
mod trying;
mod tuple_class;
mod tuples;
mod walk;

use ctype::CTypes;
use diagnostic::{Diagnostic, Id, Label};
use tir::{MathFlags, Program, Ty};

pub use c_types::ty_of_c;
pub use environment::{BUILTIN_EXCEPTIONS, Entity, Environment, Form, FrozenArray, FunctionSource};
pub use question::{Answer, Constants, Operand, Question, Subject, Unfinished};
pub use supported::{Supported, supported};
pub use tuple_class::TupleClass;

/// What the caller chooses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Options {
    /// Whether indices of arrays are checked.
    pub boundscheck: bool,
    /// Whether division by zero raises, as Python's does, or gives what the machine gives.
    pub raises_on_zero: bool,
    /// What float arithmetic may do.
    pub math: MathFlags,
}

impl Default for Options {
    fn default() -> Self {
        Self { boundscheck: true, raises_on_zero: true, math: MathFlags::default() }
    }
}

/// What inference finds.
#[derive(Clone, Debug)]
pub struct Inferred {
    /// The typed IR of the function that was asked for, which is the first, and of all that it calls.
    pub program: Program,
    /// What the first function returns. Of its form are the values that it gives, packed into one tuple where there
    /// are several.
    pub result: Form,
}

/// The typed IR of a function for arguments of these types, and of all that it calls. Where
/// `result` is given, what the function returns is converted to it as Numba would.
///
/// # Errors
/// One diagnostic: the first thing that is wrong in the order of the walk. Or a question: it is to be called again in
/// an environment that answers it.
pub fn infer(
    types: &mut CTypes,
    function: &FunctionSource,
    params: &[Ty],
    result: Option<&Form>,
    options: Options,
) -> Result<Inferred, Unfinished> {
    let syntax = &function.syntax;
    if syntax.params.len() != params.len() {
        let (takes, given) = (syntax.params.len(), params.len());
        let title = format!("`{}` takes {takes} arguments, the signature gives {given}", function.name);
        let label = Label::new(&syntax.source, syntax.head, format!("{takes} parameters"));
        return Err(Unfinished::Wrong(vec![Diagnostic::error(Id::WrongSignature, title, label)]));
    }
    program::Programs::new(types, options, function, params, result).run().map_err(Unfinished::from)
}
