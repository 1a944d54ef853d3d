//! Dense maps: one that hands out ids, one that keeps facts beside another's entries.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use crate::Id;

/// A table that owns its entries and hands out their ids.
#[derive(Clone, PartialEq, Eq)]
pub struct IdMap<K, V> {
    entries: Vec<V>,
    key: PhantomData<K>,
}

impl<K: Id, V> IdMap<K, V> {
    /// An empty table.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), key: PhantomData }
    }

    /// Adds `entry` at the end.
    pub fn push(&mut self, entry: V) -> K {
        let id = K::from_index(self.entries.len());
        self.entries.push(entry);
        id
    }

    /// The id that the next `push` will return.
    pub fn next_id(&self) -> K {
        K::from_index(self.entries.len())
    }

    /// The entry, if the id is of this table.
    pub fn get(&self, id: K) -> Option<&V> {
        self.entries.get(id.index())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes entries off the end until `len` are left.
    pub fn truncate(&mut self, len: usize) {
        self.entries.truncate(len);
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator + use<K, V> {
        (0..self.entries.len()).map(K::from_index)
    }

    /// All entries with their ids, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + ExactSizeIterator {
        self.entries.iter().enumerate().map(|(index, entry)| (K::from_index(index), entry))
    }

    /// All entries, in order.
    pub fn values(&self) -> std::slice::Iter<'_, V> {
        self.entries.iter()
    }
}

impl<K: Id, V> Default for IdMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Id, V> Index<K> for IdMap<K, V> {
    type Output = V;

    fn index(&self, id: K) -> &V {
        &self.entries[id.index()]
    }
}

impl<K: Id, V> IndexMut<K> for IdMap<K, V> {
    fn index_mut(&mut self, id: K) -> &mut V {
        &mut self.entries[id.index()]
    }
}

impl<K, V: std::fmt::Debug> std::fmt::Debug for IdMap<K, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_map().entries(self.entries.iter().enumerate()).finish()
    }
}

/// Facts beside the entries of an [`IdMap`]: every id has one, the default until it is set.
#[derive(Clone, Debug)]
pub struct SideMap<K, V> {
    entries: Vec<V>,
    default: V,
    key: PhantomData<K>,
}

impl<K: Id, V: Clone> SideMap<K, V> {
    /// A map in which every id has `default`.
    pub const fn with_default(default: V) -> Self {
        Self { entries: Vec::new(), default, key: PhantomData }
    }
}

impl<K: Id, V: Clone + Default> Default for SideMap<K, V> {
    fn default() -> Self {
        Self::with_default(V::default())
    }
}

impl<K: Id, V> Index<K> for SideMap<K, V> {
    type Output = V;

    fn index(&self, id: K) -> &V {
        self.entries.get(id.index()).unwrap_or(&self.default)
    }
}

impl<K: Id, V: Clone> IndexMut<K> for SideMap<K, V> {
    fn index_mut(&mut self, id: K) -> &mut V {
        if id.index() >= self.entries.len() {
            self.entries.resize(id.index() + 1, self.default.clone());
        }
        &mut self.entries[id.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::define_id;

    define_id! {
        /// An id of the tests.
        struct Row("row")
    }

    #[test]
    fn ids_follow_the_order_of_pushes_and_truncation_takes_the_last() {
        let mut rows: IdMap<Row, &str> = IdMap::new();
        let (first, second) = (rows.push("a"), rows.push("b"));
        assert_eq!((rows[first], rows[second], second.to_string().as_str()), ("a", "b", "row1"));
        rows.truncate(1);
        assert_eq!((rows.len(), rows.get(second)), (1, None));
        assert_eq!(rows.next_id(), second);
    }

    #[test]
    fn a_side_map_answers_for_ids_it_never_saw() {
        let mut seen: SideMap<Row, bool> = SideMap::default();
        let far = Row::from_index(9);
        assert!(!seen[far]);
        seen[far] = true;
        assert!(seen[far] && !seen[Row::from_index(3)] && !seen[Row::from_index(70)]);
    }
}
