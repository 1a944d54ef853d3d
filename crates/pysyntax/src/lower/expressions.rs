//! Expressions.

use diagnostic::{Diagnostic, Id, Label};
use ruff_python_ast::{
    self as ast, CmpOp, ConversionFlag, Expr as AstExpr, FStringPart, InterpolatedStringElement, Number,
    Operator,
};
use ruff_text_size::{Ranged, TextRange};

use super::{Construct, Lowering};
use crate::{BinaryOp, BoolOp, CompareOp, ExprId, ExprKind, FormatPart, Keyword, UnaryOp};

impl Lowering {
    /// An expression. One that is not supported is noted and stands as `None`.
    pub(super) fn expr(&mut self, expr: &AstExpr) -> ExprId {
        let range = expr.range();
        let kind = match expr {
            AstExpr::BoolOp(bools) => {
                let op = match bools.op {
                    ast::BoolOp::And => BoolOp::And,
                    ast::BoolOp::Or => BoolOp::Or,
                };
                ExprKind::Bools(op, self.all(&bools.values))
            }
            AstExpr::Named(named) => return self.walrus(named),
            AstExpr::BinOp(binary) => return self.binary(binary),
            AstExpr::UnaryOp(unary) => {
                let op = match unary.op {
                    ast::UnaryOp::Invert => UnaryOp::Invert,
                    ast::UnaryOp::Not => UnaryOp::Not,
                    ast::UnaryOp::UAdd => UnaryOp::Pos,
                    ast::UnaryOp::USub => UnaryOp::Neg,
                };
                ExprKind::Unary(op, self.expr(&unary.operand))
            }
            AstExpr::If(choice) => {
                let test = self.expr(&choice.test);
                let then = self.expr(&choice.body);
                ExprKind::If { test, then, otherwise: self.expr(&choice.orelse) }
            }
            AstExpr::Compare(compare) => return self.compare(compare),
            AstExpr::Call(call) => return self.call(call),
            AstExpr::StringLiteral(text) => ExprKind::Text(text.value.to_str().to_owned()),
            AstExpr::NumberLiteral(number) => return self.number(number),
            AstExpr::BooleanLiteral(literal) => ExprKind::Bool(literal.value),
            AstExpr::NoneLiteral(_) => ExprKind::None,
            AstExpr::Attribute(attribute) => {
                let value = self.expr(&attribute.value);
                ExprKind::Attribute(value, self.name(&attribute.attr))
            }
            AstExpr::Subscript(subscript) => {
                let value = self.expr(&subscript.value);
                ExprKind::Index(value, self.index(&subscript.slice))
            }
            AstExpr::Name(name) => ExprKind::Name(self.read(&name.id)),
            AstExpr::Tuple(tuple) => ExprKind::Tuple(self.items(&tuple.elts)),
            AstExpr::Lambda(lambda) => self.lambda(lambda),
            AstExpr::Dict(_) => return self.refuse_expr(Construct::Dict, range),
            AstExpr::Set(_) => return self.refuse_expr(Construct::Set, range),
            AstExpr::List(list) => ExprKind::List(self.items(&list.elts)),
            AstExpr::ListComp(_) | AstExpr::SetComp(_) | AstExpr::DictComp(_) | AstExpr::Generator(_) => {
                return self.refuse_expr(Construct::Comprehension, range);
            }
            AstExpr::Await(_) => return self.refuse_expr(Construct::Await, range),
            AstExpr::Yield(_) | AstExpr::YieldFrom(_) => {
                return self.refuse_expr(Construct::Generator, range);
            }
            AstExpr::FString(text) => self.format(&text.value),
            AstExpr::TString(_) => return self.refuse_expr(Construct::Template, range),
            AstExpr::BytesLiteral(_) => return self.refuse_expr(Construct::Bytes, range),
            // Where they may stand, they are lowered before they come here.
            AstExpr::Starred(_) | AstExpr::Slice(_) => {
                self.not_python("not an expression", range);
                ExprKind::None
            }
            // The latter are notebooks' magic lines, which are no Python: the parser refuses them before.
            AstExpr::EllipsisLiteral(_) | AstExpr::IpyEscapeCommand(_) => {
                return self.refuse_expr(Construct::Ellipsis, range);
            }
        };
        self.expr_at(kind, range)
    }

    fn refuse_expr(&mut self, construct: Construct, range: TextRange) -> ExprId {
        self.refuse(construct, range);
        self.expr_at(ExprKind::None, range)
    }

    fn all(&mut self, exprs: &[AstExpr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// Items of a display, or the arguments of a call: a `*` stands for several.
    fn items(&mut self, exprs: &[AstExpr]) -> Vec<ExprId> {
        exprs.iter().map(|expr| self.item(expr)).collect()
    }

    fn item(&mut self, expr: &AstExpr) -> ExprId {
        let AstExpr::Starred(star) = expr else { return self.expr(expr) };
        let value = self.expr(&star.value);
        self.expr_at(ExprKind::Star(value), star.range)
    }

    /// What stands in the brackets of an index.
    fn index(&mut self, index: &AstExpr) -> ExprId {
        let AstExpr::Tuple(tuple) = index else { return self.index_item(index) };
        let items = tuple.elts.iter().map(|item| self.index_item(item)).collect();
        self.expr_at(ExprKind::Tuple(items), tuple.range)
    }

    fn index_item(&mut self, item: &AstExpr) -> ExprId {
        if item.is_ellipsis_literal_expr() {
            return self.expr_at(ExprKind::Ellipsis, item.range());
        }
        let AstExpr::Slice(slice) = item else { return self.item(item) };
        let mut bound = |bound: &Option<Box<AstExpr>>| bound.as_deref().map(|bound| self.expr(bound));
        let (lower, upper, step) = (bound(&slice.lower), bound(&slice.upper), bound(&slice.step));
        self.expr_at(ExprKind::Slice { lower, upper, step }, slice.range)
    }

    /// An f-string and the literals around it: one text where there is no value in it.
    fn format(&mut self, text: &ast::FStringValue) -> ExprKind {
        let (mut parts, mut before) = (Vec::new(), String::new());
        for part in text {
            let elements = match part {
                FStringPart::Literal(literal) => {
                    before.push_str(&literal.value);
                    continue;
                }
                FStringPart::FString(text) => &text.elements,
            };
            for element in elements {
                match element {
                    InterpolatedStringElement::Literal(literal) => before.push_str(&literal.value),
                    InterpolatedStringElement::Interpolation(value) => {
                        if !before.is_empty() {
                            parts.push(FormatPart::Text(std::mem::take(&mut before)));
                        }
                        parts.push(FormatPart::Value(self.interpolated(value)));
                    }
                }
            }
        }
        if parts.is_empty() {
            return ExprKind::Text(before);
        }
        if !before.is_empty() {
            parts.push(FormatPart::Text(before));
        }
        ExprKind::Format(parts)
    }

    fn interpolated(&mut self, value: &ast::InterpolatedElement) -> ExprId {
        let is_plain = value.format_spec.is_none() && value.debug_text.is_none();
        if !is_plain || value.conversion != ConversionFlag::None {
            self.refuse(Construct::Format, value.range);
        }
        self.expr(&value.expression)
    }

    fn walrus(&mut self, named: &ast::ExprNamed) -> ExprId {
        let value = self.expr(&named.value);
        let AstExpr::Name(name) = &*named.target else {
            self.not_python("expected a name", named.target.range());
            return value;
        };
        let name = self.local(&name.id);
        self.expr_at(ExprKind::Walrus(name, value), named.range)
    }

    fn binary(&mut self, binary: &ast::ExprBinOp) -> ExprId {
        let left = self.expr(&binary.left);
        let right = self.expr(&binary.right);
        self.expr_at(ExprKind::Binary(operator(binary.op), left, right), binary.range)
    }

    fn compare(&mut self, compare: &ast::ExprCompare) -> ExprId {
        let first = self.expr(&compare.left);
        let mut rest = Vec::new();
        for (op, operand) in compare.ops.iter().zip(&compare.comparators) {
            let op = match op {
                CmpOp::Eq => CompareOp::Eq,
                CmpOp::NotEq => CompareOp::Ne,
                CmpOp::Lt => CompareOp::Lt,
                CmpOp::LtE => CompareOp::Le,
                CmpOp::Gt => CompareOp::Gt,
                CmpOp::GtE => CompareOp::Ge,
                CmpOp::Is => CompareOp::Is,
                CmpOp::IsNot => CompareOp::IsNot,
                CmpOp::In => CompareOp::In,
                CmpOp::NotIn => CompareOp::NotIn,
            };
            rest.push((op, self.expr(operand)));
        }
        self.expr_at(ExprKind::Compare(first, rest), compare.range)
    }

    fn call(&mut self, call: &ast::ExprCall) -> ExprId {
        let function = self.expr(&call.func);
        let args = self.items(&call.arguments.args);
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else {
                self.refuse(Construct::Star, keyword.range);
                continue;
            };
            let (name, value) = (self.name(name), self.expr(&keyword.value));
            keywords.push(Keyword { name, value, span: self.span(keyword.range) });
        }
        self.expr_at(ExprKind::Call { function, args, keywords }, call.range())
    }

    fn number(&mut self, number: &ast::ExprNumberLiteral) -> ExprId {
        let kind = match &number.value {
            Number::Float(value) => ExprKind::Float(*value),
            Number::Complex { imag, .. } => ExprKind::Imaginary(*imag),
            Number::Int(value) => match value.as_u64() {
                Some(value) => ExprKind::Int(value),
                None => {
                    let label = Label::new(
                        &self.syntax.source,
                        self.span(number.range),
                        "the largest is 18446744073709551615",
                    );
                    let title = "this integer does not fit 64 bits";
                    let diagnostic = Diagnostic::error(Id::IntegerTooLarge, title, label);
                    self.diagnostics.push(diagnostic.with_help("write it as a float: `1e20`"));
                    ExprKind::Int(0)
                }
            },
        };
        self.expr_at(kind, number.range)
    }
}

/// The operator of arithmetic.
pub(super) const fn operator(op: Operator) -> BinaryOp {
    match op {
        Operator::Add => BinaryOp::Add,
        Operator::Sub => BinaryOp::Sub,
        Operator::Mult => BinaryOp::Mul,
        Operator::Div => BinaryOp::Div,
        Operator::FloorDiv => BinaryOp::FloorDiv,
        Operator::Mod => BinaryOp::Mod,
        Operator::Pow => BinaryOp::Pow,
        Operator::LShift => BinaryOp::Shl,
        Operator::RShift => BinaryOp::Shr,
        Operator::BitOr => BinaryOp::Or,
        Operator::BitXor => BinaryOp::Xor,
        Operator::BitAnd => BinaryOp::And,
        Operator::MatMult => BinaryOp::MatMul,
    }
}
