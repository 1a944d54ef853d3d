//! Functions of mathematics against the C library's own, and against known values.

use std::ffi::CString;
use std::mem::transmute;

use ctype::{CTypes, DataModel, FloatType};
use tir::{FloatTy, Intrinsic, Op, Program, Terminator, Ty};

use crate::arithmetic::through_floats;
use crate::build::{FunctionBuilder, operation};
use crate::random::Random;
use crate::run::compile;

/// The C library's function of that name.
fn libm(name: &str) -> usize {
    let name = CString::new(name).expect("no zero");
    // SAFETY: the test is linked to the C library, which is looked up by a C string.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    assert!(!address.is_null(), "{name:?}");
    address.addr()
}

fn c_name(function: Intrinsic) -> &'static str {
    match function.name() {
        "gamma" => "tgamma",
        "round_even" => "roundeven",
        name => name,
    }
}

type Test = fn(f64) -> bool;
type Single = extern "C" fn(Complex<f32>) -> Complex<f32>;
type Double = extern "C" fn(Complex<f64>) -> Complex<f64>;

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Functions of one or two floats whose C namesakes are called to compare.
fn of_floats(arity: usize) -> impl Iterator<Item = Intrinsic> {
    let others = ["isnan", "isinf", "isfinite", "signbit", "frexp_mantissa", "frexp_exponent", "ldexp"];
    let all = Intrinsic::ALL.iter().copied();
    all.filter(move |function| function.arity() == arity && !others.contains(&function.name()))
}

#[test]
fn functions_of_floats_are_those_of_the_c_library() {
    let mut random = Random::new(41);
    for function in of_floats(1).chain(of_floats(2)) {
        // SAFETY: the C library's function of one `double` ignores a second; each has this signature.
        let expected: extern "C" fn(f64, f64) -> f64 = unsafe { transmute(libm(c_name(function))) };
        for optimize in [false, true] {
            let op = |a, b| Op::Intrinsic(function, [a, b][..function.arity()].to_vec());
            let linked = through_floats(op, Ty::F64, Ty::F64, optimize);
            // SAFETY: the entry was compiled with this signature.
            let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
            for _ in 0..300 {
                let (a, b) = (random.float(), random.float());
                let (got, wanted) = (call(a, b), expected(a, b));
                assert!(same(got, wanted), "{function:?} {a:e} {b:e}: {got:e}, not {wanted:e}");
            }
        }
    }
}

#[test]
fn functions_of_single_precision_are_the_c_librarys_too() {
    let mut random = Random::new(42);
    let single = Ty::Float(FloatTy::F32);
    for function in of_floats(1) {
        let name = format!("{}f", c_name(function));
        // SAFETY: each has this signature.
        let expected: extern "C" fn(f32) -> f32 = unsafe { transmute(libm(&name)) };
        let linked = through_floats(|a, _| Op::Intrinsic(function, vec![a]), single, single, true);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
        for _ in 0..100 {
            let value = random.float();
            #[expect(clippy::cast_possible_truncation, reason = "the entry rounds in the same way")]
            let wanted = expected(value as f32);
            assert!(same(call(value, 0.0), wanted.into()), "{name} {value:e}");
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Complex<T> {
    real: T,
    imag: T,
}

#[test]
fn functions_of_complex_numbers_are_those_of_the_c_library() {
    let mut random = Random::new(43);
    for function in &Intrinsic::ALL[..15] {
        check_complex(*function, &mut random);
        let mut types = CTypes::new(DataModel::HOST);
        let complex = types.intern(ctype::CType::Complex(FloatType::Float));
        let signature = types.function(complex, &[complex], false);
        let ty = Ty::Complex(FloatTy::F32);
        let program = operation(|params| Op::Intrinsic(*function, params.to_vec()), &[ty], ty);
        let linked = compile(&types, &program, signature, true);
        // SAFETY: a struct of two floats travels as a complex number does.
        let (call, expected): (Single, Single) =
            unsafe { (linked.entry(), transmute::<usize, Single>(libm(&format!("c{}f", function.name())))) };
        let value = Complex { real: 0.5_f32, imag: -1.25 };
        let (got, wanted) = (call(value), expected(value));
        assert_eq!((got.real, got.imag), (wanted.real, wanted.imag), "{function:?}");
    }
}

fn check_complex(function: Intrinsic, random: &mut Random) {
    let mut types = CTypes::new(DataModel::HOST);
    let complex = types.intern(ctype::CType::Complex(FloatType::Double));
    let signature = types.function(complex, &[complex], false);
    let program = operation(|params| Op::Intrinsic(function, params.to_vec()), &[Ty::C128], Ty::C128);
    let linked = compile(&types, &program, signature, true);
    // SAFETY: a struct of two doubles travels as a complex number does.
    let (call, expected): (Double, Double) =
        unsafe { (linked.entry(), transmute::<usize, Double>(libm(&format!("c{}", function.name())))) };
    for _ in 0..100 {
        let value = Complex { real: random.float(), imag: random.float() };
        let (got, wanted) = (call(value), expected(value));
        assert!(
            same(got.real, wanted.real) && same(got.imag, wanted.imag),
            "{function:?} {value:?}: {got:?}"
        );
    }
}

#[test]
fn classes_of_floats() {
    let tests: [(Intrinsic, Test); 4] = [
        (Intrinsic::IsNan, f64::is_nan),
        (Intrinsic::IsInf, f64::is_infinite),
        (Intrinsic::IsFinite, f64::is_finite),
        (Intrinsic::SignBit, f64::is_sign_negative),
    ];
    let mut random = Random::new(44);
    for (function, expected) in tests {
        let linked = through_floats(|a, _| Op::Intrinsic(function, vec![a]), Ty::F64, Ty::Bool, true);
        // SAFETY: the entry was compiled with this signature.
        let call: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
        for _ in 0..300 {
            let value = random.float();
            assert_eq!(call(value, 0.0) > 0.0, expected(value), "{function:?} {value:e}");
        }
    }
}

#[test]
fn mantissas_exponents_and_fused_products() {
    let unary = |function, result| {
        through_floats(move |a, _| Op::Intrinsic(function, vec![a]), Ty::F64, result, true)
    };
    let mantissa = unary(Intrinsic::FrexpMantissa, Ty::F64);
    let exponent = unary(Intrinsic::FrexpExponent, Ty::I64);
    // SAFETY: the entries were compiled with this signature.
    let calls: [extern "C" fn(f64, f64) -> f64; 2] = unsafe { [mantissa.entry(), exponent.entry()] };
    for (value, expected) in
        [(12.0, (0.75, 4.0)), (-0.1, (-0.8, -3.0)), (0.0, (0.0, 0.0)), (5e-324, (0.5, -1073.0))]
    {
        assert_eq!((calls[0](value, 0.0), calls[1](value, 0.0)), expected, "{value:e}");
    }
    assert_eq!((calls[0](f64::INFINITY, 0.0), calls[1](f64::INFINITY, 0.0)), (f64::INFINITY, 0.0));
    let mut types = CTypes::new(DataModel::HOST);
    let (double, long) = (types.float(FloatType::Double), types.int(ctype::IntType::Long));
    let signature = types.function(double, &[double, long], false);
    let program = operation(|p| Op::Intrinsic(Intrinsic::Ldexp, p.to_vec()), &[Ty::F64, Ty::I64], Ty::F64);
    let linked = compile(&types, &program, signature, true);
    // SAFETY: the entry was compiled with this signature.
    let ldexp: extern "C" fn(f64, i64) -> f64 = unsafe { linked.entry() };
    assert_eq!((ldexp(0.75, 4), ldexp(1.0, i64::MAX), ldexp(1.0, i64::MIN)), (12.0, f64::INFINITY, 0.0));
    let signature = types.function(double, &[double; 3], false);
    let program = operation(|p| Op::Intrinsic(Intrinsic::Fma, p.to_vec()), &[Ty::F64; 3], Ty::F64);
    let linked = compile(&types, &program, signature, true);
    // SAFETY: the entry was compiled with this signature.
    let fma: extern "C" fn(f64, f64, f64) -> f64 = unsafe { linked.entry() };
    assert_eq!(
        fma(1e16, 1.0 + f64::EPSILON, -1e16).to_bits(),
        1e16_f64.mul_add(1.0 + f64::EPSILON, -1e16).to_bits()
    );
}

#[test]
fn a_function_may_be_called_as_one_that_it_calls() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let signature = types.function(double, &[double; 2], false);
    let (mut builder, params) = FunctionBuilder::new("hypot", &[Ty::F64; 2], Ty::F64);
    let value = builder.op(Op::Intrinsic(Intrinsic::Hypot, params), Ty::F64);
    builder.end(Terminator::Return(Some(value)));
    let mut program = Program::default();
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, false);
    // SAFETY: the entry was compiled with this signature.
    let entry: extern "C" fn(f64, f64) -> f64 = unsafe { linked.entry() };
    assert_eq!(entry(3.0, 4.0).to_bits(), 5.0_f64.to_bits());
}
