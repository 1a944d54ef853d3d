//! Every module opens with what it is for, and stands beside its folder rather than in it.

use super::Text;

/// Names that say nothing about what a file holds.
const VAGUE: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager", "base"];

pub(super) fn check(texts: &[Text]) -> Vec<String> {
    texts.iter().flat_map(|text| [opening(text), name(text)]).flatten().collect()
}

fn opening(text: &Text) -> Option<String> {
    let (is_open, form) = if text.has_extension("rs") {
        (text.content.starts_with("//!") || text.content.starts_with("#![no_main]\n//!"), "//!")
    } else if text.has_extension("py") {
        (text.content.starts_with("\"\"\"") || text.content.starts_with("#!"), "\"\"\"")
    } else {
        return None;
    };
    (!is_open).then(|| text.finding(1, &format!("a module opens with `{form}` and what it is for")))
}

fn name(text: &Text) -> Option<String> {
    let is_code = text.has_extension("rs") || text.has_extension("py");
    let stem = text.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if text.path.ends_with("mod.rs") {
        return Some(text.finding(1, "`mod.rs` is a file beside its folder, named as the folder is"));
    }
    (is_code && VAGUE.contains(&stem.as_str())).then(|| text.finding(1, "a file is named for what it holds"))
}
