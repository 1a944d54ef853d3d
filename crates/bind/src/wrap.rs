//! Long lines cut at commas.

use crate::comment::WIDTH;

/// Where lines go on, and how much else is on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hang {
    /// Indented by four more than where they began.
    Indented,
    /// Where they began, which is in a docstring: the first line has its quotes, too.
    Docstring,
}

/// C text whose lines are cut behind commas where they are too long: at the commas of the outermost parentheses, and where
/// that does not do at others.
pub(crate) fn wrapped(text: &str, hang: Hang) -> String {
    let lines: Vec<String> = text.lines().map(|line| wrapped_line(line, hang)).collect();
    lines.join("\n")
}

fn wrapped_line(line: &str, hang: Hang) -> String {
    let (around, step) = match hang {
        Hang::Indented => (0, 4),
        Hang::Docstring => (14, 0),
    };
    if around + line.len() <= WIDTH || line.contains("/*") {
        return line.to_owned();
    }
    let own = line.len() - line.trim_start().len();
    let room = WIDTH - around;
    let (mut text, mut length) = (String::new(), 0);
    let mut add = |piece: &str| {
        if length > own + step && length + piece.trim_end().len() > room {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', own + step));
            length = own + step;
        }
        text.push_str(piece);
        length += piece.len();
    };
    for piece in split_outermost(line) {
        if own + step + piece.len() <= room {
            add(piece);
        } else {
            piece.split_inclusive(", ").for_each(&mut add);
        }
    }
    text
}

/// A line cut behind the commas of its outermost parentheses.
fn split_outermost(line: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    for (at, letter) in line.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth <= 1 && line[at..].starts_with(", ") => {
                pieces.push(&line[start..at + 2]);
                start = at + 2;
            }
            _ => {}
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// `def name(parameters) -> result:`, over several lines where it is too long for one.
pub(crate) fn definition(name: &str, parameters: &[String], result: &str) -> String {
    let list = parameters.join(", ");
    let line = format!("def {name}({list}) -> {result}:");
    if line.len() <= WIDTH || parameters.is_empty() {
        return line;
    }
    if list.len() + 4 <= WIDTH {
        return format!("def {name}(\n    {list}\n) -> {result}:");
    }
    format!("def {name}(\n    {},\n) -> {result}:", parameters.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_at_commas() {
        let part = "int (*)(void *, int)";
        let line = format!("    int f(int a, {});", [part; 5].join(", "));
        let expected = format!("    int f(int a, {part}, {part}, {part},\n        {part}, {part});");
        assert_eq!(wrapped(&line, Hang::Indented), expected);
        assert_eq!(wrapped("int f(int a, int b);", Hang::Indented), "int f(int a, int b);");
        let inner = format!("void f(void (*g)({}))", ["unsigned long"; 9].join(", "));
        let expected = format!("{}\n    {}", &inner[..91], &inner[92..]);
        assert_eq!(wrapped(&inner, Hang::Indented), expected);
        let docstring = wrapped(line.trim_start(), Hang::Docstring);
        assert_eq!(docstring, format!("int f(int a, {part}, {part}, {part},\n{part}, {part});"));
    }

    #[test]
    fn definitions_are_broken_as_formatters_do() {
        let parameters: Vec<String> = ["first", "second", "third"].map(|name| format!("{name}: int")).into();
        assert_eq!(definition("f", &parameters, "int"), "def f(first: int, second: int, third: int) -> int:");
        let long = "f".repeat(60);
        let expected = format!("def {long}(\n    first: int, second: int, third: int\n) -> int:");
        assert_eq!(definition(&long, &parameters, "int"), expected);
        let many: Vec<String> = parameters.iter().cycle().take(8).cloned().collect();
        assert!(definition("f", &many, "int").starts_with("def f(\n    first: int,\n    second: int,\n"));
        assert!(definition("f", &many, "int").ends_with("    second: int,\n) -> int:"));
    }
}
