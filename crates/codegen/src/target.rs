//! The machine that code is made for: this one.

use std::sync::OnceLock;

use inkwell::OptimizationLevel;
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

/// Position-independent code of the small model. A function that is far away is called through a
/// stub that the linker puts beside the code. (Calls through the table of addresses would save
/// the stub, but LLVM's linker breaks them where a function lies in the lowest 4 GB, as those of
/// an executable without position independence do.)
fn make_machine() -> Result<TargetMachine> {
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
