//! A map from names that remembers their order.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use source::{Source, Span};

/// What a name is bound to, and where that was said.
#[derive(Clone, Debug)]
pub(crate) struct Entry<V> {
    pub(crate) name: Arc<str>,
    pub(crate) what: V,
    pub(crate) source: Source,
    pub(crate) span: Span,
    /// The declaration that it is a part of.
    pub(crate) statement: Span,
}

/// Names in the order in which they were first bound.
#[derive(Clone, Debug)]
pub(crate) struct Scope<V> {
    places: FxHashMap<Arc<str>, usize>,
    entries: Vec<Entry<V>>,
}

impl<V> Default for Scope<V> {
    fn default() -> Self {
        Self { places: FxHashMap::default(), entries: Vec::new() }
    }
}

impl<V> Scope<V> {
    pub(crate) fn get(&self, name: &str) -> Option<&Entry<V>> {
        self.places.get(name).map(|&place| &self.entries[place])
    }

    /// Binds the entry's name, in the place of an earlier binding if there is one.
    pub(crate) fn bind(&mut self, entry: Entry<V>) {
        let place = *self.places.entry(entry.name.clone()).or_insert(self.entries.len());
        if place == self.entries.len() {
            self.entries.push(entry);
        } else {
            self.entries[place] = entry;
        }
    }

    /// All entries, oldest first.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry<V>> {
        self.entries.iter()
    }

    /// Takes over every binding of `newer`.
    pub(crate) fn extend(&mut self, newer: Self) {
        for entry in newer.entries {
            self.bind(entry);
        }
    }
}
