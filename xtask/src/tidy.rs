//! `tidy`: the invariants that no compiler checks. Each check is a file; each finding names a file and a line.

mod boundaries;
mod coverage;
mod modules;
mod sizes;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::{Failure, Outcome, line};
use crate::workspace;

/// A text of the project.
struct Text {
    path: PathBuf,
    content: String,
}

impl Text {
    fn has_extension(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|own| own == extension)
    }

    /// A sentence about a line of this text, as editors understand it.
    fn finding(&self, line: usize, sentence: &str) -> String {
        format!("{}:{line}: {sentence}", workspace::shown(&self.path))
    }
}

/// Runs the checks alone.
pub(crate) fn run(_: &[String]) -> Outcome {
    check()
}

/// Looks at every text of the project and shows what breaks an invariant.
pub(crate) fn check() -> Outcome {
    let texts = texts();
    let checks = [boundaries::check, coverage::check, modules::check, sizes::check, words::check];
    let findings: Vec<String> = checks.iter().flat_map(|check| check(&texts)).collect();
    for finding in &findings {
        line(finding);
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::new(format!("{} findings", findings.len()))) }
}

fn texts() -> Vec<Text> {
    let read = |path: PathBuf| fs::read_to_string(&path).ok().map(|content| Text { path, content });
    workspace::files(workspace::root()).into_iter().filter_map(read).collect()
}

/// The crate of `crates/` that a file belongs to.
fn crate_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(workspace::root().join("crates")).ok()?;
    Some(inside.components().next()?.as_os_str().to_string_lossy().into_owned())
}
