//! Compiled code under valgrind: every read and write that it makes.

use std::fs;

use crate::command::{program, run};
use crate::environment::Environment;
use crate::report::{Failure, Outcome};
use crate::{extension, workspace};

/// Runs `tests/memcheck/arrays.py` with the allocations of Python and NumPy made by malloc. A value that was not
/// initialised is no error: CPython reads such ones. Debugging symbols go, which valgrind cannot read.
pub(crate) fn arrays(environment: &Environment) -> Outcome {
    extension::build(environment)?;
    let copy = workspace::root().join("target/memcheck");
    let package = copy.join("ferrule");
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", package.display()));
    fs::create_dir_all(&package).map_err(failed)?;
    let library = extension::library(environment)?;
    for file in workspace::files(&workspace::root().join("python/ferrule")) {
        let Some(name) = file.file_name() else { continue };
        if file == library || file.extension().is_some_and(|extension| extension == "py") {
            fs::copy(&file, package.join(name)).map_err(failed)?;
        }
    }
    let Some(name) = library.file_name() else { return Ok(()) };
    run(program("strip").arg("--strip-debug").arg(package.join(name)))?;

    let mut valgrind = program("valgrind");
    valgrind.env("PYTHONPATH", &copy).env("PYTHONMALLOC", "malloc").env("OPENBLAS_NUM_THREADS", "1");
    valgrind.args(["--quiet", "--error-exitcode=9", "--undef-value-errors=no"]);
    valgrind.arg("--suppressions=tests/memcheck/loader.supp");
    run(valgrind.arg(environment.python().get_program()).arg("tests/memcheck/arrays.py"))
}
