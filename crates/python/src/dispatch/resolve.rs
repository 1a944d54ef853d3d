//! Which of the signatures that a function was given serves a call.
//!
//! As in Numba: an exact match, else the one for which the fewest arguments are converted with a loss, then
//! with none, then widened.

use tir::{FloatTy, IntTy, Ty};

use super::argument::Argument;
use super::convert::serves;

/// What the arguments of a call cost, the worst first: lossy, safe and widening conversions.
type Cost = (u32, u32, u32);

/// The best of the signatures, by its place: the first of those that cost the least.
pub(super) fn resolve<'a>(
    given: &[Argument],
    signatures: impl Iterator<Item = &'a [Argument]>,
) -> Option<usize> {
    let costs = signatures.enumerate().filter_map(|(index, wanted)| Some((cost(given, wanted)?, index)));
    costs.min().map(|(_, index)| index)
}

fn cost(given: &[Argument], wanted: &[Argument]) -> Option<Cost> {
    if given.len() != wanted.len() {
        return None;
    }
    given.iter().zip(wanted).try_fold((0, 0, 0), |all, (given, wanted)| {
        let one = cost_of_one(given, wanted)?;
        Some((all.0 + one.0, all.1 + one.1, all.2 + one.2))
    })
}

const EXACT: Cost = (0, 0, 0);
const WIDENING: Cost = (0, 0, 1);
const SAFE: Cost = (0, 1, 0);
const LOSSY: Cost = (1, 0, 0);

fn cost_of_one(given: &Argument, wanted: &Argument) -> Option<Cost> {
    match (given, wanted) {
        (a, b) if a == b => Some(EXACT),
        (Argument::Value(a), Argument::Value(b)) => cost_of_value(*a, *b),
        (Argument::Tuple(a), Argument::Tuple(b)) => cost(a, b),
        (Argument::Named(class, a), Argument::Named(other, b)) if class == other => cost(a, b),
        (Argument::Value(Ty::Unit), Argument::Optional(_)) => Some(WIDENING),
        (given, Argument::Optional(held)) => {
            let (lossy, safe, widening) = cost_of_one(given, held)?;
            Some((lossy, safe, widening + 1))
        }
        (
            Argument::Value(_)
            | Argument::Tuple(_)
            | Argument::Named(..)
            | Argument::Optional(_)
            | Argument::Text(_)
            | Argument::Function(_),
            _,
        ) => None,
    }
}

fn cost_of_value(given: Ty, wanted: Ty) -> Option<Cost> {
    match (given, wanted) {
        (Ty::Array(a), Ty::Array(b)) => serves(a, b).then_some(WIDENING),
        (Ty::Bool, Ty::Int(_) | Ty::Float(_) | Ty::Complex(_)) => Some(SAFE),
        (Ty::Int(a), Ty::Int(b)) => Some(cost_of_int(a, b)),
        (Ty::Int(a), Ty::Float(b) | Ty::Complex(b)) => {
            Some(if u32::from(a.bits) < b.bits() || b == FloatTy::F64 { SAFE } else { LOSSY })
        }
        (Ty::Float(a), Ty::Float(b)) | (Ty::Complex(a), Ty::Complex(b)) => {
            Some(if a < b { WIDENING } else { LOSSY })
        }
        (Ty::Float(a), Ty::Complex(b)) => Some(if a <= b { SAFE } else { LOSSY }),
        (Ty::Float(_), Ty::Int(_)) | (Ty::Int(_) | Ty::Float(_), Ty::Bool) => Some(LOSSY),
        (
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_),
            _,
        ) => None,
    }
}

fn cost_of_int(given: IntTy, wanted: IntTy) -> Cost {
    match (given.is_signed, wanted.is_signed) {
        (a, b) if a == b && given.bits < wanted.bits => WIDENING,
        (false, true) if given.bits < wanted.bits => SAFE,
        _ => LOSSY,
    }
}
