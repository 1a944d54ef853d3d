//! `np.random.choice`.

use diagnostic::Id;
use source::Span;
use tir::{Const, Element, IntTy, Order, Ty, Value};

use crate::calls::{Arg, Args};
use crate::convert;
use crate::generator::{OF_LEGACY, Population};
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

const TOO_LARGE: &str = "Cannot take a larger sample than population when 'replace=False'";
const EMPTY: &str = "'a' cannot be empty unless no samples are taken";
const NOT_POSITIVE: &str = "a must be greater than 0 unless no samples are taken";

/// What is chosen from, and how.
struct Choosing {
    from: Population,
    size: Option<Arg>,
    replace: Value,
}

impl Walker<'_, '_> {
    /// `choice(a, size, replace, p)`.
    pub(super) fn random_choice(&mut self, args: &Args) -> Walked<Term> {
        let span = args.span;
        let [of, size, replace, weights] = self.bound_args("choice", args, ["a", "size", "replace", "p"])?;
        let of = self.wanted(of, "a", args)?;
        let choosing = Choosing {
            from: self.choosable(&of)?,
            size: size.filter(|size| !self.is_none(&size.term)),
            replace: self.truth_or(true, replace.as_ref(), span)?,
        };
        match weights.filter(|weights| !self.is_none(&weights.term)) {
            Some(weights) => self.choose_weighted(choosing, &weights, span),
            None => self.choose(&choosing, span),
        }
    }

    /// An array with one axis, or a number of items.
    fn choosable(&mut self, of: &Arg) -> Walked<Population> {
        let array = match of.term {
            Term::Tuple(_) | Term::List(_) => self.array_of_items(&of.term, None, of.span)?,
            _ => self.as_array(&of.term).map(|(array, _)| array),
        };
        let Some((array, ty)) = array.and_then(|array| Some((array, self.array_ty(array)?))) else {
            return Ok(Population { array: None, count: self.word_arg(of)? });
        };
        if ty.rank == 1 {
            let count = self.size(array, of.span);
            return Ok(Population { array: Some((array, 0)), count });
        }
        let title = format!("`choice` of {}", self.describe(&of.term));
        let label = "expected an integer, or an array with one axis";
        Err(self.error(Id::WrongArguments, of.span, title, label))
    }

    /// Items that have each its probability.
    fn choose_weighted(&mut self, choosing: Choosing, weights: &Arg, span: Span) -> Walked<Term> {
        let Choosing { from, size, replace } = choosing;
        let (numbers, size) = self.room_for_numbers(size, span)?;
        let words = if from.array.is_some() { EMPTY } else { NOT_POSITIVE };
        self.check_population(from.count, numbers, words, span);
        let weights = self.weights(weights, from.count, &OF_LEGACY)?;
        let flat = self.flat_view(numbers, span);
        self.check_sample(flat, from.count, replace, TOO_LARGE, span);
        let none = convert::zero(&mut self.body, Ty::Unit, span);
        self.call_prelude("choice._weighted", &[flat, none, weights, replace], span)?;
        self.chosen_items(from, numbers, size.is_some(), span)
    }

    /// Items that all have one probability.
    fn choose(&mut self, choosing: &Choosing, span: Span) -> Walked<Term> {
        let Choosing { from, size, replace } = choosing;
        let is_replaced = self.body.as_const(*replace) == Some(Const::Bool(true));
        let item = |walker: &Self| {
            let ty = from.array.and_then(|(array, _)| walker.array_ty(array));
            ty.map_or(Element::Int(IntTy::I64), |ty| ty.element)
        };
        let (element, words) = (item(self), if from.array.is_some() { "item" } else { "number" });
        let of = from.array.map_or(from.count, |(array, _)| array);
        let dims = match size {
            Some(size) => self.shape_of(size)?,
            None if is_replaced && !matches!(element, Element::Record(_)) => {
                return self.random_prelude(&format!("choice_{words}"), &[of], span);
            }
            None => Vec::new(),
        };
        let array = self.allocate(element, dims, Order::C, false, span);
        let flat = self.flat_view(array, span);
        self.random_prelude(&format!("choice_{words}s"), &[flat, of, *replace], span)?;
        if size.is_some() {
            return Ok(Term::Value(array));
        }
        let first = self.word(0, span);
        Ok(Term::Value(self.get_element(flat, vec![first], span)))
    }
}
