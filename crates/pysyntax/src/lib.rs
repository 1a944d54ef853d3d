//! The text of a Python function to a syntax arena of the supported subset.
//!
//! The text may be a whole file or a part of one; spans are of that text. What Python allows and
//! the subset does not is a diagnostic that names it.

#![forbid(unsafe_code)]

/// One function or lambda: its parameters, annotations and body, with spans.
#[derive(Debug)]
pub struct Syntax {}
