//! Operations on integers and truth values.

use tir::{BinaryOp, Comparison, IntTy, Ty, UnaryOp};

use super::{Ran, Word, fault};

/// The integer that the low bits are.
fn wrap(int: IntTy, value: i128) -> i128 {
    let unused = i128::BITS - u32::from(int.bits);
    let high = value << unused;
    if int.is_signed { high >> unused } else { (high.cast_unsigned() >> unused).cast_signed() }
}

fn wrapped(value: i128, ty: Ty) -> Ran<Word> {
    if let Ty::Int(int) = ty { Ok(Word::Int(wrap(int, value))) } else { fault("no integer") }
}

pub(super) fn unary(op: UnaryOp, a: &Word, ty: Ty) -> Ran<Word> {
    match (op, a) {
        (UnaryOp::Not, Word::Bool(value)) => Ok(Word::Bool(!value)),
        (UnaryOp::Neg, Word::Int(value)) => wrapped(-value, ty),
        (UnaryOp::Not, Word::Int(value)) => wrapped(!value, ty),
        (UnaryOp::Abs, Word::Int(value)) => wrapped(value.abs(), ty),
        (UnaryOp::Neg | UnaryOp::Not | UnaryOp::Abs | UnaryOp::Real | UnaryOp::Imag | UnaryOp::Conj, _) => {
            fault(format!("`{}` of that", op.name()))
        }
    }
}

pub(super) fn binary(op: BinaryOp, a: &Word, b: &Word, ty: Ty) -> Ran<Word> {
    if let (&Word::Bool(a), &Word::Bool(b)) = (a, b) {
        return match op {
            BinaryOp::And => Ok(Word::Bool(a & b)),
            BinaryOp::Or => Ok(Word::Bool(a | b)),
            BinaryOp::Xor => Ok(Word::Bool(a ^ b)),
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::FloorDiv
            | BinaryOp::FloorMod
            | BinaryOp::Pow
            | BinaryOp::Shl
            | BinaryOp::Shr
            | BinaryOp::Min
            | BinaryOp::Max => fault("a `bool`"),
        };
    }
    let (&Word::Int(a), &Word::Int(b)) = (a, b) else { return fault("no integers") };
    match op {
        BinaryOp::Add => wrapped(a + b, ty),
        BinaryOp::Sub => wrapped(a - b, ty),
        BinaryOp::Mul => wrapped(a.wrapping_mul(b), ty),
        BinaryOp::FloorDiv if b != 0 => wrapped(floor_div(a, b), ty),
        BinaryOp::And => wrapped(a & b, ty),
        BinaryOp::Or => wrapped(a | b, ty),
        BinaryOp::Xor => wrapped(a ^ b, ty),
        BinaryOp::Min => wrapped(a.min(b), ty),
        BinaryOp::Max => wrapped(a.max(b), ty),
        BinaryOp::Div
        | BinaryOp::FloorDiv
        | BinaryOp::FloorMod
        | BinaryOp::Pow
        | BinaryOp::Shl
        | BinaryOp::Shr => fault(format!("`{}` of those", op.name())),
    }
}

const fn floor_div(a: i128, b: i128) -> i128 {
    let is_rounded_up = a % b != 0 && (a < 0) != (b < 0);
    if is_rounded_up { a / b - 1 } else { a / b }
}

pub(super) fn compare(op: Comparison, a: &Word, b: &Word) -> Ran<Word> {
    let order = match (a, b) {
        (Word::Int(a), Word::Int(b)) => a.cmp(b),
        (Word::Bool(a), Word::Bool(b)) => a.cmp(b),
        (Word::Address(a), Word::Address(b)) => (a.memory, a.offset).cmp(&(b.memory, b.offset)),
        _ => return fault("no comparison"),
    };
    Ok(Word::Bool(match op {
        Comparison::Eq => order.is_eq(),
        Comparison::Ne => order.is_ne(),
        Comparison::Lt => order.is_lt(),
        Comparison::Le => order.is_le(),
        Comparison::Gt => order.is_gt(),
        Comparison::Ge => order.is_ge(),
    }))
}

pub(super) fn convert(a: &Word, ty: Ty) -> Ran<Word> {
    match a {
        Word::Int(value) => wrapped(*value, ty),
        Word::Bool(value) => wrapped(i128::from(*value), ty),
        Word::Address(address) if matches!(ty, Ty::Pointer(_)) => Ok(Word::Address(*address)),
        Word::Unit | Word::Address(_) | Word::Array(_) | Word::Tuple(_) => fault("no conversion"),
    }
}
