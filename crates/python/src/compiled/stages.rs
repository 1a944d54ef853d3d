//! The stages that need no interpreter: how they are run, and the last of them.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use codegen::Module;
use diagnostic::Diagnostic;
use infer::{FunctionSource, Question, Unfinished};
use pyo3::prelude::*;

use super::border;
use super::raised::Descriptor;
use super::{ErrorClass, compile_error};
use crate::snapshot::World;
use crate::trampoline::panic_text;
use crate::{errors, fork, stack};

/// Why the stages stopped.
pub(crate) enum Stopped {
    /// Something is wrong with the program.
    Diagnosed(Vec<Diagnostic>),
    /// Something is wrong with us: the stage, and what it said.
    Broken(String),
    /// Typing functions are to be asked first.
    Asks(Box<Question>),
}

impl Stopped {
    fn exception(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Diagnosed(diagnostics) => compile_error(py, ErrorClass::Typing, diagnostics),
            Self::Broken(text) => errors::internal(text),
            Self::Asks(_) => errors::internal("a stage asks after the types are known".to_owned()),
        }
    }
}

/// What a stage says of itself when it fails.
pub(crate) fn broken<E: Display>(stage: &'static str) -> impl Fn(E) -> Stopped {
    move |error| Stopped::Broken(format!("{stage}: {error}"))
}

impl From<Unfinished> for Stopped {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Wrong(diagnostics) => Self::Diagnosed(diagnostics),
            Unfinished::Asks(question) => Self::Asks(question),
        }
    }
}

/// Runs inference without the interpreter's lock, again after each question that it asks.
pub(crate) fn inferred<T: Send>(
    world: &mut World<'_>,
    infer: impl Fn(&FunctionSource) -> Result<T, Stopped> + Sync,
) -> PyResult<T> {
    loop {
        let source = world.source()?;
        match run(world.py(), || infer(&source)) {
            Ok(typed) => return Ok(typed),
            Err(Stopped::Asks(question)) => {
                drop(source);
                world.answer(*question)?;
            }
            Err(stopped) => return Err(stopped.exception(world.py())),
        }
    }
}

/// Runs stages without the interpreter's lock.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    stages: impl FnOnce() -> Result<T, Stopped> + Send,
) -> PyResult<T> {
    run(py, stages).map_err(|stopped| stopped.exception(py))
}

/// Runs stages. A panic in one is a bug of ours, and stops only this compilation.
fn run<T: Send>(py: Python<'_>, stages: impl FnOnce() -> Result<T, Stopped> + Send) -> Result<T, Stopped> {
    let outcome = py.detach(|| {
        let _working = fork::working();
        catch_unwind(AssertUnwindSafe(|| stack::large(stages)))
    });
    outcome.unwrap_or_else(|panic| Err(Stopped::Broken(panic_text(panic.as_ref()))))
}

/// Optimises a module and links it: the code, and where `symbol` is in it.
pub(crate) fn link(
    module: &Module,
    descriptor: &Descriptor,
    symbol: &str,
) -> Result<(jit::Code, u64), Stopped> {
    link_code(module, std::ptr::from_ref(descriptor).expose_provenance() as u64, symbol)
}

/// As [`link`], of code that raises nothing of its own.
pub(crate) fn link_silent(module: &Module, symbol: &str) -> Result<(jit::Code, u64), Stopped> {
    link_code(module, 0, symbol)
}

fn link_code(module: &Module, own: u64, symbol: &str) -> Result<(jit::Code, u64), Stopped> {
    module.optimize().map_err(broken("codegen"))?;
    let object = module.object().map_err(broken("codegen"))?;
    let named = module.c_symbols().iter().chain(runtime::symbols());
    let mut symbols: Vec<(&str, u64)> = named.map(|(name, address)| (name.as_str(), *address)).collect();
    symbols.push(("ferrule_code", own));
    symbols.extend_from_slice(&border::symbols());
    let engine = jit::Engine::global().map_err(broken("jit"))?;
    let code = engine.link(&object, &symbols).map_err(broken("jit"))?;
    match code.address(symbol) {
        Some(address) => Ok((code, address)),
        None => Err(Stopped::Broken(format!("jit: no symbol `{symbol}`"))),
    }
}

/// A qualified name in the letters that tools take in a symbol.
pub(crate) fn symbol_text(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '_' };
    name.chars().map(letter).collect()
}
