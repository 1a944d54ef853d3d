//! What a Python object means to compiled code.
//!
//! Numbers and strings are frozen. A function is recognised by identity with the attribute of the
//! module that it names as its own, so that a user's `exp` is never taken for `math.exp`.

use std::sync::Arc;

use infer::{Entity, FrozenArray, TupleClass};
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyCFunction, PyComplex, PyFloat, PyFunction, PyInt, PyModule, PyString, PyTuple, PyType,
};
use pyobject::{Ndarray, NoArrayTy, element_of_dtype};
use tir::{Const, HostObject, IntTy, Ty};

use super::c_data;
use super::objects::Objects;
use crate::cdata::CData;
use crate::dispatch::array_ty;
use crate::dtype;
use crate::errors;
use crate::extending;
use crate::ffi_object::Ffi;
use crate::named_tuple::{self, NamedClass};
use crate::signature::{TypeKind, module_of, of_numpy_class, type_kind};
use crate::table;

/// The modules whose functions inference has rules for.
const KNOWN: &[&str] = &["builtins", "math", "cmath", "numpy", "ferrule"];

/// Where NumPy's functions are found, whatever module they call their own.
const NUMPY: &[&str] = &["numpy", "numpy.random", "numpy.linalg"];

/// What the object means; it is remembered if calls of it have implementations.
pub(super) fn of<'py>(value: &Bound<'py, PyAny>, objects: &mut Objects<'py>) -> PyResult<Entity> {
    let entity = of_itself(value, objects)?;
    if !extending::is_overloaded(value) {
        return Ok(entity);
    }
    let number = objects.number(value);
    // Objects that mean nothing by themselves are told apart.
    let entity = if let Entity::Opaque(words) = entity { Entity::Overloaded(number, words) } else { entity };
    objects.overloaded(&entity, number);
    Ok(entity)
}

fn of_itself<'py>(value: &Bound<'py, PyAny>, objects: &mut Objects<'py>) -> PyResult<Entity> {
    if let Some(entity) = number(value)? {
        return Ok(entity);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Entity::Text(text.to_str()?.to_owned()));
    }
    if let Ok(class) = value.cast::<PyType>() {
        return of_class(class, objects);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return of_tuple(tuple, objects);
    }
    if let Some(entity) = of_numpy(value, objects)? {
        return Ok(entity);
    }
    if let Some(kind) = type_kind(value) {
        // The lock is let go before the interpreter is asked for words.
        let ty = kind.ty(&table::read());
        return Ok(ty.map_or_else(|| opaque(value), Entity::Type));
    }
    if let Some(data) = CData::of(value.as_borrowed()) {
        let entity = c_data::of(value, data, objects)?;
        return Ok(entity.unwrap_or_else(|| opaque(value)));
    }
    if let Some(wrapped) = wrapped(value)? {
        // A function of NumPy that is written in Python is known by name too.
        if let Some(name) = known_name(&wrapped.function)? {
            return Ok(Entity::Known(name));
        }
        return Ok(Entity::Function(objects.number_function(value, &wrapped)?));
    }
    if let Some(name) = known_name(value)? {
        return Ok(Entity::Known(name));
    }
    if is_namespace(value) {
        return Ok(Entity::Namespace(objects.number(value)));
    }
    Ok(opaque(value))
}

/// The Python function that is compiled where this is called: itself, or what a cfunc or a jitted function wraps.
pub(crate) fn python_function<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(wrapped(value)?.map(|wrapped| wrapped.function))
}

/// The number of a function that is known to be one of Python, itself or what wraps it.
pub(crate) fn number_function<'py>(
    value: &Bound<'py, PyAny>,
    objects: &mut Objects<'py>,
) -> PyResult<HostObject> {
    match wrapped(value)? {
        Some(wrapped) => objects.number_function(value, &wrapped),
        None => Err(errors::internal("snapshot: an implementation is no function".to_owned())),
    }
}

/// A Python function, and what its decorator was given; a plain one is compiled as its caller.
pub(super) struct Wrapped<'py> {
    pub(super) function: Bound<'py, PyAny>,
    pub(super) options: Option<infer::Options>,
    pub(super) locals: Vec<(String, TypeKind)>,
}

/// The function that is called where `value` is: itself, or what a cfunc or a jitted function wraps.
fn wrapped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Wrapped<'py>>> {
    if value.is_instance_of::<PyFunction>() {
        return Ok(Some(Wrapped { function: value.clone(), options: None, locals: Vec::new() }));
    }
    if value.is_instance_of::<crate::cfunc::CFunc>() {
        let options = Some(infer::Options::default());
        return Ok(Some(Wrapped { function: value.getattr("__wrapped__")?, options, locals: Vec::new() }));
    }
    if let Ok(dispatcher) = value.cast::<crate::dispatch::Dispatcher>() {
        let dispatcher = dispatcher.get();
        let (options, locals) = (Some(dispatcher.rules()), dispatcher.locals().to_vec());
        return Ok(Some(Wrapped { function: dispatcher.function(value.py())?, options, locals }));
    }
    Ok(None)
}

/// Whether only its attributes mean something: a module, an enumeration, a library or an FFI.
pub(super) fn is_namespace(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyModule>()
        || value.is_instance_of::<Ffi>()
        || is_enumeration(value)
        || is_library(value)
}

fn is_library(value: &Bound<'_, PyAny>) -> bool {
    let class = value.py().import("ferrule._core").and_then(|core| core.getattr("Lib"));
    class.is_ok_and(|class| value.get_type().is(&class))
}

fn is_enumeration(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyType>() && value.hasattr("__members__").unwrap_or(false)
}

/// The constant that a number is.
fn number(value: &Bound<'_, PyAny>) -> PyResult<Option<Entity>> {
    if value.is_none() {
        return Ok(Some(Entity::Constant(Const::Unit, Ty::Unit)));
    }
    if value.is_exact_instance_of::<PyBool>() {
        return Ok(Some(Entity::Constant(Const::Bool(value.is_truthy()?), Ty::Bool)));
    }
    if let Some(kind) = of_numpy_class(value.get_type().as_any())? {
        let plain = value.call_method0("item")?;
        let ty = kind.ty(&table::read());
        return Ok(ty.and_then(|ty| constant(&plain, ty)));
    }
    if value.is_instance_of::<PyInt>() {
        let signed = value.extract::<i64>().map(|value| (i128::from(value), Ty::I64));
        let number =
            signed.or_else(|_| value.extract::<u64>().map(|value| (i128::from(value), Ty::Int(IntTy::U64))));
        return Ok(Some(match number {
            Ok((value, ty)) => Entity::Constant(Const::Int(value), ty),
            Err(_) => Entity::Opaque("an integer of more than 64 bits".to_owned()),
        }));
    }
    let ty = if value.is_instance_of::<PyFloat>() {
        Ty::F64
    } else if value.is_instance_of::<PyComplex>() {
        Ty::C128
    } else {
        return Ok(None);
    };
    Ok(constant(value, ty))
}

/// A plain Python number as a constant of `ty`.
pub(super) fn constant(value: &Bound<'_, PyAny>, ty: Ty) -> Option<Entity> {
    let constant = match ty {
        Ty::Bool => Const::Bool(value.is_truthy().ok()?),
        Ty::Int(_) => Const::Int(value.extract().ok()?),
        Ty::Float(_) => Const::Float(value.extract().ok()?),
        Ty::Complex(_) => {
            let complex = value.cast::<PyComplex>().ok()?;
            Const::Complex(complex.real(), complex.imag())
        }
        Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => return None,
    };
    Some(Entity::Constant(constant, ty))
}

fn of_class<'py>(class: &Bound<'py, PyType>, objects: &mut Objects<'py>) -> PyResult<Entity> {
    if class.is_subclass_of::<PyBaseException>()? {
        let name = class.name()?.to_str()?.to_owned();
        return Ok(Entity::Exception(name, objects.number(class)));
    }
    if let Some(kind) = of_numpy_class(class)? {
        let ty = kind.ty(&table::read());
        return Ok(ty.map_or_else(|| opaque(class), Entity::Type));
    }
    if let Some(name) = known_name(class)? {
        return Ok(Entity::Known(name));
    }
    if let Some(class) = tuple_class(class, objects)? {
        return Ok(Entity::NamedTuple(class));
    }
    if is_enumeration(class) {
        return Ok(Entity::Namespace(objects.number(class)));
    }
    Ok(Entity::Opaque(format!("the class `{}`", class.name()?)))
}

fn of_tuple<'py>(tuple: &Bound<'py, PyTuple>, objects: &mut Objects<'py>) -> PyResult<Entity> {
    let is_plain = tuple.is_exact_instance_of::<PyTuple>();
    let class = if is_plain { None } else { tuple_class(&tuple.get_type(), objects)? };
    let class = class.filter(|class| class.fields.len() == tuple.len());
    if class.is_none() && !is_plain {
        return Ok(opaque(tuple));
    }
    let items = tuple.iter().map(|item| of(&item, objects)).collect::<PyResult<_>>()?;
    Ok(match class {
        Some(class) => Entity::Named(class, items),
        None => Entity::Tuple(items),
    })
}

/// What is known of a class of named tuples, if it is one.
pub(super) fn tuple_class<'py>(
    class: &Bound<'py, PyType>,
    objects: &mut Objects<'py>,
) -> PyResult<Option<Arc<TupleClass>>> {
    let object = objects.number(class);
    if let Some(known) = objects.tuple_class(object) {
        return Ok(Some(known.clone()));
    }
    let Some(NamedClass { fields, overridden }) = named_tuple::of_class(class)? else { return Ok(None) };
    let name = class.name()?.to_str()?.to_owned();
    let bases = class.mro().iter().map(|base| objects.number(&base)).collect();
    let made = TupleClass { object, name, fields, defaults: Vec::new(), bases, overridden };
    // A default may be a tuple of the class itself: it needs no defaults, since it is made.
    objects.add_tuple_class(&Arc::new(made.clone()));
    let mut defaults = Vec::new();
    if made.overridden.iter().all(|name| name != "__new__") {
        for default in named_tuple::defaults(class)? {
            defaults.push(of(&default, objects)?);
        }
    }
    let made = Arc::new(TupleClass { defaults, ..made });
    objects.add_tuple_class(&made);
    Ok(Some(made))
}

/// The qualified name of a function or class of a known module.
fn known_name(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let Some(name) = value.getattr_opt("__name__")? else { return Ok(None) };
    let Ok(name) = name.extract::<String>() else { return Ok(None) };
    let module = match value.getattr_opt("__module__")? {
        Some(module) if module.is_instance_of::<PyString>() => module.extract::<String>()?,
        // Universal functions of older NumPy have no module, nor have the methods of its one generator.
        _ => "numpy".to_owned(),
    };
    let candidates: &[&str] = if module == "numpy" || module.starts_with("numpy.") {
        NUMPY
    } else {
        let found = KNOWN.iter().position(|known| *known == module);
        found.map_or(&[], |index| &KNOWN[index..=index])
    };
    for candidate in candidates {
        let Some(namespace) = loaded(value.py(), candidate)? else { continue };
        if namespace.getattr_opt(name.as_str())?.is_some_and(|known| known.is(value)) {
            return Ok(Some(format!("{candidate}.{name}")));
        }
    }
    Ok(None)
}

/// A module, if it is loaded.
fn loaded<'py>(py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let modules = py.import("sys")?.getattr("modules")?;
    Ok(modules.get_item(name).ok())
}

/// An array or a dtype of NumPy's.
fn of_numpy<'py>(value: &Bound<'py, PyAny>, objects: &mut Objects<'py>) -> PyResult<Option<Entity>> {
    // SAFETY: the lock is held and the object is borrowed.
    if unsafe { Ndarray::of(value.as_ptr()) }.is_some() {
        return frozen_array(value, objects).map(Some);
    }
    let Some(numpy) = loaded(value.py(), "numpy")? else { return Ok(None) };
    let Some(class) = numpy.getattr_opt("dtype")? else { return Ok(None) };
    if !value.is_instance(&class)? {
        return Ok(None);
    }
    // SAFETY: it is a dtype of NumPy's, which is borrowed.
    Ok(match unsafe { element_of_dtype(value.as_ptr()) } {
        Ok(element) => Some(Entity::Type(element.ty())),
        Err(NoArrayTy::Record) => dtype::record_of(value).ok().map(|record| Entity::Type(Ty::Record(record))),
        Err(NoArrayTy::Swapped | NoArrayTy::Dtype) => None,
    })
}

/// A copy of an array that nobody writes.
fn frozen_array<'py>(value: &Bound<'py, PyAny>, objects: &mut Objects<'py>) -> PyResult<Entity> {
    let copy = value.call_method1("copy", ("K",))?;
    copy.call_method1("setflags", (false,))?;
    // SAFETY: the lock is held and the object is borrowed.
    let Some(array) = (unsafe { Ndarray::of(copy.as_ptr()) }) else { return Ok(opaque(value)) };
    let Ok(ty) = array_ty(copy.as_borrowed(), array) else {
        let dtype = value.getattr("dtype")?.str()?.to_string();
        return Ok(Entity::Opaque(format!("an array of dtype {dtype}")));
    };
    // SAFETY: the copy is kept as long as the code, and nobody gives it another shape.
    let (address, (dims, strides)) = unsafe { (array.data().expose_provenance() as u64, array.shape()) };
    let words = |all: &[isize]| all.iter().map(|word| *word as i64).collect();
    let (dims, strides) = (words(dims), words(strides));
    objects.keep(&copy);
    Ok(Entity::Array(FrozenArray { ty, address, dims, strides }))
}

/// What is nothing to compiled code, in the words of a message.
fn opaque(value: &Bound<'_, PyAny>) -> Entity {
    let class = value.get_type();
    let name = class.name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
    let is_builtin = module_of(&class) == "builtins";
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Entity::Opaque(if value.is_instance_of::<PyCFunction>() {
        format!("the function `{}`", value.getattr("__qualname__").map_or(name, |name| name.to_string()))
    } else if is_builtin {
        format!("{article} {name}")
    } else {
        format!("an object of class `{name}`")
    })
}
