//! Sums of constant multiples, small enough that no sum of theirs overflows.

use std::collections::BTreeMap;

use tir::Value;

/// What a sum is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Term {
    /// How far a loop of the nest has come: from zero up to its last.
    Loop(usize),
    /// A value that the nest does not change, as a signed number.
    Value(Value),
    /// What the nest's header first gets for this parameter of its.
    Start(usize),
}

/// Below this is every value that is a term: it is asked before the loop.
pub(super) const VALUE_BOUND: i64 = 1 << 40;
const CONSTANT_BOUND: i64 = 1 << 40;
const FACTOR_BOUND: i64 = 1 << 18;
const MOST_TERMS: usize = 8;

/// A constant and multiples of terms. Arithmetic on 64 bits wraps, so that a chain of additions that
/// stands for such a sum equals it whatever overflows in between, if the sum itself does not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Affine {
    pub(super) constant: i64,
    pub(super) terms: BTreeMap<Term, i64>,
}

impl Affine {
    /// A constant, if it is small enough.
    pub(super) fn constant(value: i128) -> Option<Self> {
        let constant = i64::try_from(value).ok()?;
        Self { constant, terms: BTreeMap::new() }.checked()
    }

    /// One term.
    pub(super) fn term(term: Term) -> Self {
        Self { constant: 0, terms: BTreeMap::from([(term, 1)]) }
    }

    fn checked(mut self) -> Option<Self> {
        self.terms.retain(|_, factor| *factor != 0);
        let is_small = self.constant.abs() <= CONSTANT_BOUND
            && self.terms.len() <= MOST_TERMS
            && self.terms.values().all(|factor| factor.abs() <= FACTOR_BOUND);
        is_small.then_some(self)
    }

    /// The sum of this and a multiple of another.
    pub(super) fn plus(&self, other: &Self, factor: i64) -> Option<Self> {
        let mut sum = self.clone();
        sum.constant = sum.constant.checked_add(other.constant.checked_mul(factor)?)?;
        for (&term, &own) in &other.terms {
            let all = sum.terms.entry(term).or_default();
            *all = all.checked_add(own.checked_mul(factor)?)?;
        }
        sum.checked()
    }

    /// A multiple.
    pub(super) fn times(&self, factor: i64) -> Option<Self> {
        Self::default().plus(self, factor)
    }

    /// Its value, if there is no term.
    pub(super) fn as_constant(&self) -> Option<i64> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// The loops that it names.
    pub(super) fn loops(&self) -> impl Iterator<Item = usize> {
        self.terms.keys().filter_map(|term| if let Term::Loop(index) = term { Some(*index) } else { None })
    }

    /// The least or the greatest that it gets, where each loop runs from zero to its last. A loop's last
    /// names only loops before it.
    pub(super) fn end(&self, lasts: &[Option<Self>], is_greatest: bool) -> Option<Self> {
        let mut end = self.clone();
        while let Some(inner) = end.loops().max() {
            let factor = end.terms.remove(&Term::Loop(inner))?;
            if (factor > 0) == is_greatest {
                end = end.plus(lasts[inner].as_ref()?, factor)?;
            }
        }
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_those_of_a_triangle() {
        // for i up to 9, for j up to i: 2 * j - i + 3
        let (i, j) = (Affine::term(Term::Loop(0)), Affine::term(Term::Loop(1)));
        let lasts = [Affine::constant(9), Some(i.clone())];
        let sum = j.times(2).and_then(|sum| sum.plus(&i, -1)).expect("it is small");
        let sum = sum.plus(&Affine::constant(3).expect("it is small"), 1).expect("it is small");
        let end = |is_greatest| sum.end(&lasts, is_greatest).and_then(|end| end.as_constant());
        assert_eq!((end(false), end(true)), (Some(-6), Some(12)));
    }

    #[test]
    fn what_is_too_large_is_no_sum() {
        assert_eq!(Affine::constant(1 << 41), None);
        assert_eq!(Affine::term(Term::Loop(0)).times(1 << 19), None);
    }
}
