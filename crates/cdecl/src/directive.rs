//! Lines that start with `#`.

use std::sync::Arc;

use ctype::Align;
use diagnostic::{Diagnostic, Id, Label};
use source::Span;

use crate::lexer::Lexer;
use crate::token::{Sign, Token, TokenKind};

/// `#define NAME tokens`.
#[derive(Debug)]
pub(crate) struct Define {
    pub(crate) name: Span,
    /// What follows the name; the last is [`TokenKind::End`].
    pub(crate) value: Vec<Token>,
    /// The number of the first token after the line.
    pub(crate) before: usize,
}

/// `#pragma pack(...)`.
#[derive(Debug)]
pub(crate) struct PackPragma {
    pub(crate) change: PackChange,
    /// The number of the first token after the line.
    pub(crate) before: usize,
    pub(crate) span: Span,
}

/// What a `#pragma pack` does to the limit of alignment; `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PackChange {
    Set(Option<Align>),
    /// Keeps the present limit for a later pop, then perhaps sets another.
    Push(Option<Align>),
    /// Goes back to the limit before the last push, then perhaps sets another.
    Pop(Option<Align>),
}

impl Lexer<'_> {
    /// Reads the line after its `#`, in what a preprocessor made: it says where lines come from, and how
    /// structs are packed; macros and all else were carried out, or say nothing here.
    pub(crate) fn header_directive(&mut self, hash: Span) {
        let matters = |line: &str| {
            let pragma = line.strip_prefix("pragma").map(str::trim_start);
            line.starts_with(|first: char| first.is_ascii_digit())
                || line.starts_with("line")
                || pragma.is_some_and(|rest| rest.starts_with("pack"))
        };
        if !self.skip_line_unless(matters) {
            self.directive(hash);
        }
    }

    /// Reads the line after its `#`.
    pub(crate) fn directive(&mut self, hash: Span) {
        let line = self.rest_of_line();
        let Some((first, rest)) = line.split_first() else { return };
        let span = line.last().map_or(hash, |last| hash.to(last.span));
        match (first.kind, self.source.slice(first.span)) {
            (TokenKind::Number, _) => self.renumber(&line, span),
            (_, "line") => self.renumber(rest, span),
            (_, "define") => self.define(rest, span),
            (_, "pragma") => self.pragma(rest, span),
            (_, "ident" | "warning") => {}
            (_, word) => {
                let title = format!("`#{word}` is not carried out here");
                let label = Label::new(self.source, hash.to(first.span), "expected a declaration");
                self.diagnostics.push(
                    Diagnostic::error(Id::CDirective, title, label)
                        .with_note("of the preprocessor only `#define NAME integer-expression`, `#line` and `#pragma pack` are read"),
                );
            }
        }
    }

    /// `#line 90 "file.h"` and `# 90 "file.h" 1 3`: the flags after the name say nothing here.
    fn renumber(&mut self, line: &[Token], span: Span) {
        let number = line.first().and_then(|token| self.source.slice(token.span).parse().ok());
        let name = match line.get(1) {
            None => {
                let before = self.renumberings.last().map(|(_, name, _)| name.clone());
                before.or_else(|| Some(self.source.name().into()))
            }
            Some(token) if token.kind == TokenKind::Text => {
                let quoted = self.source.slice(token.span);
                Some(Arc::from(quoted.trim_matches('"')))
            }
            Some(_) => None,
        };
        let (Some(number), Some(name)) = (number, name) else {
            self.error(Id::CDirective, "a `#line` without a number", span, "expected `#line 12 \"file.h\"`");
            return;
        };
        let next_line = self.text[self.position()..].find('\n').map(|length| self.position() + length + 1);
        if let Some(start) = next_line {
            self.renumberings.push((start, name, number));
        }
    }

    fn define(&mut self, line: &[Token], span: Span) {
        let Some((name, value)) = line.split_first().filter(|(name, _)| is_word(name.kind)) else {
            self.error(Id::CDirective, "a `#define` without a name", span, "expected `#define NAME value`");
            return;
        };
        let shown = self.source.slice(name.span);
        let first = value.first();
        let is_adjacent = first.is_some_and(|first| first.span.start() == name.span.end());
        match first.map(|first| first.kind) {
            Some(TokenKind::Sign(Sign::LeftParen)) if is_adjacent => {
                let title = format!("`{shown}` is a macro with parameters");
                self.error(Id::UnsupportedDeclaration, title, span, "only integer constants can be defined");
            }
            Some(TokenKind::Sign(Sign::Ellipsis)) => {
                let title = format!("the value of `{shown}` is left to a compiler");
                let diagnostic =
                    partial(title, Label::new(self.source, span, "expected an integer expression"));
                self.diagnostics.push(diagnostic);
            }
            None => {
                let title = format!("`{shown}` is defined without a value");
                self.error(Id::CDirective, title, span, "expected an integer expression");
            }
            Some(_) => {
                let end = Token { kind: TokenKind::End, span: Span::at(span.end()) };
                let value = value.iter().copied().chain([end]).collect();
                self.defines.push(Define { name: name.span, value, before: self.tokens.len() });
            }
        }
    }

    /// Only `#pragma pack` matters to declarations.
    fn pragma(&mut self, line: &[Token], span: Span) {
        let is_pack = line.first().is_some_and(|first| self.source.slice(first.span) == "pack");
        if !is_pack {
            return;
        }
        let words: Vec<&str> = line[1..].iter().map(|token| self.source.slice(token.span)).collect();
        match pack_change(&words) {
            Some(change) => self.pragmas.push(PackPragma { change, before: self.tokens.len(), span }),
            None => {
                let label = "expected `pack(n)`, `pack(push, n)`, `pack(pop)` or `pack()`, with n of 1, 2, 4, 8 or 16";
                self.error(Id::CDirective, "a `#pragma pack` that has no meaning", span, label);
            }
        }
    }
}

/// The diagnostic for what only a compiler can complete.
pub(crate) fn partial(title: String, label: Label) -> Diagnostic {
    Diagnostic::error(Id::UnsupportedDeclaration, title, label)
        .with_note("`...` in place of a value, a length or members needs a C compiler, and no compiled module is made here")
}

fn is_word(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Name | TokenKind::Keyword(_) | TokenKind::TypeWord(_))
}

/// What the words after `pack` say, the parentheses included.
fn pack_change(words: &[&str]) -> Option<PackChange> {
    let (first, rest) = words.split_first()?;
    let (last, inner) = rest.split_last()?;
    if (*first, *last) != ("(", ")") {
        return None;
    }
    let limit = |text: &str| text.parse().ok().and_then(Align::bytes).filter(|align| align.get() <= 16);
    match *inner {
        [] | ["0"] => Some(PackChange::Set(None)),
        ["push"] => Some(PackChange::Push(None)),
        ["pop"] => Some(PackChange::Pop(None)),
        ["push", ",", number] if limit(number).is_some() => Some(PackChange::Push(limit(number))),
        ["pop", ",", number] if limit(number).is_some() => Some(PackChange::Pop(limit(number))),
        ["push", ",", _name] => Some(PackChange::Push(None)),
        ["push", ",", _name, ",", number] => limit(number).map(|limit| PackChange::Push(Some(limit))),
        [number] => limit(number).map(|limit| PackChange::Set(Some(limit))),
        _ => None,
    }
}
