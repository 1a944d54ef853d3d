//! The stub of a module: constants, variables, and functions with names and types of their parameters.

use std::fmt::Write as _;

use cdecl::syntax::{Derivation, Item, Param};
use cdecl::{Declared, Value};
use ctype::{CType, TypeId};
use rustc_hash::FxHashMap;

use crate::annotation::{ALIASES, Used, given, taken};
use crate::module::{Binding, Names, constant, documentation};
use crate::notes::{Notes, hashed};
use crate::wrap::{Hang, definition, wrapped};

/// Writes the stub.
pub(crate) fn write(binding: &Binding<'_>, names: &Names, notes: &Notes, types: &str) -> String {
    let mut used = Used::default();
    let mut body = String::new();
    if !types.is_empty() {
        let _ = write!(body, "\n# Types, for `ffi.new` and the like:\n#\n{}", hashed(types.trim_start()));
    }
    constants(binding, &mut body, "Enumerators", &names.enumerators, notes, &mut used);
    constants(binding, &mut body, "Macros", &names.macros, notes, &mut used);
    section(&mut body, "Variables", &names.variables);
    for name in &names.variables {
        if let Some(Declared::Variable(ty)) = binding.namespace.get(name) {
            let _ = writeln!(body, "{name}: {}", given(binding.types, ty.ty, &mut used));
        }
    }
    section(&mut body, "Functions", &names.functions);
    let prototypes = prototypes(binding);
    for name in &names.functions {
        if let Some(Declared::Function(ty)) = binding.namespace.get(name) {
            function(binding, &mut body, (name, ty), prototypes.get(name.as_str()).copied(), &mut used);
        }
    }
    let text = preamble(binding, &used) + &body;
    text.trim_end().to_owned() + "\n"
}

fn section(text: &mut String, title: &str, names: &[String]) {
    if !names.is_empty() {
        let _ = write!(text, "\n# {title}\n\n");
    }
}

fn preamble(binding: &Binding<'_>, used: &Used) -> String {
    let mut text = format!("\"\"\"What {} declares, for Python.\"\"\"\n\n", binding.title);
    let aliases: Vec<(&str, &str)> = ALIASES.iter().copied().filter(|(name, _)| used.has(name)).collect();
    let has = |word: &str| used.has(word) || aliases.iter().any(|(_, meaning)| meaning.contains(word));
    let typing: Vec<&str> = ["IO", "Any", "Final"].into_iter().filter(|word| has(word)).collect();
    let alias = if aliases.is_empty() { None } else { Some("TypeAlias") };
    let typing: Vec<&str> = typing.into_iter().chain(alias).collect();
    if !typing.is_empty() {
        let _ = writeln!(text, "from typing import {}\n", typing.join(", "));
    }
    let own = if has("CFunc") { "FFI, CFunc" } else { "FFI" };
    let data = if has("CData") { "CData, Lib" } else { "Lib" };
    let _ = write!(text, "from ferrule import {own}\nfrom ferrule.cffi import {data}\n");
    if has("Buffer") {
        text.push_str("from typing_extensions import Buffer\n");
    }
    text.push_str(if aliases.is_empty() { "" } else { "\n" });
    for (name, meaning) in aliases {
        let _ = writeln!(text, "{name}: TypeAlias = {meaning}");
    }
    text + "\nffi: FFI\nlib: Lib\n"
}

fn constants(
    binding: &Binding<'_>,
    text: &mut String,
    title: &str,
    names: &[String],
    notes: &Notes,
    used: &mut Used,
) {
    section(text, title, names);
    if !names.is_empty() {
        used.add("Final");
    }
    for (name, heading) in names.iter().zip(notes.headings(names)) {
        let Some(value) = constant(binding, name) else { continue };
        let is_pointer = match binding.namespace.get(name) {
            Some(Declared::Value(id)) => matches!(binding.namespace.value(id), Value::Pointer { .. }),
            Some(
                Declared::Constant(_)
                | Declared::Typedef { .. }
                | Declared::Function(_)
                | Declared::Variable(_),
            )
            | None => false,
        };
        let is_float =
            !is_pointer && (value.starts_with("float(") || value.contains('.') || value.contains('e'));
        text.push_str(&heading);
        let _ = if is_pointer {
            used.add("CData");
            writeln!(text, "{name}: Final[CData]")
        } else if is_float && !value.starts_with('b') {
            writeln!(text, "{name}: Final[float]")
        } else {
            writeln!(text, "{name}: Final = {value}")
        };
        if let Some(own) = notes.own(name) {
            text.push_str(&literal(own, ""));
        }
    }
}

/// A function as it is written.
#[derive(Clone, Copy)]
struct Prototype<'a> {
    item: &'a Item,
    params: &'a [Param],
    /// Whether the declaration is of nothing else.
    is_alone: bool,
}

fn prototypes<'a>(binding: &Binding<'a>) -> FxHashMap<&'a str, Prototype<'a>> {
    let decls = &binding.header.text.decls;
    let mut found = FxHashMap::default();
    for &at in &binding.header.chosen {
        let item = &decls.items[at];
        let Item::Declaration(declaration) = item else { continue };
        let is_alone = declaration.declarators.len() == 1 && declaration.specifiers.ty.is_word();
        for one in &declaration.declarators {
            if let (Some(name), Some(Derivation::Function(params))) =
                (one.declarator.name, one.declarator.derivations.first())
            {
                let params = params.params.as_slice();
                found.insert(decls.source.slice(name), Prototype { item, params, is_alone });
            }
        }
    }
    found
}

fn function(
    binding: &Binding<'_>,
    text: &mut String,
    (name, ty): (&str, TypeId),
    prototype: Option<Prototype<'_>>,
    used: &mut Used,
) {
    let CType::Function(signature) = binding.types.get(ty) else { return };
    let source = &binding.header.text.decls.source;
    let mut list: Vec<String> = Vec::new();
    for (at, ty) in signature.params.iter().enumerate() {
        let param = prototype.and_then(|prototype| prototype.params.get(at));
        let given = param.and_then(|param| param.declarator.name);
        // The C library's headers have reserved names: `__filename`.
        let given = given.map(|name| source.slice(name).trim_start_matches('_'));
        let is_new = |name: &str| !list.iter().any(|before| before.starts_with(&format!("{name}: ")));
        let given = given.filter(|name| is_parameter(name) && is_new(name));
        let given = given.map_or_else(|| format!("arg{at}"), str::to_owned);
        list.push(format!("{given}: {}", taken(binding.types, *ty, used)));
    }
    if !list.is_empty() {
        list.push("/".to_owned());
    }
    if signature.is_variadic {
        used.add("Any");
        list.push("*args: Any".to_owned());
    }
    let result = given(binding.types, signature.result, used);
    let _ = writeln!(text, "{}", definition(name, &list, result));
    let declaration = match prototype.filter(|prototype| prototype.is_alone) {
        Some(prototype) => binding.header.text.decls.item_text(prototype.item),
        None => binding.types.declare(ty, name),
    };
    docstring(binding, text, name, &declaration);
}

fn is_parameter(name: &str) -> bool {
    let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let is_reserved = [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
        "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "None", "True", "False",
    ];
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && is_word
        && !is_reserved.contains(&name)
}

/// The C declaration, then the header's comment.
fn docstring(binding: &Binding<'_>, text: &mut String, name: &str, declaration: &str) {
    let declaration = declaration.trim_start_matches("extern ").trim_end_matches(';');
    // Under which name the library has it is nothing that a caller needs.
    let declaration = declaration.split(" __asm__(").next().unwrap_or(declaration);
    let mut doc = format!("``{}``", wrapped(declaration, Hang::Docstring));
    if let Some(comment) = documentation(binding, name) {
        doc.push_str("\n\n");
        doc.push_str(&comment);
    }
    text.push_str(&literal(&doc, "    "));
    text.push('\n');
}

/// A text as a docstring with that indentation.
fn literal(doc: &str, indent: &str) -> String {
    let doc = doc.replace('\\', "\\\\").replace("\"\"\"", "'''");
    if !doc.contains('\n') {
        let gap = if doc.ends_with('"') { " " } else { "" };
        return format!("{indent}\"\"\"{doc}{gap}\"\"\"\n");
    }
    let mut text = format!("{indent}\"\"\"");
    for (at, line) in doc.lines().enumerate() {
        let indent = if at == 0 || line.is_empty() { "" } else { indent };
        let _ = writeln!(text, "{indent}{line}");
    }
    text + indent + "\"\"\"\n"
}
