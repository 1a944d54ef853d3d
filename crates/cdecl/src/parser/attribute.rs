//! `__attribute__`, `_Alignas` and labels for the assembler.

use diagnostic::Id;
use source::Span;

use crate::parser::{Abort, Parse, Parser};
use crate::syntax::{Alignment, AlignmentAmount, Attributes};
use crate::token::{Keyword, Sign, TokenKind};

/// Attributes that change a type or a call in a way that is not followed here.
const REFUSED: &[&str] = &[
    "address_space",
    "cleanup",
    "ext_vector_type",
    "ms_abi",
    "ms_struct",
    "preserve_all",
    "preserve_most",
    "regcall",
    "regparm",
    "scalar_storage_order",
    "swiftcall",
    "vector_size",
    "vectorcall",
];

impl Parser<'_> {
    /// Any number of attributes.
    pub(super) fn attributes(&mut self) -> Parse<Attributes> {
        let mut attributes = Attributes::default();
        loop {
            if self.peek() == TokenKind::Keyword(Keyword::Attribute) {
                self.attribute(&mut attributes)?;
            } else if !self.eat_keyword(Keyword::Extension) {
                return Ok(attributes);
            }
        }
    }

    /// Attributes and `asm("name")` after what is declared.
    pub(super) fn trailing_attributes(&mut self) -> Parse<Attributes> {
        let mut attributes = self.attributes()?;
        while self.eat_keyword(Keyword::Asm) {
            attributes.symbol = Some(self.symbol()?);
            let more = self.attributes()?;
            attributes.extend(more);
        }
        Ok(attributes)
    }

    /// The texts of `("name")`, which stand side by side.
    fn symbol(&mut self) -> Parse<Span> {
        self.expect(Sign::LeftParen)?;
        let start = self.at;
        while self.peek() == TokenKind::Text {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.unexpected("a name in quotes"));
        }
        let span = self.span_from(start);
        self.expect(Sign::RightParen)?;
        Ok(span)
    }

    /// One `__attribute__((...))` or `_Alignas(...)`.
    pub(super) fn attribute(&mut self, attributes: &mut Attributes) -> Parse<()> {
        let start = self.at;
        if self.eat_keyword(Keyword::Alignas) {
            let amount = self.alignas()?;
            attributes.alignments.push(Alignment { span: self.span_from(start), is_alignas: true, amount });
            return Ok(());
        }
        self.at += 1;
        self.expect(Sign::LeftParen)?;
        self.expect(Sign::LeftParen)?;
        while !self.at_sign(Sign::RightParen) {
            if !self.at_sign(Sign::Comma) {
                self.one_attribute(attributes)?;
            }
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.expect(Sign::RightParen)?;
        self.expect(Sign::RightParen)?;
        Ok(())
    }

    fn alignas(&mut self) -> Parse<AlignmentAmount> {
        self.expect(Sign::LeftParen)?;
        let amount = if self.starts_type() {
            AlignmentAmount::OfType(Box::new(self.type_name()?))
        } else {
            AlignmentAmount::Bytes(self.expression()?)
        };
        self.expect(Sign::RightParen)?;
        Ok(amount)
    }

    fn one_attribute(&mut self, attributes: &mut Attributes) -> Parse<()> {
        let start = self.at;
        let token = self.token();
        let (TokenKind::Name | TokenKind::Keyword(_) | TokenKind::TypeWord(_)) = token.kind else {
            return Err(self.unexpected("an attribute"));
        };
        self.at += 1;
        let word = self.source_text(token.span);
        let bare = word.strip_prefix("__").and_then(|word| word.strip_suffix("__")).unwrap_or(word);
        match bare {
            "packed" => attributes.is_packed = true,
            "transparent_union" => attributes.is_transparent = true,
            "mode" => attributes.mode = Some(self.mode()?),
            "aligned" => {
                let mut amount = AlignmentAmount::Largest;
                if self.eat(Sign::LeftParen) {
                    amount = AlignmentAmount::Bytes(self.expression()?);
                    self.expect(Sign::RightParen)?;
                }
                attributes.alignments.push(Alignment {
                    span: self.span_from(start),
                    is_alignas: false,
                    amount,
                });
            }
            _ if REFUSED.contains(&bare) => return Err(self.refused_attribute(bare, token.span)),
            _ if self.at_sign(Sign::LeftParen) => self.skip_parentheses()?,
            _ => {}
        }
        Ok(())
    }

    /// `(name)`.
    fn mode(&mut self) -> Parse<Span> {
        self.expect(Sign::LeftParen)?;
        let token = self.token();
        if token.kind != TokenKind::Name {
            return Err(self.unexpected("the name of a mode"));
        }
        self.at += 1;
        self.expect(Sign::RightParen)?;
        Ok(token.span)
    }

    fn refused_attribute(&mut self, word: &str, span: Span) -> Abort {
        let title = format!("the attribute `{word}` is not supported");
        self.error(Id::UnsupportedDeclaration, title, span, "it would change the type or the call")
    }

    /// Skips the arguments of an attribute that says nothing here.
    fn skip_parentheses(&mut self) -> Parse<()> {
        let mut open = 0_u32;
        loop {
            let kind = self.peek();
            if kind == TokenKind::Sign(Sign::LeftParen) {
                open += 1;
            } else if kind == TokenKind::Sign(Sign::RightParen) {
                open -= 1;
            } else if kind == TokenKind::End {
                return Err(self.unexpected("`)`"));
            }
            self.at += 1;
            if open == 0 {
                return Ok(());
            }
        }
    }
}
