//! Structs, unions and enums.

use ctype::RecordKind;
use diagnostic::Id;
use source::Span;

use crate::parser::{Abort, Parse, Parser};
use crate::syntax::{
    Attributes, Declarator, EnumSpecifier, EnumeratorSyntax, FieldDeclarator, Member, RecordSpecifier,
};
use crate::token::{Keyword, Sign, TokenKind};

impl Parser<'_> {
    /// `struct` or `union` with its tag, its members or both.
    pub(super) fn record_specifier(&mut self) -> Parse<RecordSpecifier> {
        let keyword = self.token().span;
        let is_union = self.eat_keyword(Keyword::Union);
        self.at += usize::from(!is_union);
        let kind = if is_union { RecordKind::Union } else { RecordKind::Struct };
        let mut attributes = self.leading_attributes()?;
        let tag = self.tag(self.at_sign(Sign::LeftBrace))?;
        let span = tag.map_or(keyword, |tag| keyword.to(tag));
        let mut members = None;
        if self.eat(Sign::LeftBrace) {
            members = Some(self.members()?);
            self.follow_pragmas(self.at);
            let trailing = self.attributes()?;
            attributes.extend(trailing);
        }
        Ok(RecordSpecifier { span, kind, tag, members, attributes, pack: self.pack })
    }

    /// Attributes between the keyword and the tag.
    fn leading_attributes(&mut self) -> Parse<Attributes> {
        let mut attributes = Attributes::default();
        while self.peek() == TokenKind::Keyword(Keyword::Attribute) {
            self.attribute(&mut attributes)?;
        }
        Ok(attributes)
    }

    /// The tag, which may only be left out before a brace.
    fn tag(&mut self, is_brace: bool) -> Parse<Option<Span>> {
        let token = self.token();
        if token.kind == TokenKind::Name {
            self.at += 1;
            return Ok(Some(token.span));
        }
        if is_brace { Ok(None) } else { Err(self.unexpected("a tag or `{`")) }
    }

    /// The members up to the closing brace. A wrong one does not hide those after it.
    fn members(&mut self) -> Parse<Vec<Member>> {
        let mut members = Vec::new();
        let reported = self.diagnostics.len();
        loop {
            while self.eat(Sign::Semicolon) || self.eat_keyword(Keyword::Extension) {}
            if self.eat(Sign::RightBrace) {
                break;
            }
            if self.at_sign(Sign::Ellipsis) {
                return Err(self.partial(
                    "the members of a struct are left to a compiler".to_owned(),
                    "expected a member or `}`",
                ));
            }
            if self.peek() == TokenKind::End {
                return Err(self.unexpected("a member or `}`"));
            }
            let start = self.at;
            match self.member() {
                Ok(member) => members.push(member),
                Err(Abort) => self.recover_member(start)?,
            }
        }
        if self.diagnostics.len() == reported { Ok(members) } else { Err(Abort) }
    }

    /// Goes on after the wrong member that starts at token `start`: after its `;`, or at the brace
    /// that closes the record.
    fn recover_member(&mut self, start: usize) -> Parse<()> {
        let given_up = self.at;
        let mut braces = 0_u32;
        for at in start..self.tokens.len() {
            let kind = self.tokens[at].kind;
            let is_brace = kind == TokenKind::Sign(Sign::RightBrace);
            let is_semicolon = kind == TokenKind::Sign(Sign::Semicolon) && at >= given_up;
            if braces == 0 && (is_brace || is_semicolon) {
                self.at = at;
                return Ok(());
            }
            if kind == TokenKind::Sign(Sign::LeftBrace) {
                braces += 1;
            } else if is_brace {
                braces -= 1;
            }
        }
        Err(Abort)
    }

    fn member(&mut self) -> Parse<Member> {
        if self.peek() == TokenKind::Keyword(Keyword::StaticAssert) {
            return Ok(Member::StaticAssert(self.static_assert()?));
        }
        let specifiers = self.type_specifiers()?;
        // Nearly always one; a growing vector starts with room for four.
        let mut declarators = Vec::with_capacity(1);
        while self.has_declarator(&specifiers) {
            declarators.push(self.field()?);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.end_of_declaration()?;
        Ok(Member::Fields { specifiers, declarators })
    }

    fn field(&mut self) -> Parse<FieldDeclarator> {
        let mut declarator = if self.at_sign(Sign::Colon) {
            let span = Span::at(self.token().span.start());
            Declarator { span, name: None, derivations: Vec::new(), attributes: Attributes::default() }
        } else {
            self.declarator()?
        };
        let mut bit_width = None;
        if self.eat(Sign::Colon) {
            declarator.attributes.symbol = None;
            bit_width = Some(Box::new(self.expression()?));
            let trailing = self.attributes()?;
            declarator.attributes.extend(trailing);
        }
        Ok(FieldDeclarator { declarator, bit_width })
    }

    /// `enum` with its tag, its names or both.
    pub(super) fn enum_specifier(&mut self) -> Parse<EnumSpecifier> {
        let keyword = self.token().span;
        self.at += 1;
        let mut attributes = self.leading_attributes()?;
        let tag = self.tag(self.at_sign(Sign::LeftBrace))?;
        let span = tag.map_or(keyword, |tag| keyword.to(tag));
        let mut enumerators = None;
        if self.eat(Sign::LeftBrace) {
            enumerators = Some(self.enumerators()?);
            let trailing = self.attributes()?;
            attributes.extend(trailing);
        }
        if let Some(alignment) = attributes.alignments.first() {
            let title = "an alignment for an enum is not supported";
            return Err(self.error(Id::UnsupportedDeclaration, title, alignment.span, "expected none"));
        }
        let Attributes { is_packed, mode, .. } = attributes;
        Ok(EnumSpecifier { span, tag, enumerators, is_packed, mode })
    }

    fn enumerators(&mut self) -> Parse<Vec<EnumeratorSyntax>> {
        let mut enumerators = Vec::new();
        while !self.at_sign(Sign::RightBrace) || enumerators.is_empty() {
            if self.at_sign(Sign::Ellipsis) {
                return Err(self.partial(
                    "the names of an enum are left to a compiler".to_owned(),
                    "expected a name or `}`",
                ));
            }
            let name = self.token();
            if name.kind != TokenKind::Name {
                return Err(self.unexpected("the name of a constant"));
            }
            self.at += 1;
            self.attributes()?;
            let value = if self.eat(Sign::Equal) { Some(self.enumerator_value()?) } else { None };
            self.constants.insert(self.source_text(name.span));
            enumerators.push(EnumeratorSyntax { name: name.span, value });
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        if self.eat(Sign::RightBrace) { Ok(enumerators) } else { Err(self.unexpected("`,` or `}`")) }
    }

    fn enumerator_value(&mut self) -> Parse<crate::syntax::Expr> {
        if self.at_sign(Sign::Ellipsis) {
            return Err(
                self.partial("the value of a constant is left to a compiler".to_owned(), "expected a value")
            );
        }
        self.expression()
    }
}
