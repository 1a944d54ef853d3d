//! Why the walk along a path of the program ends early.

use diagnostic::{Diagnostic, Id, Label};
use source::{Source, Span};

use crate::question::Question;

/// Why.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The program is wrong.
    Error(Box<Diagnostic>),
    /// The host is to answer a question first.
    Asks(Box<Question>),
    /// Nothing after this point is ever reached, as far as is known in this pass.
    Unreachable,
}

impl Stop {
    /// The program is wrong at `span`.
    pub(crate) fn error(id: Id, source: &Source, span: Span, title: impl Into<String>, label: &str) -> Self {
        Self::Error(Box::new(Diagnostic::error(id, title, Label::new(source, span, label))))
    }

    /// With what the reader can type.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.map(|diagnostic| diagnostic.with_help(help))
    }

    fn map(self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Self {
        match self {
            Self::Error(diagnostic) => Self::Error(Box::new(change(*diagnostic))),
            Self::Asks(_) | Self::Unreachable => self,
        }
    }
}

/// What a step of the walk gives.
pub(crate) type Walked<T> = Result<T, Stop>;
