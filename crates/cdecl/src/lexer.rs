//! Text to tokens, with the directives set apart.
//!
//! Comments, white space and backslash-newlines separate tokens and vanish. A line that starts with
//! `#` is a directive: `#define` and `#pragma pack` are kept with the number of the token that
//! follows them, `#line` renumbers the source, other pragmas vanish, and the rest is refused, since
//! nothing here includes or selects text.

use diagnostic::{Diagnostic, Id, Label};
use source::{Source, Span};

use crate::directive::{Define, PackPragma};
use crate::token::{Keyword, Sign, Token, TokenKind, TypeWord};

/// What a text consists of.
#[derive(Debug)]
pub(crate) struct Lexed {
    /// The source with its `#line` directives applied.
    pub(crate) source: Source,
    /// The tokens outside of directives; the last is [`TokenKind::End`].
    pub(crate) tokens: Vec<Token>,
    pub(crate) defines: Vec<Define>,
    pub(crate) pragmas: Vec<PackPragma>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// The tokens of a text. In a header's macros are passed over.
pub(crate) fn lex(source: &Source, is_header: bool) -> Lexed {
    let mut lexer = Lexer::new(source, is_header);
    lexer.run();
    lexer.finish()
}

/// A place in a text and what was found before it.
pub(crate) struct Lexer<'a> {
    pub(crate) source: &'a Source,
    pub(crate) text: &'a str,
    /// Whether a preprocessor made the text.
    pub(crate) is_header: bool,
    at: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) defines: Vec<Define>,
    pub(crate) pragmas: Vec<PackPragma>,
    pub(crate) renumberings: Vec<(usize, std::sync::Arc<str>, u32)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Lexer<'a> {
    fn new(source: &'a Source, is_header: bool) -> Self {
        Self {
            source,
            is_header,
            text: source.text(),
            at: 0,
            tokens: Vec::with_capacity(source.text().len() / 4),
            defines: Vec::new(),
            pragmas: Vec::new(),
            renumberings: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn run(&mut self) {
        let mut is_line_start = true;
        loop {
            is_line_start |= self.skip_blanks(false);
            let Some(token) = self.token() else { break };
            if token.kind == TokenKind::Sign(Sign::Hash) && is_line_start {
                if self.is_header {
                    self.header_directive(token.span);
                } else {
                    self.directive(token.span);
                }
                continue;
            }
            is_line_start = false;
            self.tokens.push(token);
        }
        self.tokens.push(Token { kind: TokenKind::End, span: Span::at(self.text.trim_end().len()) });
    }

    fn finish(self) -> Lexed {
        let is_plain = self.renumberings.is_empty();
        let source = if is_plain { self.source.clone() } else { self.source.renumbered(self.renumberings) };
        let Self { tokens, defines, pragmas, mut diagnostics, .. } = self;
        for diagnostic in &mut diagnostics {
            diagnostic.primary.source = source.clone();
        }
        Lexed { source, tokens, defines, pragmas, diagnostics }
    }

    /// The tokens up to the end of the line.
    pub(crate) fn rest_of_line(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        while !self.skip_blanks(true) {
            let Some(token) = self.token() else { break };
            tokens.push(token);
        }
        tokens
    }

    /// Passes over the rest of the line, if its first word is not one that matters; whether it was.
    pub(crate) fn skip_line_unless(&mut self, matters: impl FnOnce(&str) -> bool) -> bool {
        let line = &self.text[self.at..];
        let end = line.find('\n').unwrap_or(line.len());
        let is_skipped = !matters(line[..end].trim_start());
        if is_skipped {
            self.at = self.end_of_directive();
        }
        is_skipped
    }

    /// Where the line ends, of which a comment may go over several.
    fn end_of_directive(&self) -> usize {
        let mut at = self.at;
        loop {
            let rest = &self.text[at..];
            let end = rest.find('\n').unwrap_or(rest.len());
            let Some(start) = comment_start(&rest[..end]) else { return at + end };
            let Some(length) = rest[start + 2..].find("*/") else { return self.text.len() };
            at += start + 2 + length + 2;
        }
    }

    /// Where the next token starts or was looked for.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Skips white space and comments; whether that crossed, or with `to_newline` met, a newline.
    fn skip_blanks(&mut self, to_newline: bool) -> bool {
        let mut crossed = false;
        while self.at < self.text.len() {
            match (self.byte(0), self.byte(1)) {
                (b'\n', _) => {
                    if to_newline {
                        return true;
                    }
                    crossed = true;
                    self.at += 1;
                }
                (b' ' | b'\t' | b'\r' | 0x0b | 0x0c, _) => self.at += 1,
                (b'\\', b'\n') => self.at += 2,
                (b'\\', b'\r') if self.byte(2) == b'\n' => self.at += 3,
                (b'/', b'/') => self.skip_line_comment(),
                (b'/', b'*') => self.skip_block_comment(),
                _ => break,
            }
        }
        crossed
    }

    fn skip_line_comment(&mut self) {
        while self.at < self.text.len() && self.byte(0) != b'\n' {
            let is_continued = self.byte(0) == b'\\'
                && (self.byte(1) == b'\n' || (self.byte(1) == b'\r' && self.byte(2) == b'\n'));
            self.at += if !is_continued {
                1
            } else if self.byte(1) == b'\n' {
                2
            } else {
                3
            };
        }
    }

    fn skip_block_comment(&mut self) {
        let start = self.at;
        match self.text[start + 2..].find("*/") {
            Some(length) => self.at = start + 2 + length + 2,
            None => {
                self.at = self.text.len();
                let span = Span::new(start, start + 2);
                self.error(Id::CSyntax, "a comment has no end", span, "it starts here");
            }
        }
    }

    /// The next token, unless the text ends.
    fn token(&mut self) -> Option<Token> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let kind = match self.byte(0) {
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() => self.number(),
            b'"' => self.quoted(TokenKind::Text),
            b'\'' => self.quoted(TokenKind::Character),
            _ if self.word_character() > 0 => self.word(),
            _ => match Sign::longest(&self.text.as_bytes()[start..]) {
                Some(sign) => {
                    self.at += sign.text().len();
                    TokenKind::Sign(sign)
                }
                None => {
                    self.at += self.text[start..].chars().next().map_or(1, char::len_utf8);
                    TokenKind::Stray
                }
            },
        };
        Some(Token { kind, span: Span::new(start, self.at) })
    }

    /// How many bytes the next character of a word takes; zero where the word ends.
    fn word_character(&self) -> usize {
        match self.byte(0) {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'$' => 1,
            0x80.. => {
                let next = self.text[self.at..].chars().next();
                next.filter(|character| character.is_alphanumeric()).map_or(0, char::len_utf8)
            }
            _ => 0,
        }
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        loop {
            match self.word_character() {
                0 => break,
                length => self.at += length,
            }
        }
        let word = &self.text[start..self.at];
        match (word, self.byte(0)) {
            ("L" | "u" | "U" | "u8", b'\'') => self.quoted(TokenKind::Character),
            ("L" | "u" | "U" | "u8", b'"') => self.quoted(TokenKind::Text),
            _ => TypeWord::from_word(word)
                .map(TokenKind::TypeWord)
                .or_else(|| Keyword::from_word(word).map(TokenKind::Keyword))
                .unwrap_or(TokenKind::Name),
        }
    }

    /// A preprocessing number: digits, letters, points, and signs after an exponent's letter.
    fn number(&mut self) -> TokenKind {
        let is_hex = self.byte(0) == b'0' && matches!(self.byte(1), b'x' | b'X');
        loop {
            let is_signed = matches!(self.byte(1), b'+' | b'-');
            match self.byte(0) {
                b'e' | b'E' if is_signed && !is_hex => self.at += 2,
                b'p' | b'P' if is_signed && is_hex => self.at += 2,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => self.at += 1,
                _ => return TokenKind::Number,
            }
        }
    }

    fn quoted(&mut self, kind: TokenKind) -> TokenKind {
        let start = self.at;
        let quote = self.byte(0);
        self.at += 1;
        while self.at < self.text.len() && self.byte(0) != b'\n' {
            let byte = self.byte(0);
            self.at += 1;
            if byte == quote {
                return kind;
            }
            if byte == b'\\' && self.at < self.text.len() {
                self.at += 1;
            }
        }
        let span = Span::new(start, start + 1);
        self.error(Id::CSyntax, "a quotation has no end", span, "it starts here");
        kind
    }

    pub(crate) fn error(&mut self, id: Id, title: impl Into<String>, span: Span, label: &str) {
        self.diagnostics.push(Diagnostic::error(id, title, Label::new(self.source, span, label)));
    }
}

/// Where `/*` stands in a line, outside of quotations and of `//`.
pub fn comment_start(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut bytes = line.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        let next = bytes.peek().map(|(_, next)| *next);
        match (quote, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'/') if next == Some(b'*') => return Some(at),
            (None, b'/') if next == Some(b'/') => return None,
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let lexed = lex(&Source::new("<cdef>", text), false);
        let tokens = lexed.tokens.iter().filter(|token| token.kind != TokenKind::End);
        tokens.map(|token| lexed.source.slice(token.span).to_owned()).collect()
    }

    #[test]
    fn lines_may_end_in_carriage_return_and_newline() {
        assert_eq!(words("int a; // b \\\r\n c\r\nd \\\r\n;\r\n"), ["int", "a", ";", "d", ";"]);
        let lexed = lex(&Source::new("<cdef>", "#define A 1 + \\\r\n 2\r\nint x;"), false);
        assert_eq!((lexed.defines.len(), lexed.defines[0].value.len(), lexed.tokens.len()), (1, 4, 4));
    }

    #[test]
    fn words_may_have_letters_of_any_script_but_no_blanks() {
        assert_eq!(words("größe$_1\u{a0}x"), ["größe$_1", "\u{a0}", "x"]);
    }

    #[test]
    fn numbers_take_the_sign_of_an_exponent_and_no_other() {
        assert_eq!(words("1e+5 0x1e+5 .5 1-2"), ["1e+5", "0x1e", "+", "5", ".5", "1", "-", "2"]);
    }

    #[test]
    fn a_hash_starts_a_directive_only_at_the_start_of_a_line() {
        let lexed =
            lex(&Source::new("<cdef>", "/* c */ # define A 1 /* over\nlines */ + 2\nint # x;"), false);
        assert_eq!((lexed.defines.len(), lexed.defines[0].value.len()), (1, 4));
        assert_eq!(lexed.tokens.len(), 5);
    }
}
