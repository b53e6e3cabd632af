//! Token runs to external declarations, one text each. A declaration that the grammar cannot
//! read then spoils no other, and one that several preambles share is parsed once.

use crate::preprocess::Origin;
use crate::token::{Kind, Token};
use std::ops::Range;

/// What a `#pragma pack` looks like among tokens; its arguments follow in the same token.
pub(crate) const PACK: &str = "\u{1}pack";

/// One external declaration.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub origin: Origin,
    pub tokens: Vec<Token>,
    /// The largest alignment of members that `#pragma pack` allows.
    pub pack: Option<u64>,
}

impl Chunk {
    /// The declaration as C text.
    pub(crate) fn text(&self) -> String {
        text(&self.tokens)
    }
}

pub(crate) fn text(tokens: &[Token]) -> String {
    let mut text = String::with_capacity(tokens.len() * 6);
    for token in tokens {
        text.push_str(&token.text);
        text.push(' ');
    }
    text
}

/// The name that padding bits get.
pub(crate) const PADDING: &str = "__gossa_padding";

/// Splits runs of tokens. Bodies of functions are dropped: what is left is a prototype.
pub(crate) fn split(runs: Vec<(Origin, Vec<Token>)>) -> Vec<Chunk> {
    let mut splitter = Splitter {
        chunks: Vec::new(),
        tokens: Vec::new(),
        depth: 0,
        body: None,
        pack: None,
        packs: Vec::new(),
        origin: Origin::Own,
        old_style: None,
    };
    for (origin, tokens) in runs {
        if splitter.tokens.is_empty() {
            splitter.origin = origin;
        }
        let tokens = normalize(tokens);
        for token in tokens {
            if splitter.tokens.is_empty() {
                splitter.origin = origin;
            }
            splitter.token(token);
        }
    }
    splitter.chunks
}

struct Splitter {
    chunks: Vec<Chunk>,
    tokens: Vec<Token>,
    /// Open brackets.
    depth: u32,
    /// In a function's body: the number of open braces.
    body: Option<u32>,
    pack: Option<u64>,
    packs: Vec<Option<u64>>,
    origin: Origin,
    old_style: Option<OldStyle>,
}

/// A function definition as before C was standardized: `int f(a, b) char a; float b; { ... }`.
struct OldStyle {
    /// Where the names of parameters stand.
    names: Range<usize>,
    /// Where their declarations end, as far as they were read.
    end: usize,
}

impl Splitter {
    fn token(&mut self, token: Token) {
        if let Some(arguments) = token.text.strip_prefix(PACK) {
            self.pragma_pack(arguments);
            return;
        }
        if let Some(depth) = &mut self.body {
            *depth += u32::from(token.is("{"));
            *depth -= u32::from(token.is("}"));
            if *depth == 0 {
                self.body = None;
                self.tokens.push(Token::new(Kind::Punct, ";"));
                self.finish();
            }
            return;
        }
        match (token.kind, &*token.text) {
            (Kind::Punct, "{") if self.depth == 0 && self.is_extern_c() => self.drop_tokens(),
            (Kind::Punct, "{") if self.depth == 0 && self.is_function_head() => {
                if let Some(found) = self.old_style.take() {
                    // It says as little of its parameters as `int f()`.
                    self.tokens.truncate(self.declarator_end(&found));
                    self.tokens.drain(found.names);
                }
                self.name_result();
                self.body = Some(1);
            }
            (Kind::Punct, "(" | "[" | "{") => {
                self.depth += 1;
                self.tokens.push(token);
            }
            // The end of `extern "C" {`, or one too many.
            (Kind::Punct, ")" | "]" | "}") if self.depth == 0 => self.drop_tokens(),
            (Kind::Punct, ")" | "]" | "}") => {
                self.depth -= 1;
                self.tokens.push(token);
            }
            (Kind::Punct, ";") if self.depth == 0 => {
                self.tokens.push(token);
                if !self.continues_old_style() {
                    self.finish();
                }
            }
            _ => self.tokens.push(token),
        }
    }

    fn drop_tokens(&mut self) {
        self.tokens.clear();
        self.old_style = None;
    }

    fn finish(&mut self) {
        let tokens = std::mem::take(&mut self.tokens);
        self.old_style = None;
        let is_assertion =
            tokens.first().is_some_and(|t| t.is("_Static_assert") || t.is("static_assert"));
        if tokens.len() > 1 && !is_assertion {
            self.chunks.push(Chunk { origin: self.origin, tokens, pack: self.pack });
        }
    }

    fn is_extern_c(&self) -> bool {
        matches!(&self.tokens[..], [word, name] if word.is("extern") && name.kind == Kind::String)
    }

    /// Whether a brace here opens a function's body: a parameter list stands before it.
    fn is_function_head(&self) -> bool {
        if self.old_style.as_ref().is_some_and(|found| found.end == self.tokens.len()) {
            return true;
        }
        let mut depth = 0_u32;
        for (at, token) in self.tokens.iter().enumerate().rev() {
            if token.is(")") {
                depth += 1;
            } else if token.is("(") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
                    return !before.is_some_and(|t| t.is("__attribute__") || t.is("_Alignas"));
                }
            } else if depth == 0 {
                return false;
            }
        }
        false
    }

    /// Whether the semicolon just read ends the declaration of a parameter rather than of a
    /// function: it declares one of the names in parentheses.
    fn continues_old_style(&mut self) -> bool {
        let found = match &self.old_style {
            Some(found) => found.names.clone(),
            None => match names_in_parentheses(&self.tokens) {
                Some(found) => found,
                None => return false,
            },
        };
        let start = match &self.old_style {
            Some(known) => known.end,
            None => match declarator_end(&self.tokens, found.end) {
                Some(end) => end,
                None => return false,
            },
        };
        let names = &self.tokens[found.clone()];
        let is_name =
            |token: &Token| token.is_ident() && names.iter().any(|name| name.text == token.text);
        let declaration = &self.tokens[start..];
        let continues = names.len() <= MAX_NAMES
            && declaration.len() > 2
            && declaration[0].is_ident()
            && declaration[1..].iter().any(is_name);
        self.old_style = continues.then_some(OldStyle { names: found, end: self.tokens.len() });
        continues
    }

    fn declarator_end(&self, found: &OldStyle) -> usize {
        declarator_end(&self.tokens, found.names.end).unwrap_or(self.tokens.len())
    }

    /// A function that is defined without a type for its result has an `int`.
    fn name_result(&mut self) {
        let name = self.tokens.windows(2).position(|pair| pair[0].is_ident() && pair[1].is("("));
        let Some(name) = name else { return };
        let says_nothing = |token: &Token| {
            matches!(
                &*token.text,
                "static" | "extern" | "inline" | "__inline" | "__inline__" | "register"
            )
        };
        // Of `double (*f(int))(int)` the parentheses do not end the declarator.
        let is_name = balanced(&self.tokens, name + 1) == self.tokens.len();
        if is_name && self.tokens[..name].iter().all(says_nothing) {
            self.tokens.insert(name, Token::new(Kind::Ident, "int"));
        }
    }

    /// `(n)`, `(push)`, `(push,n)`, `(pop)`, `()`.
    fn pragma_pack(&mut self, arguments: &str) {
        for word in arguments.trim_matches(['(', ')']).split(',') {
            match word {
                "push" => self.packs.push(self.pack),
                "pop" => self.pack = self.packs.pop().flatten(),
                "" => self.pack = None,
                number => self.pack = number.parse().ok().filter(|pack| *pack > 0),
            }
        }
    }
}

/// Most tokens in the list of names of an old-style definition.
const MAX_NAMES: usize = 255;

/// The first list of mere names in parentheses.
fn names_in_parentheses(tokens: &[Token]) -> Option<Range<usize>> {
    let mut start = None;
    for (at, token) in tokens.iter().enumerate() {
        match (&*token.text, start) {
            ("(", _) => start = Some(at + 1),
            (")", Some(start)) if at > start => return Some(start..at),
            (",", _) => {}
            _ if token.is_ident() => {}
            _ => start = None,
        }
    }
    None
}

/// Behind the last parenthesis of a declarator, from inside one on.
fn declarator_end(tokens: &[Token], from: usize) -> Option<usize> {
    let mut depth = tokens[..from].iter().fold(0_u32, |depth, token| match &*token.text {
        "(" => depth + 1,
        ")" => depth.saturating_sub(1),
        _ => depth,
    });
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match &*token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let goes_on = tokens.get(at + 1).is_some_and(|next| next.is("(") || next.is("["));
        if depth == 0 && token.is(")") && !goes_on {
            return Some(at + 1);
        }
    }
    None
}

/// Drops what says nothing about types, and respells what the grammar does not know.
fn normalize(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next_is = |text: &str| tokens.get(at + 1).is_some_and(|next| next.is(text));
        match &*token.text {
            "__attribute__" | "__declspec" if token.is_ident() && next_is("(") => {
                let end = balanced(&tokens, at + 1);
                let matters = tokens[at..end].iter().any(|token| {
                    let word = token.text.trim_matches('_');
                    matches!(word, "packed" | "aligned" | "align" | "mode" | "vector_size")
                });
                if matters && token.is("__attribute__") {
                    out.extend(tokens[at..end].iter().cloned());
                }
                at = end;
            }
            "asm" if token.is_ident() => {
                at += 1;
                while tokens.get(at).is_some_and(|t| t.is("volatile") || t.is("goto")) {
                    at += 1;
                }
                at = balanced(&tokens, at);
            }
            // Padding bits have no name, but the grammar wants one.
            ":" if is_unnamed_bits(&out) => {
                out.push(Token::new(Kind::Ident, PADDING));
                out.push(token.clone());
                at += 1;
            }
            "[" if next_is("[") => at = balanced(&tokens, at),
            "_Complex" if token.is_ident() => {
                at += 1;
                let (before, after) =
                    (complex_parts(out.iter().rev()), complex_parts(&tokens[at..]));
                let name = match (before, after) {
                    (Some((count, name)), _) => {
                        out.truncate(out.len() - count);
                        name
                    }
                    (None, Some((count, name))) => {
                        at += count;
                        name
                    }
                    (None, None) => "__gossa_unknown",
                };
                out.push(Token::new(Kind::Ident, name));
            }
            "_Atomic" if next_is("(") => {
                let end = balanced(&tokens, at + 1);
                out.extend(tokens[at + 2..end.max(at + 3) - 1].iter().cloned());
                at = end;
            }
            "_Atomic" => at += 1,
            "typeof" if next_is("(") => {
                out.push(Token::new(Kind::Ident, "__gossa_unknown"));
                at = balanced(&tokens, at + 1);
            }
            _ => {
                out.push(token.clone());
                at += 1;
            }
        }
    }
    out
}

/// The type of the parts of a complex number, next to `_Complex`: of how many words it is, and the
/// name by which the complex type is known from here on.
fn complex_parts<'t>(words: impl IntoIterator<Item = &'t Token>) -> Option<(usize, &'static str)> {
    let mut words = words.into_iter().map(|token| &*token.text);
    match (words.next()?, words.next()) {
        ("float", _) => Some((1, "__gossa_complexfloat")),
        ("double", Some("long")) | ("long", Some("double")) => {
            Some((2, "__gossa_complexlongdouble"))
        }
        ("double", _) => Some((1, "__gossa_complexdouble")),
        _ => None,
    }
}

/// Whether what stands before a `:` is a type only.
fn is_unnamed_bits(before: &[Token]) -> bool {
    match before {
        [.., last]
            if matches!(
                &*last.text,
                "int" | "unsigned" | "signed" | "char" | "short" | "long" | "_Bool"
            ) =>
        {
            true
        }
        [.., open, last] => (open.is(";") || open.is("{")) && last.is_ident(),
        _ => false,
    }
}

/// Behind the bracket that closes the one at `at`.
fn balanced(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_u32;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match &*token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// Other readings of a declaration that the grammar did not take: without attributes, and without
/// words that look like macros of a header that was not read.
pub(crate) fn simpler(tokens: &[Token]) -> Vec<Vec<Token>> {
    let mut plain = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.is("__attribute__") {
            at = balanced(tokens, at + 1);
        } else {
            plain.push(token.clone());
            at += 1;
        }
    }
    let mut unprefixed = Vec::with_capacity(plain.len());
    let mut at = 0;
    while let Some(token) = plain.get(at) {
        let next = plain.get(at + 1);
        let starts_type = |next: &Token| next.is_ident() || next.is("*");
        if looks_like_macro(token) && next.is_some_and(starts_type) {
            at += 1;
        } else if looks_like_macro(token) && at == 0 && next.is_some_and(|next| next.is("(")) {
            at = balanced(&plain, 1);
        } else if looks_like_macro(token)
            && next.is_some_and(|next| next.is(";"))
            && plain.get(at.wrapping_sub(1)).is_some_and(|before| before.is(")"))
        {
            at += 1;
        } else {
            unprefixed.push(token.clone());
            at += 1;
        }
    }
    let mut readings = Vec::new();
    if plain.len() != tokens.len() {
        readings.push(plain.clone());
    }
    if unprefixed.len() != plain.len() {
        readings.push(unprefixed);
    }
    readings
}

fn looks_like_macro(token: &Token) -> bool {
    token.is_ident()
        && token.text.len() > 2
        && token.text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && token.text.bytes().any(|b| b.is_ascii_uppercase())
}
