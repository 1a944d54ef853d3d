//! The machine that code is made for: this one.

use std::ffi::{CStr, c_char, c_int};
use std::sync::{Once, OnceLock};

use inkwell::OptimizationLevel;
use inkwell::llvm_sys::support::LLVMParseCommandLineOptions;
use inkwell::targets::{CodeModel, InitializationConfig, RelocMode, Target, TargetMachine};

use crate::error::{InternalError, Result};

/// Runs `action` with this thread's target machine, which is made when it is first wanted.
pub(crate) fn with_machine<T>(action: impl FnOnce(&TargetMachine) -> Result<T>) -> Result<T> {
    thread_local! {
        static MACHINE: OnceLock<TargetMachine> = const { OnceLock::new() };
    }
    MACHINE.with(|machine| match machine.get() {
        Some(machine) => action(machine),
        None => {
            let made = make_machine()?;
            action(machine.get_or_init(|| made))
        }
    })
}

/// What LLVM is told once in a process.
///
/// `-slp-threshold=2`: values are packed into a vector where that saves three operations or more, not at the
/// least gain. A vector of two that is read where its halves were just written waits for both; a loop over a
/// few points in space ran 1.15 times as long, complex numbers and coupled equations up to 1.25 times.
const OPTIONS: &[&CStr] = &[c"ferrule", c"-slp-threshold=2"];

fn set_options() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let arguments: Vec<*const c_char> = OPTIONS.iter().map(|option| option.as_ptr()).collect();
        let count = c_int::try_from(arguments.len()).unwrap_or_default();
        // SAFETY: so many strings are there, and this copy of LLVM is ours alone: nobody else sets its options,
        // and no thread compiles before this has returned.
        unsafe { LLVMParseCommandLineOptions(count, arguments.as_ptr(), std::ptr::null()) };
    });
}

/// Position-independent code of the small model. A function that is far away is called through a
/// stub that the linker puts beside the code. (Calls through the table of addresses would save
/// the stub, but LLVM's linker breaks them where a function lies in the lowest 4 GB, as those of
/// an executable without position independence do.)
fn make_machine() -> Result<TargetMachine> {
    set_options();
    Target::initialize_native(&InitializationConfig::default()).map_err(InternalError::new)?;
    let triple = TargetMachine::get_default_triple();
    let cpu = TargetMachine::get_host_cpu_name();
    let features = TargetMachine::get_host_cpu_features();
    let machine = Target::from_triple(&triple)?.create_target_machine(
        &triple,
        &cpu.to_string_lossy(),
        &features.to_string_lossy(),
        OptimizationLevel::Aggressive,
        RelocMode::PIC,
        CodeModel::Small,
    );
    machine.ok_or_else(|| InternalError::new("LLVM has no target machine for this machine"))
}
