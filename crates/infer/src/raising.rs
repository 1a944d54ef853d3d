//! `raise` and `assert`.

use diagnostic::Id;
use pysyntax::{ExprId, ExprKind};
use source::Span;
use tir::{Const, HostObject, RaiseArg, RaiseSite, Terminator, Ty, Value};

use crate::Entity;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `raise Class` or `raise Class(arguments)`.
    pub(crate) fn walk_raise(&mut self, exception: ExprId, span: Span) -> Walked<()> {
        let syntax = self.syntax();
        if let ExprKind::Name(name) = syntax.exprs[exception].kind
            && self.is_caught(name)
        {
            return self.reraise(span);
        }
        let (class, args) = if let ExprKind::Call { function, args, keywords } = &syntax.exprs[exception].kind
            && keywords.is_empty()
        {
            (*function, args.as_slice())
        } else {
            (exception, [].as_slice())
        };
        let term = self.walk_expr(class)?;
        let Term::Entity(Entity::Exception(name, object)) = term else {
            let title = format!("{} cannot be raised", self.describe(&term));
            let stop =
                self.error(Id::NotAnException, self.span_of(class), title, "expected an exception class");
            return Err(stop.help("write `raise ValueError(\"text\")`"));
        };
        self.raise_with(&name, object, args, span)
    }

    /// `assert test, message`.
    pub(crate) fn walk_assert(&mut self, test: ExprId, message: Option<ExprId>, span: Span) -> Walked<()> {
        let test_span = self.span_of(test);
        let term = self.walk_expr(test)?;
        let holds = self.truth(&term, test_span)?;
        if self.body.as_const(holds) == Some(Const::Bool(true)) {
            return Ok(());
        }
        let (good, bad) = self.body.branch(holds);
        let locals = self.frame().locals.clone();
        self.body.switch_to(bad);
        let object = self.frames[0].function.environment.builtin_exception("AssertionError");
        match self.raise_with("AssertionError", object, message.as_slice(), span) {
            // The message raises before the assertion does.
            Err(Stop::Unreachable) => self.body.terminate(Terminator::Unreachable),
            raised => raised?,
        }
        self.set_locals(locals);
        self.body.switch_to(good);
        Ok(())
    }

    fn raise_with(&mut self, name: &str, object: HostObject, args: &[ExprId], span: Span) -> Walked<()> {
        let class = self.program.exception(name, object);
        let mut known = Vec::new();
        let mut values = Vec::new();
        for arg in args {
            let term = self.walk_expr(*arg)?;
            if let Term::Entity(Entity::Text(text)) = term {
                known.push(RaiseArg::Text(text));
            } else {
                values.push(self.raised_value(&term, self.span_of(*arg))?);
                known.push(RaiseArg::Value);
            }
        }
        self.body.raise(RaiseSite { class, function: self.id(), span, args: known }, values);
        Ok(())
    }

    fn raised_value(&self, term: &Term, span: Span) -> Walked<Value> {
        if let Term::Value(value) = term
            && matches!(self.body.ty(*value), Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))
        {
            return Ok(*value);
        }
        Err(self.not_an_argument(term, span))
    }

    fn not_an_argument(&self, term: &Term, span: Span) -> Stop {
        let title = format!("{} cannot be an argument of an exception", self.describe(term));
        self.error(Id::NotAValue, span, title, "expected a string literal or a number")
    }
}
