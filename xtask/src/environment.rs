//! Virtual environments in the root folder, filled from the dependency groups of `pyproject.toml`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{program, run_quietly, succeeds};
use crate::interpreter::Interpreter;
use crate::report::{Failure, Outcome, skip, step};
use crate::workspace;

/// A virtual environment with what some groups name.
pub(crate) struct Environment {
    folder: PathBuf,
    /// The interpreter it was made from.
    pub(crate) interpreter: Interpreter,
}

impl Environment {
    /// Makes the environment, or brings it up to date.
    pub(crate) fn ready(name: &str, interpreter: &Interpreter, groups: &[&str]) -> Outcome<Self> {
        let own = Self { folder: workspace::root().join(name), interpreter: interpreter.clone() };
        let wanted = own.wanted(groups)?;
        let stamp = own.folder.join("installed");
        if own.is_usable() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            skip(&format!("virtual environment {name}"));
            return Ok(own);
        }
        step(&format!("virtual environment {name} with Python {}", interpreter.version()), || {
            own.fill(groups)?;
            fs::write(&stamp, wanted).map_err(|error| Failure::new(format!("{}: {error}", stamp.display())))
        })?;
        Ok(own)
    }

    /// A program of the environment, which sees the environment as activated.
    pub(crate) fn program(&self, name: &str) -> Command {
        let programs = self.folder.join("bin");
        let mut path = programs.clone().into_os_string();
        if let Some(inherited) = std::env::var_os("PATH") {
            path.push(":");
            path.push(inherited);
        }
        let mut command = program(programs.join(name));
        command.env("VIRTUAL_ENV", &self.folder).env("PATH", path);
        command.env_remove("PYTHONPATH").env_remove("PYTHONHOME");
        command
    }

    /// Its Python.
    pub(crate) fn python(&self) -> Command {
        self.program("python")
    }

    fn is_usable(&self) -> bool {
        let question =
            format!("import sys, pip; sys.exit(sys.version_info[:2] != (3, {}))", self.interpreter.minor);
        succeeds(self.python().args(["-c", &question]))
    }

    fn fill(&self, groups: &[&str]) -> Outcome {
        if !self.is_usable() {
            run_quietly(program(&self.interpreter.path).args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        }
        let pip = || {
            let mut command = self.python();
            command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            command
        };
        // Dependency groups need pip 25.1.
        run_quietly(pip().args(["--upgrade", "pip>=25.1"]))?;
        run_quietly(pip().args(groups.iter().map(|group| format!("--group={group}"))))
    }

    /// What the environment depends on: compared with what it was last filled from.
    fn wanted(&self, groups: &[&str]) -> Outcome<String> {
        let project = workspace::root().join("pyproject.toml");
        let text =
            fs::read_to_string(project).map_err(|error| Failure::new(format!("pyproject.toml: {error}")))?;
        let requirements = text.split("[dependency-groups]").nth(1).and_then(|rest| rest.split("\n[").next());
        Ok(format!(
            "{}\n{}\n{}",
            self.interpreter.path.display(),
            groups.join(" "),
            requirements.unwrap_or_default()
        ))
    }
}
