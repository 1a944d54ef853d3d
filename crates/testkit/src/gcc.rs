//! The C compiler whose answer counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles C text into a shared library `name.so` in `folder`.
///
/// # Panics
/// When gcc is missing or refuses the text, which stays in `folder`.
pub fn shared_library(folder: &Path, name: &str, text: &str) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder for the test can be made");
    let source = folder.join(format!("{name}.c"));
    let library = folder.join(format!("{name}.so"));
    fs::write(&source, text).expect("the test's folder can be written");
    let output = Command::new("gcc")
        .args(["-std=gnu11", "-O1", "-w", "-Wno-psabi", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .output()
        .expect("gcc runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{messages}", source.display());
    library
}
