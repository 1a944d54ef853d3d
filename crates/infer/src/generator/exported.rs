//! Functions of C that NumPy exports for its bit generators: their first parameter is the `bitgen_t`.

use ctype::TypeId;
use diagnostic::Id;
use source::Span;
use tir::{CFunction, Op, Ty, Value};

use crate::stop::Walked;
use crate::walk::Walker;

/// A function that is there.
pub(super) struct Exported(CFunction);

impl Walker<'_, '_> {
    /// A function by its name in NumPy, for a method.
    pub(super) fn exported(
        &mut self,
        method: &str,
        symbol: &str,
        params: &[TypeId],
        result: TypeId,
        span: Span,
    ) -> Walked<Exported> {
        let environment = self.frames[0].function.environment.clone();
        let Some(address) = environment.library_function(symbol) else {
            let title = format!("`Generator.{method}` needs `{symbol}`, which this NumPy does not export");
            return Err(self.error(Id::UnsupportedFunction, span, title, ""));
        };
        let types = &mut *self.program.types;
        let all: Vec<TypeId> = std::iter::once(types.generator()).chain(params.iter().copied()).collect();
        let ty = types.function(result, &all, false);
        Ok(Exported(CFunction { name: symbol.to_owned(), address, ty, can_call_back: false, keeps: None }))
    }

    /// Calls it, with the bit generator first.
    pub(super) fn call_exported(
        &mut self,
        function: &Exported,
        values: &[Value],
        result: Ty,
        span: Span,
    ) -> Value {
        let id = self.program.c_function(&function.0);
        self.emit_call(Op::CallC(id, values.to_vec()), result, span)
    }

    /// `unsigned char *`: what memory of any type is handed over as.
    pub(super) fn byte_pointer_type(&mut self) -> TypeId {
        let byte = self.program.types.int(ctype::IntType::UInt8);
        self.program.types.pointer_to(byte)
    }
}
