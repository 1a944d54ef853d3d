//! The project's commands: `cargo xtask <verb>`.
//!
//! Each verb does all the set-up that it needs and shows each step. A verb is a function from its
//! arguments to an [`Outcome`]; the exit code is 1 when it fails.

#![forbid(unsafe_code)]

mod bench;
mod bless;
mod command;
mod demo;
mod docs;
mod environment;
mod extension;
mod fuzz;
mod interpreter;
mod lint;
mod memcheck;
mod packages;
mod report;
mod setup;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use report::{Failure, Outcome};

/// A command of the project.
struct Verb {
    name: &'static str,
    summary: &'static str,
    run: fn(&[String]) -> Outcome,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "demo",
        summary: "set everything up, then run the main job on real libraries",
        run: demo::run,
    },
    Verb {
        name: "test",
        summary: "set everything up, then run every check [rust|python|lint]",
        run: test::run,
    },
    Verb { name: "lint", summary: "formatting, lints, types, the project's invariants", run: lint::run },
    Verb { name: "bless", summary: "rewrite the answers of the case files [crate...]", run: bless::run },
    Verb {
        name: "bench",
        summary: "measure against the peers, write bench/results.md [row...]",
        run: bench::run,
    },
    Verb { name: "fuzz", summary: "run a fuzz target [target] [seconds]", run: fuzz::run },
    Verb { name: "tidy", summary: "the project's invariants alone", run: tidy::run },
    Verb { name: "docs", summary: "rewrite the pages made from tables [--check]", run: docs::run },
];

fn main() -> ExitCode {
    report::start();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::line(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let (name, rest) = arguments.split_first().ok_or_else(usage)?;
    let verb = VERBS.iter().find(|verb| verb.name == name).ok_or_else(usage)?;
    (verb.run)(rest)
}

fn usage() -> Failure {
    let lines: Vec<String> = VERBS.iter().map(|verb| format!("  {:6} {}", verb.name, verb.summary)).collect();
    Failure::new(format!("cargo xtask takes one of these verbs:\n{}", lines.join("\n")))
}
