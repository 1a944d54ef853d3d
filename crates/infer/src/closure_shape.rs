//! What functions made in compiled code have in common where paths meet.
//!
//! Two of them meet if they stand in one place of the text: what they brought along meets item by item.

use std::rc::Rc;
use std::sync::Arc;

use source::Span;
use tir::{BlockId, Value};

use crate::body::Body;
use crate::closures::{Captured, Closure, PassedClosure};
use crate::crossing::Passed;
use crate::locals::{self, LocalShape};
use crate::term::{Shape, Term};

/// How deep functions may bring functions along. A loop that wraps a function in another one again and again
/// would need a shape for each round.
pub(crate) const DEEPEST: usize = 4;

/// The shape of a closure.
#[derive(Clone, Debug)]
pub(crate) struct ClosureShape {
    closure: Rc<Closure>,
    captures: Vec<(String, Captured<LocalShape>)>,
    defaults: Vec<Shape>,
}

impl PartialEq for ClosureShape {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.closure.syntax, &other.closure.syntax)
            && self.closure.maker == other.closure.maker
            && self.captures == other.captures
            && self.defaults == other.defaults
    }
}

impl ClosureShape {
    /// Of one closure.
    pub(crate) fn of(closure: &Rc<Closure>, body: &Body) -> Self {
        let captures = map(&closure.captures, |local| LocalShape::of(local, body));
        let defaults = closure.defaults.iter().map(|default| Shape::of(default, body)).collect();
        Self { closure: closure.clone(), captures, defaults }
    }

    /// That of a closure that crosses to another function.
    pub(crate) fn of_passed(passed: &PassedClosure) -> Self {
        let captured = |(name, passed): &(String, Passed)| {
            (name.clone(), Captured::Left(LocalShape::Bound(passed.shape())))
        };
        Self {
            closure: passed.closure.clone(),
            captures: passed.captures.iter().map(captured).collect(),
            defaults: passed.defaults.iter().map(Passed::shape).collect(),
        }
    }

    /// The form in which it crosses to another function; none if a name that it captures may be bound to nothing.
    pub(crate) fn passed(&self) -> Option<PassedClosure> {
        let captured = |(name, captured): &(String, Captured<LocalShape>)| match captured.left()? {
            LocalShape::Bound(shape) => Some((name.clone(), shape.passed()?)),
            LocalShape::Exact(_) | LocalShape::Unbound | LocalShape::Maybe(_) | LocalShape::Clash(_) => None,
        };
        Some(PassedClosure {
            closure: self.closure.clone(),
            captures: self.captures.iter().map(captured).collect::<Option<_>>()?,
            defaults: self.defaults.iter().map(Shape::passed).collect::<Option<_>>()?,
        })
    }

    /// The shapes of what it took along.
    fn left(&self) -> impl Iterator<Item = &LocalShape> {
        self.captures.iter().filter_map(|(_, captured)| captured.left())
    }

    /// The name of the function.
    pub(crate) fn name(&self) -> &str {
        &self.closure.syntax.name
    }

    /// The smallest shape that holds both, if they stand in one place of the text and what they bring meets.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        if !Arc::ptr_eq(&self.closure.syntax, &other.closure.syntax)
            || self.closure.maker != other.closure.maker
        {
            return None;
        }
        let captures = self.captures.iter().zip(&other.captures);
        let captures = captures.map(|((name, a), (_, b))| Some((name.clone(), join_captured(a, b)?)));
        let captures = captures.collect::<Option<_>>()?;
        let defaults = self.defaults.iter().zip(&other.defaults).map(|(a, b)| a.join(b).ok());
        let defaults = defaults.collect::<Option<_>>()?;
        let joined = Self { closure: self.closure.clone(), captures, defaults };
        (joined.depth() <= DEEPEST).then_some(joined)
    }

    /// How many closures are in each other.
    pub(crate) fn depth(&self) -> usize {
        let captured = self.left().map(|local| match local {
            LocalShape::Bound(shape) | LocalShape::Maybe(shape) => shape.depth(),
            LocalShape::Exact(_) | LocalShape::Unbound | LocalShape::Clash(_) => 0,
        });
        1 + captured.chain(self.defaults.iter().map(Shape::depth)).max().unwrap_or(0)
    }

    /// The closure that has this shape in `block`.
    pub(crate) fn enter(&self, body: &mut Body, block: BlockId) -> Term {
        let captures = map(&self.captures, |shape| shape.enter(body, block));
        let defaults = self.defaults.iter().map(|shape| locals::enter(shape, body, block)).collect();
        Term::Closure(Rc::new(Closure { captures, defaults, ..(*self.closure).clone() }))
    }

    /// The arguments of a jump that bring `closure` to a block entered with this shape.
    pub(crate) fn bring(&self, closure: &Closure, body: &mut Body, span: Span, out: &mut Vec<Value>) {
        for ((_, shape), (_, local)) in self.captures.iter().zip(&closure.captures) {
            if let (Captured::Left(shape), Captured::Left(local)) = (shape, local) {
                shape.bring(local, body, span, out);
            }
        }
        for (shape, term) in self.defaults.iter().zip(&closure.defaults) {
            locals::bring(shape, term, body, span, out);
        }
    }

    /// Values of the right types where there is no closure to bring.
    pub(crate) fn nothing(&self, body: &mut Body, span: Span, out: &mut Vec<Value>) {
        for shape in self.left() {
            shape.nothing(body, span, out);
        }
        for shape in &self.defaults {
            locals::nothing(shape, body, span, out);
        }
    }
}

/// Captured names with something else for what was taken along.
fn map<T, U>(
    captures: &[(String, Captured<T>)],
    mut change: impl FnMut(&T) -> U,
) -> Vec<(String, Captured<U>)> {
    let mut changed = Vec::new();
    for (name, captured) in captures {
        let captured = match captured {
            Captured::Running(activation) => Captured::Running(*activation),
            Captured::Left(left) => Captured::Left(change(left)),
        };
        changed.push((name.clone(), captured));
    }
    changed
}

fn join_captured(a: &Captured<LocalShape>, b: &Captured<LocalShape>) -> Option<Captured<LocalShape>> {
    match (a, b) {
        (Captured::Running(x), Captured::Running(y)) => (x == y).then_some(Captured::Running(*x)),
        (Captured::Left(x), Captured::Left(y)) => {
            let joined = x.clone().join(y.clone());
            let is_new = matches!(joined, LocalShape::Clash(_)) && joined != *x && joined != *y;
            (!is_new).then_some(Captured::Left(joined))
        }
        (Captured::Running(_) | Captured::Left(_), _) => None,
    }
}
