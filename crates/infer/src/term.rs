//! What an expression is while the function is walked, and where paths meet.
//!
//! A [`Term`] is a value of the IR, or something that exists only while compiling: a tuple, a
//! function, a module. A [`Shape`] is what the terms of several paths have in common: the types
//! of the block's parameters that carry them on.

use std::rc::Rc;
use std::sync::Arc;

use tir::{Ty, Value};

use crate::arrays::Lazy;
use crate::body::Body;
use crate::choice::{self, Choice};
use crate::closure_shape::ClosureShape;
use crate::closures::Closure;
use crate::sequence::Sequence;
use crate::{Entity, TupleClass, extending, promote};

/// What an expression is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Term {
    /// A value of the IR.
    Value(Value),
    /// Several at once; exists only while compiling.
    Tuple(Vec<Term>),
    /// A tuple with names for its items.
    Named(Arc<TupleClass>, Vec<Term>),
    /// `None`, or this where the `bool` is true.
    Optional(Value, Box<Term>),
    /// A function, a module, a type; exists only while compiling.
    Entity(Entity),
    /// A method with the value that it is of, by its qualified name.
    Method(&'static str, Value),
    /// A method of a tuple, or of a class of tuples.
    TupleMethod(&'static str, Box<Term>),
    /// A method that Python code added, with what it is of.
    Bound(Rc<extending::Bound>),
    /// A list display: an argument of functions that make arrays; exists only while compiling.
    List(Vec<Term>),
    /// An elementwise expression over arrays that is not computed yet.
    Lazy(Rc<Lazy>),
    /// `array.flat`.
    Flat(Value),
    /// A slice: where it starts, where it ends, by which step.
    Slice(Box<Bounds>),
    /// A function that was made in compiled code.
    Closure(Rc<Closure>),
    /// What a loop can run over: `range`, `enumerate`, `zip`.
    Sequence(Rc<Sequence>),
    /// One of a few things that are known while compiling.
    Choice(Rc<Choice>),
}

/// Where a slice starts, where it ends, and by which step.
pub(crate) type Bounds = (Option<Value>, Option<Value>, Option<Value>);

/// What the terms of several paths have in common.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shape {
    /// All paths bring this very term.
    Exact(Term),
    /// A value of this type.
    Value(Ty),
    /// A tuple.
    Tuple(Vec<Shape>),
    /// A tuple with names for its items.
    Named(Arc<TupleClass>, Vec<Shape>),
    /// A function that was made in compiled code, with the shapes of what it brings.
    Closure(ClosureShape),
    /// One of these, all of them known while compiling: the value is a number.
    Choice(Vec<Shape>),
    /// `None` or this.
    Optional(Box<Shape>),
}

/// Two terms that no one shape holds: of the first and the second, in words of the caller.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Clash(pub(crate) Box<(Shape, Shape)>);

impl Clash {
    fn new(a: &Shape, b: &Shape) -> Self {
        Self(Box::new((a.clone(), b.clone())))
    }
}

impl Shape {
    /// The shape of one term: values by their type.
    pub(crate) fn of(term: &Term, body: &Body) -> Self {
        match term {
            Term::Value(value) => Self::Value(body.ty(*value)),
            Term::Tuple(items) => Self::Tuple(items.iter().map(|item| Self::of(item, body)).collect()),
            Term::Named(class, items) => {
                Self::Named(class.clone(), items.iter().map(|item| Self::of(item, body)).collect())
            }
            Term::Closure(closure) => Self::Closure(ClosureShape::of(closure, body)),
            Term::Choice(choice) => Self::Choice(choice.shapes(body)),
            Term::Optional(_, item) => Self::Optional(Box::new(Self::of(item, body))),
            Term::Entity(_)
            | Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::List(_)
            | Term::Lazy(_)
            | Term::Flat(_)
            | Term::Slice(_)
            | Term::Sequence(_) => Self::Exact(term.clone()),
        }
    }

    /// Whether it is made of types and of what is known, and so means the same in another walk.
    pub(crate) fn is_of_types(&self) -> bool {
        match self {
            Self::Exact(term) => matches!(term, Term::Entity(_)),
            Self::Value(_) => true,
            Self::Tuple(items) | Self::Named(_, items) | Self::Choice(items) => {
                items.iter().all(Self::is_of_types)
            }
            Self::Optional(held) => held.is_of_types(),
            Self::Closure(_) => false,
        }
    }

    /// How many closures are in each other.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Exact(_) | Self::Value(_) => 0,
            Self::Optional(held) => held.depth(),
            Self::Tuple(items) | Self::Named(_, items) | Self::Choice(items) => {
                items.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Closure(closure) => closure.depth(),
        }
    }

    /// The smallest shape that holds both.
    pub(crate) fn join(&self, other: &Self) -> Result<Self, Clash> {
        match (self, other) {
            (a, b) if a == b => Ok(a.clone()),
            (Self::Value(a), Self::Value(b)) => {
                if let Some(joined) = promote::join(*a, *b) {
                    return Ok(Self::Value(joined));
                }
                match (a, b) {
                    (Ty::Unit, held) | (held, Ty::Unit) => Ok(Self::Optional(Box::new(Self::Value(*held)))),
                    _ => Err(Clash::new(self, other)),
                }
            }
            (Self::Tuple(a), Self::Tuple(b)) if a.len() == b.len() => Self::join_all(a, b).map(Self::Tuple),
            (Self::Named(class, a), Self::Named(other_class, b)) if class == other_class => {
                Self::join_all(a, b).map(|items| Self::Named(class.clone(), items))
            }
            (Self::Closure(a), Self::Closure(b)) => {
                let joined = a.join(b).map(Self::Closure).or_else(|| choice::join(self, other));
                joined.ok_or_else(|| Clash::new(self, other))
            }
            (Self::Optional(a), Self::Optional(b)) => a.join(b).map(Self::optional),
            (Self::Optional(held), Self::Value(Ty::Unit)) | (Self::Value(Ty::Unit), Self::Optional(held)) => {
                Ok(Self::Optional(held.clone()))
            }
            (Self::Optional(held), other) => held.join(other).map(Self::optional),
            (own, Self::Optional(held)) => own.join(held).map(Self::optional),
            (Self::Value(Ty::Unit), held @ (Self::Tuple(_) | Self::Named(..)))
            | (held @ (Self::Tuple(_) | Self::Named(..)), Self::Value(Ty::Unit)) => {
                Ok(Self::Optional(Box::new(held.clone())))
            }
            (
                Self::Exact(_)
                | Self::Value(_)
                | Self::Tuple(_)
                | Self::Named(..)
                | Self::Closure(_)
                | Self::Choice(_),
                _,
            ) => choice::join(self, other).ok_or_else(|| Clash::new(self, other)),
        }
    }

    /// `None` or this, which may be such itself.
    fn optional(held: Self) -> Self {
        if let Self::Optional(_) = held { held } else { Self::Optional(Box::new(held)) }
    }

    fn join_all(a: &[Self], b: &[Self]) -> Result<Vec<Self>, Clash> {
        a.iter().zip(b).map(|(a, b)| a.join(b)).collect()
    }

    /// The shape in which the terms of all paths meet: a term that all share stays itself.
    pub(crate) fn meet(terms: &[&Term], body: &Body) -> Result<Self, Clash> {
        let (first, rest) = terms.split_first().expect("some path comes here");
        if rest.iter().all(|term| term == first) {
            return Ok(Self::Exact((*first).clone()));
        }
        if let Some(whole) =
            terms.iter().find(|one| terms.iter().all(|term| term == *one || is_held_by(term, one)))
        {
            return Ok(Self::Exact((*whole).clone()));
        }
        let tuples: Option<Vec<Packed<'_>>> = terms.iter().map(|term| term.as_tuple()).collect();
        let is_alike = |a: &Packed<'_>, b: &Packed<'_>| a.0 == b.0 && a.1.len() == b.1.len();
        if let Some(tuples) = tuples.filter(|tuples| tuples.iter().all(|one| is_alike(one, &tuples[0]))) {
            let (class, first) = tuples[0];
            let column = |index: usize| tuples.iter().map(|(_, items)| &items[index]).collect::<Vec<_>>();
            let items = (0..first.len()).map(|index| Self::meet(&column(index), body));
            let items = items.collect::<Result<_, _>>()?;
            return Ok(match class {
                Some(class) => Self::Named(class.clone(), items),
                None => Self::Tuple(items),
            });
        }
        rest.iter().try_fold(Self::of(first, body), |shape, term| shape.join(&Self::of(term, body)))
    }
}

/// Whether a term is the value that may be `None` elsewhere, taken out where it is not: there is one such value for
/// each `bool` that says so, so that the whole still tells the truth.
fn is_held_by(term: &Term, whole: &Term) -> bool {
    matches!(whole, Term::Optional(_, held) if matches!(**held, Term::Value(_)) && **held == *term)
}

/// A tuple's class, if it has names for its items, and the items.
type Packed<'a> = (Option<&'a Arc<TupleClass>>, &'a [Term]);

impl Term {
    fn as_tuple(&self) -> Option<Packed<'_>> {
        match self {
            Self::Tuple(items) => Some((None, items)),
            Self::Named(class, items) => Some((Some(class), items)),
            Self::Value(_)
            | Self::Optional(..)
            | Self::Entity(_)
            | Self::Method(..)
            | Self::TupleMethod(..)
            | Self::Bound(_)
            | Self::List(_)
            | Self::Lazy(_)
            | Self::Flat(_)
            | Self::Closure(_)
            | Self::Slice(_)
            | Self::Sequence(_)
            | Self::Choice(_) => None,
        }
    }
}
