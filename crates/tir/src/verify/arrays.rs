//! The rules of operations on arrays.

use super::Verifier;
use crate::{ArrayTy, Element, Order, RaiseSite, RaiseSiteId, Ty, Value};

/// What was expected, where a rule is broken.
type Rule<T = ()> = Result<T, &'static str>;

fn need(holds: bool, expected: &'static str) -> Rule {
    if holds { Ok(()) } else { Err(expected) }
}

impl Verifier<'_> {
    /// The type of an array.
    pub(super) fn array(&self, value: Value) -> Rule<ArrayTy> {
        if let Ty::Array(array) = self.ty(value) { Ok(array) } else { Err("an array") }
    }

    /// Whether these are so many `i64`.
    pub(super) fn are_words(&self, values: &[Value], count: usize) -> bool {
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

    /// The site of an index into such an array.
    pub(super) fn check_index_site(&self, array: ArrayTy, site: Option<RaiseSiteId>) -> Rule {
        let Some(site) = site else { return Ok(()) };
        let asked = self.program.raise_sites.get(site).map(RaiseSite::value_count);
        need(asked == Some(2 + usize::from(array.rank)), "a site that asks for the index, the length and all lengths")
    }

    /// The type of the element that is read or written at these indices.
    pub(super) fn check_element(&self, of: Value, indices: &[Value]) -> Rule<Ty> {
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
