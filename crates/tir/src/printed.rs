//! What a program prints.

use crate::{HostObject, Ty};

/// A call of Python's `print`, with what is known when compiling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Print {
    /// What stands between two arguments.
    pub sep: String,
    /// What stands after the last one.
    pub end: String,
    /// The arguments in order.
    pub args: Vec<PrintArg>,
}

/// Something that is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PrintArg {
    /// A string that stands in the source.
    Text(String),
    /// The next of the values that are brought, of this type: a scalar, `None` or an array.
    Value(Ty),
    /// A tuple.
    Tuple(Vec<PrintArg>),
    /// A tuple of a class of the host's.
    Named(HostObject, Vec<PrintArg>),
    /// `None`, or this where the `bool` that comes before is true.
    Optional(Box<PrintArg>),
}

impl Print {
    /// The classes of the tuples that are printed, as often as they are.
    pub fn classes(&self) -> Vec<HostObject> {
        let mut classes = Vec::new();
        self.args.iter().for_each(|arg| arg.add_classes(&mut classes));
        classes
    }

    /// The types of the values that it asks for, in order.
    pub fn types(&self) -> Vec<Ty> {
        let mut types = Vec::new();
        self.args.iter().for_each(|arg| arg.add_types(&mut types));
        types
    }
}

impl PrintArg {
    /// The types of the values that it asks for, in order.
    pub fn types(&self) -> Vec<Ty> {
        let mut types = Vec::new();
        self.add_types(&mut types);
        types
    }

    /// The classes of tuples in it.
    fn add_classes(&self, classes: &mut Vec<HostObject>) {
        match self {
            Self::Text(_) | Self::Value(_) => {}
            Self::Optional(held) => held.add_classes(classes),
            Self::Tuple(items) => items.iter().for_each(|item| item.add_classes(classes)),
            Self::Named(class, items) => {
                classes.push(*class);
                for item in items {
                    item.add_classes(classes);
                }
            }
        }
    }

    fn add_types(&self, types: &mut Vec<Ty>) {
        match self {
            Self::Text(_) => {}
            Self::Value(ty) => types.push(*ty),
            Self::Optional(held) => {
                types.push(Ty::Bool);
                held.add_types(types);
            }
            Self::Tuple(items) | Self::Named(_, items) => items.iter().for_each(|item| item.add_types(types)),
        }
    }
}
