//! What crosses from one function to another.
//!
//! An argument is values, or something that is known while compiling, as a function or a string: the callee is
//! compiled for it. A tuple crosses item by item. So does a result: its values are packed into one.

use std::sync::Arc;

use diagnostic::Id;
use source::Span;
use tir::{Op, TupleTy, Ty, Value};

use crate::choice::{self, Choice};
use crate::closure_shape::ClosureShape;
use crate::closures::PassedClosure;
use crate::locals;
use crate::stop::{Stop, Walked};
use crate::term::{Shape, Term};
use crate::walk::Walker;
use crate::{Entity, Form, TupleClass};

/// The form of an argument, which a function is compiled for, or of a result.
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
    /// `None` or this.
    Optional(Box<Passed>),
    /// A function that was made in compiled code.
    Closure(PassedClosure),
    /// One of these, which are known while compiling: a number says which.
    Choice(Vec<Passed>),
}

impl Passed {
    /// The form of an argument that the host gives.
    pub(crate) fn of(form: &Form) -> Self {
        match form {
            Form::Value(ty) => Self::Value(*ty),
            Form::Known(entity) => Self::Known(Term::Entity(entity.clone())),
            Form::Tuple(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            Form::Choice(all) => Self::Choice(all.iter().map(Self::of).collect()),
            Form::Optional(held) => Self::Optional(Box::new(Self::of(held))),
            Form::Named(class, items) => Self::Named(class.clone(), items.iter().map(Self::of).collect()),
        }
    }

    /// The form as the host is told of it; a function made in compiled code has none.
    pub(crate) fn form(&self) -> Option<Form> {
        match self {
            Self::Value(ty) => Some(Form::Value(*ty)),
            Self::Known(Term::Entity(entity)) => Some(Form::Known(entity.clone())),
            Self::Tuple(items) => items.iter().map(Self::form).collect::<Option<_>>().map(Form::Tuple),
            Self::Named(class, items) => {
                let items = items.iter().map(Self::form).collect::<Option<_>>()?;
                Some(Form::Named(class.clone(), items))
            }
            Self::Choice(all) => all.iter().map(Self::form).collect::<Option<_>>().map(Form::Choice),
            Self::Optional(held) => held.form().map(|held| Form::Optional(Box::new(held))),
            Self::Known(_) | Self::Closure(_) => None,
        }
    }

    /// The type of a value of this form; none if something in it is known while compiling.
    pub(crate) fn ty(&self) -> Option<Ty> {
        match self {
            Self::Value(ty) => Some(*ty),
            Self::Tuple(items) => {
                let items: Vec<Ty> = items.iter().map(Self::ty).collect::<Option<_>>()?;
                Some(Ty::Tuple(TupleTy::new(&items)))
            }
            Self::Known(_) | Self::Named(..) | Self::Optional(_) | Self::Closure(_) | Self::Choice(_) => None,
        }
    }

    /// The shape of terms of this form.
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Self::Value(ty) => Shape::Value(*ty),
            Self::Known(term) => Shape::Exact(term.clone()),
            Self::Tuple(items) => Shape::Tuple(items.iter().map(Self::shape).collect()),
            Self::Named(class, items) => Shape::Named(class.clone(), items.iter().map(Self::shape).collect()),
            Self::Optional(held) => Shape::Optional(Box::new(held.shape())),
            Self::Closure(closure) => Shape::Closure(ClosureShape::of_passed(closure)),
            Self::Choice(all) => Shape::Choice(all.iter().map(Self::shape).collect()),
        }
    }

    /// The smallest form that holds both.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        self.shape().join(&other.shape()).ok()?.passed()
    }

    /// The one type in which its values travel as a result.
    pub(crate) fn packed(&self) -> Ty {
        match self.types()[..] {
            [] => Ty::Unit,
            [one] => one,
            ref several => Ty::Tuple(TupleTy::new(several)),
        }
    }

    /// The types of the values that it brings, in order.
    pub(crate) fn types(&self) -> Vec<Ty> {
        match self {
            Self::Value(ty) => vec![*ty],
            Self::Known(_) => Vec::new(),
            Self::Tuple(items) | Self::Named(_, items) => items.iter().flat_map(Self::types).collect(),
            Self::Optional(held) => std::iter::once(Ty::Bool).chain(held.types()).collect(),
            Self::Closure(closure) => closure.parts().flat_map(Self::types).collect(),
            Self::Choice(all) => std::iter::once(Ty::I64).chain(all.iter().flat_map(Self::types)).collect(),
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
            Self::Optional(held) => {
                let is_present = values.next()?;
                Some(Term::Optional(is_present, Box::new(held.term(values)?)))
            }
            Self::Named(class, items) => {
                let items = items.iter().map(|item| item.term(values)).collect::<Option<_>>()?;
                Some(Term::Named(class.clone(), items))
            }
            Self::Closure(closure) => closure.term(values),
            Self::Choice(all) => {
                let number = values.next()?;
                let terms = all.iter().map(|one| one.term(values)).collect::<Option<Vec<Term>>>()?;
                Some(Choice::term(number, (0..).zip(terms).collect()))
            }
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
            Term::Optional(is_present, item) => {
                values.push(*is_present);
                Ok(Passed::Optional(Box::new(self.pass(item, span, values)?)))
            }
            Term::Named(class, items) => {
                let items = items.iter().map(|item| self.pass(item, span, values));
                Ok(Passed::Named(class.clone(), items.collect::<Walked<_>>()?))
            }
            Term::Closure(closure) => self.pass_closure(closure, span, values).map(Passed::Closure),
            Term::Entity(entity) if is_passed(entity) => Ok(Passed::Known(term.clone())),
            Term::Choice(_) => {
                let term = self.leaving(term, None, span)?;
                let shape = match Shape::of(&term, &self.body) {
                    Shape::Choice(shapes) => Shape::Choice(choice::in_order(shapes)),
                    other => other,
                };
                self.check_depth(&shape, span)?;
                let form = shape.passed().ok_or_else(|| self.not_passed(&term, span))?;
                locals::bring(&shape, &term, &mut self.body, span, values);
                Ok(form)
            }
            _ => {
                let term = self.forced(term.clone(), span)?;
                let value = self.value(&term, span)?;
                values.push(value);
                Ok(Passed::Value(self.body.ty(value)))
            }
        }
    }

    fn not_passed(&self, term: &Term, span: Span) -> Stop {
        if let Some(name) = self.unsure_capture(term) {
            let title =
                format!("a function is passed on, and `{name}`, which it reads, may be bound to nothing");
            let stop = self.error(Id::UnboundName, span, title, "passed here");
            return stop.help(format!("assign to `{name}` before"));
        }
        let title = format!("{} is not a value in compiled code", self.describe(term));
        self.error(Id::NotAValue, span, title, "expected a value, a string or a function")
    }

    /// The values of a result as one; none where there are none.
    pub(crate) fn pack(&mut self, values: Vec<Value>, span: Span) -> Option<Value> {
        if let [] | [_] = values[..] {
            return values.first().copied();
        }
        let types: Vec<Ty> = values.iter().map(|value| self.body.ty(*value)).collect();
        Some(self.body.emit(Op::Tuple(values), Ty::Tuple(TupleTy::new(&types)), span))
    }

    /// The term that a result is.
    pub(crate) fn unpack(&mut self, form: &Passed, packed: Value, span: Span) -> Term {
        let types = form.types();
        let values: Vec<Value> = if let [_] = types[..] {
            vec![packed]
        } else {
            (0..).zip(types).map(|(index, ty)| self.body.emit(Op::Item(packed, index), ty, span)).collect()
        };
        form.term(&mut values.into_iter()).expect("a value for each part")
    }

    /// A term that came from another function: constants that were known become values.
    pub(crate) fn settled(&mut self, term: Term, span: Span) -> Term {
        match term {
            Term::Entity(entity) => self.entity(entity, span),
            Term::Tuple(items) => {
                Term::Tuple(items.into_iter().map(|item| self.settled(item, span)).collect())
            }
            Term::Named(class, items) => {
                Term::Named(class, items.into_iter().map(|item| self.settled(item, span)).collect())
            }
            other => other,
        }
    }

    /// A value that the host gives: a tuple becomes its items.
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

impl Shape {
    /// The form in which terms of this shape cross; none if one of them does not.
    pub(crate) fn passed(&self) -> Option<Passed> {
        match self {
            Self::Exact(term @ Term::Entity(entity)) => {
                is_passed(entity).then(|| Passed::Known(term.clone()))
            }
            Self::Exact(_) => None,
            Self::Value(ty) => Some(Passed::Value(*ty)),
            Self::Tuple(items) => items.iter().map(Self::passed).collect::<Option<_>>().map(Passed::Tuple),
            Self::Named(class, items) => {
                let items = items.iter().map(Self::passed).collect::<Option<_>>()?;
                Some(Passed::Named(class.clone(), items))
            }
            Self::Optional(held) => held.passed().map(|held| Passed::Optional(Box::new(held))),
            Self::Closure(closure) => closure.passed().map(Passed::Closure),
            Self::Choice(all) => all.iter().map(Self::passed).collect::<Option<_>>().map(Passed::Choice),
        }
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
        | Entity::Constant(..)
        | Entity::Exception(..)
        | Entity::NamedTuple(..)
        | Entity::Overloaded(..) => true,
        Entity::Tuple(_)
        | Entity::Named(..)
        | Entity::Array(_)
        | Entity::Namespace(_)
        | Entity::Opaque(_) => false,
    }
}
