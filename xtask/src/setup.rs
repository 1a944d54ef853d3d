//! Set-up from nothing: packages, virtual environments, the build. Each step is skipped when there is nothing to do.

use crate::command::{cargo, program, run_quietly, succeeds};
use crate::environment::Environment;
use crate::interpreter::Interpreter;
use crate::report::{Outcome, step};
use crate::{extension, interpreter, packages};

/// What a user of the tools that ferrule is compared with would have, and ferrule.
///
/// `has_c` when peers are written in C, some against the interpreter's headers.
pub(crate) fn with_peers(has_c: bool) -> Outcome<Environment> {
    let interpreter = interpreter::default()?;
    let compilers = if has_c { packages::COMPILERS } else { &[] };
    install(&[packages::BUILD, compilers], interpreter.packages(has_c))?;
    let environment = Environment::ready(".venv", &interpreter, &["build", "peers"])?;
    extension::build(&environment)?;
    Ok(environment)
}

/// An environment with what the tests need for each Python of the machine, the oldest first; nothing is built yet.
pub(crate) fn for_tests() -> Outcome<Vec<Environment>> {
    let interpreters = interpreter::all()?;
    let completing = interpreters.iter().flat_map(|interpreter| interpreter.packages(true)).collect();
    install(&[packages::BUILD, packages::TEST], completing)?;
    toolchain()?;
    let ready = |interpreter: &Interpreter| {
        Environment::ready(&format!(".venv-{}", interpreter.version()), interpreter, &["build", "test"])
    };
    interpreters.iter().map(ready).collect()
}

fn install(lists: &[&[&str]], completing: Vec<String>) -> Outcome {
    let named = lists.concat().into_iter().map(str::to_owned);
    packages::install(&named.chain(completing).collect::<Vec<_>>())
}

/// The parts of the Rust toolchain that a minimal installation lacks.
fn toolchain() -> Outcome {
    if succeeds(cargo().args(["fmt", "--version"])) && succeeds(cargo().args(["clippy", "--version"])) {
        return Ok(());
    }
    step("rustfmt and clippy", || {
        run_quietly(program("rustup").args(["component", "add", "rustfmt", "clippy"]))
    })
}
