//! `print`: the words of what is printed go to the host.

use arena::Id;
use inkwell::values::{BasicValueEnum, IntValue};
use tir::{Inst, PrintId, Ty, Value};

use crate::body::Body;
use crate::error::{InternalError, Result};
use crate::operand::Operand;
use crate::unit::Promise;

impl<'ctx> Body<'_, 'ctx> {
    /// Has the host print. Where that raises, so does this function unless it is caught.
    pub(crate) fn print(&self, id: PrintId, values: &[Value], inst: &Inst) -> Result<Operand<'ctx>> {
        let unit = self.emitter.unit;
        let mut words = Vec::new();
        for &value in values {
            self.push_parts(value, &mut words)?;
        }
        let record = self.emitter.word_array(&words)?;
        let (number, pointer) = (unit.context.i32_type(), unit.pointer());
        let ty = number.fn_type(&[pointer.into(), number.into(), pointer.into()], false);
        let print = unit.external("ferrule_print", ty, Promise::Nothing);
        let code = unit.external_data("ferrule_code", unit.context.i8_type()).as_pointer_value();
        let site = number.const_int(id.index() as u64, false);
        let status = self.emitter.call_value(print, &[code.into(), site.into(), record.into()])?;
        let status = status.into_int_value();
        if inst.is_caught {
            self.failed.set(Some(self.is_not_zero(status)?));
        } else {
            self.return_failure(status, &inst.releases)?;
        }
        Ok(Operand::Nothing)
    }

    /// The words of a scalar, as an error has them, or the parts of an array.
    fn push_parts(&self, value: Value, words: &mut Vec<IntValue<'ctx>>) -> Result<()> {
        let (operand, ty) = (self.value(value)?, self.type_of(value));
        if !matches!(ty, Ty::Array(_)) {
            return self.emitter.push_words(&operand, ty, words);
        }
        for part in operand.parts() {
            words.push(match part {
                BasicValueEnum::IntValue(word) => word,
                BasicValueEnum::PointerValue(address) => {
                    let word = self.emitter.unit.context.i64_type();
                    self.emitter.builder.build_ptr_to_int(address, word, "")?
                }
                BasicValueEnum::FloatValue(_)
                | BasicValueEnum::ArrayValue(_)
                | BasicValueEnum::StructValue(_)
                | BasicValueEnum::VectorValue(_)
                | BasicValueEnum::ScalableVectorValue(_) => {
                    return Err(InternalError::new("an array is of addresses and words"));
                }
            });
        }
        Ok(())
    }
}
