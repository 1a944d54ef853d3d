//! Classes of tuples with names for their items, as `collections.namedtuple` makes them.

use tir::HostObject;

use crate::Entity;

/// A class of tuples with names for their items. Two are one if the host's object is.
#[derive(Clone, Debug)]
pub struct TupleClass {
    /// The class itself.
    pub object: HostObject,
    /// The class's name.
    pub name: String,
    /// The names of the items.
    pub fields: Vec<String>,
    /// The default values of the last items.
    pub defaults: Vec<Entity>,
    /// The classes that it is a subclass of, itself among them.
    pub bases: Vec<HostObject>,
    /// What its author gave another meaning: fields, and `__new__` or `_replace` where calls of these are more than
    /// making a tuple.
    pub overridden: Vec<String>,
}

impl PartialEq for TupleClass {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

impl TupleClass {
    /// Whether a name of the class means what `collections.namedtuple` made of it.
    pub(crate) fn is_plain(&self, name: &str) -> bool {
        !self.overridden.iter().any(|known| known == name)
    }

    /// Where the item of that name stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field == name)
    }
}
