//! What a function returns: the form in which its returns meet, or the type that is declared.

use arena::Id as _;
use diagnostic::Id;
use source::Span;
use tir::{Terminator, Ty, Value};

use crate::Entity;
use crate::convert;
use crate::crossing::Passed;
use crate::locals;
use crate::stop::{Stop, Walked};
use crate::term::{Shape, Term};
use crate::walk::Walker;

/// A return: where it stands, and what it gives.
struct Return {
    block: tir::BlockId,
    /// None where nothing is written.
    term: Option<Term>,
    shape: Shape,
    span: Span,
}

impl Walker<'_, '_> {
    /// Ends the path with a returned term; none at the end of the function and for a bare `return`.
    pub(crate) fn arrive_at_return(&mut self, term: Option<Term>, span: Span) -> Walked<()> {
        let from = self.frame().activation;
        let term = term.map(|term| self.leaving(&term, Some(from), span)).transpose()?;
        let arrival = self.arrival(term, span);
        self.frame_mut().returns.extend(arrival);
        self.body.terminate(Terminator::Unreachable);
        Ok(())
    }

    /// Gives every returned term the form in which they meet, or that of the type that is wanted.
    pub(crate) fn finish_returns(&mut self, wanted: Option<&Passed>) -> Walked<Option<Passed>> {
        let mut returns = Vec::new();
        for arrival in std::mem::take(&mut self.frame_mut().returns) {
            self.body.switch_to(arrival.block);
            let term = match arrival.term {
                Some(term) => Some(self.forced_deeply(&term, arrival.span)?),
                None => None,
            };
            let block = self.body.current().unwrap_or(arrival.block);
            self.body.terminate(Terminator::Unreachable);
            let shape = term.as_ref().map_or(Shape::Value(Ty::Unit), |term| Shape::of(term, &self.body));
            returns.push(Return { block, term, shape, span: arrival.span });
        }
        let form = match wanted {
            Some(wanted) => Some(wanted.clone()),
            None => self.meeting(&returns)?,
        };
        let Some(form) = form else { return Ok(None) };
        for one in returns {
            if let Some(wanted) = wanted {
                self.check_result(&one, wanted)?;
            }
            self.body.switch_to(one.block);
            let mut term =
                one.term.unwrap_or_else(|| Term::Value(convert::zero(&mut self.body, Ty::Unit, one.span)));
            if let Some(wanted) = wanted {
                term = self.converted(wanted, &term, one.span)?;
            }
            let mut values = Vec::new();
            self.give(&form.shape(), &term, one.span, &mut values);
            let value = self.pack(values, one.span);
            let value = value.filter(|value| self.body.ty(*value) != Ty::Unit);
            self.body.terminate(Terminator::Return(value));
        }
        Ok(Some(form))
    }

    /// What is elementwise in a term, computed.
    fn forced_deeply(&mut self, term: &Term, span: Span) -> Walked<Term> {
        let mut all = |items: &[Term]| {
            items.iter().map(|item| self.forced_deeply(item, span)).collect::<Walked<Vec<Term>>>()
        };
        match term {
            Term::Tuple(items) => all(items).map(Term::Tuple),
            Term::Named(class, items) => Ok(Term::Named(class.clone(), all(items)?)),
            Term::Optional(is_present, item) => {
                let item = self.forced_deeply(item, span)?;
                Ok(Term::Optional(*is_present, Box::new(item)))
            }
            _ => self.forced(term.clone(), span),
        }
    }

    /// The form in which the returns meet; none where there are none.
    fn meeting(&self, returns: &[Return]) -> Walked<Option<Passed>> {
        let mut meeting: Option<Shape> = None;
        for one in returns {
            if one.shape.passed().is_none() {
                return Err(self.not_returned(one));
            }
            if self.is_asked_for() {
                self.check_leaves(&one.shape, one.span)?;
            }
            meeting = Some(match meeting {
                None => one.shape.clone(),
                Some(so_far) => match so_far.join(&one.shape) {
                    Ok(joined) => joined,
                    Err(_) => return Err(self.results_clash(&so_far, &one.shape, one.span)),
                },
            });
        }
        let Some(shape) = meeting else { return Ok(None) };
        let form = shape.passed();
        match (form, returns.last()) {
            (None, Some(last)) => Err(self.not_returned(last)),
            (form, _) => Ok(form),
        }
    }

    /// The values that bring a term to a result of this shape.
    fn give(&mut self, shape: &Shape, term: &Term, span: Span, values: &mut Vec<Value>) {
        match (shape, term) {
            (Shape::Value(Ty::Record(record)), Term::Value(value)) => {
                values.push(self.as_record(*value, *record, span));
            }
            (Shape::Tuple(shapes) | Shape::Named(_, shapes), Term::Tuple(terms) | Term::Named(_, terms)) => {
                for (shape, term) in shapes.iter().zip(terms) {
                    self.give(shape, term, span, values);
                }
            }
            (
                Shape::Exact(_)
                | Shape::Value(_)
                | Shape::Tuple(_)
                | Shape::Named(..)
                | Shape::Optional(_)
                | Shape::Closure(_)
                | Shape::Choice(_),
                _,
            ) => {
                locals::bring(shape, term, &mut self.body, span, values);
            }
        }
    }

    /// Whether the host itself calls what is walked.
    fn is_asked_for(&self) -> bool {
        self.id().index() == 0
    }

    /// Whether the host knows what a returned term is.
    fn check_leaves(&self, shape: &Shape, span: Span) -> Walked<()> {
        match shape {
            Shape::Exact(Term::Entity(Entity::Type(_))) => {
                let stop = self.error(Id::NotAValue, span, "a type is returned to Python", "");
                Err(stop.help("return a value of it"))
            }
            Shape::Value(_) | Shape::Exact(_) => Ok(()),
            Shape::Optional(held) => self.check_leaves(held, span),
            Shape::Tuple(items) | Shape::Named(_, items) | Shape::Choice(items) => {
                items.iter().try_for_each(|item| self.check_leaves(item, span))
            }
            Shape::Closure(closure) => {
                let title =
                    format!("`{}`, a function in the function, is returned to Python", closure.name());
                let label = "it has no meaning outside of compiled code";
                let stop = self.error(Id::UnsupportedNestedFunction, span, title, label);
                Err(stop.help("define it outside, at the top of the module, and return that"))
            }
        }
    }

    fn not_returned(&self, one: &Return) -> Stop {
        if let Some(name) = one.term.as_ref().and_then(|term| self.unsure_capture(term)) {
            let title =
                format!("a function is returned, and `{name}`, which it reads, may be bound to nothing");
            let stop = self.error(Id::UnboundName, one.span, title, "returned here");
            return stop.help(format!("assign to `{name}` before"));
        }
        let term = one.term.as_ref().map_or_else(|| "this".to_owned(), |term| self.describe(term));
        let title = format!("{term} cannot be returned");
        let label = "expected numbers, arrays, structs, pointers, strings, functions, or tuples of these";
        self.error(Id::NotAValue, one.span, title, label)
    }

    /// A shape in the words of a message: a tuple of values by its type.
    fn describe_result(&self, shape: &Shape) -> String {
        match shape.passed().and_then(|form| form.ty()) {
            Some(ty) => format!("`{}`", self.ty_name(ty)),
            None => self.describe_shape(shape),
        }
    }

    fn results_clash(&self, a: &Shape, b: &Shape, span: Span) -> Stop {
        let (a, b) = (self.describe_result(a), self.describe_result(b));
        let title = format!("the function returns {a} on one path and {b} on another");
        self.error(Id::ResultsDiffer, span, title, format!("this is {b}"))
            .help("return values of one type on every path")
    }

    /// Whether a term of this shape may be returned where `wanted` is declared.
    fn serves_as(&self, shape: &Shape, wanted: &Passed) -> bool {
        match (shape, wanted) {
            (Shape::Value(ty), Passed::Value(wanted)) => {
                self.is_assignable(*ty, *wanted) || self.points_to(*ty, *wanted)
            }
            (Shape::Optional(held), Passed::Optional(wanted)) => self.serves_as(held, wanted),
            (Shape::Value(Ty::Unit), Passed::Optional(_)) => true,
            (_, Passed::Optional(wanted)) => self.serves_as(shape, wanted),
            (Shape::Optional(held), _) => self.serves_as(held, wanted),
            (Shape::Tuple(shapes) | Shape::Named(_, shapes), Passed::Tuple(forms)) => {
                self.all_serve_as(shapes, forms)
            }
            (Shape::Named(own, shapes), Passed::Named(class, forms)) if own == class => {
                self.all_serve_as(shapes, forms)
            }
            (
                Shape::Exact(_)
                | Shape::Value(_)
                | Shape::Tuple(_)
                | Shape::Named(..)
                | Shape::Closure(_)
                | Shape::Choice(_),
                _,
            ) => false,
        }
    }

    fn all_serve_as(&self, shapes: &[Shape], forms: &[Passed]) -> bool {
        shapes.len() == forms.len()
            && shapes.iter().zip(forms).all(|(shape, form)| self.serves_as(shape, form))
    }

    /// Whether a return gives what is declared.
    fn check_result(&self, one: &Return, wanted: &Passed) -> Walked<()> {
        let is_nothing = *wanted == Passed::Value(Ty::Unit);
        let is_missing = one.term.is_none() && !is_nothing && !matches!(wanted, Passed::Optional(_));
        if !is_missing && self.serves_as(&one.shape, wanted) {
            return Ok(());
        }
        let wanted_name = self.describe_passed(wanted);
        if is_missing {
            return Err(self.missing_return(one.span, &wanted_name));
        }
        let given = self.describe_result(&one.shape);
        if is_nothing {
            let title = format!("{given} is returned where the signature has no result");
            let stop = self.error(Id::WrongResult, one.span, title, "expected nothing");
            return Err(stop.help("write `return`"));
        }
        let title = format!("{given} is returned where the signature says {wanted_name}");
        let stop = self.error(Id::WrongResult, one.span, title, format!("expected {wanted_name}"));
        Err(if let Shape::Value(Ty::Complex(_)) = one.shape { stop.help("take its `.real`") } else { stop })
    }

    fn missing_return(&self, span: Span, wanted: &str) -> Stop {
        let syntax = &self.frame().function.syntax;
        let (title, label) = if span == syntax.head {
            (format!("`{}` can end without a `return`", syntax.name), "the end is reached on some path")
        } else {
            ("this returns nothing".to_owned(), "")
        };
        let stop = self.error(Id::MissingReturn, span, title, label);
        stop.help(format!("return {wanted} on every path"))
    }
}
