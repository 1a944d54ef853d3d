//! Shapes: what is given as one, and whether shapes fit together.

use diagnostic::Id;
use source::Span;
use tir::{ArrayTy, Comparison, Const, Element, Op, Order, Ty, Value};

use crate::arrays::Lazy;
use crate::arrays::elementwise::Node;
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
        self.broadcast_or(shapes, "ValueError", "operands could not be broadcast together with shapes ", span)
    }

    /// The same of shapes of which is said in this class and with this text that they do not fit.
    pub(crate) fn broadcast_or(
        &mut self,
        shapes: &[Vec<Value>],
        class: &str,
        text: &str,
        span: Span,
    ) -> Vec<Value> {
        let (clash, dims) = self.common_shape(shapes, span);
        if let Some(clash) = clash {
            let mut texts = vec![" "; shapes.len() + 1];
            texts[0] = text;
            let shapes: Vec<&[Value]> = shapes.iter().map(Vec::as_slice).collect();
            self.raise_shapes(clash, class, &texts, &shapes, span);
        }
        dims
    }

    /// The shape of an elementwise expression. Where its arrays do not broadcast, the error names the shapes
    /// of the first operation that fails.
    pub(crate) fn lazy_shape(&mut self, lazy: &Lazy, span: Span) -> Vec<Value> {
        let shapes: Vec<Vec<Value>> = lazy.arrays().into_iter().map(|leaf| self.dims(leaf, span)).collect();
        if shapes.len() <= 2 {
            return self.broadcast(&shapes, span);
        }
        let (clash, dims) = self.common_shape(&shapes, span);
        if let Some(clash) = clash {
            let (bad, good) = self.body.branch(clash);
            self.body.switch_to(bad);
            self.shape_by_steps(lazy, span);
            self.raise("ValueError", "operands could not be broadcast together", span);
            self.body.switch_to(good);
        }
        dims
    }

    fn shape_by_steps(&mut self, lazy: &Lazy, span: Span) -> Vec<Value> {
        match &lazy.node {
            Node::Array(array) => self.dims(*array, span),
            Node::Scalar(_) => Vec::new(),
            Node::Cast(of) => self.shape_by_steps(of, span),
            Node::Apply(_, _, operands) => {
                let shapes: Vec<Vec<Value>> =
                    operands.iter().map(|operand| self.shape_by_steps(operand, span)).collect();
                self.broadcast(&shapes, span)
            }
        }
    }

    /// The shape that these have together, and whether they have none, unless that is known.
    fn common_shape(&mut self, shapes: &[Vec<Value>], span: Span) -> (Option<Value>, Vec<Value>) {
        let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
        let mut clash = None;
        let mut dims = Vec::with_capacity(rank);
        for axis in 0..rank {
            let own = |shape: &Vec<Value>| (axis + shape.len()).checked_sub(rank).map(|index| shape[index]);
            let lengths: Vec<Value> = shapes.iter().filter_map(own).collect();
            let mut common = lengths[0];
            for length in &lengths[1..] {
                let (differ, longer) = self.common_length(common, *length, span);
                common = longer;
                clash = match (clash, differ) {
                    (Some(a), Some(b)) => Some(self.some(a, b, span)),
                    (a, b) => a.or(b),
                };
            }
            dims.push(common);
        }
        (clash, dims)
    }

    /// The length of an axis that two have, equal or one of them 1, and whether they are neither.
    fn common_length(&mut self, a: Value, b: Value, span: Span) -> (Option<Value>, Value) {
        if a == b {
            return (None, a);
        }
        let one = self.word(1, span);
        match (self.known_word(a), self.known_word(b)) {
            (Some(1), _) => return (None, b),
            (_, Some(1)) => return (None, a),
            (Some(x), Some(y)) if x == y => return (None, a),
            _ => {}
        }
        let differ = self.test(Comparison::Ne, a, b, span);
        let a_is_long = self.test(Comparison::Ne, a, one, span);
        let b_is_long = self.test(Comparison::Ne, b, one, span);
        let both = self.both(a_is_long, b_is_long, span);
        let is_wrong = self.both(differ, both, span);
        (Some(is_wrong), self.either(a_is_long, a, b, span))
    }

    /// Raises an exception whose message has shapes between its texts, as NumPy writes them.
    pub(crate) fn raise_shapes(
        &mut self,
        condition: Value,
        class: &str,
        texts: &[&str],
        shapes: &[&[Value]],
        span: Span,
    ) {
        let (first, rest) = texts.split_first().expect("a message starts with a text");
        let mut pieces = vec![(*first).to_owned()];
        for (shape, after) in shapes.iter().zip(rest) {
            if let Some(last) = pieces.last_mut() {
                last.push('(');
            }
            pieces.extend(shape.iter().skip(1).map(|_| ",".to_owned()));
            let end = if shape.len() == 1 { ",)" } else { ")" };
            if shape.is_empty() {
                if let Some(last) = pieces.last_mut() {
                    last.push_str(end);
                    last.push_str(after);
                }
            } else {
                pieces.push(format!("{end}{after}"));
            }
        }
        self.raise_formatted(condition, class, pieces, shapes.concat(), span);
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
