//! The comments of macros: behind a macro on its line, and in front of or behind several that follow each other.

use super::{clean_block, in_front, says_something};

/// What is said of a constant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Note {
    /// What is said of it and of those after it.
    pub(crate) heading: Option<String>,
    /// What is said of it.
    pub(crate) own: Option<String>,
    /// Whether what is said of those before it is not said of it.
    pub(crate) is_apart: bool,
}

/// What is said of the macros whose definitions start at `places`, in order.
pub(crate) fn of_macros(text: &str, places: &[usize]) -> Vec<Note> {
    let groups = places.chunk_by(|before, place| is_next(text, *before, *place));
    groups.flat_map(|group| notes_of_group(text, group)).collect()
}

fn notes_of_group(text: &str, group: &[usize]) -> Vec<Note> {
    let mut notes: Vec<Note> =
        group.iter().map(|place| Note { own: own(text, *place), ..Note::default() }).collect();
    if let Some(first) = notes.first_mut() {
        first.is_apart = true;
    }
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return notes };
    let around = in_front(&text[..*first]).or_else(|| below(text, *last)).filter(|doc| says_something(doc));
    match notes.as_mut_slice() {
        [only] if only.own.is_none() => only.own = around,
        [first, ..] => first.heading = around,
        [] => {}
    }
    notes
}

/// What is said of a macro behind its definition.
fn own(text: &str, place: usize) -> Option<String> {
    definition(text, place).comment.map(clean_block).filter(|doc| says_something(doc))
}

/// A definition, and the comment in it.
struct Definition<'a> {
    text: &'a str,
    /// The comment that it ends with.
    comment: Option<&'a str>,
}

/// The definition at a place: a comment in it may go over lines.
fn definition(text: &str, place: usize) -> Definition<'_> {
    let rest = &text[place..];
    let (mut at, mut comment) = (0, None);
    loop {
        let line = rest[at..].split('\n').next().unwrap_or("");
        let Some(start) = cdecl::comment_start(line).map(|start| at + start) else {
            let comment = comment.filter(|_| line.trim().is_empty());
            return Definition { text: &rest[..at + line.len()], comment };
        };
        let Some(length) = rest[start + 2..].find("*/") else {
            return Definition { text: rest, comment: None };
        };
        at = start + 2 + length + 2;
        comment = Some(&rest[start..at]);
    }
}

/// Whether a definition follows another one, without an empty line that was written between them: a preprocessor
/// writes some where a comment of the first went over lines.
fn is_next(text: &str, before: usize, place: usize) -> bool {
    let first = definition(text, before).text;
    if place < before + first.len() {
        return false;
    }
    let between = &text[before + first.len()..place];
    let lines = between.lines().filter(|line| line.trim().is_empty()).count();
    let is_empty = between.lines().all(|line| line.trim().is_empty() || line.starts_with("#define "));
    is_empty && lines <= 1 + first.matches('\n').count()
}

/// The comment on the lines after a definition, with an empty line after the comment.
fn below(text: &str, last: usize) -> Option<String> {
    let after = &text[last + definition(text, last).text.len()..];
    let comment = after.trim_start_matches([' ', '\t']).strip_prefix('\n')?;
    let length = comment.strip_prefix("/*")?.find("*/")? + 4;
    let rest = comment[length..].strip_prefix('\n')?;
    rest.lines().next().is_none_or(|line| line.trim().is_empty()).then(|| clean_block(&comment[..length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(text: &str) -> Vec<[String; 3]> {
        let places: Vec<usize> = text.match_indices("#define ").map(|(place, _)| place).collect();
        let name = |place: &usize| text[place + 8..].split(' ').next().unwrap_or("").to_owned();
        let named = places.iter().map(name).zip(of_macros(text, &places));
        named
            .map(|(name, note)| [name, note.heading.unwrap_or_default(), note.own.unwrap_or_default()])
            .collect()
    }

    #[test]
    fn of_one_macro() {
        let text = "/* In front. */\n#define A 1\n\n#define B 2 /* behind */\n\n#define C 3\n/* below */\n\n\
                    /* apart */\n\n#define D 4\n\n/* of all */\n#define E \"/*\" /* of E\n  alone */\n";
        let expected = [
            ["A", "", "In front."],
            ["B", "", "behind"],
            ["C", "", "below"],
            ["D", "", ""],
            ["E", "of all", "of E\nalone"],
        ];
        assert_eq!(notes(text), expected);
    }

    #[test]
    fn of_several() {
        let text = "/* All. */\n#define A 1\n#define B 2 /* two,\n  at length */\n\n#define C 3\n\n\
                    #define D 4\n#define E (4 /* inside */ + 1)\n/* D and E. */\n\n#define F 6\n";
        let expected = [
            ["A", "All.", ""],
            ["B", "", "two,\nat length"],
            ["C", "", ""],
            ["D", "D and E.", ""],
            ["E", "", ""],
            ["F", "", ""],
        ];
        assert_eq!(notes(text), expected);
    }
}
