//! Which declarations of a preprocessed text are a project's, and which others they need.
//!
//! What no library has is left out: functions and variables that are `static`. A struct of the system whose
//! tag is reserved, and that is only pointed to, stays without its members. A type that every program
//! knows, such as `size_t` and `FILE`, is not declared again on behalf of a system header.

use cdecl::syntax::{
    Declaration, Declarator, Decls, Derivation, EnumSpecifier, EnumeratorSyntax, InitDeclarator, Item,
    Member, RecordSpecifier, Specifiers, Storage, TypeSpecifier,
};
use rustc_hash::FxHashMap;
use source::Source;

use crate::needs::{Need, of_item};
use crate::origin::Origins;

/// The places of the chosen items, in order.
pub(crate) fn select(decls: &Decls, origins: &Origins) -> Vec<usize> {
    let index = Index::of(decls);
    let own = |item: &Item| {
        let offset = item.span().start();
        let is_named = |name: &str| origins.owns(offset, name);
        let is_own = is_named(shown_name(item, &decls.source).unwrap_or_default())
            || enumerators(item).iter().any(|one| is_named(decls.source.slice(one.name)));
        is_own && is_wanted(item, decls, origins.is_system(offset))
    };
    let is_own: Vec<bool> = decls.items.iter().map(own).collect();
    let mut state = vec![State::Unseen; decls.items.len()];
    let mut queue: Vec<(usize, bool)> =
        (0..is_own.len()).filter(|&at| is_own[at]).map(|at| (at, true)).collect();
    while let Some((at, is_strong)) = queue.pop() {
        let wanted = if is_strong { State::Strong } else { State::Weak };
        if state[at] >= wanted {
            continue;
        }
        state[at] = wanted;
        for (need, is_strong) in of_item(&decls.items[at], &decls.source, is_strong) {
            let (Some(found), is_opaque) = index.find(need, is_strong) else { continue };
            if !is_opaque || is_own[found] {
                queue.push((found, is_strong));
            }
        }
    }
    let once = index.once(decls);
    (0..state.len()).filter(|at| state[*at] != State::Unseen && once(*at)).collect()
}

/// The names of an enum that an item defines.
fn enumerators(item: &Item) -> &[EnumeratorSyntax] {
    let Item::Declaration(declaration) = item else { return &[] };
    let TypeSpecifier::Enum(specifier) = &declaration.specifiers.ty else { return &[] };
    specifier.enumerators.as_deref().unwrap_or_default()
}

/// How much of an item is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Unseen,
    Weak,
    Strong,
}

/// Which item declares what.
struct Index<'a> {
    names: FxHashMap<&'a str, usize>,
    tags: FxHashMap<&'a str, usize>,
    /// For functions that are declared more than once, the declaration that counts.
    functions: FxHashMap<&'a str, (usize, bool)>,
}

impl<'a> Index<'a> {
    fn of(decls: &'a Decls) -> Self {
        let (names, tags) = (FxHashMap::default(), FxHashMap::default());
        let mut index = Self { names, tags, functions: FxHashMap::default() };
        for (at, item) in decls.items.iter().enumerate() {
            if let Item::Declaration(declaration) = item {
                index.specifiers(&declaration.specifiers, at, &decls.source);
                for one in &declaration.declarators {
                    index.declarator(one, at, &decls.source);
                }
            }
        }
        index
    }

    fn declarator(&mut self, one: &'a InitDeclarator, at: usize, source: &'a Source) {
        self.params(&one.declarator, at, source);
        let Some(name) = one.declarator.name else { return };
        let name = source.slice(name);
        self.names.entry(name).or_insert(at);
        if is_function(&one.declarator) {
            let has_symbol = one.declarator.attributes.symbol.is_some();
            let entry = self.functions.entry(name).or_insert((at, has_symbol));
            if has_symbol && !entry.1 {
                *entry = (at, true);
            }
        }
    }

    fn specifiers(&mut self, specifiers: &'a Specifiers, at: usize, source: &'a Source) {
        match &specifiers.ty {
            TypeSpecifier::Record(record) => self.record(record, at, source),
            TypeSpecifier::Enum(specifier) => self.enumeration(specifier, at, source),
            TypeSpecifier::Void
            | TypeSpecifier::Bool
            | TypeSpecifier::Int(_)
            | TypeSpecifier::Float(_)
            | TypeSpecifier::Complex(_)
            | TypeSpecifier::Opaque
            | TypeSpecifier::Named(_)
            | TypeSpecifier::TypeofType(_)
            | TypeSpecifier::TypeofExpr(_) => {}
        }
    }

    fn record(&mut self, record: &'a RecordSpecifier, at: usize, source: &'a Source) {
        let Some(members) = &record.members else { return };
        if let Some(tag) = record.tag {
            self.tags.entry(source.slice(tag)).or_insert(at);
        }
        for member in members {
            if let Member::Fields { specifiers, .. } = member {
                self.specifiers(specifiers, at, source);
            }
        }
    }

    fn enumeration(&mut self, specifier: &'a EnumSpecifier, at: usize, source: &'a Source) {
        let Some(enumerators) = &specifier.enumerators else { return };
        if let Some(tag) = specifier.tag {
            self.tags.entry(source.slice(tag)).or_insert(at);
        }
        for one in enumerators {
            self.names.entry(source.slice(one.name)).or_insert(at);
        }
    }

    /// A tag may be defined among the parameters of a function.
    fn params(&mut self, declarator: &'a Declarator, at: usize, source: &'a Source) {
        for derivation in &declarator.derivations {
            if let Derivation::Function(params) = derivation {
                for param in &params.params {
                    self.specifiers(&param.specifiers, at, source);
                }
            }
        }
    }

    /// The item that a need is for, and whether it may stay without what it needs: a reserved tag that is only
    /// pointed to.
    fn find(&self, need: Need<'_>, is_strong: bool) -> (Option<usize>, bool) {
        match need {
            Need::Name(name) if cdecl::is_known_type(name) => (None, false),
            Need::Name(name) => (self.names.get(name).copied(), false),
            Need::Tag(tag) => (self.tags.get(tag).copied(), !is_strong && tag.starts_with('_')),
        }
    }

    /// Whether an item is not a repetition of a function's declaration.
    fn once<'b>(&'b self, decls: &'b Decls) -> impl Fn(usize) -> bool + 'b {
        move |at| {
            let Item::Declaration(declaration) = &decls.items[at] else { return true };
            let [one] = declaration.declarators.as_slice() else { return true };
            let name = one.declarator.name.map(|name| decls.source.slice(name));
            let counting =
                name.filter(|_| is_function(&one.declarator)).and_then(|name| self.functions.get(name));
            counting.is_none_or(|(counting, _)| *counting == at)
        }
    }
}

fn is_function(declarator: &Declarator) -> bool {
    matches!(declarator.derivations.first(), Some(Derivation::Function(_)))
}

/// Whether a project's own item is for users.
fn is_wanted(item: &Item, decls: &Decls, is_system: bool) -> bool {
    let Item::Declaration(declaration) = item else { return false };
    let Declaration { storage, declarators, .. } = declaration;
    match storage {
        Storage::Static => declarators.is_empty() || declarators.iter().all(is_constant),
        Storage::Typedef => {
            let names = declarators.iter().filter_map(|one| one.declarator.name);
            let mut names = names.map(|name| decls.source.slice(name));
            !is_system || !names.all(cdecl::is_known_type)
        }
        Storage::Plain | Storage::Extern => true,
    }
}

/// Whether it may be one of the integers that a `static const` makes constants.
fn is_constant(one: &InitDeclarator) -> bool {
    one.initializer.is_some() && one.declarator.derivations.is_empty()
}

/// The first name that an item shows to users.
pub(crate) fn shown_name<'a>(item: &Item, source: &'a Source) -> Option<&'a str> {
    let Item::Declaration(declaration) = item else { return None };
    let named = declaration.declarators.iter().find_map(|one| one.declarator.name);
    let tag = match &declaration.specifiers.ty {
        TypeSpecifier::Record(record) => record.tag,
        TypeSpecifier::Enum(specifier) => {
            let first = specifier.enumerators.as_ref().and_then(|all| all.first());
            specifier.tag.or(first.map(|one| one.name))
        }
        TypeSpecifier::Void
        | TypeSpecifier::Bool
        | TypeSpecifier::Int(_)
        | TypeSpecifier::Float(_)
        | TypeSpecifier::Complex(_)
        | TypeSpecifier::Opaque
        | TypeSpecifier::Named(_)
        | TypeSpecifier::TypeofType(_)
        | TypeSpecifier::TypeofExpr(_) => None,
    };
    named.or(tag).map(|span| source.slice(span))
}
