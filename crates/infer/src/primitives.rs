//! What the prelude is built from: operations of the IR by name.

use std::rc::Rc;

use source::Span;
use tir::{
    BinaryOp, Const, Element, FloatTy, IntTy, Intrinsic, Op, Order, RuntimeFunction, Ty, UnaryOp, Value, Word,
};

use crate::calls::Args;
use crate::convert;
use crate::sequence::Sequence;
use crate::stop::Walked;
use crate::term::Term;
use crate::walk::Walker;

impl Walker<'_, '_> {
    /// The primitive of that name, if it is one: `_exp` is the intrinsic `exp`.
    pub(crate) fn call_primitive(&mut self, name: &str, args: &Args) -> Walked<Option<Term>> {
        let Some(name) = name.strip_prefix('_') else { return Ok(None) };
        let mut values = Vec::new();
        for arg in &args.positional {
            values.push(self.value(&arg.term, arg.span)?);
        }
        if name == "axis"
            && let [array, axis] = values[..]
            && let Some(ty) = self.array_ty(array)
        {
            // The number of an axis, from the front.
            let axis = self.known_axis(&Term::Value(axis), ty.rank, args.span)?;
            return Ok(Some(Term::Value(self.word(i128::try_from(axis).unwrap_or_default(), args.span))));
        }
        let intrinsic = Intrinsic::ALL.iter().copied().find(|intrinsic| intrinsic.name() == name);
        if let Some(intrinsic) = intrinsic.filter(|intrinsic| intrinsic.arity() == values.len()) {
            return Ok(Some(Term::Value(self.intrinsic(intrinsic, values, args.span))));
        }
        if let Some(value) = self.runtime_primitive(name, &values, args.span) {
            return Ok(Some(Term::Value(value)));
        }
        if let Some(term) = self.array_primitive(name, &values, args.span) {
            return Ok(Some(term));
        }
        Ok(self.operation(name, &values, args.span).map(Term::Value))
    }

    /// A function of the runtime.
    fn runtime_primitive(&mut self, name: &str, values: &[Value], span: Span) -> Option<Value> {
        let function = RuntimeFunction::ALL.iter().copied().find(|function| function.name() == name)?;
        let result = match function.result() {
            Some(Word::Int) => Ty::I64,
            Some(Word::Float) => Ty::F64,
            Some(Word::Address) => self.runtime_address(function),
            None => Ty::Unit,
        };
        Some(self.emit_call(Op::CallRuntime(function, values.to_vec()), result, span))
    }

    /// What the address points to that a function gives.
    fn runtime_address(&mut self, function: RuntimeFunction) -> Ty {
        let types = &mut *self.program.types;
        let target = if function == RuntimeFunction::RandomGauss {
            types.float(ctype::FloatType::Double)
        } else {
            types.int(ctype::IntType::UInt32)
        };
        Ty::Pointer(types.pointer_to(target))
    }

    /// What the prelude makes arrays with.
    fn array_primitive(&mut self, name: &str, values: &[Value], span: Span) -> Option<Term> {
        let first = *values.first()?;
        let element = |walker: &Self| walker.array_ty(first).map(|ty| ty.element);
        let array = match name {
            "empty_floats" => self.allocate(Element::Float(FloatTy::F64), vec![first], Order::C, false, span),
            "empty_words" => self.allocate(Element::Int(IntTy::I64), vec![first], Order::C, false, span),
            "empty_like" | "zeros_like" => {
                let element = element(self)?;
                self.allocate(element, values[1..].to_vec(), Order::C, name == "zeros_like", span)
            }
            "zero_of" => {
                let element = element(self)?;
                convert::zero(&mut self.body, element.ty(), span)
            }
            "data" => self.data(first, span),
            "indices" => {
                let dims = self.dims(first, span);
                return Some(Term::Sequence(Rc::new(Sequence::Indices(dims))));
            }
            _ => return None,
        };
        Some(Term::Value(array))
    }

    /// An intrinsic of arguments that have one float or complex type but for an exponent.
    pub(crate) fn intrinsic(&mut self, intrinsic: Intrinsic, args: Vec<Value>, span: Span) -> Value {
        let result = intrinsic.result(self.body.ty(args[0]));
        self.body.emit(Op::Intrinsic(intrinsic, args), result, span)
    }

    fn operation(&mut self, name: &str, values: &[Value], span: Span) -> Option<Value> {
        let ty = self.body.ty(*values.first()?);
        let second = values.get(1).copied();
        let binary = |walker: &mut Self, op| {
            second.map(|second| walker.body.emit(Op::Binary(op, values[0], second), ty, span))
        };
        match name {
            // Without Python's checks.
            "div" => binary(self, BinaryOp::Div),
            "floordiv" => binary(self, BinaryOp::FloorDiv),
            "floormod" => binary(self, BinaryOp::FloorMod),
            "pow" => binary(self, BinaryOp::Pow),
            "shl" => binary(self, BinaryOp::Shl),
            "shr" => binary(self, BinaryOp::Shr),
            "select" => {
                let ty = self.body.ty(second?);
                let op = Op::Select(values[0], second?, *values.get(2)?);
                Some(self.body.emit(op, ty, span))
            }
            // What a value is decides when compiling: the other branch is not walked.
            "is_int" => Some(self.known(matches!(ty, Ty::Bool | Ty::Int(_)), span)),
            "is_float" => Some(self.known(matches!(ty, Ty::Float(_)), span)),
            "is_complex" => Some(self.known(matches!(ty, Ty::Complex(_)), span)),
            "conj" => Some(self.body.emit(Op::Unary(UnaryOp::Conj, values[0]), ty, span)),
            // A float that is in range towards zero, without the checks of `int`.
            "integer" => Some(convert::to(&mut self.body, values[0], Ty::I64, span)),
            "double" => Some(convert::to(&mut self.body, values[0], Ty::F64, span)),
            // The first as the type of the second.
            "like" => {
                let ty = self.body.ty(second?);
                Some(convert::to(&mut self.body, values[0], ty, span))
            }
            _ => None,
        }
    }

    fn known(&mut self, value: bool, span: Span) -> Value {
        self.body.constant(Const::Bool(value), Ty::Bool, span)
    }
}
