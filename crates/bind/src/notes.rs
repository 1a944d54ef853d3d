//! What a header's comments say of its constants.

use cdecl::syntax::{Declaration, EnumSpecifier, Item, TypeSpecifier};
use rustc_hash::FxHashMap;

use crate::comment::directive::{Note, of_macros};
use crate::comment::part::of_part;
use crate::comment::{self, WIDTH};
use crate::header::Header;

/// What is said of constants, by their names.
#[derive(Debug, Default)]
pub(crate) struct Notes(FxHashMap<String, Note>);

impl Notes {
    /// Of the macros and the enums of a header.
    pub(crate) fn of(header: &Header) -> Self {
        let text = header.text.decls.source.text();
        let (places, names): (Vec<usize>, Vec<&str>) = header.definitions().into_iter().unzip();
        let notes = names.into_iter().map(str::to_owned).zip(of_macros(text, &places));
        let mut notes = Self(notes.collect());
        for &at in &header.chosen {
            if let Item::Declaration(declaration) = &header.text.decls.items[at]
                && let TypeSpecifier::Enum(specifier) = &declaration.specifiers.ty
            {
                notes.add_enum(header, declaration, specifier);
            }
        }
        notes
    }

    fn add_enum(&mut self, header: &Header, declaration: &Declaration, specifier: &EnumSpecifier) {
        let source = &header.text.decls.source;
        let Some(enumerators) = &specifier.enumerators else { return };
        let named = declaration.declarators.iter().find_map(|one| one.declarator.name);
        let title = match (specifier.tag, named) {
            (Some(tag), _) => Some(format!("enum {}", source.slice(tag))),
            (None, Some(name)) => Some(source.slice(name).to_owned()),
            (None, None) => None,
        };
        let span = Item::Declaration(declaration.clone()).span();
        let doc = comment::of(source.text(), span);
        let mut heading = match (title, doc) {
            (Some(title), Some(doc)) => Some(format!("{title}: {doc}")),
            (title, doc) => title.or(doc),
        };
        for one in enumerators {
            let part = one.value.as_ref().map_or(one.name, |value| one.name.to(value.span));
            let is_apart = one.name == enumerators[0].name;
            let note = Note { heading: heading.take(), own: of_part(source.text(), part), is_apart };
            self.0.insert(source.slice(one.name).to_owned(), note);
        }
    }

    /// What stands in front of each constant of a list: an empty line where other constants are spoken of than before,
    /// and the comment for those that follow.
    pub(crate) fn headings(&self, names: &[String]) -> Vec<String> {
        let mut is_headed = false;
        let mut headings = Vec::with_capacity(names.len());
        for name in names {
            let note = self.0.get(name);
            let heading = note.and_then(|note| note.heading.as_deref());
            let is_apart = note.is_none_or(|note| note.is_apart);
            let has_gap = is_apart && (is_headed || heading.is_some()) && !headings.is_empty();
            is_headed = if is_apart { heading.is_some() } else { is_headed };
            headings.push((if has_gap { "\n" } else { "" }).to_owned() + &hashed(heading.unwrap_or("")));
        }
        headings
    }

    /// What is said of a constant alone.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.own.as_deref()
    }

    /// A constant of Python with what is said of it: behind it where that fits on the line, else in front.
    pub(crate) fn annotated(&self, name: &str, statement: &str) -> String {
        match self.own(name) {
            None => format!("{statement}\n"),
            Some(own) if !own.contains('\n') && statement.len() + own.len() + 4 <= WIDTH => {
                format!("{statement}  # {own}\n")
            }
            Some(own) => format!("{}{statement}\n", hashed(own)),
        }
    }
}

/// Lines as a comment of Python.
pub(crate) fn hashed(text: &str) -> String {
    let mut hashed = String::new();
    for line in text.lines() {
        hashed.push_str(format!("# {line}").trim_end());
        hashed.push('\n');
    }
    hashed
}
