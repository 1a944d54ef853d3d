//! The C entry of a cfunc: what C calls.
//!
//! An error that is pending in the border's frame keeps it from running; an error of its own is
//! left to the border. Either way C gets zero.

use arena::Id;
use ctype::CType;
use inkwell::module::Linkage;
use inkwell::values::{BasicValueEnum, IntValue};
use tir::{FuncId, Ty};

use crate::CEntry;
use crate::c_abi::{CSignature, Shape};
use crate::emitter::Emitter;
use crate::error::{InternalError, Result};
use crate::operand::Operand;
use crate::unit::{Promise, Unit};

/// Adds the entry to the module.
pub(crate) fn lower_entry(unit: &Unit<'_, '_>, entry: &CEntry) -> Result<()> {
    let CType::Function(declared) = unit.types.get(entry.ty) else {
        return Err(InternalError::new("a C entry has a function type"));
    };
    let (body, abi) = unit.function(FuncId::from_index(0));
    if declared.is_variadic || declared.params.len() != abi.params.len() {
        return Err(InternalError::new("a C entry takes what its function takes"));
    }
    let signature = CSignature::new(unit, unit.types, declared.result, &declared.params, None)?;
    let llvm = unit.module.add_function(&entry.symbol, signature.function_type, Some(Linkage::External));
    unit.attribute(llvm, "nounwind", 0);
    unit.attribute(llvm, "uwtable", 2);
    for (at, attribute) in signature.attributes() {
        llvm.add_attribute(at, attribute);
    }
    let emitter = Emitter::new(unit, llvm);
    emitter.return_zero_where_stopped(&signature.result)?;
    let first = usize::from(matches!(signature.result, Shape::Memory(..)));
    let mut parts = llvm.get_params().into_iter().skip(first);
    let mut args = Vec::with_capacity(abi.params.len());
    for (&ty, shape) in abi.params.iter().zip(&signature.params) {
        args.push(emitter.receive(ty, shape, &mut parts)?);
    }
    let (status, result) = emitter.call_jitted(body, abi, &args, false)?;
    if let Some(status) = status {
        emitter.return_zero_where_failed(status, &signature.result)?;
    }
    let value = result.read(&emitter, abi.result)?;
    emitter.return_to_c(&value, abi.result, &signature.result)?;
    emitter.finish()
}

impl<'ctx> Emitter<'_, 'ctx> {
    /// Does not run where the innermost frame holds an error already.
    fn return_zero_where_stopped(&self, result: &Shape<'ctx>) -> Result<()> {
        let (run, asked, stopped) = (self.block("run"), self.block("asked"), self.block("stopped"));
        let pending = self.load_pending()?;
        self.branch_if_zero(pending, run, asked)?;
        self.builder.position_at_end(asked);
        let ask = self.unit.context.i32_type().fn_type(&[], false);
        let ask = self.unit.external("ferrule_callback_is_stopped", ask, Promise::Cold);
        let is_stopped = self.call_value(ask, &[])?.into_int_value();
        self.branch_if_zero(is_stopped, run, stopped)?;
        self.builder.position_at_end(stopped);
        self.return_zero(result)?;
        self.builder.position_at_end(run);
        Ok(())
    }

    /// Leaves an error of the body's to the border.
    fn return_zero_where_failed(&self, status: IntValue<'ctx>, result: &Shape<'ctx>) -> Result<()> {
        let (done, failed) = (self.block("done"), self.block("failed"));
        self.branch_if_zero(status, done, failed)?;
        self.builder.position_at_end(failed);
        let (pointer, context) = (self.unit.pointer(), self.unit.context);
        let tell = context.void_type().fn_type(&[pointer.into(), context.i32_type().into()], false);
        let tell = self.unit.external("ferrule_callback_failed", tell, Promise::Cold);
        let code = self.unit.external_data("ferrule_code", context.i8_type()).as_pointer_value();
        self.call(tell, &[code.into(), status.into()])?;
        self.return_zero(result)?;
        self.builder.position_at_end(done);
        Ok(())
    }

    /// Returns zero bits.
    fn return_zero(&self, result: &Shape<'ctx>) -> Result<()> {
        if let Shape::Memory(size, _) = result {
            let context = self.unit.context;
            let (zero, size) =
                (context.i8_type().const_zero(), context.i64_type().const_int(size.get(), false));
            let pointer = self.param(0)?.into_pointer_value();
            self.builder.build_memset(pointer, 1, zero, size)?;
        }
        match self.llvm.get_type().get_return_type() {
            None => self.builder.build_return(None)?,
            Some(ty) => self.builder.build_return(Some(&ty.const_zero()))?,
        };
        Ok(())
    }

    fn return_to_c(&self, value: &Operand<'ctx>, ty: Ty, result: &Shape<'ctx>) -> Result<()> {
        if let Shape::Memory(..) = result {
            self.store_value(ty, self.param(0)?.into_pointer_value(), value)?;
            self.builder.build_return(None)?;
            return Ok(());
        }
        let mut parts: Vec<BasicValueEnum<'ctx>> = Vec::new();
        self.pass(value, ty, result, &mut parts)?;
        match parts.as_slice() {
            [] => self.builder.build_return(None)?,
            [part] => self.builder.build_return(Some(part))?,
            parts => self.builder.build_aggregate_return(parts)?,
        };
        Ok(())
    }
}
