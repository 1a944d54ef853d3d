//! A call from Python: the code that was called last, else the code for the arguments' types.

use std::slice;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::argument::Argument;
use super::cache::Turn;
use super::compile::{self, Request};
use super::object::{self, Dispatcher};
use super::resolve;
use super::specialisation::Specialisation;
use crate::failure::Failure;
use crate::signature::{self, CNames, TypeKind, Wanted};
use crate::snapshot::Given;
use crate::table;
use crate::trampoline::slot;

/// Calls the function.
///
/// # Safety
/// The interpreter calls it with a live dispatcher and with arguments that live as long as the call.
pub(super) unsafe extern "C" fn vectorcall(
    callable: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(|py| {
        // SAFETY: the caller's promise.
        unsafe {
            let dispatcher = object::of_ptr(callable);
            let count = ffi::PyVectorcall_NARGS(nargsf).unsigned_abs();
            let positional = if count == 0 { &[] } else { slice::from_raw_parts(args, count) };
            if keywords.is_null()
                && dispatcher.plain_count == Some(count)
                && let Some(last) = dispatcher.cache.last()
                && let Some(done) = last.call_if_exact(py, callable, positional)
            {
                return done;
            }
            uncommon(py, callable, positional, keywords, args.add(count))
        }
    })
}

/// A call that the code that was called last does not take.
///
/// # Safety
/// As for [`vectorcall`]; `named` are the values of the keywords.
#[inline(never)]
unsafe fn uncommon(
    py: Python<'_>,
    callable: *mut ffi::PyObject,
    positional: &[*mut ffi::PyObject],
    keywords: *mut ffi::PyObject,
    named: *const *mut ffi::PyObject,
) -> Result<*mut ffi::PyObject, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let owner = Borrowed::from_ptr(py, callable).cast::<Dispatcher>().map_err(PyErr::from)?;
        let dispatcher = owner.get();
        let bound;
        let objects: Vec<*mut ffi::PyObject>;
        let args = if keywords.is_null() && dispatcher.plain_count == Some(positional.len()) {
            positional
        } else {
            bound = dispatcher.parameters.bind(py, positional, keywords, named)?;
            objects = bound.iter().map(Bound::as_ptr).collect();
            &objects
        };
        for made in dispatcher.cache.first() {
            if let Some(done) = made.call_if_exact(py, callable, args) {
                dispatcher.cache.set_last(made);
                return done;
            }
        }
        let key = key_of(py, dispatcher, args)?;
        let made = match dispatcher.cache.get(&key) {
            Some(made) => made,
            None => serve(&owner, &key, args)?,
        };
        dispatcher.cache.set_last(&made);
        let wrong = |failure, index| wrong_argument(failure, dispatcher, index);
        made.call_converted(py, callable, args, wrong)
    }
}

/// The type key of the arguments.
///
/// # Safety
/// The arguments live.
unsafe fn key_of(
    py: Python<'_>,
    dispatcher: &Dispatcher,
    args: &[*mut ffi::PyObject],
) -> Result<Vec<Argument>, Failure> {
    let one = |(index, object): (usize, &*mut ffi::PyObject)| {
        // SAFETY: the caller's promise.
        let object = unsafe { Borrowed::from_ptr(py, *object) };
        Argument::of(object).map_err(|failure| wrong_argument(failure, dispatcher, index))
    };
    args.iter().enumerate().map(one).collect()
}

#[cold]
fn wrong_argument(failure: Failure, dispatcher: &Dispatcher, index: usize) -> Failure {
    failure.at(|| {
        let name = dispatcher.parameters.names.get(index).map_or("", String::as_str);
        format!("argument {} of {}, `{name}`", index + 1, dispatcher.parameters.shown())
    })
}

/// The code for a key that is met for the first time.
///
/// # Safety
/// The arguments live, and are of the key.
unsafe fn serve(
    owner: &Borrowed<'_, '_, Dispatcher>,
    key: &[Argument],
    args: &[*mut ffi::PyObject],
) -> Result<Arc<Specialisation>, Failure> {
    let py = owner.py();
    let dispatcher = owner.get();
    // SAFETY: the caller's promise.
    let values: Vec<Bound<'_, PyAny>> =
        args.iter().map(|object| unsafe { Bound::from_borrowed_ptr(py, *object) }).collect();
    if dispatcher.is_closed() {
        let all = dispatcher.cache.all();
        let Some(best) = resolve::resolve(key, all.iter().map(|made| &*made.key)) else {
            return Err(no_match(dispatcher, key, &values)?);
        };
        dispatcher.cache.serve(key.into(), &all[best]);
        return Ok(all[best].clone());
    }
    let function = dispatcher.function(py)?;
    let shown = key.iter().zip(&values).map(|(one, value)| one.kind(value.as_borrowed()));
    let shown = shown.collect::<PyResult<Vec<TypeKind>>>()?;
    let given = key.iter().zip(&values).map(|(one, value)| given_of(one, value));
    let given = given.collect::<PyResult<Vec<_>>>()?;
    let mut keeps = Vec::new();
    for (one, value) in key.iter().zip(&values) {
        one.keep(value.as_borrowed(), &mut keeps)?;
    }
    let request = Request {
        function: &function,
        key,
        shown,
        keeps,
        given: given.into_iter().enumerate().collect(),
        result: None,
        options: &dispatcher.options,
    };
    Ok(compile_once(py, dispatcher, request)?)
}

/// What is known of an argument when compiling.
fn given_of<'py>(argument: &Argument, value: &Bound<'py, PyAny>) -> PyResult<Given<'py>> {
    Ok(match argument {
        Argument::Value(ty) => Given::Value(*ty),
        Argument::Text(_) | Argument::Function(_) => Given::Object(value.clone()),
        Argument::Tuple(items) => Given::Tuple(given_items(items, value)?),
        Argument::Named(_, items) => Given::Named(value.get_type(), given_items(items, value)?),
        Argument::Optional(held) => Given::Optional(Box::new(given_of(held, value)?)),
    })
}

fn given_items<'py>(items: &[Argument], value: &Bound<'py, PyAny>) -> PyResult<Vec<Given<'py>>> {
    let values = value.cast::<PyTuple>()?.iter();
    items.iter().zip(values).map(|(item, value)| given_of(item, &value)).collect()
}

/// Compiles a key, or waits for the thread that does.
fn compile_once(
    py: Python<'_>,
    dispatcher: &Dispatcher,
    request: Request<'_, '_>,
) -> PyResult<Arc<Specialisation>> {
    let key = request.key;
    match dispatcher.cache.turn(py, key) {
        Turn::Ready(made) => Ok(made),
        Turn::Compile => {
            // `PyO3` is told that the lock is held: it would else keep what is dropped here for later.
            let made = Python::attach(|_| compile::compile(request).map(Arc::new));
            dispatcher.cache.end(key, made.as_ref().ok());
            made
        }
    }
}

fn no_match(dispatcher: &Dispatcher, key: &[Argument], values: &[Bound<'_, PyAny>]) -> PyResult<Failure> {
    let kinds = key.iter().zip(values).map(|(one, value)| one.kind(value.as_borrowed()));
    let kinds = kinds.collect::<PyResult<Vec<_>>>()?;
    let types = table::read();
    let shown: Vec<String> = kinds.iter().map(|kind| kind.display(&types)).collect();
    let shown = shown.join(", ");
    let text = format!("{} has no signature for ({shown})", dispatcher.parameters.shown());
    Ok(Failure::wrong_type(text))
}

/// The meaning of a signature, or of a tuple of argument types.
pub(super) fn wanted(signature: &Bound<'_, PyAny>) -> PyResult<Wanted> {
    signature::of_object(signature, CNames(None))
}

/// Compiles for a signature.
pub(super) fn compile_signature(owner: &Bound<'_, Dispatcher>, signature: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = owner.py();
    let dispatcher = owner.get();
    let wanted = wanted(signature)?;
    let no_type = |kind: &TypeKind| {
        let name = kind.display(&table::read());
        PyTypeError::new_err(format!("compiled code is not specialised for {name} by a signature"))
    };
    let key = wanted.params.iter().map(|kind| Argument::of_type(kind).ok_or_else(|| no_type(kind)));
    let key = key.collect::<PyResult<Vec<Argument>>>()?;
    let result = match &wanted.result {
        Some(kind) if kind.ty(&table::read()).is_none() => return Err(no_type(kind)),
        Some(kind) => Some(kind.clone()),
        None => None,
    };
    let function = dispatcher.function(py)?;
    let given = wanted.params.iter().map(|kind| Given::of_type(py, kind)).enumerate().collect();
    let request = Request {
        function: &function,
        key: &key,
        shown: wanted.params,
        // The types that are shown keep the classes that they name.
        keeps: Vec::new(),
        given,
        result,
        options: &dispatcher.options,
    };
    compile_once(py, dispatcher, request).map(|_| ())
}

/// Whether an object is a signature or several, for the decorator.
pub(super) fn signatures<'py>(given: &Bound<'py, PyAny>) -> Vec<Bound<'py, PyAny>> {
    if let Ok(list) = given.cast::<pyo3::types::PyList>() {
        return list.iter().collect();
    }
    if let Ok(tuple) = given.cast::<PyTuple>()
        && !tuple.is_empty()
        && tuple.iter().all(|item| signature::type_kind(&item).is_none())
    {
        return tuple.iter().collect();
    }
    vec![given.clone()]
}
