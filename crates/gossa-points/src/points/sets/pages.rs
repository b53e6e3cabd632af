//! Parts of sets: the elements of one range of numbers, each distinct part once.
//!
//! Large sets that differ in few elements have most of their pages in common.

use gossa_base::{FxHashMap, FxHasher};
use hashbrown::HashTable;
use std::hash::Hasher;

/// How many numbers a page covers, as a power of two.
pub(super) const BITS: u32 = 12;
const SIZE: u16 = 1 << BITS;

/// A page of a [`Pages`]. The pages of one element have the number of that element.
pub(super) type PageId = u32;

/// All pages.
pub(super) struct Pages {
    /// Elements of all pages, less the number at which their range begins, one page after the
    /// other.
    pool: Vec<u16>,
    /// By page: where it ends; it begins where the one before ends.
    ends: Vec<u32>,
    table: HashTable<u32>,
    unions: FxHashMap<(PageId, PageId), PageId>,
    /// `None` for no element.
    differences: FxHashMap<(PageId, PageId), Option<PageId>>,
    scratch: Vec<u16>,
}

impl Default for Pages {
    fn default() -> Self {
        let mut pages = Self {
            pool: (0..SIZE).collect(),
            ends: (1..=u32::from(SIZE)).collect(),
            table: HashTable::new(),
            unions: FxHashMap::default(),
            differences: FxHashMap::default(),
            scratch: Vec::new(),
        };
        pages.pool.shrink_to_fit();
        pages
    }
}

fn hash(elements: &[u16]) -> u64 {
    let mut hasher = FxHasher::default();
    for &element in elements {
        hasher.write_u16(element);
    }
    hasher.finish()
}

impl Pages {
    /// The elements of a page, sorted, less the number at which its range begins.
    #[inline]
    pub(super) fn get(&self, page: PageId) -> &[u16] {
        let at = page as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.pool[start..self.ends[at] as usize]
    }

    /// How many elements all pages have together.
    pub(super) fn elements(&self) -> usize {
        self.pool.len()
    }

    /// Bytes that the tables take.
    pub(super) fn bytes(&self) -> usize {
        let memo = self.unions.capacity() + self.differences.capacity();
        2 * self.pool.capacity() + 4 * (self.ends.capacity() + self.table.capacity()) + 17 * memo
    }

    /// The page of these elements, which must be sorted, distinct, and at least one.
    pub(super) fn intern(&mut self, elements: &[u16]) -> PageId {
        if let [one] = elements {
            return u32::from(*one);
        }
        let hash = hash(elements);
        let (pool, ends) = (&self.pool, &self.ends);
        let slice = |at: u32| &pool[ends[at as usize - 1] as usize..ends[at as usize] as usize];
        if let Some(&known) = self.table.find(hash, |&at| slice(at) == elements) {
            return known;
        }
        let at = self.ends.len() as u32;
        self.pool.extend_from_slice(elements);
        self.ends.push(u32::try_from(self.pool.len()).expect("more than 2^32 elements of pages"));
        let (pool, ends) = (&self.pool, &self.ends);
        self.table.insert_unique(hash, at, |&at| {
            self::hash(&pool[ends[at as usize - 1] as usize..ends[at as usize] as usize])
        });
        at
    }

    /// All elements of two different pages.
    pub(super) fn union(&mut self, a: PageId, b: PageId) -> PageId {
        let key = (a.min(b), a.max(b));
        if let Some(&known) = self.unions.get(&key) {
            return known;
        }
        let mut merged = std::mem::take(&mut self.scratch);
        merged.clear();
        merge(self.get(a), self.get(b), &mut merged);
        let page = self.intern(&merged);
        self.scratch = merged;
        self.unions.insert(key, page);
        page
    }

    /// What several pages have together that `but` has not; `None` if there is nothing.
    pub(super) fn gather(
        &mut self,
        several: impl Iterator<Item = PageId>,
        but: Option<PageId>,
    ) -> Option<PageId> {
        let mut bits = [0u64; SIZE as usize / 64];
        for page in several {
            for &element in self.get(page) {
                bits[usize::from(element) / 64] |= 1 << (element % 64);
            }
        }
        for &element in but.map_or(&[][..], |page| self.get(page)) {
            bits[usize::from(element) / 64] &= !(1 << (element % 64));
        }
        let mut elements = std::mem::take(&mut self.scratch);
        elements.clear();
        for (at, &word) in (0u16..).zip(&bits) {
            let mut word = word;
            while word != 0 {
                elements.push(at * 64 + word.trailing_zeros() as u16);
                word &= word - 1;
            }
        }
        let page = (!elements.is_empty()).then(|| self.intern(&elements));
        self.scratch = elements;
        page
    }

    /// The elements of `a` that are not in `b`, another page; `None` if there are none.
    pub(super) fn difference(&mut self, a: PageId, b: PageId) -> Option<PageId> {
        if let Some(&known) = self.differences.get(&(a, b)) {
            return known;
        }
        let mut left = std::mem::take(&mut self.scratch);
        left.clear();
        subtract(self.get(a), self.get(b), &mut left);
        let page = (!left.is_empty()).then(|| self.intern(&left));
        self.scratch = left;
        self.differences.insert((a, b), page);
        page
    }
}

fn merge(a: &[u16], b: &[u16], out: &mut Vec<u16>) {
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

fn subtract(a: &[u16], b: &[u16], out: &mut Vec<u16>) {
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
