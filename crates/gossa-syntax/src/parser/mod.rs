//! The parser: tokens to trees, by recursive descent.
//!
//! It accepts what the Go 1.27 compiler's parser accepts, builds the shape that `go/ast` has, and
//! speaks of errors in the compiler's words. After an error it skips to the next token that can
//! follow, or that starts a statement or declaration.
//!
//! Recursion is bounded. Every construct that nests passes [`Parser::nested`], which counts
//! levels up to [`MAX_DEPTH`] and moves to a fresh stack segment where the thread's own runs out.
//! Chains that make the tree deep without nesting in the source (`1+1+1`, `a.b.c`, `else if`) are
//! parsed by loops and counted by [`Parser::chained`]. A declaration that exceeds the limit is
//! given up, with one error, and parsing goes on with the next one.

mod decl;
mod expr;
mod stmt;
mod types;

use crate::ast::*;
use crate::builder::Builder;
use crate::lexer::Lexer;
use crate::names::{NameCache, pack};
use crate::token::{IDENT_BYTE, TokenKind, TokenKind as T, TokenSet};
use gossa_base::{Name, TextRange, TextSize};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Display;

/// How deep constructs may nest, and how long a chain such as `1+1+1` or `a.b.c` may be.
///
/// Real code stays far below: nothing in the Go tree comes to a tenth of it. What walks trees may
/// rely on it: no path from a root to a leaf is longer than a few times this number. That is more
/// than a thread's stack may hold, so walk arenas in order (children come first), loop over the
/// left operands of chains, or grow the stack as the parser does.
pub const MAX_DEPTH: u32 = 10_000;

/// The longest file that is parsed, in bytes.
pub const MAX_FILE_LEN: usize = 1 << 28;

/// What a thread keeps from one file to the next.
#[derive(Default)]
struct Scratch {
    builder: Builder,
    names: NameCache,
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Parses a file. Whatever the bytes are, there is a tree; what is wrong is in
/// [`File::errors`].
#[must_use]
pub fn parse(text: &[u8]) -> File {
    run(text, Extent::File, Recovery::Local)
}

/// Parses a file that is known to be text.
#[must_use]
pub fn parse_str(text: &str) -> File {
    run(text.as_bytes(), Extent::File, Recovery::Local)
}

/// Parses the package clause and the imports, and reads no further: the file has no other
/// declarations, no errors in them, and the comments and directives up to the first of them.
#[must_use]
pub fn parse_imports(text: &[u8]) -> File {
    run(text, Extent::Imports, Recovery::Local)
}

/// Parses a file and goes on after errors exactly as `recovery` says.
#[must_use]
pub fn parse_with(text: &[u8], recovery: Recovery) -> File {
    run(text, Extent::File, recovery)
}

/// How the parser goes on after an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recovery {
    /// A line that starts like a function declaration starts one, wherever it is: what a missing
    /// brace or parenthesis spoils ends with the function that it is missing from.
    Local,
    /// As the compiler does, error by error: without the closing brace the functions that follow
    /// are taken for statements.
    Compiler,
}

/// How much of a file to parse.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    File,
    Imports,
}

fn run(text: &[u8], extent: Extent, recovery: Recovery) -> File {
    if text.len() > MAX_FILE_LEN {
        let at = TextRange::empty(TextSize::new(0));
        let message = format!("file is longer than {MAX_FILE_LEN} bytes");
        return File {
            package: None,
            package_range: at,
            decls: Box::default(),
            comments: Box::default(),
            directives: Box::default(),
            errors: Box::new([SyntaxError { range: at, message }]),
            len: TextSize::new(u32::try_from(text.len()).unwrap_or(u32::MAX)),
        };
    }
    let scratch = SCRATCH.take().unwrap_or_default();
    let mut parser = Parser {
        lex: Lexer::new(text),
        valid: std::str::from_utf8(text).ok(),
        scratch,
        level: 0,
        functions: 0,
        depth: 0,
        chain: 0,
        errors_before: 0,
        recovery,
        interrupted: None,
    };
    let (package, package_range, decls) = parser.file(extent);
    let Parser { lex, mut scratch, .. } = parser;
    scratch.builder.abandon();
    SCRATCH.set(Some(scratch));
    File {
        package,
        package_range,
        decls: decls.into_boxed_slice(),
        comments: lex.comments.into_boxed_slice(),
        directives: lex.directives.into_boxed_slice(),
        errors: lex.errors.finish(),
        len: TextSize::new(text.len() as u32),
    }
}

/// Keywords that start a statement: good places to go on after an error in a function.
const STATEMENT_STARTS: TokenSet = TokenSet::new(&[
    T::Break,
    T::Const,
    T::Continue,
    T::Defer,
    T::Fallthrough,
    T::For,
    T::Go,
    T::Goto,
    T::If,
    T::Return,
    T::Select,
    T::Switch,
    T::Type,
    T::Var,
]);

/// Keywords that start a top-level declaration.
const DECL_STARTS: TokenSet = TokenSet::new(&[T::Import, T::Const, T::Type, T::Var, T::Func]);

const CLOSERS: TokenSet = TokenSet::new(&[T::RightParen, T::RightBracket, T::RightBrace]);

struct Parser<'a> {
    lex: Lexer<'a>,
    /// The file as text, where it is valid UTF-8.
    valid: Option<&'a str>,
    scratch: Box<Scratch>,
    /// How deep in brackets an expression is; -1 in the header of a control statement, where a
    /// brace after a name opens the block.
    level: i32,
    /// How deep in function bodies.
    functions: u32,
    /// How deep constructs are nested.
    depth: u32,
    /// The longest chain of left operands in what was parsed since the enclosing chain began.
    chain: u32,
    /// How many errors there were before the current declaration.
    errors_before: usize,
    recovery: Recovery,
    /// Why the current declaration ends before its time. All tokens are [`T::Eof`] then.
    interrupted: Option<Interruption>,
}

/// Why a declaration ends before its time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interruption {
    /// The next function begins, although this declaration is not complete.
    NextFunction,
    /// It is nested too deep.
    TooDeep,
}

impl<'a> Parser<'a> {
    #[inline]
    fn builder(&mut self) -> &mut Builder {
        &mut self.scratch.builder
    }

    #[inline]
    fn tok(&self) -> TokenKind {
        self.lex.tok
    }

    /// File offset of the current token.
    #[inline]
    fn pos(&self) -> u32 {
        self.lex.start
    }

    /// File offset of the end of the token before.
    #[inline]
    fn previous_end(&self) -> u32 {
        self.lex.previous_end
    }

    #[inline]
    fn next(&mut self) {
        self.lex.next();
    }

    #[inline]
    fn got(&mut self, kind: TokenKind) -> bool {
        let found = self.lex.tok == kind;
        if found {
            self.next();
        }
        found
    }

    /// Consumes a token of this kind, or reports its lack and consumes whatever is there.
    #[inline]
    fn want(&mut self, kind: TokenKind) {
        if !self.got(kind) {
            self.wanted(kind);
        }
    }

    #[cold]
    fn wanted(&mut self, kind: TokenKind) {
        self.syntax_error(format_args!("expected {}", in_words(kind)));
        self.advance(TokenSet::new(&[]));
    }

    /// Consumes `=`; accepts `:=` with an error.
    fn got_assign(&mut self) -> bool {
        if self.tok() == T::Define {
            self.syntax_error("expected =");
            self.next();
            return true;
        }
        self.got(T::Assign)
    }

    /// Skips to a token of `follow`, or one that starts a statement when in a function. With
    /// an empty set exactly one token is skipped.
    #[cold]
    fn advance(&mut self, follow: TokenSet) {
        if follow.is_empty() {
            if self.tok() != T::Eof && !self.at_next_function() {
                self.next();
            }
            return;
        }
        let set = if self.functions > 0 { follow.union(STATEMENT_STARTS) } else { follow };
        while self.tok() != T::Eof && !set.contains(self.tok()) && !self.at_next_function() {
            self.next();
        }
    }

    /// Whether the current token, which is not expected here, begins a function declaration: a
    /// line starts with `func name` or `func (...) name(`. Then the current declaration ends
    /// here.
    #[cold]
    fn at_next_function(&mut self) -> bool {
        if self.tok() != T::Func || self.recovery == Recovery::Compiler || !self.at_line_start() {
            return false;
        }
        let text = self.lex.text();
        let rest = text.get(self.lex.end as usize..).unwrap_or_default();
        let found = looks_like_function(rest);
        if found {
            self.interrupted = Some(Interruption::NextFunction);
            self.lex.stop_before();
        }
        found
    }

    /// [`Self::at_next_function`] where a function literal may stand, with an error if it is
    /// none.
    fn interrupted_by_function(&mut self) -> bool {
        if !self.at_line_start() {
            return false;
        }
        let (at, after) = (self.pos(), self.lex.end);
        let found = self.at_next_function();
        if found {
            // In the compiler's words: it reads a function literal, and misses its parameters.
            let text = self.lex.text();
            let rest = text.get(after as usize..).unwrap_or_default();
            let start = text.len() - rest.trim_ascii_start().len();
            let name = text[start..].iter().take_while(|byte| is_word(byte)).count();
            if name == 0 {
                let message = "syntax error: unexpected keyword func, expected }";
                self.lex.errors.report(at as usize, after as usize, message);
            } else {
                let end = start + name;
                let name = self.text(start as u32, end as u32);
                let message = format_args!("syntax error: unexpected name {name}, expected (");
                self.lex.errors.report(start, end, message);
            }
        }
        found
    }

    /// Reports an error at the current token as it is.
    #[cold]
    fn error(&mut self, message: impl Display) {
        self.lex.errors.report(self.lex.start as usize, self.lex.end as usize, message);
    }

    /// Reports an error at a file offset as it is.
    #[cold]
    fn error_at(&mut self, at: u32, message: impl Display) {
        self.lex.errors.report(at as usize, at as usize, message);
    }

    /// Reports that the current token is not what stands here. `what` continues "unexpected TOKEN"
    /// and begins with `expected`, `in`, `at` or `after`.
    #[cold]
    fn syntax_error(&mut self, what: impl Display) {
        if self.is_follow_up() {
            return self.lex.errors.drop_one();
        }
        let what = what.to_string();
        let starts = ["in ", "at ", "after ", "expected "];
        if !starts.iter().any(|start| what.starts_with(start)) {
            return self.error(format_args!("syntax error: {what}"));
        }
        let comma = if what.starts_with("expected ") { "," } else { "" };
        let found = self.token_in_words();
        self.error(format_args!("syntax error: unexpected {found}{comma} {what}"));
    }

    /// Whether an error would say no more than that the file ends early, after another error.
    fn is_follow_up(&self) -> bool {
        self.tok() == T::Eof && !self.lex.errors.is_empty()
    }

    /// Reports a syntax error at a file offset, in its own words.
    #[cold]
    fn syntax_error_at(&mut self, at: u32, what: impl Display) {
        if self.is_follow_up() {
            return self.lex.errors.drop_one();
        }
        self.error_at(at, format_args!("syntax error: {what}"));
    }

    /// The current token as messages name it.
    fn token_in_words(&self) -> Cow<'a, str> {
        let text = || String::from_utf8_lossy(self.lex.token_bytes());
        match self.tok() {
            T::Ident => Cow::Owned(format!("name {}", text())),
            T::Semicolon => Cow::Borrowed(self.semicolon_in_words(self.pos())),
            kind if kind.is_literal() => Cow::Owned(format!("literal {}", text())),
            kind => in_words(kind),
        }
    }

    /// What stands for the semicolon at a file offset.
    fn semicolon_in_words(&self, at: u32) -> &'static str {
        match self.lex.text().get(at as usize) {
            Some(b';') => "semicolon",
            Some(_) => "newline",
            None => "EOF",
        }
    }

    /// The text of a range of the file, with replacement characters for invalid UTF-8.
    fn text(&self, start: u32, end: u32) -> Cow<'a, str> {
        let (start, end) = (start as usize, end as usize);
        match self.valid.and_then(|text| text.get(start..end)) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.lex.text().get(start..end).unwrap_or_default()),
        }
    }

    /// Runs `parse` one level deeper. Every recursion of the grammar goes through here.
    #[inline]
    fn nested<R>(&mut self, parse: impl FnOnce(&mut Self) -> R) -> R {
        /// Levels between looks at the stack, and what those levels need at most.
        const STRIDE: u32 = 16;
        const RED_ZONE: usize = 128 << 10;
        const SEGMENT: usize = 2 << 20;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.give_up();
        }
        let result = if self.depth.is_multiple_of(STRIDE) {
            stacker::maybe_grow(RED_ZONE, SEGMENT, || parse(self))
        } else {
            parse(self)
        };
        self.depth -= 1;
        result
    }

    /// Counts a link of a chain whose operands have just been parsed.
    #[inline]
    fn chained(&mut self) {
        self.chain += 1;
        if self.chain > MAX_DEPTH {
            self.give_up();
        }
    }

    /// Ends the current declaration here: to the functions that are at work it looks like the
    /// end of the file.
    #[cold]
    fn give_up(&mut self) {
        if self.interrupted != Some(Interruption::TooDeep) {
            self.error("syntax error: exceeded max nesting depth");
            self.interrupted = Some(Interruption::TooDeep);
            self.lex.errors.muted = true;
            self.lex.stop();
        }
    }

    /// Whether the declaration was interrupted; if so, goes on to the next place that looks like
    /// the start of a declaration: one of its keywords at the start of a line.
    fn recovered(&mut self) -> bool {
        if self.interrupted.take().is_none() {
            return false;
        }
        self.level = 0;
        self.functions = 0;
        self.chain = 0;
        self.builder().abandon();
        self.lex.resume();
        self.next();
        while self.tok() != T::Eof && !(DECL_STARTS.contains(self.tok()) && self.at_line_start()) {
            self.next();
        }
        self.lex.errors.muted = false;
        true
    }

    fn at_line_start(&self) -> bool {
        let before = (self.pos() as usize).checked_sub(1);
        before.is_none_or(|at| self.lex.text().get(at) == Some(&b'\n'))
    }

    /// Parses elements up to and including `close`, separated by `separator`, which may also end
    /// the list. `element` returns whether it must be the last. Returns the offset of `close`.
    #[inline]
    fn list(
        &mut self,
        context: &str,
        separator: TokenKind,
        close: TokenKind,
        mut element: impl FnMut(&mut Self) -> bool,
    ) -> u32 {
        let mut done = false;
        while self.tok() != T::Eof && self.tok() != close && !done {
            done = element(self);
            if !self.got(separator) && self.tok() != close {
                self.syntax_error(format_args!(
                    "in {context}; possibly missing {} or {}",
                    in_words(separator),
                    in_words(close)
                ));
                self.advance(CLOSERS);
                if self.tok() != close {
                    return self.pos();
                }
            }
        }
        let at = self.pos();
        self.want(close);
        at
    }

    /// An identifier expression for the current token, which is consumed.
    #[inline]
    fn ident_here(&mut self) -> ExprId {
        let (start, end) = (self.lex.start, self.lex.end);
        let name = match self.valid.and_then(|text| text.get(start as usize..end as usize)) {
            Some(text) => self.scratch.names.get(text, self.lex.packed),
            None => Name::new(&self.text(start, end)),
        };
        self.next();
        self.builder().expr(Expr::Ident(name), start, end, start)
    }

    /// A blank identifier that stands for a missing one.
    fn blank_ident(&mut self) -> ExprId {
        let at = self.pos();
        let name = self.scratch.names.get("_", pack(b"_"));
        self.builder().expr(Expr::Ident(name), at, at, at)
    }

    /// An identifier; `_` with an error where there is none.
    #[inline]
    fn ident(&mut self) -> ExprId {
        if self.tok() == T::Ident {
            return self.ident_here();
        }
        let blank = self.blank_ident();
        self.syntax_error("expected name");
        self.advance(TokenSet::new(&[]));
        blank
    }

    /// An expression that stands for a missing one at the current token.
    fn bad_expr(&mut self) -> ExprId {
        let at = self.pos();
        self.builder().expr(Expr::Bad, at, at, at)
    }
}

/// A kind of token as messages name it.
fn in_words(kind: TokenKind) -> Cow<'static, str> {
    if kind.is_keyword() {
        Cow::Owned(format!("keyword {}", kind.spelling()))
    } else {
        Cow::Borrowed(kind.spelling())
    }
}

/// Whether a byte may be part of an identifier.
fn is_word(byte: &u8) -> bool {
    IDENT_BYTE[*byte as usize] || *byte >= 0x80
}

/// Whether what follows `func` is a name, or a receiver, a name and a parameter list.
fn looks_like_function(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    if rest.first().is_some_and(is_word) {
        return true;
    }
    let mut depth = 0_u32;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'\n' => return false,
            _ => {}
        }
        if depth == 0 {
            let rest = rest[at + 1..].trim_ascii_start();
            let name = rest.iter().take_while(|byte| is_word(byte)).count();
            let after = rest[name..].trim_ascii_start();
            return *byte == b')' && name > 0 && matches!(after.first(), Some(b'(' | b'['));
        }
    }
    false
}
