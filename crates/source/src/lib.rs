//! A named text, byte spans into it, and its lines.
//!
//! A [`Source`] is cheap to clone and never changes. The text may be a part of a file: it then
//! starts at a line other than the first. `#line` directives move the name and number that a
//! place is reported under; the text itself stays as the user gave it.

#![forbid(unsafe_code)]

use std::fmt;
use std::sync::Arc;

/// A half-open range of bytes of one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes from `start` up to, without, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span runs forwards: {start}..{end}");
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The empty span before byte `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Offset of the first byte.
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// Offset after the last byte.
    pub const fn end(self) -> usize {
        self.end as usize
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}..{}", self.start, self.end)
    }
}

/// A place as a person names it. Lines and columns count from one, columns in characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file, or what stands for it, such as `<cdef>`.
    pub name: Arc<str>,
    /// The line's number in that file.
    pub line: u32,
    /// The character's number in that line.
    pub column: u32,
}

/// From byte `offset` on, lines count from `line` in the file `name`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Renumbering {
    offset: u32,
    name: Arc<str>,
    line: u32,
}

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    line_starts: Box<[u32]>,
    /// By offset; the first stands at offset zero.
    renumberings: Vec<Renumbering>,
}

/// A text with a name.
#[derive(Clone, Debug)]
pub struct Source(Arc<Inner>);

impl Source {
    /// The whole text of `name`.
    pub fn new(name: &str, text: &str) -> Self {
        Self::part(name, text, 1)
    }

    /// A text whose first line is line `first_line` of `name`.
    pub fn part(name: &str, text: &str, first_line: u32) -> Self {
        let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let after = newlines.map(|(index, _)| Span::at(index + 1).start);
        let line_starts = std::iter::once(0).chain(after).collect();
        let start = Renumbering { offset: 0, name: name.into(), line: first_line };
        Self(Arc::new(Inner { text: text.into(), line_starts, renumberings: vec![start] }))
    }

    /// The same text with `#line` directives applied: after byte `offset`, which starts a line, lines
    /// count from `line` in `name`. The entries come in the order of their offsets.
    #[must_use]
    pub fn renumbered(&self, entries: impl IntoIterator<Item = (usize, Arc<str>, u32)>) -> Self {
        let mut renumberings = vec![self.0.renumberings[0].clone()];
        renumberings.extend(entries.into_iter().map(|(offset, name, line)| Renumbering {
            offset: Span::at(offset).start,
            name,
            line,
        }));
        let (text, line_starts) = (self.0.text.clone(), self.0.line_starts.clone());
        Self(Arc::new(Inner { text, line_starts, renumberings }))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The name it was given.
    pub fn name(&self) -> &str {
        &self.0.renumberings[0].name
    }

    /// The bytes of `span`.
    pub fn slice(&self, span: Span) -> &str {
        &self.0.text[span.start()..span.end()]
    }

    /// Where byte `offset` is.
    pub fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.0.text.len());
        let row = self.row(offset);
        let (name, line) = self.line_name(row);
        let start = self.0.line_starts[row] as usize;
        let column = self.0.text[start..offset].chars().count() + 1;
        Place { name, line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// The whole line that holds byte `offset`, without its newline, and where it starts.
    pub fn line_at(&self, offset: usize) -> (&str, usize) {
        let row = self.row(offset.min(self.0.text.len()));
        let start = self.0.line_starts[row] as usize;
        let end = self.0.line_starts.get(row + 1).map_or(self.0.text.len(), |&next| next as usize);
        (self.0.text[start..end].trim_end_matches(['\n', '\r']), start)
    }

    /// Index of the line that holds byte `offset`.
    fn row(&self, offset: usize) -> usize {
        self.0.line_starts.partition_point(|&start| start as usize <= offset) - 1
    }

    fn line_name(&self, row: usize) -> (Arc<str>, u32) {
        let start = self.0.line_starts[row];
        let after = self.0.renumberings.partition_point(|entry| entry.offset <= start);
        let entry = &self.0.renumberings[after - 1];
        let rows = row - self.row(entry.offset as usize);
        (entry.name.clone(), entry.line + u32::try_from(rows).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let source = Source::part("f.py", "a = 'é'; b\nc\n", 40);
        let b = source.text().find('b').expect("there is a b");
        assert_eq!(source.place(b), Place { name: "f.py".into(), line: 40, column: 10 });
        let c = source.text().find('c').expect("there is a c");
        assert_eq!((source.place(c).line, source.line_at(c)), (41, ("c", c)));
        assert_eq!(source.place(999).line, 42);
    }

    #[test]
    fn line_directives_shift_name_and_number() {
        let text = "int a;\n#line 90 \"real.h\"\nint b;\nint c;\n";
        let b = text.find("int b").expect("there is a b");
        let source = Source::new("<cdef>", text).renumbered([(b, "real.h".into(), 90)]);
        assert_eq!(source.place(0).name.as_ref(), "<cdef>");
        let c = source.place(text.find("int c").expect("there is a c"));
        assert_eq!((c.name.as_ref(), c.line), ("real.h", 91));
    }
}
