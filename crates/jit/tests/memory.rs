//! Code that is dropped leaves nothing behind.

#[path = "programs/build.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod build;
#[path = "programs/run.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod run;

use std::cell::Cell;

use build::FunctionBuilder;
use ctype::{CTypes, DataModel, FloatType};
use jit::Engine;
use tir::{BinaryOp, Const, Intrinsic, Op, Program, Terminator, Ty};

/// Bytes of memory that the process has.
fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages = text.split(' ').nth(1).expect("the second number is the resident set");
    4096 * pages.parse::<i64>().expect("a number")
}

/// Growth per round after a warm-up, in bytes: the least of some stretches. A leak shows in each of
/// them; an allocator that takes pages ahead does not.
fn growth(rounds: i64, round: impl Fn()) -> i64 {
    (0..rounds / 10).for_each(|_| round());
    let stretch = |_| {
        let before = resident();
        (0..rounds).for_each(|_| round());
        (resident() - before) / rounds
    };
    (0..4).map(stretch).min().unwrap_or(i64::MAX)
}

/// One test: what the process has is no test's own.
#[test]
fn what_is_linked_or_compiled_and_dropped_leaves_nothing() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let ty = types.function(double, &[double], false);
    let program =
        build::operation(|params| Op::Intrinsic(Intrinsic::Exp, params.to_vec()), &[Ty::F64], Ty::F64);
    let (object, _) = run::object(&types, &program, &run::c_entry(ty), true);
    let symbols = run::symbols();
    let engine = Engine::global().expect("an engine");
    let linked = growth(4000, || drop(engine.link(&object, &symbols).expect("it links")));
    assert!(linked <= 64, "{linked} bytes a linked object");
    // Each program is another: a constant and a name of its own.
    let count = Cell::new(0_u32);
    let compiled = growth(1000, || {
        let own = count.replace(count.get() + 1);
        let (mut builder, params) = FunctionBuilder::new(&format!("plus{own}"), &[Ty::F64], Ty::F64);
        let constant = builder.op(Op::Const(Const::Float(f64::from(own))), Ty::F64);
        let sum = builder.op(Op::Binary(BinaryOp::Add, params[0], constant), Ty::F64);
        builder.end(Terminator::Return(Some(sum)));
        let mut program = Program::default();
        program.functions.push(builder.finish());
        drop(run::compile(&types, &program, ty, true));
    });
    assert!(compiled <= 64, "{compiled} bytes a compiled program");
}
