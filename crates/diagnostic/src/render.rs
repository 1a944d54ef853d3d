//! Diagnostics to plain text.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use source::Source;

use crate::{Diagnostic, Label, Severity};

/// The text of all `diagnostics`, one after the other, with carets and without colour.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
    let texts: Vec<String> = diagnostics.iter().map(|one| render_one(&renderer, one)).collect();
    texts.join("\n\n")
}

fn render_one(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let labels: Vec<&Label> = std::iter::once(&diagnostic.primary).chain(&diagnostic.others).collect();
    let mut group: Group<'_> = level
        .primary_title(diagnostic.title.as_str())
        .id(diagnostic.id.as_str())
        .elements([] as [Snippet<'_, annotate_snippets::Annotation<'_>>; 0]);
    for source in sources(&labels) {
        let of_source = labels.iter().enumerate().filter(|(_, label)| is_same(&label.source, source));
        group = group.element(snippet(source, of_source.map(|(index, label)| (index == 0, *label))));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The sources of the labels, each once, in order.
fn sources<'a>(labels: &[&'a Label]) -> Vec<&'a Source> {
    let mut found: Vec<&Source> = Vec::new();
    for label in labels {
        if !found.iter().any(|&source| is_same(source, &label.source)) {
            found.push(&label.source);
        }
    }
    found
}

fn is_same(a: &Source, b: &Source) -> bool {
    std::ptr::eq(a.text(), b.text())
}

/// The lines from the first label to the last, with the labels.
fn snippet<'a>(
    source: &'a Source,
    labels: impl Iterator<Item = (bool, &'a Label)>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let labels: Vec<(bool, &Label)> = labels.collect();
    let first = labels.iter().map(|(_, label)| label.span.start()).min().unwrap_or(0);
    let last = labels.iter().map(|(_, label)| label.span.end()).max().unwrap_or(0);
    let (_, start) = source.line_at(first);
    let (line, line_start) = source.line_at(last);
    let text = &source.text()[start..line_start + line.len()];
    let place = source.place(start);
    let clamp = |offset: usize| offset.clamp(start, start + text.len()) - start;
    let annotations = labels.into_iter().map(|(is_primary, label)| {
        let kind = if is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(clamp(label.span.start())..clamp(label.span.end()));
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(text)
        .line_start(place.line as usize)
        .path(place.name.to_string())
        .annotations(annotations)
}

#[cfg(test)]
mod tests {
    use source::{Source, Span};

    use super::*;
    use crate::Id;

    #[test]
    fn shows_the_line_the_carets_and_the_help() {
        let source = Source::part("<cdef>", "int a;\nint f(foo x);\n", 7);
        let at = source.text().find("foo").expect("there is a foo");
        let label = Label::new(&source, Span::new(at, at + 3), "expected a type");
        let diagnostic = Diagnostic::error(Id::CSyntax, "`foo` is not a type", label)
            .with_help("declare it first: `typedef ... foo;`");
        let expected = "\
error[c-syntax]: `foo` is not a type
 --> <cdef>:8:7
  |
8 | int f(foo x);
  |       ^^^ expected a type
  |
  = help: declare it first: `typedef ... foo;`";
        assert_eq!(render(&[diagnostic]), expected);
    }
}
