//! The values of macros and of `static const`, which may be other things than integers.
//!
//! Where all of an expression is of integers, the integer evaluation says what it is; floating arithmetic
//! is done in `double`, and rounded where the type is `float`.

use arena::Id as _;
use ctype::{CType, FloatType, IntType, Qualified, TypeId};
use diagnostic::Id;

use crate::namespace::{Constant, Declared, Value, ValueId};
use crate::resolve::{Resolve, Resolver};
use crate::syntax::{BinaryOp, Expr, ExprKind, TypeName, UnaryOp};

/// What an expression is.
pub(crate) enum Evaluated {
    Integer(Constant),
    Other(Value),
}

impl<'a> Resolver<'a> {
    /// What a macro's value is.
    pub(crate) fn resolve_value(mut self, expr: &'a Expr) -> Option<Evaluated> {
        self.is_declaring = false;
        self.is_quiet = true;
        let value = self.any_value(expr).ok();
        value.filter(|_| self.diagnostics.is_empty())
    }

    /// What `static const double NAME = value;` declares, or a text of `char`; None where the value is none
    /// of the type.
    pub(super) fn const_value(&mut self, ty: Qualified, value: &'a Expr) -> Option<Declared> {
        let reported = self.diagnostics.len();
        let evaluated = self.any_value(value);
        self.diagnostics.truncate(reported);
        let value = match (self.types.get(ty.ty), evaluated.ok()?) {
            (CType::Float(to), given) if ty.qualifiers.is_const => floating(number(&given)?.0, *to),
            (
                CType::Pointer(element) | CType::Array { element, .. },
                text @ Evaluated::Other(Value::Text(_)),
            ) if element.qualifiers.is_const && self.is_byte(*element) => text,
            (_, Evaluated::Integer(_) | Evaluated::Other(_)) => return None,
        };
        let Evaluated::Other(value) = value else { return None };
        self.changes.values.push(value);
        let index = self.namespace.values.len() + self.changes.values.len() - 1;
        Some(Declared::Value(ValueId::from_index(index)))
    }

    fn is_byte(&self, ty: Qualified) -> bool {
        matches!(self.types.get(ty.ty), CType::Int(IntType::Char | IntType::SChar | IntType::UChar))
    }

    /// A value of the namespace or of this text.
    pub(super) fn known_value(&self, id: ValueId) -> &Value {
        let before = self.namespace.values.len();
        match id.index().checked_sub(before) {
            Some(index) => &self.changes.values[index],
            None => self.namespace.value(id),
        }
    }

    fn any_value(&mut self, expr: &'a Expr) -> Resolve<Evaluated> {
        match &expr.kind {
            ExprKind::Float { value, ty } => Ok(floating(*value, *ty)),
            ExprKind::Text(bytes) => Ok(Evaluated::Other(Value::Text(bytes.clone()))),
            ExprKind::Name(name) => {
                let name = self.source.slice(*name);
                match self.find_name(name) {
                    Some(Declared::Value(id)) => Ok(Evaluated::Other(self.known_value(*id).clone())),
                    Some(_) | None => self.evaluate(expr).map(Evaluated::Integer),
                }
            }
            ExprKind::Unary(op, operand) => match self.any_value(operand)? {
                Evaluated::Integer(operand) => {
                    self.unary(*op, operand, expr.span, true).map(Evaluated::Integer)
                }
                Evaluated::Other(Value::Float { value, ty }) => self.unary_float(*op, value, ty, expr),
                Evaluated::Other(Value::Text(_) | Value::Pointer { .. }) => self.no_value(expr),
            },
            ExprKind::Binary(op, operands) => self.binary_value(*op, operands, expr),
            ExprKind::Conditional(parts) => {
                let (condition, then, otherwise) = &**parts;
                let is_true = match self.any_value(condition)? {
                    Evaluated::Integer(constant) => constant.value != 0,
                    Evaluated::Other(_) => return self.no_value(expr),
                };
                self.any_value(if is_true { then } else { otherwise })
            }
            ExprKind::Cast(parts) => self.cast_value(&parts.0, &parts.1, expr),
            ExprKind::Constant { .. }
            | ExprKind::SizeofType(_)
            | ExprKind::SizeofExpr(_)
            | ExprKind::Alignof(_) => self.evaluate(expr).map(Evaluated::Integer),
        }
    }

    fn no_value<T>(&mut self, expr: &Expr) -> Resolve<T> {
        Err(self.error(Id::CConstant, "no constant", expr.span))
    }

    fn unary_float(&mut self, op: UnaryOp, value: f64, ty: FloatType, expr: &Expr) -> Resolve<Evaluated> {
        match op {
            UnaryOp::Plus => Ok(floating(value, ty)),
            UnaryOp::Negate => Ok(floating(-value, ty)),
            UnaryOp::Complement | UnaryOp::Not => self.no_value(expr),
        }
    }

    fn binary_value(
        &mut self,
        op: BinaryOp,
        operands: &'a (Expr, Expr),
        expr: &'a Expr,
    ) -> Resolve<Evaluated> {
        let (left, right) = (self.any_value(&operands.0)?, self.any_value(&operands.1)?);
        if let (Evaluated::Integer(left), Evaluated::Integer(right)) = (&left, &right) {
            let right = (*right, operands.1.span);
            return self.combine(op, *left, right, expr.span, true).map(Evaluated::Integer);
        }
        let (Some((a, first)), Some((b, second))) = (number(&left), number(&right)) else {
            return self.no_value(expr);
        };
        let ty = first.into_iter().chain(second).max_by_key(|ty| rank(*ty)).unwrap_or(FloatType::Double);
        let value = match op {
            BinaryOp::Multiply => a * b,
            BinaryOp::Divide => a / b,
            BinaryOp::Add => a + b,
            BinaryOp::Subtract => a - b,
            BinaryOp::Remainder
            | BinaryOp::ShiftLeft
            | BinaryOp::ShiftRight
            | BinaryOp::Less
            | BinaryOp::Greater
            | BinaryOp::LessEqual
            | BinaryOp::GreaterEqual
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::BitAnd
            | BinaryOp::BitXor
            | BinaryOp::BitOr
            | BinaryOp::And
            | BinaryOp::Or => return self.no_value(expr),
        };
        Ok(floating(value, ty))
    }

    fn cast_value(&mut self, ty: &'a TypeName, operand: &'a Expr, expr: &'a Expr) -> Resolve<Evaluated> {
        let typed = self.named_type(ty)?;
        let operand = self.any_value(operand)?;
        match (self.types.get(typed.ty.ty), &operand) {
            (CType::Float(to), _) => {
                let Some((value, _)) = number(&operand) else { return self.no_value(expr) };
                Ok(floating(value, *to))
            }
            (CType::Pointer(_), Evaluated::Integer(constant)) => Ok(pointer(typed.ty.ty, constant.value)),
            (CType::Pointer(_), Evaluated::Other(Value::Pointer { address, .. })) => {
                Ok(Evaluated::Other(Value::Pointer { ty: typed.ty.ty, address: *address }))
            }
            (_, Evaluated::Integer(constant)) => {
                self.cast(typed.ty.ty, *constant, expr).map(Evaluated::Integer)
            }
            (_, Evaluated::Other(Value::Float { value, .. })) => {
                let Some(value) = truncated(*value) else { return self.no_value(expr) };
                let constant = Constant { value, ty: ctype::IntType::LongLong };
                self.cast(typed.ty.ty, constant, expr).map(Evaluated::Integer)
            }
            (_, Evaluated::Other(Value::Text(_) | Value::Pointer { .. })) => self.no_value(expr),
        }
    }

    fn cast(&mut self, ty: TypeId, operand: Constant, expr: &Expr) -> Resolve<Constant> {
        let Some(kind) = self.types.integer_type(ty) else { return self.no_value(expr) };
        let is_bool = *self.types.get(ty) == CType::Bool;
        let value = if is_bool { i128::from(operand.value != 0) } else { self.wrap(kind, operand.value) };
        Ok(Constant { value, ty: kind })
    }
}

/// A value in its type: a `float` is rounded to it.
fn floating(value: f64, ty: FloatType) -> Evaluated {
    #[expect(clippy::cast_possible_truncation, reason = "a `float` has no more digits")]
    let value = if ty == FloatType::Float { f64::from(value as f32) } else { value };
    Evaluated::Other(Value::Float { value, ty })
}

fn pointer(ty: TypeId, value: i128) -> Evaluated {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an address is the value's low bits"
    )]
    let address = value as u64;
    Evaluated::Other(Value::Pointer { ty, address })
}

/// The number that a value is, and its floating type if it has one.
fn number(value: &Evaluated) -> Option<(f64, Option<FloatType>)> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "the conversion to `double` rounds")]
        Evaluated::Integer(constant) => Some((constant.value as f64, None)),
        Evaluated::Other(Value::Float { value, ty }) => Some((*value, Some(*ty))),
        Evaluated::Other(Value::Text(_) | Value::Pointer { .. }) => None,
    }
}

/// The integer part, where 64 bits hold it.
fn truncated(value: f64) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "its magnitude was compared")]
    (value.abs() < 1.8e19).then_some(value as i128)
}

const fn rank(ty: FloatType) -> u8 {
    match ty {
        FloatType::Float => 0,
        FloatType::Double => 1,
        FloatType::LongDouble => 2,
    }
}
