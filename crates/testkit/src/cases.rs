//! The runner of case files.
//!
//! `tests/cases/<stage>/*.md` holds cases: a heading each, prose that says why, fenced blocks. A
//! block whose info string is one of [`INPUTS`] is what the stage is given; any other is what it
//! must answer, and its info string says which answer is meant. With `FERRULE_BLESS=1` the
//! answers are written into the files instead of compared.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The info strings of input blocks.
pub const INPUTS: &[&str] = &["c", "python", "tir", "environment", "signature", "arguments", "ufunc"];

/// One case: a heading with its blocks.
#[derive(Clone, Debug)]
pub struct Case {
    /// The heading.
    pub title: String,
    /// Info string and text of each input, in order.
    inputs: Vec<(String, String)>,
}

impl Case {
    /// The text of the first input with this info string.
    ///
    /// # Panics
    /// When the case has none: the case file is wrong.
    pub fn input(&self, info: &str) -> &str {
        self.find(info).unwrap_or_else(|| panic!("case `{}` has no ```{info} block", self.title))
    }

    /// The text of the first input with this info string, if there is one.
    pub fn find(&self, info: &str) -> Option<&str> {
        self.inputs.iter().find(|(own, _)| own == info).map(|(_, text)| text.as_str())
    }
}

/// A line of the file, or a fenced block of it.
enum Part {
    Line(String),
    Block { info: String, text: String },
}

/// Runs every case of a stage. `answer` is given the case and the info string of an answer.
///
/// # Panics
/// When an answer differs from the file's, when there is no case, or when a case asks for none.
pub fn check(stage: &str, answer: impl Fn(&Case, &str) -> String) {
    let folder = workspace().join("tests/cases").join(stage);
    let is_blessing = std::env::var_os("FERRULE_BLESS").is_some();
    let mut failures = String::new();
    let mut count = 0;
    for file in markdown_files(&folder) {
        let before = fs::read_to_string(&file).expect("a case file is readable text");
        let (after, cases) = run_file(&file, &before, &answer, &mut failures);
        count += cases;
        if is_blessing && after != before {
            fs::write(&file, after).expect("a case file can be written");
        }
    }
    assert!(count > 0, "no case in {}", folder.display());
    assert!(is_blessing || failures.is_empty(), "{failures}\n`cargo xtask bless` rewrites the answers");
}

/// The file with its answers as they are now, and how many cases it has.
fn run_file(
    file: &Path,
    text: &str,
    answer: &impl Fn(&Case, &str) -> String,
    failures: &mut String,
) -> (String, usize) {
    let mut out = String::new();
    let mut cases: Vec<(Case, usize)> = Vec::new();
    for part in parts(text) {
        match part {
            Part::Line(line) => {
                if let Some(title) = line.strip_prefix("## ") {
                    cases.push((Case { title: title.trim().to_owned(), inputs: Vec::new() }, 0));
                }
                let _ = writeln!(out, "{line}");
            }
            Part::Block { info, text } => {
                let (case, answers) = cases.last_mut().expect("a block stands under a `## ` heading");
                let shown = if INPUTS.contains(&info.as_str()) {
                    case.inputs.push((info.clone(), text.clone()));
                    text
                } else {
                    *answers += 1;
                    let now = answer(case, &info).trim_end().to_owned() + "\n";
                    if now != text {
                        let place = format!("{} / {} / {info}", file.display(), case.title);
                        let _ = writeln!(failures, "--- {place}: expected\n{text}--- got\n{now}");
                    }
                    now
                };
                let _ = write!(out, "```{info}\n{shown}```\n");
            }
        }
    }
    for (case, answers) in &cases {
        assert!(*answers > 0, "case `{}` of {} asks for no answer", case.title, file.display());
    }
    (out, cases.len())
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            parts.push(Part::Line(line.to_owned()));
            continue;
        };
        let block = lines.by_ref().take_while(|line| *line != "```");
        let text = block.fold(String::new(), |text, line| text + line + "\n");
        parts.push(Part::Block { info: info.to_owned(), text });
    }
    parts
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    files.sort();
    files
}

/// The workspace's root folder.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("testkit is two folders below the root").to_owned()
}
