//! What is wrong, where, and what to do: as data, with the one renderer.
//!
//! The stage that knows builds a [`Diagnostic`]; nobody rewrites it on the way. A label carries
//! its own source, so that one diagnostic can show a Python call and the C declaration that it
//! contradicts. The renderer gives plain text: it is what `str(exception)` shows and what tests
//! compare.

#![forbid(unsafe_code)]

mod catalog;
mod render;

pub use catalog::{CATALOG, Id};
pub use render::render;

use source::{Place, Source, Span};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Nothing was done.
    Error,
    /// It was done, but probably not as meant.
    Warning,
}

/// A place and what is to be said there.
#[derive(Clone, Debug)]
pub struct Label {
    /// The text that `span` is of.
    pub source: Source,
    /// The smallest range that shows it.
    pub span: Span,
    /// What was expected here; may be empty.
    pub text: String,
}

impl Label {
    /// A label that says `text` at `span`.
    pub fn new(source: &Source, span: Span, text: impl Into<String>) -> Self {
        Self { source: source.clone(), span, text: text.into() }
    }

    /// Where it starts.
    pub fn place(&self) -> Place {
        self.source.place(self.span.start())
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which entry of the catalog.
    pub id: Id,
    /// How bad.
    pub severity: Severity,
    /// What was found: lower case, no full stop, names in backticks.
    pub title: String,
    /// Where, and what was expected there.
    pub primary: Label,
    /// The other half of a conflict.
    pub others: Vec<Label>,
    /// What else helps to understand it.
    pub notes: Vec<String>,
    /// One thing that the reader can type.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with its place.
    pub fn error(id: Id, title: impl Into<String>, primary: Label) -> Self {
        Self {
            id,
            severity: Severity::Error,
            title: title.into(),
            primary,
            others: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// With a second place.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.others.push(label);
        self
    }

    /// With a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With what the reader can type.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
