//! Choices: one of a few things that are known while compiling, which only the running program tells apart.
//!
//! A choice is a number; each thing that it may be has one. What is done with a choice is done for each of them: the
//! results of what is known meet as values, and calls are made on paths of their own, which meet again.

use std::rc::Rc;

use source::Span;
use tir::{BlockId, Comparison, Const, Op, Ty, Value};

use crate::Entity;
use crate::body::Body;
use crate::closure_shape::DEEPEST;
use crate::locals::{self, Arrival};
use crate::stop::{Stop, Walked};
use crate::term::{Shape, Term};
use crate::walk::Walker;

/// The most things that a choice may be between.
pub(crate) const MOST: usize = 16;

/// `None` as one of the things that a choice is between: where it is the one, it is a value as everywhere.
pub(crate) const NONE: Term = Term::Entity(Entity::Constant(Const::Unit, Ty::Unit));

/// One of a few things.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Choice {
    /// The number of the one that it is.
    pub(crate) number: Value,
    /// What it may be, by number: functions, strings, classes, closures, `None`.
    pub(crate) alternatives: Vec<(i128, Term)>,
}

impl Choice {
    /// A term that is one of these, all of which are known.
    pub(crate) fn term(number: Value, mut alternatives: Vec<(i128, Term)>) -> Term {
        match &mut alternatives[..] {
            [(_, only)] => std::mem::replace(only, NONE),
            _ => Term::Choice(Rc::new(Self { number, alternatives })),
        }
    }

    /// The shapes of what it may be, each once.
    pub(crate) fn shapes(&self, body: &Body) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for (_, term) in &self.alternatives {
            add(&mut shapes, Shape::of(term, body));
        }
        shapes
    }
}

/// The shape of a choice between what two shapes are; none if something in them is not known while compiling, or it
/// would be between too many, or closures too deep in each other.
pub(crate) fn join(a: &Shape, b: &Shape) -> Option<Shape> {
    let mut all = alternatives(a)?;
    for shape in alternatives(b)? {
        add(&mut all, shape);
    }
    let is_deep = all.iter().any(|shape| shape.depth() > DEEPEST);
    (all.len() <= MOST && !is_deep).then_some(Shape::Choice(all))
}

/// The things of a choice in an order that does not depend on the path that brings it, so that a function is compiled
/// once for a set of them.
pub(crate) fn in_order(mut shapes: Vec<Shape>) -> Vec<Shape> {
    shapes.sort_by_cached_key(|shape| match shape {
        Shape::Exact(Term::Entity(entity)) => match entity {
            Entity::Constant(..) => (0, 0, String::new()),
            Entity::Text(text) => (1, 0, text.clone()),
            Entity::Known(name) => (2, 0, name.clone()),
            Entity::Function(number) | Entity::Exception(_, number) => (3, number.0, String::new()),
            Entity::NamedTuple(class) => (3, class.object.0, String::new()),
            Entity::CFunction(function) => (4, 0, function.name.clone()),
            _ => (5, 0, String::new()),
        },
        _ => (6, 0, String::new()),
    });
    shapes
}

/// What a shape that is known while compiling is a choice between.
fn alternatives(shape: &Shape) -> Option<Vec<Shape>> {
    match shape {
        Shape::Choice(all) => Some(all.clone()),
        Shape::Value(Ty::Unit) => Some(vec![Shape::Exact(NONE)]),
        // Other constants are values.
        Shape::Exact(Term::Entity(Entity::Constant(..))) if *shape != Shape::Exact(NONE) => None,
        Shape::Exact(_) | Shape::Closure(_) if shape.passed().is_some() || shape.depth() > 0 => {
            Some(vec![shape.clone()])
        }
        Shape::Exact(_)
        | Shape::Value(_)
        | Shape::Tuple(_)
        | Shape::Named(..)
        | Shape::Optional(_)
        | Shape::Closure(_) => None,
    }
}

fn add(all: &mut Vec<Shape>, shape: Shape) {
    for one in &mut *all {
        if *one == shape {
            return;
        }
        if let Some(joined) = joined_closure(one, &shape) {
            *one = joined;
            return;
        }
    }
    all.push(shape);
}

/// Closures of one place in the text are one thing, which brings this or that.
fn joined_closure(a: &Shape, b: &Shape) -> Option<Shape> {
    let (Shape::Closure(a), Shape::Closure(b)) = (a, b) else { return None };
    a.join(b).map(Shape::Closure)
}

/// Where a thing of this shape stands among others.
fn place(shapes: &[Shape], shape: &Shape) -> usize {
    let holds = |one: &Shape| one == shape || joined_closure(one, shape).is_some_and(|joined| joined == *one);
    shapes.iter().position(holds).expect("a shape holds what paths bring")
}

/// The choice that has this shape in `block`.
pub(crate) fn enter(shapes: &[Shape], body: &mut Body, block: BlockId) -> Term {
    let number = body.param(block, Ty::I64);
    let terms = shapes.iter().map(|shape| locals::enter(shape, body, block));
    Term::Choice(Rc::new(Choice { number, alternatives: (0..).zip(terms).collect() }))
}

/// The arguments of a jump that bring one of these things to a block entered with this shape.
pub(crate) fn bring(shapes: &[Shape], term: &Term, body: &mut Body, span: Span, out: &mut Vec<Value>) {
    let single;
    let (number, brought) = match term {
        Term::Choice(choice) => (Some(choice.number), &choice.alternatives),
        Term::Value(_) => {
            single = vec![(0, NONE)];
            (None, &single)
        }
        other => {
            single = vec![(0, other.clone())];
            (None, &single)
        }
    };
    let places: Vec<usize> = brought.iter().map(|(_, term)| place(shapes, &Shape::of(term, body))).collect();
    let numbers: Vec<Value> = places.iter().map(|place| word(body, *place, span)).collect();
    let is_same = |((number, _), place): (&(i128, Term), &usize)| i128::try_from(*place) == Ok(*number);
    out.push(match number {
        Some(number) if brought.iter().zip(&places).all(is_same) => number,
        _ => of_number(body, number, brought, &numbers, span),
    });
    for (index, shape) in shapes.iter().enumerate() {
        let here = brought.iter().zip(&places).filter(|(_, place)| **place == index);
        let here: Vec<(i128, Vec<Value>)> = here
            .map(|((number, term), _)| {
                let mut values = Vec::new();
                locals::bring(shape, term, body, span, &mut values);
                (*number, values)
            })
            .collect();
        let Some((_, first)) = here.first() else {
            locals::nothing(shape, body, span, out);
            continue;
        };
        for column in 0..first.len() {
            let numbered: Vec<(i128, Value)> =
                here.iter().map(|(number, values)| (*number, values[column])).collect();
            out.push(selected(body, number, &numbered, span));
        }
    }
}

/// Values of the right types where there is nothing to bring.
pub(crate) fn nothing(shapes: &[Shape], body: &mut Body, span: Span, out: &mut Vec<Value>) {
    out.push(word(body, 0, span));
    for shape in shapes {
        locals::nothing(shape, body, span, out);
    }
}

fn word(body: &mut Body, number: usize, span: Span) -> Value {
    body.constant(Const::Int(i128::try_from(number).unwrap_or(i128::MAX)), Ty::I64, span)
}

fn of_number(
    body: &mut Body,
    number: Option<Value>,
    brought: &[(i128, Term)],
    values: &[Value],
    span: Span,
) -> Value {
    let numbered = brought.iter().zip(values).map(|((number, _), value)| (*number, *value));
    selected(body, number, &numbered.collect::<Vec<_>>(), span)
}

/// The value that stands beside the number.
fn selected(body: &mut Body, number: Option<Value>, values: &[(i128, Value)], span: Span) -> Value {
    let ((_, last), rest) = values.split_last().expect("a choice is between something");
    let Some(number) = number else { return *last };
    let is_one = |(_, value): &(i128, Value)| {
        *value == *last || (body.as_const(*value).is_some() && body.as_const(*value) == body.as_const(*last))
    };
    if rest.iter().all(is_one) {
        return *last;
    }
    let mut chosen = *last;
    for (known, value) in rest {
        let known = body.constant(Const::Int(*known), Ty::I64, span);
        let is_it = body.emit(Op::Compare(Comparison::Eq, number, known), Ty::Bool, span);
        chosen = match body.as_const(is_it) {
            Some(Const::Bool(true)) => *value,
            Some(Const::Bool(false)) => chosen,
            _ => body.emit(Op::Select(is_it, *value, chosen), body.ty(*value), span),
        };
    }
    chosen
}

impl Walker<'_, '_> {
    /// A thing that a choice is between, as a term of its own.
    pub(crate) fn alone(&mut self, term: &Term, span: Span) -> Term {
        match term {
            Term::Entity(entity @ Entity::Constant(..)) => self.entity(entity.clone(), span),
            other => other.clone(),
        }
    }

    /// What is known of each thing that a choice may be, as a value.
    pub(crate) fn known_of_each(
        &mut self,
        choice: &Choice,
        span: Span,
        mut of: impl FnMut(&mut Self, &Term) -> Walked<Value>,
    ) -> Walked<Value> {
        let mut values = Vec::new();
        for (number, term) in &choice.alternatives {
            let term = self.alone(term, span);
            values.push((*number, of(self, &term)?));
        }
        Ok(selected(&mut self.body, Some(choice.number), &values, span))
    }

    /// Does something for each thing that a choice may be, on a path of its own; the paths meet again.
    pub(crate) fn on_each(
        &mut self,
        choice: &Choice,
        span: Span,
        mut act: impl FnMut(&mut Self, Term) -> Walked<Term>,
    ) -> Walked<Term> {
        let (last, firsts) = choice.alternatives.split_last().expect("a choice is between something");
        let locals = self.frame().locals.clone();
        let mut arrivals = Vec::new();
        for (number, term) in firsts {
            let number = self.word(*number, span);
            let is_it = self.test(Comparison::Eq, choice.number, number, span);
            if self.body.as_const(is_it) == Some(Const::Bool(false)) {
                continue;
            }
            let (here, next) = self.body.branch(is_it);
            self.body.switch_to(here);
            self.set_locals(locals.clone());
            arrivals.extend(self.on_one(term, span, &mut act)?);
            self.body.switch_to(next);
        }
        self.set_locals(locals);
        arrivals.extend(self.on_one(&last.1, span, &mut act)?);
        self.meet_at(arrivals)
    }

    fn on_one(
        &mut self,
        term: &Term,
        span: Span,
        act: &mut impl FnMut(&mut Self, Term) -> Walked<Term>,
    ) -> Walked<Option<Arrival>> {
        let term = self.alone(term, span);
        match act(self, term) {
            Ok(term) => Ok(self.arrival(Some(term), span)),
            Err(Stop::Unreachable) => {
                self.body.terminate(tir::Terminator::Unreachable);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
