//! Assignment: which types become which, as C and Numba know it.

use ctype::{CType, TypeId};
use diagnostic::Id;
use source::Span;
use tir::{Ty, Value};

use crate::c_types::target;
use crate::convert;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// A term as the value of an assignment to memory, a parameter or a field of type `to`.
    pub(crate) fn assigned(&mut self, term: &Term, to: Ty, span: Span) -> Walked<Value> {
        let value = self.value(term, span)?;
        let from = self.body.ty(value);
        if let Ty::Record(record) = to
            && self.points_to(from, to)
        {
            return Ok(self.as_record(value, record, span));
        }
        if self.is_assignable(from, to) {
            return Ok(convert::to(&mut self.body, value, to, span));
        }
        let title = format!("`{}` where `{}` is wanted", self.ty_name(from), self.ty_name(to));
        let stop = self.error(Id::WrongValue, span, title, format!("expected `{}`", self.ty_name(to)));
        Err(match from {
            Ty::Complex(_) => stop.help("take its `.real`"),
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => stop,
        })
    }

    /// Whether assignment turns a `from` into a `to`.
    pub(crate) fn is_assignable(&self, from: Ty, to: Ty) -> bool {
        match (from, to) {
            (a, b) if a == b => true,
            // A float becomes an integer towards zero, as in C and Numba.
            (Ty::Bool | Ty::Int(_) | Ty::Float(_), Ty::Bool | Ty::Int(_) | Ty::Float(_) | Ty::Complex(_))
            | (Ty::Complex(_), Ty::Complex(_))
            | (Ty::Unit, Ty::Pointer(_)) => true,
            (Ty::Pointer(from), Ty::Pointer(to)) => self.is_pointer_assignable(from, to),
            (
                Ty::Unit
                | Ty::Bool
                | Ty::Int(_)
                | Ty::Float(_)
                | Ty::Complex(_)
                | Ty::Pointer(_)
                | Ty::Record(_)
                | Ty::Array(_)
                | Ty::Tuple(_),
                _,
            ) => false,
        }
    }

    /// Whether C lets a pointer be assigned to another pointer type without a cast.
    pub(crate) fn is_pointer_assignable(&self, from: TypeId, to: TypeId) -> bool {
        let types = &self.program.types;
        let (Some(from), Some(to)) = (target(types, from), target(types, to)) else { return false };
        let is_void = |ty| matches!(types.get(ty), CType::Void);
        let keeps_const = to.qualifiers.is_const || !from.qualifiers.is_const;
        keeps_const && (is_void(from.ty) || is_void(to.ty) || types.same_representation(from.ty, to.ty))
    }

    /// Whether one is the type of a pointer to the record that the other is.
    pub(crate) fn points_to(&self, from: Ty, to: Ty) -> bool {
        let (Ty::Pointer(pointer), Ty::Record(record)) = (from, to) else { return false };
        target(self.program.types, pointer).is_some_and(|target| target.ty == record)
    }
}
