//! What a function returns: the type in which its returns meet, or the one that is declared.

use diagnostic::Id;
use source::Span;
use tir::{Terminator, Ty};

use crate::convert;
use crate::locals::Arrival;
use crate::promote;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// Ends the path with a returned term; none at the end of the function and for a bare `return`.
    pub(crate) fn arrive_at_return(&mut self, term: Option<Term>, span: Span) {
        let arrival = self.arrival(term, span);
        self.frame_mut().returns.extend(arrival);
        self.body.terminate(Terminator::Unreachable);
    }

    /// Gives every returned value the type in which they meet, or the one that is wanted.
    pub(crate) fn finish_returns(&mut self, wanted: Option<Ty>) -> Walked<Option<Ty>> {
        let mut returns = std::mem::take(&mut self.frame_mut().returns);
        for arrival in &mut returns {
            if let Some(term @ (Term::Tuple(_) | Term::Named(..))) = &arrival.term {
                self.body.switch_to(arrival.block);
                let value = self.crossing(term, arrival.span)?;
                arrival.term = Some(Term::Value(value));
                self.body.terminate(Terminator::Unreachable);
            }
        }
        let mut result = wanted;
        for arrival in &returns {
            let ty = self.returned_type(arrival)?;
            result = match (result, wanted) {
                (_, Some(wanted)) => {
                    self.check_result(arrival, ty, wanted)?;
                    Some(wanted)
                }
                (None, None) => Some(ty),
                (Some(so_far), None) => match promote::join(so_far, ty) {
                    Some(joined) => Some(joined),
                    None => return Err(self.results_clash(so_far, ty, arrival.span)),
                },
            };
        }
        for arrival in returns {
            let Some(ty) = result else { continue };
            self.body.switch_to(arrival.block);
            let value = match arrival.term {
                Some(Term::Value(value)) => value,
                Some(_) | None => convert::zero(&mut self.body, Ty::Unit, arrival.span),
            };
            let value = if let Ty::Record(record) = ty {
                self.as_record(value, record, arrival.span)
            } else {
                convert::to(&mut self.body, value, ty, arrival.span)
            };
            self.body.terminate(Terminator::Return((ty != Ty::Unit).then_some(value)));
        }
        Ok(result)
    }

    fn returned_type(&self, arrival: &Arrival) -> Walked<Ty> {
        match &arrival.term {
            Some(Term::Value(value)) => Ok(self.body.ty(*value)),
            Some(term) => {
                let title = format!("{} cannot be returned", self.describe(term));
                let stop =
                    self.error(Id::NotAValue, arrival.span, title, "expected one number, pointer or struct");
                Err(stop.help("write several results through pointer arguments"))
            }
            None => Ok(Ty::Unit),
        }
    }

    fn results_clash(&self, a: Ty, b: Ty, span: Span) -> Stop {
        let (a, b) = (self.ty_name(a), self.ty_name(b));
        let title = format!("the function returns `{a}` on one path and `{b}` on another");
        self.error(Id::ResultsDiffer, span, title, format!("this is `{b}`"))
            .help("return values of one type on every path")
    }

    /// Whether a value of type `ty` may be returned where `wanted` is declared.
    fn check_result(&self, arrival: &Arrival, ty: Ty, wanted: Ty) -> Walked<()> {
        let is_missing = arrival.term.is_none() && wanted != Ty::Unit;
        if !is_missing && (self.is_assignable(ty, wanted) || self.points_to(ty, wanted)) {
            return Ok(());
        }
        let wanted_name = self.ty_name(wanted);
        if is_missing {
            return Err(self.missing_return(arrival.span, &wanted_name));
        }
        let ty_name = self.ty_name(ty);
        if wanted == Ty::Unit {
            let title = format!("`{ty_name}` is returned where the signature has no result");
            let stop = self.error(Id::WrongResult, arrival.span, title, "expected nothing");
            return Err(stop.help("write `return`"));
        }
        let title = format!("`{ty_name}` is returned where the signature says `{wanted_name}`");
        let stop = self.error(Id::WrongResult, arrival.span, title, format!("expected `{wanted_name}`"));
        Err(match ty {
            Ty::Complex(_) => stop.help("take its `.real`"),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => stop,
        })
    }

    fn missing_return(&self, span: Span, wanted: &str) -> Stop {
        let syntax = &self.frame().function.syntax;
        let (title, label) = if span == syntax.head {
            (format!("`{}` can end without a `return`", syntax.name), "the end is reached on some path")
        } else {
            ("this returns nothing".to_owned(), "")
        };
        let stop = self.error(Id::MissingReturn, span, title, label);
        stop.help(format!("return `{wanted}` on every path"))
    }
}
