//! What is left of the stack: functions that can be entered again before they are left look at it first.
//!
//! The limit is asked of the runtime by the function that enters a recursion, and handed on inside of it.

use arena::Id;
use inkwell::values::IntValue;
use tir::FuncId;

use crate::body::Body;
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::unit::Promise;

impl Body<'_, '_> {
    /// Ends a function that is entered with too little left of the stack with an error.
    pub(crate) fn guard_stack(&mut self, id: FuncId) -> Result<()> {
        if !self.abi.is_guarded {
            return Ok(());
        }
        let emitter = &self.emitter;
        let last = emitter.llvm.get_last_param().ok_or_else(|| InternalError::new("there is no limit"))?;
        let limit = last.into_int_value();
        emitter.limit.set(Some(limit));
        let (builder, word) = (&emitter.builder, emitter.unit.context.i64_type());
        let here = emitter.intrinsic("llvm.stacksave", &[emitter.unit.pointer().into()], &[])?;
        let here = builder.build_ptr_to_int(here.into_pointer_value(), word, "stack")?;
        let is_enough = builder.build_int_compare(inkwell::IntPredicate::UGE, here, limit, "")?;
        let (enough, exhausted) = (emitter.block("enough"), emitter.block("exhausted"));
        emitter.branch_usually(is_enough, enough, exhausted)?;
        builder.position_at_end(exhausted);
        let function = word.const_int(id.index() as u64, false);
        self.set_numbered(u64::from(runtime::error::RECURSION), &[function])?;
        self.return_raised()?;
        self.emitter.start_at(enough);
        Ok(())
    }
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// The lowest address that the stack of this thread may reach.
    pub(crate) fn stack_limit(&self) -> Result<IntValue<'ctx>> {
        if let Some(limit) = self.limit.get() {
            return Ok(limit);
        }
        let ask = self.unit.context.i64_type().fn_type(&[], false);
        let ask = self.unit.external("ferrule_stack_limit", ask, Promise::Pure);
        Ok(self.call_value(ask, &[])?.into_int_value())
    }
}
