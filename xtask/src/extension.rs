//! The release build of `ferrule._core` for one Python.
//!
//! All versions share Cargo's target folder, so only the crates that know Python are built again.
//! The library that a build leaves in `python/ferrule` tells by its name which Python it is for.

use std::path::{Path, PathBuf};

use crate::command::{answer, run, succeeds};
use crate::environment::Environment;
use crate::report::{Failure, Outcome, skip, step};
use crate::workspace;

/// What the library is made from.
const SOURCES: &[&str] = &["crates", "Cargo.toml", "Cargo.lock", "pyproject.toml", ".cargo/config.toml"];

/// Builds the extension for the environment's Python if a source is newer, and installs it there.
pub(crate) fn build(environment: &Environment) -> Outcome {
    let name = format!("release build for Python {}", environment.interpreter.version());
    if is_built(environment)? {
        skip(&name);
        return Ok(());
    }
    step(&name, || run(environment.program("maturin").args(["develop", "--release"])))
}

/// The library that a build for the environment's Python leaves.
pub(crate) fn library(environment: &Environment) -> Outcome<PathBuf> {
    let question = "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))";
    let suffix = answer(environment.python().args(["-c", question]))
        .ok_or_else(|| Failure::new("the environment's Python does not run"))?;
    Ok(workspace::root().join(format!("python/ferrule/_core{suffix}")))
}

fn is_built(environment: &Environment) -> Outcome<bool> {
    let library = library(environment)?;
    let Some(built) = workspace::changed(&library) else { return Ok(false) };
    let is_newer = |path: &Path| workspace::changed(path).is_some_and(|time| time > built);
    let is_stale = SOURCES.iter().map(|name| workspace::root().join(name)).any(|path| {
        if path.is_dir() {
            workspace::files(&path).iter().any(|file| is_newer(file))
        } else {
            is_newer(&path)
        }
    });
    Ok(!is_stale && succeeds(environment.python().args(["-c", "import ferrule"])))
}
