//! The macros of a project that may be constants, and their values.

use rustc_hash::FxHashMap;

use crate::origin::Origins;

/// The macros without parameters that the project's files define, in order: the places of their definitions, and their
/// names. A macro without a value, one that is undefined later, and a name with an underscore in front say nothing to
/// users.
pub(crate) fn definitions<'a>(text: &'a str, origins: &Origins) -> Vec<(usize, &'a str)> {
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    for (offset, line) in directives(text) {
        let name_length = |text: &str| {
            text.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$')))
                .unwrap_or(text.len())
        };
        if let Some(rest) = line.strip_prefix("#undef ") {
            places.remove(rest.trim());
        } else if let Some(rest) = line.strip_prefix("#define ") {
            let (name, value) = rest.split_at(name_length(rest));
            let has_value = !value.starts_with('(') && !is_comment(value.trim());
            if has_value && !name.starts_with('_') && origins.owns(offset, name) {
                places.entry(name).or_insert(offset);
            } else {
                places.remove(name);
            }
        }
    }
    let mut names: Vec<(usize, &str)> = places.into_iter().map(|(name, offset)| (offset, name)).collect();
    names.sort_unstable();
    names
}

/// Whether a macro's value is nothing, or a comment alone.
fn is_comment(value: &str) -> bool {
    let Some(inner) = value.strip_prefix("/*") else { return value.is_empty() };
    inner.find("*/").is_none_or(|end| inner[end + 2..].is_empty())
}

fn directives(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len() + 1;
        line.starts_with('#').then_some((start, line))
    })
}

/// What the preprocessor made of lines `"NAME" = NAME`: each name with its value.
pub(crate) fn values(text: &str) -> Vec<(&str, String)> {
    let mut values: Vec<(&str, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let named = line.strip_prefix('"').and_then(|rest| rest.split_once("\" = "));
        match (named, values.last_mut()) {
            (Some((name, value)), _) => values.push((name, value.to_owned())),
            (None, Some((_, value))) => {
                value.push(' ');
                value.push_str(line);
            }
            (None, None) => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Project;

    #[test]
    fn macros_of_the_project_with_a_value() {
        let text = "# 1 \"<stdin>\"\n# 1 \"/a/own.h\" 1\n#define OWN_H\n#define A 1\n#define F(x) x\n#define B (A)\n\
                    #define _C 3\n#define D 4\n#undef D\n#define E 5\n#define E(x) x\n#define G /* 1 */\n# 1 \"/b/other.h\" 1\n\
                    #define OTHER 1\n# 9 \"/a/own.h\" 2\n#define LAST 'x'\n";
        let origins = Origins::of(text, &Project::default());
        let names: Vec<&str> = definitions(text, &origins).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["A", "B", "LAST"]);
    }

    #[test]
    fn values_may_go_over_lines() {
        let text =
            "# 1 \"x\"\nint f();\n# 2 \"y\"\n\"A\" = 1\n\"B\" = (1\n# 3 \"y\"\n + 2)\n\"C\" = \"t\" \"u\"\n";
        let expected = [("A", "1".to_owned()), ("B", "(1  + 2)".to_owned()), ("C", "\"t\" \"u\"".to_owned())];
        assert_eq!(values(text), expected);
    }
}
