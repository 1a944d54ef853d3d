//! The values of integer constant expressions: C11, section 6.6, with the arithmetic of the target.
//!
//! A signed overflow, a division by zero and a shift by too much have no value in C and are refused,
//! except in an operand that is not evaluated, as in `1 || 1 / 0`. Unsigned arithmetic wraps.

use ctype::{CType, IntType, Qualified};
use diagnostic::{Diagnostic, Id, Label};
use source::Span;

use crate::namespace::{Constant, Declared};
use crate::resolve::{Resolve, Resolver};
use crate::syntax::{BinaryOp, Expr, ExprKind, Storage, UnaryOp};

impl<'a> Resolver<'a> {
    /// `#define NAME expression`.
    pub(super) fn define(&mut self, name: Span, value: &'a Expr) -> Resolve<()> {
        let constant = self.evaluate(value)?;
        self.bind(name, Declared::Constant(constant))
    }

    /// `static const int NAME = expression;`, with or without `static`; a number or a text of another type.
    pub(super) fn initialized(
        &mut self,
        storage: Storage,
        ty: Qualified,
        value: &'a Expr,
        name: Span,
    ) -> Resolve<Declared> {
        let can_be_constant = matches!(storage, Storage::Static | Storage::Plain);
        let kind = self.types.integer_type(ty.ty);
        if let (None, true) = (kind, can_be_constant)
            && let Some(constant) = self.const_value(ty, value)
        {
            return Ok(constant);
        }
        let Some(kind) = kind.filter(|_| can_be_constant && ty.qualifiers.is_const) else {
            let title = format!("`{}` has a value", self.source.slice(name));
            let label = "expected no value: only `const` numbers and texts become constants";
            return Err(self.error_at(Id::UnsupportedDeclaration, title, value.span, label));
        };
        let before = self.evaluate(value)?.value;
        let constant = Constant { value: self.wrap(kind, before), ty: kind };
        if constant.value != before {
            let shown = self.types.name(ty.ty);
            return Err(self.out_of_range(value.span, before, &shown));
        }
        Ok(Declared::Constant(constant))
    }

    /// The value of an expression.
    pub(super) fn evaluate(&mut self, expr: &'a Expr) -> Resolve<Constant> {
        self.value(expr, true)
    }

    /// The value of an expression; where it is not `needed`, what has no value counts as zero.
    fn value(&mut self, expr: &'a Expr, is_needed: bool) -> Resolve<Constant> {
        match &expr.kind {
            ExprKind::Constant { value, ty } => Ok(Constant { value: *value, ty: *ty }),
            ExprKind::Float { .. } | ExprKind::Text(_) => {
                Err(self.error_at(Id::CConstant, "no integer", expr.span, "expected an integer"))
            }
            ExprKind::Name(name) => self.constant_named(*name),
            ExprKind::Unary(op, operand) => {
                let operand = self.value(operand, is_needed)?;
                self.unary(*op, operand, expr.span, is_needed)
            }
            ExprKind::Binary(op, operands) => self.binary(*op, operands, expr.span, is_needed),
            ExprKind::Conditional(parts) => {
                let (condition, then, otherwise) = &**parts;
                let is_true = self.value(condition, is_needed)?.value != 0;
                let then = self.value(then, is_needed && is_true)?;
                let otherwise = self.value(otherwise, is_needed && !is_true)?;
                let ty = self.common_type(then.ty, otherwise.ty);
                let chosen = if is_true { then } else { otherwise };
                Ok(Constant { value: self.wrap(ty, chosen.value), ty })
            }
            ExprKind::Cast(parts) => {
                let (ty, operand) = &**parts;
                let typed = self.named_type(ty)?;
                let operand = self.value(operand, is_needed)?;
                let Some(kind) = self.types.integer_type(typed.ty.ty) else {
                    let title =
                        format!("a cast to `{}` in an integer constant", self.types.name(typed.ty.ty));
                    return Err(self.error_at(Id::CConstant, title, ty.span, "expected an integer type"));
                };
                let is_bool = *self.types.get(typed.ty.ty) == CType::Bool;
                let value =
                    if is_bool { i128::from(operand.value != 0) } else { self.wrap(kind, operand.value) };
                Ok(Constant { value, ty: kind })
            }
            ExprKind::SizeofType(name) => {
                let typed = self.named_type(name)?;
                self.sized(typed.ty.ty, name.span, "`sizeof`")?;
                let size = self.types.layout(typed.ty.ty).map_or(0, |layout| layout.size.get());
                Ok(Constant { value: size.into(), ty: IntType::ULong })
            }
            ExprKind::SizeofExpr(operand) => {
                let operand = self.value(operand, false)?;
                let size = operand.ty.size(self.types.model());
                Ok(Constant { value: size.get().into(), ty: IntType::ULong })
            }
            ExprKind::Alignof(name) => {
                let align = self.align_of(name)?;
                Ok(Constant { value: align.get().into(), ty: IntType::ULong })
            }
        }
    }

    fn constant_named(&mut self, span: Span) -> Resolve<Constant> {
        let name = self.source.slice(span);
        match self.find_name(name) {
            Some(Declared::Constant(constant)) => Ok(*constant),
            Some(
                Declared::Typedef { .. } | Declared::Function(_) | Declared::Variable(_) | Declared::Value(_),
            ) => {
                let title = format!("`{name}` is not a constant");
                Err(self.error_at(Id::CConstant, title, span, "expected a constant"))
            }
            None if self.lost.contains(name) => Err(crate::parser::Abort),
            None => {
                let label = Label::new(self.source, span, "expected a constant declared before");
                let mut diagnostic =
                    Diagnostic::error(Id::CUnknownName, format!("unknown name `{name}`"), label);
                if let Some(similar) = self.similar(name, |what| matches!(what, Declared::Constant(_))) {
                    diagnostic = diagnostic.with_help(format!("did you mean `{similar}`?"));
                }
                Err(self.report(diagnostic))
            }
        }
    }

    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        operand: Constant,
        span: Span,
        is_needed: bool,
    ) -> Resolve<Constant> {
        let ty = self.promote(operand.ty);
        let exact = match op {
            UnaryOp::Not => {
                return Ok(Constant { value: i128::from(operand.value == 0), ty: IntType::Int });
            }
            UnaryOp::Plus => operand.value,
            UnaryOp::Negate => operand.value.wrapping_neg(),
            UnaryOp::Complement => !operand.value,
        };
        self.fit(exact, ty, span, is_needed)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        operands: &'a (Expr, Expr),
        span: Span,
        is_needed: bool,
    ) -> Resolve<Constant> {
        let left = self.value(&operands.0, is_needed)?;
        let is_decided = match left.value {
            0 => op == BinaryOp::And,
            _ => op == BinaryOp::Or,
        };
        let right = self.value(&operands.1, is_needed && !is_decided)?;
        self.combine(op, left, (right, operands.1.span), span, is_needed)
    }

    /// The value of an operator, from those of its operands.
    pub(super) fn combine(
        &mut self,
        op: BinaryOp,
        left: Constant,
        (right, right_span): (Constant, Span),
        span: Span,
        is_needed: bool,
    ) -> Resolve<Constant> {
        if let BinaryOp::ShiftLeft | BinaryOp::ShiftRight = op {
            return self.shift(op, left, (right.value, right_span), span, is_needed);
        }
        let common = self.common_type(left.ty, right.ty);
        let (a, b) = (self.wrap(common, left.value), self.wrap(common, right.value));
        let truth = |truth: bool| Ok(Constant { value: i128::from(truth), ty: IntType::Int });
        let exact = match op {
            BinaryOp::And => return truth(left.value != 0 && right.value != 0),
            BinaryOp::Or => return truth(left.value != 0 || right.value != 0),
            BinaryOp::Less => return truth(a < b),
            BinaryOp::Greater => return truth(a > b),
            BinaryOp::LessEqual => return truth(a <= b),
            BinaryOp::GreaterEqual => return truth(a >= b),
            BinaryOp::Equal => return truth(a == b),
            BinaryOp::NotEqual => return truth(a != b),
            BinaryOp::Divide | BinaryOp::Remainder if b == 0 => {
                if !is_needed {
                    return Ok(Constant { value: 0, ty: common });
                }
                return Err(self.error_at(
                    Id::CConstant,
                    "a division by zero",
                    span,
                    &format!("{a} is divided by 0"),
                ));
            }
            BinaryOp::Multiply => a.checked_mul(b),
            BinaryOp::Divide => a.checked_div(b),
            BinaryOp::Remainder => a.checked_rem(b),
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            BinaryOp::BitAnd => Some(a & b),
            BinaryOp::BitXor => Some(a ^ b),
            BinaryOp::BitOr => Some(a | b),
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => None,
        };
        match exact {
            Some(exact) => self.fit(exact, common, span, is_needed),
            None if !is_needed => Ok(Constant { value: 0, ty: common }),
            None => Err(self.error(Id::CConstant, "a constant out of the range of 128 bits", span)),
        }
    }

    /// The type of a shift is that of what is shifted.
    fn shift(
        &mut self,
        op: BinaryOp,
        left: Constant,
        (count, count_span): (i128, Span),
        span: Span,
        is_needed: bool,
    ) -> Resolve<Constant> {
        let ty = self.promote(left.ty);
        let bits = ty.size(self.types.model()).bits();
        let in_range = u32::try_from(count).ok().filter(|count| u64::from(*count) < bits);
        let Some(count) = in_range else {
            if !is_needed {
                return Ok(Constant { value: 0, ty });
            }
            let title = format!("a shift by {count} of `{}`", ty.name());
            let label = format!("expected 0 to {}", bits - 1);
            return Err(self.error_at(Id::CConstant, title, count_span, &label));
        };
        if op == BinaryOp::ShiftRight {
            return Ok(Constant { value: left.value >> count, ty });
        }
        match left.value.checked_mul(1_i128.checked_shl(count).unwrap_or(0)).filter(|_| count < 127) {
            // A bit moved to where the sign is: every compiler takes it, and headers have it.
            Some(exact) if left.value > 0 && bits < 128 && exact >> bits == 0 => {
                Ok(Constant { value: self.wrap(ty, exact), ty })
            }
            Some(exact) => self.fit(exact, ty, span, is_needed),
            None => Err(self.error(Id::CConstant, "a constant out of the range of 128 bits", span)),
        }
    }

    /// A result in its type: unsigned ones wrap, signed ones must fit but in a macro, of which nobody asked for a value.
    fn fit(&mut self, exact: i128, ty: IntType, span: Span, is_needed: bool) -> Resolve<Constant> {
        let value = self.wrap(ty, exact);
        let is_wrong = is_needed && !self.is_quiet && ty.is_signed(self.types.model());
        if value != exact && is_wrong {
            return Err(self.out_of_range(span, exact, ty.name()));
        }
        Ok(Constant { value, ty })
    }

    fn out_of_range(&mut self, span: Span, value: i128, shown: &str) -> crate::parser::Abort {
        let title = format!("a constant out of the range of `{shown}`");
        self.error_at(Id::CConstant, title, span, &format!("this is {value}"))
    }

    /// The value of the type that equals `value` modulo two to its width.
    pub(super) fn wrap(&self, ty: IntType, value: i128) -> i128 {
        let bits = ty.size(self.types.model()).bits();
        let Ok(unused) = u32::try_from(128_u64.saturating_sub(bits)) else { return value };
        let shifted = value << unused;
        if ty.is_signed(self.types.model()) { shifted >> unused } else { wrap_unsigned(shifted, unused) }
    }

    /// Integer promotion: C11, section 6.3.1.1.
    fn promote(&self, ty: IntType) -> IntType {
        let canonical = ty.canonical(self.types.model());
        if canonical.size(self.types.model()).get() < 4 { IntType::Int } else { canonical }
    }

    /// The usual arithmetic conversions: C11, section 6.3.1.8.
    fn common_type(&self, a: IntType, b: IntType) -> IntType {
        let (a, b) = (self.promote(a), self.promote(b));
        let model = self.types.model();
        // The order of the table is that of the ranks, each signed type before its unsigned one.
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let is_mixed = !low.is_signed(model) && high.is_signed(model);
        if !is_mixed || low.size(model) < high.size(model) {
            return high;
        }
        let unsigned = [
            (IntType::Long, IntType::ULong),
            (IntType::LongLong, IntType::ULongLong),
            (IntType::Int128, IntType::UInt128),
        ];
        unsigned.iter().find(|(signed, _)| *signed == high).map_or(high, |(_, unsigned)| *unsigned)
    }
}

/// The bits above `unused` of a shifted value, as an unsigned number; 128 of them cannot be told from
/// a negative one and stay as they are.
const fn wrap_unsigned(shifted: i128, unused: u32) -> i128 {
    (shifted.cast_unsigned() >> unused).cast_signed()
}
