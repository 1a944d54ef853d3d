//! The declarations of a header, where one that uses what is not supported is left out alone.
//!
//! A header is a text that a compiler accepts, and most of it is not the user's: what cannot be had is
//! left out with a warning that names it, and so is what needs it. A real mistake stays an error.

use diagnostic::{Diagnostic, Id, Label, Severity};

use crate::header::{HeaderText, LeftOut};
use crate::parser::Abort;
use crate::resolve::{Changes, Resolver};
use crate::syntax::{Decls, Item, TypeSpecifier};
use source::Span;

impl<'a> Resolver<'a> {
    /// The chosen items of a header. What could not be parsed counts where `is_own` says so of its offset.
    pub(crate) fn resolve_header(
        mut self,
        header: &'a HeaderText,
        chosen: &[usize],
        is_own: &dyn Fn(usize) -> bool,
    ) -> Result<(Changes, LeftOut), Vec<Diagnostic>> {
        let decls = &header.decls;
        self.is_tolerant = true;
        self.lost = decls.skipped.iter().map(|span| self.source.slice(*span)).collect();
        let mut left_out = LeftOut::default();
        let mut mistakes = Vec::new();
        let unparsed = header.diagnostics.iter().filter(|one| is_own(one.primary.span.start()));
        for diagnostic in unparsed {
            let name = decls.given_up_name(diagnostic.primary.span).map(|name| self.source.slice(name));
            sort_out(diagnostic.clone(), name, &mut left_out.warnings, &mut mistakes);
        }
        for &index in chosen {
            let item = &decls.items[index];
            let resolved = self.item(item);
            if resolved.is_ok() && self.diagnostics.is_empty() {
                continue;
            }
            if let Err(Abort) = resolved {
                self.lose_names_of(item);
            }
            left_out.items.push(index);
            let span = name_of(item);
            let name = span.map(|span| self.source.slice(span));
            if self.diagnostics.is_empty() {
                left_out.warnings.push(self.dependent(item, span));
            }
            for diagnostic in std::mem::take(&mut self.diagnostics) {
                sort_out(diagnostic, name, &mut left_out.warnings, &mut mistakes);
            }
        }
        if mistakes.is_empty() {
            return Ok((self.changes, left_out));
        }
        mistakes.sort_by_key(|diagnostic| diagnostic.primary.span);
        Err(mistakes)
    }

    /// The warning for what needs something that is left out.
    fn dependent(&self, item: &Item, name: Option<Span>) -> Diagnostic {
        let span = name.unwrap_or(item.span());
        let title = format!("`{}` is left out: what it needs is left out", self.source.slice(span));
        let label = Label::new(self.source, span, "this uses a type or constant that is not declared");
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(Id::CLeftOut, title, label) }
    }
}

/// Makes a warning of what is only not supported.
fn sort_out(
    mut diagnostic: Diagnostic,
    name: Option<&str>,
    warnings: &mut Vec<Diagnostic>,
    mistakes: &mut Vec<Diagnostic>,
) {
    if diagnostic.id != Id::UnsupportedDeclaration {
        mistakes.push(diagnostic);
        return;
    }
    diagnostic.severity = Severity::Warning;
    if let Some(name) = name {
        diagnostic.title = format!("`{name}` is left out: {}", diagnostic.title);
    }
    warnings.push(diagnostic);
}

/// The name that an item declares, or the tag that it defines.
fn name_of(item: &Item) -> Option<Span> {
    match item {
        Item::Declaration(declaration) => {
            let named = declaration.declarators.iter().find_map(|one| one.declarator.name);
            named.or(match &declaration.specifiers.ty {
                TypeSpecifier::Record(record) => record.tag,
                TypeSpecifier::Enum(specifier) => specifier.tag,
                TypeSpecifier::Void
                | TypeSpecifier::Bool
                | TypeSpecifier::Int(_)
                | TypeSpecifier::Float(_)
                | TypeSpecifier::Complex(_)
                | TypeSpecifier::Opaque
                | TypeSpecifier::Named(_)
                | TypeSpecifier::TypeofType(_)
                | TypeSpecifier::TypeofExpr(_) => None,
            })
        }
        Item::Define { name, .. } => Some(*name),
        Item::StaticAssert(_) => None,
    }
}

impl Decls {
    /// The name of what was given up around a place.
    fn given_up_name(&self, at: Span) -> Option<Span> {
        let after = self.given_up.partition_point(|(whole, _)| whole.start() <= at.start());
        let (whole, name) = self.given_up[..after].last()?;
        name.filter(|_| at.start() < whole.end())
    }
}
