//! `print`: what is printed is known by its types, the host makes the objects.

use std::rc::Rc;

use diagnostic::Id;
use source::Span;
use tir::{Op, Print, PrintArg, Ty, Value};

use crate::Entity;
use crate::calls::{Arg, Args};
use crate::choice::Choice;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `print(…, sep=" ", end="\n")`.
    pub(crate) fn print(&mut self, args: &Args) -> Walked<Term> {
        let span = args.span;
        let (mut sep, mut end) = (" ".to_owned(), "\n".to_owned());
        for (name, arg) in &args.named {
            match name.as_str() {
                "sep" => self.known_text(arg, &mut sep)?,
                "end" => self.known_text(arg, &mut end)?,
                _ => {
                    let title = format!("`print` takes no `{name}` in compiled code");
                    return Err(self.error(Id::WrongArguments, arg.span, title, ""));
                }
            }
        }
        if args.positional.iter().any(|arg| first_choice(&arg.term).is_some()) {
            return self.print_choices(args, &sep, &end);
        }
        let mut values = Vec::new();
        let all = args.positional.iter().map(|arg| self.printed(&arg.term, arg.span, &mut values));
        let args = all.collect::<Walked<Vec<PrintArg>>>()?;
        let print = self.program.print(Print { sep, end, args });
        self.body.effect(Op::Print(print, values), span);
        Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, span)))
    }

    /// What has choices in it is printed piece by piece, as Python writes it.
    fn print_choices(&mut self, args: &Args, sep: &str, end: &str) -> Walked<Term> {
        for (index, arg) in args.positional.iter().enumerate() {
            let is_last = index + 1 == args.positional.len();
            self.print_piece(&arg.term, if is_last { end } else { sep }, arg.span)?;
        }
        Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, args.span)))
    }

    fn print_piece(&mut self, term: &Term, end: &str, span: Span) -> Walked<Term> {
        if let Some(choice) = first_choice(term) {
            return self.on_each(&choice, span, |walker, one| {
                walker.print_piece(&with_first_choice(term, &mut Some(one)), end, span)
            });
        }
        let mut values = Vec::new();
        let arg = self.printed(term, span, &mut values)?;
        let print = self.program.print(Print { sep: String::new(), end: end.to_owned(), args: vec![arg] });
        self.body.effect(Op::Print(print, values), span);
        Ok(Term::Value(convert::zero(&mut self.body, Ty::Unit, span)))
    }

    fn known_text(&self, arg: &Arg, into: &mut String) -> Walked<()> {
        if let Term::Entity(Entity::Text(text)) = &arg.term {
            text.clone_into(into);
        } else if !self.is_none(&arg.term) {
            let title = format!("{} between or after what is printed", self.describe(&arg.term));
            return Err(self.error(Id::WrongArguments, arg.span, title, "expected a string literal"));
        }
        Ok(())
    }

    /// What a term is to the host; its values are added.
    fn printed(&mut self, term: &Term, span: Span, values: &mut Vec<Value>) -> Walked<PrintArg> {
        match term {
            Term::Entity(Entity::Text(text)) => Ok(PrintArg::Text(text.clone())),
            Term::Tuple(items) => {
                let items = items.iter().map(|item| self.printed(item, span, values));
                items.collect::<Walked<_>>().map(PrintArg::Tuple)
            }
            Term::Named(class, items) => {
                let items = items.iter().map(|item| self.printed(item, span, values));
                Ok(PrintArg::Named(class.object, items.collect::<Walked<_>>()?))
            }
            Term::Optional(is_present, item) => {
                values.push(*is_present);
                self.printed(item, span, values).map(|item| PrintArg::Optional(Box::new(item)))
            }
            Term::Value(value) => {
                let ty = self.body.ty(*value);
                match ty {
                    Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => {}
                    Ty::Array(array) if !matches!(array.element, tir::Element::Record(_)) => {}
                    Ty::Array(_) | Ty::Pointer(_) | Ty::Record(_) | Ty::Tuple(_) => {
                        return Err(self.not_printed(term, span));
                    }
                }
                values.push(*value);
                Ok(PrintArg::Value(ty))
            }
            Term::Entity(_)
            | Term::Method(..)
            | Term::TupleMethod(..)
            | Term::Bound(_)
            | Term::List(_)
            | Term::Lazy(_)
            | Term::Flat(_)
            | Term::Slice(_)
            | Term::Closure(_)
            | Term::Choice(_)
            | Term::Sequence(_) => Err(self.not_printed(term, span)),
        }
    }

    fn not_printed(&self, term: &Term, span: Span) -> crate::stop::Stop {
        let title = format!("{} cannot be printed in compiled code", self.describe(term));
        let label = "expected numbers, strings, arrays of numbers, or tuples of these";
        self.error(Id::WrongArguments, span, title, label)
    }
}

/// The first choice in a term that is printed.
fn first_choice(term: &Term) -> Option<Rc<Choice>> {
    match term {
        Term::Choice(choice) => Some(choice.clone()),
        Term::Tuple(items) | Term::Named(_, items) => items.iter().find_map(first_choice),
        _ => None,
    }
}

/// The term with something else for its first choice.
fn with_first_choice(term: &Term, one: &mut Option<Term>) -> Term {
    match term {
        Term::Choice(_) => one.take().unwrap_or_else(|| term.clone()),
        Term::Tuple(items) => Term::Tuple(items.iter().map(|item| with_first_choice(item, one)).collect()),
        Term::Named(class, items) => {
            Term::Named(class.clone(), items.iter().map(|item| with_first_choice(item, one)).collect())
        }
        _ => term.clone(),
    }
}
