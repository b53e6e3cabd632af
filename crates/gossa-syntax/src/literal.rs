//! The rare shapes of literals: everything that the lexer's short paths leave over, and what can
//! be wrong with them, in the compiler's words.
//!
//! Each function takes the text from the literal on and the literal's offset in the file, and
//! returns the literal's length.

use crate::errors::Errors;
use crate::token::TokenKind as T;
use crate::unicode::{decode, describe};

fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        10 => "decimal",
        _ => "hexadecimal",
    }
}

/// Reports at most one error of a literal: the rest would follow from it.
struct Once<'e, 'a> {
    errors: &'e mut Errors<'a>,
    offset: usize,
    ok: bool,
}

impl Once<'_, '_> {
    fn report(&mut self, at: usize, message: impl std::fmt::Display) {
        if self.ok {
            self.errors.report(self.offset + at, self.offset + at + 1, message);
            self.ok = false;
        }
    }
}

/// A run of digits and separators.
#[derive(Default)]
struct Digits {
    any: bool,
    separators: bool,
    /// The first decimal digit that the base has not.
    invalid: Option<usize>,
}

impl Digits {
    fn scan(&mut self, text: &[u8], mut at: usize, base: u32) -> usize {
        while let Some(&byte) = text.get(at) {
            match byte {
                b'_' => self.separators = true,
                b'0'..=b'9' => {
                    self.any = true;
                    if u32::from(byte - b'0') >= base && self.invalid.is_none() {
                        self.invalid = Some(at);
                    }
                }
                _ if base == 16 && byte.is_ascii_hexdigit() => self.any = true,
                _ => break,
            }
            at += 1;
        }
        at
    }
}

/// An integer, floating-point or imaginary literal.
pub(crate) fn number(text: &[u8], offset: usize, errors: &mut Errors<'_>) -> (T, usize) {
    let mut once = Once { errors, offset, ok: true };
    let peek = |at: usize| text.get(at).copied().unwrap_or(0);
    let mut kind = T::Int;
    let mut digits = Digits::default();
    // The prefix letter; `0` for a bare leading zero, NUL for none.
    let (base, prefix, mut at) = match (peek(0), peek(1).to_ascii_lowercase()) {
        (b'0', b'x') => (16, b'x', 2),
        (b'0', b'o') => (8, b'o', 2),
        (b'0', b'b') => (2, b'b', 2),
        (b'0', _) => (8, b'0', 0),
        _ => (10, 0, 0),
    };
    at = digits.scan(text, at, base);
    if peek(at) == b'.' {
        if matches!(prefix, b'o' | b'b') {
            once.report(at, format_args!("invalid radix point in {} literal", base_name(base)));
        }
        kind = T::Float;
        at = digits.scan(text, at + 1, base);
    }
    if !digits.any {
        once.report(at, format_args!("{} literal has no digits", base_name(base)));
    }
    match peek(at) {
        letter @ (b'e' | b'E' | b'p' | b'P') => {
            let letter = letter as char;
            let decimal = letter.eq_ignore_ascii_case(&'e');
            if decimal && !matches!(prefix, 0 | b'0') {
                once.report(at, format_args!("'{letter}' exponent requires decimal mantissa"));
            } else if !decimal && prefix != b'x' {
                once.report(at, format_args!("'{letter}' exponent requires hexadecimal mantissa"));
            }
            kind = T::Float;
            at += 1;
            if matches!(peek(at), b'+' | b'-') {
                at += 1;
            }
            let mut exponent = Digits::default();
            at = exponent.scan(text, at, 10);
            if !exponent.any {
                once.report(at, "exponent has no digits");
            }
            digits.separators |= exponent.separators;
        }
        _ if prefix == b'x' && kind == T::Float => {
            once.report(at, "hexadecimal mantissa requires a 'p' exponent");
        }
        _ => {}
    }
    if peek(at) == b'i' {
        kind = T::Imaginary;
        at += 1;
    }
    if kind == T::Int
        && let Some(invalid) = digits.invalid
    {
        let digit = peek(invalid) as char;
        once.report(
            invalid,
            format_args!("invalid digit '{digit}' in {} literal", base_name(base)),
        );
    }
    if digits.separators
        && let Some(wrong) = misplaced_separator(&text[..at], prefix)
    {
        once.report(wrong, "'_' must separate successive digits");
    }
    (kind, at)
}

/// The first `_` that is not between digits; a base prefix counts as a digit. Of two in a row
/// the second is the wrong one.
fn misplaced_separator(literal: &[u8], prefix: u8) -> Option<usize> {
    let first = if matches!(prefix, b'x' | b'o' | b'b') { 2 } else { 0 };
    let digit = |byte: u8| byte.is_ascii_digit() || prefix == b'x' && byte.is_ascii_hexdigit();
    (first..literal.len()).filter(|&at| literal[at] == b'_').find(|&at| {
        let before = at == first && first > 0 || at > first && digit(literal[at - 1]);
        let after = literal.get(at + 1).is_some_and(|&byte| digit(byte) || byte == b'_');
        !(before && after)
    })
}

/// An interpreted string, of which `at` bytes hold nothing of note. It ends before a newline.
pub(crate) fn string(text: &[u8], mut at: usize, offset: usize, errors: &mut Errors<'_>) -> usize {
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', &text[at..]).unwrap_or(text.len() - at);
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at = escape(text, at, b'"', offset, errors).0,
            Some(_) => {
                errors.report(offset + at, offset + at, "newline in string");
                return at;
            }
            None => {
                errors.report(offset, offset + 1, "string not terminated");
                return at;
            }
        }
    }
}

/// A rune literal.
pub(crate) fn rune(text: &[u8], offset: usize, errors: &mut Errors<'_>) -> usize {
    let mut once = Once { errors, offset, ok: true };
    let mut at = 1;
    let mut characters = 0;
    loop {
        let Some((c, len)) = decode(&text[at..]) else {
            once.report(0, "rune literal not terminated");
            return at;
        };
        match c {
            '\'' => {
                if characters == 0 {
                    once.report(at, "empty rune literal or unescaped '");
                } else if characters > 1 {
                    once.report(0, "more than one character in rune literal");
                }
                return at + 1;
            }
            '\\' => {
                let (next, ok) = escape(text, at, b'\'', offset, once.errors);
                once.ok &= ok;
                at = next;
            }
            '\n' => {
                once.report(at, "newline in rune literal");
                return at;
            }
            _ => at += len,
        }
        characters += 1;
    }
}

/// An escape sequence whose backslash is at `at`: where it ends, and whether it is right.
fn escape(
    text: &[u8],
    at: usize,
    quote: u8,
    offset: usize,
    errors: &mut Errors<'_>,
) -> (usize, bool) {
    let (count, base, first) = match text.get(at + 1) {
        Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\') => return (at + 2, true),
        Some(&byte) if byte == quote => return (at + 2, true),
        Some(b'0'..=b'7') => (3, 8, at + 1),
        Some(b'x') => (2, 16, at + 2),
        Some(b'u') => (4, 16, at + 2),
        Some(b'U') => (8, 16, at + 2),
        Some(_) => {
            errors.report(offset + at + 1, offset + at + 2, "unknown escape");
            return (at + 1, false);
        }
        // The missing end is reported for the literal.
        None => return (at + 1, true),
    };
    let mut value: u32 = 0;
    for index in first..first + count {
        let Some((c, len)) = decode(&text[index.min(text.len())..]) else {
            return (text.len(), true);
        };
        let Some(digit) = c.to_digit(base) else {
            let name = base_name(base);
            let shown = match c {
                '\n' => "'\\n'".to_owned(),
                '\'' => "'\\''".to_owned(),
                c if c.is_control() => format!("'\\x{:02x}'", c as u32),
                c => format!("'{c}'"),
            };
            let message = format!("invalid character {shown} in {name} escape");
            errors.report(offset + index, offset + index + len, message);
            return (index, false);
        };
        // Eight hexadecimal digits fill 32 bits exactly.
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    let end = first + count;
    let wrong = if base == 8 && value > 255 {
        format!("octal escape value {value} > 255")
    } else if char::from_u32(value).is_none() {
        let shown = char::from_u32(value).map_or_else(|| format!("U+{value:04X}"), describe);
        format!("escape is invalid Unicode code point {shown}")
    } else {
        return (end, true);
    };
    errors.report(offset + end, offset + end + 1, wrong);
    (end, false)
}
