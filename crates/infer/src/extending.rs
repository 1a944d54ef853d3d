//! Functions, methods and attributes that Python code added: `ferrule.extending`.
//!
//! What was added comes before what inference itself knows of the same name, and leaves to it what it has no
//! implementation for. An implementation is a function of Python like any other, compiled along with its caller.

use std::rc::Rc;

use diagnostic::{Diagnostic, Id, Label};
use pysyntax::ExprId;
use source::Span;
use tir::Const;

use crate::calls::{Arg, Args};
use crate::question::{Answer, Constants, Operand, Question, Subject};
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;
use crate::{Entity, names};

/// A method that Python code added, with the value that it is of.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Bound {
    pub(crate) name: String,
    of: Term,
}

impl Walker<'_, '_> {
    /// What has implementations for calls of `callee`, if anything has. The compiler's own text calls the compiler's.
    pub(crate) fn added_to(&self, callee: &Term) -> Option<Subject> {
        let Term::Entity(entity) = callee else { return None };
        let frame = self.frame();
        if frame.is_prelude() {
            return None;
        }
        frame.function.environment.overloaded(entity).map(Subject::Function)
    }

    /// Calls `callee`, the expression `function`, for which something was added.
    pub(crate) fn call_added(
        &mut self,
        subject: &Subject,
        callee: Term,
        function: ExprId,
        args: Args,
    ) -> Walked<Term> {
        let reasons = match self.ask(subject, &args)? {
            Answer::Function { function, knows_constants } => {
                return self.call_implementation(function, knows_constants, args);
            }
            Answer::Nothing(reasons) => reasons,
            Answer::Method | Answer::TellConstants => Vec::new(),
        };
        let syntax = self.syntax();
        let refused = self.no_implementation(syntax.source.slice(syntax.span_of(function)), &args, reasons);
        if matches!(callee, Term::Entity(Entity::Function(_))) {
            return Err(refused);
        }
        match self.call_term(callee, function, args) {
            Err(Stop::Error(own)) if matches!(own.id, Id::UnsupportedFunction | Id::NotCallable) => {
                Err(refused)
            }
            called => called,
        }
    }

    /// Calls a method that was added: the expression `function`.
    pub(crate) fn call_bound(&mut self, bound: &Bound, function: ExprId, args: Args) -> Walked<Term> {
        let at = self.span_of(function);
        let mut with_value = args.clone();
        with_value.positional.insert(0, Arg { term: bound.of.clone(), span: at });
        let reasons = match self.ask(&Subject::Method(bound.name.clone()), &with_value)? {
            Answer::Function { function, knows_constants } => {
                return self.call_implementation(function, knows_constants, with_value);
            }
            Answer::Nothing(reasons) => reasons,
            Answer::Method | Answer::TellConstants => Vec::new(),
        };
        match self.own_attribute(&bound.of, &bound.name, at) {
            Ok(own) => self.call_term(own, function, args),
            Err(Stop::Error(own)) if is_unknown(own.id) => {
                Err(self.no_implementation(&format!(".{}", bound.name), &with_value, reasons))
            }
            Err(stop) => Err(stop),
        }
    }

    /// An attribute of `of`: one that was added, else the compiler's own.
    pub(crate) fn attribute_of(&mut self, of: &Term, name: &str, span: Span) -> Walked<Term> {
        let frame = self.frame();
        let is_namespace = matches!(of, Term::Entity(Entity::Namespace(_)));
        if is_namespace || frame.is_prelude() || !frame.function.environment.adds(name) {
            return self.own_attribute(of, name, span);
        }
        let positional = vec![Arg { term: of.clone(), span }];
        let args = Args { positional, named: Vec::new(), span };
        let reasons = match self.ask(&Subject::Attribute(name.to_owned()), &args)? {
            Answer::Function { function, knows_constants } => {
                return self.call_implementation(function, knows_constants, args);
            }
            Answer::Method => {
                return Ok(Term::Bound(Rc::new(Bound { name: name.to_owned(), of: of.clone() })));
            }
            Answer::Nothing(reasons) => reasons,
            Answer::TellConstants => Vec::new(),
        };
        match self.own_attribute(of, name, span) {
            Err(Stop::Error(own)) if !reasons.is_empty() && is_unknown(own.id) => {
                Err(self.no_implementation(&format!(".{name}"), &args, reasons))
            }
            read => read,
        }
    }

    /// The host's answer; stops where it was not asked yet.
    fn ask(&self, subject: &Subject, args: &Args) -> Walked<Answer> {
        let mut all = args.positional.iter().chain(args.named.iter().map(|(_, arg)| arg));
        let has_constants = all.any(|arg| self.has_constants(&arg.term));
        let mut constants = if has_constants { Constants::Hidden } else { Constants::None };
        loop {
            let tells = constants == Constants::Told;
            let positional = args.positional.iter().map(|arg| self.operand(&arg.term, tells)).collect();
            let named = args.named.iter().map(|(name, arg)| (name.clone(), self.operand(&arg.term, tells)));
            let named = named.collect();
            let question = Question { subject: subject.clone(), positional, named, constants };
            match self.frame().function.environment.answer(&question) {
                Some(Answer::TellConstants) if !tells => constants = Constants::Told,
                Some(answer) => return Ok(answer),
                None => return Err(Stop::Asks(Box::new(question))),
            }
        }
    }

    /// What the host is told of a term.
    fn operand(&self, term: &Term, tells: bool) -> Operand {
        match term {
            Term::Value(value) => {
                let ty = self.body.ty(*value);
                match self.body.as_const(*value) {
                    Some(constant @ (Const::Int(_) | Const::Bool(_))) if tells => {
                        Operand::Constant(constant, ty)
                    }
                    _ => Operand::Value(ty),
                }
            }
            Term::Tuple(items) => {
                Operand::Tuple(items.iter().map(|item| self.operand(item, tells)).collect())
            }
            Term::Named(class, items) => {
                let items = items.iter().map(|item| self.operand(item, tells)).collect();
                Operand::Named(class.clone(), items)
            }
            Term::Optional(_, item) => Operand::Optional(Box::new(self.operand(item, tells))),
            Term::Entity(entity) => Operand::Known(entity.clone()),
            Term::Closure(closure) => Operand::Closure(closure.syntax.name.clone()),
            Term::Slice(bounds) => Operand::Slice { has_step: bounds.2.is_some() },
            Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::List(_)
            | Term::Lazy(_)
            | Term::Flat(_)
            | Term::Choice(_)
            | Term::Sequence(_) => Operand::Other(self.describe(term)),
        }
    }

    /// Whether typing functions may ask for a constant in it.
    fn has_constants(&self, term: &Term) -> bool {
        match term {
            Term::Value(value) => {
                matches!(self.body.as_const(*value), Some(Const::Int(_) | Const::Bool(_)))
            }
            Term::Tuple(items) | Term::Named(_, items) => items.iter().any(|item| self.has_constants(item)),
            Term::Entity(Entity::Text(_)) => true,
            _ => false,
        }
    }

    fn call_implementation(
        &mut self,
        function: tir::HostObject,
        knows_constants: bool,
        mut args: Args,
    ) -> Walked<Term> {
        if knows_constants {
            let named = args.named.iter_mut().map(|(_, arg)| arg);
            for arg in args.positional.iter_mut().chain(named) {
                arg.term = self.with_constants(&arg.term);
            }
        }
        self.call_function(function, args)
    }

    /// A term with its constants known while compiling.
    fn with_constants(&self, term: &Term) -> Term {
        match term {
            Term::Value(value) => match self.body.as_const(*value) {
                Some(constant @ (Const::Int(_) | Const::Bool(_))) => {
                    Term::Entity(Entity::Constant(constant, self.body.ty(*value)))
                }
                _ => term.clone(),
            },
            Term::Tuple(items) => Term::Tuple(items.iter().map(|item| self.with_constants(item)).collect()),
            Term::Named(class, items) => {
                Term::Named(class.clone(), items.iter().map(|item| self.with_constants(item)).collect())
            }
            _ => term.clone(),
        }
    }

    /// What typing functions said, or that they said nothing, under the call.
    fn no_implementation(&self, name: &str, args: &Args, reasons: Vec<String>) -> Stop {
        let mut types: Vec<String> =
            args.positional.iter().map(|arg| self.describe_plainly(&arg.term)).collect();
        let named = args.named.iter();
        types.extend(named.map(|(name, arg)| format!("{name}={}", self.describe_plainly(&arg.term))));
        let found = format!("no implementation of `{name}` for ({})", types.join(", "));
        let mut reasons = reasons.into_iter();
        let (title, label) = match reasons.next() {
            Some(reason) => (reason, found),
            None => (found, String::new()),
        };
        let label = Label::new(self.source(), args.span, label);
        let mut diagnostic = Diagnostic::error(Id::NoImplementation, title, label);
        diagnostic.notes.extend(reasons);
        Stop::Error(Box::new(diagnostic))
    }

    /// The type of a term, without the marks of code.
    fn describe_plainly(&self, term: &Term) -> String {
        match term {
            Term::Value(value) => names::ty(self.program.types, self.body.ty(*value)),
            Term::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.describe_plainly(item)).collect();
                format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" })
            }
            _ => self.describe(term),
        }
    }
}

/// Whether the compiler does not know an attribute.
fn is_unknown(id: Id) -> bool {
    matches!(id, Id::UnknownAttribute | Id::UnknownField | Id::UnsupportedFunction)
}
