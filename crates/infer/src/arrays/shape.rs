//! Shapes: what is given as one, and whether shapes fit together.

use diagnostic::Id;
use source::Span;
use tir::{ArrayTy, Comparison, Const, Element, Op, Order, Ty, Value};

use crate::calls::Arg;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The lengths that an argument gives: an integer, or a tuple of them. None is negative after this.
    pub(crate) fn shape_of(&mut self, arg: &Arg) -> Walked<Vec<Value>> {
        let dims = self.shape_words(arg)?;
        for dim in &dims {
            let zero = self.word(0, arg.span);
            let is_negative = self.test(Comparison::Lt, *dim, zero, arg.span);
            self.raise_if(is_negative, "ValueError", "negative dimensions are not allowed", arg.span);
        }
        Ok(dims)
    }

    /// The integers of a shape as they are given.
    pub(crate) fn shape_words(&mut self, arg: &Arg) -> Walked<Vec<Value>> {
        let items = match &arg.term {
            Term::Tuple(items) | Term::Named(_, items) | Term::List(items) => items.clone(),
            one => vec![one.clone()],
        };
        let mut words = Vec::new();
        for item in items {
            let word = match item {
                Term::Value(value) => self.index_word(value, arg.span),
                _ => None,
            };
            let Some(word) = word else {
                let title = format!("{} as the length of an axis", self.describe(&item));
                let stop = self.error(
                    Id::WrongArguments,
                    arg.span,
                    title,
                    "expected an integer or a tuple of integers",
                );
                return Err(stop);
            };
            words.push(word);
        }
        Ok(words)
    }

    /// New memory for an array; raises `MemoryError` where there is none.
    pub(crate) fn allocate(
        &mut self,
        element: Element,
        dims: Vec<Value>,
        order: Order,
        is_zeroed: bool,
        span: Span,
    ) -> Value {
        let order = if dims.len() < 2 { Order::C } else { order };
        let ty = ArrayTy::new(element, super::axis_number(dims.len()), order);
        let array = self.body.emit(Op::Allocate { dims, is_zeroed }, Ty::Array(ty), span);
        let (data, address) = (self.data(array, span), self.byte_pointer());
        let null = self.body.constant(Const::Int(0), address, span);
        let is_missing = self.body.emit(Op::Compare(Comparison::Eq, data, null), Ty::Bool, span);
        self.raise_if(is_missing, "MemoryError", "there is no memory for this array", span);
        array
    }

    /// The shape in which these broadcast together; the longest comes last axis to last axis.
    pub(crate) fn broadcast(&mut self, shapes: &[Vec<Value>], span: Span) -> Vec<Value> {
        let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
        let mut result = Vec::with_capacity(rank);
        for axis in 0..rank {
            let own = |shape: &Vec<Value>| (axis + shape.len()).checked_sub(rank).map(|index| shape[index]);
            let lengths: Vec<Value> = shapes.iter().filter_map(own).collect();
            let mut common = lengths[0];
            for length in &lengths[1..] {
                common = self.common_length(common, *length, shapes, span);
            }
            result.push(common);
        }
        result
    }

    /// The length of an axis that two have: equal, or one of them is 1.
    fn common_length(&mut self, a: Value, b: Value, shapes: &[Vec<Value>], span: Span) -> Value {
        if a == b {
            return a;
        }
        let one = self.word(1, span);
        match (self.known_word(a), self.known_word(b)) {
            (Some(1), _) => return b,
            (_, Some(1)) => return a,
            (Some(x), Some(y)) if x == y => return a,
            _ => {}
        }
        let differ = self.test(Comparison::Ne, a, b, span);
        let a_is_long = self.test(Comparison::Ne, a, one, span);
        let b_is_long = self.test(Comparison::Ne, b, one, span);
        let both = self.both(a_is_long, b_is_long, span);
        let is_wrong = self.both(differ, both, span);
        self.raise_shapes(is_wrong, "operands could not be broadcast together with shapes ", shapes, span);
        self.either(a_is_long, a, b, span)
    }

    /// Raises `ValueError` with a text and shapes behind it.
    pub(crate) fn raise_shapes(&mut self, condition: Value, text: &str, shapes: &[Vec<Value>], span: Span) {
        let mut pieces = vec![text.to_owned()];
        for shape in shapes {
            if let Some(last) = pieces.last_mut() {
                last.push('(');
            }
            for (index, _) in shape.iter().enumerate() {
                let end = match (index + 1 == shape.len(), shape.len()) {
                    (true, 1) => ",) ",
                    (true, _) => ") ",
                    (false, _) => ",",
                };
                pieces.push(end.to_owned());
            }
            if shape.is_empty()
                && let Some(last) = pieces.last_mut()
            {
                last.push_str(") ");
            }
        }
        self.raise_formatted(condition, "ValueError", pieces, shapes.concat(), span);
    }

    /// Whether all lengths of two shapes of one rank are equal.
    pub(crate) fn same_shape(&mut self, a: &[Value], b: &[Value], span: Span) -> Value {
        let mut same = self.body.constant(Const::Bool(true), Ty::Bool, span);
        for (x, y) in a.iter().zip(b) {
            let equal = self.test(Comparison::Eq, *x, *y, span);
            same = self.both(same, equal, span);
        }
        same
    }
}
