//! Declarators, parameters and type names.

use ctype::Qualifiers;
use diagnostic::{Id, Label};
use source::Span;

use crate::directive::partial;
use crate::parser::{Abort, MAX_DEPTH, Parse, Parser};
use crate::syntax::{Attributes, Declarator, Derivation, Param, Params, TypeName};
use crate::token::{Keyword, Sign, Token, TokenKind};

/// Whether a declarator has a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Required,
    Optional,
    Forbidden,
}

impl Parser<'_> {
    /// A declarator with a name.
    pub(super) fn declarator(&mut self) -> Parse<Declarator> {
        self.whole_declarator(Naming::Required)
    }

    /// A type without a declaration.
    pub(super) fn type_name(&mut self) -> Parse<TypeName> {
        self.type_with(Naming::Forbidden)
    }

    /// A type, with a name where one would be declared if `naming` allows it.
    pub(super) fn type_with(&mut self, naming: Naming) -> Parse<TypeName> {
        let start = self.at;
        let specifiers = self.type_specifiers()?;
        let declarator = self.whole_declarator(naming)?;
        Ok(TypeName { span: self.span_from(start), specifiers, declarator })
    }

    /// Whether the present token starts a type.
    pub(super) fn starts_type(&self) -> bool {
        self.is_type_start(self.token())
    }

    /// Whether a token starts a type.
    pub(super) fn is_type_start(&self, token: Token) -> bool {
        if let TokenKind::Keyword(keyword) = token.kind {
            return !matches!(keyword, Keyword::Sizeof | Keyword::Alignof | Keyword::CallingConvention);
        }
        let is_named = token.kind == TokenKind::Name && self.is_type_name(self.source_text(token.span));
        is_named || matches!(token.kind, TokenKind::TypeWord(_))
    }

    fn whole_declarator(&mut self, naming: Naming) -> Parse<Declarator> {
        let start = self.at;
        let mut declarator = Declarator {
            span: self.token().span,
            name: None,
            derivations: Vec::new(),
            attributes: Attributes::default(),
        };
        self.pointers_and_direct(naming, &mut declarator)?;
        declarator.span = self.span_from(start);
        let trailing = self.trailing_attributes()?;
        declarator.attributes.extend(trailing);
        Ok(declarator)
    }

    /// Pointers come before the name and apply after what follows it.
    fn pointers_and_direct(&mut self, naming: Naming, declarator: &mut Declarator) -> Parse<()> {
        let mut pointers = Vec::new();
        loop {
            self.inner_attributes(declarator)?;
            if !self.eat(Sign::Star) {
                break;
            }
            let mut qualifiers = self.qualifiers();
            while self.peek() == TokenKind::Keyword(Keyword::Attribute) {
                self.inner_attributes(declarator)?;
                qualifiers = qualifiers.union(self.qualifiers());
            }
            pointers.push(Derivation::Pointer(qualifiers));
        }
        self.nested(|parser| parser.direct_declarator(naming, declarator))?;
        declarator.derivations.extend(pointers.into_iter().rev());
        if declarator.derivations.len() > MAX_DEPTH as usize {
            return Err(self.too_deep(self.token().span));
        }
        Ok(())
    }

    /// Attributes and calling conventions before a name.
    fn inner_attributes(&mut self, declarator: &mut Declarator) -> Parse<()> {
        loop {
            if self.peek() == TokenKind::Keyword(Keyword::Attribute) {
                self.attribute(&mut declarator.attributes)?;
            } else if !self.eat_keyword(Keyword::CallingConvention) && !self.eat_keyword(Keyword::Extension) {
                return Ok(());
            }
        }
    }

    fn direct_declarator(&mut self, naming: Naming, declarator: &mut Declarator) -> Parse<()> {
        if self.peek() == TokenKind::Name && naming != Naming::Forbidden {
            declarator.name = Some(self.token().span);
            self.at += 1;
        } else if self.at_sign(Sign::Caret) {
            return Err(self.block());
        } else if self.at_sign(Sign::LeftParen) && (naming == Naming::Required || self.is_grouping()) {
            self.at += 1;
            self.pointers_and_direct(naming, declarator)?;
            self.expect(Sign::RightParen)?;
        } else if naming == Naming::Required {
            return Err(self.missing_name());
        }
        loop {
            let derivation = if self.at_sign(Sign::LeftBracket) {
                self.array()?
            } else if self.at_sign(Sign::LeftParen) {
                Derivation::Function(self.params()?)
            } else {
                return Ok(());
            };
            declarator.derivations.push(derivation);
        }
    }

    fn block(&mut self) -> Abort {
        let title = "a block is not supported";
        self.error(Id::UnsupportedDeclaration, title, self.token().span, "expected a pointer to a function")
    }

    fn missing_name(&mut self) -> Abort {
        if self.at_sign(Sign::Ellipsis) {
            return self.partial("a type is left to a compiler".to_owned(), "expected a name");
        }
        if let TokenKind::Keyword(_) | TokenKind::TypeWord(_) = self.peek() {
            let token = self.token();
            let title = format!("`{}` cannot be a name", self.source_text(token.span));
            return self.error(Id::CSyntax, title, token.span, "expected a name");
        }
        self.unexpected("a name")
    }

    /// Whether the `(` where a name could be left out starts a declarator in parentheses rather than
    /// parameters: C11, section 6.7.6.3, paragraph 11.
    pub(super) fn is_grouping(&self) -> bool {
        let Some(next) = self.tokens.get(self.at + 1) else { return false };
        let is_declarator = matches!(
            next.kind,
            TokenKind::Sign(Sign::Star | Sign::Caret | Sign::LeftParen | Sign::LeftBracket)
                | TokenKind::Keyword(Keyword::CallingConvention | Keyword::Attribute | Keyword::Extension)
        );
        is_declarator || (next.kind == TokenKind::Name && !self.is_type_start(*next))
    }

    /// `[length]`; what else C allows there in parameters says nothing once they are pointers.
    fn array(&mut self) -> Parse<Derivation> {
        let start = self.at;
        self.at += 1;
        loop {
            let is_static = self.eat_keyword(Keyword::Static);
            if self.qualifiers() == Qualifiers::NONE && !is_static {
                break;
            }
        }
        if self.at_sign(Sign::Ellipsis) {
            let title = "the length of an array is left to a compiler".to_owned();
            return Err(self.partial(title, "expected a length or `]`"));
        }
        let is_star = self.at_sign(Sign::Star) && self.peek_after() == TokenKind::Sign(Sign::RightBracket);
        let length = if self.at_sign(Sign::RightBracket) || is_star {
            self.at += usize::from(is_star);
            None
        } else {
            Some(Box::new(self.expression()?))
        };
        self.expect(Sign::RightBracket)?;
        Ok(Derivation::Array { span: self.span_from(start), length })
    }

    /// Reports a `...` that only a compiler can fill in.
    pub(super) fn partial(&mut self, title: String, label: &str) -> Abort {
        self.report(partial(title, Label::new(self.source, self.token().span, label)))
    }

    fn params(&mut self) -> Parse<Params> {
        let start = self.at;
        self.at += 1;
        let mut params = Vec::new();
        let mut is_variadic = false;
        while !self.at_sign(Sign::RightParen) {
            let dots = self.token().span;
            if self.eat(Sign::Ellipsis) {
                is_variadic = true;
                self.check_dots(dots, params.is_empty())?;
                break;
            }
            params.push(self.nested(Self::param)?);
            if !self.eat(Sign::Comma) {
                break;
            }
            if self.at_sign(Sign::RightParen) {
                return Err(self.unexpected("a parameter"));
            }
        }
        if !self.eat(Sign::RightParen) {
            return Err(self.unexpected("`,` or `)`"));
        }
        Ok(Params { span: self.span_from(start), params, is_variadic })
    }

    fn check_dots(&mut self, dots: Span, is_first: bool) -> Parse<()> {
        if !is_first {
            return Ok(());
        }
        Err(self.error(Id::CSyntax, "`...` without a parameter before it", dots, "expected a parameter"))
    }

    fn param(&mut self) -> Parse<Param> {
        let specifiers = self.type_specifiers()?;
        let declarator = self.whole_declarator(Naming::Optional)?;
        Ok(Param { specifiers, declarator })
    }
}
