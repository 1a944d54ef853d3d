//! Operations on constants become constants: those that checks are made of.
//!
//! Comparisons, truth values and conversions between number types; arithmetic is LLVM's to fold.

use arena::SideMap;
use tir::{BinaryOp, Comparison, Const, FloatTy, Function, IntTy, Op, Ty, UnaryOp, Value};

/// Replaces what can be computed now.
pub(crate) fn fold(function: &mut Function) {
    let mut known: SideMap<Value, Option<Const>> = SideMap::default();
    let mut is_settled = false;
    while !is_settled {
        is_settled = true;
        for id in function.insts.ids() {
            let Some(result) = function.insts[id].result.filter(|&result| known[result].is_none()) else {
                continue;
            };
            let folded = evaluate(&function.insts[id].op, function.values[result], &known);
            if let Some(constant) = folded {
                known[result] = Some(constant);
                function.insts[id].op = Op::Const(constant);
                is_settled = false;
            }
        }
    }
}

/// The constant that an operation of result type `ty` is, if its operands are known.
fn evaluate(op: &Op, ty: Ty, known: &SideMap<Value, Option<Const>>) -> Option<Const> {
    if let Op::Const(constant) = op {
        return Some(rounded(*constant, ty));
    }
    if let Op::Convert(value) = op {
        return convert(known[*value]?, ty);
    }
    if let Op::Compare(op, left, right) = op {
        return compare(*op, known[*left]?, known[*right]?).map(Const::Bool);
    }
    if let Op::Unary(UnaryOp::Not, value) = op
        && let Const::Bool(value) = known[*value]?
    {
        return Some(Const::Bool(!value));
    }
    if let Op::Binary(op, left, right) = op
        && let (Const::Bool(left), Const::Bool(right)) = (known[*left]?, known[*right]?)
    {
        return logic(*op, left, right).map(Const::Bool);
    }
    if let Op::Select(condition, then, otherwise) = op
        && let Const::Bool(condition) = known[*condition]?
    {
        return known[if condition { *then } else { *otherwise }];
    }
    None
}

/// A constant as its type holds it.
fn rounded(constant: Const, ty: Ty) -> Const {
    match (constant, ty) {
        #[expect(clippy::cast_possible_truncation, reason = "this is the rounding that the type means")]
        (Const::Float(value), Ty::Float(FloatTy::F32)) => Const::Float(f64::from(value as f32)),
        _ => constant,
    }
}

fn compare(op: Comparison, left: Const, right: Const) -> Option<bool> {
    let order = match (left, right) {
        (Const::Int(left), Const::Int(right)) => Some(left.cmp(&right)),
        (Const::Bool(left), Const::Bool(right)) => Some(left.cmp(&right)),
        (Const::Float(left), Const::Float(right)) => left.partial_cmp(&right),
        _ => return None,
    };
    Some(match op {
        Comparison::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::Ne => !order.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::Le => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::Ge => order.is_some_and(std::cmp::Ordering::is_ge),
    })
}

fn logic(op: BinaryOp, left: bool, right: bool) -> Option<bool> {
    if op == BinaryOp::And {
        Some(left & right)
    } else if op == BinaryOp::Or {
        Some(left | right)
    } else if op == BinaryOp::Xor {
        Some(left ^ right)
    } else {
        None
    }
}

/// A constant in another number type; what depends on rounding twice or on saturation is left.
fn convert(value: Const, ty: Ty) -> Option<Const> {
    match (value, ty) {
        (Const::Bool(value), Ty::Int(_)) => Some(Const::Int(i128::from(value))),
        (Const::Bool(value), Ty::Float(_)) => Some(Const::Float(f64::from(u8::from(value)))),
        (Const::Int(value), Ty::Int(int)) => Some(Const::Int(wrap(int, value))),
        (Const::Int(value), Ty::Float(float)) => exact_float(value, float).map(Const::Float),
        (Const::Float(value), Ty::Float(FloatTy::F64)) => Some(Const::Float(value)),
        _ => None,
    }
}

/// The integer that the low bits are.
fn wrap(int: IntTy, value: i128) -> i128 {
    let unused = i128::BITS - u32::from(int.bits);
    let high = value << unused;
    if int.is_signed { high >> unused } else { (high.cast_unsigned() >> unused).cast_signed() }
}

/// An integer that is small enough to be a float of the type without rounding.
fn exact_float(value: i128, float: FloatTy) -> Option<f64> {
    let bound = match float {
        FloatTy::F32 => 1 << 24,
        FloatTy::F64 => 1_i128 << 53,
    };
    if value.abs() > bound {
        return None;
    }
    let high = i32::try_from(value >> 32).ok()?;
    let low = u32::try_from(value & 0xffff_ffff).ok()?;
    Some(f64::from(high) * 4_294_967_296.0 + f64::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_become_floats_where_they_fit() {
        for value in [0, 1, -1, 7, -4_294_967_297, (1 << 53) - 1, -(1 << 53)] {
            let float = exact_float(value, FloatTy::F64).expect("it fits");
            assert_eq!(format!("{float:.0}"), value.to_string());
        }
        assert_eq!(exact_float((1 << 53) + 1, FloatTy::F64), None);
        assert_eq!(exact_float(1 << 25, FloatTy::F32), None);
    }

    #[test]
    fn integers_wrap_to_their_width() {
        let byte = |is_signed| IntTy { bits: 8, is_signed };
        assert_eq!(
            (wrap(byte(true), 200), wrap(byte(false), -1), wrap(IntTy::I64, 1 << 63)),
            (-56, 255, i64::MIN.into())
        );
    }
}
