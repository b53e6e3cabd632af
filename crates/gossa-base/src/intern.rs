//! A concurrent, append-only hash-consing table: equal values get equal ids.
//!
//! Ids depend on the order in which threads arrive, so they may be compared for equality and
//! used as indices, but must never order anything that is printed.

use hashbrown::HashTable;
use parking_lot::RwLock;
use std::hash::{BuildHasher, Hash};

const SHARDS: usize = 64;

/// Append-only table of distinct `T`s with dense `u32` ids, shared by all threads.
///
/// Meant for process-wide statics: values are never freed, and `get` hands out references as
/// long-lived as the table.
pub struct Interner<T> {
    items: boxcar::Vec<T>,
    shards: Box<[RwLock<HashTable<Slot>>]>,
    hasher: rustc_hash::FxBuildHasher,
}

/// An id and half of its value's hash: growing a table and telling most unequal values apart
/// need not look at the values, which are far from each other in memory.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    id: u32,
}

impl Slot {
    /// The half of a hash that is kept.
    fn half(hash: u64) -> u32 {
        (hash ^ (hash >> 32)) as u32
    }

    /// A whole hash again, for the table.
    fn spread(half: u32) -> u64 {
        (u64::from(half) << 32) | u64::from(half)
    }
}

impl<T: Hash + Eq> Default for Interner<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Hash + Eq> Interner<T> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self {
            items: boxcar::Vec::new(),
            shards: (0..SHARDS).map(|_| RwLock::new(HashTable::new())).collect(),
            hasher: rustc_hash::FxBuildHasher,
        }
    }

    /// The id of the value equal to `key`, made by `make` when there is none yet.
    ///
    /// `key` and the made value must hash and compare alike.
    pub fn intern_with<Q>(&self, key: &Q, make: impl FnOnce() -> T) -> u32
    where
        Q: Hash + Eq + ?Sized,
        T: std::borrow::Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let shard = self.shard(hash);
        let half = Slot::half(hash);
        let equal = |slot: &Slot| slot.hash == half && self.items[slot.id as usize].borrow() == key;
        if let Some(slot) = shard.read().find(Slot::spread(half), equal) {
            return slot.id;
        }
        let mut table = shard.write();
        if let Some(slot) = table.find(Slot::spread(half), equal) {
            return slot.id;
        }
        self.push(&mut table, half, make())
    }

    /// The id of the value equal to `key`, if there is one.
    pub fn find<Q>(&self, key: &Q) -> Option<u32>
    where
        Q: Hash + Eq + ?Sized,
        T: std::borrow::Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let half = Slot::half(hash);
        let equal = |slot: &Slot| slot.hash == half && self.items[slot.id as usize].borrow() == key;
        self.shard(hash).read().find(Slot::spread(half), equal).map(|slot| slot.id)
    }

    /// The id of `value`.
    pub fn intern(&self, value: T) -> u32 {
        let hash = self.hasher.hash_one(&value);
        let shard = self.shard(hash);
        let half = Slot::half(hash);
        let equal = |slot: &Slot| slot.hash == half && self.items[slot.id as usize] == value;
        if let Some(slot) = shard.read().find(Slot::spread(half), equal) {
            return slot.id;
        }
        let mut table = shard.write();
        if let Some(slot) = table.find(Slot::spread(half), equal) {
            return slot.id;
        }
        self.push(&mut table, half, value)
    }

    fn shard(&self, hash: u64) -> &RwLock<HashTable<Slot>> {
        &self.shards[(hash >> 40) as usize % SHARDS]
    }

    fn push(&self, table: &mut HashTable<Slot>, half: u32, value: T) -> u32 {
        let id = u32::try_from(self.items.push(value)).expect("more than 2^32 interned values");
        let slot = Slot { hash: half, id };
        table.insert_unique(Slot::spread(half), slot, |slot| Slot::spread(slot.hash));
        id
    }

    /// The value with this id, which must come from this table.
    #[inline]
    pub fn get(&self, id: u32) -> &T {
        &self.items[id as usize]
    }

    /// How many distinct values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.count()
    }

    /// Whether nothing has been interned yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn equal_values_share_an_id_across_threads() {
        let table: Interner<String> = Interner::new();
        let ids: Vec<Vec<u32>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..1000).map(|i| table.intern(format!("n{i}"))).collect()))
                .collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        assert_eq!(table.len(), 1000);
        assert!(ids.iter().all(|v| *v == ids[0]));
        assert_eq!(table.get(ids[0][7]), "n7");
        assert_eq!(table.intern_with("n7", || unreachable!()), ids[0][7]);
    }
}
