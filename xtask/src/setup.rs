//! Set-up from nothing: packages, virtual environments, the build. Each step is skipped when there is nothing to do.

use crate::command::{cargo, program, run_quietly, succeeds};
use crate::environment::Environment;
use crate::interpreter::Interpreter;
use crate::report::{Outcome, step};
use crate::{extension, interpreter, packages};

/// What a user of the tools that ferrule is compared with would have, and ferrule.
pub(crate) fn with_peers() -> Outcome<Environment> {
    let interpreter = interpreter::default()?;
    install(&[packages::BUILD], std::slice::from_ref(&interpreter))?;
    let environment = Environment::ready(".venv", &interpreter, &["build", "peers"])?;
    extension::build(&environment)?;
    Ok(environment)
}

/// An environment with what the tests need for each Python of the machine, the oldest first; nothing is built yet.
pub(crate) fn for_tests() -> Outcome<Vec<Environment>> {
    let interpreters = interpreter::all()?;
    install(&[packages::BUILD, packages::TEST], &interpreters)?;
    toolchain()?;
    let ready = |interpreter: &Interpreter| {
        Environment::ready(&format!(".venv-{}", interpreter.version()), interpreter, &["build", "test"])
    };
    interpreters.iter().map(ready).collect()
}

fn install(lists: &[&[&str]], interpreters: &[Interpreter]) -> Outcome {
    let mut names: Vec<String> = lists.concat().into_iter().map(str::to_owned).collect();
    names.extend(interpreters.iter().flat_map(Interpreter::packages));
    packages::install(&names)
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
