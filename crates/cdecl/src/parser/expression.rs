//! Integer constant expressions: C11, sections 6.5 and 6.6, without assignment, calls and memory.

use diagnostic::Id;
use source::Span;

use crate::parser::{MAX_DEPTH, Parse, Parser};
use crate::syntax::{BinaryOp, Expr, ExprKind, TypeName, UnaryOp};
use crate::token::{Keyword, Sign, TokenKind};

impl Parser<'_> {
    /// A conditional expression.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.nested(|parser| {
            let condition = parser.binary(0)?;
            if !parser.eat(Sign::Question) {
                return Ok(condition);
            }
            let then = parser.expression()?;
            parser.expect(Sign::Colon)?;
            let otherwise = parser.expression()?;
            let span = condition.span.to(otherwise.span);
            let height = condition.height.max(then.height).max(otherwise.height);
            parser.build(span, height, ExprKind::Conditional(Box::new((condition, then, otherwise))))
        })
    }

    /// Operands joined by operators that bind at least as strongly as `level`.
    fn binary(&mut self, level: u8) -> Parse<Expr> {
        let mut left = self.unary()?;
        while let TokenKind::Sign(sign) = self.peek() {
            let Some((op, own)) = binary_op(sign).filter(|(_, own)| *own >= level) else { break };
            self.at += 1;
            let right = self.nested(|parser| parser.binary(own + 1))?;
            let span = left.span.to(right.span);
            let height = left.height.max(right.height);
            left = self.build(span, height, ExprKind::Binary(op, Box::new((left, right))))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parse<Expr> {
        let token = self.token();
        if self.at_sign(Sign::LeftParen) && self.is_cast() {
            return self.cast(token.span);
        }
        if self.eat_keyword(Keyword::Sizeof) {
            return self.sizeof(token.span);
        }
        if self.eat_keyword(Keyword::Alignof) {
            let (span, height, ty) = self.type_in_parentheses(token.span)?;
            return self.build(span, height, ExprKind::Alignof(Box::new(ty)));
        }
        let Some(op) = unary_op(token.kind) else { return self.primary() };
        self.at += 1;
        let operand = self.nested(Self::unary)?;
        self.build(token.span.to(operand.span), operand.height, ExprKind::Unary(op, Box::new(operand)))
    }

    fn primary(&mut self) -> Parse<Expr> {
        let token = self.token();
        if self.eat(Sign::LeftParen) {
            let inner = self.expression()?;
            let end = self.expect(Sign::RightParen)?;
            return Ok(Expr { span: token.span.to(end), ..inner });
        }
        if token.kind == TokenKind::Name && self.is_type_start(token) {
            let title = format!("`{}` is a type, not a constant", self.source_text(token.span));
            return Err(self.error(Id::CConstant, title, token.span, "expected a constant"));
        }
        if let Some(value) = self.other_value()? {
            return Ok(value);
        }
        let kind = if token.kind == TokenKind::Name {
            ExprKind::Name(token.span)
        } else if matches!(token.kind, TokenKind::Number | TokenKind::Character) {
            let (value, ty) = self.constant(token)?;
            ExprKind::Constant { value, ty }
        } else {
            return Err(self.unexpected("an integer constant expression"));
        };
        self.at += 1;
        self.build(token.span, 0, kind)
    }

    fn sizeof(&mut self, keyword: Span) -> Parse<Expr> {
        if self.at_sign(Sign::LeftParen) && self.is_cast() {
            let (span, height, ty) = self.type_in_parentheses(keyword)?;
            return self.build(span, height, ExprKind::SizeofType(Box::new(ty)));
        }
        let operand = self.nested(Self::unary)?;
        self.build(keyword.to(operand.span), operand.height, ExprKind::SizeofExpr(Box::new(operand)))
    }

    fn cast(&mut self, start: Span) -> Parse<Expr> {
        let (_, height, ty) = self.type_in_parentheses(start)?;
        let operand = self.nested(Self::unary)?;
        let height = height.max(operand.height);
        self.build(start.to(operand.span), height, ExprKind::Cast(Box::new((ty, operand))))
    }

    /// `(type)`: the span from `start`, and the height of the tallest expression in the type.
    fn type_in_parentheses(&mut self, start: Span) -> Parse<(Span, u32, TypeName)> {
        self.expect(Sign::LeftParen)?;
        let before = std::mem::take(&mut self.tallest);
        let ty = self.nested(Self::type_name)?;
        let height = self.tallest;
        self.tallest = before.max(height);
        let end = self.expect(Sign::RightParen)?;
        Ok((start.to(end), height, ty))
    }

    /// Whether the present `(` starts a type in parentheses.
    fn is_cast(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|next| self.is_type_start(*next))
    }

    /// An expression whose tallest part has this height, unless that is too much to walk.
    pub(super) fn build(&mut self, span: Span, height: u32, kind: ExprKind) -> Parse<Expr> {
        let height = height + 1;
        if height > MAX_DEPTH {
            let label = format!("at most {MAX_DEPTH} operators lie inside each other");
            return Err(self.error(Id::CNesting, "an expression is nested too deeply", span, &label));
        }
        self.tallest = self.tallest.max(height);
        Ok(Expr { span, height, kind })
    }
}

fn unary_op(kind: TokenKind) -> Option<UnaryOp> {
    let ops = [
        (Sign::Plus, UnaryOp::Plus),
        (Sign::Minus, UnaryOp::Negate),
        (Sign::Tilde, UnaryOp::Complement),
        (Sign::Not, UnaryOp::Not),
    ];
    ops.into_iter().find(|(sign, _)| kind == TokenKind::Sign(*sign)).map(|(_, op)| op)
}

/// The operator and how strongly it binds.
fn binary_op(sign: Sign) -> Option<(BinaryOp, u8)> {
    BINARY_OPS.iter().find(|(own, ..)| *own == sign).map(|(_, op, level)| (*op, *level))
}

/// C11, sections 6.5.5 to 6.5.14, the loosest first.
const BINARY_OPS: &[(Sign, BinaryOp, u8)] = &[
    (Sign::OrOr, BinaryOp::Or, 0),
    (Sign::AndAnd, BinaryOp::And, 1),
    (Sign::Or, BinaryOp::BitOr, 2),
    (Sign::Caret, BinaryOp::BitXor, 3),
    (Sign::And, BinaryOp::BitAnd, 4),
    (Sign::EqualEqual, BinaryOp::Equal, 5),
    (Sign::NotEqual, BinaryOp::NotEqual, 5),
    (Sign::Less, BinaryOp::Less, 6),
    (Sign::Greater, BinaryOp::Greater, 6),
    (Sign::LessEqual, BinaryOp::LessEqual, 6),
    (Sign::GreaterEqual, BinaryOp::GreaterEqual, 6),
    (Sign::ShiftLeft, BinaryOp::ShiftLeft, 7),
    (Sign::ShiftRight, BinaryOp::ShiftRight, 7),
    (Sign::Plus, BinaryOp::Add, 8),
    (Sign::Minus, BinaryOp::Subtract, 8),
    (Sign::Star, BinaryOp::Multiply, 9),
    (Sign::Slash, BinaryOp::Divide, 9),
    (Sign::Percent, BinaryOp::Remainder, 9),
];
