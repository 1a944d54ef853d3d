//! Every diagnostic that exists is shown by a case file or a Python test.

use diagnostic::CATALOG;

use super::Text;
use crate::workspace;

pub(super) fn check(texts: &[Text]) -> Vec<String> {
    let folder = workspace::root().join("tests");
    let shown: Vec<&Text> = texts.iter().filter(|text| text.path.starts_with(&folder)).collect();
    let missing = CATALOG.iter().map(|id| id.as_str()).filter(|id| !shown.iter().any(|text| shows(text, id)));
    missing.map(|id| format!("tests/cases: no case shows the diagnostic `{id}`")).collect()
}

/// Whether a rendered diagnostic of the id, or a Python string of it, stands in the text.
fn shows(text: &Text, id: &str) -> bool {
    text.content.contains(&format!("[{id}]")) || text.content.contains(&format!("\"{id}\""))
}
