//! An interner: equal values get one id.

use std::hash::Hash;
use std::ops::Index;

use rustc_hash::FxHashMap;

use crate::{Id, IdMap};

/// A table in which every value stands once.
#[derive(Clone, Debug)]
pub struct Interner<K, V> {
    values: IdMap<K, V>,
    ids: FxHashMap<V, K>,
}

impl<K: Id, V: Clone + Eq + Hash> Interner<K, V> {
    /// An empty table.
    pub fn new() -> Self {
        Self { values: IdMap::new(), ids: FxHashMap::default() }
    }

    /// The id of `value`, which is added if it is new.
    pub fn intern(&mut self, value: V) -> K {
        if let Some(&id) = self.ids.get(&value) {
            return id;
        }
        let id = self.values.push(value.clone());
        self.ids.insert(value, id);
        id
    }

    /// The id of `value`, if it is in the table.
    pub fn find(&self, value: &V) -> Option<K> {
        self.ids.get(value).copied()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Forgets the newest values until `len` are left.
    pub fn truncate(&mut self, len: usize) {
        for index in len..self.values.len() {
            self.ids.remove(&self.values[K::from_index(index)]);
        }
        self.values.truncate(len);
    }

    /// All values with their ids, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + ExactSizeIterator {
        self.values.iter()
    }
}

impl<K: Id, V: Clone + Eq + Hash> Default for Interner<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Id, V> Index<K> for Interner<K, V> {
    type Output = V;

    fn index(&self, id: K) -> &V {
        &self.values[id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::define_id;

    define_id! {
        /// An id of the tests.
        struct Word("word")
    }

    #[test]
    fn equal_values_share_an_id_and_forgotten_ones_are_new_again() {
        let mut words: Interner<Word, String> = Interner::new();
        let (a, b) = (words.intern("a".into()), words.intern("b".into()));
        assert_eq!((words.intern("a".into()), words.find(&"b".to_owned())), (a, Some(b)));
        words.truncate(1);
        assert_eq!(words.find(&"b".to_owned()), None);
        assert_eq!(words.intern("c".into()), b);
        assert_eq!(words[b], "c");
    }
}
