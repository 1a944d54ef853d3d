//! Errors: the status on its way out, arguments in the record, what is pending at the border.

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

use arena::Id;
use ctype::{CTypes, DataModel, IntType};
use tir::{CFunction, Comparison, Const, FloatTy, FuncId, IntTy, Op, Program, Terminator, Ty, Value};

use crate::build::{FunctionBuilder, raise_site};
use crate::run::{CODE, FAILED, Linked, PENDING, compile, raised};

/// The statics of `run` are the process's: one test at a time.
pub(crate) static BORDER: Mutex<()> = Mutex::new(());

fn long_of_long() -> (CTypes, ctype::TypeId) {
    let mut types = CTypes::new(DataModel::HOST);
    let long = types.int(IntType::Long);
    let signature = types.function(long, &[long], false);
    (types, signature)
}

fn call(linked: &Linked, value: i64) -> i64 {
    // SAFETY: every entry here is `long f(long)`.
    let entry: extern "C" fn(i64) -> i64 = unsafe { linked.entry() };
    entry(value)
}

/// `if x < 0: raise ValueError(...)`, `return x`, in a function of the program.
fn checked(program: &mut Program, args: &[(Const, Ty)]) -> FuncId {
    let site = raise_site(program, args.len() + 1);
    let (mut builder, params) = FunctionBuilder::new("checked", &[Ty::I64], Ty::I64);
    let (good, _) = builder.block(&[]);
    let (bad, _) = builder.block(&[]);
    let zero = builder.op(Op::Const(Const::Int(0)), Ty::I64);
    let is_negative = builder.op(Op::Compare(Comparison::Lt, params[0], zero), Ty::Bool);
    builder.branch(is_negative, bad, good);
    builder.switch_to(good);
    builder.end(Terminator::Return(Some(params[0])));
    builder.switch_to(bad);
    let mut values: Vec<Value> =
        args.iter().map(|&(constant, ty)| builder.op(Op::Const(constant), ty)).collect();
    values.push(params[0]);
    builder.end(Terminator::Raise(site, values));
    program.functions.push(builder.finish())
}

/// A function that adds one to what another gives.
fn plus_one(program: &mut Program, callee: FuncId) -> FuncId {
    let (mut builder, params) = FunctionBuilder::new("plus_one", &[Ty::I64], Ty::I64);
    let value = builder.op(Op::Call(callee, vec![params[0]]), Ty::I64);
    let one = builder.op(Op::Const(Const::Int(1)), Ty::I64);
    let sum = builder.op(Op::Binary(tir::BinaryOp::Add, value, one), Ty::I64);
    builder.end(Terminator::Return(Some(sum)));
    program.functions.push(builder.finish())
}

#[test]
fn an_error_passes_through_callers_to_the_entry() {
    let _border = BORDER.lock();
    let (types, signature) = long_of_long();
    for optimize in [false, true] {
        let mut program = Program::default();
        plus_one(&mut program, FuncId::from_index(1));
        plus_one(&mut program, FuncId::from_index(2));
        checked(&mut program, &[]);
        let linked = compile(&types, &program, signature, optimize);
        assert_eq!((call(&linked, 40), FAILED.swap(0, Relaxed), raised()), (42, 0, None));
        assert_eq!((call(&linked, -5), FAILED.swap(0, Relaxed)), (0, 1));
        let raised = raised().expect("it raised");
        assert_eq!((raised.code, raised.site), ((&raw const CODE).cast(), 0));
        assert_eq!(raised.args, [(-5_i64).cast_unsigned()]);
    }
}

#[test]
fn arguments_travel_as_words() {
    let _border = BORDER.lock();
    let (types, signature) = long_of_long();
    let args = [
        (Const::Bool(true), Ty::Bool),
        (Const::Int(-3), Ty::Int(IntTy { bits: 8, is_signed: true })),
        (Const::Int(200), Ty::Int(IntTy { bits: 8, is_signed: false })),
        (Const::Float(0.5), Ty::Float(FloatTy::F32)),
        (Const::Complex(1.0, -2.0), Ty::C128),
        (Const::Unit, Ty::Unit),
    ];
    let mut program = Program::default();
    checked(&mut program, &args);
    let linked = compile(&types, &program, signature, true);
    call(&linked, -1);
    let expected = [
        1,
        (-3_i64).cast_unsigned(),
        200,
        0.5_f64.to_bits(),
        1.0_f64.to_bits(),
        (-2.0_f64).to_bits(),
        u64::MAX,
    ];
    assert_eq!(raised().expect("it raised").args, expected);
    assert_eq!(FAILED.swap(0, Relaxed), 1);
}

#[test]
fn nothing_runs_while_an_error_is_pending() {
    let _border = BORDER.lock();
    let (types, signature) = long_of_long();
    let mut program = Program::default();
    checked(&mut program, &[]);
    let linked = compile(&types, &program, signature, true);
    PENDING.store(1, Relaxed);
    let stopped = (call(&linked, 7), call(&linked, -7), raised());
    PENDING.store(0, Relaxed);
    assert_eq!(stopped, (0, 0, None));
    assert_eq!((call(&linked, 7), FAILED.swap(0, Relaxed)), (7, 0));
}

/// Calls back into code whose error stays pending, when its argument is negative.
extern "C" fn come_back(value: i64) -> i64 {
    if value < 0 {
        PENDING.store(1, Relaxed);
    }
    value
}

#[test]
fn what_a_c_function_left_pending_ends_its_caller() {
    let _border = BORDER.lock();
    let (types, signature) = long_of_long();
    for (can_call_back, status, result) in [(true, 2, 0), (false, 0, -2)] {
        let mut program = Program::default();
        let callee = program.c_functions.push(CFunction {
            name: "come_back".into(),
            address: come_back as *const () as u64,
            ty: signature,
            can_call_back,
            keeps: None,
        });
        let (mut builder, params) = FunctionBuilder::new("caller", &[Ty::I64], Ty::I64);
        let value = builder.op(Op::CallC(callee, vec![params[0]]), Ty::I64);
        let two = builder.op(Op::Binary(tir::BinaryOp::Add, value, value), Ty::I64);
        builder.end(Terminator::Return(Some(two)));
        program.functions.push(builder.finish());
        let linked = compile(&types, &program, signature, true);
        assert_eq!((call(&linked, 4), FAILED.swap(0, Relaxed)), (8, 0));
        let ended = call(&linked, -1);
        PENDING.store(0, Relaxed);
        assert_eq!((ended, FAILED.swap(0, Relaxed)), (result, status));
    }
}

#[test]
fn two_c_functions_of_one_name_are_two() {
    extern "C" fn ten(value: i64) -> i64 {
        10 * value
    }
    extern "C" fn hundred(value: i64) -> i64 {
        100 * value
    }
    let _border = BORDER.lock();
    let (types, signature) = long_of_long();
    let mut program = Program::default();
    let (mut builder, params) = FunctionBuilder::new("both", &[Ty::I64], Ty::I64);
    let mut call_c = |address: *const ()| {
        let (name, address) = ("abs".to_owned(), address as u64);
        let callee = CFunction { name, address, ty: signature, can_call_back: false, keeps: None };
        builder.op(Op::CallC(program.c_functions.push(callee), vec![params[0]]), Ty::I64)
    };
    let (first, second) = (call_c(ten as *const ()), call_c(hundred as *const ()));
    let sum = builder.op(Op::Binary(tir::BinaryOp::Add, first, second), Ty::I64);
    builder.end(Terminator::Return(Some(sum)));
    program.functions.push(builder.finish());
    assert_eq!(call(&compile(&types, &program, signature, true), -3), -330);
}

#[test]
fn an_object_with_a_symbol_left_open_is_refused() {
    let (types, signature) = long_of_long();
    let mut program = Program::default();
    checked(&mut program, &[]);
    let (object, _) = crate::run::object(&types, &program, &crate::run::c_entry(signature), true);
    let mut symbols = crate::run::symbols();
    symbols.retain(|(name, _)| *name != "ferrule_raise");
    let engine = jit::Engine::global().expect("an engine");
    let refused = engine.link(&object, &symbols).expect_err("a symbol is missing");
    assert_eq!(refused, jit::LinkError::Undefined("ferrule_raise".into()));
    for cut in [0, 3, 64, object.len() / 2] {
        assert!(engine.link(&object[..cut], &symbols).is_err(), "{cut}");
    }
}

#[test]
fn threads_compile_and_link_at_once() {
    let rounds = |thread: i64| {
        for round in 0..40 {
            let (types, signature) = long_of_long();
            let mut program = Program::default();
            let (mut builder, params) = FunctionBuilder::new("plus", &[Ty::I64], Ty::I64);
            let own = builder.op(Op::Const(Const::Int(i128::from(100 * thread + round))), Ty::I64);
            let sum = builder.op(Op::Binary(tir::BinaryOp::Add, params[0], own), Ty::I64);
            builder.end(Terminator::Return(Some(sum)));
            program.functions.push(builder.finish());
            let linked = compile(&types, &program, signature, round % 2 == 0);
            assert_eq!(call(&linked, 7), 7 + 100 * thread + round);
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || rounds(thread));
        }
    });
}

/// Where the frames above this one return to.
static FRAMES: Mutex<Vec<usize>> = Mutex::new(Vec::new());

extern "C" fn walk_the_stack(value: i64) -> i64 {
    let mut frames = [std::ptr::null_mut(); 64];
    // SAFETY: there is room for so many.
    let count = unsafe { libc::backtrace(frames.as_mut_ptr(), 64) };
    let count = usize::try_from(count).unwrap_or(0);
    let frames = frames[..count].iter().map(|frame| frame.addr()).collect();
    *FRAMES.lock().expect("no panic") = frames;
    value
}

#[test]
fn debuggers_and_unwinders_walk_through_compiled_code() {
    let (types, signature) = long_of_long();
    let mut program = Program::default();
    let callee = program.c_functions.push(CFunction {
        name: "walk_the_stack".into(),
        address: walk_the_stack as *const () as u64,
        ty: signature,
        can_call_back: false,
        keeps: None,
    });
    let (mut builder, params) = FunctionBuilder::new("walks", &[Ty::I64], Ty::I64);
    let value = builder.op(Op::CallC(callee, vec![params[0]]), Ty::I64);
    let sum = builder.op(Op::Binary(tir::BinaryOp::Add, value, params[0]), Ty::I64);
    builder.end(Terminator::Return(Some(sum)));
    program.functions.push(builder.finish());
    let linked = compile(&types, &program, signature, true);
    assert_eq!(call(&linked, 21), 42);
    let frames = FRAMES.lock().expect("no panic");
    let own = frames.iter().position(|&frame| (linked.address..linked.address + 4096).contains(&frame));
    assert!(own.is_some_and(|own| own + 3 < frames.len()), "{own:?} of {}", frames.len());
}
