//! Which functions of a program can end with an error.
//!
//! A function can when it raises itself, be it for an index, when it calls one that can, or when it calls
//! into C that may come back: an error may then be pending. All others return their value directly, so the
//! answer decides a function's ABI.

use arena::SideMap;
use tir::{FuncId, Function, Op, Program, Terminator};

/// For each function, whether it can end with an error.
pub fn raises(program: &Program) -> SideMap<FuncId, bool> {
    let mut raises: SideMap<FuncId, bool> = SideMap::default();
    let mut is_settled = false;
    while !is_settled {
        is_settled = true;
        for (id, function) in program.functions.iter() {
            if !raises[id] && can_raise(program, function, &raises) {
                raises[id] = true;
                is_settled = false;
            }
        }
    }
    raises
}

/// Whether the function can, as far as `known` knows the others.
fn can_raise(program: &Program, function: &Function, known: &SideMap<FuncId, bool>) -> bool {
    function.blocks.values().any(|block| {
        let ops = block.insts.iter().map(|&inst| &function.insts[inst].op);
        matches!(block.terminator, Terminator::Raise(..))
            || ops.clone().any(|op| matches!(op, Op::Call(callee, _) if known[*callee]))
            || ops.clone().any(|op| matches!(op, Op::CallC(id, _) if program.c_functions[*id].can_call_back))
            || ops.clone().any(|op| matches!(op, Op::CallPointer(..) | Op::Print(..) | Op::Index { site: Some(_), .. }))
    })
}
