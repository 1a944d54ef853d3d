//! `bench`: set-up with the peers, then `bench/run.py`, which measures the rows and writes the table.

use crate::command::run as run_command;
use crate::report::Outcome;
use crate::setup;

/// Measures the rows whose names contain one of the arguments, or all.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let environment = setup::with_peers(true)?;
    run_command(environment.python().arg("bench/run.py").args(arguments))
}
