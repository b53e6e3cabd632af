//! Sets of elements, each distinct set once.
//!
//! Most nodes of a program point to one of few sets, so a set is a number in a table, and equal
//! sets are equal numbers. What was computed of two sets is remembered: the flow along most edges
//! is a look into a table. See Barbar & Sui, "Hash Consed Points-To Sets", SAS 2021.
//!
//! A set is a list of `pages`, which are shared likewise: a set of ten thousand elements that
//! gets one more costs one page and a list of pages.

mod pages;

use gossa_base::{FxHashMap, FxHasher};
use hashbrown::HashTable;
use pages::{BITS, PageId, Pages};
use std::hash::Hasher;
use std::ops::Range;

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

/// A page of a set: the number of its range and the page.
type Entry = u64;

const fn entry(range: u32, page: PageId) -> Entry {
    (range as u64) << 32 | page as u64
}

const fn range_of(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

const fn page_of(entry: Entry) -> PageId {
    entry as u32
}

/// All sets.
pub struct Sets {
    pages: Pages,
    /// Pages of all sets, one set after the other, sorted by their ranges.
    pool: Vec<Entry>,
    /// By set: where it ends; it begins where the one before ends.
    ends: Vec<u32>,
    table: HashTable<u32>,
    unions: FxHashMap<(u32, u32), u32>,
    differences: FxHashMap<(u32, u32), u32>,
    singles: FxHashMap<u32, u32>,
    scratch: Vec<Entry>,
}

impl Default for Sets {
    fn default() -> Self {
        Self {
            pages: Pages::default(),
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

fn hash(entries: &[Entry]) -> u64 {
    let mut hasher = FxHasher::default();
    for &entry in entries {
        hasher.write_u64(entry);
    }
    hasher.finish()
}

impl Sets {
    #[inline]
    fn entries(&self, set: SetId) -> &[Entry] {
        let at = set.0 as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.pool[start..self.ends[at] as usize]
    }

    /// The elements of a set, sorted.
    pub fn get(&self, set: SetId) -> impl Iterator<Item = u32> + '_ {
        self.entries(set).iter().flat_map(|&entry| {
            let start = range_of(entry) << BITS;
            self.pages.get(page_of(entry)).iter().map(move |&at| start + u32::from(at))
        })
    }

    /// The elements of a set, sorted.
    #[must_use]
    pub fn to_vec(&self, set: SetId) -> Vec<u32> {
        self.get(set).collect()
    }

    /// How many elements a set has. Linear in its pages.
    #[must_use]
    pub fn count(&self, set: SetId) -> usize {
        self.entries(set).iter().map(|&entry| self.pages.get(page_of(entry)).len()).sum()
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

    /// How many elements all distinct pages and how many pages all distinct sets have together.
    #[must_use]
    pub fn elements(&self) -> (usize, usize) {
        (self.pages.elements(), self.pool.len())
    }

    /// Bytes that the tables take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let memo = self.unions.capacity() + self.differences.capacity() + self.singles.capacity();
        let tables = 4 * (self.ends.capacity() + self.table.capacity()) + 13 * memo;
        8 * self.pool.capacity() + tables + self.pages.bytes()
    }

    /// The set of these elements, which must be sorted and distinct.
    pub fn intern(&mut self, elements: &[u32]) -> SetId {
        let mut entries = std::mem::take(&mut self.scratch);
        entries.clear();
        let mut page: Vec<u16> = Vec::new();
        for part in elements.chunk_by(|a, b| a >> BITS == b >> BITS) {
            page.clear();
            page.extend(part.iter().map(|element| (element & ((1 << BITS) - 1)) as u16));
            entries.push(entry(part[0] >> BITS, self.pages.intern(&page)));
        }
        let set = self.intern_entries(&entries);
        self.scratch = entries;
        set
    }

    fn intern_entries(&mut self, entries: &[Entry]) -> SetId {
        if entries.is_empty() {
            return SetId::EMPTY;
        }
        let hash = hash(entries);
        let (pool, ends) = (&self.pool, &self.ends);
        let slice = |at: u32| &pool[ends[at as usize - 1] as usize..ends[at as usize] as usize];
        if let Some(&known) = self.table.find(hash, |&at| slice(at) == entries) {
            return SetId(known);
        }
        let at = self.ends.len() as u32;
        self.pool.extend_from_slice(entries);
        self.ends.push(u32::try_from(self.pool.len()).expect("more than 2^32 pages of sets"));
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
        let entries = self.entries(set);
        let at = entries.partition_point(|&entry| range_of(entry) < element >> BITS);
        entries.get(at).is_some_and(|&entry| {
            let within = (element & ((1 << BITS) - 1)) as u16;
            range_of(entry) == element >> BITS
                && self.pages.get(page_of(entry)).binary_search(&within).is_ok()
        })
    }

    /// The elements of a set between two numbers, sorted.
    pub fn within(&self, set: SetId, range: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        let entries = self.entries(set);
        let at = entries.partition_point(|&entry| range_of(entry) < range.start >> BITS);
        let end = range.end;
        let pages = entries[at..].iter().take_while(move |&&entry| range_of(entry) << BITS < end);
        let elements = pages.flat_map(|&entry| {
            let start = range_of(entry) << BITS;
            self.pages.get(page_of(entry)).iter().map(move |&at| start + u32::from(at))
        });
        elements.filter(move |element| range.contains(element))
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
        self.merge(a, b, &mut merged);
        let set = self.intern_entries(&merged);
        self.scratch = merged;
        self.unions.insert(key, set.0);
        set
    }

    fn merge(&mut self, a: SetId, b: SetId, out: &mut Vec<Entry>) {
        let bounds = |this: &Self, set: SetId| {
            let at = set.0 as usize;
            let start = if at == 0 { 0 } else { this.ends[at - 1] as usize };
            (start, this.ends[at] as usize)
        };
        let ((mut i, i_end), (mut j, j_end)) = (bounds(self, a), bounds(self, b));
        while i < i_end && j < j_end {
            let (x, y) = (self.pool[i], self.pool[j]);
            let (in_x, in_y) = (range_of(x), range_of(y));
            i += usize::from(in_x <= in_y);
            j += usize::from(in_y <= in_x);
            out.push(if in_x < in_y || x == y {
                x
            } else if in_y < in_x {
                y
            } else {
                entry(in_x, self.pages.union(page_of(x), page_of(y)))
            });
        }
        out.extend_from_slice(&self.pool[i..i_end]);
        out.extend_from_slice(&self.pool[j..j_end]);
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
        let pages = &mut self.pages;
        let slice = |set: SetId| {
            let at = set.0 as usize;
            &self.pool[self.ends[at - 1] as usize..self.ends[at] as usize]
        };
        let mut others = slice(b);
        for &mine in slice(a) {
            while let [first, rest @ ..] = others
                && range_of(*first) < range_of(mine)
            {
                others = rest;
            }
            match others.first() {
                Some(&other) if other == mine => {}
                Some(&other) if range_of(other) == range_of(mine) => {
                    let page = pages.difference(page_of(mine), page_of(other));
                    left.extend(page.map(|page| entry(range_of(mine), page)));
                }
                _ => left.push(mine),
            }
        }
        let set = self.intern_entries(&left);
        self.scratch = left;
        self.differences.insert((a.0, b.0), set.0);
        set
    }

    /// What `several` have together that `but` has not. Without sets for what is in between: nobody
    /// asks for these again.
    pub fn gather(&mut self, several: &mut Vec<SetId>, but: SetId) -> SetId {
        several.sort_unstable();
        several.dedup();
        several.retain(|&set| !set.is_empty() && set != but);
        match several[..] {
            [] => return SetId::EMPTY,
            [one] => return self.difference(one, but),
            [a, b] if self.unions.contains_key(&(a.0, b.0)) => {
                let both = self.union(a, b);
                return self.difference(both, but);
            }
            _ => {}
        }
        let mut entries = std::mem::take(&mut self.scratch);
        entries.clear();
        for &set in several.iter() {
            entries.extend_from_slice(self.entries(set));
        }
        entries.sort_unstable();
        entries.dedup();
        let (mut read, mut written, mut other) = (0, 0, 0);
        let others: Vec<Entry> = self.entries(but).to_vec();
        while read < entries.len() {
            let range = range_of(entries[read]);
            let start = read;
            while read < entries.len() && range_of(entries[read]) == range {
                read += 1;
            }
            while other < others.len() && range_of(others[other]) < range {
                other += 1;
            }
            let but = others.get(other).filter(|&&o| range_of(o) == range).map(|&o| page_of(o));
            let page = match entries[start..read] {
                [one] => match but {
                    Some(but) if but == page_of(one) => None,
                    Some(but) => self.pages.difference(page_of(one), but),
                    None => Some(page_of(one)),
                },
                ref several => self.pages.gather(several.iter().map(|&e| page_of(e)), but),
            };
            if let Some(page) = page {
                entries[written] = entry(range, page);
                written += 1;
            }
        }
        let set = self.intern_entries(&entries[..written]);
        self.scratch = entries;
        set
    }

    /// Forgets what was computed of two sets, but not the sets.
    pub fn forget(&mut self) {
        self.unions = FxHashMap::default();
        self.differences = FxHashMap::default();
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
            a in prop::collection::btree_set(0u32..20_000, 0..200),
            b in prop::collection::btree_set(0u32..20_000, 0..200),
            c in prop::collection::btree_set(4090u32..4100, 0..4),
        ) {
            let mut sets = Sets::default();
            let list = |set: &BTreeSet<u32>| set.iter().copied().collect::<Vec<u32>>();
            let all = [&a, &b, &c];
            for _ in 0..2 {
                for (a, b) in all.into_iter().flat_map(|a| all.map(|b| (a, b))) {
                    let (x, y) = (sets.intern(&list(a)), sets.intern(&list(b)));
                    prop_assert_eq!(sets.count(x), a.len());
                    let union = sets.union(x, y);
                    prop_assert_eq!(sets.to_vec(union), list(&(a | b)));
                    let z = sets.intern(&list(&c));
                    let gathered = sets.gather(&mut vec![x, y, z], x);
                    prop_assert_eq!(sets.to_vec(gathered), list(&(&(b | &c) - a)));
                    let difference = sets.difference(x, y);
                    prop_assert_eq!(sets.to_vec(difference), list(&(a - b)));
                    prop_assert_eq!(sets.union(difference, y), union);
                    let middle: Vec<u32> = a.range(4000..9000).copied().collect();
                    prop_assert_eq!(sets.within(x, 4000..9000).collect::<Vec<_>>(), middle);
                    for &element in b {
                        prop_assert_eq!(sets.contains(x, element), a.contains(&element));
                    }
                }
            }
        }
    }
}
