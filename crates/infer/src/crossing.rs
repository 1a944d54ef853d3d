//! What crosses from one function to another.
//!
//! An argument is values, or something that is known while compiling, as a function or a string: the callee is
//! compiled for it. A tuple crosses item by item. A result is one value; a tuple becomes one.

use std::sync::Arc;

use source::Span;
use tir::{Op, TupleTy, Ty, Value};

use crate::closures::PassedClosure;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;
use crate::{Entity, Form, TupleClass};

/// The form of an argument, which a function is compiled for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Passed {
    /// A value of this type.
    Value(Ty),
    /// Known while compiling.
    Known(Term),
    /// A tuple.
    Tuple(Vec<Passed>),
    /// A tuple with names for its items.
    Named(Arc<TupleClass>, Vec<Passed>),
    /// A function that was made in compiled code.
    Closure(PassedClosure),
}

impl Passed {
    /// The form of an argument that the host gives.
    pub(crate) fn of(form: &Form) -> Self {
        match form {
            Form::Value(ty) => Self::Value(*ty),
            Form::Known(entity) => Self::Known(Term::Entity(entity.clone())),
            Form::Tuple(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            Form::Named(class, items) => Self::Named(class.clone(), items.iter().map(Self::of).collect()),
        }
    }

    /// The types of the values that it brings, in order.
    pub(crate) fn types(&self) -> Vec<Ty> {
        match self {
            Self::Value(ty) => vec![*ty],
            Self::Known(_) => Vec::new(),
            Self::Tuple(items) | Self::Named(_, items) => items.iter().flat_map(Self::types).collect(),
            Self::Closure(closure) => closure.parts().flat_map(Self::types).collect(),
        }
    }

    /// The term that it is where its values are these.
    pub(crate) fn term(&self, values: &mut dyn Iterator<Item = Value>) -> Option<Term> {
        match self {
            Self::Value(_) => values.next().map(Term::Value),
            Self::Known(term) => Some(term.clone()),
            Self::Tuple(items) => {
                items.iter().map(|item| item.term(values)).collect::<Option<_>>().map(Term::Tuple)
            }
            Self::Named(class, items) => {
                let items = items.iter().map(|item| item.term(values)).collect::<Option<_>>()?;
                Some(Term::Named(class.clone(), items))
            }
            Self::Closure(closure) => closure.term(values),
        }
    }
}

impl Walker<'_, '_> {
    /// A term as an argument: its form, and its values at the end of `values`.
    pub(crate) fn pass(&mut self, term: &Term, span: Span, values: &mut Vec<Value>) -> Walked<Passed> {
        match term {
            Term::Tuple(items) => {
                let items = items.iter().map(|item| self.pass(item, span, values));
                items.collect::<Walked<_>>().map(Passed::Tuple)
            }
            Term::Named(class, items) => {
                let items = items.iter().map(|item| self.pass(item, span, values));
                Ok(Passed::Named(class.clone(), items.collect::<Walked<_>>()?))
            }
            Term::Closure(closure) => self.pass_closure(closure, span, values),
            Term::Entity(entity) if is_passed(entity) => Ok(Passed::Known(term.clone())),
            _ => {
                let term = self.forced(term.clone(), span)?;
                let value = self.value(&term, span)?;
                values.push(value);
                Ok(Passed::Value(self.body.ty(value)))
            }
        }
    }

    /// A term as one value, to be returned.
    pub(crate) fn crossing(&mut self, term: &Term, span: Span) -> Walked<Value> {
        let (Term::Tuple(items) | Term::Named(_, items)) = term else {
            let term = self.forced(term.clone(), span)?;
            return self.value(&term, span);
        };
        let mut values = Vec::new();
        for item in items {
            values.push(self.crossing(item, span)?);
        }
        let types: Vec<Ty> = values.iter().map(|value| self.body.ty(*value)).collect();
        Ok(self.body.emit(Op::Tuple(values), Ty::Tuple(TupleTy::new(&types)), span))
    }

    /// A value that came from another function: a tuple becomes its items.
    pub(crate) fn entered(&mut self, value: Value, span: Span) -> Term {
        let Ty::Tuple(tuple) = self.body.ty(value) else { return Term::Value(value) };
        let mut items = Vec::new();
        for (index, ty) in (0..).zip(tuple.items()) {
            let item = self.body.emit(Op::Item(value, index), *ty, span);
            items.push(self.entered(item, span));
        }
        Term::Tuple(items)
    }
}

/// Whether something that is known while compiling may be an argument.
const fn is_passed(entity: &Entity) -> bool {
    match entity {
        Entity::Text(_)
        | Entity::Known(_)
        | Entity::Type(_)
        | Entity::Function(_)
        | Entity::CFunction(_)
        | Entity::Exception(..)
        | Entity::NamedTuple(..) => true,
        Entity::Constant(..)
        | Entity::Tuple(_)
        | Entity::Named(..)
        | Entity::Array(_)
        | Entity::Namespace(_)
        | Entity::Opaque(_) => false,
    }
}
