//! The comment that belongs to a declaration, as text.
//!
//! It stands in front, with no empty line between, or behind the declaration: on its last line, or on the lines after it,
//! with an empty line after the comment.

pub(crate) mod directive;
pub(crate) mod part;

use source::Span;

/// How long the lines of a written module are, but for those of comments.
pub(crate) const WIDTH: usize = 100;

/// The text of the comment that belongs to the declaration at `statement`.
pub fn of(text: &str, statement: Span) -> Option<String> {
    in_front(&text[..statement.start()])
        .or_else(|| behind(&text[statement.end()..]))
        .filter(|doc| !doc.is_empty())
}

/// The comment at the end of a text, before a declaration. Line markers of a preprocessor do not count.
fn in_front(before: &str) -> Option<String> {
    let mut rest = before;
    loop {
        let line_start = rest.rfind('\n').map_or(0, |newline| newline + 1);
        let line = rest[line_start..].trim();
        if line.ends_with("*/") {
            return block_in_front(rest.trim_end());
        }
        if line.starts_with("//") {
            return lines_in_front(rest);
        }
        let is_first = rest.len() == before.len();
        let is_passed = is_marker(line) || PREFIXES.contains(&line) || (is_first && line.is_empty());
        if !is_passed || line_start == 0 {
            return None;
        }
        rest = &rest[..line_start - 1];
    }
}

/// What may stand between a comment and the words that a declaration is counted from.
const PREFIXES: &[&str] = &["__extension__", "extern"];

fn block_in_front(rest: &str) -> Option<String> {
    let start = rest.rfind("/*")?;
    let line_start = rest[..start].rfind('\n').map_or(0, |newline| newline + 1);
    // What is behind another declaration on its line is that one's.
    let is_own = rest[line_start..start].trim().is_empty() && !points_back(&rest[start..]);
    is_own.then(|| clean_block(&rest[start..]))
}

fn lines_in_front(rest: &str) -> Option<String> {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let mut lines: Vec<&str> = rest.lines().rev().take_while(is_comment).collect();
    lines.reverse();
    let first = lines.first().filter(|line| !points_back(line.trim_start()))?;
    // What goes on from a comment behind another declaration is that one's.
    let column = first.find("//");
    let above = rest.lines().rev().nth(lines.len());
    if above.is_some_and(|line| line.find("//").is_some_and(|at| Some(at) == column)) {
        return None;
    }
    let bare: Vec<&str> = lines.into_iter().filter_map(|line| without_frame(line.trim_start())).collect();
    Some(clean(&bare, false))
}

/// Whether a comment of a constant has words: many only repeat its value.
fn says_something(doc: &str) -> bool {
    doc.contains(char::is_alphabetic)
}

/// Whether a comment says that it is about what is before it: `/**<`, `///<`.
fn points_back(comment: &str) -> bool {
    ["/**<", "/*!<", "///<", "//!<"].iter().any(|mark| comment.starts_with(mark))
}

/// The text of `// ...`.
fn without_frame(line: &str) -> Option<&str> {
    line.strip_prefix("//").map(|line| line.trim_start_matches(['/', '!', '<']))
}

/// The comment behind a declaration's last declarator, its attributes and `;`.
fn behind(after: &str) -> Option<String> {
    let end = after.find([';', '{', '}', '#'])?;
    let rest = after[end..].strip_prefix(';')?;
    let first_line = rest.split('\n').next().unwrap_or("").trim();
    if let Some(line) = without_frame(first_line) {
        return Some(clean(&[line], false));
    }
    let is_same_line = first_line.starts_with("/*");
    if !is_same_line && !first_line.is_empty() {
        return None;
    }
    let comment = rest.trim_start();
    let newlines = rest[..rest.len() - comment.len()].matches('\n').count();
    let length = comment.strip_prefix("/*")?.find("*/")? + 4;
    let is_alone = || {
        let mut next = comment[length..].split('\n').skip(1);
        comment[length..].split('\n').next().is_some_and(|line| line.trim().is_empty())
            && next.next().is_none_or(|line| line.trim().is_empty())
    };
    (newlines == 0 || (newlines == 1 && is_alone())).then(|| clean_block(&comment[..length]))
}

fn is_marker(line: &str) -> bool {
    line.strip_prefix("# ").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// The text of `/* ... */` without its frame.
fn clean_block(comment: &str) -> String {
    let inner = comment.strip_prefix("/*").unwrap_or(comment);
    let inner = inner.strip_suffix("*/").unwrap_or(inner);
    let inner = inner.trim_start_matches(['*', '!', '<']).trim_end_matches('*');
    let lines: Vec<&str> = inner.lines().collect();
    let has_stars = lines.len() > 1
        && lines[1..].iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    if !has_stars {
        return clean(&lines, true);
    }
    let bare = |line: &'_ str| line.trim_start().trim_start_matches('*').to_owned();
    let first = lines.first().map(|line| (*line).to_owned());
    let all: Vec<String> = first.into_iter().chain(lines[1..].iter().map(|line| bare(line))).collect();
    clean(&all.iter().map(String::as_str).collect::<Vec<_>>(), true)
}

/// Lines without what all are indented by, and without empty ones at both ends. The first line's indentation says
/// nothing where it stands behind `/*`.
fn clean(lines: &[&str], is_first_framed: bool) -> String {
    let lines: Vec<&str> = lines.iter().filter(|line| !is_marker(line)).map(|line| line.trim_end()).collect();
    let indent_of = |line: &str| line.len() - line.trim_start().len();
    let counting = lines.iter().skip(usize::from(is_first_framed)).filter(|line| !line.is_empty());
    let indent = counting.map(|line| indent_of(line)).min().unwrap_or(0);
    let bare = lines.iter().enumerate().map(|(at, line)| match at {
        0 if is_first_framed => line.trim_start(),
        _ => line.get(indent..).unwrap_or(""),
    });
    // A lone carriage return would end a comment of Python.
    let is_control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    let text = bare.collect::<Vec<_>>().join("\n").replace(is_control, " ");
    text.trim_matches('\n').trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(text: &str) -> Option<String> {
        let start = text.find("int f").expect("the declaration");
        of(text, Span::new(start, start + "int f(void)".len()))
    }

    #[test]
    fn a_comment_in_front() {
        assert_eq!(doc("/* One. */\nint f(void);").as_deref(), Some("One."));
        assert_eq!(
            doc("/**\n ** Two\n **\n **   lines.\n */\n# 9 \"x.h\" 3\nint f(void);").as_deref(),
            Some("Two\n\n  lines.")
        );
        assert_eq!(doc("int a;\n// One\n//  and two.\nint f(void);").as_deref(), Some("One\n and two."));
        assert_eq!(doc("/* Apart. */\n\nint f(void);"), None);
        assert_eq!(doc("int a; /* Another's. */\nint f(void);"), None);
    }

    #[test]
    fn a_comment_behind() {
        assert_eq!(doc("int f(void); /* One. */\nint g(void);").as_deref(), Some("One."));
        assert_eq!(doc("int f(void) __attribute__((x)); ///< One.\n").as_deref(), Some("One."));
        assert_eq!(
            doc("int f(void);\n/*\n     Says\n   more.\n*/\n\n\nint g(void);").as_deref(),
            Some("Says\nmore.")
        );
        assert_eq!(doc("int f(void);\n/* The next one's. */\nint g(void);"), None);
        assert_eq!(doc("int f(void);\n\n/* Apart. */\n\nint g(void);"), None);
    }
}
