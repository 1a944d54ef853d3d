//! Numba's grammar of signatures.
//!
//! `float64(float64, CPointer(int32))`, `void()`, `(float64, int32)`: names of `ferrule.types`, perhaps
//! with `types.` before them, parentheses and commas. A text in which another name or sign stands
//! is none of this grammar; it may then be C.

use ctype::{CTypes, TypeId};
use source::{Source, Span};

use super::types::named;

/// What a text says, if it is of the grammar.
pub(super) struct Parsed {
    /// Missing where only arguments were given.
    pub(super) result: Option<TypeId>,
    /// The arguments.
    pub(super) params: Vec<TypeId>,
}

/// Why a text is not of the grammar.
pub(super) enum NotNumba {
    /// It has the form, but this name is unknown.
    Name(Span),
    /// It has another form.
    Form,
}

/// Reads the whole text.
pub(super) fn parse(types: &mut CTypes, source: &Source) -> Result<Parsed, NotNumba> {
    let mut parser = Parser { types, text: source.text(), at: 0, unknown: None };
    let parsed = parser.signature().ok_or(NotNumba::Form)?;
    match parser.unknown {
        Some(span) => Err(NotNumba::Name(span)),
        None => Ok(parsed),
    }
}

struct Parser<'a> {
    types: &'a mut CTypes,
    text: &'a str,
    at: usize,
    /// The first name that is not in `ferrule.types`.
    unknown: Option<Span>,
}

impl Parser<'_> {
    fn signature(&mut self) -> Option<Parsed> {
        let result = if self.is_next('(') { None } else { Some(self.ty()?) };
        let params = self.list()?;
        self.skip_blanks();
        (self.at == self.text.len()).then_some(Parsed { result, params })
    }

    /// `(type, type)`, a comma at the end allowed; `(void)` is empty as in C.
    fn list(&mut self) -> Option<Vec<TypeId>> {
        self.take('(')?;
        let mut params = Vec::new();
        while !self.is_next(')') {
            params.push(self.ty()?);
            if !self.is_next(')') {
                self.take(',')?;
            }
        }
        self.take(')')?;
        let void = self.types.void();
        if params == [void] {
            params.clear();
        }
        Some(params)
    }

    /// A name, or `CPointer(type)`.
    fn ty(&mut self) -> Option<TypeId> {
        let mut name = self.name()?;
        if &self.text[name.start()..name.end()] == "types" && self.take('.').is_some() {
            name = self.name()?;
        }
        let text = &self.text[name.start()..name.end()];
        if text == "CPointer" {
            self.take('(')?;
            let target = self.ty()?;
            self.take(')')?;
            return Some(self.types.pointer_to(target));
        }
        match named(self.types, text) {
            Some(ty) => Some(ty),
            None => {
                self.unknown.get_or_insert(name);
                Some(self.types.void())
            }
        }
    }

    fn name(&mut self) -> Option<Span> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let span = Span::new(self.at, self.at + length);
        self.at = span.end();
        (length > 0).then_some(span)
    }

    fn take(&mut self, sign: char) -> Option<()> {
        self.is_next(sign).then(|| self.at += sign.len_utf8())
    }

    fn is_next(&mut self, sign: char) -> bool {
        self.skip_blanks();
        self.text[self.at..].starts_with(sign)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }
}
