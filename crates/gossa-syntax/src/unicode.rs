//! Which characters beyond ASCII may stand in a Go identifier.

use crate::unicode_tables::{DIGITS, LETTERS};
use std::cmp::Ordering;

fn contains(table: &[(u32, u32)], c: char) -> bool {
    let c = c as u32;
    table
        .binary_search_by(|&(first, last)| {
            if last < c {
                Ordering::Less
            } else if first > c {
                Ordering::Greater
            } else {
                Ordering::Equal
            }
        })
        .is_ok()
}

/// Whether `c` is a letter as Go's specification has it (categories L*, and `_`).
pub(crate) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() && contains(LETTERS, c)
}

/// Whether `c` is a decimal digit (category Nd).
pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && contains(DIGITS, c)
}

/// The first character of `bytes` and its length; U+FFFD for each invalid byte, `None` at the
/// end.
pub(crate) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let head = bytes.get(..4).unwrap_or(bytes);
    let chunk = head.utf8_chunks().next()?;
    Some(match chunk.valid().chars().next() {
        Some(c) => (c, c.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, 1),
    })
}

/// `c` as Go's `%#U` prints it.
pub(crate) fn describe(c: char) -> String {
    let code = c as u32;
    if c.is_control() { format!("U+{code:04X}") } else { format!("U+{code:04X} '{c}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_follow_the_categories() {
        assert!(['a', '_', 'é', 'ß', '世', 'ǅ', 'ʰ', 'א'].into_iter().all(is_letter));
        assert!(!['1', '٣', 'Ⅷ', '²', ' ', '\u{300}', '😀'].into_iter().any(is_letter));
        assert!(['0', '٣', '９'].into_iter().all(is_digit));
        assert!(!['²', 'Ⅷ', 'a'].into_iter().any(is_digit));
    }

    #[test]
    fn broken_sequences_decode_byte_by_byte() {
        assert_eq!(decode("é!".as_bytes()), Some(('é', 2)));
        assert_eq!(decode(b"\xe4\xb8!"), Some(('\u{fffd}', 1)));
        assert_eq!(decode(b""), None);
    }
}
