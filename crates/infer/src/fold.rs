//! Operations on constants whose result is a constant. Only what decides types and checks is
//! computed here: conversions, signs, comparisons, logic. The rest is the optimiser's.

use tir::{Comparison, Const, FloatTy, IntTy, Intrinsic, Op, Ty, UnaryOp, Value};

use crate::body::Body;

/// The constant that `op` gives as a `ty`, if it is known.
pub(crate) fn fold(body: &Body, op: &Op, ty: Ty) -> Option<Const> {
    let known = |value: Value| body.as_const(value);
    match op {
        Op::Convert(value) => convert(known(*value)?, body.ty(*value), ty),
        Op::Unary(UnaryOp::Neg, value) => negate(known(*value)?, ty),
        Op::Unary(UnaryOp::Not, value) => match known(*value)? {
            Const::Bool(value) => Some(Const::Bool(!value)),
            Const::Unit | Const::Int(_) | Const::Float(_) | Const::Complex(..) => None,
        },
        Op::Compare(comparison, a, b) => compare(*comparison, known(*a)?, known(*b)?),
        Op::Binary(tir::BinaryOp::And, a, b) => logic(known(*a), known(*b), false),
        Op::Binary(tir::BinaryOp::Or, a, b) => logic(known(*a), known(*b), true),
        Op::Intrinsic(Intrinsic::IsNan, args) => match known(*args.first()?)? {
            Const::Float(value) => Some(Const::Bool(value.is_nan())),
            Const::Unit | Const::Bool(_) | Const::Int(_) | Const::Complex(..) => None,
        },
        Op::Const(_)
        | Op::Unary(..)
        | Op::Binary(..)
        | Op::Select(..)
        | Op::Intrinsic(..)
        | Op::Call(..)
        | Op::CallC(..)
        | Op::CallPointer(..)
        | Op::CallRuntime(..)
        | Op::Print(..)
        | Op::SlotAddress(_)
        | Op::Load(_)
        | Op::Store(..)
        | Op::Offset(..)
        | Op::FieldAddress(..)
        | Op::LoadBits { .. }
        | Op::StoreBits { .. }
        | Op::CopyRecord(..)
        | Op::Tuple(_)
        | Op::Item(..)
        | Op::View { .. }
        | Op::Allocate { .. }
        | Op::Dim(..)
        | Op::Stride(..)
        | Op::Data(_)
        | Op::Index { .. }
        | Op::LoadElement(..)
        | Op::StoreElement(..)
        | Op::ElementAddress(..)
        | Op::Retain(_)
        | Op::Release(_)
        | Op::Poll(_)
        | Op::Error(_) => None,
    }
}

/// `and` (absorbed by false) and `or` (absorbed by true) of truth values.
fn logic(a: Option<Const>, b: Option<Const>, absorbing: bool) -> Option<Const> {
    let known = |value| match value {
        Some(Const::Bool(value)) => Some(value),
        Some(Const::Unit | Const::Int(_) | Const::Float(_) | Const::Complex(..)) | None => None,
    };
    match (known(a), known(b)) {
        (Some(a), _) if a == absorbing => Some(Const::Bool(absorbing)),
        (_, Some(b)) if b == absorbing => Some(Const::Bool(absorbing)),
        (Some(_), Some(_)) => Some(Const::Bool(!absorbing)),
        (Some(_) | None, _) => None,
    }
}

/// The integer in the range of its type.
pub(crate) fn wrap(value: i128, ty: IntTy) -> i128 {
    let modulus = 1_i128 << ty.bits;
    let low = value.rem_euclid(modulus);
    if ty.is_signed && low >= modulus / 2 { low - modulus } else { low }
}

fn negate(value: Const, ty: Ty) -> Option<Const> {
    match (value, ty) {
        (Const::Int(value), Ty::Int(int)) => Some(Const::Int(wrap(-value, int))),
        (Const::Float(value), _) => Some(Const::Float(-value)),
        (Const::Complex(real, imaginary), _) => Some(Const::Complex(-real, -imaginary)),
        (Const::Unit | Const::Bool(_) | Const::Int(_), _) => None,
    }
}

fn convert(value: Const, from: Ty, to: Ty) -> Option<Const> {
    if matches!(from, Ty::Pointer(_) | Ty::Record(_)) {
        return matches!(to, Ty::Pointer(_)).then_some(value);
    }
    let value = match value {
        Const::Bool(value) => Const::Int(i128::from(value)),
        other @ (Const::Unit | Const::Int(_) | Const::Float(_) | Const::Complex(..)) => other,
    };
    match (value, to) {
        (Const::Int(value), Ty::Int(int)) => Some(Const::Int(wrap(value, int))),
        (Const::Int(value), Ty::Float(float)) => Some(Const::Float(round(int_to_float(value), float))),
        (Const::Int(value), Ty::Complex(float)) => {
            Some(Const::Complex(round(int_to_float(value), float), 0.0))
        }
        (Const::Float(value), Ty::Float(float)) => Some(Const::Float(round(value, float))),
        (Const::Float(value), Ty::Complex(float)) => Some(Const::Complex(round(value, float), 0.0)),
        (Const::Complex(real, imaginary), Ty::Complex(float)) => {
            Some(Const::Complex(round(real, float), round(imaginary, float)))
        }
        (Const::Int(_) | Const::Float(_) | Const::Complex(..) | Const::Unit | Const::Bool(_), _) => None,
    }
}

/// Rounded to nearest, as the machine converts 64-bit integers.
#[expect(clippy::cast_precision_loss, reason = "rounding is what is asked for")]
fn int_to_float(value: i128) -> f64 {
    value as f64
}

/// Rounded to the precision of `ty`.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
fn round(value: f64, ty: FloatTy) -> f64 {
    match ty {
        FloatTy::F32 => f64::from(value as f32),
        FloatTy::F64 => value,
    }
}

fn compare(comparison: Comparison, a: Const, b: Const) -> Option<Const> {
    let ordering = match (a, b) {
        (Const::Int(a), Const::Int(b)) => Some(a.cmp(&b)),
        (Const::Bool(a), Const::Bool(b)) => Some(a.cmp(&b)),
        (Const::Float(a), Const::Float(b)) => a.partial_cmp(&b),
        (Const::Unit | Const::Bool(_) | Const::Int(_) | Const::Float(_) | Const::Complex(..), _) => {
            return None;
        }
    };
    Some(Const::Bool(match comparison {
        Comparison::Eq => ordering.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::Ne => ordering.is_none_or(std::cmp::Ordering::is_ne),
        Comparison::Lt => ordering.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::Le => ordering.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Gt => ordering.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::Ge => ordering.is_some_and(std::cmp::Ordering::is_ge),
    }))
}
