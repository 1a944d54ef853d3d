//! How a function ends with an error: its own, a callee's, or one that is pending at the border.

use arena::Id;
use inkwell::values::IntValue;
use tir::{FuncId, RaiseSiteId, Value};

use crate::body::Body;
use crate::error::Result;
use crate::operand::Operand;
use crate::unit::Promise;

/// The status of a call that left its error with the runtime.
const STATUS_RAISED: u64 = 1;
/// The status of a call that left its error in the border's frame.
const STATUS_PENDING: u64 = 2;

impl<'ctx> Body<'_, 'ctx> {
    /// Ends the function with an error that has these arguments.
    pub(crate) fn raise(&self, site: RaiseSiteId, args: &[Value]) -> Result<()> {
        let mut words = Vec::new();
        for &arg in args {
            self.emitter.push_words(&self.value(arg)?, self.type_of(arg), &mut words)?;
        }
        self.raise_words(site, &words)
    }

    /// Leaves the error to the runtime: the site, and the words of its arguments.
    pub(crate) fn raise_words(&self, site: RaiseSiteId, words: &[IntValue<'ctx>]) -> Result<()> {
        let unit = self.emitter.unit;
        let (word, number) = (unit.context.i64_type(), unit.context.i32_type());
        let record = self.emitter.word_array(words)?;
        let pointer = unit.pointer();
        let params = [pointer.into(), number.into(), pointer.into(), word.into()];
        let raise = unit.context.void_type().fn_type(&params, false);
        let raise = unit.external("ferrule_raise", raise, Promise::Cold);
        let code = unit.external_data("ferrule_code", unit.context.i8_type()).as_pointer_value();
        let site = number.const_int(site.index() as u64, false);
        let count = word.const_int(words.len() as u64, false);
        self.emitter.call(raise, &[code.into(), site.into(), record.into(), count.into()])?;
        self.emitter.builder.build_return(Some(&number.const_int(STATUS_RAISED, false)))?;
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
    /// these before.
    pub(crate) fn return_pending(&self, releases: &[Value]) -> Result<()> {
        let number = self.emitter.unit.context.i32_type();
        let (next, asked) = (self.emitter.block("ok"), self.emitter.block("pending"));
        let pending = self.emitter.load_pending()?;
        self.emitter.branch_if_zero(pending, next, asked)?;
        self.emitter.builder.position_at_end(asked);
        let ask =
            self.emitter.unit.external("ferrule_call_failed", number.fn_type(&[], false), Promise::Cold);
        let is_failed = self.emitter.call_value(ask, &[])?.into_int_value();
        let failed = self.emitter.block("failed");
        self.emitter.branch_if_zero(is_failed, next, failed)?;
        self.emitter.builder.position_at_end(failed);
        self.release_all(releases)?;
        self.emitter.builder.build_return(Some(&number.const_int(STATUS_PENDING, false)))?;
        self.emitter.builder.position_at_end(next);
        Ok(())
    }

    /// Another function of the program. Where it raises, so does this one, which releases these before.
    pub(crate) fn call(&self, callee: FuncId, args: &[Value], releases: &[Value]) -> Result<Operand<'ctx>> {
        let (llvm, abi) = self.emitter.unit.function(callee);
        let args = self.values(args)?;
        let (status, result) = self.emitter.call_jitted(llvm, abi, &args)?;
        if let Some(status) = status {
            self.return_failure(status, releases)?;
        }
        result.read(&self.emitter, abi.result)
    }
}
