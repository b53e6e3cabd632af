//! Random numbers that are the same everywhere for the same seed.

/// SplitMix64: small, and good enough to choose mutations.
pub(super) struct Random(u64);

impl Random {
    /// The numbers for one input of a seed; neighbouring inputs have nothing in common.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut random = Self(seed);
        let start = random.next() ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self(start)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// Below `bound`, and 0 if that is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    /// From 1 to `most`, small numbers as likely as large ones by their number of digits.
    pub(super) fn scaled(&mut self, most: usize) -> usize {
        let bits = usize::BITS - most.leading_zeros();
        let bits = self.below(bits as usize + 1) as u32;
        self.below(most.min(1usize.checked_shl(bits).unwrap_or(most))) + 1
    }

    /// One of them; `None` if there are none.
    pub(super) fn choose<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }

    /// True once in `in_how_many` times.
    pub(super) fn once_in(&mut self, in_how_many: usize) -> bool {
        self.below(in_how_many) == 0
    }

    /// A byte.
    pub(super) fn byte(&mut self) -> u8 {
        (self.next() >> 32) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_repeat_for_a_seed_and_stay_in_bounds() {
        let numbers = |seed, number| {
            let mut random = Random::new(seed, number);
            (0..100).map(|_| (random.below(10), random.scaled(1000))).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1, 2), numbers(1, 2));
        assert_ne!(numbers(1, 2), numbers(1, 3));
        assert_ne!(numbers(1, 2), numbers(2, 2));
        assert!(numbers(7, 7).iter().all(|&(a, b)| a < 10 && (1..=1000).contains(&b)));
        assert_eq!(Random::new(1, 1).below(0), 0);
    }
}
