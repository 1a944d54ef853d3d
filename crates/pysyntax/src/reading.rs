//! Text to the parser's tree, also where the text is only a part of a file.
//!
//! Three readings are tried in turn: the text as a file; as the body of a block, since the lines of
//! a method start with blanks; and, since the lines of a lambda may start and end in the middle of
//! a statement, each `lambda` as the start of an expression in parentheses. Each reading puts
//! something before the text, which [`Base`] takes off the offsets again.

use diagnostic::{Diagnostic, Id, Label};
use ruff_python_ast::visitor::Visitor as _;
use ruff_python_ast::{Expr, Mod};
use ruff_python_parser::{Mode, ParseError, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use source::{Source, Span};

use crate::find::{Finder, FunctionSyntax, Node};

/// Called with each function of a text.
pub(crate) type Visit<'a> = dyn FnMut(&FunctionSyntax, Node<'_>, Base) + 'a;

/// What stands before the text that was parsed, and where that text starts in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base {
    before: usize,
    from: usize,
}

impl Base {
    /// The place in the source of a range that the parser gave.
    pub(crate) fn span(self, range: TextRange) -> Span {
        let place = |offset: usize| (offset + self.from).saturating_sub(self.before);
        Span::new(place(range.start().to_usize()), place(range.end().to_usize()))
    }
}

/// Calls `visit` for every function of the text.
pub(crate) fn read(source: &Source, visit: &mut Visit<'_>) -> Result<(), Vec<Diagnostic>> {
    let whole = parse(source, "", 0, Mode::Module);
    if whole.0.has_valid_syntax() {
        walk(source, &whole.0, whole.1, visit);
        return Ok(());
    }
    let block = parse(source, "if 1:\n", 0, Mode::Module);
    if block.0.has_valid_syntax() {
        walk(source, &block.0, block.1, visit);
        return Ok(());
    }
    if read_lambdas(source, visit) {
        return Ok(());
    }
    // An indented part is judged as the block that it is meant to be.
    let is_indented = source.text().lines().find(|line| !line.trim().is_empty()).is_some_and(is_indented);
    let (parsed, base) = if is_indented { block } else { whole };
    Err(parsed.errors().iter().take(1).map(|error| syntax_error(source, base, error)).collect())
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

fn parse(source: &Source, before: &str, from: usize, mode: Mode) -> (Parsed<Mod>, Base) {
    let text = format!("{before}{}", &source.text()[from..]);
    (parse_unchecked(&text, ParseOptions::from(mode)), Base { before: before.len(), from })
}

fn walk(source: &Source, parsed: &Parsed<Mod>, base: Base, visit: &mut Visit<'_>) {
    let mut finder = Finder {
        source,
        base,
        nesting: Vec::new(),
        visit: &mut |function, node, base| visit(function, node, base),
    };
    match parsed.syntax() {
        Mod::Module(module) => finder.visit_body(&module.body),
        Mod::Expression(expression) => finder.visit_expr(&expression.body),
    }
}

/// Reads each `lambda` on its own; whether one was whole.
fn read_lambdas(source: &Source, visit: &mut Visit<'_>) -> bool {
    let mut is_any = false;
    let mut next = 0;
    for (at, _) in source.text().match_indices("lambda") {
        if at < next || !is_word(source.text(), at) {
            continue;
        }
        let (parsed, base) = parse(source, "(", at, Mode::Expression);
        let Mod::Expression(expression) = parsed.syntax() else { continue };
        let Some(range) = leading_lambda(&expression.body) else { continue };
        if parsed.errors().iter().any(|error| error.location.start() < range.end()) {
            continue;
        }
        let span = base.span(range);
        walk(source, &parsed, base, &mut |function, node, base| {
            // What follows the lambda is not read reliably.
            if function.span.start() >= span.start() && function.span.end() <= span.end() {
                visit(function, node, base);
            }
        });
        (is_any, next) = (true, span.end());
    }
    is_any
}

fn is_word(text: &str, at: usize) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let after = at + "lambda".len();
    !text[..at].ends_with(is_part) && !text[after..].starts_with(is_part)
}

/// The lambda that the expression starts with.
fn leading_lambda(expr: &Expr) -> Option<TextRange> {
    if let Expr::Lambda(lambda) = expr {
        return Some(lambda.range());
    }
    if let Expr::Tuple(tuple) = expr {
        return tuple.elts.first().and_then(leading_lambda);
    }
    None
}

fn syntax_error(source: &Source, base: Base, error: &ParseError) -> Diagnostic {
    let span = base.span(error.location);
    let end = source.text().len();
    let span = Span::new(span.start().min(end), span.end().min(end));
    let label = Label::new(source, span, error.error.to_string().to_lowercase());
    Diagnostic::error(Id::PySyntax, "this is not Python", label)
}
