//! Pointers: what they point to, arithmetic, assignment from one type to another.

use ctype::{Qualified, TypeId};
use diagnostic::Id;
use pysyntax::BinaryOp;
use source::Span;
use tir::{Comparison, Const, Op, Ty, Value};

use crate::c_types::target;
use crate::convert;
use crate::operators::Spans;
use crate::stop::Walked;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// What a pointer points to, if it can be indexed.
    pub(crate) fn pointee(&self, pointer: TypeId, span: Span) -> Walked<Qualified> {
        let found = target(self.program.types, pointer);
        found.filter(|target| self.program.types.layout(target.ty).is_ok()).ok_or_else(|| {
            let title = format!("`{}` points to nothing of known size", self.program.types.name(pointer));
            self.error(Id::OpaquePointer, span, title, "cannot be indexed, moved or read")
                .help("declare the parameter with the type it points to, such as `double *`")
        })
    }

    pub(crate) fn element_count(&mut self, value: Value, span: Span) -> Walked<Value> {
        match self.body.ty(value) {
            Ty::Bool | Ty::Int(_) => Ok(convert::to(&mut self.body, value, Ty::I64, span)),
            ty @ (Ty::Unit
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_)) => {
                let title = format!("a pointer is indexed by `{}`", self.ty_name(ty));
                Err(self
                    .error(Id::WrongOperand, span, title, "expected an integer")
                    .help("convert it: `int(…)`"))
            }
        }
    }

    /// `p + n`, `n + p`, `p - n`, `p - p`.
    pub(crate) fn pointer_arithmetic(
        &mut self,
        op: BinaryOp,
        a: Value,
        b: Value,
        span: Span,
        spans: Spans,
    ) -> Walked<Value> {
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        match (op, a_ty, b_ty) {
            (BinaryOp::Add | BinaryOp::Sub, Ty::Pointer(pointer), Ty::Bool | Ty::Int(_)) => {
                self.pointee(pointer, span)?;
                let mut count = self.element_count(b, span)?;
                if op == BinaryOp::Sub {
                    count = self.body.emit(Op::Unary(tir::UnaryOp::Neg, count), Ty::I64, span);
                }
                Ok(self.body.emit(Op::Offset(a, count), a_ty, span))
            }
            (BinaryOp::Add, Ty::Bool | Ty::Int(_), Ty::Pointer(pointer)) => {
                self.pointee(pointer, span)?;
                let count = self.element_count(a, span)?;
                Ok(self.body.emit(Op::Offset(b, count), b_ty, span))
            }
            (BinaryOp::Sub, Ty::Pointer(x), Ty::Pointer(y)) => {
                self.pointer_distance(a, b, (x, y), span, spans)
            }
            _ => Err(self.operands_clash(op, a_ty, b_ty, spans)),
        }
    }

    fn pointer_distance(
        &mut self,
        a: Value,
        b: Value,
        types: (TypeId, TypeId),
        span: Span,
        spans: Spans,
    ) -> Walked<Value> {
        let (x, y) = (self.pointee(types.0, span)?, self.pointee(types.1, span)?);
        if !self.program.types.same_representation(x.ty, y.ty) {
            return Err(self.operands_clash(BinaryOp::Sub, self.body.ty(a), self.body.ty(b), spans));
        }
        let size = self.program.types.layout(x.ty).map_or(1, |layout| layout.size.get());
        let a = self.body.emit(Op::Convert(a), Ty::I64, span);
        let b = self.body.emit(Op::Convert(b), Ty::I64, span);
        let bytes = self.body.emit(Op::Binary(tir::BinaryOp::Sub, a, b), Ty::I64, span);
        let size = self.body.constant(Const::Int(i128::from(size.max(1))), Ty::I64, span);
        Ok(self.body.emit(Op::Binary(tir::BinaryOp::FloorDiv, bytes, size), Ty::I64, span))
    }

    /// Whether a pointer is null.
    pub(crate) fn is_null(&mut self, pointer: Value, span: Span) -> Value {
        self.compare_zero(Comparison::Eq, pointer, span)
    }
}
