//! Tokens of the textual form. Total: any text is a sequence of tokens, some of them [`Unknown`].
//!
//! [`Unknown`]: TokenKind::Unknown

use crate::words::{continues_word, joins_word, starts_word};

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// See [`crate::words`].
    Word,
    /// A number: an integer, a fraction, a decimal or a hexadecimal floating-point number.
    Number,
    /// A quoted string, quotes included.
    String,
    /// A single character.
    Punct(u8),
    /// `->`
    Arrow,
    /// `<-`
    LeftArrow,
    /// `...`
    Ellipsis,
    /// One or more ends of lines.
    Newline,
    /// Something else: a stray character, or a string that does not end.
    Unknown,
    /// The end of the text.
    End,
}

/// A token: what it is and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Makes tokens from a text. A copy continues on its own, to look ahead.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Ends of lines before `at`.
    lines: u32,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, lines: 0 }
    }

    /// How many lines end before the end of the last token.
    pub(super) fn lines(&self) -> u32 {
        self.lines
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    pub(super) fn next(&mut self) -> Token {
        self.skip_blanks();
        let start = self.at;
        let token = |kind, end| Token { kind, start, end };
        let Some(first) = self.char(start) else {
            return token(TokenKind::End, start);
        };
        let (kind, end) = match first {
            '\n' => {
                self.skip_lines();
                return token(TokenKind::Newline, self.at);
            }
            '"' => self.string(),
            '0'..='9' => (TokenKind::Number, self.number(start + 1)),
            '-' if self.byte(start + 1) == b'>' => (TokenKind::Arrow, start + 2),
            '-' if self.byte(start + 1).is_ascii_digit() => {
                (TokenKind::Number, self.number(start + 2))
            }
            '<' if self.byte(start + 1) == b'-' => (TokenKind::LeftArrow, start + 2),
            '.' if self.byte(start + 1) == b'.' && self.byte(start + 2) == b'.' => {
                (TokenKind::Ellipsis, start + 3)
            }
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | ':' | '.' | '=' | '#' | '$' | '*' | '&'
            | '|' | '~' | '@' => (TokenKind::Punct(first as u8), start + 1),
            _ if starts_word(first) => (TokenKind::Word, self.word(start + first.len_utf8())),
            _ => (TokenKind::Unknown, start + first.len_utf8()),
        };
        self.at = end;
        token(kind, end)
    }

    /// Skips spaces and a comment, up to the end of the line.
    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        if bytes.get(self.at) == Some(&b';') {
            let rest = &bytes[self.at..];
            self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        }
    }

    /// Skips ends of lines and lines without tokens.
    fn skip_lines(&mut self) {
        while self.byte(self.at) == b'\n' {
            self.at += 1;
            self.lines += 1;
            self.skip_blanks();
        }
    }

    fn word(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(at) {
                Some(b) if b.is_ascii_alphanumeric() || *b == b'_' => at += 1,
                Some(b) if joins_word((*b).into()) => match self.char(at + 1) {
                    Some(c) if continues_word(c) => at += 1 + c.len_utf8(),
                    _ => return at,
                },
                Some(b) if !b.is_ascii() => match self.char(at) {
                    Some(c) if continues_word(c) => at += c.len_utf8(),
                    _ => return at,
                },
                _ => return at,
            }
        }
    }

    fn number(&self, mut at: usize) -> usize {
        loop {
            let byte = self.byte(at);
            let sign_of_exponent =
                matches!(byte, b'+' | b'-') && matches!(self.byte(at - 1), b'e' | b'p');
            let point = byte == b'.' && self.byte(at + 1).is_ascii_digit();
            if !(byte.is_ascii_alphanumeric() || byte == b'/' || sign_of_exponent || point) {
                return at;
            }
            at += 1;
        }
    }

    fn string(&self) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => return (TokenKind::String, at + 1),
                // What is escaped is looked at when the string is unquoted.
                Some(b'\\') if bytes.get(at + 1).is_some_and(|&b| b.is_ascii() && b != b'\n') => {
                    at += 2;
                }
                None | Some(b'\n' | b'\\') => return (TokenKind::Unknown, at.min(bytes.len())),
                Some(_) => at += 1,
            }
        }
    }
}

/// The bytes that a quoted string (with its quotes) stands for; `None` when an escape is wrong.
pub(super) fn unquote(quoted: &str) -> Option<Vec<u8>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let bytes = inner.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let escape = *bytes.get(at)?;
        at += 1;
        let digits = match escape {
            b'a' => 0,
            b'b' => 0,
            b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"' => 0,
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        if digits == 0 {
            out.push(match escape {
                b'a' => 0x07,
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 0x0b,
                other => other,
            });
            continue;
        }
        let mut code = 0u32;
        for &digit in bytes.get(at..at + digits)? {
            code = code.checked_mul(16)? + char::from(digit).to_digit(16)?;
        }
        at += digits;
        if escape == b'x' {
            out.push(code as u8);
        } else {
            let mut buffer = [0; 4];
            out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut buffer).as_bytes());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(text);
        let mut tokens = Vec::new();
        loop {
            let token = lexer.next();
            if token.kind == TokenKind::End {
                return tokens;
            }
            tokens.push((token.kind, &text[token.start..token.end]));
        }
    }

    #[test]
    fn words_end_where_ids_do() {
        use TokenKind::*;
        assert_eq!(
            kinds("v0.(a.b/c-d.T[1e-5]) <-x -> -3/4 0x8p-2: ...y ; c"),
            [
                (Word, "v0"),
                (Punct(b'.'), "."),
                (Punct(b'('), "("),
                (Word, "a.b/c-d.T"),
                (Punct(b'['), "["),
                (Number, "1e-5"),
                (Punct(b']'), "]"),
                (Punct(b')'), ")"),
                (LeftArrow, "<-"),
                (Word, "x"),
                (Arrow, "->"),
                (Number, "-3/4"),
                (Number, "0x8p-2"),
                (Punct(b':'), ":"),
                (Ellipsis, "..."),
                (Word, "y"),
            ]
        );
        assert_eq!(kinds("\"a"), [(Unknown, "\"a")]);
        assert_eq!(kinds("\n ; x\n\n  y").len(), 2);
    }

    #[test]
    fn strings_are_what_quoting_makes() {
        let bytes: Vec<u8> = (0..=255).chain("é\u{2028}\u{10ffff}".bytes()).collect();
        let quoted = gossa_types::constant::quote(&bytes);
        assert_eq!(unquote(&quoted), Some(bytes));
        for wrong in ["\"", "\"\\q\"", "\"\\x0\"", "\"\\ud800\"", "\"\\Uffffffff\""] {
            assert_eq!(unquote(wrong), None, "{wrong}");
        }
    }
}
