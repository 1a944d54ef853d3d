//! `demo`: all set-up, then the main job on real libraries. The job itself is `examples/demo.py`.

use crate::command::run as run_command;
use crate::report::{Outcome, line};
use crate::setup;

/// Sets everything up and runs the demo.
pub(crate) fn run(_: &[String]) -> Outcome {
    let environment = setup::with_peers(false)?;
    line("");
    run_command(environment.python().arg("examples/demo.py"))
}
