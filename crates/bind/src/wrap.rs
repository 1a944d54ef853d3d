//! Long lines cut at commas.

use crate::comment::WIDTH;

/// C text whose lines are cut behind commas where they are too long; what goes on is indented by four more.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| wrapped_line(line, indent)).collect();
    lines.join("\n")
}

fn wrapped_line(line: &str, indent: usize) -> String {
    if indent + line.len() <= WIDTH || line.contains("/*") {
        return line.to_owned();
    }
    let own = line.len() - line.trim_start().len();
    let (mut text, mut length) = (String::new(), indent);
    for (at, piece) in line.split_inclusive(", ").enumerate() {
        if at > 0 && length + piece.trim_end().len() > WIDTH {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', own + 4));
            length = indent + own + 4;
        }
        text.push_str(piece);
        length += piece.len();
    }
    text
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
        let line = format!("    int f({});", [part; 6].join(", "));
        let expected = format!("    int f({part}, {part}, {part}, {part},\n        {part}, {part});");
        assert_eq!(wrapped(&line, 0), expected);
        assert_eq!(wrapped("int f(int a, int b);", 0), "int f(int a, int b);");
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
