//! The C compilers whose answers count.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A C compiler, and how much it optimises.
#[derive(Clone, Copy, Debug)]
pub struct Compiler {
    /// What it is called.
    pub name: &'static str,
    level: &'static str,
}

/// As fast to build as can be: what gcc passes where does not depend on how it optimises.
pub const GCC: Compiler = Compiler { name: "gcc", level: "-O0" };
/// What it optimises relies on how a caller of its own extends narrow integers.
pub const CLANG: Compiler = Compiler { name: "clang-22", level: "-O1" };

impl Compiler {
    /// Compiles C text into a shared library `name.so` in `folder`.
    ///
    /// # Panics
    /// When the compiler is missing or refuses the text, which stays in `folder`.
    pub fn shared_library(self, folder: &Path, name: &str, text: &str) -> PathBuf {
        fs::create_dir_all(folder).expect("a folder for the test can be made");
        let source = folder.join(format!("{name}.c"));
        let library = folder.join(format!("{name}.so"));
        fs::write(&source, text).expect("the test's folder can be written");
        let output = Command::new(self.name)
            .args(["-std=gnu11", self.level, "-w", "-Wno-psabi", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .output()
            .expect("the compiler runs");
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {}:\n{messages}", self.name, source.display());
        library
    }
}
