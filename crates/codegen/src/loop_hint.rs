//! What LLVM is told of a loop.

use inkwell::llvm_sys::core::{LLVMReplaceMDNodeOperandWith, LLVMValueAsMetadata};
use inkwell::values::{AsValueRef, InstructionValue};

use crate::error::{InternalError, Result};
use crate::unit::Unit;

impl<'ctx> Unit<'_, 'ctx> {
    /// Says of the loop whose next round `jump` starts that its rounds are not to be made one vector.
    pub(crate) fn keep_rounds_apart(&self, jump: InstructionValue<'ctx>) -> Result<()> {
        let context = self.context;
        let disabled = context.bool_type().const_zero().into();
        let name = context.metadata_string("llvm.loop.vectorize.enable").into();
        let option = context.metadata_node(&[name, disabled]);
        // A loop is known by a node that has itself as its first operand.
        let node = context.metadata_node(&[option.into(), option.into()]);
        // SAFETY: the node is alive, as its context is, and has an operand of that number.
        unsafe {
            let value = node.as_value_ref();
            LLVMReplaceMDNodeOperandWith(value, 0, LLVMValueAsMetadata(value));
        }
        let kind = context.get_kind_id("llvm.loop");
        jump.set_metadata(node, kind).map_err(|error| InternalError::new(error.to_string()))
    }
}
