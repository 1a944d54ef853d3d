//! Operators of arithmetic, with what Python checks before them.

use diagnostic::Id;
use pysyntax::BinaryOp;
use source::Span;
use tir::{Comparison, Const, FloatTy, IntTy, Op, Ty, Value};

use crate::convert;
use crate::promote;
use crate::stop::{Stop, Walked};
use crate::term::Term;
use crate::walk::Walker;

/// The spans of the operands.
pub(crate) type Spans = (Span, Span);

impl Walker<'_, '_> {
    /// `left op right`.
    pub(crate) fn binary(
        &mut self,
        op: BinaryOp,
        left: &Term,
        right: &Term,
        span: Span,
        spans: Spans,
    ) -> Walked<Term> {
        let (left, right) = (&self.present(left, spans.0), &self.present(right, spans.1));
        if self.is_elementwise(left) || self.is_elementwise(right) {
            return self.lazy_operator(op, left, right, span, spans);
        }
        if let (BinaryOp::Add, Term::Tuple(a) | Term::Named(_, a), Term::Tuple(b) | Term::Named(_, b)) =
            (op, left, right)
        {
            return Ok(Term::Tuple(a.iter().chain(b).cloned().collect()));
        }
        let (a, b) = (self.value(left, spans.0)?, self.value(right, spans.1)?);
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        if matches!(a_ty, Ty::Pointer(_)) || matches!(b_ty, Ty::Pointer(_)) {
            return self.pointer_arithmetic(op, a, b, span, spans).map(Term::Value);
        }
        let value = match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                let ty = self.arithmetic_type(op, a_ty, b_ty, spans)?;
                self.plain(op, a, b, ty, span)
            }
            BinaryOp::Div => self.divide(a, b, span, spans)?,
            BinaryOp::FloorDiv | BinaryOp::Mod => self.floor_divide(op, a, b, span, spans)?,
            BinaryOp::Pow => self.power(a, b, span, spans)?,
            BinaryOp::Shl | BinaryOp::Shr => self.shift(op, a, b, span, spans)?,
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
                let ty = match (a_ty, b_ty) {
                    (Ty::Bool, Ty::Bool) => Ty::Bool,
                    (Ty::Bool | Ty::Int(_), Ty::Bool | Ty::Int(_)) => {
                        self.arithmetic_type(op, a_ty, b_ty, spans)?
                    }
                    _ => return Err(self.operands_clash(op, a_ty, b_ty, spans)),
                };
                self.plain(op, a, b, ty, span)
            }
            BinaryOp::MatMul => return Err(self.not_yet(Id::UnsupportedOperator, "`@`", span)),
        };
        Ok(Term::Value(value))
    }

    pub(crate) fn arithmetic_type(&self, op: BinaryOp, a: Ty, b: Ty, spans: Spans) -> Walked<Ty> {
        promote::arithmetic(a, b).ok_or_else(|| self.operands_clash(op, a, b, spans))
    }

    /// The operator on operands of the result's type.
    pub(crate) fn plain(&mut self, op: BinaryOp, a: Value, b: Value, ty: Ty, span: Span) -> Value {
        let a = convert::to(&mut self.body, a, ty, span);
        let b = convert::to(&mut self.body, b, ty, span);
        let op = match op {
            BinaryOp::Add => tir::BinaryOp::Add,
            BinaryOp::Sub => tir::BinaryOp::Sub,
            BinaryOp::Mul => tir::BinaryOp::Mul,
            BinaryOp::Div => tir::BinaryOp::Div,
            BinaryOp::FloorDiv => tir::BinaryOp::FloorDiv,
            BinaryOp::Mod => tir::BinaryOp::FloorMod,
            BinaryOp::Pow => tir::BinaryOp::Pow,
            BinaryOp::Shl => tir::BinaryOp::Shl,
            BinaryOp::Shr => tir::BinaryOp::Shr,
            BinaryOp::And => tir::BinaryOp::And,
            BinaryOp::Or => tir::BinaryOp::Or,
            BinaryOp::Xor => tir::BinaryOp::Xor,
            BinaryOp::MatMul => unreachable!("numbers have no `@`"),
        };
        self.body.emit(Op::Binary(op, a, b), ty, span)
    }

    pub(crate) fn operands_clash(&self, op: BinaryOp, a: Ty, b: Ty, spans: Spans) -> Stop {
        let title = format!("`{}` of `{}` and `{}`", op.text(), self.ty_name(a), self.ty_name(b));
        let is_number = |ty| promote::widen(ty).is_some();
        let integers_only =
            matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr);
        let (span, ty) = match (is_number(a), is_number(b)) {
            (false, _) => (spans.0, a),
            (true, true) if matches!(a, Ty::Complex(_)) || (integers_only && matches!(a, Ty::Float(_))) => {
                (spans.0, a)
            }
            (true, _) => (spans.1, b),
        };
        let label = match (integers_only, is_number(ty)) {
            (true, _) => "expected an integer",
            (false, true) => "expected a real number",
            (false, false) => "expected a number",
        };
        let stop = self.error(Id::WrongOperand, span, title, label);
        match (ty, integers_only) {
            (Ty::Pointer(_), _) => stop.help("index it to read what it points to: `p[0]`"),
            (Ty::Record(_), _) => stop.help("name one of its fields"),
            (Ty::Float(_), true) => stop.help("convert it: `int(…)`"),
            (Ty::Complex(_), false) => stop.help("take its `.real` or `abs(…)`"),
            (
                Ty::Unit
                | Ty::Bool
                | Ty::Int(_)
                | Ty::Float(_)
                | Ty::Complex(_)
                | Ty::Array(_)
                | Ty::Tuple(_),
                _,
            ) => stop,
        }
    }

    /// `/`: always a float or complex.
    fn divide(&mut self, a: Value, b: Value, span: Span, spans: Spans) -> Walked<Value> {
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        let common = self.arithmetic_type(BinaryOp::Div, a_ty, b_ty, spans)?;
        let ty = if matches!(common, Ty::Int(_)) { Ty::F64 } else { common };
        let message = match (ty, a_ty, b_ty) {
            (Ty::Complex(_), ..) => "complex division by zero",
            (_, Ty::Bool | Ty::Int(_), Ty::Bool | Ty::Int(_)) => "division by zero",
            _ => "float division by zero",
        };
        let divisor = convert::to(&mut self.body, b, ty, span);
        if self.options.raises_on_zero {
            self.check_divisor(divisor, message, span);
        }
        Ok(self.plain(BinaryOp::Div, a, divisor, ty, span))
    }

    /// `//` and `%`.
    fn floor_divide(&mut self, op: BinaryOp, a: Value, b: Value, span: Span, spans: Spans) -> Walked<Value> {
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        let ty = self.arithmetic_type(op, a_ty, b_ty, spans)?;
        let message = match (ty, op) {
            (Ty::Complex(_), _) => return Err(self.operands_clash(op, a_ty, b_ty, spans)),
            (Ty::Float(_), BinaryOp::Mod) => "float modulo",
            (Ty::Float(_), _) => "float floor division by zero",
            (_, BinaryOp::Mod) => "integer modulo by zero",
            _ => "integer division or modulo by zero",
        };
        let divisor = convert::to(&mut self.body, b, ty, span);
        if !self.options.raises_on_zero {
            return Ok(self.floor_divide_any(op, a, divisor, ty, span));
        }
        self.check_divisor(divisor, message, span);
        Ok(self.plain(op, a, divisor, ty, span))
    }

    /// `//` and `%` where a divisor of zero gives what NumPy's do: of integers zero, of floats what `/` gives,
    /// or NaN.
    fn floor_divide_any(&mut self, op: BinaryOp, a: Value, divisor: Value, ty: Ty, span: Span) -> Value {
        let is_zero = self.compare_zero(Comparison::Eq, divisor, span);
        let one = if matches!(ty, Ty::Float(_)) { Const::Float(1.0) } else { Const::Int(1) };
        let one = self.body.constant(one, ty, span);
        let safe = self.body.emit(Op::Select(is_zero, one, divisor), ty, span);
        let result = self.plain(op, a, safe, ty, span);
        let otherwise = match (ty, op) {
            (Ty::Float(_), BinaryOp::Mod) => self.body.constant(Const::Float(f64::NAN), ty, span),
            (Ty::Float(_), _) => self.plain(BinaryOp::Div, a, divisor, ty, span),
            _ => convert::zero(&mut self.body, ty, span),
        };
        self.body.emit(Op::Select(is_zero, otherwise, result), ty, span)
    }

    /// Raises `ZeroDivisionError` where the divisor is zero.
    pub(crate) fn check_divisor(&mut self, divisor: Value, message: &str, span: Span) {
        let is_zero = self.compare_zero(Comparison::Eq, divisor, span);
        self.raise_if(is_zero, "ZeroDivisionError", message, span);
    }

    pub(crate) fn compare_zero(&mut self, comparison: Comparison, value: Value, span: Span) -> Value {
        let ty = self.body.ty(value);
        let zero = convert::zero(&mut self.body, ty, span);
        self.body.emit(Op::Compare(comparison, value, zero), Ty::Bool, span)
    }

    /// `<<` and `>>`: the type is the left operand's.
    fn shift(&mut self, op: BinaryOp, a: Value, b: Value, span: Span, spans: Spans) -> Walked<Value> {
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        let (Some(ty @ Ty::Int(_)), Ty::Bool | Ty::Int(_)) = (promote::widen(a_ty), b_ty) else {
            return Err(self.operands_clash(op, a_ty, b_ty, spans));
        };
        let wide = promote::widen(b_ty).unwrap_or(b_ty);
        let count = convert::to(&mut self.body, b, wide, span);
        if wide == Ty::I64 {
            let is_negative = self.compare_zero(Comparison::Lt, count, span);
            self.raise_if(is_negative, "ValueError", "negative shift count", span);
        }
        let count = self.clamp_count(count, wide, span);
        Ok(self.plain(op, a, count, ty, span))
    }

    /// An unsigned count beyond the signed range stays large when it changes type.
    fn clamp_count(&mut self, count: Value, ty: Ty, span: Span) -> Value {
        if ty == Ty::I64 {
            return count;
        }
        let most = self.body.constant(Const::Int(64), ty, span);
        self.body.emit(Op::Binary(tir::BinaryOp::Min, count, most), ty, span)
    }

    /// `**`.
    fn power(&mut self, a: Value, b: Value, span: Span, spans: Spans) -> Walked<Value> {
        let (a_ty, b_ty) = (self.body.ty(a), self.body.ty(b));
        let ty = match (a_ty, b_ty) {
            // The exponent's integer does not make a `float32` larger.
            (Ty::Float(FloatTy::F32), Ty::Bool | Ty::Int(_)) => a_ty,
            _ => self.arithmetic_type(BinaryOp::Pow, a_ty, b_ty, spans)?,
        };
        match ty {
            Ty::Int(int) => Ok(self.int_power(a, b, int, span)),
            Ty::Complex(_) => {
                let a = convert::to(&mut self.body, a, ty, span);
                let b = convert::to(&mut self.body, b, ty, span);
                let power = self.call_prelude("numbers._complex_power", &[a, b], span)?;
                self.value(&power, span)
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Float(_)
            | Ty::Pointer(_)
            | Ty::Record(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => Ok(self.float_power(a, b, ty, span)),
        }
    }

    fn int_power(&mut self, a: Value, b: Value, int: IntTy, span: Span) -> Value {
        if let Some(Const::Int(exponent)) = self.body.as_const(b)
            && exponent < 0
        {
            return self.float_power(a, b, Ty::F64, span);
        }
        let ty = Ty::Int(int);
        let exponent = convert::to(&mut self.body, b, ty, span);
        if int.is_signed {
            let is_negative = self.compare_zero(Comparison::Lt, exponent, span);
            let message = "Integers to negative integer powers are not allowed.";
            self.raise_if(is_negative, "ValueError", message, span);
        }
        self.plain(BinaryOp::Pow, a, exponent, ty, span)
    }

    fn float_power(&mut self, a: Value, b: Value, ty: Ty, span: Span) -> Value {
        let base = convert::to(&mut self.body, a, ty, span);
        let exponent = convert::to(&mut self.body, b, ty, span);
        let is_negative = self.compare_zero(Comparison::Lt, exponent, span);
        if self.options.raises_on_zero && self.body.as_const(is_negative) != Some(Const::Bool(false)) {
            // A negative infinite exponent gives an infinity.
            let lowest = self.body.constant(Const::Float(f64::NEG_INFINITY), ty, span);
            let is_finite = self.body.emit(Op::Compare(Comparison::Gt, exponent, lowest), Ty::Bool, span);
            let is_negative = self.both(is_negative, is_finite, span);
            let is_zero = self.compare_zero(Comparison::Eq, base, span);
            let is_bad = self.both(is_zero, is_negative, span);
            let message = "0.0 cannot be raised to a negative power";
            self.raise_if(is_bad, "ZeroDivisionError", message, span);
        }
        self.plain(BinaryOp::Pow, base, exponent, ty, span)
    }

    /// Whether one of two holds.
    pub(crate) fn some(&mut self, a: Value, b: Value, span: Span) -> Value {
        match (self.body.as_const(a), self.body.as_const(b)) {
            (Some(Const::Bool(false)), _) => return b,
            (_, Some(Const::Bool(false))) => return a,
            _ => {}
        }
        self.body.emit(Op::Binary(tir::BinaryOp::Or, a, b), Ty::Bool, span)
    }

    /// Whether both hold.
    pub(crate) fn both(&mut self, a: Value, b: Value, span: Span) -> Value {
        match (self.body.as_const(a), self.body.as_const(b)) {
            (Some(Const::Bool(true)), _) => return b,
            (_, Some(Const::Bool(true))) => return a,
            _ => {}
        }
        self.body.emit(Op::Binary(tir::BinaryOp::And, a, b), Ty::Bool, span)
    }
}
