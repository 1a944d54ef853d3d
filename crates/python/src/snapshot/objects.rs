//! The Python objects that a compilation names by number.

use std::collections::HashMap;
use std::sync::Arc;

use infer::{Entity, Form, TupleClass};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use tir::{Const, HostObject};

use super::Given;
use super::entity::Wrapped;
use crate::errors;

/// Objects by number, while the snapshot is taken.
pub(crate) struct Objects<'py> {
    py: Python<'py>,
    by_number: Vec<Bound<'py, PyAny>>,
    numbers: HashMap<*mut pyo3::ffi::PyObject, HostObject>,
    /// The objects that stand for a function when called.
    stand_for: HashMap<HostObject, StandIn>,
    /// Functions that were met and not read yet.
    functions: Vec<(HostObject, Bound<'py, PyAny>)>,
    kept: Vec<Py<PyAny>>,
    /// Classes of named tuples that were met.
    tuple_classes: HashMap<HostObject, Arc<TupleClass>>,
    /// What means something that has implementations, with the object that was registered.
    overloaded: Vec<(Entity, HostObject)>,
}

/// The function that an object stands for when called, and how it has that compiled.
#[derive(Clone)]
pub(super) struct StandIn {
    /// Its number.
    pub(super) function: HostObject,
    /// Its options, if it has any of its own.
    pub(super) options: Option<infer::Options>,
    /// The types that it gives to variables.
    pub(super) locals: Vec<(String, Form)>,
}

/// Objects by number, for after.
pub(crate) struct ObjectTable {
    objects: Vec<Py<PyAny>>,
    kept: Vec<Py<PyAny>>,
}

impl<'py> Objects<'py> {
    pub(super) fn new(py: Python<'py>) -> Self {
        Self {
            py,
            by_number: Vec::new(),
            numbers: HashMap::new(),
            stand_for: HashMap::new(),
            functions: Vec::new(),
            kept: Vec::new(),
            tuple_classes: HashMap::new(),
            overloaded: Vec::new(),
        }
    }

    /// The interpreter.
    pub(crate) fn py(&self) -> Python<'py> {
        self.py
    }

    /// The object of a number.
    pub(crate) fn get(&self, number: HostObject) -> &Bound<'py, PyAny> {
        &self.by_number[number.0 as usize]
    }

    /// Remembers that calls of what means `entity` have implementations.
    pub(super) fn overloaded(&mut self, entity: &Entity, number: HostObject) {
        if !self.overloaded.iter().any(|(known, _)| known == entity) {
            self.overloaded.push((entity.clone(), number));
        }
    }

    /// What means something that has implementations.
    pub(super) fn all_overloaded(&self) -> &[(Entity, HostObject)] {
        &self.overloaded
    }

    /// The number of an object: the same each time.
    pub(super) fn number(&mut self, object: &Bound<'py, PyAny>) -> HostObject {
        *self.numbers.entry(object.as_ptr()).or_insert_with(|| {
            self.by_number.push(object.clone());
            HostObject(u32::try_from(self.by_number.len() - 1).unwrap_or(u32::MAX))
        })
    }

    /// The number of an object that stands for a function, whose text will be needed.
    pub(super) fn number_function(
        &mut self,
        object: &Bound<'py, PyAny>,
        wrapped: &Wrapped<'py>,
    ) -> PyResult<HostObject> {
        let Wrapped { function, options, locals } = wrapped;
        let (number, own) = (self.number(object), self.number(function));
        if !self.stand_for.contains_key(&number) {
            let mut forms = Vec::new();
            for (name, kind) in locals {
                forms.push((name.clone(), Given::of_type(self.py, kind).form(self)?));
            }
            let stand_in = StandIn { function: own, options: *options, locals: forms };
            self.stand_for.insert(number, stand_in);
        }
        self.functions.push((own, function.clone()));
        Ok(number)
    }

    /// The objects that stand for a function when called.
    pub(super) const fn stand_ins(&self) -> &HashMap<HostObject, StandIn> {
        &self.stand_for
    }

    /// Keeps an object alive as long as the code: something in it is known by address.
    pub(super) fn keep(&mut self, object: &Bound<'py, PyAny>) {
        self.kept.push(object.clone().unbind());
    }

    /// The class of named tuples of that number, if it was met.
    pub(super) fn tuple_class(&self, number: HostObject) -> Option<&Arc<TupleClass>> {
        self.tuple_classes.get(&number)
    }

    /// A class of named tuples.
    pub(super) fn add_tuple_class(&mut self, class: &Arc<TupleClass>) {
        self.tuple_classes.insert(class.object, class.clone());
    }

    /// A function that was met.
    pub(super) fn next_function(&mut self) -> Option<(HostObject, Bound<'py, PyAny>)> {
        self.functions.pop()
    }

    /// The exceptions of compiled code by name, and the one for any other name.
    pub(super) fn builtin_exceptions(&mut self) -> PyResult<(HashMap<&'static str, HostObject>, HostObject)> {
        let builtins = self.py.import("builtins")?;
        let mut numbers = HashMap::new();
        for name in infer::BUILTIN_EXCEPTIONS {
            numbers.insert(*name, self.number(&builtins.getattr(*name)?));
        }
        Ok((numbers, self.number(&builtins.getattr("Exception")?)))
    }

    pub(super) fn into_table(self) -> ObjectTable {
        ObjectTable { objects: self.by_number.into_iter().map(Bound::unbind).collect(), kept: self.kept }
    }
}

impl ObjectTable {
    /// The object of a number.
    pub(crate) fn get(&self, number: HostObject) -> Option<&Py<PyAny>> {
        self.objects.get(number.0 as usize)
    }

    /// A class of named tuples.
    pub(crate) fn tuple_class<'py>(
        &self,
        py: Python<'py>,
        class: &TupleClass,
    ) -> PyResult<Bound<'py, PyType>> {
        let object = self.get(class.object);
        let object = object.ok_or_else(|| errors::internal("snapshot: no class of a tuple".to_owned()))?;
        Ok(object.bind(py).clone().cast_into()?)
    }

    /// The object that means something to compiled code.
    pub(crate) fn object_of<'py>(&self, py: Python<'py>, entity: &Entity) -> PyResult<Bound<'py, PyAny>> {
        let number = match entity {
            Entity::Text(text) => return Ok(PyString::new(py, text).into_any()),
            Entity::Known(name) => {
                let (module, name) = name.rsplit_once('.').unwrap_or(("builtins", name));
                return py.import(module)?.getattr(name);
            }
            Entity::Function(number) | Entity::Exception(_, number) | Entity::Overloaded(number, _) => {
                Some(*number)
            }
            Entity::NamedTuple(class) => Some(class.object),
            Entity::CFunction(function) => function.keeps,
            Entity::Constant(Const::Unit, _) => return Ok(py.None().into_bound(py)),
            Entity::Constant(..)
            | Entity::Type(_)
            | Entity::Tuple(_)
            | Entity::Named(..)
            | Entity::Array(_)
            | Entity::Namespace(_)
            | Entity::Opaque(_) => None,
        };
        let object = number.and_then(|number| self.get(number));
        let object = object.ok_or_else(|| errors::internal("snapshot: no object for a result".to_owned()))?;
        Ok(object.bind(py).clone())
    }

    /// What the code keeps alive whatever it does.
    pub(crate) fn kept(&self) -> &[Py<PyAny>] {
        &self.kept
    }
}
