//! Random nests of loops do the same with fewer checks: they give the same, write the same, and raise
//! the same in the same place.

use arena::Id as _;
use ctype::{CTypes, DataModel};
use source::Source;
use testkit::random::Random;
use testkit::tir_machine::{Machine, Memory, Outcome, Word};
use testkit::tir_nests;
use tir::{FuncId, Program};

/// What a run did: how it ended, what it wrote, how often it checked.
struct Run {
    outcome: Result<Outcome, String>,
    memory: Vec<Memory>,
    checks: usize,
}

fn run(program: &Program, [length, rows, columns]: [i64; 3], numbers: [i128; 2]) -> Run {
    let mut machine = Machine::new(program, 1500, 0);
    let first = machine.array((0..length).collect(), &[length]);
    let second = machine.array((0..rows * columns).collect(), &[rows, columns]);
    let mut args = vec![Word::Array(first), Word::Array(second)];
    args.extend(numbers.map(Word::Int));
    let outcome = machine.run(FuncId::from_index(0), args);
    Run { outcome, checks: machine.checks, memory: machine.memory }
}

/// Compares a program before and after, and counts its checks.
fn check(seed: u64, is_checked: bool, types: &CTypes, long_pointer: ctype::TypeId) -> [usize; 2] {
    let mut random = Random::new(seed);
    let program = tir_nests::program(&mut random, long_pointer, is_checked);
    let before = tir::verify(&program, types);
    assert!(before.is_ok(), "seed {seed}: {before:?}\n{}", tir::print(&program, types));
    let optimized = optimize::optimize(program.clone());
    let after = tir::verify(&optimized, types).and_then(|()| optimize::check_counts(&optimized));
    assert!(after.is_ok(), "seed {seed}: {after:?}\n{}", tir::print(&optimized, types));
    let mut checks = [0; 2];
    for _ in 0..4 {
        let dims = [0; 3].map(|_| i64::try_from(random.below(12)).unwrap_or_default());
        let mut numbers = [0; 2].map(|_| i128::try_from(random.below(8)).unwrap_or_default() - 1);
        if random.percent(5) {
            let large = [1 << 40, (1 << 40) - 1, i128::from(i64::MAX), i128::from(i64::MIN)];
            numbers[random.below(2)] = *random.choose(&large);
        }
        let (plain, better) = (run(&program, dims, numbers), run(&optimized, dims, numbers));
        // Without checks a wrong index is the program's fault; and both may take too long.
        let is_over = plain.outcome.as_ref().is_ok_and(|outcome| *outcome != Outcome::Tired);
        if !is_over || better.outcome == Ok(Outcome::Tired) {
            continue;
        }
        let is_same = plain.outcome == better.outcome && plain.memory == better.memory;
        assert!(
            is_same,
            "seed {seed}: {dims:?} {numbers:?}: {:?}, not {:?}\n{}\n{}",
            better.outcome,
            plain.outcome,
            tir::print(&program, types),
            tir::print(&optimized, types)
        );
        if let Ok(Outcome::Returned(_)) = plain.outcome {
            checks[0] += plain.checks;
            checks[1] += better.checks;
        }
    }
    checks
}

fn types() -> (CTypes, ctype::TypeId) {
    let mut types = CTypes::new(DataModel::HOST);
    let name = Source::new("<type>", "long *");
    let long_pointer = cdecl::Namespace::new().type_name(&mut types, &name).expect("a type's name");
    (types, long_pointer)
}

#[test]
fn checked_nests_do_the_same() {
    let (types, long_pointer) = types();
    let mut all = [0; 2];
    for seed in 0..2000 {
        let [before, after] = check(seed, true, &types, long_pointer);
        all = [all[0] + before, all[1] + after];
    }
    // Many stand outside of loops, or depend on what was read.
    assert!(all[1] * 4 < all[0] * 3, "{} of {} checks are left", all[1], all[0]);
}

#[test]
fn nests_without_checks_do_the_same() {
    let (types, long_pointer) = types();
    for seed in 2000..3000 {
        check(seed, false, &types, long_pointer);
    }
}
