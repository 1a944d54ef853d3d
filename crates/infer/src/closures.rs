//! Functions and lambdas inside of a function: what they are, and calls of them.
//!
//! While the function that made it is walked, a closure is expanded where it is called, and sees the names of the
//! functions around it as they are then. When it leaves that function, as an argument or a result, it takes along
//! what that function's names are bound to, and is from then on a function of the program, compiled for what it
//! took along.

use std::rc::Rc;
use std::sync::Arc;

use arena::Id as _;
use diagnostic::Id;
use pysyntax::{ExprId, NestedId, Syntax};
use source::Span;
use tir::Value;

use crate::calls::Args;
use crate::choice::Choice;
use crate::closure_shape::DEEPEST;
use crate::crossing::Passed;
use crate::locals::Local;
use crate::program::{Callee, Key};
use crate::stop::{Stop, Walked};
use crate::term::{Shape, Term};
use crate::walk::{Activation, Frame, Walker};
use crate::{Environment, FunctionSource};

/// A function that was made in compiled code.
#[derive(Clone)]
pub(crate) struct Closure {
    pub(crate) syntax: Arc<Syntax>,
    pub(crate) environment: Arc<dyn Environment>,
    /// The run of the function that made it, until it leaves that.
    pub(crate) maker: Option<Activation>,
    /// What the names mean that it does not bind and the functions around it do.
    pub(crate) captures: Vec<(String, Captured<Local>)>,
    /// The defaults of its parameters that have one.
    pub(crate) defaults: Vec<Term>,
}

/// What a name means that a function around binds.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Captured<T> {
    /// What it means in this run of that function.
    Running(Activation),
    /// This: the run is over, or the closure has left it.
    Left(T),
}

impl<T> Captured<T> {
    /// What a closure took along.
    pub(crate) fn left(&self) -> Option<&T> {
        match self {
            Self::Running(_) => None,
            Self::Left(captured) => Some(captured),
        }
    }
}

impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.syntax, &other.syntax)
            && self.maker == other.maker
            && self.captures == other.captures
            && self.defaults == other.defaults
    }
}

impl std::fmt::Debug for Closure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the closure `{}`", self.syntax.name)
    }
}

/// The form of a closure that crosses to another function.
#[derive(Clone, Debug)]
pub(crate) struct PassedClosure {
    pub(crate) closure: Rc<Closure>,
    pub(crate) captures: Vec<(String, Passed)>,
    pub(crate) defaults: Vec<Passed>,
}

impl PartialEq for PassedClosure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.closure.syntax, &other.closure.syntax)
            && self.captures == other.captures
            && self.defaults == other.defaults
    }
}

impl PassedClosure {
    /// The forms of what it brings, in order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Passed> {
        self.captures.iter().map(|(_, passed)| passed).chain(&self.defaults)
    }

    /// What it captured, where its values are these.
    pub(crate) fn captured(
        &self,
        values: &mut dyn Iterator<Item = Value>,
    ) -> Option<Vec<(String, Captured<Local>)>> {
        let captured = |(name, passed): &(String, Passed)| {
            let local = Local::Bound(passed.term(&mut *values)?);
            Some((name.clone(), Captured::Left(local)))
        };
        self.captures.iter().map(captured).collect()
    }

    /// The closure where its values are these.
    pub(crate) fn term(&self, values: &mut dyn Iterator<Item = Value>) -> Option<Term> {
        let captures = self.captured(&mut *values)?;
        let defaults = self.defaults.iter().map(|passed| passed.term(&mut *values)).collect::<Option<_>>()?;
        Some(Term::Closure(Rc::new(Closure { captures, defaults, ..(*self.closure).clone() })))
    }
}

impl Walker<'_, '_> {
    /// The function or lambda that stands in the innermost frame's text.
    pub(crate) fn make_closure(&mut self, function: NestedId, defaults: &[ExprId]) -> Walked<Term> {
        let mut terms = Vec::new();
        for default in defaults {
            terms.push(self.walk_expr(*default)?);
        }
        let frame = self.frame();
        let own = &frame.function.syntax;
        let syntax = own.nested[function].clone();
        let captured = |name: &str| {
            if own.locals.iter().any(|local| own.name(*local) == name) {
                return Captured::Running(frame.activation);
            }
            let outer = frame.captures.iter().find(|(known, _)| known == name);
            outer.map_or(Captured::Left(Local::Unbound), |(_, captured)| captured.clone())
        };
        let names = syntax.captures.iter().map(|name| syntax.name(*name));
        let captures = names.map(|name| (name.to_owned(), captured(name))).collect();
        let environment = frame.function.environment.clone();
        let maker = Some(frame.activation);
        Ok(Term::Closure(Rc::new(Closure { syntax, environment, maker, captures, defaults: terms })))
    }

    /// What a name is bound to now that a function around binds.
    pub(crate) fn captured(&self, name: &str, captured: &Captured<Local>) -> Local {
        let activation = match captured {
            Captured::Running(activation) => *activation,
            Captured::Left(local) => return local.clone(),
        };
        let frame = self.frames.iter().find(|frame| frame.activation == activation);
        let frame = frame.expect("a closure leaves a run before that ends");
        let own = &frame.function.syntax;
        let id = own.locals.iter().copied().find(|local| own.name(*local) == name);
        id.map_or(Local::Unbound, |id| frame.locals[id.index()].clone())
    }

    /// A term that leaves a run of a function, or the function that is compiled: closures in it take along what they
    /// capture there.
    pub(crate) fn leaving(&self, term: &Term, from: Option<Activation>, span: Span) -> Walked<Term> {
        self.leaving_in(term, from, span, &mut Vec::new())
    }

    fn leaving_in(
        &self,
        term: &Term,
        from: Option<Activation>,
        span: Span,
        inside: &mut Vec<Rc<Closure>>,
    ) -> Walked<Term> {
        let all = |terms: &[Term], inside: &mut Vec<Rc<Closure>>| {
            terms.iter().map(|term| self.leaving_in(term, from, span, inside)).collect::<Walked<Vec<Term>>>()
        };
        match term {
            Term::Tuple(items) => all(items, inside).map(Term::Tuple),
            Term::Named(class, items) => Ok(Term::Named(class.clone(), all(items, inside)?)),
            Term::Optional(is_present, item) => {
                let item = self.leaving_in(item, from, span, inside)?;
                Ok(Term::Optional(*is_present, Box::new(item)))
            }
            Term::List(items) => all(items, inside).map(Term::List),
            Term::Choice(choice) => {
                let mut alternatives = choice.alternatives.clone();
                for (_, term) in &mut alternatives {
                    *term = self.leaving_in(term, from, span, inside)?;
                }
                Ok(Term::Choice(Rc::new(Choice { number: choice.number, alternatives })))
            }
            Term::Closure(closure) => {
                if inside.contains(closure) {
                    return Err(self.calls_itself(closure, span));
                }
                inside.push(closure.clone());
                let mut captures = closure.captures.clone();
                for (name, captured) in &mut captures {
                    if let Captured::Running(activation) = captured
                        && from.is_some_and(|from| from != *activation)
                    {
                        continue;
                    }
                    let mut local = self.captured(name, captured);
                    if let Local::Bound(term) | Local::Maybe(term, _) = &mut local {
                        *term = self.leaving_in(term, from, span, inside)?;
                    }
                    *captured = Captured::Left(local);
                }
                let defaults = all(&closure.defaults, inside)?;
                inside.pop();
                let maker = closure.maker.filter(|maker| from.is_some_and(|from| from != *maker));
                Ok(Term::Closure(Rc::new(Closure { maker, captures, defaults, ..(**closure).clone() })))
            }
            Term::Value(_)
            | Term::Entity(_)
            | Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::Lazy(_)
            | Term::Flat(_)
            | Term::Slice(_)
            | Term::Sequence(_) => Ok(term.clone()),
        }
    }

    fn calls_itself(&self, closure: &Closure, span: Span) -> Stop {
        let title = format!("`{}`, a function in the function, calls itself", closure.syntax.name);
        self.error(Id::UnsupportedNestedFunction, span, title, "used here")
            .help("define it outside: calls of it are compiled along")
    }

    /// Calls a closure.
    pub(crate) fn call_closure(&mut self, closure: &Rc<Closure>, args: Args) -> Walked<Term> {
        let span = args.span;
        let is_it = |frame: &Frame| Arc::ptr_eq(&frame.function.syntax, &closure.syntax);
        if closure.maker.is_some() && self.frames.iter().any(is_it) {
            return Err(self.calls_itself(closure, span));
        }
        let source = Arc::new(FunctionSource {
            name: closure.syntax.name.clone(),
            syntax: closure.syntax.clone(),
            environment: closure.environment.clone(),
            defaults: Vec::new(),
            options: None,
            given: Vec::new(),
            locals: Vec::new(),
        });
        let bound = self.bind_args(&source, args, &closure.defaults)?;
        if closure.maker.is_some() {
            let terms = bound.into_iter().map(|arg| arg.term).collect();
            let mut frame = Frame::new(source, terms, None);
            frame.captures.clone_from(&closure.captures);
            return self.expand_frame(frame, span);
        }
        let mut values = Vec::new();
        let own = Rc::new(Closure { defaults: Vec::new(), ..(**closure).clone() });
        let callee = Callee::Closure(self.pass_closure(&own, span, &mut values)?);
        let mut params = Vec::new();
        for arg in bound {
            params.push(self.pass(&arg.term, arg.span, &mut values)?);
        }
        self.call_compiled(&Key { callee, options: self.options, params }, &source, values, span)
    }

    /// A closure as an argument.
    pub(crate) fn pass_closure(
        &mut self,
        closure: &Rc<Closure>,
        span: Span,
        values: &mut Vec<Value>,
    ) -> Walked<PassedClosure> {
        let Term::Closure(closure) = self.leaving(&Term::Closure(closure.clone()), None, span)? else {
            return Err(Stop::Unreachable);
        };
        let mut captures = Vec::new();
        for (name, captured) in &closure.captures {
            match &self.captured(name, captured) {
                Local::Bound(term) => captures.push((name.clone(), self.pass(term, span, values)?)),
                Local::Unbound | Local::Maybe(..) | Local::Clash(_) => {
                    return Err(self.not_captured(&closure.syntax, name, span));
                }
            }
        }
        let mut defaults = Vec::new();
        for default in &closure.defaults {
            defaults.push(self.pass(default, span, values)?);
        }
        let passed = PassedClosure { closure, captures, defaults };
        self.check_depth(&Passed::Closure(passed.clone()).shape(), span)?;
        Ok(passed)
    }

    /// Whether the functions that something brings along are not too deep in each other.
    pub(crate) fn check_depth(&self, shape: &Shape, span: Span) -> Walked<()> {
        if shape.depth() <= DEEPEST {
            return Ok(());
        }
        let title = format!("{} brings functions in functions along, too deep", self.describe_shape(shape));
        let stop = self.error(Id::UnsupportedNestedFunction, span, title, "passed on here");
        Err(stop.help("pass what they need as arguments"))
    }

    /// A name that a closure in a term captured, and that may be bound to nothing.
    pub(crate) fn unsure_capture(&self, term: &Term) -> Option<String> {
        match term {
            Term::Tuple(items) | Term::Named(_, items) | Term::List(items) => {
                items.iter().find_map(|item| self.unsure_capture(item))
            }
            Term::Closure(closure) => {
                closure.captures.iter().find_map(|(name, captured)| match self.captured(name, captured) {
                    Local::Bound(term) => self.unsure_capture(&term),
                    Local::Unbound | Local::Maybe(..) | Local::Clash(_) => Some(name.clone()),
                })
            }
            Term::Choice(choice) => {
                choice.alternatives.iter().find_map(|(_, term)| self.unsure_capture(term))
            }
            Term::Optional(_, item) => self.unsure_capture(item),
            Term::Value(_)
            | Term::Entity(_)
            | Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::Lazy(_)
            | Term::Flat(_)
            | Term::Slice(_)
            | Term::Sequence(_) => None,
        }
    }

    fn not_captured(&self, syntax: &Syntax, name: &str, span: Span) -> Stop {
        let title =
            format!("`{}` is passed on, and `{name}`, which it reads, may be bound to nothing", syntax.name);
        self.error(Id::UnboundName, span, title, "passed here").help(format!("assign to `{name}` before"))
    }
}
