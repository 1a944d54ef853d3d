//! Typed IR to an LLVM module: one native function a function, and the entry that C or the host calls.
//!
//! [`lower`] gives a [`Module`], which can be read, optimised and turned into an object for `jit`.
//!
//! **Jitted ABI.** A function that cannot raise takes its parameters and returns its value. One
//! that can is `i32 f(result *, parameters...)`: status 0, the result is written; 1, the error is
//! in the thread's record of `runtime`; 2, an error is already pending in the border's frame. A
//! complex number travels as two floats, a record as its address, an array and a tuple as their parts; the
//! result is written where the first parameter points, also by a function that cannot raise, if it is a
//! record, an array or a tuple.
//!
//! **Native entry.** `i32 entry(u64 *results, const u64 *args)`, which the host calls: each part of each
//! parameter is a word of `args`, each part of the result one of `results`; the status is as above.
//!
//! **Symbols left open**, for whoever links: `ferrule_code` (the address that stands for this code
//! in an error record), `ferrule_pending` (the border's count of frames that hold an error),
//! `ferrule_callback_is_stopped`, `ferrule_callback_failed`, `ferrule_call_failed`, the functions
//! of `runtime`, and the C functions that [`Module::c_symbols`] lists.
//!
//! # Safety model
//! Two facts make the unsafe blocks here true. A [`Module`] owns the LLVM context that its module
//! lives in, at one address, and frees the module first. Pointer arithmetic that is built here is
//! never carried out here.

mod arithmetic;
mod array;
mod body;
mod c_abi;
mod c_call;
mod c_entry;
mod caught;
mod complex;
mod convert;
mod emitter;
mod error;
mod failure;
mod float;
mod holding;
mod integer;
mod intrinsic;
mod jitted_abi;
mod jitted_call;
mod loop_hint;
mod math;
mod memory;
mod module;
mod native_entry;
mod operand;
mod order;
mod poll;
mod print_call;
mod runtime_call;
mod stack;
mod target;
mod ufunc_loop;
mod unit;

use ctype::{CTypes, TypeId};
use tir::{CFunction, Program};

pub use error::InternalError;
pub use module::Module;

/// The C function that a program's first function is called through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CEntry {
    /// Its symbol.
    pub symbol: String,
    /// Its C function type, whose parameters and result are those of the program's first function.
    pub ty: TypeId,
}

/// How a program's first function is called from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// By C.
    C(CEntry),
    /// By the host, through `i32 entry(u64 *results, const u64 *args)`.
    Native {
        /// Its symbol.
        symbol: String,
    },
}

impl Entry {
    /// Its symbol.
    pub fn symbol(&self) -> &str {
        match self {
            Self::C(entry) => &entry.symbol,
            Self::Native { symbol } => symbol,
        }
    }
}

/// Lowers a program, and an entry to its first function.
///
/// # Errors
/// When the program breaks a rule of the typed IR, or takes a type that compiled code cannot.
pub fn lower(types: &CTypes, program: &Program, entry: &Entry) -> Result<Module, InternalError> {
    Module::build(entry.symbol(), |context, module| {
        let unit = unit::Unit::declare(context, module, types, program)?;
        for id in program.functions.ids() {
            body::lower_body(&unit, id)?;
        }
        match entry {
            Entry::C(entry) => c_entry::lower_entry(&unit, entry)?,
            Entry::Native { symbol } => native_entry::lower_native_entry(&unit, symbol)?,
        }
        Ok(unit.c_symbols())
    })
}

/// Lowers a loop over a C function of numbers, `i32 loop(char *const *args, i64 count, const i64 *steps)`, which
/// applies it to elements of arrays.
///
/// # Errors
/// When the function takes or returns anything but numbers.
pub fn lower_ufunc(types: &CTypes, function: CFunction, symbol: &str) -> Result<Module, InternalError> {
    let mut program = Program::default();
    program.c_functions.push(function);
    Module::build(symbol, |context, module| {
        let unit = unit::Unit::declare(context, module, types, &program)?;
        ufunc_loop::lower_ufunc_loop(&unit, symbol)?;
        Ok(unit.c_symbols())
    })
}
