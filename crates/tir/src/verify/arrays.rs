//! The rules of operations on arrays and tuples.

use super::{Verifier, is_address};
use crate::{ArrayTy, Element, Order, RaiseSite, RaiseSiteId, Ty, Value};

/// What was expected, where a rule is broken.
type Rule<T = ()> = Result<T, &'static str>;

fn need(holds: bool, expected: &'static str) -> Rule {
    if holds { Ok(()) } else { Err(expected) }
}

impl Verifier<'_> {
    pub(super) fn check_tuple(&self, items: &[Value], result: Option<Ty>) -> Rule {
        let Some(Ty::Tuple(tuple)) = result else { return Err("a tuple") };
        let given = items.iter().map(|item| self.ty(*item));
        need(given.eq(tuple.items().iter().copied()), "the items of the tuple")
    }

    pub(super) fn check_item(&self, of: Value, index: u32, result: Option<Ty>) -> Rule {
        let Ty::Tuple(tuple) = self.ty(of) else { return Err("a tuple") };
        let item = usize::try_from(index).ok().and_then(|index| tuple.items().get(index));
        need(item.copied() == result, "an item of the tuple")
    }

    /// The type of an array.
    fn array(&self, value: Value) -> Rule<ArrayTy> {
        if let Ty::Array(array) = self.ty(value) { Ok(array) } else { Err("an array") }
    }

    /// Whether these are so many `i64`.
    fn are_words(&self, values: &[Value], count: usize) -> bool {
        values.len() == count && values.iter().all(|value| self.ty(*value) == Ty::I64)
    }

    pub(super) fn check_view(
        &self,
        owner: Option<Value>,
        data: Value,
        dims: &[Value],
        strides: &[Value],
        result: Option<Ty>,
    ) -> Rule {
        let made = made(result)?;
        owner.map_or(Ok(()), |owner| self.array(owner).map(drop))?;
        need(matches!(self.ty(data), Ty::Pointer(_)), "a pointer to the first element")?;
        let rank = usize::from(made.rank);
        need(self.are_words(dims, rank), "a length for each axis")?;
        let count = if made.has_strides() { rank } else { 0 };
        need(self.are_words(strides, count), "the strides that the type has")
    }

    pub(super) fn check_allocate(&self, dims: &[Value], result: Option<Ty>) -> Rule {
        let made = made(result)?;
        let has_order = made.rank == 0 || made.order != Order::Any;
        need(has_order && made.is_writable && made.is_aligned, "a type of new arrays")?;
        need(self.are_words(dims, usize::from(made.rank)), "a length for each axis")
    }

    pub(super) fn check_axis(&self, of: Value, axis: u8, result: Option<Ty>) -> Rule {
        let rank = self.array(of)?.rank;
        need(axis < rank && result == Some(Ty::I64), "an axis of the array, to `i64`")
    }

    pub(super) fn check_data(&self, of: Value, result: Option<Ty>) -> Rule {
        self.array(of)?;
        need(matches!(result, Some(Ty::Pointer(_))), "an array, to a pointer")
    }

    pub(super) fn check_index(
        &self,
        array: Value,
        axis: u8,
        index: Value,
        site: Option<RaiseSiteId>,
        result: Option<Ty>,
    ) -> Rule {
        let rank = self.array(array)?.rank;
        let is_right = axis < rank && self.ty(index) == Ty::I64 && result == Some(Ty::I64);
        need(is_right, "an axis of the array and an `i64`")?;
        let Some(site) = site else { return Ok(()) };
        let asked = self.program.raise_sites.get(site).map(RaiseSite::value_count);
        need(
            asked == Some(2 + usize::from(rank)),
            "a site that asks for the index, the length and all lengths",
        )
    }

    pub(super) fn check_load_element(&self, of: Value, indices: &[Value], result: Option<Ty>) -> Rule {
        let element = self.check_element(of, indices)?;
        need(result == Some(element), "the element of the array")
    }

    pub(super) fn check_store_element(
        &self,
        of: Value,
        indices: &[Value],
        value: Value,
        result: Option<Ty>,
    ) -> Rule {
        let element = self.check_element(of, indices)?;
        need(self.ty(value) == element, "a value of the array's element")?;
        need(self.array(of)?.is_writable && result.is_none(), "an array that is writable")
    }

    pub(super) fn check_element_address(&self, of: Value, indices: &[Value], result: Option<Ty>) -> Rule {
        let rank = self.array(of)?.rank;
        need(self.are_words(indices, usize::from(rank)), "an index for each axis")?;
        need(is_address(result), "an address as the result")
    }

    pub(super) fn check_holder(&self, value: Value, result: Option<Ty>) -> Rule {
        need(self.ty(value).holds_memory() && result.is_none(), "a value that holds memory, no result")
    }

    /// The type of the element that is read or written at these indices.
    fn check_element(&self, of: Value, indices: &[Value]) -> Rule<Ty> {
        let array = self.array(of)?;
        need(self.are_words(indices, usize::from(array.rank)), "an index for each axis")?;
        match array.element {
            Element::Bool | Element::Int(_) | Element::Float(_) | Element::Complex(_) => {
                Ok(array.element.ty())
            }
            Element::Record(_) => Err("an array of scalars"),
        }
    }
}

/// The type of the array that an operation makes.
fn made(result: Option<Ty>) -> Rule<ArrayTy> {
    if let Some(Ty::Array(array)) = result { Ok(array) } else { Err("an array as the result") }
}
