//! A line of the text, read from left to right. Blanks between words mean nothing.

use std::str::FromStr;

use super::Read;
use crate::Value;
use arena::Id as _;

pub(super) struct Line<'a> {
    rest: &'a str,
}

impl<'a> Line<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_blanks();
        self.rest.is_empty()
    }

    /// What is left.
    pub(super) fn rest(&mut self) -> &'a str {
        std::mem::take(&mut self.rest).trim()
    }

    /// Whether this came next; it is passed.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        self.skip_blanks();
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        // A word ends where the next cannot go on.
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if text.ends_with(is_word) && rest.starts_with(is_word) {
            return false;
        }
        self.rest = rest;
        true
    }

    pub(super) fn expect(&mut self, text: &str) -> Read<()> {
        if self.eat(text) { Ok(()) } else { Err(format!("`{text}` before `{}`", self.rest)) }
    }

    /// Letters, digits and underscores.
    pub(super) fn word(&mut self) -> Read<&'a str> {
        self.skip_blanks();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("a word before `{}`", self.rest));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word)
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Read<T> {
        self.skip_blanks();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let number = digits.parse().map_err(|_| format!("a number before `{}`", self.rest))?;
        self.rest = rest;
        Ok(number)
    }

    /// The text up to one of the characters: a constant.
    pub(super) fn until(&mut self, ends: &[char]) -> &'a str {
        self.skip_blanks();
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.trim_end()
    }

    /// The number of an id with this prefix, if one came next.
    pub(super) fn try_id(&mut self, prefix: &str) -> Option<usize> {
        self.skip_blanks();
        let after = self.rest.strip_prefix(prefix)?;
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let number = after[..end].parse().ok()?;
        self.rest = &after[end..];
        Some(number)
    }

    pub(super) fn id(&mut self, prefix: &str) -> Read<usize> {
        self.try_id(prefix).ok_or_else(|| format!("`{prefix}` with a number before `{}`", self.rest))
    }

    pub(super) fn value(&mut self) -> Read<Value> {
        self.id("v").map(Value::from_index)
    }

    /// A value after a comma.
    pub(super) fn next_value(&mut self) -> Read<Value> {
        self.expect(",")?;
        self.value()
    }

    /// Whether `v3: …` comes next.
    pub(super) fn is_definition(&mut self) -> bool {
        let mut ahead = Line { rest: self.rest };
        ahead.try_id("v").is_some() && ahead.eat(":")
    }

    /// Whether a quoted text comes next.
    pub(super) fn is_text(&mut self) -> bool {
        self.skip_blanks();
        self.rest.starts_with('"')
    }

    /// `(a, b)`, perhaps empty.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.expect("(")?;
        let mut items = Vec::new();
        while !self.eat(")") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A quoted text, with the escapes that Rust prints.
    pub(super) fn text(&mut self) -> Read<String> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((index, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[index + 1..];
                    return Ok(text);
                }
                '\\' => text.push(escaped(&mut chars)?),
                other => text.push(other),
            }
        }
        Err("the end of a text".to_owned())
    }
}

/// What follows a backslash.
fn escaped(chars: &mut std::str::CharIndices<'_>) -> Read<char> {
    let unknown = || "an escape of a text".to_owned();
    match chars.next().map(|(_, c)| c) {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('0') => Ok('\0'),
        Some(c @ ('"' | '\'' | '\\')) => Ok(c),
        Some('u') => {
            let digits: String = chars.by_ref().map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(unknown)
        }
        Some(_) | None => Err(unknown()),
    }
}
