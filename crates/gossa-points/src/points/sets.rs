//! Sets of elements, each distinct set once.
//!
//! Most nodes of a program point to one of few sets, so a set is a number in a table of sorted
//! slices, and equal sets are equal numbers. What was computed of two sets is remembered: the
//! flow along most edges is a look into a table. See Barbar & Sui, "Hash Consed Points-To Sets",
//! SAS 2021.

use gossa_base::{FxHashMap, FxHasher};
use hashbrown::HashTable;
use std::hash::Hasher;

/// A set of a [`Sets`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SetId(pub u32);

impl SetId {
    /// The set without elements.
    pub const EMPTY: Self = Self(0);

    /// Whether it has no elements.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// All sets.
pub struct Sets {
    /// Elements of all sets, one set after the other.
    pool: Vec<u32>,
    /// By set: where it ends; it begins where the one before ends.
    ends: Vec<u32>,
    table: HashTable<u32>,
    unions: FxHashMap<(u32, u32), u32>,
    differences: FxHashMap<(u32, u32), u32>,
    singles: FxHashMap<u32, u32>,
    scratch: Vec<u32>,
}

impl Default for Sets {
    fn default() -> Self {
        Self {
            pool: Vec::new(),
            ends: vec![0],
            table: HashTable::new(),
            unions: FxHashMap::default(),
            differences: FxHashMap::default(),
            singles: FxHashMap::default(),
            scratch: Vec::new(),
        }
    }
}

fn hash(elements: &[u32]) -> u64 {
    let mut hasher = FxHasher::default();
    for &element in elements {
        hasher.write_u32(element);
    }
    hasher.finish()
}

impl Sets {
    /// The elements of a set, sorted.
    #[inline]
    #[must_use]
    pub fn get(&self, set: SetId) -> &[u32] {
        let at = set.0 as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.pool[start..self.ends[at] as usize]
    }

    /// How many sets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is only the empty set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// How many elements all sets have together.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.pool.len()
    }

    /// Bytes that the table takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let memo = self.unions.capacity() + self.differences.capacity() + self.singles.capacity();
        4 * (self.pool.capacity() + self.ends.capacity() + self.table.capacity()) + 13 * memo
    }

    /// The set of these elements, which must be sorted and distinct.
    pub fn intern(&mut self, elements: &[u32]) -> SetId {
        if elements.is_empty() {
            return SetId::EMPTY;
        }
        let hash = hash(elements);
        let (pool, ends) = (&self.pool, &self.ends);
        let slice = |at: u32| &pool[ends[at as usize - 1] as usize..ends[at as usize] as usize];
        if let Some(&known) = self.table.find(hash, |&at| slice(at) == elements) {
            return SetId(known);
        }
        let at = self.ends.len() as u32;
        self.pool.extend_from_slice(elements);
        self.ends.push(u32::try_from(self.pool.len()).expect("more than 2^32 elements of sets"));
        let (pool, ends) = (&self.pool, &self.ends);
        self.table.insert_unique(hash, at, |&at| {
            self::hash(&pool[ends[at as usize - 1] as usize..ends[at as usize] as usize])
        });
        SetId(at)
    }

    /// The set of elements in any order, with repetitions.
    pub fn from_unsorted(&mut self, elements: &mut Vec<u32>) -> SetId {
        elements.sort_unstable();
        elements.dedup();
        self.intern(elements)
    }

    /// The set of one element.
    pub fn single(&mut self, element: u32) -> SetId {
        if let Some(&known) = self.singles.get(&element) {
            return SetId(known);
        }
        let set = self.intern(&[element]);
        self.singles.insert(element, set.0);
        set
    }

    /// Whether a set has an element. Logarithmic.
    #[must_use]
    pub fn contains(&self, set: SetId, element: u32) -> bool {
        self.get(set).binary_search(&element).is_ok()
    }

    /// All elements of two sets.
    pub fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b.is_empty() {
            return a;
        }
        if a.is_empty() {
            return b;
        }
        let key = (a.0.min(b.0), a.0.max(b.0));
        if let Some(&known) = self.unions.get(&key) {
            return SetId(known);
        }
        let mut merged = std::mem::take(&mut self.scratch);
        merged.clear();
        merge(self.get(a), self.get(b), &mut merged);
        let set = self.intern(&merged);
        self.scratch = merged;
        self.unions.insert(key, set.0);
        set
    }

    /// The elements of `a` that are not in `b`.
    pub fn difference(&mut self, a: SetId, b: SetId) -> SetId {
        if b.is_empty() || a.is_empty() {
            return a;
        }
        if a == b {
            return SetId::EMPTY;
        }
        if let Some(&known) = self.differences.get(&(a.0, b.0)) {
            return SetId(known);
        }
        let mut left = std::mem::take(&mut self.scratch);
        left.clear();
        subtract(self.get(a), self.get(b), &mut left);
        let set = self.intern(&left);
        self.scratch = left;
        self.differences.insert((a.0, b.0), set.0);
        set
    }
}

/// Both sorted slices as one.
fn merge<'s>(mut a: &'s [u32], mut b: &'s [u32], out: &mut Vec<u32>) {
    out.reserve(a.len() + b.len());
    // A small set into a large one: copy the runs between its elements.
    if a.len() < b.len() {
        std::mem::swap(&mut a, &mut b);
    }
    if b.len() * 16 < a.len() {
        for &element in b {
            let at = a.partition_point(|&other| other < element);
            out.extend_from_slice(&a[..at]);
            a = &a[at..];
            if a.first() != Some(&element) {
                out.push(element);
            }
        }
        out.extend_from_slice(a);
        return;
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        out.push(x.min(y));
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
}

fn subtract(mut a: &[u32], mut b: &[u32], out: &mut Vec<u32>) {
    if b.len() * 16 < a.len() {
        for &element in b {
            let at = a.partition_point(|&other| other < element);
            out.extend_from_slice(&a[..at]);
            a = &a[at..];
            if a.first() == Some(&element) {
                a = &a[1..];
            }
        }
        out.extend_from_slice(a);
        return;
    }
    if a.len() * 16 < b.len() {
        for &element in a {
            let at = b.partition_point(|&other| other < element);
            b = &b[at..];
            if b.first() != Some(&element) {
                out.push(element);
            }
        }
        return;
    }
    let mut j = 0;
    for &element in a {
        while j < b.len() && b[j] < element {
            j += 1;
        }
        if b.get(j) != Some(&element) {
            out.push(element);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn sets_are_sets(
            a in prop::collection::btree_set(0u32..2000, 0..200),
            b in prop::collection::btree_set(0u32..2000, 0..12),
        ) {
            let mut sets = Sets::default();
            let list = |set: &BTreeSet<u32>| set.iter().copied().collect::<Vec<u32>>();
            let (x, y) = (sets.intern(&list(&a)), sets.intern(&list(&b)));
            for _ in 0..2 {
                for (x, y, a, b) in [(x, y, &a, &b), (y, x, &b, &a)] {
                    let union = sets.union(x, y);
                    prop_assert_eq!(sets.get(union), list(&(a | b)));
                    let difference = sets.difference(x, y);
                    prop_assert_eq!(sets.get(difference), list(&(a - b)));
                    prop_assert_eq!(sets.union(difference, y), union);
                }
            }
        }
    }
}
