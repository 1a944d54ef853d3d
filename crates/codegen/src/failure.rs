//! How a function ends with an error: its own, a callee's, or one that is pending at the border.

use arena::Id;
use inkwell::values::IntValue;
use tir::{FuncId, Inst, RaiseSiteId, Value};

use crate::body::Body;
use crate::error::Result;
use crate::operand::Operand;
use crate::unit::Promise;

/// The status of a call that left its error with the runtime.
const STATUS_RAISED: u64 = 1;
/// The status of a call that left its error in the border's frame.
pub(crate) const STATUS_PENDING: u64 = 2;

impl<'ctx> Body<'_, 'ctx> {
    /// Ends the function with an error that has these arguments.
    pub(crate) fn raise(&self, site: RaiseSiteId, args: &[Value]) -> Result<()> {
        self.set_error(site, args)?;
        self.return_raised()
    }

    /// Leaves an error that has these arguments to the runtime.
    pub(crate) fn set_error(&self, site: RaiseSiteId, args: &[Value]) -> Result<()> {
        let mut words = Vec::new();
        for &arg in args {
            self.emitter.push_words(&self.value(arg)?, self.type_of(arg), &mut words)?;
        }
        self.set_numbered(site.index() as u64, &words)
    }

    /// Ends the function with the error that the runtime has.
    pub(crate) fn return_raised(&self) -> Result<()> {
        let status = self.emitter.unit.context.i32_type().const_int(STATUS_RAISED, false);
        self.emitter.builder.build_return(Some(&status))?;
        Ok(())
    }

    /// Leaves the error of a site by its number to the runtime, with the words of its arguments.
    pub(crate) fn set_numbered(&self, site: u64, words: &[IntValue<'ctx>]) -> Result<()> {
        let unit = self.emitter.unit;
        let (word, number) = (unit.context.i64_type(), unit.context.i32_type());
        let record = self.emitter.word_array(words)?;
        let pointer = unit.pointer();
        let params = [pointer.into(), number.into(), pointer.into(), word.into()];
        let raise = unit.context.void_type().fn_type(&params, false);
        let raise = unit.external("ferrule_raise", raise, Promise::Cold);
        let code = unit.external_data("ferrule_code", unit.context.i8_type()).as_pointer_value();
        let site = number.const_int(site, false);
        let count = word.const_int(words.len() as u64, false);
        self.emitter.call(raise, &[code.into(), site.into(), record.into(), count.into()])?;
        Ok(())
    }

    /// Returns the status where it is not zero, and releases these before; goes on where it is.
    pub(crate) fn return_failure(&self, status: IntValue<'ctx>, releases: &[Value]) -> Result<()> {
        let (next, failed) = (self.emitter.block("ok"), self.emitter.block("failed"));
        self.emitter.branch_if_zero(status, next, failed)?;
        self.emitter.builder.position_at_end(failed);
        self.release_all(releases)?;
        self.emitter.builder.build_return(Some(&status))?;
        self.emitter.builder.position_at_end(next);
        Ok(())
    }

    /// Returns where the C function that was just called left an error in the border's frame, and releases
    /// before what the call says.
    pub(crate) fn return_pending(&self, inst: &Inst) -> Result<()> {
        let number = self.emitter.unit.context.i32_type();
        let (next, asked) = (self.emitter.block("ok"), self.emitter.block("pending"));
        let pending = self.emitter.load_pending()?;
        let before = self.emitter.current_block()?;
        self.emitter.branch_if_zero(pending, next, asked)?;
        self.emitter.builder.position_at_end(asked);
        let ask =
            self.emitter.unit.external("ferrule_call_failed", number.fn_type(&[], false), Promise::Cold);
        let is_failed = self.emitter.call_value(ask, &[])?.into_int_value();
        if inst.is_caught {
            let zero = number.const_zero();
            self.emitter.builder.build_unconditional_branch(next)?;
            self.emitter.builder.position_at_end(next);
            let answer = self.emitter.builder.build_phi(number, "failed")?;
            answer.add_incoming(&[(&zero, before), (&is_failed, asked)]);
            self.failed.set(Some(self.is_not_zero(answer.as_basic_value().into_int_value())?));
            return Ok(());
        }
        let failed = self.emitter.block("failed");
        self.emitter.branch_if_zero(is_failed, next, failed)?;
        self.emitter.builder.position_at_end(failed);
        self.release_all(&inst.releases)?;
        self.emitter.builder.build_return(Some(&number.const_int(STATUS_PENDING, false)))?;
        self.emitter.builder.position_at_end(next);
        Ok(())
    }

    /// Another function of the program. Where it raises, so does this one, which releases these before.
    pub(crate) fn call(&self, callee: FuncId, args: &[Value], inst: &Inst) -> Result<Operand<'ctx>> {
        let (llvm, abi) = self.emitter.unit.function(callee);
        let args = self.values(args)?;
        let (status, result) = self.emitter.call_jitted(llvm, abi, &args, inst.is_caught)?;
        if inst.is_caught {
            let never = self.emitter.unit.context.bool_type().const_zero();
            self.failed.set(Some(status.map_or(Ok(never), |status| self.is_not_zero(status))?));
        } else if let Some(status) = status {
            self.return_failure(status, &inst.releases)?;
        }
        result.read(&self.emitter, abi.result)
    }
}
