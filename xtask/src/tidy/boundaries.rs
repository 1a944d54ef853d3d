//! Which crate may use which: the arrows of ARCHITECTURE.md, heavy dependencies, and where unsafe code is forbidden.

use super::{Text, crate_of};

/// What each crate may depend on, besides what [`EVERYWHERE`] names; tests may use more.
const ARROWS: &[(&str, &[&str])] = &[
    ("arena", &[]),
    ("source", &[]),
    ("diagnostic", &["source", "annotate-snippets"]),
    ("ctype", &["arena"]),
    ("cdecl", &["source", "diagnostic", "arena", "ctype"]),
    ("bind", &["source", "diagnostic", "ctype", "cdecl"]),
    ("cabi", &["ctype"]),
    ("ccall", &["ctype", "cabi", "libc"]),
    (
        "pysyntax",
        &["source", "diagnostic", "arena", "ruff_python_ast", "ruff_python_parser", "ruff_text_size"],
    ),
    ("tir", &["source", "arena", "ctype"]),
    ("infer", &["pysyntax", "tir", "ctype", "diagnostic", "source", "arena"]),
    ("optimize", &["tir", "arena", "ctype"]),
    ("codegen", &["tir", "optimize", "cabi", "ctype", "runtime", "arena", "inkwell", "llvm-sys"]),
    ("jit", &["inkwell", "llvm-sys", "libc"]),
    ("runtime", &["libc"]),
    ("pyobject", &["ctype", "tir", "pyo3-ffi"]),
];

/// Small containers that any crate may use.
const EVERYWHERE: &[&str] = &["rustc-hash", "smallvec"];

/// The crates in which the compiler itself must refuse unsafe code.
const SAFE: &[&str] = &[
    "source",
    "arena",
    "diagnostic",
    "ctype",
    "cdecl",
    "bind",
    "cabi",
    "pysyntax",
    "tir",
    "infer",
    "optimize",
];

pub(super) fn check(texts: &[Text]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| if text.path.ends_with("Cargo.toml") { arrows(text) } else { unsafety(text) })
        .collect()
}

fn arrows(manifest: &Text) -> Vec<String> {
    let Some(name) = crate_of(&manifest.path) else { return Vec::new() };
    let Some((_, allowed)) = ARROWS.iter().find(|(own, _)| *own == name) else { return Vec::new() };
    let lines = manifest.content.lines().zip(1..);
    let section = lines.skip_while(|(line, _)| *line != "[dependencies]").skip(1);
    let dependencies = section.take_while(|(line, _)| !line.starts_with('['));
    let names =
        dependencies.map(|(line, number)| (line.split(['.', ' ', '=']).next().unwrap_or_default(), number));
    names
        .filter(|(used, _)| !used.is_empty() && !used.starts_with('#'))
        .filter(|(used, _)| !allowed.contains(used) && !EVERYWHERE.contains(used))
        .map(|(used, number)| manifest.finding(number, &format!("`{name}` may not depend on `{used}`")))
        .collect()
}

fn unsafety(text: &Text) -> Vec<String> {
    let is_root = text.path.ends_with("src/lib.rs");
    let is_safe = crate_of(&text.path).is_some_and(|name| SAFE.contains(&name.as_str()));
    let is_missing = is_root && is_safe && !text.content.contains("#![forbid(unsafe_code)]");
    is_missing.then(|| text.finding(1, "this crate has `#![forbid(unsafe_code)]`")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn findings(file: &str, content: &str) -> Vec<String> {
        check(&[Text { path: workspace::root().join("crates").join(file), content: content.to_owned() }])
    }

    #[test]
    fn a_new_arrow_is_found() {
        let manifest =
            "[dependencies]\narena.workspace = true\nlibc = \"1\"\n\n[dev-dependencies]\npyo3 = \"1\"\n";
        assert_eq!(
            findings("ctype/Cargo.toml", manifest),
            ["crates/ctype/Cargo.toml:3: `ctype` may not depend on `libc`"]
        );
    }

    #[test]
    fn a_safe_crate_says_so() {
        assert_eq!(findings("cabi/src/lib.rs", "//! Text.\n").len(), 1);
        assert!(findings("cabi/src/lib.rs", "#![forbid(unsafe_code)]\n").is_empty());
        assert!(findings("jit/src/lib.rs", "//! Text.\n").is_empty());
    }
}
