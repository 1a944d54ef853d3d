//! `choice` of a `Generator`, and the weighted one of `np.random`: numbers of items are drawn, then the items are taken.

use diagnostic::Id;
use source::Span;
use tir::{Comparison, Const, Element, FloatTy, IntTy, Order, Ty, Value};

use crate::arrays::{IndexItem, Indexed};
use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

/// Where items are chosen from: an array along an axis, or the numbers from zero on.
#[derive(Clone, Copy)]
pub(crate) struct Population {
    pub(crate) array: Option<(Value, usize)>,
    pub(crate) count: Value,
}

/// The words in which a generator refuses probabilities.
pub(crate) struct WeightWords {
    rank: &'static str,
    size: &'static str,
    faults: [&'static str; 3],
}

/// Those of `Generator`.
const OF_GENERATOR: WeightWords = WeightWords {
    rank: "p must be 1-dimensional",
    size: "a and p must have same size",
    faults: [
        "Probabilities contain NaN",
        "Probabilities are not non-negative",
        "Probabilities do not sum to 1. See Notes section of docstring for more information.",
    ],
};

/// Those of `np.random`.
pub(crate) const OF_LEGACY: WeightWords = WeightWords {
    rank: "'p' must be 1-dimensional",
    size: "'a' and 'p' must have same size",
    faults: [
        "probabilities contain NaN",
        "probabilities are not non-negative",
        "probabilities do not sum to 1",
    ],
};

impl Walker<'_, '_> {
    /// `Generator.choice`.
    pub(super) fn generator_choice(&mut self, bits: Value, args: &Args) -> Walked<Term> {
        let span = args.span;
        let names = ["a", "size", "replace", "p", "axis", "shuffle"];
        let [of, size, replace, weights, axis, shuffle] = self.bound_args("choice", args, names)?;
        let of = self.wanted(of, "a", args)?;
        let from = self.population(&of, axis.as_ref())?;
        let replace = self.truth_or(true, replace.as_ref(), span)?;
        let shuffle = self.truth_or(true, shuffle.as_ref(), span)?;
        let (numbers, size) = self.room_for_numbers(size, span)?;
        let empty = match from.array {
            Some(_) => "a cannot be empty unless no samples are taken",
            None => "a must be a positive integer unless no samples are taken",
        };
        self.check_population(from.count, numbers, empty, span);
        let flat = self.flat_view(numbers, span);
        match weights.filter(|weights| !self.is_none(&weights.term)) {
            Some(weights) => {
                let weights = self.weights(&weights, from.count, &OF_GENERATOR)?;
                let larger = "Cannot take a larger sample than population when replace is False";
                self.check_sample(flat, from.count, replace, larger, span);
                self.call_prelude("choice._weighted", &[flat, bits, weights, replace], span)?;
            }
            None => {
                let larger = "Cannot take a larger sample than population when replace is False";
                self.check_sample(flat, from.count, replace, larger, span);
                self.call_prelude("choice._numbers", &[flat, bits, from.count, replace, shuffle], span)?;
            }
        }
        self.chosen_items(from, numbers, size.is_some(), span)
    }

    /// A truth value that has a default.
    pub(crate) fn truth_or(&mut self, otherwise: bool, arg: Option<&Arg>, span: Span) -> Walked<Value> {
        match arg {
            Some(arg) => self.truth(&arg.term, arg.span),
            None => Ok(self.body.constant(Const::Bool(otherwise), Ty::Bool, span)),
        }
    }

    /// What is chosen from: an array along an axis, or so many numbers.
    fn population(&mut self, of: &Arg, axis: Option<&Arg>) -> Walked<Population> {
        let array = match of.term {
            Term::Tuple(_) | Term::List(_) => self.array_of_items(&of.term, None, of.span)?,
            _ => self.as_array(&of.term).map(|(array, _)| array),
        };
        let Some((array, ty)) = array.and_then(|array| Some((array, self.array_ty(array)?))) else {
            return Ok(Population { array: None, count: self.word_arg(of)? });
        };
        if ty.rank == 0 {
            let title = format!("`choice` of {}", self.describe(&of.term));
            let label = "expected an integer, or an array with an axis";
            return Err(self.error(Id::WrongArguments, of.span, title, label));
        }
        let axis = match axis {
            Some(axis) => self.known_axis(&axis.term, ty.rank, axis.span)?,
            None => 0,
        };
        let count = self.dim(array, axis, of.span);
        Ok(Population { array: Some((array, axis)), count })
    }

    /// An array for the numbers of the items, of one where no size is given.
    pub(crate) fn room_for_numbers(&mut self, size: Option<Arg>, span: Span) -> Walked<(Value, Option<Arg>)> {
        let size = size.filter(|size| !self.is_none(&size.term));
        let dims = match &size {
            Some(size) => self.shape_of(size)?,
            None => Vec::new(),
        };
        Ok((self.allocate(Element::Int(IntTy::I64), dims, Order::C, false, span), size))
    }

    /// Raises where there is nothing to choose from, unless nothing is chosen.
    pub(crate) fn check_population(&mut self, count: Value, numbers: Value, words: &str, span: Span) {
        let zero = self.word(0, span);
        let wanted = self.size(numbers, span);
        let is_empty = self.test(Comparison::Le, count, zero, span);
        let is_wanted = self.test(Comparison::Ne, wanted, zero, span);
        let is_wrong = self.both(is_empty, is_wanted, span);
        self.raise_if(is_wrong, "ValueError", words, span);
    }

    /// Raises where more items are wanted than there are, each at most once.
    pub(crate) fn check_sample(
        &mut self,
        flat: Value,
        count: Value,
        replace: Value,
        words: &str,
        span: Span,
    ) {
        let wanted = self.size(flat, span);
        let is_larger = self.test(Comparison::Gt, wanted, count, span);
        let is_distinct = convert::not(&mut self.body, replace, span);
        let is_wrong = self.both(is_larger, is_distinct, span);
        self.raise_if(is_wrong, "ValueError", words, span);
    }

    /// The probabilities as an array of `float64`, checked.
    pub(crate) fn weights(&mut self, arg: &Arg, count: Value, words: &WeightWords) -> Walked<Value> {
        let span = arg.span;
        let lazy = self.as_lazy(&arg.term, span)?.filter(|lazy| lazy.has_arrays());
        let Some(lazy) =
            lazy.filter(|lazy| !matches!(lazy.element, Element::Complex(_) | Element::Record(_)))
        else {
            let title = format!("{} as probabilities", self.describe(&arg.term));
            return Err(self.error(Id::WrongArguments, span, title, "expected an array of real numbers"));
        };
        if lazy.rank != 1 {
            self.raise("ValueError", words.rank, span);
            return Err(crate::stop::Stop::Unreachable);
        }
        let tolerance = match lazy.element {
            Element::Float(FloatTy::F32) => f64::from(f32::EPSILON).sqrt(),
            _ => f64::EPSILON.sqrt(),
        };
        // What NumPy takes the precision of may have become a float64 only here.
        let tolerance = self.body.constant(Const::Float(tolerance), Ty::F64, span);
        let weights = self.as_type(&lazy, Element::Float(FloatTy::F64), span)?;
        let given = self.size(weights, span);
        let differs = self.test(Comparison::Ne, given, count, span);
        self.raise_if(differs, "ValueError", words.size, span);
        let fault = self.call_prelude("choice._fault", &[weights, tolerance], span)?;
        let fault = self.value(&fault, span)?;
        for (number, text) in (1..).zip(words.faults) {
            let number = self.word(number, span);
            let is_it = self.test(Comparison::Eq, fault, number, span);
            self.raise_if(is_it, "ValueError", text, span);
        }
        Ok(weights)
    }

    /// The items of these numbers: one, or an array.
    pub(crate) fn chosen_items(
        &mut self,
        from: Population,
        numbers: Value,
        is_sized: bool,
        span: Span,
    ) -> Walked<Term> {
        let item = if is_sized { None } else { Some(self.get_element(numbers, Vec::new(), span)) };
        let Some((array, axis)) = from.array else {
            return Ok(Term::Value(item.unwrap_or(numbers)));
        };
        let Some(ty) = self.array_ty(array) else { return Ok(Term::Value(array)) };
        let mut items = vec![IndexItem::Slice(None, None, None); axis];
        items.push(match item {
            Some(item) => IndexItem::At(item),
            None => IndexItem::Fancy(self.lazy_array(numbers), span),
        });
        let place = self.place_of_items(Indexed { array, ty, span }, items, span)?;
        let taken = self.read_place(&place)?;
        match self.as_array(&taken) {
            // `take` copies.
            Some((part, _)) if !is_sized => self.copied(part, Order::C, span).map(Term::Value),
            _ => Ok(taken),
        }
    }
}
