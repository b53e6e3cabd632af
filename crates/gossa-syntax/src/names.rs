//! A cache in front of the process-wide table of names: most identifiers of a file were met a
//! moment ago, and finding them here costs neither a lock nor, where they are short, a comparison
//! of texts.

use crate::swar;
use gossa_base::Name;

const SLOTS_LOG2: u32 = 14;

/// The longest word whose packed form is the word itself.
const PACKED_LEN: usize = 8;

/// A word as a number: its bytes themselves if they are at most eight, else its first and last
/// eight mixed.
#[inline]
pub(crate) const fn pack(word: &[u8]) -> u64 {
    if let (Some(head), Some(tail)) = (word.first_chunk(), word.last_chunk()) {
        return pack_ends(u64::from_le_bytes(*head), u64::from_le_bytes(*tail), word.len());
    }
    let mut packed = 0;
    let mut at = word.len();
    while at > 0 {
        at -= 1;
        packed = packed << 8 | word[at] as u64;
    }
    packed
}

/// [`pack`] of the `len` bytes at `start`, of which `head` are the first eight.
#[inline]
pub(crate) fn pack_at(text: &[u8], start: usize, len: usize, head: u64) -> u64 {
    if len < PACKED_LEN {
        return swar::keep(head, len);
    }
    pack_ends(head, swar::load(text, start + len - PACKED_LEN), len)
}

#[inline]
const fn pack_ends(head: u64, tail: u64, len: usize) -> u64 {
    if len == PACKED_LEN { head } else { head ^ tail.rotate_left(29) ^ (len as u64) << 56 }
}

#[derive(Clone, Copy)]
struct Entry {
    packed: u64,
    text: &'static str,
    name: Name,
}

/// A direct-mapped cache from text to name.
pub(crate) struct NameCache {
    slots: Box<[Entry]>,
}

impl Default for NameCache {
    fn default() -> Self {
        let name = Name::new("_");
        let empty = Entry { packed: pack(b"_"), text: name.as_str(), name };
        Self { slots: vec![empty; 1 << SLOTS_LOG2].into_boxed_slice() }
    }
}

impl NameCache {
    /// The name with this text, whose packed form is `packed`.
    #[inline]
    pub(crate) fn get(&mut self, text: &str, packed: u64) -> Name {
        let hash = packed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = (hash >> (64 - SLOTS_LOG2)) as usize;
        let entry = &mut self.slots[slot];
        if entry.packed == packed {
            let short = text.len() <= PACKED_LEN && entry.text.len() <= PACKED_LEN;
            if short || entry.text == text {
                return entry.name;
            }
        }
        Self::fill(entry, text, packed)
    }

    #[cold]
    fn fill(entry: &mut Entry, text: &str, packed: u64) -> Name {
        let name = Name::new(text);
        *entry = Entry { packed, text: name.as_str(), name };
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_table() {
        let mut cache = NameCache::default();
        for round in 0..2 {
            for index in 0..50_000 {
                let text = format!("{}{index}", ["", "abc", "a_long_prefix"][index % 3]);
                let name = cache.get(&text, pack(text.as_bytes()));
                assert_eq!(name, Name::new(&text), "round {round}");
            }
        }
    }

    #[test]
    fn packing_in_place_and_alone_are_the_same() {
        let text = b"some_identifiers_of_many_lengths";
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let alone = pack(&text[start..end]);
                let head = swar::load(text, start);
                assert_eq!(pack_at(text, start, end - start, head), alone, "{start}..{end}");
            }
        }
    }
}
