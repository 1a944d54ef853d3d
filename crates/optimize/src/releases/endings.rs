//! Which instructions can end a function with an error.

use arena::SideMap;
use tir::{CFunctionId, FuncId, Inst, Op, Program};

/// What is known of a program's functions.
pub(crate) struct Endings {
    raises: SideMap<FuncId, bool>,
    calls_back: SideMap<CFunctionId, bool>,
}

impl Endings {
    /// Those of a program as it is now.
    pub(crate) fn new(program: &Program) -> Self {
        let mut calls_back = SideMap::default();
        for (id, function) in program.c_functions.iter() {
            calls_back[id] = function.can_call_back;
        }
        Self { raises: crate::raises(program), calls_back }
    }

    /// Whether the instruction can end the function that it is in.
    pub(crate) fn can_end(&self, inst: &Inst) -> bool {
        let op = &inst.op;
        if inst.is_caught {
            false
        } else if let Op::Call(callee, _) = op {
            self.raises[*callee]
        } else if let Op::CallC(callee, _) = op {
            self.calls_back[*callee]
        } else {
            matches!(op, Op::CallPointer(..) | Op::Print(..) | Op::Poll(_) | Op::Index { site: Some(_), .. })
        }
    }
}
