//! From typed IR to a function that can be called here.

use std::ffi::c_void;
use std::sync::atomic::{AtomicI32, AtomicU32};

use codegen::{CEntry, Entry};
use ctype::{CTypes, TypeId};
use jit::{Code, Engine};
use runtime::error::{self, Error, Raised};
use tir::Program;

/// What stands for every code here.
pub(crate) static CODE: u8 = 0;
/// The border's count of frames that hold an error.
pub(crate) static PENDING: AtomicU32 = AtomicU32::new(0);
/// The status that the last failed callback ended with; reset by whoever looks.
pub(crate) static FAILED: AtomicI32 = AtomicI32::new(0);

const ENTRY: &str = "cfunc";

extern "C" fn is_pending() -> i32 {
    i32::from(PENDING.load(std::sync::atomic::Ordering::Relaxed) != 0)
}

extern "C" fn callback_failed(code: *const c_void, status: i32) {
    assert_eq!(code, (&raw const CODE).cast());
    FAILED.store(status, std::sync::atomic::Ordering::Relaxed);
}

/// What compiled code raised on this thread, which it no longer has then.
pub(crate) fn raised() -> Option<Raised> {
    match error::take()? {
        Error::Raised(raised) => Some(raised),
        Error::Host(_) => panic!("there is no host here"),
    }
}

/// All that an object may leave open.
pub(crate) fn symbols() -> Vec<(&'static str, u64)> {
    let own = runtime::symbols().iter();
    let mut symbols: Vec<_> = own.map(|(name, address)| (name.as_str(), *address)).collect();
    symbols.extend([
        ("ferrule_code", (&raw const CODE).addr() as u64),
        ("ferrule_pending", (&raw const PENDING).addr() as u64),
        ("ferrule_callback_is_stopped", is_pending as *const c_void as u64),
        ("ferrule_callback_failed", callback_failed as *const c_void as u64),
        ("ferrule_call_failed", is_pending as *const c_void as u64),
    ]);
    symbols
}

/// The program's object, optimised or not, and the C functions that it calls.
pub(crate) fn object(
    types: &CTypes,
    program: &Program,
    entry: &Entry,
    optimize: bool,
) -> (Vec<u8>, Vec<(String, u64)>) {
    tir::verify(program, types).expect("the program keeps the rules");
    let module = codegen::lower(types, program, entry).expect("it lowers");
    if optimize {
        module.optimize().expect("it optimises");
    }
    (module.object().expect("it has an object"), module.c_symbols().to_vec())
}

/// Linked code and the address of its C entry.
pub(crate) struct Linked {
    _code: Code,
    pub(crate) address: usize,
}

impl Linked {
    /// The entry as a function.
    ///
    /// # Safety
    /// `F` is a function pointer of the entry's signature.
    pub(crate) unsafe fn entry<F: Copy>(&self) -> F {
        assert_eq!(size_of::<F>(), size_of::<usize>());
        // SAFETY: an address that is a function pointer, as the caller says.
        unsafe { std::mem::transmute_copy(&self.address) }
    }
}

/// The entry of a cfunc of this C function type.
pub(crate) fn c_entry(ty: TypeId) -> Entry {
    Entry::C(CEntry { symbol: ENTRY.into(), ty })
}

/// Compiles and links the program with a C entry.
pub(crate) fn compile(types: &CTypes, program: &Program, ty: TypeId, optimize: bool) -> Linked {
    link(types, program, &c_entry(ty), optimize)
}

/// Compiles and links the program with a native entry.
pub(crate) fn compile_native(types: &CTypes, program: &Program, optimize: bool) -> Linked {
    link(types, program, &Entry::Native { symbol: ENTRY.into() }, optimize)
}

fn link(types: &CTypes, program: &Program, entry: &Entry, optimize: bool) -> Linked {
    let (object, c_symbols) = object(types, program, entry, optimize);
    let mut symbols = symbols();
    symbols.extend(c_symbols.iter().map(|(name, address)| (name.as_str(), *address)));
    let code = Engine::global().expect("an engine").link(&object, &symbols).expect("it links");
    let address = code.address(ENTRY).expect("the entry is there");
    Linked { _code: code, address: usize::try_from(address).expect("an address") }
}
