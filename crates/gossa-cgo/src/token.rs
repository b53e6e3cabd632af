//! C text to preprocessing tokens, grouped into lines: the first step of reading a header.

use std::rc::Rc;

/// What a preprocessing token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Ident,
    Number,
    /// A string literal, with its prefix and quotes.
    String,
    /// A character literal, with its prefix and quotes.
    Char,
    Punct,
    /// What is no token of C.
    Other,
}

/// A preprocessing token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub text: Rc<str>,
    /// White space stands before it.
    pub space: bool,
    /// An identifier that may not be expanded any more: it came out of its own expansion.
    pub painted: bool,
}

impl Token {
    pub(crate) fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.into(), space: true, painted: false }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Punct | Kind::Ident) && &*self.text == text
    }

    pub(crate) fn is_ident(&self) -> bool {
        self.kind == Kind::Ident
    }
}

/// A line of C, continued lines joined.
#[derive(Debug)]
pub(crate) struct Line {
    /// Whether it begins with `#`, which is left out.
    pub directive: bool,
    pub tokens: Vec<Token>,
}

/// Splits a text into lines of tokens; comments are white space.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let joined = join_continued(text);
    let mut lexer = Lexer { text: joined.as_deref().unwrap_or(text), at: 0 };
    let mut lines = Vec::new();
    while lexer.at < lexer.text.len() {
        if let Some(line) = lexer.line() {
            lines.push(line);
        }
    }
    lines
}

/// The tokens of a piece of text, lines forgotten.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    for line in lines(text) {
        if line.directive {
            all.push(Token::new(Kind::Punct, "#"));
        }
        all.extend(line.tokens);
    }
    all
}

fn join_continued(text: &str) -> Option<String> {
    let has = text.as_bytes().windows(2).any(|pair| pair == b"\\\n" || pair == b"\\\r");
    has.then(|| text.replace("\\\r\n", "").replace("\\\n", ""))
}

/// Punctuators, longest first.
const PUNCTS: [&str; 47] = [
    "...", "<<=", ">>=", "##", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",
    "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "[", "]", "(", ")", "{", "}", ".", "&", "*",
    "+", "-", "~", "!", "/", "%", "<", ">", "^", "|", "?", ":", ";", "=", ",",
];

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.rest().get(ahead).copied().unwrap_or(0)
    }

    /// Skips blanks and comments; says whether there were any.
    fn blanks(&mut self) -> bool {
        let start = self.at;
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'/' if self.byte(1) == b'*' => {
                    let rest = &self.text[self.at + 2..];
                    self.at += 2 + rest.find("*/").map_or(rest.len(), |end| end + 2);
                }
                b'/' if self.byte(1) == b'/' => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                _ => break,
            }
        }
        self.at > start
    }

    fn line(&mut self) -> Option<Line> {
        self.blanks();
        let directive = self.byte(0) == b'#' && self.byte(1) != b'#';
        if directive {
            self.at += 1;
        }
        let mut tokens = Vec::new();
        loop {
            let space = self.blanks();
            if self.at >= self.text.len() {
                break;
            }
            if self.byte(0) == b'\n' {
                self.at += 1;
                break;
            }
            let mut token = self.token();
            token.space = space || tokens.is_empty();
            tokens.push(token);
        }
        (directive || !tokens.is_empty()).then_some(Line { directive, tokens })
    }

    fn take(&mut self, kind: Kind, length: usize) -> Token {
        let mut end = (self.at + length.max(1)).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        let token = Token::new(kind, &self.text[self.at..end]);
        self.at = end;
        token
    }

    fn token(&mut self) -> Token {
        let first = self.byte(0);
        if first.is_ascii_digit() || first == b'.' && self.byte(1).is_ascii_digit() {
            return self.number();
        }
        if is_ident_byte(first) {
            let length = self.rest().iter().take_while(|&&byte| is_ident_byte(byte)).count();
            let is_prefix = matches!(&self.rest()[..length], b"L" | b"u" | b"U" | b"u8");
            if is_prefix && matches!(self.byte(length), b'"' | b'\'') {
                return self.quoted(length);
            }
            return self.take(Kind::Ident, length);
        }
        if matches!(first, b'"' | b'\'') {
            return self.quoted(0);
        }
        let found = PUNCTS.iter().find(|punct| self.rest().starts_with(punct.as_bytes()));
        match found {
            Some(punct) => self.take(Kind::Punct, punct.len()),
            None if first == b'#' => self.take(Kind::Punct, 1),
            None => self.take(Kind::Other, 1),
        }
    }

    fn number(&mut self) -> Token {
        let mut length = 1;
        loop {
            let byte = self.byte(length);
            let before = self.byte(length - 1);
            let sign = matches!(byte, b'+' | b'-') && matches!(before, b'e' | b'E' | b'p' | b'P');
            // A hexadecimal number's e is a digit.
            let hexadecimal = matches!(self.rest(), [b'0', b'x' | b'X', ..]);
            let sign = sign && !(hexadecimal && matches!(before, b'e' | b'E'));
            if !(is_ident_byte(byte) || byte == b'.' || sign) {
                break;
            }
            length += 1;
        }
        self.take(Kind::Number, length)
    }

    fn quoted(&mut self, prefix: usize) -> Token {
        let quote = self.byte(prefix);
        let mut length = prefix + 1;
        loop {
            match self.rest().get(length) {
                // Not ended: an apostrophe in text that is skipped, say.
                None | Some(b'\n') => return self.take(Kind::Other, prefix + 1),
                Some(b'\\') => length += 2,
                Some(&byte) if byte == quote => break,
                Some(_) => length += 1,
            }
        }
        let kind = if quote == b'"' { Kind::String } else { Kind::Char };
        self.take(kind, length + 1)
    }
}

fn is_ident_byte(byte: u8) -> bool {
    byte == b'_' || byte == b'$' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The bytes that a literal's text stands for, quotes and prefix dropped; `None` for wide ones.
pub(crate) fn unquote(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("u8").unwrap_or(text).as_bytes();
    let [b'"' | b'\'', inner @ .., b'"' | b'\''] = text else { return None };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        at += 1;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let escape = *inner.get(at)?;
        at += 1;
        let digits = |from: usize, radix: u32, most: usize| {
            let rest = &inner[from..];
            rest.iter().take(most).take_while(|&&b| char::from(b).is_digit(radix)).count()
        };
        match escape {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            b'a' => bytes.push(7),
            b'b' => bytes.push(8),
            b'v' => bytes.push(11),
            b'f' => bytes.push(12),
            b'e' => bytes.push(27),
            b'0'..=b'7' => {
                let count = digits(at - 1, 8, 3);
                let text = std::str::from_utf8(&inner[at - 1..at - 1 + count]).ok()?;
                bytes.push((u32::from_str_radix(text, 8).ok()? & 0xff) as u8);
                at += count - 1;
            }
            b'x' => {
                let count = digits(at, 16, 8);
                let text = std::str::from_utf8(&inner[at..at + count]).ok()?;
                bytes.push((u32::from_str_radix(text, 16).ok()? & 0xff) as u8);
                at += count;
            }
            b'u' | b'U' => {
                let count = digits(at, 16, if escape == b'u' { 4 } else { 8 });
                let text = std::str::from_utf8(&inner[at..at + count]).ok()?;
                let found = char::from_u32(u32::from_str_radix(text, 16).ok()?)?;
                bytes.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
                at += count;
            }
            other => bytes.push(other),
        }
    }
    Some(bytes)
}
