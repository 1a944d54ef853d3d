//! Compiled code with what it needs: owned together by all that can lead C into it.
//!
//! The address that C gets is a thunk's, made when it is first asked for. When the last owner goes,
//! the thunk becomes a tombstone and the code is unmapped.

use std::ffi::c_void;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ccall::{CallbackPlan, Thunk, Tombstone};
use ctype::{CType, TypeId};
use pyo3::gc::{PyTraverseError, PyVisit};

use crate::compiled::Descriptor;
use crate::table;

/// The code of a cfunc.
pub(super) struct Body {
    /// Unmapped with the body. Before the descriptor, whose address is in it.
    code: jit::Code,
    descriptor: Box<Descriptor>,
    thunk: Mutex<Option<Thunk>>,
    address: OnceLock<usize>,
    /// The C function type.
    pub(super) ty: TypeId,
    /// Its symbol.
    pub(super) symbol: String,
}

impl Body {
    pub(super) fn new(code: jit::Code, descriptor: Box<Descriptor>, ty: TypeId, symbol: String) -> Self {
        Self { code, descriptor, thunk: Mutex::new(None), address: OnceLock::new(), ty, symbol }
    }

    /// What compiled code is called in errors.
    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The address for C. It is good as long as the body, and a tombstone after.
    pub(super) fn address(&self) -> io::Result<usize> {
        if let Some(address) = self.address.get() {
            return Ok(*address);
        }
        let mut thunk = self.thunk.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match thunk.take() {
            Some(made) => made,
            None => Thunk::jump(self.entry())?,
        };
        let address = made.address().addr();
        *thunk = Some(made);
        Ok(*self.address.get_or_init(|| address))
    }

    /// The C entry itself, which goes with the body.
    pub(super) fn entry(&self) -> *const c_void {
        // `compile` has looked that the symbol is there.
        let address = self.code.address(&self.symbol).and_then(|address| usize::try_from(address).ok());
        std::ptr::with_exposed_provenance(address.unwrap_or_default())
    }

    /// Keeps the code for the life of the process: its address is known as a number.
    pub(super) fn pin(self: &Arc<Self>) {
        if !self.descriptor.set_pinned() {
            std::mem::forget(self.clone());
        }
    }

    /// Shows the garbage collector what the code needs alive, for the one object that owns it. Code
    /// whose address is known is left out: its errors, which refer to the same objects, may be on their way
    /// over C when that object is gone.
    pub(super) fn traverse(self: &Arc<Self>, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if self.address.get().is_some() || Arc::strong_count(self) > 1 {
            return Ok(());
        }
        self.descriptor.traverse(visit)
    }

    fn tombstone(&self) -> Tombstone {
        let types = table::read();
        let plan = if let CType::Function(signature) = types.get(self.ty) {
            CallbackPlan::new(&types, signature.result, &signature.params).ok().map(Arc::new)
        } else {
            None
        };
        Tombstone {
            name: self.descriptor.name().into(),
            signature: types.name(self.ty).into(),
            made_at: self.descriptor.made_at().into(),
            plan,
            error_value: Box::default(),
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let thunk = self.thunk.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thunk) = thunk {
            thunk.retire(self.tombstone());
        }
    }
}
