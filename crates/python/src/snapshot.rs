//! What a function sees, frozen: the [`infer::Environment`] that Python implements.
//!
//! [`World::new`] runs with the interpreter's lock, once, before a function is compiled. It reads
//! the texts of the function and of all Python functions that it reaches, looks up each free name
//! (closure, then globals, then builtins) and each attribute of a module or namespace that the texts
//! use, and decides what they mean ([`entity`]). From then on nothing that is known needs the interpreter; what
//! typing functions say of a call is asked by [`World::answer`] between two runs of inference.
//! NumPy is recognised only where it is loaded already.

mod blas;
mod c_data;
mod entity;
mod generator;
mod objects;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use infer::{Answer, Entity, Environment, Form, FunctionSource, Question};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pysyntax::{ExprId, ExprKind, Syntax};
use tir::{HostObject, Ty};

use crate::extending;
use crate::signature::TypeKind;
use crate::source::{self, FunctionText};
use crate::table;

use entity::Wrapped;
pub(crate) use entity::{number_function, python_function};
use objects::StandIn;
pub(crate) use objects::{ObjectTable, Objects};

/// The world of one compilation while it grows, with the interpreter's lock.
pub(crate) struct World<'py> {
    objects: Objects<'py>,
    snapshot: Arc<Snapshot>,
    entry: HostObject,
    /// What the function is asked to return.
    result: Option<Form>,
}

/// The frozen world of one compilation.
#[derive(Clone)]
struct Snapshot {
    functions: HashMap<HostObject, Result<Function, String>>,
    /// For objects that stand for a function when called, its number.
    stand_for: HashMap<HostObject, StandIn>,
    attributes: HashMap<(HostObject, String), Entity>,
    builtin_exceptions: HashMap<&'static str, HostObject>,
    otherwise: HostObject,
    /// Whether a text multiplies matrices, and what does it.
    blas: Option<&'static HashMap<String, u64>>,
    /// What draws for NumPy's generators.
    generators: Option<generator::Library>,
    /// What has implementations for calls of it.
    overloaded: Vec<(Entity, HostObject)>,
    /// The names of attributes and methods that were added.
    added: Arc<HashSet<String>>,
    answers: Vec<(Question, Answer)>,
}

/// A function of the world.
#[derive(Clone)]
struct Function {
    name: String,
    syntax: Arc<Syntax>,
    defaults: Vec<Entity>,
    given: Vec<(usize, Form)>,
    globals: HashMap<String, Entity>,
}

/// What is known of an argument when compiling.
pub(crate) enum Given<'py> {
    /// It is a value of this type.
    Value(Ty),
    /// It is this object, as if a global had it.
    Object(Bound<'py, PyAny>),
    /// It is a tuple of such.
    Tuple(Vec<Given<'py>>),
    /// It is a tuple of this class, of such.
    Named(Bound<'py, PyType>, Vec<Given<'py>>),
    /// It is `None` or such.
    Optional(Box<Given<'py>>),
}

impl<'py> Given<'py> {
    /// What a type says of a value.
    pub(crate) fn of_type(py: Python<'py>, kind: &TypeKind) -> Self {
        let all = |items: &[TypeKind]| items.iter().map(|item| Self::of_type(py, item)).collect();
        match kind {
            TypeKind::Tuple(items) => Self::Tuple(all(items)),
            TypeKind::Named(named) => Self::Named(named.class().bind(py).clone(), all(&named.items)),
            TypeKind::Optional(held) => Self::Optional(Box::new(Self::of_type(py, held))),
            TypeKind::C(_)
            | TypeKind::Array(_)
            | TypeKind::Text
            | TypeKind::Function(_)
            | TypeKind::Seen(_) => Self::Value(kind.ty(&table::read()).unwrap_or(Ty::Unit)),
        }
    }

    fn form(&self, objects: &mut Objects<'py>) -> PyResult<Form> {
        let all = |items: &[Self], objects: &mut Objects<'py>| -> PyResult<Vec<Form>> {
            items.iter().map(|item| item.form(objects)).collect()
        };
        Ok(match self {
            Self::Value(ty) => Form::Value(*ty),
            Self::Object(object) => Form::Known(entity::of(object, objects)?),
            Self::Tuple(items) => Form::Tuple(all(items, objects)?),
            Self::Optional(held) => Form::Optional(Box::new(held.form(objects)?)),
            Self::Named(class, items) => match entity::tuple_class(class, objects)? {
                Some(class) => Form::Named(class, all(items, objects)?),
                None => Form::Tuple(all(items, objects)?),
            },
        })
    }
}

/// What is asked of the function that is compiled.
#[derive(Default)]
pub(crate) struct Asked<'a, 'py> {
    /// What is known of its arguments, by their numbers.
    pub(crate) given: &'a [(usize, Given<'py>)],
    /// The types of variables.
    pub(crate) locals: &'a [(String, TypeKind)],
    /// What it returns.
    pub(crate) result: Option<Given<'py>>,
}

/// The world as one function sees it.
struct View {
    snapshot: Arc<Snapshot>,
    function: HostObject,
}

/// How many calls of a program typing functions are asked about. Those that register more, or an implementation that
/// calls what was added with ever other types, would be asked for ever.
const MOST_ANSWERS: usize = 1000;

impl<'py> World<'py> {
    /// The world of `function`, whose text and syntax are known, and the objects that it numbers.
    pub(crate) fn new(
        function: &Bound<'py, PyAny>,
        syntax: Syntax,
        asked: &Asked<'_, 'py>,
    ) -> PyResult<Self> {
        let mut objects = Objects::new(function.py());
        let (builtin_exceptions, otherwise) = objects.builtin_exceptions()?;
        let mut snapshot = Snapshot {
            functions: HashMap::new(),
            stand_for: HashMap::new(),
            attributes: HashMap::new(),
            builtin_exceptions,
            otherwise,
            blas: None,
            generators: generator::library(function.py()),
            overloaded: Vec::new(),
            added: Arc::default(),
            answers: Vec::new(),
        };
        let own = Wrapped { function: function.clone(), options: None, locals: asked.locals.to_vec() };
        let entry = objects.number_function(function, &own)?;
        let mut frozen = snapshot.freeze(function, syntax, &mut objects)?;
        for (index, given) in asked.given {
            frozen.given.push((*index, given.form(&mut objects)?));
        }
        snapshot.functions.insert(entry, Ok(frozen));
        let result = asked.result.as_ref().map(|result| result.form(&mut objects)).transpose()?;
        snapshot.freeze_met(&mut objects)?;
        Ok(Self { objects, snapshot: Arc::new(snapshot), entry, result })
    }

    /// What the function is asked to return.
    pub(crate) fn take_result(&mut self) -> Option<Form> {
        self.result.take()
    }

    /// The interpreter.
    pub(crate) fn py(&self) -> Python<'py> {
        self.objects.py()
    }

    /// The function as inference sees it.
    pub(crate) fn source(&self) -> PyResult<FunctionSource> {
        self.snapshot.source(self.entry).map_err(PyValueError::new_err)
    }

    /// Asks the typing functions, and adds the answer with all that it reaches.
    pub(crate) fn answer(&mut self, question: Question) -> PyResult<()> {
        let answer = if self.snapshot.answers.len() < MOST_ANSWERS {
            extending::answer(&question, &mut self.objects)?
        } else {
            let reason = format!("typing functions were asked about {MOST_ANSWERS} calls before this one");
            Answer::Nothing(vec![reason])
        };
        // Inference has dropped what it saw of it.
        let snapshot = Arc::make_mut(&mut self.snapshot);
        snapshot.answers.push((question, answer));
        snapshot.freeze_met(&mut self.objects)
    }

    /// The objects by number.
    pub(crate) fn into_table(self) -> ObjectTable {
        self.objects.into_table()
    }
}

impl Snapshot {
    /// Freezes the functions that were met and are not known yet.
    fn freeze_met(&mut self, objects: &mut Objects<'_>) -> PyResult<()> {
        while let Some((number, callee)) = objects.next_function() {
            if !self.functions.contains_key(&number) {
                let frozen = self.freeze_callee(&callee, objects)?;
                self.functions.insert(number, frozen);
            }
        }
        self.stand_for.clone_from(objects.stand_ins());
        self.overloaded = objects.all_overloaded().to_vec();
        self.added = extending::names();
        Ok(())
    }

    fn freeze_callee<'py>(
        &mut self,
        function: &Bound<'py, PyAny>,
        objects: &mut Objects<'py>,
    ) -> PyResult<Result<Function, String>> {
        let syntax = source::of_function(function)?
            .map_err(|diagnostic| vec![diagnostic])
            .and_then(|text: FunctionText| text.syntax(function.py()));
        match syntax {
            Ok(syntax) => Ok(Ok(self.freeze(function, syntax, objects)?)),
            Err(diagnostics) => {
                let title = diagnostics.into_iter().next().map(|first| first.title);
                Ok(Err(title.unwrap_or_default()))
            }
        }
    }

    /// Looks up all that the text of a function names.
    fn freeze<'py>(
        &mut self,
        function: &Bound<'py, PyAny>,
        syntax: Syntax,
        objects: &mut Objects<'py>,
    ) -> PyResult<Function> {
        if self.blas.is_none() && blas::is_wanted(&syntax) {
            self.blas = Some(blas::functions(function.py()));
        }
        let scope = Scope::of(function)?;
        let mut globals = HashMap::new();
        self.look_up_all(&syntax, &scope, objects, &mut globals)?;
        let defaults = defaults(function, &syntax, objects)?;
        let name = function.getattr("__qualname__")?.extract()?;
        Ok(Function { name, syntax: Arc::new(syntax), defaults, given: Vec::new(), globals })
    }

    /// Looks up all that a text names, and the functions in it.
    fn look_up_all<'py>(
        &mut self,
        syntax: &Syntax,
        scope: &Scope<'py>,
        objects: &mut Objects<'py>,
        globals: &mut HashMap<String, Entity>,
    ) -> PyResult<()> {
        let mut values: HashMap<ExprId, Bound<'py, PyAny>> = HashMap::new();
        // An operand has a smaller id than what it is an operand of, or is looked up on demand.
        for (id, _) in syntax.exprs.iter() {
            self.look_up(syntax, id, scope, objects, globals, &mut values)?;
        }
        for nested in syntax.nested.values() {
            self.look_up_all(nested, scope, objects, globals)?;
        }
        Ok(())
    }

    /// The object of a free name, or of an attribute of a namespace.
    fn look_up<'py>(
        &mut self,
        syntax: &Syntax,
        id: ExprId,
        scope: &Scope<'py>,
        objects: &mut Objects<'py>,
        globals: &mut HashMap<String, Entity>,
        values: &mut HashMap<ExprId, Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(value) = values.get(&id) {
            return Ok(Some(value.clone()));
        }
        let kind = &syntax.exprs[id].kind;
        let value = if let ExprKind::Name(name) = kind
            && !syntax.locals.contains(name)
            && !syntax.captures.contains(name)
        {
            let name = syntax.name(*name);
            let Some(value) = scope.look_up(name)? else { return Ok(None) };
            if let Entry::Vacant(entry) = globals.entry(name.to_owned()) {
                entry.insert(entity::of(&value, objects)?);
            }
            value
        } else if let ExprKind::Attribute(base, name) = kind {
            let base = self.look_up(syntax, *base, scope, objects, globals, values)?;
            let Some(base) = base.filter(entity::is_namespace) else { return Ok(None) };
            let name = syntax.name(*name);
            let Some(value) = base.getattr_opt(name)? else { return Ok(None) };
            let key = (objects.number(&base), name.to_owned());
            if let Entry::Vacant(entry) = self.attributes.entry(key) {
                entry.insert(entity::of(&value, objects)?);
            }
            value
        } else {
            return Ok(None);
        };
        values.insert(id, value.clone());
        Ok(Some(value))
    }

    fn source(self: &Arc<Self>, object: HostObject) -> Result<FunctionSource, String> {
        let found =
            self.stand_for.get(&object).and_then(|own| Some((own, self.functions.get(&own.function)?)));
        let Some((own, found)) = found else { return Err("it is not a Python function".to_owned()) };
        let found = found.as_ref().map_err(Clone::clone)?;
        Ok(FunctionSource {
            name: found.name.clone(),
            syntax: found.syntax.clone(),
            environment: Arc::new(View { snapshot: self.clone(), function: own.function }),
            defaults: found.defaults.clone(),
            options: own.options,
            given: found.given.clone(),
            locals: own.locals.clone(),
        })
    }
}

impl Environment for View {
    fn global(&self, name: &str) -> Option<Entity> {
        let function = self.snapshot.functions.get(&self.function)?.as_ref().ok()?;
        function.globals.get(name).cloned()
    }

    fn attribute(&self, namespace: HostObject, name: &str) -> Option<Entity> {
        self.snapshot.attributes.get(&(namespace, name.to_owned())).cloned()
    }

    fn function(&self, function: HostObject) -> Result<FunctionSource, String> {
        self.snapshot.source(function)
    }

    fn library_function(&self, name: &str) -> Option<u64> {
        let of_blas = self.snapshot.blas.and_then(|blas| blas.get(name).copied());
        of_blas.or_else(|| self.snapshot.generators?.function(name))
    }

    fn overloaded(&self, callee: &Entity) -> Option<HostObject> {
        self.snapshot.overloaded.iter().find(|(known, _)| known == callee).map(|(_, object)| *object)
    }

    fn adds(&self, name: &str) -> bool {
        self.snapshot.added.contains(name)
    }

    fn answer(&self, question: &Question) -> Option<Answer> {
        self.snapshot.answers.iter().find(|(known, _)| known == question).map(|(_, answer)| answer.clone())
    }

    fn builtin_exception(&self, name: &str) -> HostObject {
        self.snapshot.builtin_exceptions.get(name).copied().unwrap_or(self.snapshot.otherwise)
    }
}

/// The default values of the last parameters.
fn defaults<'py>(
    function: &Bound<'py, PyAny>,
    syntax: &Syntax,
    objects: &mut Objects<'py>,
) -> PyResult<Vec<Entity>> {
    let by_position = function.getattr("__defaults__")?;
    let by_name = function.getattr("__kwdefaults__")?;
    let mut entities = Vec::new();
    if let Ok(values) = by_position.cast::<PyTuple>() {
        for value in values.iter() {
            entities.push(entity::of(&value, objects)?);
        }
    }
    if let Ok(values) = by_name.cast::<PyDict>() {
        for param in &syntax.params {
            if let Some(value) = values.get_item(syntax.name(param.name))? {
                entities.push(entity::of(&value, objects)?);
            }
        }
    }
    Ok(entities)
}

/// Where a function's free names are looked up.
struct Scope<'py> {
    function: Bound<'py, PyAny>,
    name: String,
    free: Vec<String>,
    closure: Bound<'py, PyAny>,
    globals: Bound<'py, PyDict>,
}

impl<'py> Scope<'py> {
    fn of(function: &Bound<'py, PyAny>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        Ok(Self {
            function: function.clone(),
            name: code.getattr("co_name")?.extract()?,
            free: code.getattr("co_freevars")?.extract()?,
            closure: function.getattr("__closure__")?,
            globals: function.getattr("__globals__")?.cast_into()?,
        })
    }

    /// The closure's cell, then the globals, then the builtins. While the function is decorated its
    /// own name is not bound yet, or still bound to what it replaces: it means the function.
    fn look_up(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = self.bound(name)?;
        if name != self.name {
            return Ok(found);
        }
        if let Some(value) = &found
            && entity::python_function(value)?.is_some_and(|function| function.is(&self.function))
        {
            return Ok(found);
        }
        let own = self.function.getattr("__qualname__")?;
        let is_other = match &found {
            Some(value) => {
                !value.getattr_opt("__qualname__")?.is_some_and(|name| name.eq(&own).unwrap_or(false))
            }
            None => false,
        };
        Ok(if is_other { found } else { Some(self.function.clone()) })
    }

    fn bound(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.function.py();
        if let Some(index) = self.free.iter().position(|free| free == name) {
            // An empty cell is a variable that is not bound yet.
            return Ok(self.closure.get_item(index)?.getattr("cell_contents").ok());
        }
        if let Some(value) = self.globals.get_item(name)? {
            return Ok(Some(value));
        }
        py.import("builtins")?.getattr_opt(name)
    }
}
