//! The lines typed at the interactive prompt of Python 3.11 and 3.12, which keep none of them.
//!
//! `PyOS_ReadlineFunctionPointer` is the documented hook through which the interpreter reads a line
//! from a terminal. When ferrule is imported in an interactive session, the function there is
//! wrapped: the wrapper calls the one it found and keeps a copy of the line. The latest
//! [`KEPT`] lines are kept.
//!
//! Safety model: the pointer is written once, under the interpreter's lock, and [`read_line`] is
//! called by the interpreter with the arguments that it would have given the function it replaces.

use std::collections::VecDeque;
use std::ffi::{CStr, c_char};
use std::sync::{Mutex, OnceLock, PoisonError};

use pyo3::prelude::*;

/// So many lines are kept.
const KEPT: usize = 20_000;

type ReadLine = unsafe extern "C" fn(*mut libc::FILE, *mut libc::FILE, *const c_char) -> *mut c_char;

unsafe extern "C" {
    static mut PyOS_ReadlineFunctionPointer: Option<ReadLine>;
}

/// A line as it was typed, and what the interpreter had asked with.
struct Line {
    prompt: Box<str>,
    text: Box<str>,
}

static WRAPPED: OnceLock<ReadLine> = OnceLock::new();
static LINES: Mutex<VecDeque<Line>> = Mutex::new(VecDeque::new());

/// Starts to keep what is typed, where this is an interactive session of a Python that does not
/// keep it itself. A second call does nothing.
pub(crate) fn record_prompt(py: Python<'_>) -> PyResult<()> {
    if py.version_info() >= (3, 13) || WRAPPED.get().is_some() || !is_interactive(py)? {
        return Ok(());
    }
    // SAFETY: the variable is the interpreter's and is read and written with its lock held.
    let current = unsafe { PyOS_ReadlineFunctionPointer };
    if let Some(current) = current
        && WRAPPED.set(current).is_ok()
    {
        // SAFETY: as above; `read_line` keeps the contract of the function that it wraps.
        unsafe { PyOS_ReadlineFunctionPointer = Some(read_line) };
    }
    Ok(())
}

fn is_interactive(py: Python<'_>) -> PyResult<bool> {
    let sys = py.import("sys")?;
    Ok(sys.hasattr("ps1")? || sys.getattr("flags")?.getattr("interactive")?.is_truthy()?)
}

/// Reads a line as the wrapped function does, and keeps it.
///
/// # Safety
/// The interpreter calls it, as `PyOS_ReadlineFunctionPointer`.
unsafe extern "C" fn read_line(
    input: *mut libc::FILE,
    output: *mut libc::FILE,
    prompt: *const c_char,
) -> *mut c_char {
    let Some(wrapped) = WRAPPED.get() else { return std::ptr::null_mut() };
    // SAFETY: the wrapped function gets what the interpreter meant for it.
    let line = unsafe { wrapped(input, output, prompt) };
    if !line.is_null() {
        // SAFETY: a line that is not null is a string of the interpreter's, as is the prompt.
        let (prompt, text) = unsafe { (text_at(prompt), text_at(line)) };
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(Line { prompt, text });
    }
    line
}

/// # Safety
/// `at` is null or a string that ends with a zero.
unsafe fn text_at(at: *const c_char) -> Box<str> {
    if at.is_null() {
        return "".into();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(at) }.to_string_lossy().into()
}

/// The statements that were typed, the latest first.
pub(super) fn statements(py: Python<'_>) -> PyResult<Vec<String>> {
    let continued = match py.import("sys")?.getattr_opt("ps2")? {
        Some(prompt) => prompt.str()?.to_string_lossy().into_owned(),
        None => return Ok(Vec::new()),
    };
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut statements: Vec<String> = Vec::new();
    for line in lines.iter() {
        match statements.last_mut() {
            Some(statement) if *line.prompt == *continued => statement.push_str(&line.text),
            _ => statements.push(line.text.to_string()),
        }
    }
    statements.reverse();
    Ok(statements)
}
