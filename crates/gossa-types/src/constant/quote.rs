//! Quoting of byte strings the way Go's `%q` does.

use std::fmt::Write;

use super::printable::PRINTABLE;

/// Whether Go prints a character as it is: letters, marks, numbers,
/// punctuation, symbols, and the ASCII space.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    let code = u32::from(character);
    let following = PRINTABLE.partition_point(|&(first, _)| first <= code);
    following
        .checked_sub(1)
        .and_then(|index| PRINTABLE.get(index))
        .is_some_and(|&(_, last)| code <= last)
}

/// The bytes as a double-quoted Go string literal. What is not printable is
/// escaped, and so are bytes that are not UTF-8.
pub fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_escaped(&mut quoted, character);
        }
        for byte in chunk.invalid() {
            push(&mut quoted, format_args!("\\x{byte:02x}"));
        }
    }
    quoted.push('"');
    quoted
}

fn push(quoted: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = quoted.write_fmt(text);
}

fn push_escaped(quoted: &mut String, character: char) {
    match character {
        '"' => quoted.push_str("\\\""),
        '\\' => quoted.push_str("\\\\"),
        '\x07' => quoted.push_str("\\a"),
        '\x08' => quoted.push_str("\\b"),
        '\x0c' => quoted.push_str("\\f"),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        '\x0b' => quoted.push_str("\\v"),
        _ if is_printable(character) => quoted.push(character),
        _ => match u32::from(character) {
            code @ (..0x20 | 0x7f) => push(quoted, format_args!("\\x{code:02x}")),
            code @ ..0x1_0000 => push(quoted, format_args!("\\u{code:04x}")),
            code => push(quoted, format_args!("\\U{code:08x}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{PRINTABLE, quote};

    #[test]
    fn escapes_what_is_not_printable() {
        let bytes =
            b"a\"\\\n\x00\x7f\xff\xe4\xb8\x96\xc2\xa0\xf0\x9f\x98\x80\xf3\xa0\x80\x81\xe4\xb8";
        let expected = r#""a\"\\\n\x00\x7f\xff世\u00a0😀\U000e0001\xe4\xb8""#;
        assert_eq!(quote(bytes), expected);
    }

    #[test]
    fn the_table_is_sorted_and_apart() {
        assert!(PRINTABLE.iter().all(|(first, last)| first <= last));
        assert!(PRINTABLE.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
    }
}
