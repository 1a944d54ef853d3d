//! Code that was rewritten between its text and the compiler, as pytest does with asserts.
//!
//! Names and constants outside asserts, the arithmetic of each line without an assert and the span of
//! lines must be those of the text. Somebody else's edit can look the same; therefore the text's
//! file must not be younger than the process, unless the function has asserts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyComplex, PyDict, PyTuple};
use pysyntax::{CodeFacts, Constant, StmtKind, Syntax};
use source::Source;

use super::FunctionText;
use super::held::{self, Code, shown};

/// Whether the code may be this text rewritten.
pub(super) fn is_rewritten(text: &FunctionText, code: &Code<'_>) -> PyResult<bool> {
    let Ok(syntax) = text.parse() else { return Ok(false) };
    let asserts = assert_lines(&syntax);
    let facts = CodeFacts::of(&syntax);
    if facts.params != code.params || (asserts.is_empty() && !is_older_than_process(&code.filename)) {
        return Ok(false);
    }
    let Some(compiled) = held::compile(&text.source, &text.which, code, &code.modules()?)? else {
        return Ok(false);
    };
    // Alone, the text was compiled with its first line as another one.
    let shift = i64::from(code.first_line) - first_line(compiled.as_any())?;
    let wanted = arithmetic(compiled.as_any(), shift, &asserts)?;
    Ok(wanted == arithmetic(code.object.as_any(), 0, &asserts)?
        && has_facts(&facts, code.object.as_any())?
        && has_lines(&text.source, text.which.span.end(), code)?)
}

/// Whether these are facts of the code: of each function in it, the code is among the constants.
fn has_facts(facts: &CodeFacts, code: &Bound<'_, PyAny>) -> PyResult<bool> {
    let (params, rest) = held::params(code)?;
    if params != facts.params
        || rest != facts.rest
        || !has_names(facts, code)?
        || !has_constants(&facts.constants, code)?
    {
        return Ok(false);
    }
    let nested = held::nested(code)?;
    for facts in &facts.nested {
        let mut is_there = false;
        for code in &nested {
            let name: String = code.getattr("co_name")?.extract()?;
            is_there |= name == facts.name && has_facts(facts, code.as_any())?;
        }
        if !is_there {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The lines that asserts take, also in the functions in it.
fn assert_lines(syntax: &Syntax) -> BTreeSet<i64> {
    let place = |offset: usize| i64::from(syntax.source.place(offset).line);
    let asserts = syntax.stmts.iter().filter(|(_, stmt)| matches!(stmt.kind, StmtKind::Assert(..)));
    let lines = asserts.flat_map(|(_, stmt)| place(stmt.span.start())..=place(stmt.span.end()));
    lines.chain(syntax.nested.values().flat_map(|nested| assert_lines(nested))).collect()
}

fn first_line(code: &Bound<'_, PyAny>) -> PyResult<i64> {
    code.getattr("co_firstlineno")?.extract()
}

/// The operators and comparisons of each line but those of asserts, in the order of the code; those of
/// the functions in it after its own.
fn arithmetic(
    code: &Bound<'_, PyAny>,
    shift: i64,
    asserts: &BTreeSet<i64>,
) -> PyResult<BTreeMap<i64, Vec<(u8, u8)>>> {
    const OPERATORS: [&str; 7] =
        ["BINARY_OP", "COMPARE_OP", "CONTAINS_OP", "IS_OP", "UNARY_INVERT", "UNARY_NEGATIVE", "UNARY_NOT"];
    let known = code.py().import("opcode")?.getattr("opmap")?.cast_into::<PyDict>()?;
    let mut operators = Vec::new();
    for name in OPERATORS {
        if let Some(number) = known.get_item(name)? {
            operators.push(number.extract::<u8>()?);
        }
    }
    let bytes = code.getattr("co_code")?.cast_into::<PyBytes>()?;
    let mut lines: BTreeMap<i64, Vec<(u8, u8)>> = BTreeMap::new();
    for entry in code.call_method0("co_lines")?.try_iter()? {
        let (start, end, Some(line)) = entry?.extract::<(usize, usize, Option<i64>)>()? else { continue };
        let line = line + shift;
        let units = bytes.as_bytes().get(start..end).unwrap_or_default().chunks_exact(2);
        let found = units.map(|unit| (unit[0], unit[1])).filter(|(operator, _)| operators.contains(operator));
        if !asserts.contains(&line) {
            lines.entry(line).or_default().extend(found);
        }
    }
    for nested in held::nested(code)? {
        for (line, found) in arithmetic(nested.as_any(), shift, asserts)? {
            lines.entry(line).or_default().extend(found);
        }
    }
    lines.retain(|_, operators| !operators.is_empty());
    Ok(lines)
}

fn has_names(facts: &CodeFacts, code: &Bound<'_, PyAny>) -> PyResult<bool> {
    let names = |parts: [&str; 2]| -> PyResult<Vec<String>> {
        let lists = parts.iter().map(|part| code.getattr(*part)?.extract::<Vec<String>>());
        Ok(lists.collect::<PyResult<Vec<_>>>()?.concat())
    };
    let bound = names(["co_varnames", "co_cellvars"])?;
    let read = names(["co_names", "co_freevars"])?;
    let all = |wanted: &[String], known: &[String]| wanted.iter().all(|name| known.contains(name));
    Ok(all(&facts.locals, &bound) && all(&facts.free, &read) && all(&facts.attributes, &read))
}

fn has_constants(wanted: &[Constant], code: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = code.py();
    let known = code.getattr("co_consts")?;
    let known = known.cast::<PyTuple>()?;
    for constant in wanted {
        let wanted = match constant {
            Constant::Int(value) => value.into_pyobject(py)?.into_any(),
            Constant::Float(value) => value.into_pyobject(py)?.into_any(),
            Constant::Imaginary(value) => PyComplex::from_doubles(py, 0.0, *value).into_any(),
            Constant::Text(value) => value.into_pyobject(py)?.into_any(),
        };
        let wanted = shown(&wanted)?;
        let mut is_there = false;
        for item in known.iter() {
            is_there |= shown(&item)? == wanted;
        }
        if !is_there {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the lines of the code are those of the text.
fn has_lines(source: &Source, end: usize, code: &Code<'_>) -> PyResult<bool> {
    let last = source.place(end).line;
    for entry in code.object.call_method0("co_lines")?.try_iter()? {
        let (_, _, line) = entry?.extract::<(usize, usize, Option<u32>)>()?;
        if line.is_some_and(|line| !(code.first_line..=last).contains(&line)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a file was last written before this process started.
fn is_older_than_process(filename: &str) -> bool {
    let written = std::fs::metadata(filename).and_then(|metadata| metadata.modified());
    matches!((written, process_start()), (Ok(written), Some(start)) if written < start)
}

/// When this process started, to the clock tick: field 22 of `/proc/self/stat`, after the name in
/// parentheses, counts ticks since the machine started.
fn process_start() -> Option<SystemTime> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields.split_ascii_whitespace().nth(19)?.parse().ok()?;
    // SAFETY: asks for a number.
    let per_second = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).ok()?;
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is ours to write.
    if unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut now) } != 0 {
        return None;
    }
    let up = Duration::new(u64::try_from(now.tv_sec).ok()?, u32::try_from(now.tv_nsec).ok()?);
    let started = Duration::from_millis(ticks.checked_mul(1000)?.checked_div(per_second)?);
    SystemTime::now().checked_sub(up.checked_sub(started)?)
}
