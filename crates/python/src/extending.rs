//! `ferrule.extending`: what Python code adds to compiled code, and which of it serves a call.
//!
//! Registrations are the process's and stay: a function, or a class of types with a name, has typing functions, asked
//! in the order in which they were registered. Compiling meets them through [`Snapshot`](crate::snapshot::Snapshot):
//! inference asks for a call, and [`answer`] runs the typing functions with the interpreter's lock held.

mod operand;
mod signatures;
mod typing;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infer::{Answer, Question, Subject};
use pyo3::prelude::*;

use crate::snapshot::Objects;
use typing::{Call, Typing};

/// What was registered. Held for moments, with the interpreter's lock; no Python runs under it.
#[derive(Default)]
struct Registry {
    /// By the address of the function or class, which is kept.
    functions: HashMap<usize, (Py<PyAny>, Vec<Arc<Typing>>)>,
    members: Vec<Arc<Member>>,
    names: Arc<HashSet<String>>,
}

/// An attribute or a method of values of some types.
struct Member {
    /// A class of `ferrule.types`, or one type.
    of: Py<PyAny>,
    name: String,
    is_method: bool,
    typing: Arc<Typing>,
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);

fn registry() -> MutexGuard<'static, Option<Registry>> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds what `ferrule/extending.py` is made of to the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(add_overload, module)?)?;
    module.add_function(wrap_pyfunction!(add_member, module)?)
}

/// Lets a typing function say what calls of a function or class do in compiled code.
#[pyfunction]
fn add_overload(
    py: Python<'_>,
    function: Py<PyAny>,
    typing: Py<PyAny>,
    decorator: Option<Py<PyAny>>,
    strict: bool,
    prefer_literal: bool,
) {
    let typing = Arc::new(Typing::new(py, typing, decorator, strict, prefer_literal));
    let mut registry = registry();
    let functions = &mut registry.get_or_insert_default().functions;
    let address = function.as_ptr().addr();
    functions.entry(address).or_insert_with(|| (function, Vec::new())).1.push(typing);
}

/// Lets a typing function say what an attribute or a method of values of some types is in compiled code.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what Numba's decorators take")]
fn add_member(
    py: Python<'_>,
    of: Py<PyAny>,
    name: String,
    is_method: bool,
    typing: Py<PyAny>,
    decorator: Option<Py<PyAny>>,
    strict: bool,
    prefer_literal: bool,
) {
    let typing = Arc::new(Typing::new(py, typing, decorator, strict, prefer_literal));
    let mut registry = registry();
    let registry = registry.get_or_insert_default();
    Arc::make_mut(&mut registry.names).insert(name.clone());
    registry.members.push(Arc::new(Member { of, name, is_method, typing }));
}

/// Whether calls of an object have implementations.
pub(crate) fn is_overloaded(object: &Bound<'_, PyAny>) -> bool {
    registry().as_ref().is_some_and(|registry| registry.functions.contains_key(&object.as_ptr().addr()))
}

/// The names of all attributes and methods that were added.
pub(crate) fn names() -> Arc<HashSet<String>> {
    registry().as_ref().map(|registry| registry.names.clone()).unwrap_or_default()
}

/// Answers a question: runs the typing functions.
///
/// # Errors
/// What a typing function raises that is no error of typing.
pub(crate) fn answer(question: &Question, objects: &mut Objects<'_>) -> PyResult<Answer> {
    let call = Call::new(question, objects)?;
    match &question.subject {
        Subject::Function(function) => {
            let object = objects.get(*function).as_ptr().addr();
            let found =
                registry().as_ref().and_then(|registry| Some(registry.functions.get(&object)?.1.clone()));
            call.choose(&found.unwrap_or_default(), objects)
        }
        Subject::Method(name) => call.choose(&members(&call, name, true)?, objects),
        Subject::Attribute(name) => match members(&call, name, false)?.as_slice() {
            [] if members(&call, name, true)?.is_empty() => Ok(Answer::Nothing(Vec::new())),
            [] => Ok(Answer::Method),
            attributes => call.choose(attributes, objects),
        },
    }
}

/// The typing functions of an attribute or a method of what the call's first argument is.
fn members(call: &Call<'_>, name: &str, is_method: bool) -> PyResult<Vec<Arc<Typing>>> {
    let all = registry().as_ref().map(|registry| registry.members.clone()).unwrap_or_default();
    let mut found = Vec::new();
    for member in all.iter().filter(|member| member.name == name && member.is_method == is_method) {
        if call.is_of(&member.of)? {
            found.push(member.typing.clone());
        }
    }
    Ok(found)
}
