//! `docs`: the reference pages that are made from tables of the code.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use diagnostic::CATALOG;

use crate::report::{Failure, Outcome};
use crate::workspace;

/// Where a page is, and what the tables give for it.
type Page = (&'static str, fn() -> String);

/// The pages.
const PAGES: &[Page] =
    &[("docs/reference/diagnostics.md", diagnostics), ("docs/reference/supported.md", supported)];

/// Rewrites the pages; with `--check` only says whether they are what the tables give.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "--check") {
        return check();
    }
    for (name, page) in PAGES {
        fs::write(path(name), page()).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    }
    Ok(())
}

/// Compares the pages with the tables.
pub(crate) fn check() -> Outcome {
    for (name, page) in PAGES {
        if !fs::read_to_string(path(name)).is_ok_and(|text| text == page()) {
            return Err(Failure::new(format!("{name} is out of date: run `cargo xtask docs`")));
        }
    }
    Ok(())
}

fn path(name: &str) -> PathBuf {
    workspace::root().join(name)
}

/// What compiled code can call.
fn supported() -> String {
    let mut page = String::from(
        "# What compiled functions can call\n\n\
         `cargo xtask docs` makes this page from the tables that the compiler uses. The language itself is described in the\n\
         guide: [compiled functions](../guide/compiled-functions.md), [jitted functions](../guide/jitted-functions.md),\n\
         [arrays](../guide/arrays.md).\n",
    );
    for group in infer::supported() {
        let title = match group.of {
            "array" => "Attributes and methods of arrays",
            "builtins" => "Builtins",
            "numpy" => "NumPy",
            other => other,
        };
        let names: Vec<String> = group.names.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(page, "\n## {title}\n\n{}\n", wrapped(&names.join(" ")));
    }
    page
}

/// The words in lines of at most 120 characters.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + word.len() < 120 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
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
