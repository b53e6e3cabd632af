//! The values of Go's string literals.

/// The value of a Go string literal; none if it is malformed or no UTF-8.
#[must_use]
pub fn unquote(literal: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(literal).ok()?;
    if let Some(raw) = text.strip_prefix('`') {
        return Some(raw.strip_suffix('`')?.replace('\r', ""));
    }
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let kind = rest.chars().next()?;
        rest = &rest[kind.len_utf8()..];
        let (digits, radix) = match kind {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (3, 8),
            _ => {
                bytes.push(match kind {
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => b'\n',
                    'r' => b'\r',
                    't' => b'\t',
                    'v' => 11,
                    '\\' | '"' => kind as u8,
                    _ => return None,
                });
                continue;
            }
        };
        let digits_text = if radix == 8 {
            // The first octal digit was read as the kind.
            let start = inner.len() - rest.len() - 1;
            rest = rest.get(digits - 1..)?;
            inner.get(start..start + digits)?
        } else {
            let text = rest.get(..digits)?;
            rest = &rest[digits..];
            text
        };
        if !digits_text.bytes().all(|b| char::from(b).is_digit(radix)) {
            return None;
        }
        let value = u32::from_str_radix(digits_text, radix).ok()?;
        if kind == 'u' || kind == 'U' {
            let mut buffer = [0; 4];
            bytes.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut buffer).as_bytes());
        } else {
            bytes.push(u8::try_from(value).ok()?);
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_literals_are_unquoted() {
        assert_eq!(unquote(br#""a\x62\143\u00e4\n""#).as_deref(), Some("abc\u{e4}\n"));
        assert_eq!(unquote(b"`a\\b`").as_deref(), Some("a\\b"));
        for bad in [&br#""\q""#[..], br#""\x4""#, br#""\xff""#, b"a", br#""\400""#, b"\"\\"] {
            assert_eq!(unquote(bad), None);
        }
    }
}
