//! A text held against live code.
//!
//! The functions of the text that have the code's name and first line are compiled by CPython, each
//! alone, and compared with the code: instructions, names and constants. What is equal is the
//! function's text; of several lambdas on a line the columns and this tell the right one.

use pyo3::prelude::*;
use pyo3::types::{PyCode, PyDict, PyModule, PyTuple};
use pysyntax::FunctionSyntax;
use source::{Source, Span};

use super::index;

/// What a code object says of itself.
pub(super) struct Code<'py> {
    /// The code object.
    pub(super) object: Bound<'py, PyCode>,
    /// `co_name`.
    pub(super) name: String,
    /// `co_filename`.
    pub(super) filename: String,
    /// `co_firstlineno`.
    pub(super) first_line: u32,
    /// The parameters but those for the rest of the arguments, as the first of `co_varnames`.
    pub(super) params: Vec<String>,
    qualified_name: String,
    free: Vec<String>,
    /// Every name in the code and in that of the functions in it.
    names: Vec<String>,
    globals: Bound<'py, PyDict>,
}

impl<'py> Code<'py> {
    /// The code of a Python function.
    pub(super) fn of(function: &Bound<'py, PyAny>) -> PyResult<Self> {
        let object = function.getattr("__code__")?.cast_into::<PyCode>()?;
        let free: Vec<String> = object.getattr("co_freevars")?.extract()?;
        Ok(Self {
            name: object.getattr("co_name")?.extract()?,
            filename: object.getattr("co_filename")?.extract()?,
            first_line: object.getattr("co_firstlineno")?.extract()?,
            qualified_name: object.getattr("co_qualname")?.extract()?,
            free,
            names: names(object.as_any())?,
            globals: function.getattr("__globals__")?.cast_into()?,
            params: params(object.as_any())?.0,
            object,
        })
    }

    /// Whether it is a lambda's.
    pub(super) fn is_lambda(&self) -> bool {
        self.name == "<lambda>"
    }

    /// Those of its names that are modules: probably imported where it stands. How CPython compiles
    /// `name.method()` depends on whether an import binds the name.
    pub(super) fn modules(&self) -> PyResult<Vec<String>> {
        let mut modules = Vec::new();
        // A rewriter's own names are no names of Python, so that they meet no others.
        for name in self.names.iter().filter(|name| !name.starts_with('@')) {
            if self.globals.get_item(name)?.is_some_and(|value| value.is_instance_of::<PyModule>()) {
                modules.push(name.clone());
            }
        }
        Ok(modules)
    }

    /// Those of its names that an import binds at the top of a text: the answer, but it takes
    /// a look at the whole text.
    fn imported_in(&self, source: &Source) -> PyResult<Vec<String>> {
        let symtable = self.object.py().import("symtable")?;
        let Ok(top) = symtable.call_method1("symtable", (source.text(), &self.filename, "exec")) else {
            return Ok(Vec::new());
        };
        let is_imported = |name: &String| {
            let symbol = top.call_method1("lookup", (name,));
            symbol.and_then(|symbol| symbol.call_method0("is_imported")?.is_truthy()).unwrap_or(false)
        };
        Ok(self.names.iter().filter(|name| is_imported(name)).cloned().collect())
    }

    /// The class that it stands in directly: it decides how private names are spelled.
    fn class(&self) -> Option<&str> {
        let (outer, _) = self.qualified_name.rsplit_once('.')?;
        let class = outer.rsplit('.').next()?;
        (class != "<locals>").then_some(class)
    }
}

/// What a text has for a code.
pub(super) enum Found {
    /// Its function.
    Same(FunctionSyntax),
    /// The only function of that name and place, which makes other code.
    Similar(FunctionSyntax),
    /// Something else where it should be.
    Other(Span),
    /// Nothing like it.
    Nothing,
}

/// Looks for the function of `code` in a text.
pub(super) fn find(source: &Source, code: &Code<'_>) -> PyResult<Found> {
    let Some(functions) = index::functions(source) else {
        return Ok(Found::Other(line_span(source, code.first_line)));
    };
    let is_named = |function: &&FunctionSyntax| function.name == code.name;
    let mut candidates: Vec<&FunctionSyntax> =
        functions.iter().filter(is_named).filter(|function| function.first_line == code.first_line).collect();
    let Some(first) = candidates.first().map(|function| function.span) else {
        return Ok(match functions.iter().find(is_named) {
            Some(function) => Found::Other(function.span),
            None if code.filename.starts_with('<') => Found::Nothing,
            None => Found::Other(line_span(source, code.first_line)),
        });
    };
    if candidates.len() > 1 {
        candidates = by_column(source, code, candidates)?;
    }
    if let Some(function) = same(source, code, &candidates, &code.modules()?)? {
        return Ok(Found::Same(function));
    }
    if let Some(function) = same(source, code, &candidates, &code.imported_in(source)?)? {
        return Ok(Found::Same(function));
    }
    Ok(match candidates[..] {
        [function] => Found::Similar(function.clone()),
        _ => Found::Other(first),
    })
}

/// The first that CPython makes the code of, where imports bind these names.
fn same(
    source: &Source,
    code: &Code<'_>,
    functions: &[&FunctionSyntax],
    imported: &[String],
) -> PyResult<Option<FunctionSyntax>> {
    for function in functions {
        if let Some(compiled) = compile(source, function, code, imported)?
            && is_same(&compiled, code.object.as_any())?
        {
            return Ok(Some((*function).clone()));
        }
    }
    Ok(None)
}

/// Those whose text holds the place that the code's last expression came from, the smallest
/// first; all of them where the code has no columns.
fn by_column<'f>(
    source: &Source,
    code: &Code<'_>,
    functions: Vec<&'f FunctionSyntax>,
) -> PyResult<Vec<&'f FunctionSyntax>> {
    type Position = (Option<u32>, Option<u32>, Option<usize>, Option<usize>);
    let mut last = None;
    for position in code.object.call_method0("co_positions")?.try_iter()? {
        // Instructions that no text made have an empty place.
        if let (Some(line), _, Some(column), Some(end)) = position?.extract::<Position>()?
            && column < end
        {
            last = Some(line_span(source, line).start() + column);
        }
    }
    let Some(at) = last else { return Ok(functions) };
    let mut holding: Vec<&FunctionSyntax> = functions
        .into_iter()
        .filter(|function| (function.span.start()..function.span.end()).contains(&at))
        .collect();
    holding.sort_by_key(|function| function.span.end() - function.span.start());
    Ok(holding)
}

/// The bytes of line `number`, which counts from one.
fn line_span(source: &Source, number: u32) -> Span {
    let text = source.text();
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(number.saturating_sub(1) as usize).map(str::len).sum();
    Span::new(before, before + lines.next().map_or(0, |line| line.trim_end().len()))
}

/// What CPython makes of the function's text alone, in the scopes that it stands in.
pub(super) fn compile<'py>(
    source: &Source,
    function: &FunctionSyntax,
    code: &Code<'py>,
    imported: &[String],
) -> PyResult<Option<Bound<'py, PyCode>>> {
    /// The bits of `co_flags` that are `from __future__` imports.
    const FUTURES: u32 = 0x01fe_0000;
    let py = code.object.py();
    let flags = code.object.getattr("co_flags")?.extract::<u32>()? & FUTURES;
    let kwargs = PyDict::new(py);
    kwargs.set_item("dont_inherit", true)?;
    let imports =
        if imported.is_empty() { String::new() } else { format!("import {}\n", imported.join(", ")) };
    let program = imports + &in_its_scopes(source, function, code);
    let args = (program, &code.filename, "exec", flags);
    match py.import("builtins")?.getattr("compile")?.call(args, Some(&kwargs)) {
        Ok(module) => inner(&module, code),
        // What stands there now is not even Python.
        Err(_) => Ok(None),
    }
}

/// The function's text as a program: below a function that binds its free names, in its class.
fn in_its_scopes(source: &Source, function: &FunctionSyntax, code: &Code<'_>) -> String {
    let scope = format!("def _({}):\n", code.free.join(", "));
    let text = source.slice(function.span);
    if function.is_lambda {
        return format!("{scope} return ({text}\n)\n");
    }
    let (line, start) = source.line_at(function.span.start());
    let indent = &line[..function.span.start() - start];
    let is_nested = !code.free.is_empty() || code.qualified_name.contains("<locals>");
    let mut program = String::new();
    if indent.is_empty() {
        return text.to_owned();
    }
    if is_nested {
        program.push_str(&scope);
    }
    if let Some(class) = code.class() {
        let blank = if is_nested { &indent[..1] } else { "" };
        program.extend([blank, "class ", class, ":\n"]);
    }
    if program.is_empty() {
        program.push_str("if 1:\n");
    }
    program + indent + text + "\n"
}

/// The code of that name in a compiled program, the outermost. A lambda comes after those in its
/// defaults.
fn inner<'py>(program: &Bound<'py, PyAny>, code: &Code<'py>) -> PyResult<Option<Bound<'py, PyCode>>> {
    for item in nested(program)?.into_iter().rev() {
        if item.getattr("co_name")?.extract::<String>()? == code.name {
            return Ok(Some(item));
        }
        if let Some(found) = inner(item.as_any(), code)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn names(code: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let mut names = Vec::new();
    for part in ["co_names", "co_varnames", "co_freevars"] {
        names.extend(code.getattr(part)?.extract::<Vec<String>>()?);
    }
    for nested in nested(code)? {
        names.extend(self::names(nested.as_any())?);
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The code objects among the constants of one: the functions and classes in it.
pub(super) fn nested<'py>(code: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyCode>>> {
    let consts = code.getattr("co_consts")?.cast_into::<PyTuple>()?;
    Ok(consts.iter().filter_map(|item| item.cast_into::<PyCode>().ok()).collect())
}

/// Whether two code objects do the same, wherever they stand.
fn is_same(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    const PARTS: [&str; 8] = [
        "co_code",
        "co_names",
        "co_varnames",
        "co_freevars",
        "co_cellvars",
        "co_argcount",
        "co_posonlyargcount",
        "co_kwonlyargcount",
    ];
    for part in PARTS {
        if !a.getattr(part)?.eq(b.getattr(part)?)? {
            return Ok(false);
        }
    }
    if stars(a)? != stars(b)? {
        return Ok(false);
    }
    let (a, b) = (a.getattr("co_consts")?, b.getattr("co_consts")?);
    let (a, b) = (a.cast::<PyTuple>()?, b.cast::<PyTuple>()?);
    if a.len() != b.len() {
        return Ok(false);
    }
    for (a, b) in a.iter().zip(b.iter()) {
        // Equal numbers may differ in type and sign of zero; their texts do not.
        let is_equal = match (a.cast::<PyCode>(), b.cast::<PyCode>()) {
            (Ok(a), Ok(b)) => is_same(a.as_any(), b.as_any())?,
            _ => shown(&a)? == shown(&b)?,
        };
        if !is_equal {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The bits of `co_flags` for `*args` and `**kwargs`.
fn stars(code: &Bound<'_, PyAny>) -> PyResult<u32> {
    const STARS: u32 = 0x0c;
    Ok(code.getattr("co_flags")?.extract::<u32>()? & STARS)
}

/// The parameters of a code object but those for the rest of the arguments, and that for the rest by
/// position.
pub(super) fn params(code: &Bound<'_, PyAny>) -> PyResult<(Vec<String>, Option<String>)> {
    const BY_POSITION: u32 = 0x04;
    let count: usize = code.getattr("co_argcount")?.extract::<usize>()?
        + code.getattr("co_kwonlyargcount")?.extract::<usize>()?;
    let mut params: Vec<String> = code.getattr("co_varnames")?.extract()?;
    let rest = if stars(code)? & BY_POSITION == 0 { None } else { params.get(count).cloned() };
    params.truncate(count);
    Ok((params, rest))
}

/// A constant's text, which tells types and signs of zero.
pub(super) fn shown(value: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(value.repr()?.to_string_lossy().into_owned())
}
