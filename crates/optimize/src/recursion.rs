//! Which functions of a program can be entered again before they are left.
//!
//! A function can when the calls of the program lead from it back to it, and when it calls into C that may call
//! compiled code: what a pointer to function leads to is not known. In a recursion without end one of these is
//! entered again and again, so it is enough that they look how much is left of the stack.

use arena::SideMap;
use tir::{FuncId, Op, Program};

/// For each function, whether it can be entered again before it is left.
pub fn recurses(program: &Program) -> SideMap<FuncId, bool> {
    let mut callees: SideMap<FuncId, Vec<FuncId>> = SideMap::default();
    let mut recurses: SideMap<FuncId, bool> = SideMap::default();
    for (id, function) in program.functions.iter() {
        let insts = function.blocks.values().flat_map(|block| &block.insts);
        for op in insts.map(|inst| &function.insts[*inst].op) {
            if let Op::Call(callee, _) = op {
                callees[id].push(*callee);
            }
            recurses[id] |= may_come_back(program, op);
        }
    }
    for id in program.functions.ids() {
        recurses[id] |= reaches(&callees, id);
    }
    recurses
}

/// Whether an operation leaves for C, which may call any function.
fn may_come_back(program: &Program, op: &Op) -> bool {
    if let Op::CallC(callee, _) = op {
        program.c_functions[*callee].can_call_back
    } else {
        matches!(op, Op::CallPointer(..))
    }
}

/// Whether calls lead from a function back to it.
fn reaches(callees: &SideMap<FuncId, Vec<FuncId>>, from: FuncId) -> bool {
    let mut is_seen: SideMap<FuncId, bool> = SideMap::default();
    let mut pending = callees[from].clone();
    while let Some(next) = pending.pop() {
        if next == from {
            return true;
        }
        if !std::mem::replace(&mut is_seen[next], true) {
            pending.extend(&callees[next]);
        }
    }
    false
}
