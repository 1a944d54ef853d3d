//! `raise` and `assert`.

use diagnostic::Id;
use pysyntax::{ExprId, ExprKind};
use source::Span;
use tir::{Const, HostObject, RaiseArg, RaiseSite, Terminator, Ty, Value};

use crate::Entity;
use crate::calls::Arg;
use crate::choice::Choice;
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
        let class_span = self.span_of(class);
        let args = self.walk_raised(args)?;
        self.raise_term(&term, &args, class_span, span)
    }

    /// Raises an exception of what must be a class.
    fn raise_term(&mut self, class: &Term, args: &[Arg], class_span: Span, span: Span) -> Walked<()> {
        if let Term::Choice(choice) = class {
            return self.raise_each(choice, span, |walker, one| {
                if walker.is_none(&one) {
                    walker.raise("TypeError", "exceptions must derive from BaseException", span);
                    return Ok(());
                }
                walker.raise_term(&one, args, class_span, span)
            });
        }
        let Term::Entity(Entity::Exception(name, object)) = class else {
            let title = format!("{} cannot be raised", self.describe(class));
            let stop = self.error(Id::NotAnException, class_span, title, "expected an exception class");
            return Err(stop.help("write `raise ValueError(\"text\")`"));
        };
        self.raise_with(name, *object, args, span)
    }

    /// Raises on the path of each thing that a choice may be.
    fn raise_each(
        &mut self,
        choice: &Choice,
        span: Span,
        mut raise: impl FnMut(&mut Self, Term) -> Walked<()>,
    ) -> Walked<()> {
        let raised = self.on_each(choice, span, |walker, one| {
            raise(walker, one)?;
            Err(Stop::Unreachable)
        });
        raised.map(|_| ())
    }

    fn walk_raised(&mut self, args: &[ExprId]) -> Walked<Vec<Arg>> {
        args.iter().map(|arg| Ok(Arg { term: self.walk_expr(*arg)?, span: self.span_of(*arg) })).collect()
    }

    /// `assert test, message`.
    pub(crate) fn walk_assert(&mut self, test: ExprId, message: Option<ExprId>, span: Span) -> Walked<()> {
        let holds = self.walk_test(test)?;
        if self.body.as_const(holds) == Some(Const::Bool(true)) {
            return Ok(());
        }
        let (good, bad) = self.body.branch(holds);
        let locals = self.frame().locals.clone();
        self.body.switch_to(bad);
        let object = self.frames[0].function.environment.builtin_exception("AssertionError");
        let raised = self
            .walk_raised(message.as_slice())
            .and_then(|args| self.raise_with("AssertionError", object, &args, span));
        match raised {
            // The message raises before the assertion does.
            Err(Stop::Unreachable) => self.body.terminate(Terminator::Unreachable),
            raised => raised?,
        }
        self.set_locals(locals);
        self.body.switch_to(good);
        self.learn(test, true);
        Ok(())
    }

    fn raise_with(&mut self, name: &str, object: HostObject, args: &[Arg], span: Span) -> Walked<()> {
        if let Some((index, choice)) = args.iter().enumerate().find_map(|(index, arg)| match &arg.term {
            Term::Choice(choice) => Some((index, choice)),
            _ => None,
        }) {
            return self.raise_each(choice, span, |walker, one| {
                let mut args = args.to_vec();
                args[index].term = one;
                walker.raise_with(name, object, &args, span)
            });
        }
        let class = self.program.exception(name, object);
        let mut known = Vec::new();
        let mut values = Vec::new();
        for arg in args {
            if let Term::Entity(Entity::Text(text)) = &arg.term {
                known.push(RaiseArg::Text(text.clone()));
            } else {
                values.push(self.raised_value(&arg.term, arg.span)?);
                known.push(RaiseArg::Value);
            }
        }
        self.body.raise(RaiseSite { class, function: self.id(), span, args: known }, values);
        Ok(())
    }

    fn raised_value(&mut self, term: &Term, span: Span) -> Walked<Value> {
        let term = &self.present(term, span);
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
