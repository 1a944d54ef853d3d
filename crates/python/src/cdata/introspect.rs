//! What Python's tools ask of a pointer to a function: its name, signature and text for `help`; and
//! what other callers of C take: its address, a function of ctypes, a capsule.

use std::collections::HashSet;
use std::ffi::{CStr, c_void};

use ctype::TypeId;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::face::Face;
use super::function::callable;
use super::object::{CData, Function};
use crate::cfunc::{capsule, ctypes_callback};
use crate::failure::{Class, Failure};
use crate::library::Symbol;
use crate::table;
use crate::trampoline::slot;

/// The name of a function that has none, as cffi has it.
const NAMELESS: &str = "<cdata>";

/// An attribute, asked of a live function object.
struct Attribute {
    name: &'static CStr,
    doc: &'static CStr,
    get: for<'py> fn(&Bound<'py, PyAny>, &Function) -> Result<Bound<'py, PyAny>, Failure>,
}

static ATTRIBUTES: &[Attribute] = &[
    Attribute { name: c"__name__", doc: c"The name that it is declared under.", get: name },
    Attribute { name: c"__doc__", doc: c"Its declaration, and the comment that belongs to it.", get: doc },
    Attribute {
        name: c"__signature__",
        doc: c"Its parameters, with their C types as annotations.",
        get: signature,
    },
    Attribute { name: c"address", doc: c"The address of its code.", get: address },
    Attribute {
        name: c"ctypes",
        doc: c"A function of ctypes with the same address and types.",
        get: ctypes_function,
    },
    Attribute {
        name: c"capsule",
        doc: c"The address in a capsule that is named after the C signature.",
        get: named_capsule,
    },
];

/// The table of the attributes for the interpreter.
pub(super) fn getters() -> *mut c_void {
    let getter = |attribute: &'static Attribute| ffi::PyGetSetDef {
        name: attribute.name.as_ptr(),
        get: Some(get),
        set: None,
        doc: attribute.doc.as_ptr(),
        closure: std::ptr::from_ref(attribute).cast_mut().cast(),
    };
    let end = ffi::PyGetSetDef {
        name: std::ptr::null(),
        get: None,
        set: None,
        doc: std::ptr::null(),
        closure: std::ptr::null_mut(),
    };
    let table: Vec<ffi::PyGetSetDef> = ATTRIBUTES.iter().map(getter).chain([end]).collect();
    Box::leak(table.into_boxed_slice()).as_mut_ptr().cast()
}

/// `__get__`: the function itself. That there is one makes it a routine to `inspect` and `help`.
pub(super) unsafe extern "C" fn unbound(
    this: *mut ffi::PyObject,
    _instance: *mut ffi::PyObject,
    _class: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls the slot with a live object; the caller gets a reference of its own.
    unsafe { ffi::Py_NewRef(this) }
}

unsafe extern "C" fn get(this: *mut ffi::PyObject, attribute: *mut c_void) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: CPython calls the getter with a live object of a class of functions, and with the
        // pointer in its entry of the table.
        let (object, attribute) =
            unsafe { (Bound::from_borrowed_ptr(py, this), &*attribute.cast::<Attribute>()) };
        let function = CData::of(object.as_borrowed()).and_then(CData::function);
        let function = function.ok_or_else(|| Failure::wrong_type("expected a pointer to a function"))?;
        Ok((attribute.get)(&object, function)?.into_ptr())
    })
}

/// The library's symbol that a function is.
fn symbol<'a, 'py: 'a>(object: &'a Bound<'py, PyAny>, function: &'a Function) -> Option<&'a Symbol> {
    // SAFETY: the function keeps its origin alive.
    let origin = unsafe { Borrowed::from_ptr(object.py(), function.origin?.as_ptr()) };
    // SAFETY: as above: the symbol lives as long as the function.
    origin.cast::<Symbol>().ok().map(|symbol| unsafe { &*std::ptr::from_ref(symbol.get()) })
}

fn name<'py>(object: &Bound<'py, PyAny>, function: &Function) -> Result<Bound<'py, PyAny>, Failure> {
    let py = object.py();
    if let Some(symbol) = symbol(object, function) {
        return Ok(PyString::new(py, &symbol.name).into_any());
    }
    let own = callable(py, &function.base).map(|callable| callable.getattr_opt("__name__")).transpose()?;
    Ok(own.flatten().unwrap_or_else(|| PyString::new(py, NAMELESS).into_any()))
}

fn doc<'py>(object: &Bound<'py, PyAny>, function: &Function) -> Result<Bound<'py, PyAny>, Failure> {
    let py = object.py();
    if let Some(symbol) = symbol(object, function) {
        let comment = symbol.comment.as_ref().map_or(String::new(), |comment| format!("{comment}\n\n"));
        let text =
            format!("{};\n\n{comment}A function of the library '{}'.", symbol.declaration, symbol.library());
        return Ok(PyString::new(py, &text).into_any());
    }
    let own = callable(py, &function.base).map(|callable| callable.getattr_opt("__doc__")).transpose()?;
    Ok(own.flatten().unwrap_or_else(|| py.None().into_bound(py)))
}

/// `(x: 'double', /) -> 'double'`. Arguments go by position; `...` is `*args`.
fn signature<'py>(object: &Bound<'py, PyAny>, function: &Function) -> Result<Bound<'py, PyAny>, Failure> {
    let py = object.py();
    let face = function.base.face.pointee();
    let Some(signature) = face.and_then(Face::signature) else { return Err(not_a_function(function)) };
    let (params, result) = {
        let types = table::read();
        let params: Vec<String> = signature.params.iter().map(|param| types.name(*param)).collect();
        (params, types.name(signature.result))
    };
    let inspect = py.import("inspect")?;
    let parameter = inspect.getattr("Parameter")?;
    let is_keyword = py.import("keyword")?.getattr("iskeyword")?;
    let declared = symbol(object, function).map_or(&[][..], |symbol| &symbol.parameters);
    let list = PyList::empty(py);
    let mut taken = HashSet::new();
    for (index, annotation) in params.iter().enumerate() {
        let mut name = match declared.get(index) {
            Some(Some(name)) => name.clone(),
            Some(None) | None => format!("arg{index}"),
        };
        while is_keyword.call1((&name,))?.is_truthy()? || !taken.insert(name.clone()) {
            name.push('_');
        }
        let options = PyDict::new(py);
        options.set_item("annotation", annotation)?;
        let kind = parameter.getattr("POSITIONAL_ONLY")?;
        list.append(parameter.call((name, kind), Some(&options))?)?;
    }
    if signature.is_variadic {
        let mut name = "args".to_owned();
        while taken.contains(&name) {
            name.push('_');
        }
        list.append(parameter.call1((name, parameter.getattr("VAR_POSITIONAL")?))?)?;
    }
    let options = PyDict::new(py);
    options.set_item("return_annotation", result)?;
    Ok(inspect.getattr("Signature")?.call((list,), Some(&options))?)
}

fn address<'py>(object: &Bound<'py, PyAny>, function: &Function) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the lock is held; the result is a new reference or null.
    unsafe {
        let address = function.base.address.expose_provenance();
        super::load::owned(object.py(), ffi::PyLong_FromSize_t(address))
    }
}

/// A function of ctypes, which keeps this one.
fn ctypes_function<'py>(
    object: &Bound<'py, PyAny>,
    function: &Function,
) -> Result<Bound<'py, PyAny>, Failure> {
    check_address(function)?;
    let prototype = ctypes_callback::prototype(object.py(), function_type(function)?)?;
    let made = prototype.call1((function.base.address.expose_provenance(),))?;
    made.setattr("_ferrule_owner", object)?;
    Ok(made)
}

/// A capsule, which keeps the function.
fn named_capsule<'py>(object: &Bound<'py, PyAny>, function: &Function) -> Result<Bound<'py, PyAny>, Failure> {
    check_address(function)?;
    let keeper = Box::new(object.clone().unbind());
    let address = function.base.address.expose_provenance();
    Ok(capsule::new(object.py(), function_type(function)?, address, keeper)?)
}

fn function_type(function: &Function) -> Result<TypeId, Failure> {
    function.base.face.pointee().map(|face| face.id).ok_or_else(|| not_a_function(function))
}

fn not_a_function(function: &Function) -> Failure {
    Failure::wrong_type(format!("{} is no pointer to a function", function.base.describe()))
}

fn check_address(function: &Function) -> Result<(), Failure> {
    if function.base.address.is_null() {
        return Err(Failure::new(Class::Value, format!("{} is NULL", function.base.describe())));
    }
    Ok(())
}
