//! Which number type holds the values of two.
//!
//! Arithmetic follows Numba: integers compute in at least 64 bits, unsigned only where both are.
//! Where paths of a program meet, the smallest type that holds both is taken, as `numpy` promotes.

use tir::{FloatTy, IntTy, Ty};

/// The type in which arithmetic on two numbers is done.
pub(crate) fn arithmetic(a: Ty, b: Ty) -> Option<Ty> {
    match (widen(a)?, widen(b)?) {
        (Ty::Int(a), Ty::Int(b)) => Some(Ty::Int(if a == b { a } else { IntTy::I64 })),
        // A small integer does not make a `float32` larger.
        _ => join(a, b),
    }
}

/// The type in which arithmetic on one number is done: integers have 64 bits.
pub(crate) fn widen(ty: Ty) -> Option<Ty> {
    match ty {
        Ty::Bool => Some(Ty::I64),
        Ty::Int(int) => Some(Ty::Int(IntTy { bits: 64, ..int })),
        Ty::Float(_) | Ty::Complex(_) => Some(ty),
        Ty::Unit | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => None,
    }
}

/// The float type in which a function of real numbers works: that of a float, else `float64`.
pub(crate) fn float(ty: Ty) -> Option<FloatTy> {
    match ty {
        Ty::Float(float) => Some(float),
        Ty::Bool | Ty::Int(_) => Some(FloatTy::F64),
        Ty::Unit | Ty::Complex(_) | Ty::Pointer(_) | Ty::Record(_) | Ty::Array(_) | Ty::Tuple(_) => None,
    }
}

/// The smallest type that holds the values of both.
pub(crate) fn join(a: Ty, b: Ty) -> Option<Ty> {
    if a == b {
        return Some(a);
    }
    match (a, b) {
        // A truth value is a value of every number type, a null pointer of every pointer type.
        (Ty::Bool, Ty::Int(_) | Ty::Float(_) | Ty::Complex(_)) | (Ty::Unit, Ty::Pointer(_)) => Some(b),
        (Ty::Int(_) | Ty::Float(_) | Ty::Complex(_), Ty::Bool) | (Ty::Pointer(_), Ty::Unit) => Some(a),
        (Ty::Int(a), Ty::Int(b)) => Some(join_ints(a, b)),
        (Ty::Int(int), Ty::Float(float)) | (Ty::Float(float), Ty::Int(int)) => {
            Some(Ty::Float(float.max(exact(int))))
        }
        (Ty::Float(a), Ty::Float(b)) => Some(Ty::Float(a.max(b))),
        (Ty::Complex(part), Ty::Int(int)) | (Ty::Int(int), Ty::Complex(part)) => {
            Some(Ty::Complex(part.max(exact(int))))
        }
        (Ty::Complex(a), Ty::Float(b) | Ty::Complex(b)) | (Ty::Float(a), Ty::Complex(b)) => {
            Some(Ty::Complex(a.max(b)))
        }
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

/// The smallest float that holds the integers exactly, or the largest there is.
fn exact(int: IntTy) -> FloatTy {
    if int.bits <= 16 { FloatTy::F32 } else { FloatTy::F64 }
}

fn join_ints(a: IntTy, b: IntTy) -> Ty {
    if a.is_signed == b.is_signed {
        return Ty::Int(IntTy { bits: a.bits.max(b.bits), ..a });
    }
    let (signed, unsigned) = if a.is_signed { (a, b) } else { (b, a) };
    if signed.bits > unsigned.bits {
        Ty::Int(signed)
    } else if unsigned.bits < 64 {
        Ty::Int(IntTy { bits: unsigned.bits * 2, is_signed: true })
    } else {
        Ty::F64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn int(bits: u8, is_signed: bool) -> Ty {
        Ty::Int(IntTy { bits, is_signed })
    }

    const F32: Ty = Ty::Float(FloatTy::F32);

    #[test]
    fn arithmetic_is_done_in_64_bits_and_unsigned_only_where_both_are() {
        assert_eq!(arithmetic(int(8, true), int(8, true)), Some(Ty::I64));
        assert_eq!(arithmetic(int(8, false), int(32, false)), Some(int(64, false)));
        assert_eq!(arithmetic(int(64, false), Ty::I64), Some(Ty::I64));
        assert_eq!(arithmetic(Ty::Bool, Ty::Bool), Some(Ty::I64));
        assert_eq!(arithmetic(F32, F32), Some(F32));
        assert_eq!(arithmetic(int(16, true), F32), Some(F32));
        assert_eq!(arithmetic(Ty::I64, F32), Some(Ty::F64));
    }

    #[test]
    fn paths_meet_as_numpy_promotes() {
        assert_eq!(join(int(8, true), int(16, true)), Some(int(16, true)));
        assert_eq!(join(int(8, false), int(8, true)), Some(int(16, true)));
        assert_eq!(join(int(64, false), Ty::I64), Some(Ty::F64));
        assert_eq!(join(int(16, true), F32), Some(F32));
        assert_eq!(join(Ty::Complex(FloatTy::F32), Ty::F64), Some(Ty::C128));
        assert_eq!(join(Ty::Bool, Ty::I64), Some(Ty::I64));
        assert_eq!(join(Ty::Unit, Ty::I64), None);
    }
}
