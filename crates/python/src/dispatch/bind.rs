//! Which argument of a call is which parameter: Python's own rules, with its words.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::failure::Failure;

/// The parameters of a function.
#[derive(Debug)]
pub(super) struct Parameters {
    name: String,
    /// In order: by position, `*args`, by name only.
    pub(super) names: Vec<String>,
    /// How many may be given by position.
    positional: usize,
    /// How many of those may not be given by name.
    positional_only: usize,
    /// Which takes what is left over.
    rest: Option<usize>,
    defaults: Vec<Option<Py<PyAny>>>,
}

const VARARGS: u32 = 0x4;
const VARKEYWORDS: u32 = 0x8;

impl Parameters {
    /// Those of a Python function.
    pub(super) fn of(function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        let count = |name| code.getattr(name)?.extract::<usize>();
        let (positional, positional_only) = (count("co_argcount")?, count("co_posonlyargcount")?);
        let by_name = count("co_kwonlyargcount")?;
        let flags: u32 = code.getattr("co_flags")?.extract()?;
        let name: String = function.getattr("__name__")?.extract()?;
        if flags & VARKEYWORDS != 0 {
            let text = format!("{name}() takes **keywords, which compiled code does not have yet");
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(text));
        }
        // CPython has the name of `*args` after those that are given by name.
        let all: Vec<String> = code.getattr("co_varnames")?.extract()?;
        let mut names = all[..positional].to_vec();
        let has_rest = flags & VARARGS != 0;
        if has_rest {
            names.push(all[positional + by_name].clone());
        }
        names.extend_from_slice(&all[positional..positional + by_name]);
        let rest = has_rest.then_some(positional);
        let mut defaults: Vec<Option<Py<PyAny>>> = names.iter().map(|_| None).collect();
        if let Ok(values) = function.getattr("__defaults__")?.cast::<PyTuple>() {
            let first = positional - values.len();
            for (index, value) in values.iter().enumerate() {
                defaults[first + index] = Some(value.unbind());
            }
        }
        if let Ok(values) = function.getattr("__kwdefaults__")?.cast::<PyDict>() {
            for (name, default) in names.iter().zip(&mut defaults).skip(positional) {
                *default = values.get_item(name)?.map(Bound::unbind);
            }
        }
        Ok(Self { name, names, positional, positional_only, rest, defaults })
    }

    /// How many arguments by position are all that it takes, in order, if that is a number.
    pub(super) fn plain_count(&self) -> Option<usize> {
        (self.rest.is_none() && self.positional == self.names.len()).then_some(self.positional)
    }

    /// The function as messages name it: `f(a, b)`.
    pub(super) fn shown(&self) -> String {
        format!("{}({})", self.name, self.names.join(", "))
    }

    /// The default values, for the garbage collector.
    pub(super) fn defaults(&self) -> impl Iterator<Item = &Py<PyAny>> {
        self.defaults.iter().flatten()
    }

    /// One object a parameter.
    ///
    /// # Safety
    /// The interpreter's vectorcall gave the arguments: as many values behind them as there are names.
    pub(super) unsafe fn bind<'py>(
        &self,
        py: Python<'py>,
        args: &[*mut ffi::PyObject],
        keywords: *mut ffi::PyObject,
        named: *const *mut ffi::PyObject,
    ) -> Result<Vec<Bound<'py, PyAny>>, Failure> {
        let mut bound: Vec<Option<Bound<'py, PyAny>>> = self.names.iter().map(|_| None).collect();
        // SAFETY: the caller's promise.
        let owned = |object: *mut ffi::PyObject| unsafe { Bound::from_borrowed_ptr(py, object) };
        let plain = args.len().min(self.positional);
        for (slot, object) in bound.iter_mut().zip(&args[..plain]) {
            *slot = Some(owned(*object));
        }
        match self.rest {
            Some(rest) => {
                let left: Vec<_> = args[plain..].iter().map(|object| owned(*object)).collect();
                bound[rest] = Some(PyTuple::new(py, left)?.into_any());
            }
            None if args.len() > self.positional => return Err(self.too_many(args.len())),
            None => {}
        }
        if !keywords.is_null() {
            let keywords = owned(keywords).cast_into::<PyTuple>().map_err(PyErr::from)?;
            for (index, keyword) in keywords.iter().enumerate() {
                let keyword = keyword.cast_into::<PyString>().map_err(PyErr::from)?;
                let slot = self.place(keyword.to_str()?)?;
                if bound[slot].is_some() {
                    let text = format!("{}() got multiple values for argument '{keyword}'", self.name);
                    return Err(Failure::wrong_type(text));
                }
                // SAFETY: the caller's promise: a value for each name.
                bound[slot] = Some(owned(unsafe { *named.add(index) }));
            }
        }
        for (slot, default) in bound.iter_mut().zip(&self.defaults) {
            if slot.is_none() {
                *slot = default.as_ref().map(|default| default.bind(py).clone());
            }
        }
        let missing: Vec<usize> = (0..bound.len()).filter(|index| bound[*index].is_none()).collect();
        if missing.is_empty() {
            Ok(bound.into_iter().flatten().collect())
        } else {
            Err(self.missing(&missing))
        }
    }

    fn place(&self, keyword: &str) -> Result<usize, Failure> {
        let found = self.names.iter().position(|name| name == keyword);
        match found.filter(|index| *index >= self.positional_only && Some(*index) != self.rest) {
            Some(index) => Ok(index),
            None if found.is_some_and(|index| index < self.positional_only) => {
                Err(Failure::wrong_type(format!(
                    "{}() got some positional-only arguments passed as keyword arguments: '{keyword}'",
                    self.name
                )))
            }
            None => Err(Failure::wrong_type(format!(
                "{}() got an unexpected keyword argument '{keyword}'",
                self.name
            ))),
        }
    }

    fn too_many(&self, given: usize) -> Failure {
        let optional = self.defaults[..self.positional].iter().flatten().count();
        let least = self.positional - optional;
        let takes =
            if optional > 0 { format!("from {least} to {}", self.positional) } else { least.to_string() };
        let noun = if self.positional == 1 { "argument" } else { "arguments" };
        let were = if given == 1 { "was" } else { "were" };
        Failure::wrong_type(format!(
            "{}() takes {takes} positional {noun} but {given} {were} given",
            self.name
        ))
    }

    fn missing(&self, missing: &[usize]) -> Failure {
        let is_positional = missing[0] < self.positional;
        let names: Vec<String> = missing
            .iter()
            .filter(|index| (**index < self.positional) == is_positional)
            .map(|index| format!("'{}'", self.names[*index]))
            .collect();
        let kind = if is_positional { "positional" } else { "keyword-only" };
        let noun = if names.len() == 1 { "argument" } else { "arguments" };
        let list = match names.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
            [] => String::new(),
        };
        let text = format!("{}() missing {} required {kind} {noun}: {list}", self.name, names.len());
        Failure::wrong_type(text)
    }
}
