//! Each operation on each type, thousands of operands, against Rust.

use ctype::{CTypes, DataModel, FloatType, IntType};
use tir::{BinaryOp, Comparison, FloatTy, IntTy, Op, Program, Terminator, Ty, UnaryOp};

use crate::build::FunctionBuilder;
use crate::random::Random;
use crate::run::{Linked, compile};

const ROUNDS: usize = 400;

pub(crate) const INTS: [IntTy; 8] = {
    let mut all = [IntTy::I64; 8];
    let mut index = 0;
    while index < 8 {
        all[index] = IntTy { bits: 8 << (index / 2), is_signed: index % 2 == 0 };
        index += 1;
    }
    all
};

/// `long f(long, long)`: the operation in another type, by conversions.
pub(crate) fn through_ints(
    op: impl Fn(tir::Value, tir::Value) -> Op,
    ty: Ty,
    result: Ty,
    optimize: bool,
) -> Linked {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let signature = types.function(long, &[long, long], false);
    compile(&types, &converted(op, Ty::I64, ty, result), signature, optimize)
}

/// `double f(double, double)` in the same way.
pub(crate) fn through_floats(
    op: impl Fn(tir::Value, tir::Value) -> Op,
    ty: Ty,
    result: Ty,
    optimize: bool,
) -> Linked {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let signature = types.function(double, &[double, double], false);
    compile(&types, &converted(op, Ty::F64, ty, result), signature, optimize)
}

fn converted(op: impl Fn(tir::Value, tir::Value) -> Op, outside: Ty, ty: Ty, result: Ty) -> Program {
    let (mut builder, params) = FunctionBuilder::new("operation", &[outside, outside], outside);
    let left = builder.op(Op::Convert(params[0]), ty);
    let right = builder.op(Op::Convert(params[1]), ty);
    let value = builder.op(op(left, right), result);
    let value = builder.op(Op::Convert(value), outside);
    builder.end(Terminator::Return(Some(value)));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    program
}

/// The integer that the low bits of `value` are.
pub(crate) fn wrap(ty: IntTy, value: i128) -> i128 {
    let unused = 128 - u32::from(ty.bits);
    if ty.is_signed {
        value << unused >> unused
    } else {
        (value.cast_unsigned() << unused >> unused).cast_signed()
    }
}

/// What a 64-bit integer is outside of the operation.
pub(crate) fn as_long(value: i128) -> i64 {
    i64::try_from(wrap(IntTy::I64, value)).expect("wrapped")
}

fn expected_int(op: BinaryOp, ty: IntTy, left: i128, right: i128) -> Option<i128> {
    if right < 0 && matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
        return None;
    }
    let width = i128::from(ty.bits);
    let value = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left.wrapping_mul(right),
        BinaryOp::FloorDiv => {
            let quotient = left.checked_div(right)?;
            quotient - i128::from(left % right != 0 && (left < 0) != (right < 0))
        }
        BinaryOp::FloorMod => (left.checked_rem(right)? + right) % right,
        BinaryOp::Pow => (0..u32::try_from(right).ok().filter(|&power| power < 2000)?)
            .fold(1, |product: i128, _| wrap(ty, product.wrapping_mul(left))),
        BinaryOp::And => left & right,
        BinaryOp::Or => left | right,
        BinaryOp::Xor => left ^ right,
        BinaryOp::Shl => {
            if right < width {
                left << right
            } else {
                0
            }
        }
        BinaryOp::Shr => left >> right.min(127),
        BinaryOp::Min => left.min(right),
        BinaryOp::Max => left.max(right),
        BinaryOp::Div => return None,
    };
    Some(wrap(ty, value))
}

#[test]
fn integers_wrap_and_divide_as_pythons_do() {
    let ops = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::FloorDiv,
        BinaryOp::FloorMod,
        BinaryOp::Pow,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::Xor,
        BinaryOp::Shl,
        BinaryOp::Shr,
        BinaryOp::Min,
        BinaryOp::Max,
    ];
    let mut random = Random::new(1);
    for (op, int) in ops.iter().flat_map(|op| INTS.map(|int| (*op, int))) {
        let optimize = random.below(2) == 0;
        let linked = through_ints(|a, b| Op::Binary(op, a, b), Ty::Int(int), Ty::Int(int), optimize);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(i64, i64) -> i64 = unsafe { linked.entry() };
        for _ in 0..ROUNDS {
            let (left, right) = (random.int(), random.int());
            let (a, b) = (wrap(int, left.into()), wrap(int, right.into()));
            if let Some(expected) = expected_int(op, int, a, b) {
                assert_eq!(call(left, right), as_long(expected), "{op:?} {int:?} {a} {b}");
            }
        }
    }
}

#[test]
fn constant_exponents_and_divisors_fold() {
    for int in INTS {
        for exponent in [0, 1, 2, 3, 7, 64, 65, 200] {
            if exponent >= 128 && int.bits == 8 {
                continue;
            }
            let linked = with_constant(BinaryOp::Pow, int, exponent);
            // SAFETY: the entry was compiled with this signature.
            let call: extern "C" fn(i64) -> i64 = unsafe { linked.entry() };
            for base in [-7, -1, 0, 1, 2, 3, 101] {
                let expected = expected_int(BinaryOp::Pow, int, wrap(int, base.into()), exponent);
                assert_eq!(call(base), as_long(expected.expect("small")), "{int:?} {base} {exponent}");
            }
        }
    }
}

/// `long f(long)` with a constant second operand.
fn with_constant(op: BinaryOp, int: IntTy, constant: i128) -> Linked {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let signature = types.function(long, &[long], false);
    let (mut builder, params) = FunctionBuilder::new("operation", &[Ty::I64], Ty::I64);
    let left = builder.op(Op::Convert(params[0]), Ty::Int(int));
    let right = builder.op(Op::Const(tir::Const::Int(constant)), Ty::Int(int));
    let value = builder.op(Op::Binary(op, left, right), Ty::Int(int));
    let value = builder.op(Op::Convert(value), Ty::I64);
    builder.end(Terminator::Return(Some(value)));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    compile(&types, &program, signature, true)
}

#[test]
fn integer_unary_operations_and_comparisons() {
    let mut random = Random::new(2);
    for int in INTS {
        let unary: [(UnaryOp, IntOp); 3] =
            [(UnaryOp::Neg, |a| -a), (UnaryOp::Not, |a| !a), (UnaryOp::Abs, i128::abs)];
        for (op, expected) in unary {
            let linked = through_ints(|a, _| Op::Unary(op, a), Ty::Int(int), Ty::Int(int), true);
            // SAFETY: the entry was compiled with this signature.
            let call: extern "C" fn(i64, i64) -> i64 = unsafe { linked.entry() };
            for _ in 0..ROUNDS {
                let value = random.int();
                let a = wrap(int, value.into());
                assert_eq!(call(value, 0), as_long(wrap(int, expected(a))), "{op:?} {int:?} {a}");
            }
        }
        for (op, compare) in COMPARISONS {
            let linked = through_ints(|a, b| Op::Compare(op, a, b), Ty::Int(int), Ty::Bool, true);
            // SAFETY: the entry was compiled with this signature.
            let call: extern "C" fn(i64, i64) -> i64 = unsafe { linked.entry() };
            for _ in 0..ROUNDS {
                let (left, right) = (random.int(), random.int());
                let order = wrap(int, left.into()).cmp(&wrap(int, right.into()));
                assert_eq!(
                    call(left, right),
                    i64::from(compare(Some(order))),
                    "{op:?} {int:?} {left} {right}"
                );
            }
        }
    }
}

type IntOp = fn(i128) -> i128;
type FloatOp = fn(f64, f64) -> f64;
type ComplexOp = fn(Complex, Complex) -> Complex;
type Order = Option<std::cmp::Ordering>;
type Compare = fn(Order) -> bool;

const COMPARISONS: [(Comparison, Compare); 6] = [
    (Comparison::Eq, |order| order.is_some_and(std::cmp::Ordering::is_eq)),
    (Comparison::Ne, |order| !order.is_some_and(std::cmp::Ordering::is_eq)),
    (Comparison::Lt, |order| order.is_some_and(std::cmp::Ordering::is_lt)),
    (Comparison::Le, |order| order.is_some_and(std::cmp::Ordering::is_le)),
    (Comparison::Gt, |order| order.is_some_and(std::cmp::Ordering::is_gt)),
    (Comparison::Ge, |order| order.is_some_and(std::cmp::Ordering::is_ge)),
];

/// As the interpreter divides floats.
fn float_divmod(left: f64, right: f64) -> (f64, f64) {
    let mut remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(right);
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder += right;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(left / right), remainder);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, remainder)
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn floats_divide_as_pythons_do() {
    let mut random = Random::new(3);
    let expected: [(BinaryOp, FloatOp); 8] = [
        (BinaryOp::Add, |a, b| a + b),
        (BinaryOp::Sub, |a, b| a - b),
        (BinaryOp::Mul, |a, b| a * b),
        (BinaryOp::Div, |a, b| a / b),
        (BinaryOp::FloorDiv, |a, b| float_divmod(a, b).0),
        (BinaryOp::FloorMod, |a, b| float_divmod(a, b).1),
        (BinaryOp::Min, |a, b| if b < a { b } else { a }),
        (BinaryOp::Max, |a, b| if b > a { b } else { a }),
    ];
    for (op, expected) in expected {
        for optimize in [false, true] {
            let linked = through_floats(|a, b| Op::Binary(op, a, b), Ty::F64, Ty::F64, optimize);
            // SAFETY: the entry was compiled with this signature.
            let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
            for _ in 0..10 * ROUNDS {
                let (left, right) = (random.float(), random.float());
                if matches!(op, BinaryOp::FloorDiv | BinaryOp::FloorMod) && right == 0.0 {
                    continue;
                }
                let (got, wanted) = (call(left, right), expected(left, right));
                assert!(same(got, wanted), "{op:?} {left:e} {right:e}: {got:e}, not {wanted:e}");
            }
        }
    }
}

#[test]
fn comparisons_with_nan_are_false_but_one() {
    let mut random = Random::new(4);
    for (op, compare) in COMPARISONS {
        let linked = through_floats(|a, b| Op::Compare(op, a, b), Ty::F64, Ty::Bool, true);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
        for _ in 0..ROUNDS {
            let (left, right) = (random.float(), random.float());
            let expected = f64::from(u8::from(compare(left.partial_cmp(&right))));
            assert!(same(call(left, right), expected), "{op:?} {left:e} {right:e}");
        }
    }
}

#[test]
fn single_precision_rounds_each_step() {
    let mut random = Random::new(5);
    let single = Ty::Float(FloatTy::F32);
    let linked = through_floats(|a, b| Op::Binary(BinaryOp::FloorMod, a, b), single, single, true);
    // SAFETY: the entry was compiled with this signature.
    let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
    for _ in 0..10 * ROUNDS {
        #[expect(clippy::cast_possible_truncation, reason = "the conversion under test")]
        let (left, right) = (random.float() as f32, random.float() as f32);
        if right == 0.0 {
            continue;
        }
        let mut expected = left % right;
        if expected == 0.0 {
            expected = 0.0_f32.copysign(right);
        } else if (expected < 0.0) != (right < 0.0) {
            expected += right;
        }
        assert!(same(call(left.into(), right.into()), expected.into()), "{left:e} {right:e}");
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Complex {
    real: f64,
    imag: f64,
}

/// R. L. Smith's division, written with branches.
fn divide(a: Complex, b: Complex) -> Complex {
    if b.real.abs() >= b.imag.abs() {
        let ratio = b.imag / b.real;
        let divisor = b.real + b.imag * ratio;
        return Complex {
            real: (a.real + a.imag * ratio) / divisor,
            imag: (a.imag - a.real * ratio) / divisor,
        };
    }
    let ratio = b.real / b.imag;
    let divisor = b.real * ratio + b.imag;
    Complex { real: (a.real * ratio + a.imag) / divisor, imag: (a.imag * ratio - a.real) / divisor }
}

#[test]
fn complex_numbers_multiply_and_divide_by_parts() {
    let mut types = CTypes::new(DataModel::HOST);
    let complex = types.intern(ctype::CType::Complex(FloatType::Double));
    let signature = types.function(complex, &[complex, complex], false);
    let mut random = Random::new(6);
    let expected: [(BinaryOp, ComplexOp); 4] = [
        (BinaryOp::Add, |a, b| Complex { real: a.real + b.real, imag: a.imag + b.imag }),
        (BinaryOp::Sub, |a, b| Complex { real: a.real - b.real, imag: a.imag - b.imag }),
        (BinaryOp::Mul, |a, b| Complex {
            real: a.real * b.real - a.imag * b.imag,
            imag: a.real * b.imag + a.imag * b.real,
        }),
        (BinaryOp::Div, divide),
    ];
    for (op, expected) in expected {
        let program =
            crate::build::operation(|p| Op::Binary(op, p[0], p[1]), &[Ty::C128, Ty::C128], Ty::C128);
        let linked = compile(&types, &program, signature, true);
        // SAFETY: a struct of two doubles travels as a complex number does.
        let call: extern "C" fn(Complex, Complex) -> Complex = unsafe { linked.entry() };
        for _ in 0..10 * ROUNDS {
            let a = Complex { real: random.float(), imag: random.float() };
            let b = Complex { real: random.float(), imag: random.float() };
            let (got, wanted) = (call(a, b), expected(a, b));
            let is_same = same(got.real, wanted.real) && same(got.imag, wanted.imag);
            assert!(is_same, "{op:?} {a:?} {b:?}: {got:?}, not {wanted:?}");
        }
    }
}
