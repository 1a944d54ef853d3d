//! Compiled code and C data under valgrind: every read and write that they make.

use std::fs;
use std::path::Path;

use crate::command::{program, run};
use crate::environment::Environment;
use crate::report::{Failure, Outcome};
use crate::{extension, workspace};

/// Runs the programs of `tests/memcheck` with the allocations of Python and NumPy made by malloc. A value that was not
/// initialised is no error: CPython reads such ones. Debugging symbols go, which valgrind cannot read.
pub(crate) fn programs(environment: &Environment) -> Outcome {
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

    for name in ["arrays.py", "c_data.py"] {
        under_valgrind(environment, &copy, name)?;
    }
    Ok(())
}

fn under_valgrind(environment: &Environment, package: &Path, name: &str) -> Outcome {
    let mut valgrind = program("valgrind");
    valgrind.env("PYTHONPATH", package).env("PYTHONMALLOC", "malloc").env("OPENBLAS_NUM_THREADS", "1");
    valgrind.args(["--quiet", "--error-exitcode=9", "--undef-value-errors=no"]);
    valgrind.arg("--suppressions=tests/memcheck/loader.supp");
    run(valgrind.arg(environment.python().get_program()).arg(Path::new("tests/memcheck").join(name)))
}
