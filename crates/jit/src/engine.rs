//! The engine, and code that it owns the memory of.

use std::ffi::CString;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::elf::Symbols;
use crate::orc::{Dylib, Session};

/// Why an object was not linked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// The bytes are not an object of this machine.
    NotAnObject,
    /// The object needs a symbol that was not given.
    Undefined(String),
    /// LLVM refused, in its words.
    Refused(String),
}

impl fmt::Display for LinkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => formatter.write_str("not an object file of this machine"),
            Self::Undefined(name) => write!(formatter, "the symbol `{name}` is not defined"),
            Self::Refused(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for LinkError {}

/// The linker of the process.
#[derive(Debug)]
pub struct Engine {
    session: Session,
    dylibs: Mutex<Dylibs>,
}

#[derive(Debug, Default)]
struct Dylibs {
    free: Vec<Dylib>,
    /// How many were ever made, for their names.
    count: usize,
}

impl Engine {
    /// The engine, which is made when it is first asked for.
    ///
    /// # Errors
    /// When LLVM cannot serve this machine.
    pub fn global() -> Result<&'static Self, LinkError> {
        static ENGINE: OnceLock<Result<Engine, LinkError>> = OnceLock::new();
        let made = ENGINE.get_or_init(|| {
            let session = Session::new().map_err(LinkError::Refused)?;
            Ok(Self { session, dylibs: Mutex::default() })
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// Links an object. `symbols` says where the symbols are that it leaves open; more may be given.
    ///
    /// # Errors
    /// When the bytes are no object, when a symbol is not given, when LLVM refuses.
    pub fn link(&'static self, object: &[u8], symbols: &[(&str, u64)]) -> Result<Code, LinkError> {
        let own = Symbols::read(object).ok_or(LinkError::NotAnObject)?;
        let mut needed = Vec::with_capacity(own.undefined.len());
        for name in &own.undefined {
            let given = symbols.iter().find(|(given, _)| given == name);
            needed.push(*given.ok_or_else(|| LinkError::Undefined((*name).to_owned()))?);
        }
        let dylib = self.take_dylib()?;
        let mut code = Code { engine: self, dylib: Some(dylib), symbols: Box::default() };
        code.fill(object, &needed, &own.defined).map_err(LinkError::Refused)?;
        Ok(code)
    }

    fn take_dylib(&self) -> Result<Dylib, LinkError> {
        let mut dylibs = self.dylibs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dylib) = dylibs.free.pop() {
            return Ok(dylib);
        }
        dylibs.count += 1;
        let name = CString::new(format!("code{}", dylibs.count)).unwrap_or_default();
        let refused = || LinkError::Refused("no dylib could be made".to_owned());
        self.session.create_dylib(&name).ok_or_else(refused)
    }
}

/// Linked code. Dropping it unmaps its memory: nothing may run in it or hold an address of it then.
#[derive(Debug)]
pub struct Code {
    engine: &'static Engine,
    /// There until it is dropped.
    dylib: Option<Dylib>,
    symbols: Box<[(Box<str>, u64)]>,
}

impl Code {
    /// Where the object's function of that name is.
    pub fn address(&self, symbol: &str) -> Option<u64> {
        self.symbols.iter().find(|(name, _)| name.as_ref() == symbol).map(|&(_, address)| address)
    }

    fn fill(&mut self, object: &[u8], needed: &[(&str, u64)], defined: &[&str]) -> Result<(), String> {
        let (session, Some(dylib)) = (&self.engine.session, &mut self.dylib) else { return Ok(()) };
        if !needed.is_empty() {
            session.define(dylib, needed)?;
        }
        session.add(dylib, object)?;
        let addresses = session.look_up(dylib, defined)?;
        self.symbols = defined.iter().map(|&name| name.into()).zip(addresses).collect();
        Ok(())
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let Some(mut dylib) = self.dylib.take() else { return };
        // A dylib that could not be emptied is left alone: its memory is lost, nothing else.
        if self.engine.session.clear(&mut dylib).is_ok() {
            self.engine.dylibs.lock().unwrap_or_else(PoisonError::into_inner).free.push(dylib);
        }
    }
}
