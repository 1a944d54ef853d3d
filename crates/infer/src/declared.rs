//! Types that a user gave to variables, and terms converted to a form that is asked for.

use diagnostic::Id;
use pysyntax::NameId;
use source::Span;
use tir::{Const, Ty};

use crate::crossing::Passed;
use crate::locals;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// A term that is assigned to a name: as the type that the name was given.
    pub(crate) fn declared(&mut self, name: NameId, term: Term, span: Span) -> Walked<Term> {
        let function = &self.frame().function;
        if function.locals.is_empty() {
            return Ok(term);
        }
        let text = function.syntax.name(name);
        let form = function.locals.iter().find(|(known, _)| known == text).map(|(_, form)| Passed::of(form));
        match form {
            Some(form) => self.converted(&form, &term, span),
            None => Ok(term),
        }
    }

    /// The parameters as the types that their names were given.
    pub(crate) fn declare_params(&mut self) -> Walked<()> {
        let syntax = self.syntax();
        for (name, _) in &self.frame().function.locals {
            let is_it = |local: &&NameId| syntax.name(**local) == name;
            if !syntax.locals.iter().any(|local| is_it(&local)) {
                let title =
                    format!("`locals` gives a type to `{name}`, which is no variable of `{}`", syntax.name);
                return Err(self.error(
                    Id::UnknownName,
                    syntax.head,
                    title,
                    "nothing of this name is assigned",
                ));
            }
        }
        for param in &syntax.params {
            let locals::Local::Bound(term) = self.local(param.name).clone() else { continue };
            self.bind(param.name, term, param.span)?;
        }
        Ok(())
    }

    /// A term in a form that is asked for, as assignment converts it.
    pub(crate) fn converted(&mut self, form: &Passed, term: &Term, span: Span) -> Walked<Term> {
        match (form, term) {
            (Passed::Value(ty), _) => self.assigned(term, *ty, span).map(Term::Value),
            (Passed::Optional(held), Term::Optional(is_present, item)) => {
                let item = self.converted(held, item, span)?;
                Ok(Term::Optional(*is_present, Box::new(item)))
            }
            (Passed::Optional(held), _) if self.is_none(term) => {
                let absent = self.body.constant(Const::Bool(false), Ty::Bool, span);
                let mut values = Vec::new();
                locals::nothing(&held.shape(), &mut self.body, span, &mut values);
                let item = held.term(&mut values.into_iter()).expect("a value for each part");
                Ok(Term::Optional(absent, Box::new(item)))
            }
            (Passed::Optional(held), _) => {
                let item = self.converted(held, term, span)?;
                let present = self.body.constant(Const::Bool(true), Ty::Bool, span);
                Ok(Term::Optional(present, Box::new(item)))
            }
            (_, Term::Optional(..)) => {
                let item = self.present(term, span);
                self.converted(form, &item, span)
            }
            (Passed::Tuple(forms), Term::Tuple(items) | Term::Named(_, items))
                if forms.len() == items.len() =>
            {
                self.all_converted(forms, items, span).map(Term::Tuple)
            }
            (Passed::Named(class, forms), Term::Named(own, items)) if class == own => {
                Ok(Term::Named(class.clone(), self.all_converted(forms, items, span)?))
            }
            (Passed::Known(known), _) if known == term => Ok(term.clone()),
            (
                Passed::Known(_)
                | Passed::Tuple(_)
                | Passed::Named(..)
                | Passed::Closure(_)
                | Passed::Choice(_),
                _,
            ) => Err(self.not_converted(form, term, span)),
        }
    }

    fn all_converted(&mut self, forms: &[Passed], items: &[Term], span: Span) -> Walked<Vec<Term>> {
        forms.iter().zip(items).map(|(form, item)| self.converted(form, item, span)).collect()
    }

    fn not_converted(&self, form: &Passed, term: &Term, span: Span) -> Stop {
        let wanted = self.describe_passed(form);
        let title = format!("{} where {wanted} is wanted", self.describe(term));
        self.error(Id::WrongValue, span, title, format!("expected {wanted}"))
    }
}
