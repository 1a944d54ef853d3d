//! `lint`: formatting, lints, types and the project's invariants; nothing is changed.

use std::process::Command;

use crate::command::{cargo, run as run_command, run_quietly};
use crate::environment::Environment;
use crate::report::{Checks, Outcome};
use crate::{docs, extension, setup, tidy};

/// The Python that is ours to lint; in pages, the blocks of it.
const PYTHON: &[&str] = &[
    "python",
    "tests/python",
    "tests/differential",
    "tests/memcheck",
    "examples",
    "bench",
    "docs",
    "README.md",
];

/// Sets up what the lints need and runs them.
pub(crate) fn run(_: &[String]) -> Outcome {
    let environments = setup::for_tests()?;
    let mut checks = Checks::default();
    check(&mut checks, &environments);
    checks.finish()
}

/// Runs every lint, with the tools of the first environment.
pub(crate) fn check(checks: &mut Checks, environments: &[Environment]) {
    let [environment, ..] = environments else { return };
    let ruff = |verb: &[&str]| run_command(environment.program("ruff").args(verb).args(PYTHON));
    checks.check("cargo fmt", || run_command(cargo().args(["fmt", "--all", "--check"])));
    checks.check("tidy", tidy::check);
    checks.check("pages made from tables", docs::check);
    checks.check("ruff check", || ruff(&["check"]));
    checks.check("ruff format", || ruff(&["format", "--check"]));
    checks.check("cargo clippy", || clippy(environments));
    checks.check("mypy", || run_command(environment.python().args(["-m", "mypy"])));
    checks.check("stubtest", || {
        extension::build(environment)?;
        run_quietly(environment.python().args(["-m", "mypy.stubtest", "ferrule"]))
    });
}

fn clippy(environments: &[Environment]) -> Outcome {
    let mut command = cargo();
    with_python(&mut command, environments).args(["clippy", "--quiet", "--workspace", "--all-targets"]);
    run_command(command.args(["--", "--deny", "warnings"]))
}

/// Names the Python whose headers and library the crates that know Python are built for.
pub(crate) fn with_python<'a>(command: &'a mut Command, environments: &[Environment]) -> &'a mut Command {
    if let [environment, ..] = environments {
        command.env("PYO3_PYTHON", &environment.interpreter.path);
    }
    command
}
