//! `carray` and `farray`: arrays over memory that C owns.

use ctype::CType;
use diagnostic::Id;
use tir::{ArrayTy, Element, Op, Order, Ty};

use crate::c_types::{target, ty_of_c};
use crate::calls::Args;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// `carray(pointer, shape, dtype=None)`, and `farray` in Fortran's order.
    pub(crate) fn array_over(&mut self, name: &str, args: &Args) -> Walked<Term> {
        let [pointer, shape, dtype] = self.bound_args(name, args, ["ptr", "shape", "dtype"])?;
        let (pointer, shape) = (self.wanted(pointer, "ptr", args)?, self.wanted(shape, "shape", args)?);
        let value = self.value(&pointer.term, pointer.span)?;
        let Ty::Pointer(pointer_ty) = self.body.ty(value) else {
            let title = format!("`{name}` of {}", self.describe(&pointer.term));
            return Err(self.error(Id::WrongArguments, pointer.span, title, "expected a C pointer"));
        };
        let types = &self.program.types;
        let pointee = target(types, pointer_ty);
        let is_void = pointee.is_none_or(|pointee| matches!(types.get(pointee.ty), CType::Void));
        let own = pointee.and_then(|pointee| ty_of_c(types, pointee.ty)).and_then(Element::of);
        let dtype = match &dtype {
            Some(arg) if !self.is_none(&arg.term) => Some((self.dtype_of(&arg.term, arg.span)?, arg.span)),
            _ => None,
        };
        let element = match (own, dtype) {
            (Some(own), Some((dtype, span))) if own != dtype && !is_void => {
                let title = format!(
                    "the dtype `{}` for a pointer to `{}`",
                    self.ty_name(dtype.ty()),
                    self.ty_name(own.ty())
                );
                return Err(self.error(Id::WrongArguments, span, title, "expected the type of the pointer"));
            }
            (_, Some((dtype, _))) => dtype,
            (Some(own), None) => own,
            (None, None) => {
                let title = format!("`{name}` of `{}` without a dtype", self.program.types.name(pointer_ty));
                let stop =
                    self.error(Id::WrongArguments, pointer.span, title, "points to nothing of known size");
                return Err(stop.help(format!("write `{name}(pointer, shape, dtype=np.float64)`")));
            }
        };
        let dims = self.shape_of(&shape)?;
        let order = if name == "farray" && dims.len() > 1 { Order::F } else { Order::C };
        let is_writable = pointee.is_none_or(|pointee| !pointee.qualifiers.is_const);
        let rank = super::axis_number(dims.len());
        let ty = ArrayTy { element, rank, order, is_writable, is_aligned: true };
        let op = Op::View { owner: None, data: value, dims, strides: Vec::new() };
        Ok(Term::Value(self.body.emit(op, Ty::Array(ty), args.span)))
    }
}
