//! What compiled code raises, as exceptions.
//!
//! Compiled code knows its own [`Descriptor`] by address. An error record of `runtime` names it, a
//! raise site and the words of the arguments; [`RaisedError`] is that with shared ownership of what
//! is needed to make the exception later, when the code may be gone. The exception is made with its
//! arguments boxed, and its traceback has an entry for the Python line that raised.

use std::collections::HashMap;
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arena::{Id, IdMap};
use pyo3::PyTypeInfo;
use pyo3::exceptions::PyRecursionError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyFrame, PyString, PyTraceback, PyTuple, PyType};
use source::Span;
use tir::{
    ErrorOp, ExceptionId, FloatTy, FuncId, Function, HostObject, Inst, IntTy, Op, Print, Program, RaiseArg,
    RaiseSite, RaiseSiteId, Terminator, Ty,
};

use super::border::OnError;
use crate::errors;
use crate::snapshot::ObjectTable;

/// What stands for a compiled program in its own code.
pub(crate) struct Descriptor {
    name: String,
    made_at: String,
    is_pinned: AtomicBool,
    /// What happens to an exception that reaches C.
    pub(crate) on_error: OnError,
    facts: Arc<Facts>,
}

/// What an exception is made from.
pub(crate) struct Facts {
    /// The typed IR that the code was made from.
    program: Program,
    /// The classes of [`Program::exceptions`].
    classes: IdMap<ExceptionId, Py<PyAny>>,
    /// For each class, whether it is caught as each other; empty where nothing is caught.
    catches: Vec<Vec<bool>>,
    /// For each class, whether `RecursionError` is caught as it.
    catches_recursion: Vec<bool>,
    /// The classes of the tuples that are printed.
    tuple_classes: HashMap<HostObject, Py<PyType>>,
    /// What the code needs alive beside: the libraries whose functions it calls.
    keeps: Vec<Py<PyAny>>,
}

impl Facts {
    /// The facts of a program whose objects the snapshot numbered.
    pub(crate) fn new(py: Python<'_>, program: Program, objects: &ObjectTable) -> PyResult<Self> {
        let object = |number: HostObject| {
            let found = objects.get(number).map(|object| object.clone_ref(py));
            found.ok_or_else(|| errors::internal(format!("snapshot: no object {}", number.0)))
        };
        let mut classes = IdMap::new();
        for (_, class) in program.exceptions.iter() {
            classes.push(object(class.object)?);
        }
        let keeps = program.c_functions.iter().filter_map(|(_, function)| function.keeps);
        let mut keeps: Vec<Py<PyAny>> = keeps.map(object).collect::<PyResult<_>>()?;
        keeps.extend(objects.kept().iter().map(|object| object.clone_ref(py)));
        let (mut catches, mut catches_recursion) = (Vec::new(), Vec::new());
        if is_catching(&program) {
            let all: Vec<&Bound<'_, PyAny>> = classes.iter().map(|(_, class)| class.bind(py)).collect();
            let is_caught = |class: &Bound<'_, PyAny>| {
                let class = class.cast::<PyType>()?;
                all.iter().map(|other| class.is_subclass(other)).collect::<PyResult<Vec<bool>>>()
            };
            catches = all.iter().map(|class| is_caught(class)).collect::<PyResult<_>>()?;
            catches_recursion = is_caught(PyRecursionError::type_object(py).as_any())?;
        }
        let mut tuple_classes = HashMap::new();
        for class in program.prints.values().flat_map(Print::classes) {
            tuple_classes.insert(class, object(class)?.into_bound(py).cast_into::<PyType>()?.unbind());
        }
        Ok(Self { program, classes, catches, catches_recursion, tuple_classes, keeps })
    }
}

impl Descriptor {
    /// Of a function by its qualified name, made at `file:line`.
    pub(crate) fn new(name: String, made_at: String, on_error: OnError, facts: Facts) -> Self {
        Self { name, made_at, is_pinned: AtomicBool::new(false), on_error, facts: Arc::new(facts) }
    }

    /// The function's qualified name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where it was made, as `file:line`.
    pub(crate) fn made_at(&self) -> &str {
        &self.made_at
    }

    /// Whether the error of a site is caught as a class, by their numbers.
    pub(super) fn catches(&self, site: u32, class: u32) -> bool {
        let row = if site == runtime::error::RECURSION {
            Some(&self.facts.catches_recursion)
        } else {
            let site = self.facts.program.raise_sites.get(RaiseSiteId::from_index(site as usize));
            site.and_then(|site| self.facts.catches.get(site.class.index()))
        };
        row.and_then(|row| row.get(class as usize)).copied().unwrap_or_default()
    }

    /// Whether an exception is caught as a class, by its number.
    pub(super) fn catches_made(&self, py: Python<'_>, made: &PyErr, class: u32) -> bool {
        let class = self.facts.classes.get(ExceptionId::from_index(class as usize));
        class.is_some_and(|class| made.is_instance(py, class.bind(py)))
    }

    /// A class of tuples that are printed.
    pub(super) fn tuple_class(&self, class: HostObject) -> Option<&Py<PyType>> {
        self.facts.tuple_classes.get(&class)
    }

    /// The typed IR that the code was made from.
    pub(crate) fn program(&self) -> &Program {
        &self.facts.program
    }

    /// Shows the garbage collector the objects that the code needs alive.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for (_, class) in self.facts.classes.iter() {
            visit.call(class)?;
        }
        self.facts.tuple_classes.values().try_for_each(|class| visit.call(class))?;
        self.facts.keeps.iter().try_for_each(|object| visit.call(object))
    }

    /// Says that the code stays for the life of the process; whether that was said before.
    pub(crate) fn set_pinned(&self) -> bool {
        self.is_pinned.swap(true, Ordering::Relaxed)
    }
}

/// An error that compiled code ended with.
pub(crate) enum RaisedError {
    /// It raised it.
    Own(OwnError),
    /// The interpreter has made the exception.
    Made(PyErr),
}

/// An error that compiled code raised.
pub(crate) struct OwnError {
    facts: Arc<Facts>,
    site: u32,
    words: Vec<u64>,
}

impl RaisedError {
    /// The error of this thread, which it no longer has then.
    pub(crate) fn take() -> Option<Self> {
        runtime::error::take().map(Self::of)
    }

    /// An error of a thread, of code that is there.
    pub(super) fn of(error: runtime::error::Error) -> Self {
        let raised = match error {
            runtime::error::Error::Raised(raised) => raised,
            runtime::error::Error::Host(made) => {
                return Self::Made(match made.downcast::<PyErr>() {
                    Ok(made) => *made,
                    Err(_) => errors::internal("poll: no exception".to_owned()),
                });
            }
        };
        // SAFETY: `ferrule_code` of an object is the address of its descriptor, which lives as long as
        // the code; the code has just returned to what is calling here.
        let descriptor = unsafe { &*raised.code.cast::<Descriptor>() };
        let facts = descriptor.facts.clone();
        Self::Own(OwnError { facts, site: raised.site, words: raised.args })
    }

    /// The exception.
    pub(crate) fn exception(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Own(error) => error.try_exception(py).unwrap_or_else(|error| error),
            Self::Made(error) => error,
        }
    }
}

impl OwnError {
    fn try_exception(&self, py: Python<'_>) -> PyResult<PyErr> {
        let program = &self.facts.program;
        if self.site == runtime::error::RECURSION {
            return self.recursion(py);
        }
        let number = RaiseSiteId::from_index(self.site as usize);
        let Some(site) = program.raise_sites.get(number) else {
            return Err(errors::internal(format!("raise: no site {}", self.site)));
        };
        let args = self.arguments(py, site, &value_types(program, number, site))?;
        let value = self.facts.classes[site.class].bind(py).call1(args)?;
        let error = PyErr::from_value(value);
        set_place(py, &error, &program.functions[site.function], site.span)?;
        Ok(error)
    }

    /// The stack was used up; the word says in which function.
    fn recursion(&self, py: Python<'_>) -> PyResult<PyErr> {
        let error = PyRecursionError::new_err("maximum recursion depth exceeded in compiled code");
        let number = self.words.first().and_then(|word| usize::try_from(*word).ok()).map(FuncId::from_index);
        if let Some(function) = number.and_then(|number| self.facts.program.functions.get(number)) {
            let calls =
                function.insts.values().find(|inst| matches!(inst.op, Op::Call(..) | Op::CallPointer(..)));
            let first = calls.or_else(|| function.insts.values().next());
            set_place(py, &error, function, first.map_or(Span::at(0), |inst| inst.span))?;
        }
        Ok(error)
    }

    fn arguments<'py>(
        &self,
        py: Python<'py>,
        site: &RaiseSite,
        types: &[Ty],
    ) -> PyResult<Bound<'py, PyTuple>> {
        let (mut words, mut types) = (self.words.iter().copied(), types.iter().copied());
        let mut value = || box_words(py, types.next().unwrap_or(Ty::Unit), &mut words);
        let mut args = Vec::new();
        for arg in &site.args {
            args.push(match arg {
                RaiseArg::Text(text) => PyString::new(py, text).into_any(),
                RaiseArg::Value => value()?,
                RaiseArg::Format(pieces) => {
                    let (first, rest) = pieces.split_first().ok_or_else(no_pieces)?;
                    let mut text = first.clone();
                    for piece in rest {
                        text.push_str(value()?.str()?.to_str()?);
                        text.push_str(piece);
                    }
                    PyString::new(py, &text).into_any()
                }
            });
        }
        PyTuple::new(py, args)
    }
}

/// Gives an exception a traceback with an entry for a place of a function.
fn set_place(py: Python<'_>, error: &PyErr, function: &Function, span: Span) -> PyResult<()> {
    let place = function.source.place(span.start());
    let line = i32::try_from(place.line).unwrap_or(i32::MAX);
    let name = function.name.rsplit('.').next().unwrap_or_default();
    let frame = PyFrame::new(py, &c_string(&place.name), &c_string(name), line)?;
    error.set_traceback(py, Some(PyTraceback::new(py, None, frame, 0, line)?));
    Ok(())
}

fn is_catching(program: &Program) -> bool {
    let is_asked = |inst: &Inst| matches!(inst.op, Op::Error(ErrorOp::Is(..)));
    program.functions.values().any(|function| function.insts.values().any(is_asked))
}

fn no_pieces() -> PyErr {
    errors::internal("raise: a message without pieces".to_owned())
}

/// A name for C; a zero in it, which no file has, would end it.
fn c_string(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// The types of the values that a site gets: of those that its terminator brings, or an index and lengths.
fn value_types(program: &Program, number: RaiseSiteId, site: &RaiseSite) -> Vec<Ty> {
    let function = &program.functions[site.function];
    let brought = function.blocks.iter().find_map(|(_, block)| match &block.terminator {
        Terminator::Raise(raised, values) if *raised == number => Some(values),
        Terminator::Raise(..)
        | Terminator::Reraise(_)
        | Terminator::Jump(_)
        | Terminator::Branch { .. }
        | Terminator::Return(_)
        | Terminator::Unreachable => None,
    });
    let set = function.insts.values().find_map(|inst| {
        let Op::Error(ErrorOp::Set(raised, values)) = &inst.op else { return None };
        (*raised == number).then_some(values)
    });
    match brought.or(set) {
        Some(values) => values.iter().map(|value| function.values[*value]).collect(),
        None => vec![Ty::I64; site.value_count()],
    }
}

/// The Python object of a scalar that compiled code wrote into words of a record: integers
/// extended, floats as `double`, complex numbers as two words.
pub(super) fn box_words<'py>(
    py: Python<'py>,
    ty: Ty,
    words: &mut impl Iterator<Item = u64>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut word = || words.next().unwrap_or_default();
    Ok(match ty {
        Ty::Unit | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => py.None().into_bound(py),
        Ty::Bool => (word() != 0).into_pyobject(py)?.to_owned().into_any(),
        Ty::Int(IntTy { is_signed: true, .. }) => word().cast_signed().into_pyobject(py)?.into_any(),
        Ty::Int(IntTy { is_signed: false, .. }) | Ty::Pointer(_) => word().into_pyobject(py)?.into_any(),
        Ty::Float(FloatTy::F32 | FloatTy::F64) => f64::from_bits(word()).into_pyobject(py)?.into_any(),
        Ty::Complex(FloatTy::F32 | FloatTy::F64) => {
            let (real, imaginary) = (f64::from_bits(word()), f64::from_bits(word()));
            PyComplex::from_doubles(py, real, imaginary).into_any()
        }
    })
}
