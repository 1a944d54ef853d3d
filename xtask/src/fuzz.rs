//! `fuzz`: runs a target of `fuzz/` for some seconds, with cargo-fuzz on the nightly toolchain.

use crate::command::{program, run as run_command, run_quietly, succeeds};
use crate::report::{Failure, Outcome, step};
use crate::workspace;

/// Ten minutes.
const SECONDS: u32 = 600;

/// Runs the target named (else `cdecl`) for the seconds given.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let target = arguments.first().map_or("cdecl", String::as_str);
    let seconds = arguments.get(1).map_or(Ok(SECONDS), |text| text.parse());
    let seconds = seconds.map_err(|_| Failure::new("the second argument is a number of seconds"))?;
    if !succeeds(program("cargo").args(["+nightly", "--version"])) {
        step("nightly toolchain", || {
            run_quietly(program("rustup").args(["toolchain", "install", "nightly", "--profile=minimal"]))
        })?;
    }
    if !succeeds(program("cargo").args(["fuzz", "--version"])) {
        step("cargo-fuzz", || run_quietly(program("cargo").args(["install", "cargo-fuzz", "--locked"])))?;
    }
    step(&format!("fuzz target {target} for {seconds} s"), || {
        let mut command = program("cargo");
        command.args(["+nightly", "fuzz", "run", target, "--", "-timeout=10"]);
        let words = format!("fuzz/{target}.dict");
        if workspace::root().join(&words).exists() {
            command.arg(format!("-dict={words}"));
        }
        run_command(command.arg(format!("-max_total_time={seconds}")))
    })
}
