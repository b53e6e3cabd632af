//! Eight bytes at a time in one register: how the lexer finds the ends of words and strings
//! without a branch for each byte.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const ASCII: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The eight bytes from `at` on, the first one lowest; zeros beyond the end.
#[inline]
pub(crate) fn load(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => load_end(text, at),
    }
}

#[cold]
fn load_end(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

/// The lowest `len` bytes of `bytes`; `len` is at most 7.
#[inline]
pub(crate) const fn keep(bytes: u64, len: usize) -> u64 {
    bytes & ((1 << (8 * len)) - 1)
}

/// The high bit of each byte of `bytes`, all below 0x80, that is at least `least`.
const fn at_least(bytes: u64, least: u8) -> u64 {
    bytes + (0x80 - least as u64) * LOW
}

/// How many of the lowest bytes may be part of an ASCII identifier: letters, digits, `_`.
#[inline]
pub(crate) const fn word_len(bytes: u64) -> usize {
    let ascii = bytes & ASCII;
    let folded = ascii | (0x20 * LOW);
    let letters = at_least(folded, b'a') & !at_least(folded, b'z' + 1);
    let digits = at_least(ascii, b'0') & !at_least(ascii, b'9' + 1);
    let underscores = !at_least(ascii ^ (b'_' as u64 * LOW), 1);
    let rest = !(letters | digits | underscores) | bytes;
    ((rest & HIGH).trailing_zeros() / 8) as usize
}

/// How many of the lowest bytes are neither a double quote nor a backslash nor a newline.
#[inline]
pub(crate) const fn plain_len(bytes: u64) -> usize {
    // A zero byte borrows from those above it at most, so that the lowest hit is right.
    const fn zeros(bytes: u64) -> u64 {
        bytes.wrapping_sub(LOW) & !bytes
    }
    let hits = zeros(bytes ^ (b'"' as u64 * LOW))
        | zeros(bytes ^ (b'\\' as u64 * LOW))
        | zeros(bytes ^ (b'\n' as u64 * LOW));
    ((hits & HIGH).trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(bytes: &[u8], holds: fn(u8) -> bool) -> usize {
        bytes.iter().take_while(|&&byte| holds(byte)).count()
    }

    #[test]
    fn agrees_with_loops_over_bytes() {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_plain = |byte: u8| !matches!(byte, b'"' | b'\\' | b'\n');
        for byte in 0..=255 {
            for other in [b'a', b'Z', b'0', b'_', b' ', 0x80, 0xff, 0] {
                for place in 0..8 {
                    let mut bytes = [other; 8];
                    bytes[place] = byte;
                    let packed = load(&bytes, 0);
                    assert_eq!(word_len(packed), naive(&bytes, is_word), "{bytes:?}");
                    assert_eq!(plain_len(packed), naive(&bytes, is_plain), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn loads_zeros_beyond_the_end() {
        assert_eq!(load(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!(load(b"abc", 3), 0);
        assert_eq!(load(b"0123456789", 2), u64::from_le_bytes(*b"23456789"));
        assert_eq!(keep(load(b"abcdefgh", 0), 2), u64::from(u16::from_le_bytes(*b"ab")));
    }
}
