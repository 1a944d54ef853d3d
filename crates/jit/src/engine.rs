//! The engine, and code that it owns the memory of.

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

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
    /// ORC queues its work for whichever thread looks next, so a link that is not alone could
    /// return before it is done: one at a time.
    linker: Mutex<Linker>,
}

#[derive(Debug)]
struct Linker {
    session: Session,
    /// Emptied dylibs.
    free: Vec<Dylib>,
    /// How many dylibs were ever made, for their names.
    made: usize,
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
            Ok(Self { linker: Mutex::new(Linker { session, free: Vec::new(), made: 0 }) })
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
        let mut linker = self.linker();
        let mut dylib = linker.take_dylib().map_err(LinkError::Refused)?;
        match linker.session.link(&mut dylib, object, &needed, &own.defined) {
            Ok(addresses) => {
                let names = own.defined.iter().map(|&name| name.into());
                Ok(Code { engine: self, dylib: Some(dylib), symbols: names.zip(addresses).collect() })
            }
            Err(message) => {
                linker.give_back(dylib);
                Err(LinkError::Refused(message))
            }
        }
    }

    fn linker(&self) -> MutexGuard<'_, Linker> {
        self.linker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Linker {
    fn take_dylib(&mut self) -> Result<Dylib, String> {
        if let Some(dylib) = self.free.pop() {
            return Ok(dylib);
        }
        self.made += 1;
        self.session.create_dylib(&format!("code{}", self.made))
    }

    /// Empties a dylib for the next code. One that cannot be emptied is left alone: its memory is
    /// lost, nothing else.
    fn give_back(&mut self, mut dylib: Dylib) {
        if self.session.clear(&mut dylib).is_ok() {
            self.free.push(dylib);
        }
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
}

impl Drop for Code {
    fn drop(&mut self) {
        if let Some(dylib) = self.dylib.take() {
            self.engine.linker().give_back(dylib);
        }
    }
}
