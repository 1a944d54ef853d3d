//! Random programs count their references right, by the proof over all paths and by running them.

use arena::Id as _;
use cdecl::{DeclareOptions, Namespace};
use ctype::{CTypes, DataModel, TypeId};
use source::Source;
use testkit::random::Random;
use testkit::tir_machine::{Array, Machine, Outcome, Word, owners};
use testkit::tir_programs::{self, Types};
use tir::{FuncId, Program, Ty};

/// The C types that the programs name.
fn types() -> (CTypes, Types) {
    let mut types = CTypes::new(DataModel::HOST);
    let mut namespace = Namespace::new();
    let declarations = Source::new("<cdef>", "struct point { long x, y; };");
    let declared = namespace.declare(&mut types, &declarations, &DeclareOptions::default());
    declared.expect("the declarations are right");
    let mut named = |name: &str| -> TypeId {
        namespace.type_name(&mut types, &Source::new("<type>", name)).expect("a type's name")
    };
    let named =
        Types { long_pointer: named("long *"), record: named("struct point"), coin: named("long(void)") };
    (types, named)
}

/// A value of a parameter's type, with a reference of each array in it.
fn word(machine: &mut Machine<'_>, ty: Ty) -> Word {
    match ty {
        Ty::Array(_) => Word::Array(array(machine)),
        Ty::Tuple(tuple) => Word::Tuple(tuple.items().iter().map(|&item| word(machine, item)).collect()),
        Ty::Pointer(_) | Ty::Record(_) => Word::Address(array(machine).data),
        Ty::Unit | Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_) => Word::Int(1),
    }
}

/// Two elements, also of records; strides are of whichever fits in it.
fn array(machine: &mut Machine<'_>) -> Array {
    machine.array(vec![0; 4], &[2])
}

/// Runs the first function, and says what is wrong with the counts afterwards.
fn run(program: &Program, seed: u64) -> Result<(), String> {
    let mut machine = Machine::new(program, 300, seed);
    let function = &program.functions[FuncId::from_index(0)];
    let entry = function.blocks.values().next().expect("a function has a block");
    let args: Vec<Word> =
        entry.params.iter().map(|&param| word(&mut machine, function.values[param])).collect();
    let lent = machine.memory.len();
    let outcome = machine.run(FuncId::from_index(0), args)?;
    if outcome == Outcome::Tired {
        return Ok(());
    }
    let mut expected: Vec<i64> = (0..machine.memory.len()).map(|index| i64::from(index < lent)).collect();
    if let Outcome::Returned(word) = &outcome {
        for owner in owners(word) {
            expected[owner] += 1;
        }
    }
    let wrong = machine
        .memory
        .iter()
        .zip(expected)
        .position(|(memory, expected)| !memory.is_slot && memory.count != expected);
    wrong
        .map_or(Ok(()), |wrong| Err(format!("memory {wrong} has {} references", machine.memory[wrong].count)))
}

/// Checks one program, optimised or only counted.
fn check(seed: u64, is_optimized: bool, table: &CTypes, types: Types) {
    let mut random = Random::new(seed);
    let functions = 1 + random.below(3);
    let program = tir_programs::program(&mut random, types, functions);
    let tell = |what: &str, error: &str, shown: &Program| {
        panic!("seed {seed}: {what}: {error}\n{}", tir::print(shown, table));
    };
    if let Err(error) = tir::verify(&program, table) {
        tell("before", &error, &program);
    }
    let mut counted = program.clone();
    if is_optimized {
        counted = optimize::optimize(counted);
    } else {
        optimize::count_references(&mut counted);
    }
    if let Err(error) = tir::verify(&counted, table) {
        tell("after", &error, &counted);
    }
    if let Err(error) = optimize::check_counts(&counted) {
        tell("counts", &error, &counted);
    }
    for path in 0..5 {
        if let Err(error) = run(&counted, seed.wrapping_mul(31).wrapping_add(path)) {
            tell(&format!("path {path}"), &error, &counted);
        }
    }
}

#[test]
fn random_programs_are_balanced() {
    let (table, types) = types();
    for seed in 0..3000 {
        check(seed, false, &table, types);
    }
}

#[test]
fn they_still_are_after_the_other_passes() {
    let (table, types) = types();
    for seed in (3000..4000).chain([202_172]) {
        check(seed, true, &table, types);
    }
}
