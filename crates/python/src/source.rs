//! From a Python function to its text.
//!
//! A function object comes in; the text that it was made from goes out, with the place in it. The
//! text may come from a file, a notebook cell, the command line or the lines typed at a prompt:
//! [`texts`] lists what there is for a code object, the likeliest first, and [`held`] believes none of
//! them before it was held against the live code; [`rewritten`] makes allowance for what rewrites
//! asserts. A text that does not make this code is never compiled: the error says that it changed.

mod held;
mod index;
mod prompt;
mod rewritten;
mod text;

use diagnostic::{Diagnostic, Id, Label};
use pyo3::prelude::*;
use pysyntax::{FunctionSyntax, Syntax};
use source::{Source, Span};

use crate::stack;

pub(crate) use prompt::record_prompt;

/// Where a function stands in which text.
pub(crate) struct FunctionText {
    /// The text: a whole file, cell or statement.
    pub(crate) source: Source,
    /// The function in it.
    pub(crate) which: FunctionSyntax,
}

impl FunctionText {
    /// The function's syntax as this interpreter runs it: under `-O` without asserts.
    ///
    /// # Errors
    /// What the subset does not have.
    pub(crate) fn syntax(&self, py: Python<'_>) -> Result<Syntax, Vec<Diagnostic>> {
        let mut syntax = self.parse()?;
        let flags = py.import("sys").and_then(|sys| sys.getattr("flags")?.getattr("optimize")?.is_truthy());
        if flags.unwrap_or(false) {
            syntax.drop_asserts();
        }
        Ok(syntax)
    }

    fn parse(&self) -> Result<Syntax, Vec<Diagnostic>> {
        stack::large(|| pysyntax::parse(&self.source, &self.which))
    }
}

/// The text of `function`.
///
/// # Errors
/// `no-source` where there is none, `source-changed` where what there is makes other code.
pub(crate) fn of_function(function: &Bound<'_, PyAny>) -> PyResult<Result<FunctionText, Diagnostic>> {
    let code = held::Code::of(function)?;
    let (mut similar, mut stale) = (None, None);
    for origin in text::Origin::ALL {
        for source in origin.texts(function, &code)? {
            match held::find(&source, &code)? {
                held::Found::Same(which) => return Ok(Ok(index::narrowed(FunctionText { source, which }))),
                held::Found::Similar(which) => {
                    stale = Some((source.clone(), which.span));
                    similar = Some(FunctionText { source, which });
                }
                held::Found::Other(span) => stale = Some((source, span)),
                held::Found::Nothing => {}
            }
        }
    }
    if let Some(text) = similar
        && rewritten::is_rewritten(&text, &code)?
    {
        return Ok(Ok(index::narrowed(text)));
    }
    Ok(Err(match stale {
        Some((source, span)) => changed(&code, &source, span),
        None => missing(&code),
    }))
}

fn changed(code: &held::Code<'_>, source: &Source, span: Span) -> Diagnostic {
    let title = format!("the text of `{}` changed after the function was made", code.name);
    let (line, start) = source.line_at(span.start());
    let head = Span::new(span.start(), (start + line.len()).min(span.end()));
    let label = Label::new(source, head, "this text makes other code than the function has");
    Diagnostic::error(Id::SourceChanged, title, label).with_help("import the module again, or restart Python")
}

/// The text that is shown stands for the one that is missing: the function's head.
fn missing(code: &held::Code<'_>) -> Diagnostic {
    let head = if code.is_lambda() {
        format!("lambda {}: ...", code.params.join(", "))
    } else {
        format!("def {}({}): ...", code.name, code.params.join(", "))
    };
    let at = if code.is_lambda() { Span::new(0, "lambda".len()) } else { Span::new(4, 4 + code.name.len()) };
    let source = Source::part(&code.filename, &head, code.first_line);
    let title = format!("the source of `{}` is not available", code.name);
    let diagnostic = Diagnostic::error(Id::NoSource, title, Label::new(&source, at, "made here"));
    match code.filename.as_str() {
        "<stdin>" => diagnostic
            .with_note("a program read from standard input leaves no text behind, nor does a line typed before `import ferrule`")
            .with_help("put the function in a file"),
        "<string>" => diagnostic
            .with_note("a function made by `exec` has only the text that `linecache` knows under its file name")
            .with_help("linecache.cache[name] = (len(text), None, text.splitlines(True), name), then exec(compile(text, name, 'exec'))"),
        _ => diagnostic.with_help("put the function in a file that Python can read"),
    }
}
