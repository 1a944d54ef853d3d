//! Which functions a text has, and a function's own part of it.
//!
//! A file is read once for all functions that are compiled from it one after the other: the index of
//! the last text is kept. What is compiled is then only the function's own lines, which keep their
//! numbers.

use std::sync::{Arc, Mutex, PoisonError};

use pysyntax::FunctionSyntax;
use source::Source;

use super::FunctionText;
use crate::stack;

static LAST: Mutex<Option<(Source, Arc<[FunctionSyntax]>)>> = Mutex::new(None);

/// The functions of a text, if it is Python.
pub(super) fn functions(source: &Source) -> Option<Arc<[FunctionSyntax]>> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, functions)) = last.as_ref()
        && known.name() == source.name()
        && known.text() == source.text()
    {
        return Some(functions.clone());
    }
    let functions = stack::large(|| pysyntax::functions(source));
    let functions: Arc<[FunctionSyntax]> = functions.ok()?.into();
    *last = Some((source.clone(), functions.clone()));
    Some(functions)
}

/// The function in a text of its own lines alone; in the whole text where those are no text by
/// themselves.
pub(super) fn narrowed(whole: FunctionText) -> FunctionText {
    let (source, span) = (&whole.source, whole.which.span);
    let (_, start) = source.line_at(span.start());
    let (last, last_start) = source.line_at(span.end());
    let part =
        Source::part(source.name(), &source.text()[start..last_start + last.len()], whole.which.first_line);
    let is_it = |function: &FunctionSyntax| {
        (function.span.start() + start, function.span.end() + start) == (span.start(), span.end())
    };
    let functions = stack::large(|| pysyntax::functions(&part));
    match functions.ok().and_then(|functions| functions.into_iter().find(is_it)) {
        Some(which) => FunctionText { source: part, which },
        None => whole,
    }
}
