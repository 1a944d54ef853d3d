//! `docs`: the reference pages that are made from tables of the code.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use diagnostic::CATALOG;

use crate::report::{Failure, Outcome};
use crate::workspace;

/// Rewrites the pages; with `--check` only says whether they are what the tables give.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "--check") {
        return check();
    }
    fs::write(path(), diagnostics()).map_err(|error| Failure::new(format!("{}: {error}", path().display())))
}

/// Compares the pages with the tables.
pub(crate) fn check() -> Outcome {
    let is_current = fs::read_to_string(path()).is_ok_and(|text| text == diagnostics());
    if is_current { Ok(()) } else { Err(Failure::new("a page is out of date: run `cargo xtask docs`")) }
}

fn path() -> PathBuf {
    workspace::root().join("docs/reference/diagnostics.md")
}

fn diagnostics() -> String {
    let mut ids: Vec<_> = CATALOG.iter().map(|id| (id.as_str(), id.sentence())).collect();
    ids.sort_unstable();
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every error that ferrule finds in a text has one of these ids; it stands in the first line of the message and in\n\
         `error.diagnostics`. `cargo xtask docs` makes this page from the catalog of the crate `diagnostic`.\n\n\
         | id | meaning |\n|---|---|\n",
    );
    for (id, sentence) in ids {
        let _ = writeln!(page, "| `{id}` | {} |", sentence.replace('|', "\\|"));
    }
    page
}
