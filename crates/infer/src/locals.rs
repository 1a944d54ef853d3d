//! What the names of a function are bound to on a path, and where paths meet.

use source::Span;
use tir::{BlockId, Const, Ty, Value};

use crate::body::Body;
use crate::choice;
use crate::convert;
use crate::term::{Clash, Shape, Term};

/// What a name is bound to on a path.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Local {
    /// Nothing.
    Unbound,
    /// This.
    Bound(Term),
    /// This, where the `bool` is true; else nothing.
    Maybe(Term, Value),
    /// Terms that no one shape holds: an error once it is read.
    Clash(Clash),
}

/// What the bindings of a name on several paths have in common.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum LocalShape {
    /// All paths bring this very binding.
    Exact(Local),
    /// Bound to nothing on all paths.
    Unbound,
    /// Bound on all paths.
    Bound(Shape),
    /// Bound on some paths.
    Maybe(Shape),
    /// An error once it is read.
    Clash(Clash),
}

/// The end of a path: the block, still open, and what holds there.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// Where it ends.
    pub(crate) block: BlockId,
    /// The names.
    pub(crate) locals: Vec<Local>,
    /// What it brings besides: the value of an expression, a returned value.
    pub(crate) term: Option<Term>,
    /// The text that leads here.
    pub(crate) span: Span,
}

impl LocalShape {
    /// The shape of one binding, values by their type.
    pub(crate) fn of(local: &Local, body: &Body) -> Self {
        match local {
            Local::Unbound => Self::Unbound,
            Local::Bound(term) => Self::Bound(Shape::of(term, body)),
            Local::Maybe(term, _) => Self::Maybe(Shape::of(term, body)),
            Local::Clash(clash) => Self::Clash(clash.clone()),
        }
    }

    /// Whether it is made of types alone, and so means the same in another walk.
    pub(crate) fn is_of_types(&self) -> bool {
        match self {
            Self::Unbound => true,
            Self::Bound(shape) | Self::Maybe(shape) => shape.is_of_types(),
            Self::Exact(_) | Self::Clash(_) => false,
        }
    }

    /// The smallest shape that holds both.
    pub(crate) fn join(self, other: Self) -> Self {
        let joined =
            |a: &Shape, b: &Shape, shape: fn(Shape) -> Self| a.join(b).map_or_else(Self::Clash, shape);
        match (self, other) {
            (Self::Clash(clash), _) | (_, Self::Clash(clash)) => Self::Clash(clash),
            (Self::Unbound, Self::Unbound) => Self::Unbound,
            (Self::Bound(a), Self::Bound(b)) => joined(&a, &b, Self::Bound),
            (Self::Unbound, Self::Bound(a) | Self::Maybe(a))
            | (Self::Bound(a) | Self::Maybe(a), Self::Unbound) => Self::Maybe(a),
            (Self::Bound(a) | Self::Maybe(a), Self::Bound(b) | Self::Maybe(b)) => joined(&a, &b, Self::Maybe),
            (Self::Exact(local), _) | (_, Self::Exact(local)) => Self::Exact(local),
        }
    }

    /// The shape in which the bindings of all paths meet.
    pub(crate) fn meet(locals: &[&Local], body: &Body) -> Self {
        if locals.iter().all(|local| *local == locals[0]) {
            return Self::Exact(locals[0].clone());
        }
        let shapes = locals.iter().map(|local| Self::of(local, body));
        let joined = shapes.reduce(Self::join).expect("some path comes here");
        let terms: Vec<&Term> = locals.iter().filter_map(|local| local.term()).collect();
        match joined {
            Self::Bound(shape) => Self::Bound(Shape::meet(&terms, body).unwrap_or(shape)),
            other @ (Self::Exact(_) | Self::Unbound | Self::Maybe(_) | Self::Clash(_)) => other,
        }
    }

    /// The binding that has this shape in `block`, which gets the parameters that carry it.
    pub(crate) fn enter(&self, body: &mut Body, block: BlockId) -> Local {
        match self {
            Self::Exact(local) => local.clone(),
            Self::Unbound => Local::Unbound,
            Self::Bound(shape) => Local::Bound(enter(shape, body, block)),
            Self::Maybe(shape) => {
                let term = enter(shape, body, block);
                Local::Maybe(term, body.param(block, Ty::Bool))
            }
            Self::Clash(clash) => Local::Clash(clash.clone()),
        }
    }

    /// The arguments of a jump that bring `local` to a block entered with this shape.
    pub(crate) fn bring(&self, local: &Local, body: &mut Body, span: Span, out: &mut Vec<Value>) {
        match (self, local) {
            (Self::Bound(shape), Local::Bound(term)) => bring(shape, term, body, span, out),
            (Self::Maybe(shape), Local::Bound(term)) => {
                bring(shape, term, body, span, out);
                out.push(body.constant(Const::Bool(true), Ty::Bool, span));
            }
            (Self::Maybe(shape), Local::Maybe(term, flag)) => {
                bring(shape, term, body, span, out);
                out.push(*flag);
            }
            (Self::Maybe(_), _) => self.nothing(body, span, out),
            (Self::Exact(_) | Self::Unbound | Self::Bound(_) | Self::Clash(_), _) => {}
        }
    }

    /// Arguments of a jump to a block entered with this shape, on a path that has no such name.
    pub(crate) fn nothing(&self, body: &mut Body, span: Span, out: &mut Vec<Value>) {
        match self {
            Self::Exact(_) | Self::Unbound | Self::Clash(_) => {}
            Self::Bound(shape) => nothing(shape, body, span, out),
            Self::Maybe(shape) => {
                nothing(shape, body, span, out);
                out.push(body.constant(Const::Bool(false), Ty::Bool, span));
            }
        }
    }
}

impl Local {
    fn term(&self) -> Option<&Term> {
        match self {
            Self::Bound(term) | Self::Maybe(term, _) => Some(term),
            Self::Unbound | Self::Clash(_) => None,
        }
    }
}

/// The term that has this shape in `block`.
pub(crate) fn enter(shape: &Shape, body: &mut Body, block: BlockId) -> Term {
    match shape {
        Shape::Exact(term) => term.clone(),
        Shape::Value(ty) => Term::Value(body.param(block, *ty)),
        Shape::Tuple(items) => Term::Tuple(items.iter().map(|item| enter(item, body, block)).collect()),
        Shape::Optional(held) => {
            let is_present = body.param(block, Ty::Bool);
            Term::Optional(is_present, Box::new(enter(held, body, block)))
        }
        Shape::Named(class, items) => {
            Term::Named(class.clone(), items.iter().map(|item| enter(item, body, block)).collect())
        }
        Shape::Closure(closure) => closure.enter(body, block),
        Shape::Choice(shapes) => choice::enter(shapes, body, block),
    }
}

/// The arguments of a jump that bring `term` to a block entered with this shape.
pub(crate) fn bring(shape: &Shape, term: &Term, body: &mut Body, span: Span, out: &mut Vec<Value>) {
    match (shape, term) {
        (Shape::Value(ty), Term::Value(value)) => out.push(convert::to(body, *value, *ty, span)),
        (Shape::Tuple(shapes), Term::Tuple(terms)) | (Shape::Named(_, shapes), Term::Named(_, terms)) => {
            for (shape, term) in shapes.iter().zip(terms) {
                bring(shape, term, body, span, out);
            }
        }
        (Shape::Closure(shape), Term::Closure(closure)) => shape.bring(closure, body, span, out),
        (Shape::Optional(held), Term::Optional(is_present, item)) => {
            out.push(*is_present);
            bring(held, item, body, span, out);
        }
        (Shape::Optional(_), Term::Value(value)) if body.ty(*value) == Ty::Unit => {
            nothing(shape, body, span, out);
        }
        (Shape::Optional(held), item) => {
            out.push(body.constant(Const::Bool(true), Ty::Bool, span));
            bring(held, item, body, span, out);
        }
        (Shape::Choice(shapes), term) => choice::bring(shapes, term, body, span, out),
        (Shape::Exact(_) | Shape::Value(_) | Shape::Tuple(_) | Shape::Named(..) | Shape::Closure(_), _) => {}
    }
}

/// Values of the right types where there is nothing to bring; nobody reads them.
pub(crate) fn nothing(shape: &Shape, body: &mut Body, span: Span, out: &mut Vec<Value>) {
    match shape {
        Shape::Exact(_) => {}
        Shape::Value(ty) => out.push(convert::zero(body, *ty, span)),
        Shape::Optional(held) => {
            out.push(body.constant(Const::Bool(false), Ty::Bool, span));
            nothing(held, body, span, out);
        }
        Shape::Tuple(items) | Shape::Named(_, items) => {
            for item in items {
                nothing(item, body, span, out);
            }
        }
        Shape::Closure(closure) => closure.nothing(body, span, out),
        Shape::Choice(shapes) => choice::nothing(shapes, body, span, out),
    }
}
