//! Tuples: slices of them, items by an index that only the running program knows, their methods.

use diagnostic::Id;
use pysyntax::{CompareOp, ExprId, ExprKind};
use source::Span;
use tir::{BinaryOp, Comparison, Const, Value};

use crate::Entity;
use crate::calls::{Arg, Args};
use crate::choice::{self, Choice};
use crate::convert;
use crate::stop::Walked;
use crate::term::{Shape, Term};
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `items[lower:upper:step]`, if the index is a slice; its bounds are constants.
    pub(crate) fn tuple_slice(&mut self, items: &[Term], index: ExprId) -> Walked<Option<Vec<Term>>> {
        let syntax = self.syntax();
        let ExprKind::Slice { lower, upper, step } = &syntax.exprs[index].kind else { return Ok(None) };
        let mut bounds = [None; 3];
        for (bound, expr) in bounds.iter_mut().zip([lower, upper, step]) {
            let Some(expr) = *expr else { continue };
            let span = self.span_of(expr);
            let value = self.walk_value(expr)?;
            if self.is_none(&Term::Value(value)) {
                continue;
            }
            *bound = match self.known_word(value) {
                Some(known) => Some(known),
                None => {
                    let title = "a tuple is sliced by a variable";
                    return Err(self.error(Id::WrongOperand, span, title, "expected a constant"));
                }
            };
        }
        let [lower, upper, step] = bounds;
        let step = step.unwrap_or(1);
        if step == 0 {
            let span = self.span_of(index);
            return Err(self.error(Id::WrongOperand, span, "slice step cannot be zero", ""));
        }
        Ok(Some(sliced(items, lower, upper, step)))
    }

    /// An item of a tuple by its index.
    pub(crate) fn tuple_item(&mut self, items: &[Term], index: Value, span: Span) -> Walked<Term> {
        let len = i128::try_from(items.len()).unwrap_or(i128::MAX);
        match self.body.as_const(index) {
            Some(Const::Int(index)) if (-len..len).contains(&index) => {
                let index = usize::try_from(index.rem_euclid(len)).unwrap_or(0);
                Ok(items[index].clone())
            }
            Some(Const::Int(_)) => {
                let title = format!("the tuple has {len} items");
                Err(self.error(Id::WrongOperand, span, title, "out of range"))
            }
            _ => self.variable_item(items, index, span),
        }
    }

    /// The number of an item by an index, which counts from the end where it is negative.
    fn tuple_index(&mut self, index: Value, count: usize, span: Span) -> Value {
        let count = self.word(i128::try_from(count).unwrap_or(0), span);
        let zero = self.word(0, span);
        let is_negative = self.test(Comparison::Lt, index, zero, span);
        let from_end = self.int(BinaryOp::Add, index, count, span);
        let index = self.either(is_negative, from_end, index, span);
        let is_below = self.test(Comparison::Lt, index, zero, span);
        let is_above = self.test(Comparison::Ge, index, count, span);
        let is_out = self.body.emit(tir::Op::Binary(BinaryOp::Or, is_below, is_above), tir::Ty::Bool, span);
        self.raise_if(is_out, "IndexError", "tuple index out of range", span);
        index
    }

    /// An item of a tuple by a variable: all items have one type, or are known while compiling.
    fn variable_item(&mut self, items: &[Term], index: Value, span: Span) -> Walked<Term> {
        let shapes = items.iter().map(|item| Shape::of(item, &self.body));
        let joined = shapes.map(Ok).reduce(|joined, shape| joined?.join(&shape?)).and_then(Result::ok);
        let (Some(shape), Some(index)) = (joined, self.index_word(index, span)) else {
            let title = "a tuple of several types is indexed by a variable";
            let stop = self.error(Id::WrongOperand, span, title, "expected a constant");
            return Err(stop.help("unpack it: `a, b = …`"));
        };
        let index = self.tuple_index(index, items.len(), span);
        let Shape::Value(ty) = shape else {
            if let [first, rest @ ..] = items
                && rest.iter().all(|item| item == first)
            {
                return Ok(first.clone());
            }
            let known = items.iter().map(|item| if self.is_none(item) { choice::NONE } else { item.clone() });
            let known: Vec<Term> = known.collect();
            if known.iter().all(|item| matches!(item, Term::Entity(_))) {
                return Ok(Choice::term(index, (0..).zip(known).collect()));
            }
            let choice = Choice { number: index, alternatives: (0..).zip(items.iter().cloned()).collect() };
            return self.on_each(&choice, span, |_, item| Ok(item));
        };
        let values =
            items.iter().filter_map(|item| if let Term::Value(value) = item { Some(*value) } else { None });
        let values: Vec<Value> = values.collect();
        let mut chosen = convert::to(&mut self.body, values[0], ty, span);
        for (number, value) in values.iter().enumerate().skip(1) {
            let number = self.word(i128::try_from(number).unwrap_or(0), span);
            let is_it = self.test(Comparison::Eq, index, number, span);
            let value = convert::to(&mut self.body, *value, ty, span);
            chosen = self.either(is_it, value, chosen, span);
        }
        Ok(Term::Value(chosen))
    }
}

impl Walker<'_, '_> {
    /// A method of a tuple, or of a class of tuples.
    pub(crate) fn call_tuple_method(&mut self, name: &'static str, of: &Term, args: Args) -> Walked<Term> {
        match (name, of) {
            ("_make", Term::Entity(Entity::NamedTuple(class))) => self.made_of_items(class, &args),
            ("_replace", Term::Named(class, items)) => self.replaced(class, items, args),
            ("count", Term::Tuple(items) | Term::Named(_, items)) => self.count(items, &args),
            (_, Term::Tuple(items) | Term::Named(_, items)) => self.index(items, &args),
            _ => Err(self.error(Id::NotCallable, args.span, "this is no method of a tuple", "")),
        }
    }

    /// `items.count(value)`.
    fn count(&mut self, items: &[Term], args: &Args) -> Walked<Term> {
        let [of] = self.exactly("count", args)?;
        let mut count = self.word(0, args.span);
        for item in items {
            let is_it = self.is_item(item, &of, args.span)?;
            let one = convert::to(&mut self.body, is_it, tir::Ty::I64, args.span);
            count = self.int(BinaryOp::Add, count, one, args.span);
        }
        Ok(Term::Value(count))
    }

    /// `items.index(value)`: of the first that equals it.
    fn index(&mut self, items: &[Term], args: &Args) -> Walked<Term> {
        let [of] = self.exactly("index", args)?;
        let span = args.span;
        let missing = self.word(-1, span);
        let mut found = missing;
        for (number, item) in items.iter().enumerate().rev() {
            let is_it = self.is_item(item, &of, span)?;
            let number = self.word(i128::try_from(number).unwrap_or(0), span);
            found = self.either(is_it, number, found, span);
        }
        let is_missing = self.test(Comparison::Eq, found, missing, span);
        self.raise_if(is_missing, "ValueError", "tuple.index(x): x not in tuple", span);
        Ok(Term::Value(found))
    }

    fn is_item(&mut self, item: &Term, of: &Arg, span: Span) -> Walked<Value> {
        self.compare(CompareOp::Eq, item, &of.term, span, (span, of.span))
    }
}

/// A method that every tuple has.
pub(crate) fn tuple_method(of: &Term, name: &str) -> Term {
    Term::TupleMethod(if name == "count" { "count" } else { "index" }, Box::new(of.clone()))
}

/// The items that a slice takes, as Python counts them.
fn sliced(items: &[Term], lower: Option<i128>, upper: Option<i128>, step: i128) -> Vec<Term> {
    let len = i128::try_from(items.len()).unwrap_or(i128::MAX);
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let bound = |bound: Option<i128>, otherwise: i128| {
        bound.map_or(otherwise, |bound| if bound < 0 { bound + len } else { bound }.clamp(low, high))
    };
    let (start, stop) = if step > 0 {
        (bound(lower, 0), bound(upper, len))
    } else {
        (bound(lower, len - 1), bound(upper, -1))
    };
    let mut taken = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        taken.extend(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned());
        at += step;
    }
    taken
}
