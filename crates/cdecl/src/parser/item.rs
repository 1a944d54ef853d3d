//! The declarations of a text, one after the other, and how parsing goes on after a mistake.

use diagnostic::{Diagnostic, Id, Label};
use source::Span;

use crate::directive::{Define, PackChange};
use crate::parser::{Abort, Parse, Parser};
use crate::syntax::{
    Declaration, Derivation, Expr, InitDeclarator, Item, Specifiers, StaticAssert, Storage, TypeSpecifier,
};
use crate::token::{Keyword, Sign, TokenKind};

impl<'a> Parser<'a> {
    /// All declarations, with each `#define` before the declaration that follows it.
    pub(super) fn items(&mut self, defines: &'a [Define]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut defines = defines.iter().peekable();
        loop {
            let is_end = self.peek() == TokenKind::End;
            while let Some(define) = defines.next_if(|define| is_end || define.before <= self.at) {
                items.extend(self.define(define));
            }
            if is_end {
                self.follow_pragmas(usize::MAX);
                return items;
            }
            if self.eat(Sign::Semicolon) {
                continue;
            }
            let start = self.at;
            match self.item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => {}
                Err(Abort) => {
                    self.recover(start);
                    self.given_up.push((self.span_from(start), self.given_up_name(start)));
                    let skipped = self.tokens[start..self.at].iter();
                    let names = skipped.filter(|token| token.kind == TokenKind::Name);
                    self.skipped.extend(names.map(|token| token.span));
                }
            }
        }
    }

    /// The name that the declaration seems to declare that starts at token `start` and was given up.
    fn given_up_name(&self, start: usize) -> Option<Span> {
        let ends = |kind| match kind {
            TokenKind::Sign(sign) => !matches!(sign, Sign::Star | Sign::Ellipsis),
            TokenKind::Keyword(keyword) => matches!(keyword, Keyword::Attribute | Keyword::Asm),
            TokenKind::Name
            | TokenKind::Number
            | TokenKind::Character
            | TokenKind::Text
            | TokenKind::TypeWord(_)
            | TokenKind::Stray
            | TokenKind::End => false,
        };
        let mut braces = 0_u32;
        for pair in self.tokens[start..self.at].windows(2) {
            let is_name = braces == 0 && pair[0].kind == TokenKind::Name && ends(pair[1].kind);
            if is_name && !self.is_type_name(self.source_text(pair[0].span)) {
                return Some(pair[0].span);
            }
            match pair[0].kind {
                TokenKind::Sign(Sign::LeftBrace) => braces += 1,
                TokenKind::Sign(Sign::RightBrace) => braces = braces.saturating_sub(1),
                TokenKind::Name
                | TokenKind::Number
                | TokenKind::Character
                | TokenKind::Text
                | TokenKind::Keyword(_)
                | TokenKind::TypeWord(_)
                | TokenKind::Sign(_)
                | TokenKind::Stray
                | TokenKind::End => {}
            }
        }
        None
    }

    fn define(&mut self, define: &'a Define) -> Option<Item> {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let mut parser = Parser::new(self.source, &define.value, self.context, diagnostics);
        parser.typedefs = std::mem::take(&mut self.typedefs);
        parser.constants = std::mem::take(&mut self.constants);
        let value = parser.expression().and_then(|value| {
            parser.expect_end()?;
            Ok(value)
        });
        (self.typedefs, self.constants) = (parser.typedefs, parser.constants);
        self.constants.insert(self.source_text(define.name));
        self.diagnostics = parser.diagnostics;
        if value.is_err() {
            self.skipped.push(define.name);
        }
        Some(Item::Define { name: define.name, value: value.ok()? })
    }

    /// The next declaration; none where a header has text for the assembler.
    fn item(&mut self) -> Parse<Option<Item>> {
        while self.eat_keyword(Keyword::Extension) {}
        if self.peek() == TokenKind::Keyword(Keyword::StaticAssert) {
            return Ok(Some(Item::StaticAssert(self.static_assert()?)));
        }
        if self.context.is_header && self.eat_keyword(Keyword::Asm) {
            self.skip_to_separator();
            return self.end_of_declaration().map(|()| None);
        }
        self.declaration().map(|declaration| Some(Item::Declaration(declaration)))
    }

    fn declaration(&mut self) -> Parse<Declaration> {
        let (storage, specifiers) = self.declaration_specifiers()?;
        self.refuse_missing_result(&specifiers)?;
        // Nearly always one; a growing vector starts with room for four.
        let mut declarators = Vec::with_capacity(1);
        while self.has_declarator(&specifiers) {
            let declarator = self.declarator()?;
            if storage == Storage::Typedef
                && let Some(name) = declarator.name
            {
                self.typedefs.insert(self.source_text(name));
            }
            if matches!(declarator.derivations.first(), Some(Derivation::Function(_)))
                && self.at_sign(Sign::LeftBrace)
            {
                self.body()?;
                declarators.push(InitDeclarator { declarator, initializer: None });
                return Ok(Declaration { storage, specifiers, declarators, has_body: true });
            }
            let initializer = if self.eat(Sign::Equal) { self.initializer()? } else { None };
            declarators.push(InitDeclarator { declarator, initializer });
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.end_of_declaration()?;
        Ok(Declaration { storage, specifiers, declarators, has_body: false })
    }

    /// The value after `=`. A header may have values that are no constants.
    fn initializer(&mut self) -> Parse<Option<Box<Expr>>> {
        let (start, reported) = (self.at, self.diagnostics.len());
        self.reads_values = true;
        let value = self.expression();
        self.reads_values = false;
        match value {
            Ok(value) if !self.context.is_header || self.at_separator() => return Ok(Some(Box::new(value))),
            Err(Abort) if !self.context.is_header => return Err(Abort),
            Ok(_) | Err(Abort) => {}
        }
        self.diagnostics.truncate(reported);
        self.at = start;
        self.skip_to_separator();
        Ok(None)
    }

    fn at_separator(&self) -> bool {
        self.at_sign(Sign::Comma) || self.at_sign(Sign::Semicolon)
    }

    /// Goes to the next `,` or `;` that is in no parentheses, brackets or braces.
    fn skip_to_separator(&mut self) {
        let mut open = 0_u32;
        while self.peek() != TokenKind::End && (open > 0 || !self.at_separator()) {
            open = nesting(open, self.peek());
            self.at += 1;
        }
    }

    /// The body of a function of a header is passed over.
    fn body(&mut self) -> Parse<()> {
        if !self.context.is_header {
            let title = "a function's body is not compiled here";
            let label = Label::new(self.source, self.token().span, "expected `;` in place of the body");
            return Err(self.report(Diagnostic::error(Id::UnsupportedDeclaration, title, label)));
        }
        let mut open = 0_u32;
        loop {
            open = nesting(open, self.peek());
            if self.peek() == TokenKind::End {
                return Err(self.unexpected("`}`"));
            }
            self.at += 1;
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Whether a declarator follows. After a struct, union or enum it may be left out, and what cannot
    /// start one is then the next declaration.
    pub(super) fn has_declarator(&self, specifiers: &Specifiers) -> bool {
        if self.at_sign(Sign::Semicolon) {
            return false;
        }
        let is_whole = matches!(specifiers.ty, TypeSpecifier::Record(_) | TypeSpecifier::Enum(_));
        let is_declarator = self.peek() == TokenKind::Keyword(Keyword::CallingConvention)
            || !matches!(self.peek(), TokenKind::Keyword(_) | TokenKind::TypeWord(_) | TokenKind::End);
        is_declarator || !is_whole
    }

    pub(super) fn static_assert(&mut self) -> Parse<StaticAssert> {
        self.at += 1;
        self.expect(Sign::LeftParen)?;
        let condition = self.expression()?;
        let mut message = None;
        if self.eat(Sign::Comma) {
            let token = self.token();
            if token.kind != TokenKind::Text {
                return Err(self.unexpected("a text in quotes"));
            }
            message = Some(token.span);
            self.at += 1;
        }
        self.expect(Sign::RightParen)?;
        self.expect(Sign::Semicolon)?;
        Ok(StaticAssert { condition, message })
    }

    /// Reports `f(int);`, where the function's name stands in the place of a type.
    fn refuse_missing_result(&mut self, specifiers: &Specifiers) -> Parse<()> {
        let TypeSpecifier::Named(name) = specifiers.ty else { return Ok(()) };
        let shown = self.source_text(name);
        if !self.at_sign(Sign::LeftParen) || self.is_type_name(shown) || self.is_grouping() {
            return Ok(());
        }
        let title = format!("the function `{shown}` has no result type");
        let label = Label::new(self.source, name, "expected a type before this");
        Err(self
            .report(Diagnostic::error(Id::CSyntax, title, label).with_help(format!("write `int {shown}`"))))
    }

    /// The `;` after the last declarator. Where it is missing at the end of a line, the next line is
    /// still read as a declaration.
    pub(super) fn end_of_declaration(&mut self) -> Parse<()> {
        if self.eat(Sign::Semicolon) {
            return Ok(());
        }
        let before = self.tokens[self.at.saturating_sub(1)].span;
        let found = self.token();
        let between = &self.source.text()[before.end()..found.span.start().max(before.end())];
        if between.contains('\n') || found.kind == TokenKind::End {
            self.error(Id::CSyntax, "a declaration without `;`", before, "expected `;` after this");
            return Ok(());
        }
        Err(self.unexpected("`;`, `,` or what continues the declarator"))
    }

    /// Goes on after the declaration that starts at token `start` and was given up where the parser
    /// is: after the next `;` outside of braces.
    fn recover(&mut self, start: usize) {
        let given_up = self.at;
        let mut braces = 0_u32;
        for at in start..self.tokens.len() {
            let kind = self.tokens[at].kind;
            let is_reached = at >= given_up;
            if kind == TokenKind::Sign(Sign::LeftBrace) {
                braces += 1;
            } else if kind == TokenKind::Sign(Sign::RightBrace) {
                braces = braces.saturating_sub(1);
            }
            let next = self.tokens.get(at + 1).map(|token| token.kind);
            let is_after_body = kind == TokenKind::Sign(Sign::RightBrace) && starts_declaration(next);
            let is_done = kind == TokenKind::Sign(Sign::Semicolon) || is_after_body;
            if kind == TokenKind::End || (is_reached && braces == 0 && is_done) {
                self.at = at + usize::from(kind != TokenKind::End);
                return;
            }
        }
    }

    /// Carries out each `#pragma pack` before token `end`.
    pub(super) fn follow_pragmas(&mut self, end: usize) {
        while let Some((pragma, rest)) = self.pragmas.split_first() {
            if pragma.before >= end {
                return;
            }
            self.pragmas = rest;
            match pragma.change {
                PackChange::Set(limit) => self.pack = limit,
                PackChange::Push(limit) => {
                    self.pack_stack.push(self.pack);
                    self.pack = limit.or(self.pack);
                }
                PackChange::Pop(limit) => match self.pack_stack.pop() {
                    Some(before) => self.pack = limit.or(before),
                    None => {
                        let title = "`#pragma pack(pop)` without a push before it";
                        self.error(Id::CDirective, title, pragma.span, "nothing to go back to");
                    }
                },
            }
        }
    }
}

/// How many parentheses, brackets and braces are open after a token.
fn nesting(open: u32, kind: TokenKind) -> u32 {
    match kind {
        TokenKind::Sign(Sign::LeftParen | Sign::LeftBracket | Sign::LeftBrace) => open + 1,
        TokenKind::Sign(Sign::RightParen | Sign::RightBracket | Sign::RightBrace) => open.saturating_sub(1),
        TokenKind::Name
        | TokenKind::Number
        | TokenKind::Character
        | TokenKind::Text
        | TokenKind::Keyword(_)
        | TokenKind::TypeWord(_)
        | TokenKind::Sign(_)
        | TokenKind::Stray
        | TokenKind::End => open,
    }
}

/// Whether a token after a closing brace starts the next declaration, or there is none.
fn starts_declaration(kind: Option<TokenKind>) -> bool {
    let goes_on = [Keyword::Attribute, Keyword::Asm, Keyword::Const, Keyword::Volatile];
    match kind {
        None | Some(TokenKind::End | TokenKind::TypeWord(_)) => true,
        Some(TokenKind::Keyword(keyword)) => !goes_on.contains(&keyword),
        Some(_) => false,
    }
}
