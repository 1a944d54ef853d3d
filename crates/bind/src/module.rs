//! The module of Python that declares a header: its C text, its constants, its library.
//!
//! Running it needs neither the header nor a compiler. Functions and variables are looked up when they are used
//! first, so that a library that lacks some of them does no harm.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cdecl::syntax::{Item, Storage};
use cdecl::{Declared, Namespace, Value};
use ctype::CTypes;
use rustc_hash::FxHashSet;

use crate::comment;
use crate::comment::part::of_part;
use crate::header::{Header, Outcome};
use crate::notes::Notes;
use crate::select::shown_name;
use crate::stub;
use crate::wrap::{Hang, wrapped};

/// All that a module is written from.
#[derive(Debug)]
pub struct Binding<'a> {
    /// What was declared, in a namespace that has nothing else.
    pub namespace: &'a Namespace,
    /// The types.
    pub types: &'a CTypes,
    /// The header.
    pub header: &'a Header,
    /// What became of it.
    pub outcome: &'a Outcome,
    /// The headers' names, as the module's docstring gives them.
    pub title: &'a str,
    /// The command that wrote it.
    pub command: &'a str,
    /// What `dlopen` gets; none for the running process.
    pub library: Option<&'a str>,
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The module.
    pub module: String,
    /// Its stub.
    pub stub: String,
}

/// The names that a module has, each sort in the order of the header.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) functions: Vec<String>,
    pub(crate) variables: Vec<String>,
    pub(crate) enumerators: Vec<String>,
    pub(crate) macros: Vec<String>,
}

/// Writes the module and its stub.
pub fn write(binding: &Binding<'_>) -> Written {
    let names = Names::of(binding);
    let notes = Notes::of(binding.header);
    let declarations = Declarations::of(binding);
    let stub = stub::write(binding, &names, &notes, &declarations.types);
    Written { module: module(binding, &names, &notes, &declarations), stub }
}

impl Names {
    fn of(binding: &Binding<'_>) -> Self {
        let mut names = Self::default();
        let macros: FxHashSet<&str> = binding.outcome.constants.iter().map(String::as_str).collect();
        for (name, what) in binding.namespace.names().filter(|(name, _)| is_usable(name)) {
            let offset = binding.namespace.declaration(name).map_or(0, |(_, span)| span.start());
            let is_macro = macros.contains(name);
            if !is_macro && !binding.header.origins.owns(offset, name) {
                continue;
            }
            let list = match what {
                Declared::Typedef { .. } => continue,
                Declared::Function(_) => &mut names.functions,
                Declared::Variable(_) => &mut names.variables,
                Declared::Constant(_) | Declared::Value(_) if is_macro => &mut names.macros,
                Declared::Constant(_) | Declared::Value(_) => &mut names.enumerators,
            };
            list.push(name.to_owned());
        }
        names
    }

    fn all(&self) -> BTreeSet<&str> {
        let lists = [&self.functions, &self.variables, &self.enumerators, &self.macros];
        lists.into_iter().flatten().map(String::as_str).collect()
    }
}

/// The comment of a function or variable.
pub(crate) fn documentation(binding: &Binding<'_>, name: &str) -> Option<String> {
    let (source, statement) = binding.namespace.statement(name)?;
    comment::of(source.text(), statement)
}

/// Whether Python can have it as a name of the module: reserved words and what the module itself uses are only
/// found in `lib`.
fn is_usable(name: &str) -> bool {
    let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_word && !TAKEN.contains(&name) && !name.starts_with("__")
}

/// Python's reserved words, and the names that the module and its stub use.
const TAKEN: &[&str] = &[
    "Any",
    "Buffer",
    "CData",
    "CFunc",
    "FFI",
    "False",
    "Final",
    "IO",
    "Lib",
    "None",
    "True",
    "TypeAlias",
    "_File",
    "_Function",
    "_Memory",
    "_Pointer",
    "_Record",
    "_Text",
    "_VARIABLES",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "bool",
    "break",
    "bytes",
    "class",
    "complex",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "ffi",
    "finally",
    "float",
    "for",
    "from",
    "global",
    "globals",
    "if",
    "import",
    "in",
    "int",
    "is",
    "lambda",
    "lib",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "sorted",
    "str",
    "try",
    "while",
    "with",
    "yield",
];

fn module(binding: &Binding<'_>, names: &Names, notes: &Notes, declarations: &Declarations) -> String {
    let mut text = format!(
        "\"\"\"What {} declares, for Python.\n\nWritten by ``{}``: write it anew instead of editing it.\n\"\"\"\n\n\
         # Functions and variables are found when they are used.\n# ruff: noqa: F822, RUF022\n\n\
         from typing import Any\n\nfrom ferrule import FFI\n\n__all__ = [\n",
        binding.title,
        binding.command.replace('\\', "\\\\").replace('"', "\\\"")
    );
    for name in names.all().into_iter().chain(["ffi", "lib"]) {
        let _ = writeln!(text, "    \"{name}\",");
    }
    let _ = write!(text, "]\n\nffi = FFI()\nffi.cdef(\n    r\"\"\"\n{}\"\"\"\n)\n\n", declarations.text());
    let library = binding.library.map_or("None".to_owned(), python_text);
    let _ = writeln!(text, "lib = ffi.dlopen({library})");
    constants(binding, &mut text, "Enumerators", &names.enumerators, notes);
    constants(binding, &mut text, "Macros", &names.macros, notes);
    let variables: Vec<String> = names.variables.iter().map(|name| python_text(name)).collect();
    let variables = match variables.as_slice() {
        [] => "frozenset[str]()".to_owned(),
        all => format!("frozenset({{{}}})", all.join(", ")),
    };
    let _ = writeln!(text, "\n_VARIABLES = {variables}");
    text + ACCESS
}

/// How functions and variables are found.
const ACCESS: &str = r#"

def __getattr__(name: str) -> Any:
    """Look a function or variable up in the library; a function is kept."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(lib, name)
    if name not in _VARIABLES:
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All names, those that were not looked up yet included."""
    return sorted({*globals(), *__all__})
"#;

/// The C text: types in the order of the header, then variables, then functions.
#[derive(Debug, Default)]
struct Declarations {
    types: String,
    variables: String,
    functions: String,
}

impl Declarations {
    fn of(binding: &Binding<'_>) -> Self {
        let decls = &binding.header.text.decls;
        let left_out: FxHashSet<usize> = binding.outcome.left_out.items.iter().copied().collect();
        let mut sections = Self::default();
        for &at in binding.header.chosen.iter().filter(|at| !left_out.contains(at)) {
            sections.add(binding, &decls.items[at]);
        }
        sections
    }

    fn add(&mut self, binding: &Binding<'_>, item: &Item) {
        let decls = &binding.header.text.decls;
        let text = decls.source.text();
        let name = shown_name(item, &decls.source).unwrap_or_default();
        let section = match (item, binding.namespace.get(name)) {
            (Item::Declaration(declaration), Some(what)) if declaration.storage != Storage::Typedef => {
                match what {
                    Declared::Function(_) => &mut self.functions,
                    Declared::Variable(_) => &mut self.variables,
                    Declared::Typedef { .. } | Declared::Constant(_) | Declared::Value(_) => &mut self.types,
                }
            }
            _ => &mut self.types,
        };
        if let Some(doc) = comment::of(text, item.span()) {
            let _ = write!(section, "\n{}", c_comment(&doc));
        }
        let declaration = decls.item_text_with(item, &|part| of_part(text, part));
        let is_function = matches!(binding.namespace.get(name), Some(Declared::Function(_)));
        let shown = declaration.strip_prefix("extern ").filter(|_| is_function).unwrap_or(&declaration);
        let _ = writeln!(section, "{}", wrapped(shown, Hang::Indented));
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let sections =
            [("Types", &self.types), ("Variables", &self.variables), ("Functions", &self.functions)];
        for (title, section) in sections {
            if !section.is_empty() {
                let gap = if text.is_empty() { "" } else { "\n" };
                let _ = write!(text, "{gap}/* {title} */\n\n{}", section.trim_start());
            }
        }
        // The text stands in a raw literal.
        text.replace("\"\"\"", "'''")
    }
}

fn c_comment(doc: &str) -> String {
    let doc = doc.replace("*/", "* /");
    if !doc.contains('\n') {
        return format!("/* {doc} */\n");
    }
    let mut text = String::from("/*\n");
    for line in doc.lines() {
        text.push_str(format!(" * {line}").trim_end());
        text.push('\n');
    }
    text + " */\n"
}

fn constants(binding: &Binding<'_>, text: &mut String, title: &str, names: &[String], notes: &Notes) {
    if names.is_empty() {
        return;
    }
    let _ = write!(text, "\n# {title}\n\n");
    for (name, heading) in names.iter().zip(notes.headings(names)) {
        if let Some(value) = constant(binding, name) {
            text.push_str(&heading);
            text.push_str(&notes.annotated(name, &format!("{name} = {value}")));
        }
    }
}

/// A constant's value in Python.
pub(crate) fn constant(binding: &Binding<'_>, name: &str) -> Option<String> {
    match binding.namespace.get(name)? {
        Declared::Constant(constant) => Some(constant.value.to_string()),
        Declared::Value(id) => Some(match binding.namespace.value(id) {
            Value::Float { value, .. } if value.is_finite() => format!("{value:?}"),
            Value::Float { value, .. } if value.is_nan() => "float(\"nan\")".to_owned(),
            Value::Float { value, .. } => {
                let sign = if *value < 0.0 { "-" } else { "" };
                format!("float(\"{sign}inf\")")
            }
            Value::Text(bytes) => format!("b\"{}\"", bytes.escape_ascii().to_string().replace("\\'", "'")),
            Value::Pointer { ty, address } => {
                let number = address.cast_signed();
                format!("ffi.cast({}, {number})", python_text(&binding.types.name(*ty)))
            }
        }),
        Declared::Typedef { .. } | Declared::Function(_) | Declared::Variable(_) => None,
    }
}

/// A text as a literal of Python.
fn python_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
