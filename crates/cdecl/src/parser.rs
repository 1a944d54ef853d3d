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
mod item;
mod record;
mod specifiers;
mod type_words;
mod value;

use ctype::Align;
use diagnostic::{Diagnostic, Id, Label};
use rustc_hash::FxHashSet;
use source::{Source, Span};

pub(crate) use declarator::Naming;

use crate::directive::PackPragma;
use crate::lexer::{Lexed, lex};
use crate::syntax::{Decls, Expr, TypeName};
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
    /// Whether the text is what a preprocessor made of a header: it has macros, bodies and values that are passed over.
    pub(crate) is_header: bool,
}

/// The declarations of a text, and everything that is wrong with it as a text.
pub(crate) fn parse_decls(source: &Source, context: Context<'_>) -> (Decls, Vec<Diagnostic>) {
    let Lexed { source, tokens, defines, pragmas, diagnostics } = lex(source, context.is_header);
    let mut parser = Parser::new(&source, &tokens, context, diagnostics);
    parser.pragmas = &pragmas;
    let items = parser.items(&defines);
    let Parser { diagnostics, skipped, given_up, .. } = parser;
    (Decls { source, items, skipped, given_up }, diagnostics)
}

/// A text that is one type name, or the declaration of one name without its `;`, as `naming` says.
pub(crate) fn parse_type_name(
    source: &Source,
    context: Context<'_>,
    naming: Naming,
) -> Result<(Source, TypeName), Vec<Diagnostic>> {
    let Lexed { source, tokens, diagnostics, .. } = lex(source, false);
    let mut parser = Parser::new(&source, &tokens, context, diagnostics);
    let parsed = parser.type_with(naming).and_then(|name| {
        parser.expect_end()?;
        Ok(name)
    });
    let diagnostics = parser.diagnostics;
    match parsed {
        Ok(name) if diagnostics.is_empty() => Ok((source, name)),
        Ok(_) | Err(Abort) => Err(diagnostics),
    }
}

/// The expression that a text is, which may be another thing than an integer; none where it is no
/// expression.
pub(crate) fn parse_value(source: &Source, context: Context<'_>) -> Option<Expr> {
    let Lexed { source, tokens, diagnostics, .. } = lex(source, true);
    let mut parser = Parser::new(&source, &tokens, context, diagnostics);
    parser.reads_values = true;
    let value = parser.expression().ok()?;
    parser.expect_end().ok()?;
    parser.diagnostics.is_empty().then_some(value)
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
    /// Constants of this text; one may have the name of a type that is known without a declaration.
    constants: FxHashSet<&'a str>,
    /// Those not reached yet.
    pragmas: &'a [PackPragma],
    pack: Option<Align>,
    pack_stack: Vec<Option<Align>>,
    depth: u32,
    /// Whether expressions may be other things than integers.
    reads_values: bool,
    /// The height of the tallest expression since this was last set back.
    tallest: u32,
    diagnostics: Vec<Diagnostic>,
    /// The names in what was given up.
    skipped: Vec<Span>,
    given_up: Vec<(Span, Option<Span>)>,
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
            constants: FxHashSet::default(),
            pragmas: &[],
            pack: context.pack,
            pack_stack: Vec::new(),
            depth: 0,
            reads_values: false,
            tallest: 0,
            diagnostics,
            skipped: Vec::new(),
            given_up: Vec::new(),
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
        !self.constants.contains(name) && (self.typedefs.contains(name) || (self.context.is_type)(name))
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
