//! Errors that stay inside of their function.
//!
//! A caught instruction leaves its error with the thread and says whether it failed; its result is zero then. What
//! an error that was taken is only the host knows: it is a word here.

use inkwell::values::IntValue;
use tir::{ErrorOp, Value};

use crate::body::Body;
use crate::error::{InternalError, Result};
use crate::operand::Operand;
use crate::unit::Promise;

impl<'ctx> Body<'_, 'ctx> {
    /// Something about the error of an instruction that is caught.
    pub(crate) fn error_op(&self, op: &ErrorOp) -> Result<Operand<'ctx>> {
        let context = self.emitter.unit.context;
        let (word, number) = (context.i64_type(), context.i32_type());
        match op {
            ErrorOp::Failed => {
                let failed = self.failed.get();
                Ok(failed.ok_or_else(|| InternalError::new("nothing before it is caught"))?.into())
            }
            ErrorOp::Set(site, values) => {
                self.set_error(*site, values)?;
                Ok(Operand::Nothing)
            }
            ErrorOp::Take => {
                let take = word.fn_type(&[], false);
                let take = self.emitter.unit.external("ferrule_error_take", take, Promise::Cold);
                Ok(self.emitter.call_value(take, &[])?.into_int_value().into())
            }
            ErrorOp::Is(error, class) => {
                let code = self.emitter.unit.external_data("ferrule_code", context.i8_type());
                let params = [word.into(), self.emitter.unit.pointer().into(), number.into()];
                let ask = self.emitter.unit.external(
                    "ferrule_error_is",
                    number.fn_type(&params, false),
                    Promise::Cold,
                );
                let class = number.const_int(arena::Id::index(*class) as u64, false);
                let args = [self.value(*error)?.int()?.into(), code.as_pointer_value().into(), class.into()];
                let answer = self.emitter.call_value(ask, &args)?.into_int_value();
                Ok(self.is_not_zero(answer)?.into())
            }
            ErrorOp::Copy(error) => {
                let copy = word.fn_type(&[word.into()], false);
                let copy = self.emitter.unit.external("ferrule_error_copy", copy, Promise::Cold);
                let copied = self.emitter.call_value(copy, &[self.value(*error)?.int()?.into()])?;
                Ok(copied.into_int_value().into())
            }
            ErrorOp::Drop(error) => {
                let forget = context.void_type().fn_type(&[word.into()], false);
                let forget = self.emitter.unit.external("ferrule_error_drop", forget, Promise::Cold);
                self.emitter.call(forget, &[self.value(*error)?.int()?.into()])?;
                Ok(Operand::Nothing)
            }
        }
    }

    /// Ends the function with an error that was taken.
    pub(crate) fn reraise(&self, error: Value) -> Result<()> {
        let context = self.emitter.unit.context;
        let restore = context.i32_type().fn_type(&[context.i64_type().into()], false);
        let restore = self.emitter.unit.external("ferrule_error_restore", restore, Promise::Cold);
        let status = self.emitter.call_value(restore, &[self.value(error)?.int()?.into()])?;
        self.emitter.builder.build_return(Some(&status))?;
        Ok(())
    }

    /// Whether an answer is not zero.
    pub(crate) fn is_not_zero(&self, answer: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let zero = answer.get_type().const_zero();
        Ok(self.emitter.builder.build_int_compare(inkwell::IntPredicate::NE, answer, zero, "")?)
    }
}
