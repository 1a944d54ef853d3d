//! Functions and lambdas inside of a function: what they are, and calls of them.
//!
//! A closure is expanded where it is called. It sees the names of the functions around it as they are
//! then, while its maker is being walked; where it was passed on, as they were when it was passed.

use std::rc::Rc;
use std::sync::Arc;

use arena::Id as _;
use diagnostic::Id;
use pysyntax::{ExprId, NestedId, Syntax};
use source::Span;
use tir::Value;

use crate::calls::Args;
use crate::crossing::Passed;
use crate::locals::Local;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::{Frame, Walker};
use crate::{Environment, FunctionSource};

/// A function that was made in compiled code.
#[derive(Clone)]
pub(crate) struct Closure {
    pub(crate) syntax: Arc<Syntax>,
    environment: Arc<dyn Environment>,
    /// The function that it was made in, while that is walked.
    maker: Arc<Syntax>,
    /// The names of the functions around it, as they were when it was made or passed on.
    captures: Vec<(String, Local)>,
    /// The defaults of its parameters that have one.
    defaults: Vec<Term>,
}

impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.syntax, &other.syntax)
            && self.captures == other.captures
            && self.defaults == other.defaults
    }
}

impl std::fmt::Debug for Closure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the closure `{}`", self.syntax.name)
    }
}

/// The form of a closure as an argument.
#[derive(Clone, Debug)]
pub(crate) struct PassedClosure {
    closure: Rc<Closure>,
    captures: Vec<(String, Passed)>,
    defaults: Vec<Passed>,
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

    /// The closure where its values are these.
    pub(crate) fn term(&self, values: &mut dyn Iterator<Item = Value>) -> Option<Term> {
        let mut captures = Vec::new();
        for (name, passed) in &self.captures {
            captures.push((name.clone(), Local::Bound(passed.term(values)?)));
        }
        let defaults = self.defaults.iter().map(|passed| passed.term(values)).collect::<Option<_>>()?;
        Some(Term::Closure(Rc::new(Closure { captures, defaults, ..(*self.closure).clone() })))
    }
}

impl Walker<'_, '_> {
    /// The function or lambda that stands in the innermost frame's text.
    pub(crate) fn make_closure(&mut self, function: NestedId, defaults: &[ExprId]) -> Walked<Term> {
        let maker = self.syntax();
        let mut terms = Vec::new();
        for default in defaults {
            terms.push(self.walk_expr(*default)?);
        }
        let syntax = maker.nested[function].clone();
        let environment = self.frame().function.environment.clone();
        let captures = self.captured(&syntax);
        Ok(Term::Closure(Rc::new(Closure { syntax, environment, maker, captures, defaults: terms })))
    }

    /// What the names of the functions around `syntax` are bound to in the innermost frame.
    fn captured(&self, syntax: &Syntax) -> Vec<(String, Local)> {
        let frame = self.frame();
        let own = &frame.function.syntax;
        let local = |name: &str| {
            let id = own.locals.iter().copied().find(|local| own.name(*local) == name)?;
            Some(frame.locals[id.index()].clone())
        };
        let outer = |name: &str| {
            frame.captures.iter().find(|(known, _)| known == name).map(|(_, local)| local.clone())
        };
        syntax
            .captures
            .iter()
            .map(|name| {
                let name = syntax.name(*name);
                (name.to_owned(), local(name).or_else(|| outer(name)).unwrap_or(Local::Unbound))
            })
            .collect()
    }

    /// Calls a closure.
    pub(crate) fn call_closure(&mut self, closure: &Closure, args: Args) -> Walked<Term> {
        let span = args.span;
        if self.frames.iter().any(|frame| Arc::ptr_eq(&frame.function.syntax, &closure.syntax)) {
            let title = format!("`{}`, a function in the function, calls itself", closure.syntax.name);
            return Err(self
                .error(Id::UnsupportedNestedFunction, span, title, "called here while it runs")
                .help("define it outside: calls of it are compiled along"));
        }
        let captures = if Arc::ptr_eq(&self.frame().function.syntax, &closure.maker) {
            self.captured(&closure.syntax)
        } else {
            closure.captures.clone()
        };
        let source = Arc::new(FunctionSource {
            name: closure.syntax.name.clone(),
            syntax: closure.syntax.clone(),
            environment: closure.environment.clone(),
            defaults: Vec::new(),
            given: Vec::new(),
        });
        let bound = self.bind_args(&source, args, &closure.defaults)?;
        let terms = bound.into_iter().map(|arg| arg.term).collect();
        let mut frame = Frame::new(source, terms, None);
        frame.captures = captures;
        self.expand_frame(frame, span)
    }

    /// A closure as an argument.
    pub(crate) fn pass_closure(
        &mut self,
        closure: &Rc<Closure>,
        span: Span,
        values: &mut Vec<Value>,
    ) -> Walked<Passed> {
        let captures = if Arc::ptr_eq(&self.frame().function.syntax, &closure.maker) {
            self.captured(&closure.syntax)
        } else {
            closure.captures.clone()
        };
        let mut passed = Vec::new();
        for (name, local) in captures {
            match local {
                Local::Bound(term) => passed.push((name, self.pass(&term, span, values)?)),
                Local::Unbound | Local::Maybe(..) | Local::Clash(_) => {
                    return Err(self.not_captured(&closure.syntax, &name, span));
                }
            }
        }
        let mut defaults = Vec::new();
        for default in &closure.defaults {
            defaults.push(self.pass(default, span, values)?);
        }
        Ok(Passed::Closure(PassedClosure { closure: closure.clone(), captures: passed, defaults }))
    }

    fn not_captured(&self, syntax: &Syntax, name: &str, span: Span) -> Stop {
        let title =
            format!("`{}` is passed on, and `{name}`, which it reads, may be bound to nothing", syntax.name);
        self.error(Id::UnboundName, span, title, "passed here").help(format!("assign to `{name}` before"))
    }
}
