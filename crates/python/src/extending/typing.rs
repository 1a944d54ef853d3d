//! A typing function, and what it says of a call.
//!
//! It is asked once for the same types: what it returned stays, as in Numba. An error of typing that it raises refuses
//! these types; any other exception is its user's, and ends the compilation.

use std::cell::Cell;
use std::sync::Arc;

use infer::{Answer, Constants, Entity, Operand, Question};
use pyo3::exceptions::{PyRecursionError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::operand::kind_of;
use super::signatures;
use crate::snapshot::{Objects, number_function, python_function};

/// A typing function with how it was registered.
pub(super) struct Typing {
    function: Py<PyAny>,
    /// What is put on implementations: `njit` with the options that they are compiled with.
    decorator: Option<Py<PyAny>>,
    /// Whether an implementation takes what the typing function takes.
    is_strict: bool,
    /// Whether it is told of constants before it is asked without them.
    prefers_literals: bool,
    /// What it returned, by the types of arguments, with the functions whose addresses are in those.
    known: Py<PyDict>,
}

/// What a typing function says.
enum Said<'py> {
    Implementation(Bound<'py, PyAny>),
    Nothing,
    Refused(String),
}

/// The arguments of a call as typing functions get them.
pub(super) struct Call<'py> {
    plain: (Bound<'py, PyTuple>, Bound<'py, PyDict>),
    told: Option<(Bound<'py, PyTuple>, Bound<'py, PyDict>)>,
    constants: Constants,
    /// The functions whose addresses are in the types.
    functions: Vec<Bound<'py, PyAny>>,
}

impl<'py> Call<'py> {
    pub(super) fn new(question: &Question, objects: &Objects<'py>) -> PyResult<Self> {
        let arguments = |literals: bool| -> PyResult<_> {
            let py = objects.py();
            let object = |operand: &Operand| kind_of(operand, literals, objects)?.object(py);
            let positional = question.positional.iter().map(object).collect::<PyResult<Vec<_>>>()?;
            let named = PyDict::new(py);
            for (name, operand) in &question.named {
                named.set_item(name, object(operand)?)?;
            }
            Ok((PyTuple::new(py, positional)?, named))
        };
        let mut functions = Vec::new();
        let operands = question.positional.iter().chain(question.named.iter().map(|(_, operand)| operand));
        for operand in operands {
            collect_functions(operand, objects, &mut functions);
        }
        Ok(Self {
            plain: arguments(false)?,
            told: (question.constants == Constants::Told).then(|| arguments(true)).transpose()?,
            constants: question.constants,
            functions,
        })
    }

    /// Whether the first argument is of a class of types, or of one type.
    pub(super) fn is_of(&self, of: &Py<PyAny>) -> PyResult<bool> {
        let first = self.plain.0.get_item(0)?;
        let of = of.bind(first.py());
        if of.is_instance_of::<PyType>() { first.is_instance(of) } else { first.eq(of) }
    }

    /// What the first of these typing functions that says something says.
    pub(super) fn choose(&self, typings: &[Arc<Typing>], objects: &mut Objects<'py>) -> PyResult<Answer> {
        let mut reasons: Vec<String> = Vec::new();
        for typing in typings {
            let ways: &[bool] = match (self.constants, typing.prefers_literals) {
                (Constants::None, _) => &[false],
                (Constants::Hidden | Constants::Told, true) => &[true, false],
                (Constants::Hidden | Constants::Told, false) => &[false, true],
            };
            for knows_constants in ways.iter().copied() {
                let arguments = match (&self.told, knows_constants) {
                    (_, false) => &self.plain,
                    (Some(told), true) => told,
                    (None, true) => return Ok(Answer::TellConstants),
                };
                match typing.asked(arguments, &self.functions)? {
                    Said::Implementation(function) => {
                        let function = number_function(&function, objects)?;
                        return Ok(Answer::Function { function, knows_constants });
                    }
                    Said::Refused(reason) if !reasons.contains(&reason) => reasons.push(reason),
                    Said::Refused(_) | Said::Nothing => {}
                }
            }
        }
        Ok(Answer::Nothing(reasons))
    }
}

fn collect_functions<'py>(operand: &Operand, objects: &Objects<'py>, found: &mut Vec<Bound<'py, PyAny>>) {
    match operand {
        Operand::Known(Entity::Function(number)) => found.push(objects.get(*number).clone()),
        Operand::Tuple(items) | Operand::Named(_, items) => {
            for item in items {
                collect_functions(item, objects, found);
            }
        }
        Operand::Optional(held) => collect_functions(held, objects, found),
        Operand::Value(_)
        | Operand::Constant(..)
        | Operand::Known(_)
        | Operand::Slice { .. }
        | Operand::Closure(_)
        | Operand::Other(_) => {}
    }
}

impl Typing {
    pub(super) fn new(
        py: Python<'_>,
        function: Py<PyAny>,
        decorator: Option<Py<PyAny>>,
        is_strict: bool,
        prefers_literals: bool,
    ) -> Self {
        Self { function, decorator, is_strict, prefers_literals, known: PyDict::new(py).unbind() }
    }

    /// What it says of arguments of these types.
    fn asked<'py>(
        &self,
        (positional, named): &(Bound<'py, PyTuple>, Bound<'py, PyDict>),
        functions: &[Bound<'py, PyAny>],
    ) -> PyResult<Said<'py>> {
        let py = positional.py();
        let known = self.known.bind(py);
        let key = (positional, PyTuple::new(py, named.items())?).into_pyobject(py)?;
        let said = match known.get_item(&key)? {
            Some(said) => said,
            None => match self.called(positional, named)? {
                Ok(given) => {
                    let entry = (given, PyTuple::new(py, functions)?);
                    // Where another thread asked meanwhile, its answer serves both.
                    known.call_method1("setdefault", (key, entry))?
                }
                Err(reason) => return Ok(Said::Refused(reason)),
            },
        };
        let given = said.get_item(0)?;
        Ok(if given.is_none() { Said::Nothing } else { Said::Implementation(given) })
    }

    /// What it returns: `None`, or a function that serves; or why not.
    fn called<'py>(
        &self,
        positional: &Bound<'py, PyTuple>,
        named: &Bound<'py, PyDict>,
    ) -> PyResult<Result<Bound<'py, PyAny>, String>> {
        let py = positional.py();
        let function = self.function.bind(py);
        if let Err(reason) = signatures::binds(function, positional, named)? {
            return Ok(Err(reason));
        }
        let _depth = Depth::enter()?;
        let given = match function.call(positional, Some(named)) {
            Ok(given) => given,
            Err(error) => return reason(py, error).map(Err),
        };
        if given.is_none() {
            return Ok(Ok(given));
        }
        let Some(implementation) = python_function(&given)? else {
            return Err(PyTypeError::new_err(format!(
                "{} returned {}, not a function or None",
                shown(function)?,
                given.repr()?
            )));
        };
        Ok(match signatures::difference(function, &implementation, self.is_strict)? {
            Some(difference) => Err(difference),
            None => Ok(match &self.decorator {
                Some(decorator) => decorator.bind(py).call1((implementation,))?,
                None => given,
            }),
        })
    }
}

/// What an error of typing says; any other exception stays one.
fn reason(py: Python<'_>, error: PyErr) -> PyResult<String> {
    let class = py.import("ferrule.errors")?.getattr("CompileError")?;
    let value = error.value(py);
    if !value.is_instance(&class)? {
        return Err(error);
    }
    let first = value.getattr_opt("diagnostics")?.and_then(|all| all.get_item(0).ok());
    match first {
        Some(first) => first.getattr("title")?.extract(),
        None => value.str()?.extract(),
    }
}

/// A function as messages name it.
pub(super) fn shown(function: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(match function.getattr_opt("__qualname__")? {
        Some(name) => format!("`{name}`"),
        None => function.repr()?.to_string(),
    })
}

/// A typing function that runs. It may call compiled functions, and their compilation ask typing functions again.
struct Depth;

/// Far more than programs do, far less than the stack holds.
const DEEPEST: u32 = 20;

thread_local! {
    static RUNNING: Cell<u32> = const { Cell::new(0) };
}

impl Depth {
    fn enter() -> PyResult<Self> {
        if RUNNING.get() == DEEPEST {
            return Err(PyRecursionError::new_err(
                "a typing function calls compiled code that asks it again",
            ));
        }
        RUNNING.set(RUNNING.get() + 1);
        Ok(Self)
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get() - 1);
    }
}
