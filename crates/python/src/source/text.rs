//! Where the text of a code object may be.
//!
//! The standard library's `linecache` knows files, archives and the cells of notebooks; from Python
//! 3.13 also what was typed and what `python -c` was given. Before that the latter two are found
//! here: the command line as the interpreter kept it, and the lines that [`super::prompt`] recorded.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use source::Source;

use super::held::Code;
use super::prompt;

/// A kind of place.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// What `linecache` has, or reads now.
    LineCache,
    /// What `linecache` has once it looked whether the file changed.
    Refreshed,
    /// What `linecache` keeps for this code object (from 3.13).
    Registered,
    /// The argument of `python -c`.
    CommandLine,
    /// Statements typed at the prompt, the latest first.
    Prompt,
}

impl Origin {
    /// The likeliest first.
    pub(super) const ALL: [Self; 5] =
        [Self::LineCache, Self::Refreshed, Self::Registered, Self::CommandLine, Self::Prompt];

    /// The texts that this place has for the code, which may be of other functions.
    pub(super) fn texts(self, function: &Bound<'_, PyAny>, code: &Code<'_>) -> PyResult<Vec<Source>> {
        let py = function.py();
        let name = code.filename.as_str();
        let texts = match self {
            Self::LineCache => lines_of(function, code)?.into_iter().collect(),
            Self::Refreshed if !name.starts_with('<') => {
                py.import("linecache")?.call_method1("checkcache", (name,))?;
                lines_of(function, code)?.into_iter().collect()
            }
            Self::Registered => registered(code)?.into_iter().collect(),
            Self::CommandLine if name == "<string>" => command_line(py)?.into_iter().collect(),
            Self::Prompt if name == "<stdin>" => prompt::statements(py)?,
            Self::Refreshed | Self::CommandLine | Self::Prompt => Vec::new(),
        };
        Ok(texts.iter().map(|text| Source::new(name, text)).collect())
    }
}

/// The lines of the code's file, or of the cell that it names.
fn lines_of(function: &Bound<'_, PyAny>, code: &Code<'_>) -> PyResult<Option<String>> {
    let py = function.py();
    let linecache = py.import("linecache")?;
    let globals = function.getattr("__globals__")?.cast_into::<PyDict>()?;
    let lines = linecache.call_method1("getlines", (&code.filename, globals))?;
    joined(&lines)
}

fn registered(code: &Code<'_>) -> PyResult<Option<String>> {
    let linecache = code.object.py().import("linecache")?;
    match linecache.getattr_opt("_getlines_from_code")? {
        Some(getlines) => joined(&getlines.call1((&code.object,))?),
        None => Ok(None),
    }
}

fn joined(lines: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let text: String = PyString::new(lines.py(), "").call_method1("join", (lines,))?.extract()?;
    Ok((!text.is_empty()).then_some(text))
}

/// The text after `-c`, if Python was started so.
fn command_line(py: Python<'_>) -> PyResult<Option<String>> {
    let argv = py.import("sys")?.getattr("orig_argv")?.cast_into::<PyList>()?;
    Ok(text_after_c(&argv.extract::<Vec<String>>()?))
}

/// Reads the interpreter's own options, which end at the first that is none.
fn text_after_c(argv: &[String]) -> Option<String> {
    let mut options = argv.iter().skip(1);
    while let Some(option) = options.next() {
        if option.starts_with("--") {
            if option == "--check-hash-based-pycs" {
                options.next();
            }
            continue;
        }
        for (index, letter) in option.strip_prefix('-')?.char_indices() {
            let rest = &option[index + 2..];
            match letter {
                'c' if rest.is_empty() => return options.next().cloned(),
                'c' => return Some(rest.to_owned()),
                'm' => return None,
                'W' | 'X' => {
                    if rest.is_empty() {
                        options.next();
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    None
}
