//! A small cache in front of the process-wide table of names: most identifiers of a file were
//! met a moment ago, and finding them here costs neither a lock nor a long hash.

use gossa_base::Name;

const SLOTS: usize = 1 << 12;

/// A direct-mapped cache from text to name.
pub(crate) struct NameCache {
    slots: Box<[Option<(&'static str, Name)>]>,
}

impl Default for NameCache {
    fn default() -> Self {
        Self { slots: vec![None; SLOTS].into_boxed_slice() }
    }
}

/// The first and last bytes and the length, mixed.
#[inline]
fn slot(text: &[u8]) -> usize {
    let len = text.len();
    let mixed = if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>())
    {
        u64::from_le_bytes(*head) ^ u64::from_le_bytes(*tail).rotate_left(29)
    } else if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << 32
    } else {
        text.iter().fold(0, |all, &byte| all << 8 | u64::from(byte))
    };
    let hash = (mixed ^ len as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 40) as usize % SLOTS
}

impl NameCache {
    /// The name with this text.
    #[inline]
    pub(crate) fn get(&mut self, text: &str) -> Name {
        let slot = &mut self.slots[slot(text.as_bytes())];
        if let Some((known, name)) = *slot
            && known == text
        {
            return name;
        }
        let name = Name::new(text);
        *slot = Some((name.as_str(), name));
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
            for index in 0..10_000 {
                let text = format!("{}{index}", ["", "abc", "a_long_prefix"][index % 3]);
                assert_eq!(cache.get(&text), Name::new(&text), "round {round}");
            }
        }
    }
}
