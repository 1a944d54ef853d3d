//! A file is at most 600 lines, a function at most 60.
//!
//! Whole arms of a `match` that stand on one line do not count: one flat `match` may be long.
//! Formatted text is relied on: what a line opens at some indentation closes at the same one.

use super::Text;

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 60;

/// Words that may stand before `fn` or `def`.
const BEFORE: &[&str] =
    &["pub", "pub(crate)", "pub(super)", "const", "unsafe", "async", "extern", "\"C\"", "\"C-unwind\""];

pub(super) fn check(texts: &[Text]) -> Vec<String> {
    let code =
        texts.iter().filter(|text| ["rs", "py", "pyi", "c", "h"].iter().any(|own| text.has_extension(own)));
    code.flat_map(|text| file(text).into_iter().chain(functions(text))).collect()
}

fn file(text: &Text) -> Option<String> {
    let count = text.content.lines().count();
    (count > FILE_LINES)
        .then(|| text.finding(1, &format!("{count} lines, at most {FILE_LINES}: it has two jobs")))
}

fn functions(text: &Text) -> Vec<String> {
    let end: fn(&str, usize) -> bool = if text.has_extension("rs") {
        |line, indent| indent_of(line) == indent && line.trim_start().starts_with('}')
    } else if text.has_extension("py") {
        |line, indent| {
            !line.trim().is_empty() && indent_of(line) <= indent && !line.trim_start().starts_with(')')
        }
    } else {
        return Vec::new();
    };
    let lines: Vec<&str> = text.content.lines().collect();
    let starts = (0..lines.len()).filter(|start| is_function(lines[*start]));
    starts.filter_map(|start| function(text, &lines, start, end)).collect()
}

fn function(text: &Text, lines: &[&str], start: usize, end: fn(&str, usize) -> bool) -> Option<String> {
    let indent = indent_of(lines[start]);
    let is_one_line = lines[start].ends_with('}') || lines[start].ends_with(';');
    let body = lines[start + 1..].iter().take_while(|line| !end(line, indent));
    let count = body.filter(|line| !is_arm(line)).count();
    let sentence = format!("a function of {count} lines, at most {FUNCTION_LINES}");
    (!is_one_line && count > FUNCTION_LINES).then(|| text.finding(start + 1, &sentence))
}

fn is_function(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| BEFORE.contains(word));
    matches!(words.next(), Some("fn" | "def"))
}

fn is_arm(line: &str) -> bool {
    line.contains(" => ") && line.trim_end().ends_with(',')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, content: String) -> Vec<String> {
        check(&[Text { path: name.into(), content }])
    }

    #[test]
    fn a_function_may_have_sixty_lines() {
        let of = |count: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(count));
        assert!(findings("a.rs", of(60)).is_empty());
        assert_eq!(findings("a.rs", of(61)), ["a.rs:1: a function of 61 lines, at most 60"]);
    }

    #[test]
    fn arms_on_one_line_do_not_count() {
        let arms = "        A => b(),\n".repeat(80);
        assert!(findings("a.rs", format!("fn f() {{\n    match x {{\n{arms}    }}\n}}\n")).is_empty());
    }

    #[test]
    fn a_python_function_ends_where_its_indentation_does() {
        let of = |count: usize| format!("def f(\n    a,\n):\n{}\n\ng()\n", "    g()\n".repeat(count));
        assert!(findings("a.py", of(50)).is_empty());
        assert_eq!(findings("a.py", of(61)).len(), 1);
    }

    #[test]
    fn a_file_may_have_six_hundred_lines() {
        assert!(findings("a.c", "int a;\n".repeat(600)).is_empty());
        assert_eq!(findings("a.c", "int a;\n".repeat(601)).len(), 1);
    }
}
