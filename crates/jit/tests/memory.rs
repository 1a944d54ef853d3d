//! Code that is dropped leaves nothing behind.

#[path = "programs/build.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod build;
#[path = "programs/run.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod run;

use ctype::{CTypes, DataModel, FloatType};
use jit::Engine;
use tir::{Intrinsic, Op, Ty};

/// Bytes of memory that the process has.
fn resident() -> i64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages = text.split(' ').nth(1).expect("the second number is the resident set");
    4096 * pages.parse::<i64>().expect("a number")
}

#[test]
fn linking_and_dropping_ten_thousand_objects_grows_nothing() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let ty = types.function(double, &[double], false);
    let program =
        build::operation(|params| Op::Intrinsic(Intrinsic::Exp, params.to_vec()), &[Ty::F64], Ty::F64);
    let (object, _) = run::object(&types, &program, ty, true);
    let symbols = run::symbols();
    let engine = Engine::global().expect("an engine");
    let round = || drop(engine.link(&object, &symbols).expect("it links"));
    (0..1000).for_each(|_| round());
    let before = resident();
    let now = std::time::Instant::now();
    (0..10_000).for_each(|_| round());
    let each = (resident() - before) / 10_000;
    println!("{each} {:?}", now.elapsed() / 10_000);
    assert!(each <= 64, "{each} bytes an object");
}

#[test]
fn compiling() {
    let mut types = CTypes::new(DataModel::HOST);
    let double = types.float(FloatType::Double);
    let ty = types.function(double, &[double], false);
    let program =
        build::operation(|params| Op::Intrinsic(Intrinsic::Exp, params.to_vec()), &[Ty::F64], Ty::F64);
    let round = || drop(run::compile(&types, &program, ty, true));
    (0..500).for_each(|_| round());
    for _ in 0..5 {
        let before = resident();
        (0..1500).for_each(|_| round());
        println!("compile {}", (resident() - before));
    }
}
