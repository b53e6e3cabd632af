//! The parser's state, its steps over tokens, and the top of the grammar.

use super::lexer::{Lexer, Token, TokenKind, unquote};
use super::{ReadErrorKind, TextFile};
use crate::words::numbered;
use gossa_base::Name;

/// Types and constant tables may nest this deep. Go source that nests deeper is refused earlier.
const MAX_DEPTH: u32 = 20_000;

/// An error at a byte offset; boxed because it is rare and results are not.
pub(super) struct Failure {
    pub(super) at: usize,
    pub(super) kind: Box<ReadErrorKind>,
}

pub(super) type Parsed<T> = Result<T, Failure>;

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    lexer: Lexer<'t>,
    /// The token that is looked at.
    pub(super) token: Token,
    /// The line that it starts on, from 1.
    pub(super) line: u32,
    depth: u32,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lexer = Lexer::new(text);
        let token = lexer.next();
        let mut parser = Self { text, lexer, token, line: lexer.lines() + 1, depth: 0 };
        parser.skip_newlines();
        parser
    }

    pub(super) fn advance(&mut self) {
        self.token = self.lexer.next();
        self.line = self.lexer.lines() + 1;
    }

    pub(super) fn peek(&self) -> Token {
        let mut ahead = self.lexer;
        ahead.next()
    }

    pub(super) fn skip_newlines(&mut self) {
        while self.token.kind == TokenKind::Newline {
            self.advance();
        }
    }

    pub(super) fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    pub(super) fn fail<T>(&self, kind: ReadErrorKind) -> Parsed<T> {
        self.fail_at(self.token.start, kind)
    }

    pub(super) fn fail_at<T>(&self, at: usize, kind: ReadErrorKind) -> Parsed<T> {
        Err(Failure { at, kind: Box::new(kind) })
    }

    pub(super) fn expected<T>(&self, expected: &'static str) -> Parsed<T> {
        let found = match self.token.kind {
            TokenKind::End => "the end of the text".to_owned(),
            TokenKind::Newline => "the end of the line".to_owned(),
            _ => format!("`{}`", shortened(self.text_of(self.token))),
        };
        self.fail(ReadErrorKind::Expected { expected, found })
    }

    pub(super) fn unknown<T>(&self, what: &'static str) -> Parsed<T> {
        let found = shortened(self.text_of(self.token));
        self.fail(ReadErrorKind::UnknownVariant { what, found })
    }

    #[inline]
    pub(super) fn at(&self, punct: u8) -> bool {
        self.token.kind == TokenKind::Punct(punct)
    }

    /// Steps over a character if it is next.
    #[inline]
    pub(super) fn eat(&mut self, punct: u8) -> bool {
        let found = self.at(punct);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, punct: u8, expected: &'static str) -> Parsed<()> {
        if self.eat(punct) { Ok(()) } else { self.expected(expected) }
    }

    pub(super) fn expect_kind(&mut self, kind: TokenKind, expected: &'static str) -> Parsed<()> {
        if self.token.kind != kind {
            return self.expected(expected);
        }
        self.advance();
        Ok(())
    }

    /// The word that is next, without stepping over it.
    #[inline]
    pub(super) fn peek_word(&self) -> Option<&'t str> {
        (self.token.kind == TokenKind::Word).then(|| self.text_of(self.token))
    }

    /// Steps over this word if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_word(&mut self, expected: &'static str) -> Parsed<&'t str> {
        match self.peek_word() {
            Some(word) => {
                self.advance();
                Ok(word)
            }
            None => self.expected(expected),
        }
    }

    /// A number of the given integer type.
    pub(super) fn integer<N: std::str::FromStr>(&mut self) -> Parsed<N> {
        if self.token.kind != TokenKind::Number {
            return self.expected("a number");
        }
        let text = self.text_of(self.token);
        match text.parse() {
            Ok(number) => {
                self.advance();
                Ok(number)
            }
            Err(_) => self.fail(ReadErrorKind::Number(shortened(text))),
        }
    }

    pub(super) fn bytes(&mut self) -> Parsed<Vec<u8>> {
        if self.token.kind != TokenKind::String {
            return self.expected("a string");
        }
        match unquote(self.text_of(self.token)) {
            Some(bytes) => {
                self.advance();
                Ok(bytes)
            }
            None => self.fail(ReadErrorKind::String),
        }
    }

    pub(super) fn string(&mut self) -> Parsed<String> {
        let token = self.token;
        let bytes = self.bytes()?;
        String::from_utf8(bytes).or_else(|_| self.fail_at(token.start, ReadErrorKind::String))
    }

    /// A word without joining characters, or a quoted name.
    pub(super) fn name(&mut self) -> Parsed<Name> {
        if self.token.kind == TokenKind::String {
            return Ok(Name::new(&self.string()?));
        }
        match self.peek_word() {
            Some(word) if !word.contains(crate::words::joins_word) => {
                self.advance();
                Ok(Name::new(word))
            }
            _ => self.expected("a name"),
        }
    }

    /// Items with commas between, up to the closing character, which is stepped over.
    pub(super) fn list_until(
        &mut self,
        close: u8,
        expected: &'static str,
        mut item: impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        if self.eat(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.eat(close) {
                return Ok(());
            }
            self.expect(b',', expected)?;
        }
    }

    /// One level of nesting deeper.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return self.fail(ReadErrorKind::TooDeep);
        }
        self.depth += 1;
        let parsed = stacker::maybe_grow(64 << 10, 1 << 20, || parse(self));
        self.depth -= 1;
        parsed
    }

    pub(super) fn end_of_line(&mut self) -> Parsed<()> {
        match self.token.kind {
            TokenKind::Newline => {
                self.advance();
                Ok(())
            }
            TokenKind::End => Ok(()),
            _ => self.expected("the end of the line"),
        }
    }

    pub(super) fn file(&mut self) -> Parsed<TextFile> {
        let mut file = TextFile::default();
        loop {
            self.skip_newlines();
            if self.token.kind == TokenKind::End {
                return Ok(file);
            }
            match self.peek_word() {
                Some("func" | "rangebody") => file.bodies.push(self.body()?),
                Some("test") => {
                    self.advance();
                    let start = self.token.start;
                    let mut end = start;
                    while !matches!(self.token.kind, TokenKind::Newline | TokenKind::End) {
                        end = self.token.end;
                        self.advance();
                    }
                    file.tests.push(self.text.get(start..end).unwrap_or("").to_owned());
                }
                Some("type") => {
                    self.advance();
                    let decl = self.decl()?;
                    self.expect(b'=', "`=`")?;
                    let ty = self.ty()?;
                    self.end_of_line()?;
                    file.types.push((decl, ty));
                }
                _ => return self.expected("a function"),
            }
        }
    }

    pub(super) fn only_type(&mut self) -> Parsed<gossa_types::TypeId> {
        let ty = self.ty()?;
        self.skip_newlines();
        if self.token.kind == TokenKind::End {
            Ok(ty)
        } else {
            self.expected("the end of the text")
        }
    }

    /// The number of the `v3` that is next.
    #[inline]
    pub(super) fn peek_value(&self) -> Option<u32> {
        numbered(self.peek_word()?, b'v')
    }

    /// The number of the `b3` that is next.
    #[inline]
    pub(super) fn peek_block(&self) -> Option<u32> {
        numbered(self.peek_word()?, b'b')
    }
}

/// A piece of text for a message.
pub(super) fn shortened(text: &str) -> String {
    const LENGTH: usize = 40;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
