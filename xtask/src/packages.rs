//! The Debian packages that a build or a test needs, installed through apt as root or with sudo.

use std::process::Command;

use crate::command::{answer, program, run_quietly, succeeds};
use crate::report::{Failure, Outcome, skip, step};

/// What building the extension needs: a linker with the C++ library, and LLVM with what it links to.
pub(crate) const BUILD: &[&str] = &["g++", "llvm-22-dev", "libpolly-22-dev", "libzstd-dev", "zlib1g-dev"];

/// What the tests need besides: compilers to ask for the right answer, libraries to call, a memory checker.
pub(crate) const TEST: &[&str] = &[
    "clang-22",
    "make",
    "libcurl4-openssl-dev",
    "libffi-dev",
    "libgsl-dev",
    "libpng-dev",
    "libsqlite3-dev",
    "libssl-dev",
    "valgrind",
];

/// What builds the peers of the bench that are C; the faster of the two makes the floor.
pub(crate) const COMPILERS: &[&str] = &["gcc", "clang-22"];

/// Makes sure that the packages are installed.
pub(crate) fn install(packages: &[String]) -> Outcome {
    if !succeeds(program("dpkg-query").arg("--version")) {
        return without_debian();
    }
    let missing: Vec<&str> = packages.iter().map(String::as_str).filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        skip("system packages");
        return Ok(());
    }
    let Some(prefix) = privilege() else { return Err(command_to_type(&missing)) };
    step(&format!("system packages: {}", missing.join(" ")), || {
        let install =
            || apt(prefix).args(["install", "--yes", "--no-install-recommends"]).args(&missing).output();
        // The package lists may be absent or old; only then is fetching them worth the time.
        if install().is_ok_and(|output| output.status.success()) {
            return Ok(());
        }
        run_quietly(apt(prefix).arg("update"))?;
        run_quietly(apt(prefix).args(["install", "--yes", "--no-install-recommends"]).args(&missing))
            .map_err(|failure| Failure::new(format!("{failure}\nLLVM 22 is also at https://apt.llvm.org")))
    })
}

fn is_installed(package: &str) -> bool {
    let status = answer(program("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]));
    status.is_some_and(|status| status == "installed")
}

/// The words before `apt-get`: none as root, `sudo -n` where that needs no password.
fn privilege() -> Option<&'static [&'static str]> {
    if answer(program("id").arg("-u")).is_some_and(|user| user == "0") {
        Some(&[])
    } else {
        succeeds(program("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
    }
}

fn apt(prefix: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]].concat();
    let mut command = program(words[0]);
    command.args(&words[1..]);
    command
}

fn command_to_type(missing: &[&str]) -> Failure {
    Failure::new(format!(
        "these packages are missing and this user may not install them; type\n  \
         sudo apt-get update && sudo apt-get install --yes {}",
        missing.join(" ")
    ))
}

/// On another system the user installs LLVM; what is missing shows when the build looks for it.
fn without_debian() -> Outcome {
    let prefix = std::env::var_os("LLVM_SYS_221_PREFIX");
    if prefix.is_some() || succeeds(program("llvm-config-22").arg("--version")) {
        return Ok(());
    }
    Err(Failure::new(
        "this system has no dpkg: install LLVM 22 with its static libraries, and set LLVM_SYS_221_PREFIX to its folder",
    ))
}
