//! Sets of what values may be, as sorted blocks of bits.
//!
//! Numbers of types lie close together, so a set of a thousand types is a hundred words, and the
//! union of two sets is a merge.

/// 64 members, those of `block * 64` and up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Block {
    block: u32,
    bits: u64,
}

/// A set of numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Set {
    blocks: Vec<Block>,
}

impl Set {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds a number; whether it is new.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let (block, bits) = (number / 64, 1 << (number % 64));
        match self.blocks.binary_search_by_key(&block, |found| found.block) {
            Ok(at) => {
                let found = &mut self.blocks[at].bits;
                let is_new = *found & bits == 0;
                *found |= bits;
                is_new
            }
            Err(at) => {
                self.blocks.insert(at, Block { block, bits });
                true
            }
        }
    }

    /// Adds the members of another set of which `mask` has the bit; without a mask all. Whether
    /// any is new.
    pub(super) fn add_all(&mut self, other: &Self, mask: Option<&[u64]>) -> bool {
        let kept = |found: &Block| match mask {
            None => found.bits,
            Some(mask) => mask.get(found.block as usize).copied().unwrap_or(0) & found.bits,
        };
        // Mostly all blocks are there already.
        let mut changed = false;
        let mut missing = 0;
        let mut at = 0;
        for theirs in &other.blocks {
            let bits = kept(theirs);
            if bits == 0 {
                continue;
            }
            while at < self.blocks.len() && self.blocks[at].block < theirs.block {
                at += 1;
            }
            match self.blocks.get_mut(at) {
                Some(ours) if ours.block == theirs.block => {
                    changed |= bits & !ours.bits != 0;
                    ours.bits |= bits;
                }
                _ => missing += 1,
            }
        }
        if missing == 0 {
            return changed;
        }
        let mut merged = Vec::with_capacity(self.blocks.len() + missing);
        let mut ours = self.blocks.iter().peekable();
        for theirs in &other.blocks {
            let bits = kept(theirs);
            if bits == 0 {
                continue;
            }
            while let Some(found) = ours.next_if(|found| found.block < theirs.block) {
                merged.push(*found);
            }
            match ours.next_if(|found| found.block == theirs.block) {
                Some(found) => merged.push(*found),
                None => merged.push(Block { block: theirs.block, bits }),
            }
        }
        merged.extend(ours);
        self.blocks = merged;
        true
    }

    /// The members that another set lacks.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut theirs = other.blocks.iter().peekable();
        let left = self.blocks.iter().filter_map(|ours| {
            while theirs.next_if(|found| found.block < ours.block).is_some() {}
            let bits = match theirs.peek() {
                Some(found) if found.block == ours.block => ours.bits & !found.bits,
                _ => ours.bits,
            };
            (bits != 0).then_some(Block { bits, ..*ours })
        });
        Self { blocks: left.collect() }
    }

    /// Keeps the members that another set has, too.
    pub(super) fn keep_common(&mut self, other: &Self) {
        let mut theirs = other.blocks.iter().peekable();
        self.blocks.retain_mut(|ours| {
            while theirs.next_if(|found| found.block < ours.block).is_some() {}
            match theirs.peek() {
                Some(found) if found.block == ours.block => ours.bits &= found.bits,
                _ => ours.bits = 0,
            }
            ours.bits != 0
        });
    }

    /// The members in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.blocks.iter().flat_map(|&Block { block, bits }| {
            let mut left = bits;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    block * 64 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(numbers: &BTreeSet<u32>) -> Set {
        let mut set = Set::default();
        for &number in numbers {
            assert!(set.insert(number));
        }
        set
    }

    fn numbers() -> impl Strategy<Value = BTreeSet<u32>> {
        proptest::collection::btree_set(0u32..400, 0..60)
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in numbers(), b in numbers(), masked in proptest::collection::vec(any::<u64>(), 0..4)) {
            let is_masked = |n: &u32| {
                masked.get(*n as usize / 64).is_some_and(|bits| bits >> (n % 64) & 1 == 1)
            };
            let collect = |set: &Set| set.iter().collect::<BTreeSet<u32>>();
            let mut all = set(&a);
            prop_assert_eq!(all.add_all(&set(&b), None), !b.is_subset(&a));
            prop_assert_eq!(collect(&all), &a | &b);
            let mut some = set(&a);
            some.add_all(&set(&b), Some(&masked));
            let kept: BTreeSet<u32> = b.iter().copied().filter(is_masked).collect();
            prop_assert_eq!(collect(&some), &a | &kept);
            prop_assert_eq!(collect(&set(&a).without(&set(&b))), &a - &b);
            let mut common = set(&a);
            common.keep_common(&set(&b));
            prop_assert_eq!(collect(&common), &a & &b);
            prop_assert_eq!(common.is_empty(), a.is_disjoint(&b));
        }
    }
}
