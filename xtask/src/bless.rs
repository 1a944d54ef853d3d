//! `bless`: rewrites the answers of the case files with what the stages answer now. Read the difference before committing it.

use std::fs;

use crate::command::{cargo, run as run_command};
use crate::report::Outcome;
use crate::workspace;

/// Blesses the crates named, or every crate that has case files.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let crates = if arguments.is_empty() { with_cases() } else { arguments.to_vec() };
    for name in &crates {
        run_command(
            cargo().args(["test", "--quiet", "--test=cases", "--package", name]).env("FERRULE_BLESS", "1"),
        )?;
    }
    Ok(())
}

fn with_cases() -> Vec<String> {
    let folders = fs::read_dir(workspace::root().join("crates")).into_iter().flatten().flatten();
    let mut names: Vec<String> = folders
        .filter(|folder| folder.path().join("tests/cases.rs").exists())
        .map(|folder| folder.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
