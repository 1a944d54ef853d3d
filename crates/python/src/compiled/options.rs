//! The options of the decorators: what they mean, which are only taken, and which are refused by name.

use pyo3::exceptions::{PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};
use tir::MathFlags;

use crate::signature::{self, TypeKind};
use crate::table;

/// What a function is compiled with.
#[derive(Debug)]
pub(crate) struct Options {
    /// What its text is made into.
    pub(crate) rules: infer::Options,
    /// The types of variables, by their names.
    pub(crate) locals: Vec<(String, TypeKind)>,
    /// Whether the interpreter's lock is given up while it runs.
    pub(crate) releases_gil: bool,
    /// As they were given.
    given: Vec<(String, Py<PyAny>)>,
}

/// Options that change nothing here: code is never cached on disk yet, and LLVM decides what is expanded in place.
const TAKEN: &[&str] = &[
    "cache",
    "nopython",
    "debug",
    "no_cfunc_wrapper",
    "no_cpython_wrapper",
    "no_rewrites",
    "pipeline_class",
];

/// Options of Numba's that ask for what there is not.
const REFUSED: &[&str] = &["parallel", "forceobj", "looplift", "objmode"];

impl Options {
    /// The meaning of a decorator's keyword arguments.
    pub(crate) fn of(py: Python<'_>, decorator: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut options = Self {
            rules: infer::Options::default(),
            locals: Vec::new(),
            releases_gil: false,
            given: Vec::new(),
        };
        for (name, value) in given.into_iter().flatten() {
            let name: String = name.extract()?;
            if !options.set(&name, &value)? {
                return Err(PyTypeError::new_err(format!("{decorator}() has no option '{name}'")));
            }
            options.given.push((name, value.unbind()));
        }
        match variable(py, "FERRULE_BOUNDSCHECK")?.as_deref() {
            Some("0") => options.rules.boundscheck = false,
            Some("1") => options.rules.boundscheck = true,
            None | Some("") => {}
            Some(other) => {
                return Err(PyValueError::new_err(format!("FERRULE_BOUNDSCHECK is 0 or 1, not '{other}'")));
            }
        }
        Ok(options)
    }

    /// Sets an option, if there is one of that name.
    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name {
            "boundscheck" => self.rules.boundscheck = value.is_none() || value.is_truthy()?,
            "fastmath" => self.rules.math = math_flags(value)?,
            "nogil" => self.releases_gil = value.is_truthy()?,
            "error_model" => match text(name, value)?.as_str() {
                "python" => self.rules.raises_on_zero = true,
                "numpy" => self.rules.raises_on_zero = false,
                other => {
                    return Err(PyValueError::new_err(format!(
                        "error_model is 'python' or 'numpy', not '{other}'"
                    )));
                }
            },
            "inline" => match text(name, value)?.as_str() {
                "never" | "always" => {}
                other => {
                    return Err(PyValueError::new_err(format!(
                        "inline is 'never' or 'always', not '{other}'"
                    )));
                }
            },
            "locals" => self.locals = types_of_locals(value)?,
            name if TAKEN.contains(&name) => {}
            name if REFUSED.contains(&name) => {
                if value.is_truthy()? {
                    return Err(unsupported(&format!("{name}={}", value.repr()?)));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What was given, for users to read.
    pub(crate) fn given(&self) -> &[(String, Py<PyAny>)] {
        &self.given
    }
}

/// `{"x": float32}`.
fn types_of_locals(value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, TypeKind)>> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    let Ok(locals) = value.cast::<PyDict>() else {
        return Err(PyTypeError::new_err("locals is a dict of names and types"));
    };
    let one = |(name, kind): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let name: String = name.extract()?;
        let found = signature::type_kind(&kind).filter(|kind| kind.ty(&table::read()).is_some());
        match found {
            Some(found) => Ok((name, found)),
            None => {
                let shown = kind.repr()?;
                Err(PyTypeError::new_err(format!(
                    "locals: {shown} is no type that the variable {name} can have"
                )))
            }
        }
    };
    locals.iter().map(one).collect()
}

fn unsupported(what: &str) -> PyErr {
    PyNotImplementedError::new_err(format!("{what} is not supported yet"))
}

fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_str()?.to_owned()),
        Err(_) => Err(PyTypeError::new_err(format!("{name} is a string, not {}", value.get_type().name()?))),
    }
}

/// A bool, or names of LLVM's flags.
fn math_flags(value: &Bound<'_, PyAny>) -> PyResult<MathFlags> {
    if value.is_instance_of::<PyBool>() || value.is_none() {
        return Ok(if value.is_truthy()? { MathFlags::ALL } else { MathFlags::default() });
    }
    let mut flags = MathFlags::default();
    for name in value.try_iter()? {
        let name: String = name?.extract()?;
        let flag = if name == "fast" { Some(MathFlags::ALL) } else { MathFlags::named(&name) };
        flags = flags.with(flag.ok_or_else(|| {
            let names: Vec<&str> = MathFlags::NAMES.iter().map(|(_, name)| *name).collect();
            PyValueError::new_err(format!("fastmath has no flag '{name}'; it has fast, {}", names.join(", ")))
        })?);
    }
    Ok(flags)
}

/// A variable of the environment, as the program sees it now.
pub(crate) fn variable(py: Python<'_>, name: &str) -> PyResult<Option<String>> {
    py.import("os")?.getattr("environ")?.call_method1("get", (name,))?.extract()
}
