//! ORC behind safe functions.

use std::ffi::{CStr, CString, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::{Mutex, PoisonError};

use inkwell::targets::{InitializationConfig, Target};
use llvm_sys::core::LLVMCreateMemoryBufferWithMemoryRangeCopy;
use llvm_sys::error::{LLVMDisposeErrorMessage, LLVMErrorRef, LLVMGetErrorMessage};
use llvm_sys::orc2::lljit::{
    LLVMOrcCreateLLJIT, LLVMOrcLLJITAddObjectFile, LLVMOrcLLJITGetExecutionSession, LLVMOrcLLJITRef,
};
use llvm_sys::orc2::{
    LLVMJITEvaluatedSymbol, LLVMJITSymbolFlags, LLVMJITSymbolGenericFlags, LLVMOrcAbsoluteSymbols,
    LLVMOrcCJITDylibSearchOrderElement, LLVMOrcCLookupSetElement, LLVMOrcCSymbolMapPair,
    LLVMOrcCSymbolMapPairs, LLVMOrcDisposeMaterializationUnit, LLVMOrcExecutionSessionCreateBareJITDylib,
    LLVMOrcExecutionSessionGetSymbolStringPool, LLVMOrcExecutionSessionIntern, LLVMOrcExecutionSessionLookup,
    LLVMOrcExecutionSessionRef, LLVMOrcExecutionSessionSetErrorReporter, LLVMOrcJITDylibClear,
    LLVMOrcJITDylibDefine, LLVMOrcJITDylibLookupFlags, LLVMOrcLookupKind, LLVMOrcOpaqueJITDylib,
    LLVMOrcSymbolLookupFlags, LLVMOrcSymbolStringPoolClearDeadEntries, LLVMOrcSymbolStringPoolEntryRef,
};

/// LLVM's words for what went wrong.
type Message = String;

/// The session of the process.
#[derive(Debug)]
pub(crate) struct Session {
    jit: LLVMOrcLLJITRef,
    session: LLVMOrcExecutionSessionRef,
}

// SAFETY: ORC ties a session to no thread.
unsafe impl Send for Session {}

/// A namespace of symbols and the memory of what is linked into it.
#[derive(Debug)]
pub(crate) struct Dylib(NonNull<LLVMOrcOpaqueJITDylib>);

// SAFETY: a dylib is reached through the session only, which may move between threads.
unsafe impl Send for Dylib {}
// SAFETY: nothing can be done with a shared reference.
unsafe impl Sync for Dylib {}

/// What the session said that no caller was told, such as why an object failed.
static REPORTED: Mutex<Message> = Mutex::new(Message::new());

impl Session {
    /// Makes the session.
    pub(crate) fn new() -> Result<Self, Message> {
        let mut jit = null_mut();
        // Inkwell's lock keeps this apart from the registration that code generation asks for.
        Target::initialize_native(&InitializationConfig::default())?;
        // SAFETY: the host's target is registered. A null builder asks for the defaults.
        let session = unsafe {
            check(LLVMOrcCreateLLJIT(&raw mut jit, null_mut()))?;
            LLVMOrcLLJITGetExecutionSession(jit)
        };
        // SAFETY: the session is alive, and the reporter is a function that uses no context.
        unsafe { LLVMOrcExecutionSessionSetErrorReporter(session, report, null_mut()) };
        Ok(Self { jit, session })
    }

    /// A new, empty dylib of a name that no other has.
    pub(crate) fn create_dylib(&mut self, name: &str) -> Result<Dylib, Message> {
        let name = c_string(name)?;
        // SAFETY: the session is alive and copies the name.
        let dylib = unsafe { LLVMOrcExecutionSessionCreateBareJITDylib(self.session, name.as_ptr()) };
        NonNull::new(dylib).map(Dylib).ok_or_else(|| "no dylib could be made".to_owned())
    }

    /// Links an object into an empty dylib: the addresses of what it defines. On failure the dylib
    /// must be cleared.
    pub(crate) fn link(
        &mut self,
        dylib: &mut Dylib,
        object: &[u8],
        needed: &[(&str, u64)],
        defined: &[&str],
    ) -> Result<Vec<u64>, Message> {
        if !needed.is_empty() {
            self.define(dylib, needed)?;
        }
        self.add(dylib, object)?;
        self.look_up(dylib, defined)
    }

    /// Gives names to addresses.
    fn define(&mut self, dylib: &mut Dylib, symbols: &[(&str, u64)]) -> Result<(), Message> {
        let mut pairs = Vec::with_capacity(symbols.len());
        for &(name, address) in symbols {
            let flags = LLVMJITSymbolFlags {
                GenericFlags: LLVMJITSymbolGenericFlags::LLVMJITSymbolGenericFlagsExported as u8,
                TargetFlags: 0,
            };
            let symbol = LLVMJITEvaluatedSymbol { Address: address, Flags: flags };
            pairs.push(LLVMOrcCSymbolMapPair { Name: self.intern(name)?, Sym: symbol });
        }
        // SAFETY: `pairs` is a list of its length; the unit takes over the reference to each name.
        // `define` takes over the unit, unless it fails.
        unsafe {
            let unit = LLVMOrcAbsoluteSymbols(pairs.as_mut_ptr(), pairs.len());
            let result = check(LLVMOrcJITDylibDefine(dylib.0.as_ptr(), unit));
            if result.is_err() {
                LLVMOrcDisposeMaterializationUnit(unit);
            }
            result
        }
    }

    /// Adds an object; it is linked when one of its symbols is looked up.
    fn add(&mut self, dylib: &mut Dylib, object: &[u8]) -> Result<(), Message> {
        // SAFETY: the buffer copies the bytes and is taken over by the session.
        unsafe {
            let name = c"object".as_ptr();
            let buffer =
                LLVMCreateMemoryBufferWithMemoryRangeCopy(object.as_ptr().cast(), object.len(), name);
            check(LLVMOrcLLJITAddObjectFile(self.jit, dylib.0.as_ptr(), buffer))
        }
    }

    /// The addresses of symbols, which links the object that holds them.
    fn look_up(&mut self, dylib: &mut Dylib, names: &[&str]) -> Result<Vec<u64>, Message> {
        let mut set = Vec::with_capacity(names.len());
        for name in names {
            set.push(LLVMOrcCLookupSetElement {
                Name: self.intern(name)?,
                LookupFlags: LLVMOrcSymbolLookupFlags::LLVMOrcSymbolLookupFlagsRequiredSymbol,
            });
        }
        let wanted: Vec<_> = set.iter().map(|element| element.Name).collect();
        let mut order = LLVMOrcCJITDylibSearchOrderElement {
            JD: dylib.0.as_ptr(),
            JDLookupFlags: LLVMOrcJITDylibLookupFlags::LLVMOrcJITDylibLookupFlagsMatchAllSymbols,
        };
        let mut answer = Answer { wanted: &wanted, result: None };
        // SAFETY: the lists have the lengths given; the lookup takes over the reference to each
        // name. The session has no threads of its own and this one has it alone, so that it links
        // here and calls `receive` before it returns: `answer` outlives the use.
        unsafe {
            LLVMOrcExecutionSessionLookup(
                self.session,
                LLVMOrcLookupKind::LLVMOrcLookupKindStatic,
                &raw mut order,
                1,
                set.as_mut_ptr(),
                set.len(),
                receive,
                (&raw mut answer).cast(),
            );
        }
        let unanswered = || Err("the session did not answer".to_owned());
        answer.result.take().unwrap_or_else(unanswered).map_err(with_reported)
    }

    /// Frees all that was linked into the dylib and forgets its symbols.
    pub(crate) fn clear(&mut self, dylib: &mut Dylib) -> Result<(), Message> {
        // SAFETY: the dylib is of this session, and nobody else uses it. The pool is the session's.
        unsafe {
            let result = check(LLVMOrcJITDylibClear(dylib.0.as_ptr()));
            LLVMOrcSymbolStringPoolClearDeadEntries(LLVMOrcExecutionSessionGetSymbolStringPool(self.session));
            result
        }
    }

    /// A reference to the pool's entry for the name, which the caller must give away.
    fn intern(&self, name: &str) -> Result<LLVMOrcSymbolStringPoolEntryRef, Message> {
        let name = c_string(name)?;
        // SAFETY: the session is alive and copies the name.
        Ok(unsafe { LLVMOrcExecutionSessionIntern(self.session, name.as_ptr()) })
    }
}

/// Where `receive` leaves what a lookup gave.
struct Answer<'a> {
    wanted: &'a [LLVMOrcSymbolStringPoolEntryRef],
    result: Option<Result<Vec<u64>, Message>>,
}

extern "C" fn receive(error: LLVMErrorRef, pairs: LLVMOrcCSymbolMapPairs, count: usize, answer: *mut c_void) {
    // SAFETY: `look_up` passes its `Answer`, and waits.
    let answer = unsafe { &mut *answer.cast::<Answer<'_>>() };
    answer.result = Some(check(error).map(|()| {
        // SAFETY: without an error ORC passes so many pairs, alive during the call.
        let pairs = unsafe { std::slice::from_raw_parts(pairs, count) };
        let address = |name| pairs.iter().find(|pair| pair.Name == name).map_or(0, |pair| pair.Sym.Address);
        answer.wanted.iter().map(|&name| address(name)).collect()
    }));
}

extern "C" fn report(_: *mut c_void, error: LLVMErrorRef) {
    if let Err(message) = check(error) {
        let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
        *reported = message;
    }
}

/// The message, and what the session reported in its place.
fn with_reported(message: Message) -> Message {
    let reported = std::mem::take(&mut *REPORTED.lock().unwrap_or_else(PoisonError::into_inner));
    if reported.is_empty() { message } else { format!("{message}: {reported}") }
}

fn c_string(name: &str) -> Result<CString, Message> {
    CString::new(name).map_err(|_| format!("a zero byte in the symbol {name:?}"))
}

/// An error of LLVM's as a value.
fn check(error: LLVMErrorRef) -> Result<(), Message> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: the error is not null and owned here; its message is a C string that is copied and
    // freed once.
    unsafe {
        let text = LLVMGetErrorMessage(error);
        let message = CStr::from_ptr(text).to_string_lossy().into_owned();
        LLVMDisposeErrorMessage(text);
        Err(message)
    }
}
