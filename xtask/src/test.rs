//! `test`: all set-up, then every check. A check that fails does not keep the others from running.

use crate::command::{cargo, run as run_command};
use crate::environment::Environment;
use crate::report::{Checks, Failure, Outcome};
use crate::{extension, lint, memcheck, setup};

/// The parts that can be asked for alone.
const PARTS: &[&str] = &["lint", "rust", "python"];

/// Sets everything up, then runs the parts named, or all.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return Err(Failure::new(format!("`{unknown}` is no part of the tests: {}", PARTS.join(", "))));
    }
    let is_wanted = |part: &str| arguments.is_empty() || arguments.iter().any(|wanted| wanted == part);
    let environments = setup::for_tests()?;
    let mut checks = Checks::default();
    if is_wanted("lint") {
        lint::check(&mut checks, &environments);
    }
    if is_wanted("rust") {
        checks.check("cargo test", || rust(&environments));
        checks.check("calls and callbacks under valgrind", under_valgrind);
    }
    if is_wanted("python") {
        if let Some(first) = environments.first() {
            checks.check("compiled code and C data under valgrind", || memcheck::programs(first));
        }
        for environment in &environments {
            let name = format!("pytest on Python {}", environment.interpreter.version());
            checks.check(&name, || python(environment));
        }
    }
    checks.finish()
}

/// The extension is left out: it has no tests of its own, and its crates that know Python are pytest's.
fn rust(environments: &[Environment]) -> Outcome {
    run_command(lint::with_python(&mut cargo(), environments).args([
        "test",
        "--workspace",
        "--exclude=python",
    ]))
}

/// The hand-made calls, callbacks and thunks. The random signatures stay out: valgrind computes x87 numbers
/// with 64 bits only. One test passes 4 MB by value, hence the large frame.
fn under_valgrind() -> Outcome {
    let runner = "valgrind --quiet --error-exitcode=9 --max-stackframe=8000000";
    let mut tests = cargo();
    tests.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", runner);
    let targets = ["border", "gate", "library", "thunks"].map(|name| ["--test", name]);
    run_command(tests.args(["test", "--package=ccall", "--lib"]).args(targets.as_flattened()))
}

/// A process a core: most of the time goes into compiling generated programs.
fn python(environment: &Environment) -> Outcome {
    extension::build(environment)?;
    run_command(environment.python().args(["-m", "pytest", "-q", "--numprocesses=auto"]))
}
