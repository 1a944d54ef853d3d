//! Calls of C functions, by name and through pointers.

use std::sync::Arc;

use ctype::{CType, Signature, TypeId};
use diagnostic::Id;
use source::Span;
use tir::{CFunction, IntTy, Op, Ty, Value};

use crate::c_types::target;
use crate::calls::Args;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// A C function of a library.
    pub(crate) fn call_c(&mut self, function: &CFunction, args: &Args) -> Walked<Term> {
        let Some(signature) = self.signature(function.ty) else {
            let title = format!("`{}` is not a function", function.name);
            return Err(self.error(Id::NotCallable, args.span, title, ""));
        };
        let values = self.c_args(&function.name, &signature, args)?;
        let result = self.held_type(signature.result, args.span)?;
        let id = self.program.c_function(function);
        Ok(Term::Value(self.emit_call(Op::CallC(id, values), result, args.span)))
    }

    /// A pointer to function.
    pub(crate) fn call_pointer(&mut self, pointer: Value, span: Span, args: &Args) -> Walked<Term> {
        let function = match self.body.ty(pointer) {
            Ty::Pointer(ty) => target(self.program.types, ty).map(|target| target.ty),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => None,
        };
        let found = function.and_then(|ty| self.signature(ty).map(|signature| (ty, signature)));
        let Some((ty, signature)) = found else {
            let title = format!("`{}` cannot be called", self.ty_name(self.body.ty(pointer)));
            return Err(self.error(Id::NotCallable, span, title, "expected a function or a pointer to one"));
        };
        let name = self.source().slice(span).to_owned();
        let values = self.c_args(&name, &signature, args)?;
        let result = self.held_type(signature.result, args.span)?;
        let is_null = self.is_null(pointer, span);
        self.raise_if(is_null, "ValueError", "call of a NULL pointer to function", args.span);
        Ok(Term::Value(self.emit_call(Op::CallPointer(pointer, ty, values), result, args.span)))
    }

    fn signature(&self, ty: TypeId) -> Option<Arc<Signature>> {
        match self.program.types.get(ty) {
            CType::Function(signature) => Some(signature.clone()),
            CType::Pointer(target) => self.signature(target.ty),
            CType::Void
            | CType::Bool
            | CType::Int(_)
            | CType::Float(_)
            | CType::Complex(_)
            | CType::Array { .. }
            | CType::Record(_)
            | CType::Enum(_) => None,
        }
    }

    /// The arguments, converted as assignment converts them; those after `...` are promoted.
    fn c_args(&mut self, name: &str, signature: &Signature, args: &Args) -> Walked<Vec<Value>> {
        let (takes, given) = (signature.params.len(), args.positional.len());
        if given < takes || (given > takes && !signature.is_variadic) || !args.named.is_empty() {
            let more = if signature.is_variadic { " or more" } else { "" };
            let title = format!("`{name}` takes {takes}{more} arguments, not {}", given + args.named.len());
            return Err(self.error(Id::WrongArguments, args.span, title, "called here"));
        }
        let mut values = Vec::new();
        for (index, arg) in args.positional.iter().enumerate() {
            values.push(match signature.params.get(index) {
                Some(param) => {
                    let ty = self.held_type(*param, arg.span)?;
                    self.assigned(&arg.term, ty, arg.span)?
                }
                None => {
                    let value = self.value(&arg.term, arg.span)?;
                    self.promoted(value, arg.span)
                }
            });
        }
        Ok(values)
    }

    /// C's default argument promotions.
    fn promoted(&mut self, value: Value, span: Span) -> Value {
        let int = Ty::Int(IntTy { bits: 32, is_signed: true });
        let ty = match self.body.ty(value) {
            Ty::Bool | Ty::Int(IntTy { bits: 8 | 16, .. }) => int,
            Ty::Float(_) => Ty::F64,
            other @ (Ty::Unit
            | Ty::Int(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_)) => other,
        };
        convert::to(&mut self.body, value, ty, span)
    }
}
