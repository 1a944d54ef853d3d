//! `array[…]`: an element, a view, or elements that arrays choose.

use diagnostic::Id;
use pysyntax::ExprId;
use source::Span;
use tir::{ArrayTy, BinaryOp, Comparison, Op, Order, RaiseArg, RaiseSite, Ty, Value};

use crate::arrays::index_items::{IndexItem, Range};
use crate::places::Place;
use crate::stop::Walked;
use crate::walk::Walker;

/// The array that is indexed, with the text that names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed {
    pub(crate) array: Value,
    pub(crate) ty: ArrayTy,
    pub(crate) span: Span,
}

/// Elements that arrays of indices choose: which index of the array each axis of the result gives.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) array: Value,
    /// For each axis of the array.
    pub(crate) sources: Vec<Source>,
    /// The lengths of the result.
    pub(crate) dims: Vec<Value>,
}

/// Where the index of an axis comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// One index for all.
    Fixed(Value),
    /// An array, broadcast over these many axes of the result from this one on.
    Array(Value, usize, usize),
    /// A slice, along this axis of the result.
    Slice(Value, Value, usize),
}

impl Walker<'_, '_> {
    /// The place that `array[index]` names.
    pub(crate) fn array_place(&mut self, indexed: Indexed, index: ExprId, span: Span) -> Walked<Place> {
        let items = self.index_items(index)?;
        self.place_of_items(indexed, items, span)
    }

    /// The place that these items name.
    pub(crate) fn place_of_items(
        &mut self,
        indexed: Indexed,
        items: Vec<IndexItem>,
        span: Span,
    ) -> Walked<Place> {
        let is_element = items.iter().all(|item| matches!(item, IndexItem::At(..)))
            && items.len() == usize::from(indexed.ty.rank);
        if is_element {
            let mut indices = Vec::new();
            for (axis, item) in items.iter().enumerate() {
                if let IndexItem::At(index) = item {
                    indices.push(self.checked_index(indexed, axis, *index, span));
                }
            }
            return Ok(Place::Element { array: indexed.array, indices, span });
        }
        if let [IndexItem::Mask(mask, _)] = &items[..]
            && mask.rank == indexed.ty.rank
        {
            return Ok(Place::Masked { array: indexed.array, mask: mask.clone(), span });
        }
        let items = self.spread(indexed, items, span)?;
        if items.iter().any(|item| matches!(item, IndexItem::Mask(..) | IndexItem::Fancy(..))) {
            return self.chosen_place(indexed, &items, span);
        }
        Ok(Place::Part { array: self.basic_view(indexed, &items, span), span })
    }

    /// The items with one for each axis: the ellipsis and what is left out are whole slices.
    fn spread(&mut self, indexed: Indexed, items: Vec<IndexItem>, span: Span) -> Walked<Vec<IndexItem>> {
        let rank = usize::from(indexed.ty.rank);
        let given: usize = items.iter().map(IndexItem::axes).sum();
        if given > rank {
            let title = format!("{given} indices for an array of {rank} axes");
            return Err(self.error(Id::WrongOperand, span, title, format!("expected at most {rank}")));
        }
        if items.iter().filter(|item| matches!(item, IndexItem::Ellipsis)).count() > 1 {
            let title = "an index has more than one ellipsis";
            return Err(self.error(Id::WrongOperand, span, title, "expected at most one `...`"));
        }
        let whole = IndexItem::Slice(None, None, None);
        let missing = vec![whole; rank - given];
        let mut all = Vec::new();
        let mut is_spread = false;
        for item in items {
            if matches!(item, IndexItem::Ellipsis) {
                all.extend(missing.iter().cloned());
                is_spread = true;
            } else {
                all.push(item);
            }
        }
        if !is_spread {
            all.extend(missing);
        }
        Ok(all)
    }

    /// An index of an axis: from the end where it is negative, and inside of the array.
    pub(crate) fn checked_index(&mut self, indexed: Indexed, axis: usize, index: Value, span: Span) -> Value {
        if self.frame().is_prelude() {
            // The prelude's own indices are right.
            return index;
        }
        let site = self.options.boundscheck.then(|| {
            let pieces = self.index_message(indexed, axis);
            let class = self.exception_class("IndexError");
            let args = vec![RaiseArg::Format(pieces)];
            self.body.site(RaiseSite { class, function: self.id(), span, args })
        });
        let op = Op::Index { array: indexed.array, axis: super::axis_number(axis), index, site };
        self.body.emit(op, Ty::I64, span)
    }

    /// What is said of an index outside of the array; the index and the lengths come between.
    fn index_message(&self, indexed: Indexed, axis: usize) -> Vec<String> {
        let rank = usize::from(indexed.ty.rank);
        let text = self.source().slice(indexed.span);
        let name = if text.len() <= 40 && !text.contains('\n') { text } else { "the array" };
        let mut pieces = vec![
            "index ".to_owned(),
            format!(" is out of bounds for axis {axis} with size "),
            format!(": `{name}` has shape ("),
        ];
        pieces.extend(std::iter::repeat_n(", ".to_owned(), rank - 1));
        pieces.push(if rank == 1 { ",)".to_owned() } else { ")".to_owned() });
        pieces
    }

    /// The view that integers, slices and new axes name.
    fn basic_view(&mut self, indexed: Indexed, items: &[IndexItem], span: Span) -> Value {
        let mut data = self.data(indexed.array, span);
        let (mut dims, mut strides) = (Vec::new(), Vec::new());
        let mut axis = 0;
        for item in items {
            match item {
                IndexItem::At(index) => {
                    let index = self.checked_index(indexed, axis, *index, span);
                    let stride = self.stride(indexed.array, axis, span);
                    let bytes = self.int(BinaryOp::Mul, index, stride, span);
                    data = self.moved(data, bytes, span);
                    axis += 1;
                }
                IndexItem::Slice(lower, upper, step) => {
                    let length = self.dim(indexed.array, axis, span);
                    let stride = self.stride(indexed.array, axis, span);
                    let Range { start, step, count } =
                        self.slice_range((*lower, *upper, *step), length, span);
                    let bytes = self.int(BinaryOp::Mul, start, stride, span);
                    data = self.moved(data, bytes, span);
                    dims.push(count);
                    strides.push(self.int(BinaryOp::Mul, step, stride, span));
                    axis += 1;
                }
                IndexItem::NewAxis => {
                    dims.push(self.word(1, span));
                    strides.push(self.word(i128::from(self.item_size(indexed.ty.element)), span));
                }
                IndexItem::Ellipsis | IndexItem::Mask(..) | IndexItem::Fancy(..) => {}
            }
        }
        let order = view_order(indexed.ty, items, &|value| self.known_word(value));
        let ty = ArrayTy { rank: super::axis_number(dims.len()), order, ..indexed.ty };
        self.view(indexed.array, ty, data, dims, strides, span)
    }

    /// The place that arrays of indices choose, perhaps beside slices and integers.
    fn chosen_place(&mut self, indexed: Indexed, items: &[IndexItem], span: Span) -> Walked<Place> {
        let items = self.without_masks(indexed, items, span)?;
        let mut arrays = Vec::new();
        for item in &items {
            arrays.push(match item {
                IndexItem::Fancy(lazy, at) => Some(self.force(lazy, *at)?),
                IndexItem::At(..)
                | IndexItem::Slice(..)
                | IndexItem::NewAxis
                | IndexItem::Ellipsis
                | IndexItem::Mask(..) => None,
            });
        }
        let shapes: Vec<Vec<Value>> = arrays.iter().flatten().map(|array| self.dims(*array, span)).collect();
        let text = "shape mismatch: indexing arrays could not be broadcast together with shapes ";
        let common = self.broadcast_or(&shapes, "IndexError", text, span);
        let chooses: Vec<usize> = (0..items.len())
            .filter(|index| arrays[*index].is_some() || matches!(items[*index], IndexItem::At(..)))
            .collect();
        let is_together = chooses.windows(2).all(|pair| pair[1] == pair[0] + 1);
        // Where the chosen axes stand in the result: in place if they are side by side, else first.
        let first = if is_together {
            items[..chooses[0]]
                .iter()
                .filter(|item| matches!(item, IndexItem::Slice(..) | IndexItem::NewAxis))
                .count()
        } else {
            0
        };
        Ok(self.chosen(indexed, &items, &arrays, (&common, first), span))
    }

    /// The items with an array of indices for each axis of an array of truth values: where it is true.
    fn without_masks(&mut self, indexed: Indexed, items: &[IndexItem], span: Span) -> Walked<Vec<IndexItem>> {
        let dims = self.dims(indexed.array, span);
        let mut plain = Vec::new();
        let mut axis = 0;
        for item in items {
            let IndexItem::Mask(mask, at) = item else {
                plain.push(item.clone());
                axis += item.axes();
                continue;
            };
            let mask = self.force(mask, *at)?;
            let own = self.dims(mask, *at);
            self.check_mask(&own, &dims, axis, span);
            axis += own.len();
            let found = self.call_prelude("array.positions", &[mask], *at)?;
            let found = self.value(&found, *at)?;
            for (number, length) in own.iter().enumerate() {
                let inner = self.product(&own[number + 1..], span);
                let along = if own.len() == 1 {
                    found
                } else {
                    let along = self.call_prelude("array.positions_along", &[found, inner, *length], *at)?;
                    self.value(&along, *at)?
                };
                plain.push(IndexItem::Fancy(self.lazy_array(along), *at));
            }
        }
        Ok(plain)
    }

    /// Raises where any index of the arrays is outside.
    pub(crate) fn check_chosen(&mut self, chosen: &Chosen, indexed: Indexed, span: Span) -> Walked<()> {
        for (axis, source) in chosen.sources.iter().enumerate() {
            let Source::Array(array, ..) = source else { continue };
            let dims = self.dims(*array, span);
            self.loop_nest(&dims, true, span, &mut |walker, at| {
                let index = walker.get_element(*array, at.to_vec(), span);
                let index = walker.index_word(index, span).unwrap_or(index);
                walker.checked_index(indexed, axis, index, span);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn chosen(
        &mut self,
        indexed: Indexed,
        items: &[IndexItem],
        arrays: &[Option<Value>],
        (common, first): (&[Value], usize),
        span: Span,
    ) -> Place {
        let mut dims: Vec<Value> = Vec::new();
        let mut sources = Vec::new();
        let mut axis = 0;
        let place =
            |dims: &Vec<Value>| if dims.len() < first { dims.len() } else { dims.len() + common.len() };
        for (item, array) in items.iter().zip(arrays) {
            if let Some(array) = array {
                sources.push(Source::Array(*array, first, common.len()));
                axis += 1;
                continue;
            }
            match item {
                IndexItem::At(index) => {
                    let index = self.checked_index(indexed, axis, *index, span);
                    sources.push(Source::Fixed(index));
                    axis += 1;
                }
                IndexItem::Slice(lower, upper, step) => {
                    let length = self.dim(indexed.array, axis, span);
                    let range = self.slice_range((*lower, *upper, *step), length, span);
                    sources.push(Source::Slice(range.start, range.step, place(&dims)));
                    dims.push(range.count);
                    axis += 1;
                }
                IndexItem::NewAxis => dims.push(self.word(1, span)),
                IndexItem::Ellipsis | IndexItem::Mask(..) | IndexItem::Fancy(..) => {}
            }
        }
        dims.splice(first..first, common.iter().copied());
        Place::Chosen { chosen: Chosen { array: indexed.array, sources, dims }, indexed, span }
    }

    /// The indices of the array for indices of the result.
    pub(crate) fn chosen_indices(
        &mut self,
        chosen: &Chosen,
        indexed: Indexed,
        at: &[Value],
        span: Span,
    ) -> Vec<Value> {
        let mut indices = Vec::new();
        for (axis, source) in chosen.sources.clone().into_iter().enumerate() {
            let index = match source {
                Source::Fixed(index) => index,
                Source::Slice(start, step, own) => {
                    let moved = self.int(BinaryOp::Mul, at[own], step, span);
                    self.int(BinaryOp::Add, start, moved, span)
                }
                Source::Array(array, first, count) => {
                    let own = self.broadcast_indices(array, &at[first..first + count], span);
                    let index = self.get_element(array, own, span);
                    let index = self.index_word(index, span).unwrap_or(index);
                    self.checked_index(indexed, axis, index, span)
                }
            };
            indices.push(index);
        }
        indices
    }

    /// Indices of an array that is broadcast to more or longer axes.
    pub(crate) fn broadcast_indices(&mut self, array: Value, at: &[Value], span: Span) -> Vec<Value> {
        let rank = self.array_ty(array).map_or(0, |ty| usize::from(ty.rank));
        let (zero, one) = (self.word(0, span), self.word(1, span));
        let own = &at[at.len().saturating_sub(rank)..];
        let mut indices = Vec::new();
        for (axis, index) in own.iter().enumerate() {
            let length = self.dim(array, axis, span);
            let is_single = match self.known_word(length) {
                Some(known) => self.body.constant(tir::Const::Bool(known == 1), Ty::Bool, span),
                None => self.test(Comparison::Eq, length, one, span),
            };
            indices.push(self.either(is_single, zero, *index, span));
        }
        indices
    }

    /// A new array of the chosen elements.
    pub(crate) fn take_chosen(&mut self, chosen: &Chosen, indexed: Indexed, span: Span) -> Walked<Value> {
        let size = self.product(&chosen.dims, span);
        let zero = self.word(0, span);
        let is_empty = self.test(Comparison::Eq, size, zero, span);
        self.if_else(is_empty, &mut |walker| walker.check_chosen(chosen, indexed, span), &mut |_| Ok(()))?;
        let result = self.allocate(indexed.ty.element, chosen.dims.clone(), Order::C, false, span);
        self.loop_nest(&chosen.dims, true, span, &mut |walker, at| {
            let from = walker.chosen_indices(chosen, indexed, at, span);
            let value = walker.get_element(chosen.array, from, span);
            walker.set_element(result, at.to_vec(), &crate::term::Term::Value(value), span)
        })?;
        Ok(result)
    }
}

/// The order of a view: without gaps where integers are followed by at most one slice of step 1,
/// and whole axes after that, from the slow end.
fn view_order(ty: ArrayTy, items: &[IndexItem], known: &dyn Fn(Value) -> Option<i128>) -> Order {
    let is_whole = |item: &IndexItem| matches!(item, IndexItem::Slice(None, None, None) | IndexItem::NewAxis);
    let is_dense = |item: &IndexItem| match item {
        IndexItem::Slice(_, _, step) => step.is_none_or(|step| known(step) == Some(1)),
        IndexItem::NewAxis => true,
        IndexItem::At(..) | IndexItem::Ellipsis | IndexItem::Mask(..) | IndexItem::Fancy(..) => false,
    };
    let is_at = |item: &IndexItem| matches!(item, IndexItem::At(..));
    let keeps = |items: &mut dyn Iterator<Item = &IndexItem>| {
        let mut rest = items.skip_while(|item| is_at(item) || matches!(item, IndexItem::NewAxis));
        rest.next().is_none_or(is_dense) && rest.all(is_whole)
    };
    let rank = items.iter().filter(|item| !is_at(item)).count();
    match ty.order {
        Order::C if keeps(&mut items.iter()) => Order::C,
        Order::F if keeps(&mut items.iter().rev()) => {
            if rank < 2 {
                Order::C
            } else {
                Order::F
            }
        }
        Order::C | Order::F | Order::Any if rank == 0 => Order::C,
        Order::C | Order::F | Order::Any => Order::Any,
    }
}
