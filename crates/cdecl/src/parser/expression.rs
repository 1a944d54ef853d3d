//! Integer constant expressions: C11, sections 6.5 and 6.6, without assignment, calls and memory.

use diagnostic::Id;
use source::Span;

use crate::parser::{Abort, MAX_DEPTH, Parse, Parser};
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
        let op = match token.kind {
            TokenKind::Sign(Sign::Plus) => UnaryOp::Plus,
            TokenKind::Sign(Sign::Minus) => UnaryOp::Negate,
            TokenKind::Sign(Sign::Tilde) => UnaryOp::Complement,
            TokenKind::Sign(Sign::Not) => UnaryOp::Not,
            TokenKind::Keyword(Keyword::Sizeof) => return self.sizeof(token.span),
            TokenKind::Keyword(Keyword::Alignof) => {
                self.at += 1;
                let (span, height, ty) = self.type_in_parentheses(token.span)?;
                return self.build(span, height, ExprKind::Alignof(Box::new(ty)));
            }
            TokenKind::Sign(Sign::LeftParen) if self.is_cast() => return self.cast(token.span),
            TokenKind::Name
            | TokenKind::Number
            | TokenKind::Character
            | TokenKind::Text
            | TokenKind::Keyword(_)
            | TokenKind::Sign(_)
            | TokenKind::Stray
            | TokenKind::End => return self.primary(),
        };
        self.at += 1;
        let operand = self.nested(Self::unary)?;
        self.build(token.span.to(operand.span), operand.height, ExprKind::Unary(op, Box::new(operand)))
    }

    fn primary(&mut self) -> Parse<Expr> {
        let token = self.token();
        match token.kind {
            TokenKind::Name => {
                self.at += 1;
                self.build(token.span, 0, ExprKind::Name)
            }
            TokenKind::Number | TokenKind::Character => {
                let (value, ty) = self.constant(token)?;
                self.at += 1;
                self.build(token.span, 0, ExprKind::Constant { value, ty })
            }
            TokenKind::Sign(Sign::LeftParen) => {
                self.at += 1;
                let inner = self.expression()?;
                let end = self.expect(Sign::RightParen)?;
                Ok(Expr { span: token.span.to(end), ..inner })
            }
            TokenKind::Text
            | TokenKind::Keyword(_)
            | TokenKind::Sign(_)
            | TokenKind::Stray
            | TokenKind::End => Err(self.unexpected("an integer constant expression")),
        }
    }

    fn sizeof(&mut self, keyword: Span) -> Parse<Expr> {
        self.at += 1;
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
        let Some(next) = self.tokens.get(self.at + 1) else { return false };
        match next.kind {
            TokenKind::Name => self.is_type_name(self.source_text(next.span)),
            TokenKind::Keyword(keyword) => !matches!(keyword, Keyword::Sizeof | Keyword::Alignof),
            TokenKind::Number
            | TokenKind::Character
            | TokenKind::Text
            | TokenKind::Sign(_)
            | TokenKind::Stray
            | TokenKind::End => false,
        }
    }

    /// An expression whose tallest part has this height, unless that is too much to walk.
    fn build(&mut self, span: Span, height: u32, kind: ExprKind) -> Parse<Expr> {
        let height = height + 1;
        if height > MAX_DEPTH {
            self.error(Id::CNesting, "an expression is nested too deeply", span).primary.text =
                format!("at most {MAX_DEPTH} operators lie inside each other");
            return Err(Abort);
        }
        self.tallest = self.tallest.max(height);
        Ok(Expr { span, height, kind })
    }
}

/// The operator and how strongly it binds.
fn binary_op(sign: Sign) -> Option<(BinaryOp, u8)> {
    let found = match sign {
        Sign::OrOr => (BinaryOp::Or, 0),
        Sign::AndAnd => (BinaryOp::And, 1),
        Sign::Or => (BinaryOp::BitOr, 2),
        Sign::Caret => (BinaryOp::BitXor, 3),
        Sign::And => (BinaryOp::BitAnd, 4),
        Sign::EqualEqual => (BinaryOp::Equal, 5),
        Sign::NotEqual => (BinaryOp::NotEqual, 5),
        Sign::Less => (BinaryOp::Less, 6),
        Sign::Greater => (BinaryOp::Greater, 6),
        Sign::LessEqual => (BinaryOp::LessEqual, 6),
        Sign::GreaterEqual => (BinaryOp::GreaterEqual, 6),
        Sign::ShiftLeft => (BinaryOp::ShiftLeft, 7),
        Sign::ShiftRight => (BinaryOp::ShiftRight, 7),
        Sign::Plus => (BinaryOp::Add, 8),
        Sign::Minus => (BinaryOp::Subtract, 8),
        Sign::Star => (BinaryOp::Multiply, 9),
        Sign::Slash => (BinaryOp::Divide, 9),
        Sign::Percent => (BinaryOp::Remainder, 9),
        Sign::Ellipsis
        | Sign::Arrow
        | Sign::LeftParen
        | Sign::RightParen
        | Sign::LeftBracket
        | Sign::RightBracket
        | Sign::LeftBrace
        | Sign::RightBrace
        | Sign::Comma
        | Sign::Semicolon
        | Sign::Colon
        | Sign::Question
        | Sign::Equal
        | Sign::Tilde
        | Sign::Not
        | Sign::Dot
        | Sign::Hash => return None,
    };
    Some(found)
}
