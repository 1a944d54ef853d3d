//! What one namespace takes over from another: types and constants, all or nothing.
//!
//! A type stays the one type it is. Functions and variables stay behind: they are found in the
//! library that was opened for the other namespace.

use ctype::CTypes;
use diagnostic::{Diagnostic, Id, Label};

use crate::namespace::{Declared, Namespace};
use crate::resolve::name::{describe, keyword};
use crate::scope::{Entry, Scope};

impl Namespace {
    /// Adds the types and constants of `other` as they are now.
    ///
    /// # Errors
    /// With every name (`c-conflict`) that is already something else here; then nothing is added.
    pub fn include(&mut self, types: &CTypes, other: &Self) -> Result<(), Vec<Diagnostic>> {
        let is_shared =
            |what| matches!(what, Declared::Typedef { .. } | Declared::Constant(_) | Declared::Value(_));
        let names = other.names.iter().filter(|entry| is_shared(entry.what));
        let (tags, tag_conflicts) = additions(&self.tags, other.tags.iter(), |a, b| a == b);
        let (names, name_conflicts) = additions(&self.names, names, |a, b| match (a, b) {
            (Declared::Constant(a), Declared::Constant(b)) => a.value == b.value,
            (Declared::Value(a), Declared::Value(b)) => self.value(a) == other.value(b),
            (a, b) => a == b,
        });
        let tag_conflicts = tag_conflicts.into_iter().map(|(own, others)| {
            let name = format!("{} {}", keyword(types, others.what), others.name);
            conflict(&name, own, others, ["another type", "one type"])
        });
        let name_conflicts = name_conflicts.into_iter().map(|(own, others)| {
            let kinds = [describe(types, own.what), describe(types, others.what)];
            conflict(&others.name, own, others, [&kinds[0], &kinds[1]])
        });
        let diagnostics = tag_conflicts.chain(name_conflicts).collect::<Vec<_>>();
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        self.tags.extend(tags);
        for entry in names.iter() {
            let what = match entry.what {
                Declared::Value(id) => self.add_value(other.value(id).clone()),
                what @ (Declared::Typedef { .. }
                | Declared::Function(_)
                | Declared::Variable(_)
                | Declared::Constant(_)) => what,
            };
            self.names.bind(Entry { what, ..entry.clone() });
        }
        Ok(())
    }
}

/// What a name is where it is included, and what it is in what is included.
type Contradiction<'a, V> = (&'a Entry<V>, &'a Entry<V>);

/// The entries that are new to `scope`, and pairs of those that contradict.
fn additions<'a, V: Copy>(
    scope: &'a Scope<V>,
    others: impl Iterator<Item = &'a Entry<V>>,
    is_same: impl Fn(V, V) -> bool,
) -> (Scope<V>, Vec<Contradiction<'a, V>>) {
    let (mut new, mut conflicts) = (Scope::default(), Vec::new());
    for entry in others {
        match scope.get(&entry.name) {
            None => new.bind(entry.clone()),
            Some(own) if is_same(own.what, entry.what) => {}
            Some(own) => conflicts.push((own, entry)),
        }
    }
    (new, conflicts)
}

fn conflict<V>(name: &str, own: &Entry<V>, others: &Entry<V>, kinds: [&str; 2]) -> Diagnostic {
    let title = format!("`{name}` is already something else where it is included");
    let label = Label::new(&others.source, others.span, format!("{} in what is included", kinds[1]));
    let first = Label::new(&own.source, own.span, format!("{} where it is included", kinds[0]));
    Diagnostic::error(Id::CConflict, title, label).with_label(first)
}

#[cfg(test)]
mod tests {
    use ctype::{DataModel, FloatType};
    use source::Source;

    use super::*;
    use crate::{DeclareOptions, Value};

    fn declared(types: &mut CTypes, text: &str) -> Namespace {
        let mut namespace = Namespace::new();
        let done = namespace.declare(types, &Source::new("<cdef>", text), &DeclareOptions::default());
        done.expect("the text is right");
        namespace
    }

    #[test]
    fn types_and_constants_are_shared_and_functions_stay_behind() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let text = "struct s { int x; }; typedef struct s *s_ptr; enum e { A }; int f(void); extern int v;";
        let mut base = declared(&mut types, text);
        let mut user = declared(&mut types, "int f(double); enum { B = 0 };");
        assert!(
            base.declare_macro(&mut types, "RATIO", "0.5") && user.declare_macro(&mut types, "HALF", "0.5")
        );
        user.include(&types, &base).expect("nothing contradicts");
        user.include(&types, &base).expect("it is there already");
        assert_eq!(user.tag("s"), base.tag("s"));
        let Some(Declared::Value(ratio)) = user.get("RATIO") else { panic!("the value is shared") };
        assert_eq!(user.value(ratio), &Value::Float { value: 0.5, ty: FloatType::Double });
        assert_eq!((user.typedef("s_ptr"), user.constant("A")), (base.typedef("s_ptr"), base.constant("A")));
        assert_ne!(user.function("f"), base.function("f"));
        assert_eq!(user.variable("v"), None);
    }

    #[test]
    fn every_contradiction_is_told_and_nothing_is_added() {
        let mut types = CTypes::new(DataModel::SYSV_X64);
        let base = declared(&mut types, "struct s { int x; }; typedef int number; enum { A = 1, B = 2 };");
        let mut user = declared(&mut types, "struct s; typedef long number; int A(void);");
        let titles = user.include(&types, &base).expect_err("three names contradict");
        let titles: Vec<_> = titles.iter().map(|one| one.title.as_str()).collect();
        let expected = ["struct s", "number", "A"]
            .map(|name| format!("`{name}` is already something else where it is included"));
        assert_eq!(titles, expected);
        assert_eq!(user.constant("B"), None);
    }
}
