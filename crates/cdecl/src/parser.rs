//! Tokens to [`Decls`], by recursive descent.
//!
//! C can be parsed without knowing types but for one question: whether a name in parentheses is a
//! type, as in `sizeof(name)` and `int f(int (name))`. The answer is that it is if the text or
//! whoever asks has a typedef of that name. After a mistake parsing goes on at the next declaration
//! or member, so that one reading reports all. Nesting is limited: parsing recurses no deeper than
//! [`MAX_DEPTH`], and neither does anyone who walks the tree.

mod attribute;
mod constant;
mod declarator;
mod expression;
mod record;
mod specifiers;
mod type_words;

use ctype::Align;
use diagnostic::{Diagnostic, Id, Label};
use rustc_hash::FxHashSet;
use source::{Source, Span};

use crate::directive::{Define, PackChange, PackPragma};
use crate::lexer::{Lexed, lex};
use crate::syntax::{
    Declaration, Decls, Derivation, InitDeclarator, Item, Specifiers, StaticAssert, Storage, TypeName,
    TypeSpecifier,
};
use crate::token::{Keyword, Sign, Token, TokenKind};

/// How deeply parentheses, braces and operators nest. C11, section 5.2.4.1, asks for 63.
const MAX_DEPTH: u32 = 128;

/// What a reading of a text starts from.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Whether a name is a type by an earlier text.
    pub(crate) is_type: &'a dyn Fn(&str) -> bool,
    /// The limit of alignment before the first `#pragma pack`.
    pub(crate) pack: Option<Align>,
}

/// The declarations of a text, and everything that is wrong with it as a text.
pub(crate) fn parse_decls(source: &Source, context: Context<'_>) -> (Decls, Vec<Diagnostic>) {
    let Lexed { source, tokens, defines, pragmas, diagnostics } = lex(source);
    let mut parser = Parser::new(&source, &tokens, context, diagnostics);
    parser.pragmas = &pragmas;
    let items = parser.items(&defines);
    let Parser { diagnostics, skipped, .. } = parser;
    (Decls { source, items, skipped }, diagnostics)
}

/// A text that is one type name.
pub(crate) fn parse_type_name(
    source: &Source,
    context: Context<'_>,
) -> Result<(Source, TypeName), Vec<Diagnostic>> {
    let Lexed { source, tokens, diagnostics, .. } = lex(source);
    let mut parser = Parser::new(&source, &tokens, context, diagnostics);
    let parsed = parser.type_name().and_then(|name| {
        parser.expect_end()?;
        Ok(name)
    });
    let diagnostics = parser.diagnostics;
    match parsed {
        Ok(name) if diagnostics.is_empty() => Ok((source, name)),
        Ok(_) | Err(Abort) => Err(diagnostics),
    }
}

/// A diagnostic was added, and what was being parsed is given up.
#[derive(Debug)]
pub(crate) struct Abort;

type Parse<T> = Result<T, Abort>;

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    context: Context<'a>,
    typedefs: FxHashSet<&'a str>,
    /// Those not reached yet.
    pragmas: &'a [PackPragma],
    pack: Option<Align>,
    pack_stack: Vec<Option<Align>>,
    depth: u32,
    /// The height of the tallest expression since this was last set back.
    tallest: u32,
    diagnostics: Vec<Diagnostic>,
    /// The names in what was given up.
    skipped: Vec<Span>,
}

impl<'a> Parser<'a> {
    fn new(
        source: &'a Source,
        tokens: &'a [Token],
        context: Context<'a>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            source,
            tokens,
            at: 0,
            context,
            typedefs: FxHashSet::default(),
            pragmas: &[],
            pack: context.pack,
            pack_stack: Vec::new(),
            depth: 0,
            tallest: 0,
            diagnostics,
            skipped: Vec::new(),
        }
    }

    /// All declarations, with each `#define` before the declaration that follows it.
    fn items(&mut self, defines: &'a [Define]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut defines = defines.iter().peekable();
        loop {
            let is_end = self.peek() == TokenKind::End;
            while let Some(define) = defines.next_if(|define| is_end || define.before <= self.at) {
                items.extend(self.define(define));
            }
            if is_end {
                self.follow_pragmas();
                return items;
            }
            if self.eat(Sign::Semicolon) {
                continue;
            }
            let start = self.at;
            match self.item() {
                Ok(item) => items.push(item),
                Err(Abort) => {
                    self.recover(start);
                    let skipped = self.tokens[start..self.at].iter();
                    let names = skipped.filter(|token| token.kind == TokenKind::Name);
                    self.skipped.extend(names.map(|token| token.span));
                }
            }
        }
    }

    fn define(&mut self, define: &'a Define) -> Option<Item> {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let mut parser = Parser::new(self.source, &define.value, self.context, diagnostics);
        parser.typedefs = std::mem::take(&mut self.typedefs);
        let value = parser.expression().and_then(|value| {
            parser.expect_end()?;
            Ok(value)
        });
        self.typedefs = parser.typedefs;
        self.diagnostics = parser.diagnostics;
        if value.is_err() {
            self.skipped.push(define.name);
        }
        Some(Item::Define { name: define.name, value: value.ok()? })
    }

    fn item(&mut self) -> Parse<Item> {
        while self.eat_keyword(Keyword::Extension) {}
        if self.peek() == TokenKind::Keyword(Keyword::StaticAssert) {
            return Ok(Item::StaticAssert(self.static_assert()?));
        }
        let (storage, specifiers) = self.declaration_specifiers()?;
        self.refuse_missing_result(&specifiers)?;
        let mut declarators = Vec::new();
        while !self.at_sign(Sign::Semicolon) {
            let declarator = self.declarator()?;
            if storage == Storage::Typedef
                && let Some(name) = declarator.name
            {
                self.typedefs.insert(self.source_text(name));
            }
            self.refuse_body(&declarator.derivations)?;
            let initializer = if self.eat(Sign::Equal) { Some(self.expression()?) } else { None };
            declarators.push(InitDeclarator { declarator, initializer });
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.end_of_declaration(Sign::Semicolon)?;
        Ok(Item::Declaration(Declaration { storage, specifiers, declarators }))
    }

    fn static_assert(&mut self) -> Parse<StaticAssert> {
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

    fn refuse_body(&mut self, derivations: &[Derivation]) -> Parse<()> {
        let is_function = matches!(derivations.first(), Some(Derivation::Function(_)));
        if is_function && self.at_sign(Sign::LeftBrace) {
            let title = "a function's body is not compiled here";
            let label = Label::new(self.source, self.token().span, "expected `;` in place of the body");
            return Err(self.report(Diagnostic::error(Id::UnsupportedDeclaration, title, label)));
        }
        Ok(())
    }

    /// The sign after the last declarator. Where it is missing at the end of a line, the next line is
    /// still read as a declaration.
    fn end_of_declaration(&mut self, sign: Sign) -> Parse<()> {
        if self.eat(sign) {
            return Ok(());
        }
        let before = self.tokens[self.at.saturating_sub(1)].span;
        let found = self.token();
        let between = &self.source.text()[before.end()..found.span.start().max(before.end())];
        if between.contains('\n') || found.kind == TokenKind::End {
            let title = format!("expected `{}` after the declaration", sign.text());
            self.error(Id::CSyntax, title, before, &format!("expected `{}` after this", sign.text()));
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

    /// Carries out each `#pragma pack` before the next token.
    fn follow_pragmas(&mut self) {
        while let Some((pragma, rest)) = self.pragmas.split_first() {
            if pragma.before > self.at {
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

    /// Runs `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep(self.token().span));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn too_deep(&mut self, span: Span) -> Abort {
        let label = format!("at most {MAX_DEPTH} levels are read");
        self.error(Id::CNesting, "nested too deeply", span, &label)
    }

    fn is_type_name(&self, name: &str) -> bool {
        self.typedefs.contains(name) || (self.context.is_type)(name)
    }

    fn source_text(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }

    fn token(&self) -> Token {
        self.tokens[self.at]
    }

    fn peek(&self) -> TokenKind {
        self.token().kind
    }

    fn peek_after(&self) -> TokenKind {
        self.tokens.get(self.at + 1).map_or(TokenKind::End, |token| token.kind)
    }

    fn at_sign(&self, sign: Sign) -> bool {
        self.peek() == TokenKind::Sign(sign)
    }

    fn eat(&mut self, sign: Sign) -> bool {
        let is_there = self.at_sign(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn eat_keyword(&mut self, keyword: Keyword) -> bool {
        let is_there = self.peek() == TokenKind::Keyword(keyword);
        self.at += usize::from(is_there);
        is_there
    }

    /// The span from a token to the one before the present.
    fn span_from(&self, start: usize) -> Span {
        let first = self.tokens[start].span;
        if self.at > start { first.to(self.tokens[self.at - 1].span) } else { Span::at(first.start()) }
    }

    fn expect(&mut self, sign: Sign) -> Parse<Span> {
        let span = self.token().span;
        if self.eat(sign) { Ok(span) } else { Err(self.unexpected(&format!("`{}`", sign.text()))) }
    }

    fn expect_end(&mut self) -> Parse<()> {
        if self.peek() == TokenKind::End { Ok(()) } else { Err(self.unexpected("the end")) }
    }

    /// Reports that the present token is not what was expected.
    fn unexpected(&mut self, expected: &str) -> Abort {
        let token = self.token();
        let title = if token.kind == TokenKind::End {
            "the text ends too early".to_owned()
        } else {
            format!("unexpected `{}`", self.source_text(token.span).escape_debug())
        };
        self.error(Id::CSyntax, title, token.span, &format!("expected {expected}"))
    }

    /// Reports something that is wrong; the label may be empty.
    fn error(&mut self, id: Id, title: impl Into<String>, span: Span, label: &str) -> Abort {
        self.report(Diagnostic::error(id, title, Label::new(self.source, span, label)))
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Abort {
        self.diagnostics.push(diagnostic);
        Abort
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
