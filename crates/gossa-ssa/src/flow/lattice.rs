//! Facts that can be joined.

/// A join-semilattice of finite height.
///
/// `join` must be associative, commutative and idempotent, up to what it returns.
pub trait Lattice: Clone {
    /// Makes `self` the least fact that both `self` and `other` imply; says whether that changed
    /// `self`.
    fn join(&mut self, other: &Self) -> bool;
}

/// A set of small numbers, joined by union: what *may* hold.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct BitSet(Vec<u64>);

impl BitSet {
    /// The empty set, with room for numbers below `bound`.
    #[must_use]
    pub fn with_bound(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// Adds a number; false when it was there.
    pub fn insert(&mut self, item: usize) -> bool {
        let (word, bit) = (item / 64, 1u64 << (item % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let added = self.0[word] & bit == 0;
        self.0[word] |= bit;
        added
    }

    /// Takes a number out; false when it was not there.
    pub fn remove(&mut self, item: usize) -> bool {
        let bit = 1u64 << (item % 64);
        match self.0.get_mut(item / 64) {
            Some(word) => {
                let removed = *word & bit != 0;
                *word &= !bit;
                removed
            }
            None => false,
        }
    }

    /// Whether a number is in the set.
    #[must_use]
    pub fn contains(&self, item: usize) -> bool {
        self.0.get(item / 64).is_some_and(|word| word & (1 << (item % 64)) != 0)
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    index * 64 + bit
                })
            })
        })
    }

    /// Keeps what is in both; says whether that changed `self`.
    pub fn intersect(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (index, word) in self.0.iter_mut().enumerate() {
            let kept = *word & other.0.get(index).copied().unwrap_or(0);
            changed |= kept != *word;
            *word = kept;
        }
        changed
    }
}

impl Lattice for BitSet {
    fn join(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (word, &more) in self.0.iter_mut().zip(&other.0) {
            let joined = *word | more;
            changed |= joined != *word;
            *word = joined;
        }
        changed
    }
}

/// A set joined by intersection: what *must* hold. The least fact is that control does not get
/// here, and everything holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Must {
    /// Control does not get here.
    Unreached,
    /// These hold on every way here.
    Holds(BitSet),
}

impl Lattice for Must {
    fn join(&mut self, other: &Self) -> bool {
        match (&mut *self, other) {
            (_, Self::Unreached) => false,
            (Self::Unreached, _) => {
                *self = other.clone();
                true
            }
            (Self::Holds(own), Self::Holds(set)) => own.intersect(set),
        }
    }
}

/// Nothing yet, one known thing, or several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flat<T> {
    /// Nothing yet.
    Bottom,
    /// This on every way.
    Known(T),
    /// Different things on different ways.
    Top,
}

impl<T: Clone + PartialEq> Lattice for Flat<T> {
    fn join(&mut self, other: &Self) -> bool {
        match (&*self, other) {
            (_, Self::Bottom) | (Self::Top, _) => false,
            (Self::Known(own), Self::Known(new)) if own == new => false,
            (Self::Bottom, _) => {
                *self = other.clone();
                true
            }
            (Self::Known(_), _) => {
                *self = Self::Top;
                true
            }
        }
    }
}

impl<T: Lattice> Lattice for Option<T> {
    /// `None` is the least fact.
    fn join(&mut self, other: &Self) -> bool {
        match (self, other) {
            (_, None) => false,
            (Some(own), Some(new)) => own.join(new),
            (own @ None, Some(_)) => {
                own.clone_from(other);
                true
            }
        }
    }
}

impl Lattice for () {
    fn join(&mut self, (): &Self) -> bool {
        false
    }
}

impl<A: Lattice, B: Lattice> Lattice for (A, B) {
    fn join(&mut self, other: &Self) -> bool {
        self.0.join(&other.0) | self.1.join(&other.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(items: &[usize]) -> BitSet {
        let mut set = BitSet::default();
        items.iter().for_each(|&item| {
            set.insert(item);
        });
        set
    }

    #[test]
    fn joins_say_whether_they_changed_something() {
        let mut may = set(&[1, 100]);
        assert!(!may.join(&set(&[100])));
        assert!(may.join(&set(&[300])));
        assert_eq!(may.iter().collect::<Vec<_>>(), [1, 100, 300]);

        let mut must = Must::Unreached;
        assert!(must.join(&Must::Holds(set(&[1, 2]))));
        assert!(!must.join(&Must::Unreached));
        assert!(must.join(&Must::Holds(set(&[2]))));
        assert_eq!(must, Must::Holds(set(&[2])));

        let mut flat = Flat::Bottom;
        assert!(flat.join(&Flat::Known(1)));
        assert!(!flat.join(&Flat::Known(1)));
        assert!(flat.join(&Flat::Known(2)));
        assert_eq!(flat, Flat::Top);
        assert!(!flat.join(&Flat::Known(1)));
    }
}
