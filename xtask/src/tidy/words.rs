//! Words that a finished text does not have.

use super::Text;

/// A mark or a path, split so that this table does not find itself, and why it does not belong.
const WORDS: &[(&str, &str, &str)] = &[
    ("TO", "DO", "an unfinished branch is a diagnostic with a case"),
    ("FIX", "ME", "an unfinished branch is a diagnostic with a case"),
    ("XX", "X ", "an unfinished branch is a diagnostic with a case"),
    ("unimplement", "ed!", "an unfinished branch is a diagnostic with a case"),
    ("#[ign", "ore", "a test runs or does not exist"),
    ("/ho", "me/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/wo", "rk/", "a path of one machine"),
];

pub(super) fn check(texts: &[Text]) -> Vec<String> {
    let words: Vec<(String, &str)> =
        WORDS.iter().map(|(head, tail, why)| (format!("{head}{tail}"), *why)).collect();
    texts
        .iter()
        .filter(|text| !text.path.ends_with("LICENSE-APACHE"))
        .flat_map(|text| in_text(text, &words))
        .collect()
}

fn in_text(text: &Text, words: &[(String, &str)]) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, number) in text.content.lines().zip(1..) {
        for (word, why) in words.iter().filter(|(word, _)| line.contains(word.as_str())) {
            findings.push(text.finding(number, &format!("`{word}`: {why}")));
        }
    }
    findings
}
