//! Conversions between all number types.

use tir::{IntTy, Op, Ty};

use crate::arithmetic::{INTS, as_long, through_floats, through_ints, wrap};
use crate::random::Random;

#[test]
fn integers_are_cut_off_or_extended() {
    let mut random = Random::new(11);
    for (from, to) in INTS.iter().flat_map(|from| INTS.map(|to| (*from, to))) {
        let linked = through_ints(|a, _| Op::Convert(a), Ty::Int(from), Ty::Int(to), true);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(i64, i64) -> i64 = unsafe { linked.entry() };
        for _ in 0..50 {
            let value = random.int();
            let expected = wrap(to, wrap(from, value.into()));
            assert_eq!(call(value, 0), as_long(expected), "{from:?} {to:?} {value}");
        }
    }
}

#[test]
fn floats_become_integers_towards_zero_and_saturate() {
    let mut random = Random::new(12);
    for int in INTS {
        let linked = through_floats(|a, _| Op::Convert(a), Ty::F64, Ty::Int(int), false);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
        let (lowest, highest) = range(int);
        for _ in 0..400 {
            let value = random.float() * random.pick(&[1.0, 1e3, 1e19]);
            #[expect(clippy::cast_possible_truncation, reason = "Rust's conversion saturates too")]
            let expected = (value as i128).clamp(lowest, highest);
            #[expect(clippy::cast_precision_loss, reason = "the way back is the entry's")]
            let expected = expected as f64;
            assert_eq!(call(value, 0.0).to_bits(), expected.to_bits(), "{int:?} {value:e}");
        }
    }
}

fn range(int: IntTy) -> (i128, i128) {
    let all = 1_i128 << int.bits;
    if int.is_signed { (-all / 2, all / 2 - 1) } else { (0, all - 1) }
}

#[test]
fn truth_is_being_other_than_zero() {
    let linked = through_floats(|a, _| Op::Convert(a), Ty::F64, Ty::Bool, true);
    // SAFETY: the entry was compiled with this signature.
    let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
    let answers = [0.0, -0.0, 0.5, f64::NAN].map(|value| call(value, 0.0) > 0.0);
    assert_eq!(answers, [false, false, true, true]);
}
