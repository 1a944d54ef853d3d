//! Which functions of a program can end with an error.
//!
//! A function can when it raises itself, be it for an index or in a loop that is interrupted, when it calls one that can, when it calls
//! into C that may come back: an error may then be pending; and when it recurses, for which the stack may be too
//! small. All others return their value directly, so the answer decides a function's ABI.

use arena::SideMap;
use tir::{FuncId, Function, Op, Program, Terminator};

use crate::recursion::recurses;

/// For each function, whether it can end with an error.
pub fn raises(program: &Program) -> SideMap<FuncId, bool> {
    let mut raises = recurses(program);
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
        let uncaught = block.insts.iter().map(|&inst| &function.insts[inst]).filter(|inst| !inst.is_caught);
        let ops = uncaught.map(|inst| &inst.op);
        matches!(block.terminator, Terminator::Raise(..) | Terminator::Reraise(_))
            || ops.clone().any(|op| matches!(op, Op::Call(callee, _) if known[*callee]))
            || ops.clone().any(|op| matches!(op, Op::CallC(id, _) if program.c_functions[*id].can_call_back))
            || ops.clone().any(is_open)
    })
}

/// Whether an operation can fail whatever it refers to.
fn is_open(op: &Op) -> bool {
    matches!(op, Op::CallPointer(..) | Op::Print(..) | Op::Poll(_) | Op::Index { site: Some(_), .. })
}
