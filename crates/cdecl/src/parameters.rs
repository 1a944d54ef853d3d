//! The names of a function's parameters, which are no part of its type.

use source::Source;

use crate::namespace::Namespace;
use crate::parser::{Context, parse_decls};
use crate::syntax::{Derivation, Item};

impl Namespace {
    /// The parameters' names in `text`, one declaration in which `function` is declared; None for
    /// each that has no name. Nothing where the declaration does not spell out the parameters.
    pub fn parameter_names(&self, text: &str, function: &str) -> Vec<Option<String>> {
        let is_type = |name: &str| self.is_type(name);
        let source = Source::new("<declaration>", &format!("{text};"));
        let context = Context { is_type: &is_type, pack: None, is_header: false };
        let (decls, _) = parse_decls(&source, context);
        let declarators = decls.items.iter().filter_map(|item| match item {
            Item::Declaration(declaration) => Some(&declaration.declarators),
            Item::Define { .. } | Item::StaticAssert(_) => None,
        });
        let mut declarators = declarators.flatten().map(|one| &one.declarator);
        let found = declarators.find(|one| one.name.is_some_and(|name| decls.source.slice(name) == function));
        let Some(Derivation::Function(params)) = found.and_then(|one| one.derivations.first()) else {
            return Vec::new();
        };
        let names = params.params.iter().map(|param| param.declarator.name);
        names.map(|name| name.map(|span| decls.source.slice(span).to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use ctype::{CTypes, DataModel};

    use super::*;
    use crate::DeclareOptions;

    #[test]
    fn names_are_found_where_they_are_given() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let mut namespace = Namespace::new();
        let source = Source::new("<cdef>", "typedef int number; typedef int plain(int hidden);");
        namespace.declare(&mut types, &source, &DeclareOptions::default()).expect("the text is right");
        let names = |text, function| {
            let names = namespace.parameter_names(text, function);
            names.into_iter().map(|name| name.unwrap_or_else(|| "?".to_owned())).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("int f(int a, number, const char *text, ...)", "f"), "a ? text");
        assert_eq!(names("int (*f(void (*each)(int inner), int rows[3]))(int outer)", "f"), "each rows");
        assert_eq!(names("int f(int a), g(number b, int number)", "g"), "b number");
        assert_eq!(names("int f(void)", "f"), "?");
        assert_eq!(names("plain f", "f"), "");
        assert_eq!(names("int f(", "f"), "");
    }
}
