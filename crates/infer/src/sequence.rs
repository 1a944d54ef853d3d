//! What a loop can run over, and its items by number.

use diagnostic::Id;
use source::Span;
use tir::{BinaryOp, Comparison, Const, IntTy, Op, Ty, UnaryOp, Value};

use crate::Entity;
use crate::arrays::Indexed;
use crate::calls::{Arg, Args};
use crate::convert;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// What a loop can run over.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Sequence {
    /// `range`: the first item, where it ends, the step.
    Range { start: Value, stop: Value, step: Value },
    /// An array, along its first axis.
    Array(Value),
    /// All elements of an array.
    Flat(Value),
    /// A tuple.
    Tuple(Vec<Term>),
    /// The items with their numbers, from the value on.
    Enumerate(Box<Sequence>, Value),
    /// The items of several side by side.
    Zip(Vec<Sequence>),
    /// From the last item to the first.
    Reversed(Box<Sequence>),
    /// All indices of these lengths.
    Indices(Vec<Value>),
    /// All indices of an array with its elements.
    Elements(Value),
}

impl Sequence {
    /// What it is, in words of a message.
    pub(crate) const fn words(&self) -> &'static str {
        match self {
            Self::Range { .. } => "a range",
            Self::Array(_) => "an array",
            Self::Flat(_) => "the elements of an array",
            Self::Tuple(_) => "a tuple",
            Self::Enumerate(..) => "an enumeration",
            Self::Zip(_) => "a `zip`",
            Self::Reversed(_) => "a sequence in reverse",
            Self::Indices(_) | Self::Elements(_) => "the indices of an array",
        }
    }

    /// How many items it has, if a tuple in it says so when compiling.
    pub(crate) fn known_length(&self) -> Option<usize> {
        match self {
            Self::Tuple(items) => Some(items.len()),
            Self::Enumerate(of, _) | Self::Reversed(of) => of.known_length(),
            Self::Zip(all) => {
                let lengths: Option<Vec<usize>> = all.iter().map(Self::known_length).collect();
                lengths?.into_iter().min()
            }
            Self::Range { .. } | Self::Array(_) | Self::Flat(_) | Self::Indices(_) | Self::Elements(_) => {
                None
            }
        }
    }
}

const U64: Ty = Ty::Int(IntTy::U64);

impl Walker<'_, '_> {
    /// What a loop over a term runs over.
    pub(crate) fn sequence_of(&mut self, term: &Term, span: Span) -> Walked<Sequence> {
        match term {
            Term::Optional(..) => {
                let item = self.present(term, span);
                self.sequence_of(&item, span)
            }
            Term::Sequence(sequence) => Ok((**sequence).clone()),
            Term::Tuple(items) | Term::Named(_, items) | Term::List(items) => {
                Ok(Sequence::Tuple(items.clone()))
            }
            Term::Flat(array) => Ok(Sequence::Flat(*array)),
            Term::Lazy(lazy) => {
                let array = self.force(lazy, span)?;
                Ok(Sequence::Array(array))
            }
            Term::Value(value) if self.array_ty(*value).is_some_and(|ty| ty.rank > 0) => {
                Ok(Sequence::Array(*value))
            }
            other => Err(self.not_iterable(other, span)),
        }
    }

    fn not_iterable(&self, term: &Term, span: Span) -> Stop {
        let title = format!("a loop over {}", self.describe(term));
        let label = "expected `range(…)`, an array, a tuple, `enumerate` or `zip`";
        let stop = self.error(Id::UnsupportedIterable, span, title, label);
        match term {
            Term::Value(value) if matches!(self.body.ty(*value), Ty::Pointer(_)) => {
                stop.help("write `for i in range(n):` and index by `i`")
            }
            _ => stop,
        }
    }

    /// A builtin or a function of NumPy that makes a sequence, if it is one.
    pub(crate) fn make_sequence(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let sequence = match name {
            "builtins.range" => self.range(args)?,
            "builtins.enumerate" => {
                let [of, start] = self.bound_args("enumerate", args, ["iterable", "start"])?;
                let of = self.wanted(of, "iterable", args)?;
                let start = match start {
                    Some(start) => self.word_arg(&start)?,
                    None => self.word(0, args.span),
                };
                Sequence::Enumerate(Box::new(self.sequence_of(&of.term, of.span)?), start)
            }
            "builtins.zip" => {
                let all = args.positional.iter().map(|arg| self.sequence_of(&arg.term, arg.span));
                let all: Vec<Sequence> = all.collect::<Walked<_>>()?;
                if all.is_empty() || !args.named.is_empty() {
                    let title = "`zip` here takes one or more sequences";
                    return Err(self.error(Id::WrongArguments, args.span, title, ""));
                }
                Sequence::Zip(all)
            }
            "builtins.reversed" => {
                let [of] = self.exactly("reversed", args)?;
                Sequence::Reversed(Box::new(self.sequence_of(&of.term, of.span)?))
            }
            "numpy.ndindex" => {
                let mut dims = Vec::new();
                for arg in &args.positional {
                    dims.extend(self.shape_of(arg)?);
                }
                Sequence::Indices(dims)
            }
            "numpy.ndenumerate" => {
                let [of] = self.exactly("ndenumerate", args)?;
                match self.as_array(&of.term) {
                    Some((array, _)) => Sequence::Elements(array),
                    None => return Err(self.not_iterable(&of.term, of.span)),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Term::Sequence(std::rc::Rc::new(sequence))))
    }

    fn range(&mut self, args: &Args) -> Walked<Sequence> {
        let span = args.span;
        let count = args.positional.len() + args.named.len();
        if !(1..=3).contains(&args.positional.len()) || !args.named.is_empty() {
            let title = format!("`range` takes 1 to 3 integers, not {count}");
            return Err(self.error(Id::WrongArguments, span, title, ""));
        }
        let mut values = Vec::new();
        for arg in &args.positional {
            let word = match arg.term {
                Term::Value(value) => self.index_word(value, arg.span),
                _ => None,
            };
            let Some(word) = word else {
                let title = format!("`range` takes integers, not {}", self.describe(&arg.term));
                let stop = self.error(Id::WrongArguments, arg.span, title, "expected an integer");
                return Err(stop.help("convert it: `int(…)`"));
            };
            values.push(word);
        }
        let (zero, one) = (self.word(0, span), self.word(1, span));
        let (start, stop, step) = match values[..] {
            [stop] => (zero, stop, one),
            [start, stop] => (start, stop, one),
            _ => (values[0], values[1], values[2]),
        };
        let is_zero = self.body.emit(Op::Compare(Comparison::Eq, step, zero), Ty::Bool, span);
        self.raise_if(is_zero, "ValueError", "range() arg 3 must not be zero", span);
        Ok(Sequence::Range { start, stop, step })
    }

    /// How many items a range has. The distance may take all 64 bits, so it is unsigned.
    pub(crate) fn range_count(&mut self, start: Value, end: Value, step: Value, span: Span) -> Value {
        let body = &mut self.body;
        let zero = body.constant(Const::Int(0), Ty::I64, span);
        let is_up = body.emit(Op::Compare(Comparison::Gt, step, zero), Ty::Bool, span);
        let low = self.either(is_up, start, end, span);
        let high = self.either(is_up, end, start, span);
        let back = self.body.emit(Op::Unary(UnaryOp::Neg, step), Ty::I64, span);
        let stride = self.either(is_up, step, back, span);
        let body = &mut self.body;
        let distance = body.emit(Op::Binary(BinaryOp::Sub, high, low), Ty::I64, span);
        let distance = body.emit(Op::Convert(distance), U64, span);
        let stride = body.emit(Op::Convert(stride), U64, span);
        let one = body.constant(Const::Int(1), U64, span);
        let before_last = body.emit(Op::Binary(BinaryOp::Sub, distance, one), U64, span);
        let steps = body.emit(Op::Binary(BinaryOp::FloorDiv, before_last, stride), U64, span);
        let count = body.emit(Op::Binary(BinaryOp::Add, steps, one), U64, span);
        let is_any = body.emit(Op::Compare(Comparison::Lt, low, high), Ty::Bool, span);
        let none = body.constant(Const::Int(0), U64, span);
        body.emit(Op::Select(is_any, count, none), U64, span)
    }

    /// How many items there are, an `i64`.
    pub(crate) fn sequence_length(&mut self, sequence: &Sequence, span: Span) -> Value {
        match sequence {
            Sequence::Range { start, stop, step } => {
                if self.known_word(*step) == Some(1) {
                    let distance = self.int(BinaryOp::Sub, *stop, *start, span);
                    let zero = self.word(0, span);
                    return self.int(BinaryOp::Max, distance, zero, span);
                }
                let count = self.range_count(*start, *stop, *step, span);
                convert::to(&mut self.body, count, Ty::I64, span)
            }
            Sequence::Array(array) => self.dim(*array, 0, span),
            Sequence::Flat(array) | Sequence::Elements(array) => self.size(*array, span),
            Sequence::Tuple(items) => self.word(i128::try_from(items.len()).unwrap_or(0), span),
            Sequence::Enumerate(of, _) | Sequence::Reversed(of) => self.sequence_length(of, span),
            Sequence::Zip(all) => {
                let lengths: Vec<Value> = all.iter().map(|one| self.sequence_length(one, span)).collect();
                let (first, rest) = lengths.split_first().expect("`zip` has one sequence or more");
                rest.iter().fold(*first, |least, length| self.int(BinaryOp::Min, least, *length, span))
            }
            Sequence::Indices(dims) => self.product(dims, span),
        }
    }

    /// The item of that number, which is in range.
    pub(crate) fn sequence_item(&mut self, sequence: &Sequence, number: Value, span: Span) -> Walked<Term> {
        match sequence {
            Sequence::Range { start, step, .. } => {
                let moved = self.int(BinaryOp::Mul, number, *step, span);
                Ok(Term::Value(self.int(BinaryOp::Add, *start, moved, span)))
            }
            Sequence::Array(array) => Ok(Term::Value(self.row(*array, number, span))),
            Sequence::Flat(array) => {
                let at = self.unraveled(*array, number, span);
                Ok(Term::Value(self.get_element(*array, at, span)))
            }
            Sequence::Tuple(items) => self.tuple_item(items, number, span),
            Sequence::Enumerate(of, start) => {
                let item = self.sequence_item(of, number, span)?;
                Ok(Term::Tuple(vec![Term::Value(self.int(BinaryOp::Add, *start, number, span)), item]))
            }
            Sequence::Zip(all) => {
                let items = all.iter().map(|one| self.sequence_item(one, number, span));
                items.collect::<Walked<_>>().map(Term::Tuple)
            }
            Sequence::Reversed(of) => {
                let (length, one) = (self.sequence_length(of, span), self.word(1, span));
                let last = self.int(BinaryOp::Sub, length, one, span);
                let number = self.int(BinaryOp::Sub, last, number, span);
                self.sequence_item(of, number, span)
            }
            Sequence::Indices(dims) => {
                let at = self.unraveled_in(dims, number, span);
                Ok(Term::Tuple(at.into_iter().map(Term::Value).collect()))
            }
            Sequence::Elements(array) => {
                let at = self.unraveled(*array, number, span);
                let item = Term::Value(self.get_element(*array, at.clone(), span));
                let at = Term::Tuple(at.into_iter().map(Term::Value).collect());
                Ok(Term::Tuple(vec![at, item]))
            }
        }
    }

    /// What stands along the first axis at an index that is in range: an element, or a view.
    fn row(&mut self, array: Value, index: Value, span: Span) -> Value {
        let Some(ty) = self.array_ty(array) else { return array };
        if ty.rank == 1 {
            return self.get_element(array, vec![index], span);
        }
        let stride = self.stride(array, 0, span);
        let bytes = self.int(BinaryOp::Mul, index, stride, span);
        let data = self.data(array, span);
        let data = self.moved(data, bytes, span);
        let dims = self.dims(array, span).split_off(1);
        let strides = self.strides(array, span).split_off(1);
        let order = if ty.order == tir::Order::C { tir::Order::C } else { tir::Order::Any };
        self.view(array, tir::ArrayTy { rank: ty.rank - 1, order, ..ty }, data, dims, strides, span)
    }

    fn unraveled(&mut self, array: Value, number: Value, span: Span) -> Vec<Value> {
        let dims = self.dims(array, span);
        self.unraveled_in(&dims, number, span)
    }

    /// The indices of an element by its number in C's order.
    fn unraveled_in(&mut self, dims: &[Value], number: Value, span: Span) -> Vec<Value> {
        let mut rest = number;
        let mut indices = Vec::new();
        for (axis, dim) in dims.iter().enumerate().rev() {
            if axis == 0 {
                indices.push(rest);
                break;
            }
            indices.push(self.int(BinaryOp::FloorMod, rest, *dim, span));
            rest = self.int(BinaryOp::FloorDiv, rest, *dim, span);
        }
        indices.reverse();
        indices
    }

    /// `array.flat[index]`.
    pub(crate) fn flat_place(
        &mut self,
        array: Value,
        index: pysyntax::ExprId,
        value_span: Span,
        span: Span,
    ) -> Walked<crate::places::Place> {
        let index_span = self.span_of(index);
        let value = self.walk_value(index)?;
        let Some(word) = self.index_word(value, index_span) else {
            let title = format!("`.flat` is indexed by `{}`", self.ty_name(self.body.ty(value)));
            return Err(self.error(Id::WrongOperand, index_span, title, "expected an integer"));
        };
        let size = self.size(array, span);
        let bytes = self.data(array, span);
        // Only its length matters: the index is checked against it.
        let line = tir::ArrayTy::new(tir::Element::Bool, 1, tir::Order::C);
        let line_value = self.view(array, line, bytes, vec![size], Vec::new(), span);
        let indexed = Indexed { array: line_value, ty: line, span: value_span };
        let number = self.checked_index(indexed, 0, word, span);
        let indices = self.unraveled(array, number, span);
        Ok(crate::places::Place::Element { array, indices, span })
    }

    /// `len(term)`.
    pub(crate) fn length(&mut self, args: &Args) -> Walked<Term> {
        let [arg] = self.exactly("len", args)?;
        let length = match &arg.term {
            Term::Entity(Entity::Text(text)) => {
                let count = text.chars().count();
                Some(self.word(i128::try_from(count).unwrap_or(0), args.span))
            }
            Term::Choice(choice) => {
                let length = self.known_of_each(choice, args.span, |walker, one| {
                    let arg = Arg { term: one.clone(), span: arg.span };
                    let args = Args { positional: vec![arg], named: Vec::new(), span: args.span };
                    let length = walker.length(&args)?;
                    walker.value(&length, args.span)
                });
                Some(length?)
            }
            Term::Value(value) if self.array_ty(*value).is_some_and(|ty| ty.rank == 0) => None,
            Term::Value(value) if self.array_ty(*value).is_none() => None,
            Term::Entity(_) | Term::Method(..) | Term::TupleMethod(..) | Term::Slice(_) => None,
            other => {
                let sequence = self.sequence_of(other, arg.span)?;
                Some(self.sequence_length(&sequence, args.span))
            }
        };
        let Some(length) = length else {
            let title = format!("`len` of {}", self.describe(&arg.term));
            let stop = self.error(Id::WrongArguments, arg.span, title, "expected an array or a tuple");
            return Err(match arg.term {
                Term::Value(value) if matches!(self.body.ty(value), Ty::Pointer(_)) => {
                    stop.help("pass the length as an argument")
                }
                _ => stop,
            });
        };
        Ok(Term::Value(length))
    }
}
