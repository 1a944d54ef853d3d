//! Builtins over the items of a sequence: `sum`, `any`, `all`, `min`, `max`; and `isinstance`.

use diagnostic::Id;
use pysyntax::BinaryOp;
use source::Span;
use tir::{Const, Ty, Value};

use crate::Entity;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::optional::held;
use crate::sequence::Sequence;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `min` and `max` of two or more, or of the items of one.
    pub(crate) fn extreme_of(&mut self, name: &str, args: &Args) -> Walked<Term> {
        let [arg] = &args.positional[..] else { return self.extreme(name, args) };
        if !args.named.is_empty() || matches!(arg.term, Term::Value(value) if self.array_ty(value).is_none())
        {
            return self.extreme(name, args);
        }
        let span = args.span;
        match self.sequence_of(&arg.term, arg.span)? {
            Sequence::Tuple(items) if items.len() == 1 => Ok(items[0].clone()),
            Sequence::Tuple(items) if !items.is_empty() => {
                let items = items.iter().map(|item| self.present(item, arg.span));
                let positional = items.map(|term| Arg { term, span: arg.span }).collect();
                self.extreme(name, &Args { positional, named: Vec::new(), span })
            }
            Sequence::Array(array) if self.array_ty(array).is_some_and(|ty| ty.rank == 1) => {
                let is_least = self.body.constant(Const::Bool(name == "min"), Ty::Bool, span);
                self.call_prelude("array.builtin_extreme", &[array, is_least], span)
            }
            other => {
                let title = format!("`{name}` of {}", other.words());
                Err(self.error(
                    Id::WrongArguments,
                    arg.span,
                    title,
                    "expected numbers, or an array of one axis",
                ))
            }
        }
    }

    /// `sum`, `any` and `all` of the items of one.
    pub(crate) fn folded(&mut self, name: &str, args: &Args) -> Walked<Term> {
        let [of, start] = self.bound_args(name, args, ["iterable", "start"])?;
        let of = self.wanted(of, "iterable", args)?;
        let span = args.span;
        let sequence = self.sequence_of(&of.term, of.span)?;
        let start = match start {
            Some(start) => start.term,
            None if name == "sum" => Term::Value(self.word(0, span)),
            None => Term::Value(self.body.constant(Const::Bool(name == "all"), Ty::Bool, span)),
        };
        if let Some(count) = sequence.known_length() {
            let mut so_far = start;
            for number in 0..count {
                let number = self.word(i128::try_from(number).unwrap_or(0), span);
                let item = self.sequence_item(&sequence, number, span)?;
                so_far = self.folded_once(name, &so_far, &item, span)?;
            }
            return Ok(so_far);
        }
        let first = self.value(&start, span)?;
        let zero = self.word(0, span);
        // The type in which an item joins what there is so far.
        let probe = self.snapshot();
        let item = self.sequence_item(&sequence, zero, span)?;
        let once = self.folded_once(name, &start, &item, span)?;
        let ty = self.value(&once, span).map(|value| self.body.ty(value))?;
        self.restore(&probe);
        let first = convert::to(&mut self.body, first, ty, span);
        let count = self.sequence_length(&sequence, span);
        let results = self.fold_loop(count, &[first], span, |walker, number, carried| {
            let item = walker.sequence_item(&sequence, number, span)?;
            let next = walker.folded_once(name, &Term::Value(carried[0]), &item, span)?;
            let next = walker.value(&next, span)?;
            Ok(vec![convert::to(&mut walker.body, next, ty, span)])
        })?;
        Ok(Term::Value(results[0]))
    }

    fn folded_once(&mut self, name: &str, so_far: &Term, item: &Term, span: Span) -> Walked<Term> {
        if name == "sum" {
            let sum = self.binary(BinaryOp::Add, so_far, item, span, (span, span))?;
            return self.forced(sum, span);
        }
        let (a, b) = (self.truth(so_far, span)?, self.truth(item, span)?);
        let op = if name == "any" { tir::BinaryOp::Or } else { tir::BinaryOp::And };
        Ok(Term::Value(self.body.emit(tir::Op::Binary(op, a, b), Ty::Bool, span)))
    }

    /// `isinstance(value, class)`: known when compiling.
    pub(crate) fn is_instance(&mut self, args: &Args) -> Walked<Term> {
        let [value, class] = self.exactly("isinstance", args)?;
        let classes = match class.term {
            Term::Tuple(items) | Term::Named(_, items) => items,
            one => vec![one],
        };
        let span = args.span;
        if let Term::Choice(choice) = &value.term {
            let holds =
                self.known_of_each(choice, span, |walker, one| walker.is_of_classes(one, &classes, span));
            return holds.map(Term::Value);
        }
        self.is_of_classes(&value.term, &classes, span).map(Term::Value)
    }

    fn is_of_classes(&mut self, term: &Term, classes: &[Term], span: Span) -> Walked<Value> {
        let mut is_one = false;
        for class in classes {
            match self.is_of_class(held(term), class) {
                Some(answer) => is_one |= answer,
                None => {
                    let title = format!("`isinstance` of {}", self.describe(class));
                    let label = "expected a class of numbers, `tuple`, `str` or `np.ndarray`";
                    return Err(self.error(Id::WrongArguments, span, title, label));
                }
            }
        }
        let is_one = self.body.constant(Const::Bool(is_one), Ty::Bool, span);
        let is_present = self.is_present(term, span);
        Ok(self.both(is_one, is_present, span))
    }

    fn is_of_class(&self, term: &Term, class: &Term) -> Option<bool> {
        let ty = if let Term::Value(value) = term { Some(self.body.ty(*value)) } else { None };
        match class {
            Term::Entity(Entity::Type(class)) => Some(ty == Some(*class)),
            Term::Entity(Entity::Known(name)) => Some(match name.as_str() {
                "builtins.int" => matches!(ty, Some(Ty::Int(_) | Ty::Bool)),
                "builtins.float" => ty == Some(Ty::F64),
                "builtins.bool" => ty == Some(Ty::Bool),
                "builtins.complex" => ty == Some(Ty::C128),
                "builtins.tuple" => matches!(term, Term::Tuple(_) | Term::Named(..)),
                "builtins.str" => matches!(term, Term::Entity(Entity::Text(_))),
                "numpy.ndarray" => matches!(ty, Some(Ty::Array(_))) || matches!(term, Term::Lazy(_)),
                "numpy.integer" => matches!(ty, Some(Ty::Int(_))),
                "numpy.floating" => matches!(ty, Some(Ty::Float(_))),
                "numpy.complexfloating" => matches!(ty, Some(Ty::Complex(_))),
                _ => return None,
            }),
            Term::Entity(Entity::NamedTuple(class)) => {
                Some(matches!(term, Term::Named(own, _) if own.bases.contains(&class.object)))
            }
            _ => None,
        }
    }
}
