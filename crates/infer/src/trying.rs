//! `try`: errors that stay in the function.
//!
//! Where a [`Scope`] is open, what can fail does not end the function: the path on which it failed takes the error
//! and arrives at the scope, with the names as they are there. An error that was taken is a value, which every way on
//! from there uses up: a handler forgets it at its end, however that is reached, and an error that no handler wants
//! goes to the scope around, or ends the function. What `finally` holds is walked once for each way out.

use diagnostic::Id;
use pysyntax::{ExprId, Handler, NameId, StmtId};
use source::Span;
use tir::{BinaryOp, ErrorOp, ExceptionId, Op, Terminator, Ty, Value};

use crate::Entity;
use crate::locals::{Arrival, Local};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::{Frame, Walker};

/// A `try` statement.
pub(crate) struct Trying<'a> {
    pub(crate) body: &'a [StmtId],
    pub(crate) handlers: &'a [Handler],
    pub(crate) otherwise: &'a [StmtId],
    pub(crate) finally: &'a [StmtId],
}

/// A part of a `try` statement that is being walked.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Errors on their way out of it, as values.
    raises: Vec<Arrival>,
    /// The error that a handler handles, or that waits for the end of `finally`.
    holds: Option<Value>,
    /// What runs on every way out.
    finally: Vec<StmtId>,
    /// How many loops are around it.
    loops: usize,
}

impl Frame {
    /// How many scopes are around the innermost loop.
    pub(crate) fn scopes_around_loop(&self) -> usize {
        let is_inside = |scope: &Scope| scope.loops >= self.loops.len();
        self.scopes.iter().position(is_inside).unwrap_or(self.scopes.len())
    }
}

impl Walker<'_, '_> {
    /// `try`, with what follows it.
    pub(crate) fn walk_try(&mut self, trying: &Trying<'_>, span: Span) -> Walked<()> {
        if trying.finally.is_empty() {
            return self.walk_handled(trying, span);
        }
        self.open_scope(None, trying.finally);
        self.walk_handled(trying, span)?;
        let raises = self.close_scope();
        if self.is_live() {
            self.walk_block(trying.finally)?;
        }
        let after = self.arrival(None, span);
        if let Some(error) = self.taken(raises)? {
            self.open_scope(Some(error), &[]);
            self.walk_copy(trying.finally)?;
            let raises = self.close_scope();
            if self.is_live() {
                self.propagate(error, span);
            }
            self.forget_and_propagate(raises, error, span)?;
        }
        self.merge(after.into_iter().collect())?;
        Ok(())
    }

    /// What `finally` holds, on a way out that does not pass the end of the body.
    fn walk_copy(&mut self, finally: &[StmtId]) -> Walked<()> {
        self.frame_mut().copies += 1;
        self.walk_block(finally)?;
        self.frame_mut().copies -= 1;
        Ok(())
    }

    /// The body, the handlers, and what follows where nothing was raised.
    fn walk_handled(&mut self, trying: &Trying<'_>, span: Span) -> Walked<()> {
        if trying.handlers.is_empty() {
            return self.walk_block(trying.body);
        }
        self.open_scope(None, &[]);
        self.walk_block(trying.body)?;
        let raises = self.close_scope();
        if self.is_live() {
            self.walk_block(trying.otherwise)?;
        }
        let mut arrivals: Vec<Arrival> = self.arrival(None, span).into_iter().collect();
        if let Some(error) = self.taken(raises)? {
            for handler in trying.handlers {
                if !self.is_live() {
                    break;
                }
                arrivals.extend(self.walk_handler(handler, error, span)?);
            }
            if self.is_live() {
                self.propagate(error, span);
            }
        }
        self.merge(arrivals)?;
        Ok(())
    }

    /// A handler; goes on where it does not fit. Gives the end of its path.
    fn walk_handler(&mut self, handler: &Handler, error: Value, span: Span) -> Walked<Option<Arrival>> {
        let classes = self.handled(handler.classes)?;
        let locals = self.frame().locals.clone();
        let mut next = None;
        if let Some(fits) = self.fits(&classes, error, span) {
            let (matched, other) = self.body.branch(fits);
            self.body.switch_to(matched);
            next = Some(other);
        }
        self.open_scope(Some(error), &[]);
        if let Some(name) = handler.name {
            self.set_local(name, Local::Bound(Term::Entity(Entity::Opaque(CAUGHT.to_owned()))));
        }
        self.walk_block(&handler.body)?;
        let raises = self.close_scope();
        if self.is_live() {
            self.body.effect(Op::Error(ErrorOp::Drop(error)), span);
            if let Some(name) = handler.name {
                self.set_local(name, Local::Unbound);
            }
        }
        let end = self.arrival(None, span);
        self.forget_and_propagate(raises, error, span)?;
        self.set_locals(locals);
        match next {
            Some(next) => self.body.switch_to(next),
            None => self.body.terminate(Terminator::Unreachable),
        }
        Ok(end)
    }

    /// Whether the error is of one of these classes; nothing where it is of all.
    fn fits(&mut self, classes: &[(String, ExceptionId)], error: Value, span: Span) -> Option<Value> {
        if classes.iter().any(|(name, _)| name == "BaseException") {
            return None;
        }
        let mut fits = None;
        for (_, class) in classes {
            let one = self.body.emit(Op::Error(ErrorOp::Is(error, *class)), Ty::Bool, span);
            fits = Some(match fits {
                Some(other) => self.body.emit(Op::Binary(BinaryOp::Or, other, one), Ty::Bool, span),
                None => one,
            });
        }
        fits
    }

    /// The classes that a handler names.
    fn handled(&mut self, classes: Option<ExprId>) -> Walked<Vec<(String, ExceptionId)>> {
        let Some(classes) = classes else { return Ok(Vec::new()) };
        let span = self.span_of(classes);
        let term = self.walk_expr(classes)?;
        let terms = if let Term::Tuple(items) | Term::Named(_, items) = term {
            items
        } else if let Term::Entity(Entity::Tuple(items)) = term {
            items.into_iter().map(Term::Entity).collect()
        } else {
            vec![term]
        };
        let mut all = Vec::new();
        for term in terms {
            let Term::Entity(Entity::Exception(name, object)) = term else {
                let title = format!("{} cannot be caught", self.describe(&term));
                return Err(self.error(Id::NotAnException, span, title, "expected an exception class"));
            };
            let class = self.program.exception(&name, object);
            all.push((name, class));
        }
        if all.is_empty() {
            let title = "a handler for no class";
            return Err(self.error(Id::NotAnException, span, title, "expected an exception class"));
        }
        Ok(all)
    }

    /// `raise`, in a handler: the error that it handles.
    pub(crate) fn reraise(&mut self, span: Span) -> Walked<()> {
        let handled = self.frame().scopes.iter().rev().find_map(|scope| scope.holds);
        let Some(error) = handled else { return Err(self.no_error(span)) };
        let again = self.body.emit(Op::Error(ErrorOp::Copy(error)), Ty::I64, span);
        self.propagate(again, span);
        Ok(())
    }

    fn no_error(&self, span: Span) -> Stop {
        let title = "a `raise` without an exception is only supported in a handler";
        self.error(Id::UnsupportedReraise, span, title, "expected an exception")
    }

    /// Whether a name is bound to the error that is handled.
    pub(crate) fn is_caught(&self, name: NameId) -> bool {
        matches!(self.local(name), Local::Bound(term) if is_caught(term))
    }

    /// Ends the path on all ways out of the scopes but so many.
    pub(crate) fn leave_scopes(&mut self, left: usize) -> Walked<()> {
        let mut inner = Vec::new();
        while self.frame().scopes.len() > left && self.is_live() {
            self.collect_failures();
            let Some(scope) = self.frame_mut().scopes.pop() else { break };
            self.set_catches();
            if let Some(error) = scope.holds {
                let span = self.at(self.syntax().head);
                self.body.effect(Op::Error(ErrorOp::Drop(error)), span);
            }
            let around = self.frame_mut().loops.split_off(scope.loops);
            let finally = scope.finally.clone();
            inner.push(scope);
            self.walk_copy(&finally)?;
            self.collect_failures();
            self.frame_mut().loops.extend(around);
        }
        self.frame_mut().scopes.extend(inner.into_iter().rev());
        self.set_catches();
        Ok(())
    }

    /// The paths on which something failed arrive at the scope that is theirs. To be called before names or scopes
    /// change.
    pub(crate) fn collect_failures(&mut self) {
        let failures = self.body.take_failures();
        if failures.is_empty() {
            return;
        }
        let here = self.body.current();
        for (block, span) in failures {
            self.body.switch_to(block);
            let error = self.body.emit(Op::Error(ErrorOp::Take), Ty::I64, span);
            self.propagate(error, span);
        }
        match here {
            Some(here) => self.body.switch_to(here),
            None => self.body.terminate(Terminator::Unreachable),
        }
    }

    /// Ends the path with an error that was taken: at the innermost scope, or out of the function.
    fn propagate(&mut self, error: Value, span: Span) {
        let Some(block) = self.body.current() else { return };
        let frame = self.frames.iter_mut().rev().find(|frame| !frame.scopes.is_empty());
        match frame {
            Some(frame) => {
                let locals = frame.locals.clone();
                let arrival = Arrival { block, locals, term: Some(Term::Value(error)), span };
                frame.scopes.last_mut().expect("it has a scope").raises.push(arrival);
                self.body.terminate(Terminator::Unreachable);
            }
            None => self.body.terminate(Terminator::Reraise(error)),
        }
    }

    fn open_scope(&mut self, holds: Option<Value>, finally: &[StmtId]) {
        self.collect_failures();
        let loops = self.frame().loops.len();
        let scope = Scope { raises: Vec::new(), holds, finally: finally.to_vec(), loops };
        self.frame_mut().scopes.push(scope);
        self.set_catches();
    }

    /// The errors that came out of the innermost scope.
    fn close_scope(&mut self) -> Vec<Arrival> {
        self.collect_failures();
        let scope = self.frame_mut().scopes.pop();
        self.set_catches();
        scope.map(|scope| scope.raises).unwrap_or_default()
    }

    pub(crate) fn set_catches(&mut self) {
        let catches = self.frames.iter().any(|frame| !frame.scopes.is_empty());
        self.body.set_catches(catches);
    }

    /// Goes on where errors arrive: the error, if there can be one.
    fn taken(&mut self, raises: Vec<Arrival>) -> Walked<Option<Value>> {
        if raises.is_empty() {
            self.body.terminate(Terminator::Unreachable);
            return Ok(None);
        }
        match self.merge(raises)? {
            Some(Term::Value(error)) => Ok(Some(error)),
            Some(_) | None => Ok(None),
        }
    }

    /// Errors that replace the one that was handled.
    fn forget_and_propagate(&mut self, raises: Vec<Arrival>, handled: Value, span: Span) -> Walked<()> {
        if let Some(error) = self.taken(raises)? {
            self.body.effect(Op::Error(ErrorOp::Drop(handled)), span);
            self.propagate(error, span);
        }
        Ok(())
    }
}

/// Whether a term stands for the error that is handled.
pub(crate) fn is_caught(term: &Term) -> bool {
    matches!(term, Term::Entity(Entity::Opaque(words)) if words == CAUGHT)
}

/// What the name of a caught error is bound to.
const CAUGHT: &str = "a caught exception";
