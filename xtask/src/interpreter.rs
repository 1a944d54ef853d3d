//! The Python interpreters of this machine: `CPython` from 3.11, one a minor version.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{answer, program};
use crate::report::{Failure, Outcome};

/// The oldest minor version of Python 3 that ferrule supports.
const OLDEST: u32 = 11;

/// What a candidate is asked about itself, a line an answer.
const QUESTION: &str = "
import importlib.util, os, sys, sysconfig
print(sys._base_executable)
print(sys.implementation.name, sys.version_info.releaselevel, sysconfig.get_config_var('Py_GIL_DISABLED') or 0)
print(*sys.version_info[:2])
print(importlib.util.find_spec('ensurepip') is not None)
print(os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))
";

/// A Python on this machine.
#[derive(Clone)]
pub(crate) struct Interpreter {
    /// Its program, outside any virtual environment.
    pub(crate) path: PathBuf,
    /// 12 for Python 3.12.
    pub(crate) minor: u32,
    can_make_environments: bool,
    has_headers: bool,
}

impl Interpreter {
    /// The version as people write it.
    pub(crate) fn version(&self) -> String {
        format!("3.{}", self.minor)
    }

    /// The Debian packages that complete an interpreter of the system, for those who compile C against it or not.
    pub(crate) fn packages(&self, needs_headers: bool) -> Vec<String> {
        if !self.path.starts_with("/usr/bin") {
            return Vec::new();
        }
        let missing = [("venv", !self.can_make_environments), ("dev", needs_headers && !self.has_headers)];
        let names = missing.iter().filter(|(_, is_missing)| *is_missing);
        names.map(|(suffix, _)| format!("python3.{}-{suffix}", self.minor)).collect()
    }
}

/// Every supported minor version found, the oldest first; `PATH` goes before version managers.
pub(crate) fn all() -> Outcome<Vec<Interpreter>> {
    let mut found = BTreeMap::new();
    for interpreter in candidates().iter().filter_map(|path| ask(path)) {
        found.entry(interpreter.minor).or_insert(interpreter);
    }
    if found.is_empty() {
        return Err(Failure::new(
            "no CPython 3.11 or newer is on PATH; on Debian: apt-get install python3-venv",
        ));
    }
    Ok(found.into_values().collect())
}

/// The interpreter that `python3` means, or else the oldest that will do.
pub(crate) fn default() -> Outcome<Interpreter> {
    ask(Path::new("python3")).map_or_else(|| all().map(|mut found| found.swap_remove(0)), Ok)
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut programs: Vec<PathBuf> =
        std::env::split_paths(&path).flat_map(|folder| programs_in(&folder)).collect();
    for versions in managed() {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(versions).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        folders.sort();
        programs.extend(folders.iter().rev().map(|folder| folder.join("bin/python3")));
    }
    programs
}

/// The folders in which pyenv and uv keep one folder a version.
fn managed() -> Vec<PathBuf> {
    let Some(home) = std::env::var_os("HOME").map(PathBuf::from) else { return Vec::new() };
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    vec![pyenv.join("versions"), home.join(".local/share/uv/python")]
}

/// `python3` and every `python3.N` of a folder.
fn programs_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix("python3").is_some_and(|rest| {
                rest.is_empty() || rest.strip_prefix('.').is_some_and(|minor| minor.parse::<u32>().is_ok())
            })
        })
        .collect();
    names.sort();
    names
}

fn ask(path: &Path) -> Option<Interpreter> {
    let answer = answer(program(path).args(["-c", QUESTION]))?;
    let lines: Vec<&str> = answer.lines().collect();
    let &[path, "cpython final 0", version, can_make_environments, has_headers] = lines.as_slice() else {
        return None;
    };
    let minor = version.strip_prefix("3 ")?.parse().ok().filter(|minor| *minor >= OLDEST)?;
    Some(Interpreter {
        path: path.into(),
        minor,
        can_make_environments: can_make_environments == "True",
        has_headers: has_headers == "True",
    })
}
