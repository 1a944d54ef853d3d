//! A module with the context that it lives in.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use inkwell::context::Context;
use inkwell::module::Module as LlvmModule;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::FileType;

use crate::error::{InternalError, Result};
use crate::target::with_machine;

/// What is run over a module. Vectorisers included: a scalar function has nothing for them to do,
/// and they find that out at once.
const PIPELINE: &str = "default<O3>";

/// An LLVM module: a lowered program.
pub struct Module {
    /// Lives in `context`.
    llvm: ManuallyDrop<LlvmModule<'static>>,
    /// From a box, freed after the module.
    context: NonNull<Context>,
    c_symbols: Vec<(String, u64)>,
}

// SAFETY: the context and all that lives in it belong to this value alone, and LLVM ties a context
// to no thread.
unsafe impl Send for Module {}

impl Module {
    /// A new module that `fill` fills; it says which C functions the module calls.
    pub(crate) fn build(
        name: &str,
        fill: impl FnOnce(&'static Context, &LlvmModule<'static>) -> Result<Vec<(String, u64)>>,
    ) -> Result<Self> {
        let context = NonNull::from(Box::leak(Box::new(Context::create())));
        // SAFETY: the context stays where it is until `drop`, which outlives every use: `fill`
        // gets it for its own time and can keep nothing but the module's contents.
        let shared: &'static Context = unsafe { context.as_ref() };
        let llvm = ManuallyDrop::new(shared.create_module(name));
        let mut made = Self { llvm, context, c_symbols: Vec::new() };
        with_machine(|machine| {
            made.llvm.set_triple(&machine.get_triple());
            made.llvm.set_data_layout(&machine.get_target_data().get_data_layout());
            Ok(())
        })?;
        made.c_symbols = fill(shared, &made.llvm)?;
        made.verify()?;
        Ok(made)
    }

    /// Holds the module to LLVM's rules, of which its passes assume that they are kept.
    fn verify(&self) -> Result<()> {
        let broken = |message| InternalError::new(format!("{message}\n{}", self.llvm_ir()));
        self.llvm.verify().map_err(|message| broken(message.to_string()))
    }

    /// The C functions that the module calls: the symbol that stands for each, and its address.
    pub fn c_symbols(&self) -> &[(String, u64)] {
        &self.c_symbols
    }

    /// The module as LLVM's text, as it is now.
    pub fn llvm_ir(&self) -> String {
        self.llvm.print_to_string().to_string()
    }

    /// Optimises the module for this machine.
    ///
    /// # Errors
    /// When LLVM refuses.
    pub fn optimize(&self) -> Result<()> {
        with_machine(|machine| Ok(self.llvm.run_passes(PIPELINE, machine, PassBuilderOptions::create())?))
    }

    /// The module as it is now in this machine's assembly language.
    ///
    /// # Errors
    /// When LLVM refuses.
    pub fn assembly(&self) -> Result<String> {
        let bytes = self.emit(FileType::Assembly)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
    }

    /// The module as it is now as a relocatable object.
    ///
    /// # Errors
    /// When LLVM refuses.
    pub fn object(&self) -> Result<Vec<u8>> {
        self.emit(FileType::Object)
    }

    fn emit(&self, kind: FileType) -> Result<Vec<u8>> {
        with_machine(|machine| {
            let buffer = machine.write_to_memory_buffer(&self.llvm, kind)?;
            Ok(buffer.as_slice().to_vec())
        })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: neither is used after this; the module goes before the context, which came from a
        // box in `build`.
        unsafe {
            ManuallyDrop::drop(&mut self.llvm);
            drop(Box::from_raw(self.context.as_ptr()));
        }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.llvm_ir())
    }
}
