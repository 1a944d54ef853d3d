//! Typed IR to better typed IR, a pass a file, and what is known of a program as a whole.
//!
//! LLVM does what machines care about. The passes here take away what the builder of the IR could
//! not know to be needless: a check whose operands are constants, and with it the raise, so that a
//! function proven not to raise has the plain ABI and its text shows what is left.

#![forbid(unsafe_code)]

mod balance;
mod branches;
mod compact;
mod constants;
mod definitions;
mod field_packing;
mod index_checks;
mod loops;
mod polls;
mod raises;
mod recursion;
mod redundant_checks;
mod releases;
mod same;
mod unused;

use arena::SideMap;
use tir::{Function, Program};

pub use balance::check_counts;
pub use field_packing::packs_fields;
pub use raises::raises;
pub use recursion::recurses;

/// The program with every pass run over each function.
pub fn optimize(mut program: Program) -> Program {
    for id in program.functions.ids() {
        let function = &mut program.functions[id];
        fold(function);
        redundant_checks::remove(function);
        index_checks::remove(function);
        fold(function);
        polls::insert(function);
    }
    count_references(&mut program);
    for id in program.functions.ids() {
        // What was added gets the numbers of its place. Nothing goes: it is counted.
        let function = &mut program.functions[id];
        *function = compact::compact(function, &SideMap::with_default(true));
    }
    program
}

/// Without what constants decide and nothing uses.
fn fold(function: &mut Function) {
    constants::fold(function);
    branches::fold(function);
    compact_used(function);
}

fn compact_used(function: &mut Function) {
    let used = unused::used_values(function);
    *function = compact::compact(function, &used);
}

/// The last pass: it inserts `retain` and `release` into a program that has none yet.
pub fn count_references(program: &mut Program) {
    let endings = releases::Endings::new(program);
    for id in program.functions.ids() {
        releases::insert(&mut program.functions[id], &endings);
    }
}
