//! Classes of named tuples, as `collections.namedtuple` and `typing.NamedTuple` make them, and their tuples.
//!
//! Compiled code knows of such a class the names of its items and their defaults. A class that gives the operations
//! of tuples another meaning is none; where it overrides less, what it overrides is not used.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

/// What is known of a class.
pub(crate) struct NamedClass {
    /// The names of the items.
    pub(crate) fields: Vec<String>,
    /// Fields and methods that mean something else in this class.
    pub(crate) overridden: Vec<String>,
}

/// What a tuple is asked by operators and statements.
const OPERATIONS: &[&str] = &[
    "__add__",
    "__contains__",
    "__eq__",
    "__ge__",
    "__getattribute__",
    "__getitem__",
    "__gt__",
    "__iter__",
    "__le__",
    "__len__",
    "__lt__",
    "__ne__",
];

/// Operations that tuples do not have, and that a class may add.
const ADDED: &[&str] = &["__bool__", "__getattr__", "__index__", "__float__", "__radd__"];

/// Methods that `collections.namedtuple` makes for each class.
const MADE: &[&str] = &["__new__", "_make", "_replace"];

/// What is known of a class, if it is one of named tuples.
pub(crate) fn of_class(class: &Bound<'_, PyType>) -> PyResult<Option<NamedClass>> {
    if !class.is_subclass_of::<PyTuple>()? {
        return Ok(None);
    }
    let Some(fields) = class.getattr_opt("_fields")? else { return Ok(None) };
    let Ok(fields) = fields.extract::<Vec<String>>() else { return Ok(None) };
    let tuple = class.py().get_type::<PyTuple>();
    for name in OPERATIONS {
        if !class.getattr(*name)?.is(&tuple.getattr(*name)?) {
            return Ok(None);
        }
    }
    for name in ADDED {
        if class.getattr_opt(*name)?.is_some() {
            return Ok(None);
        }
    }
    let mut overridden = Vec::new();
    for field in &fields {
        let found = class.getattr_opt(field.as_str())?;
        if !found.is_some_and(|found| is_getter(&found)) {
            overridden.push(field.clone());
        }
    }
    for name in MADE {
        if !is_made(class, name)? {
            overridden.push((*name).to_owned());
        }
    }
    for name in ["count", "index"] {
        let is_field = fields.iter().any(|field| field == name);
        if !is_field && !class.getattr(name)?.is(&tuple.getattr(name)?) {
            overridden.push(name.to_owned());
        }
    }
    Ok(Some(NamedClass { fields, overridden }))
}

/// Whether an attribute of a class gets an item of its tuples.
fn is_getter(attribute: &Bound<'_, PyAny>) -> bool {
    attribute.get_type().name().is_ok_and(|name| name == "_tuplegetter")
}

/// Whether a method is the one that `collections.namedtuple` made.
fn is_made(class: &Bound<'_, PyType>, name: &str) -> PyResult<bool> {
    let method = class.getattr(name)?;
    let method = method.getattr_opt("__func__")?.unwrap_or(method);
    let Some(globals) = method.getattr_opt("__globals__")? else { return Ok(false) };
    let module = globals.get_item("__name__")?;
    // `__new__` is made from text, in a namespace of its own.
    Ok(module
        .extract::<String>()
        .is_ok_and(|module| module == "collections" || module.starts_with("namedtuple_")))
}

/// The default values of the last items of a class.
pub(crate) fn defaults<'py>(class: &Bound<'py, PyType>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let defaults = class.getattr("__new__")?.getattr_opt("__defaults__")?;
    let Some(Ok(defaults)) = defaults.map(Bound::cast_into::<PyTuple>) else { return Ok(Vec::new()) };
    Ok(defaults.iter().collect())
}

/// A tuple of the class with these items, as `tuple.__new__` makes it: no code of the class runs.
pub(crate) fn make<'py>(
    class: &Bound<'py, PyType>,
    items: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    if !class.is_subclass_of::<PyTuple>()? {
        return Err(PyTypeError::new_err("a class of tuples is wanted"));
    }
    let items = PyTuple::new(py, items)?;
    let args = PyTuple::new(py, [items])?;
    // SAFETY: the lock is held. `tuple`'s slot takes any subclass of it and its arguments; it gives a new reference,
    // or null with an error set.
    unsafe {
        let tuple = &raw mut ffi::PyTuple_Type;
        let Some(new) = (*tuple).tp_new else { return Err(PyTypeError::new_err("tuple cannot be made")) };
        let made = new(class.as_type_ptr(), args.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(py, made)
    }
}
