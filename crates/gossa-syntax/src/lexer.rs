//! The lexer: bytes to tokens, with automatic semicolons.
//!
//! It is driven by the parser one token at a time, keeps only the current token, and never fails:
//! what is no token is reported and skipped. Comments and directives are collected on the way.

use crate::ast::Comment;
use crate::directive::{self, Directive};
use crate::errors::Errors;
use crate::literal;
use crate::names::{pack, pack_at};
use crate::swar;
use crate::token::{IDENT_BYTE, TokenKind as T, WORD_START, keyword};
use crate::unicode::{decode, describe, is_digit, is_letter};
use gossa_base::TextRange;
use memchr::{memchr, memmem};

/// The byte order mark in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

pub(crate) struct Lexer<'a> {
    /// What is being lexed: all of the file, or less of it once the parser gave up on a
    /// declaration.
    src: &'a [u8],
    full: &'a [u8],
    /// Kind of the current token.
    pub(crate) tok: T,
    /// First byte of the current token.
    pub(crate) start: u32,
    /// One past the last byte of the current token.
    pub(crate) end: u32,
    /// The packed form of the current token if it is an identifier.
    pub(crate) packed: u64,
    /// One past the last byte of the token before.
    pub(crate) previous_end: u32,
    pub(crate) comments: Vec<Comment>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) errors: Errors<'a>,
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new((start as u32).into(), (end as u32).into())
}

impl<'a> Lexer<'a> {
    /// A lexer before the first token. The length of `text` must fit into 32 bits.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let mut errors = Errors::new(text);
        check_encoding(text, &mut errors);
        let start = if text.starts_with(BOM) { BOM.len() as u32 } else { 0 };
        Self {
            src: text,
            full: text,
            tok: T::Semicolon,
            start,
            end: start,
            packed: 0,
            previous_end: start,
            comments: Vec::new(),
            directives: Vec::new(),
            errors,
        }
    }

    /// The file.
    pub(crate) fn text(&self) -> &'a [u8] {
        self.full
    }

    /// The bytes of the current token.
    #[inline]
    pub(crate) fn token_bytes(&self) -> &'a [u8] {
        self.full.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Makes the current token and all that follow the end of the file, until [`Self::resume`].
    pub(crate) fn stop(&mut self) {
        let at = (self.end as usize).min(self.full.len());
        self.src = &self.full[..at];
        self.tok = T::Eof;
        self.start = self.end;
    }

    /// As [`Self::stop`], but the current token is the first after [`Self::resume`].
    pub(crate) fn stop_before(&mut self) {
        self.end = self.start;
        self.stop();
    }

    /// Ends a [`Self::stop`]: the next token is the one after the stop.
    pub(crate) fn resume(&mut self) {
        self.src = self.full;
        self.tok = T::Semicolon;
    }

    #[inline]
    fn set(&mut self, tok: T, start: usize, len: usize) {
        self.tok = tok;
        self.start = start as u32;
        self.end = (start + len) as u32;
    }

    #[inline]
    fn peek(&self, at: usize) -> u8 {
        self.src.get(at).copied().unwrap_or(0)
    }

    /// Moves on to the next token.
    #[inline]
    pub(crate) fn next(&mut self) {
        let src = self.src;
        let newline_ends = self.tok.ends_statement();
        let before = std::mem::replace(&mut self.previous_end, self.end);
        let mut at = self.end as usize;
        loop {
            let Some(&byte) = src.get(at) else {
                if self.tok == T::Eof {
                    // There is no end after the end.
                    self.previous_end = before;
                }
                let tok = if newline_ends { T::Semicolon } else { T::Eof };
                return self.set(tok, at.min(src.len()), 0);
            };
            // The most frequent first: a branch is cheaper than a jump table.
            if matches!(byte, b' ' | b'\t' | b'\r') {
                at += 1;
                continue;
            }
            if WORD_START[byte as usize] {
                return self.word(at);
            }
            match byte {
                b'\n' => {
                    if newline_ends {
                        return self.set(T::Semicolon, at, 1);
                    }
                    at += 1;
                }
                b'0'..=b'9' => return self.number(at),
                b'"' => return self.string(at),
                b'`' => return self.raw_string(at),
                b'\'' => return self.rune(at),
                b'/' => match self.peek(at + 1) {
                    b'/' => at = self.line_comment(at),
                    b'*' => {
                        let (end, lines) = self.block_comment(at);
                        if newline_ends && lines {
                            return self.set(T::Semicolon, at, end - at);
                        }
                        at = end;
                    }
                    b'=' => return self.set(T::SlashAssign, at, 2),
                    _ => return self.set(T::Slash, at, 1),
                },
                b'(' => return self.set(T::LeftParen, at, 1),
                b')' => return self.set(T::RightParen, at, 1),
                b'[' => return self.set(T::LeftBracket, at, 1),
                b']' => return self.set(T::RightBracket, at, 1),
                b'{' => return self.set(T::LeftBrace, at, 1),
                b'}' => return self.set(T::RightBrace, at, 1),
                b',' => return self.set(T::Comma, at, 1),
                b';' => return self.set(T::Semicolon, at, 1),
                b'.' => {
                    let second = self.peek(at + 1);
                    if second.is_ascii_digit() {
                        return self.number(at);
                    }
                    if second == b'.' && self.peek(at + 2) == b'.' {
                        return self.set(T::Ellipsis, at, 3);
                    }
                    return self.set(T::Dot, at, 1);
                }
                b':' => return self.one_or_assign(at, T::Colon, T::Define),
                b'=' => return self.one_or_assign(at, T::Assign, T::Equal),
                b'!' => return self.one_or_assign(at, T::Not, T::NotEqual),
                b'*' => return self.one_or_assign(at, T::Star, T::StarAssign),
                b'%' => return self.one_or_assign(at, T::Percent, T::PercentAssign),
                b'^' => return self.one_or_assign(at, T::Xor, T::XorAssign),
                b'~' => return self.set(T::Tilde, at, 1),
                b'+' => match self.peek(at + 1) {
                    b'+' => return self.set(T::Increment, at, 2),
                    _ => return self.one_or_assign(at, T::Plus, T::PlusAssign),
                },
                b'-' => match self.peek(at + 1) {
                    b'-' => return self.set(T::Decrement, at, 2),
                    _ => return self.one_or_assign(at, T::Minus, T::MinusAssign),
                },
                b'|' => match self.peek(at + 1) {
                    b'|' => return self.set(T::LogicalOr, at, 2),
                    _ => return self.one_or_assign(at, T::Or, T::OrAssign),
                },
                b'&' => match (self.peek(at + 1), self.peek(at + 2)) {
                    (b'&', _) => return self.set(T::LogicalAnd, at, 2),
                    (b'^', b'=') => return self.set(T::AndNotAssign, at, 3),
                    (b'^', _) => return self.set(T::AndNot, at, 2),
                    _ => return self.one_or_assign(at, T::And, T::AndAssign),
                },
                b'<' => match (self.peek(at + 1), self.peek(at + 2)) {
                    (b'<', b'=') => return self.set(T::ShlAssign, at, 3),
                    (b'<', _) => return self.set(T::Shl, at, 2),
                    (b'-', _) => return self.set(T::Arrow, at, 2),
                    _ => return self.one_or_assign(at, T::Less, T::LessEqual),
                },
                b'>' => match (self.peek(at + 1), self.peek(at + 2)) {
                    (b'>', b'=') => return self.set(T::ShrAssign, at, 3),
                    (b'>', _) => return self.set(T::Shr, at, 2),
                    _ => return self.one_or_assign(at, T::Greater, T::GreaterEqual),
                },
                // Reported with the encoding.
                0 => at += 1,
                0xef if src[at..].starts_with(BOM) => at += BOM.len(),
                0x80.. => return self.unicode_word(at, at),
                _ => {
                    let message = format_args!("invalid character {}", describe(byte as char));
                    self.errors.report(at, at + 1, message);
                    at += 1;
                }
            }
        }
    }

    #[inline]
    fn one_or_assign(&mut self, at: usize, one: T, assign: T) {
        if self.peek(at + 1) == b'=' { self.set(assign, at, 2) } else { self.set(one, at, 1) }
    }

    #[inline]
    fn word(&mut self, at: usize) {
        let head = swar::load(self.src, at);
        let mut len = swar::word_len(head);
        if len == 8 {
            loop {
                let more = swar::word_len(swar::load(self.src, at + len));
                len += more;
                if more < 8 {
                    break;
                }
            }
        }
        let end = at + len;
        if self.peek(end) >= 0x80 {
            return self.unicode_word(at, end);
        }
        self.packed = pack_at(self.src, at, len, head);
        self.set(keyword(&self.src[at..end], self.packed), at, len);
    }

    /// An identifier with characters beyond ASCII from `end` on. As in the compiler, characters
    /// that may not stand there are complained about, and taken as part of the identifier.
    #[cold]
    fn unicode_word(&mut self, at: usize, mut end: usize) {
        let src = self.src;
        while let Some((c, len)) = decode(&src[end..]) {
            if c.is_ascii() {
                if !IDENT_BYTE[c as usize] {
                    break;
                }
            } else if src[end..].starts_with(BOM) {
                break;
            } else if is_digit(c) {
                if end == at {
                    let message = format!("identifier cannot begin with digit {}", describe(c));
                    self.errors.report(end, end + len, message);
                }
            } else if !is_letter(c) {
                let message = format!("invalid character {} in identifier", describe(c));
                self.errors.report(end, end + len, message);
            }
            end += len;
        }
        self.packed = pack(&src[at..end]);
        self.set(T::Ident, at, end - at);
    }

    #[inline]
    fn number(&mut self, at: usize) {
        let src = self.src;
        let mut end = at;
        while let Some(byte) = src.get(end)
            && byte.is_ascii_digit()
        {
            end += 1;
        }
        let next = self.peek(end);
        let simple = (src[at] != b'0' || end == at + 1) && end > at;
        if simple && next != b'.' && !IDENT_BYTE[next as usize] {
            return self.set(T::Int, at, end - at);
        }
        let (tok, len) = literal::number(&src[at..], at, &mut self.errors);
        self.set(tok, at, len);
    }

    #[inline]
    fn string(&mut self, at: usize) {
        let src = self.src;
        let mut end = at + 1;
        loop {
            let plain = swar::plain_len(swar::load(src, end));
            end += plain;
            if plain < 8 || end >= src.len() {
                break;
            }
        }
        let end = end.min(src.len());
        if src.get(end) == Some(&b'"') {
            return self.set(T::String, at, end + 1 - at);
        }
        let len = literal::string(&src[at..], end - at, at, &mut self.errors);
        self.set(T::String, at, len);
    }

    fn raw_string(&mut self, at: usize) {
        let end = match memchr(b'`', &self.src[at + 1..]) {
            Some(len) => at + 1 + len + 1,
            None => {
                self.errors.report(at, at + 1, "string not terminated");
                self.src.len()
            }
        };
        self.set(T::String, at, end - at);
    }

    fn rune(&mut self, at: usize) {
        let (first, second) = (self.peek(at + 1), self.peek(at + 2));
        if second == b'\'' && first.is_ascii() && !matches!(first, b'\\' | b'\'' | b'\n') {
            return self.set(T::Rune, at, 3);
        }
        let len = literal::rune(&self.src[at..], at, &mut self.errors);
        self.set(T::Rune, at, len);
    }

    /// Records the comment that starts at `at` and returns where the newline after it is.
    fn line_comment(&mut self, at: usize) -> usize {
        let src = self.src;
        let mut end = memchr(b'\n', &src[at..]).map_or(src.len(), |len| at + len);
        let next = end;
        if src[end - 1] == b'\r' && end - 1 > at + 1 {
            end -= 1;
        }
        self.comments.push(Comment { range: range(at, end) });
        let line_start = at == 0 || src[at - 1] == b'\n';
        directive::line_comment(
            &src[at..end],
            at,
            line_start,
            &mut self.directives,
            &mut self.errors,
        );
        next
    }

    /// Records the comment that starts at `at`; returns its end and whether it has a newline.
    fn block_comment(&mut self, at: usize) -> (usize, bool) {
        let src = self.src;
        let end = match memmem::find(&src[at + 2..], b"*/") {
            Some(len) => at + 2 + len + 2,
            None => {
                self.errors.report(at, at + 2, "comment not terminated");
                src.len()
            }
        };
        self.comments.push(Comment { range: range(at, end) });
        directive::block_comment(&src[at..end], at, &mut self.directives, &mut self.errors);
        (end, memchr(b'\n', &src[at..end]).is_some())
    }
}

/// Reports NUL bytes, byte order marks that are not at the start, and invalid UTF-8, wherever
/// they are.
fn check_encoding(text: &[u8], errors: &mut Errors<'_>) {
    if memchr(0, text).is_some() {
        for at in memchr::memchr_iter(0, text) {
            errors.report(at, at + 1, "invalid NUL character");
        }
    }
    if text.is_ascii() {
        return;
    }
    for at in memmem::find_iter(text, BOM).filter(|&at| at > 0) {
        errors.report(at, at + BOM.len(), "invalid BOM in the middle of the file");
    }
    if std::str::from_utf8(text).is_err() {
        let mut at = 0;
        for chunk in text.utf8_chunks() {
            at += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                errors.report(at, at + chunk.invalid().len(), "invalid UTF-8 encoding");
            }
            at += chunk.invalid().len();
        }
    }
}
