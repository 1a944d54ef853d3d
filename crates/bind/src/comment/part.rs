//! The comment of a part of a declaration: a member of a struct, a name of an enum.

use source::Span;

use super::{clean, clean_block, in_front, says_something, without_frame};

/// The text of the comment behind a part on its line, else of the one in front.
pub(crate) fn of_part(text: &str, part: Span) -> Option<String> {
    behind(&text[part.end()..]).or_else(|| in_front(&text[..part.start()])).filter(|doc| says_something(doc))
}

fn behind(after: &str) -> Option<String> {
    let line = after.split('\n').next().unwrap_or("");
    let start = [line.find("/*"), line.find("//")].into_iter().flatten().min()?;
    // Attributes, and what ends the part; another part has a comment of its own.
    let between = &line[..start];
    let end = between.find([';', ',', '{', '}']);
    if end.is_some_and(|end| between[end..].contains(['{', '}']) || !between[end + 1..].trim().is_empty()) {
        return None;
    }
    let comment = &after[start..];
    if let Some(inner) = comment.strip_prefix("/*") {
        let length = inner.find("*/")? + 4;
        return Some(clean_block(&comment[..length]));
    }
    let first = without_frame(&line[start..])?;
    let goes_on = |line: &&str| line.trim_start().starts_with("//") && column_of(line) > 8;
    let rest = after.lines().skip(1).take_while(goes_on).filter_map(|line| without_frame(line.trim_start()));
    let lines: Vec<&str> = std::iter::once(first).chain(rest).collect();
    Some(clean(&lines, false))
}

/// How far a line is indented. What goes on from a comment behind a part is indented further than a part.
fn column_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(text: &str) -> Option<String> {
        let start = text.find("ONE").expect("the part");
        of_part(text, Span::new(start, start + 3))
    }

    #[test]
    fn behind_on_the_line() {
        for text in [
            "{ ONE, /* first */ TWO }",
            "{ ONE /**< first */, TWO }",
            "int ONE __attribute__((x)); ///< first\n",
            "int ONE;   //!< first\nint two; // second",
            "/* before */\nONE, /* first */",
            "ONE /* first */ }",
        ] {
            assert_eq!(doc(text).as_deref(), Some("first"), "{text}");
        }
        assert_eq!(
            doc("int ONE;      // first\n              // part\n  int two;").as_deref(),
            Some("first\npart")
        );
        assert_eq!(doc("ONE, /* first\n        part */\nTWO").as_deref(), Some("first\npart"));
    }

    #[test]
    fn in_front_of_the_line() {
        assert_eq!(doc("{\n  /** before */\n  ONE,\n  TWO }").as_deref(), Some("before"));
        assert_eq!(
            doc("zero, // not this\n  // before\n  ONE, TWO /* nor this */").as_deref(),
            Some("before")
        );
        for text in [
            "zero, /* zero's */\nONE",
            "zero,\n  /**< zero's */\nONE",
            "zero,\n ///< zero's\nONE",
            "ONE, TWO /* two's */",
            "ONE } /* the enum's */",
        ] {
            assert_eq!(doc(text), None, "{text}");
        }
    }
}
