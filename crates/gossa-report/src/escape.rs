//! Neutralising text that the analysed code controls.
//!
//! Source lines, names, paths and messages may hold terminal escapes, bidirectional overrides, or
//! carriage returns that hide what was printed before them. Everything the text form prints goes
//! through here first; what could act on a terminal or reorder text becomes visible instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longer messages are cut: a message is a sentence, not a file.
const MAX_MESSAGE_CHARS: usize = 2000;

/// Marks places in text under construction. Unicode keeps this code point for internal use, and
/// escaped text never contains it.
pub(crate) const MARKER: char = '\u{fdd0}';

/// The text as one line that is safe to print: line breaks and tabs as a blank, control and
/// reordering characters made visible, and a bound on its length.
#[must_use]
pub fn escape_line(text: &str) -> Cow<'_, str> {
    let plain = text.len() <= MAX_MESSAGE_CHARS && !text.chars().any(is_hostile);
    if plain {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len().min(MAX_MESSAGE_CHARS + 8));
    for (count, char) in text.chars().enumerate() {
        if count == MAX_MESSAGE_CHARS {
            line.push('…');
            break;
        }
        if matches!(char, '\t' | '\n' | '\r') {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            push_visible(&mut line, char);
        }
    }
    Cow::Owned(line)
}

/// Appends a character of source text. Tabs stay, the renderer aligns them.
pub(crate) fn push_source_char(line: &mut String, char: char) {
    if char == '\t' {
        line.push(char);
    } else {
        push_visible(line, char);
    }
}

fn push_visible(line: &mut String, char: char) {
    match char {
        // Unicode has pictures of the ASCII control characters.
        '\0'..='\x1f' => line.extend(char::from_u32(0x2400 + u32::from(char))),
        '\x7f' => line.push('\u{2421}'),
        _ if is_hostile(char) => {
            // Writing to a string cannot fail.
            let _ = write!(line, "<U+{:04X}>", u32::from(char));
        }
        _ => line.push(char),
    }
}

/// Whether the character could act on a terminal, break the line, reorder or hide text.
fn is_hostile(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'      // marks, zero-width space
            | '\u{2028}' | '\u{2029}'                              // line and paragraph separator
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'    // embeddings and isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'                 // byte-order mark, annotations
            | '\u{e0000}'..='\u{e007f}'                            // tags
            | '\u{fdd0}'..='\u{fdef}'                              // not characters: MARKER
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_untouched() {
        for text in ["", "`p` is lost", "größe 世界 👩‍👩‍👧"] {
            assert!(matches!(escape_line(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn terminal_escapes_become_visible() {
        assert_eq!(escape_line("\x1b[31mred\x1b]0;title\x07"), "␛[31mred␛]0;title␇");
        assert_eq!(escape_line("\u{9b}31m\x7f\0"), "<U+009B>31m␡␀");
    }

    #[test]
    fn reordering_becomes_visible() {
        assert_eq!(escape_line(&format!("a{MARKER}b")), "a<U+FDD0>b");
        assert_eq!(escape_line("a\u{202e}b\u{2066}c"), "a<U+202E>b<U+2066>c");
    }

    #[test]
    fn lines_cannot_be_forged() {
        assert_eq!(escape_line("a\r\n\n\terror: b"), "a error: b");
        assert_eq!(escape_line("a\u{2028}b"), "a<U+2028>b");
    }

    #[test]
    fn length_is_bounded() {
        assert!(escape_line(&"é".repeat(1 << 20)).len() < 5000);
    }
}
