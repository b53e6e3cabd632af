//! C text as tokens: comments, line splices and the preprocessor.
//!
//! Conditionals are evaluated with what the text itself defines and a few names of the platform.
//! Object-like macros are expanded; macros with parameters are known by name only.

use gossa_base::FxHashMap;
use std::rc::Rc;

/// A token of C.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// An identifier or keyword.
    Ident(Rc<str>),
    /// A number, with its suffix.
    Number(Rc<str>),
    /// A string literal without its quotes, escapes resolved.
    String(Rc<[u8]>),
    /// The value of a character literal.
    Char(i64),
    /// Punctuation; operators of two characters are one token.
    Punct(&'static str),
}

impl Token {
    pub(super) fn is(&self, punct: &str) -> bool {
        matches!(self, Self::Punct(found) if *found == punct)
    }

    pub(super) fn ident(&self) -> Option<&str> {
        match self {
            Self::Ident(name) => Some(name),
            _ => None,
        }
    }
}

/// What a `#define` says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Macro {
    /// Whether it has parameters.
    pub function_like: bool,
    /// Its replacement.
    pub body: Rc<[Token]>,
}

/// Tokens and macros of a text.
pub(super) struct Scanned<'h> {
    pub tokens: Vec<Token>,
    pub macros: FxHashMap<Rc<str>, Macro>,
    /// Names of macros that the text and headers that it was the first to include define, in
    /// order, and whether a header defines them.
    pub macro_order: Vec<(Rc<str>, bool)>,
    headers: &'h [(&'h str, &'h str)],
    included: Vec<bool>,
    /// Nesting of included headers.
    depth: u32,
}

/// Deepest nesting of macro expansions, and most tokens that expansion may produce.
const MAX_EXPANSION: u32 = 32;
const MAX_TOKENS: usize = 4_000_000;
/// Deepest nesting of included headers.
const MAX_INCLUDES: u32 = 60;

impl<'h> Scanned<'h> {
    pub(super) fn new(headers: &'h [(&'h str, &'h str)]) -> Self {
        Self {
            tokens: Vec::new(),
            macros: FxHashMap::default(),
            macro_order: Vec::new(),
            headers,
            included: vec![false; headers.len()],
            depth: 0,
        }
    }

    /// Starts another text: it sees the macros of headers read so far, but not those of the text
    /// before it.
    pub(super) fn start(&mut self) {
        self.tokens.clear();
        for (name, in_header) in std::mem::take(&mut self.macro_order) {
            if !in_header {
                self.macros.remove(&name);
            }
        }
    }

    /// Adds a text. `predefined` says which macros the platform defines.
    pub(super) fn add(&mut self, text: &str, predefined: &dyn Fn(&str) -> bool) {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut line = Vec::new();
        let lines = Lines::new(text);
        for logical in lines {
            line.clear();
            let active = conditions.iter().all(|c| c.active);
            match logical.trim_start().strip_prefix('#') {
                Some(directive) => {
                    self.directive(directive, &mut conditions, predefined);
                }
                None if active => {
                    scan_line(&logical, &mut line);
                    for token in line.drain(..) {
                        self.expand(token, &mut Vec::new(), 0);
                    }
                }
                None => {}
            }
        }
    }

    /// Reads a local header where it is included first.
    fn include(&mut self, name: &str, predefined: &dyn Fn(&str) -> bool) {
        let name = name.trim().trim_matches(['"', '<', '>']);
        let matches = |path: &str| {
            path == name || path.strip_suffix(name).is_some_and(|dir| dir.ends_with('/'))
        };
        let exact = self.headers.iter().position(|(path, _)| *path == name);
        let Some(at) = exact.or_else(|| self.headers.iter().position(|(path, _)| matches(path)))
        else {
            return;
        };
        if self.depth >= MAX_INCLUDES || std::mem::replace(&mut self.included[at], true) {
            return;
        }
        self.depth += 1;
        self.add(self.headers[at].1, predefined);
        self.depth -= 1;
    }

    fn expand(&mut self, token: Token, inside: &mut Vec<Rc<str>>, depth: u32) {
        if self.tokens.len() >= MAX_TOKENS {
            return;
        }
        if let Token::Ident(name) = &token
            && depth < MAX_EXPANSION
            && !inside.contains(name)
            && let Some(found) = self.macros.get(name)
            && !found.function_like
        {
            let body = found.body.clone();
            // A name for a constant is more use as a name: array lengths look it up.
            let is_constant = matches!(&*body, [Token::Number(_) | Token::Char(_)]);
            if !is_constant {
                inside.push(name.clone());
                for token in body.iter() {
                    self.expand(token.clone(), inside, depth + 1);
                }
                inside.pop();
                return;
            }
        }
        self.tokens.push(token);
    }

    fn directive(
        &mut self,
        text: &str,
        conditions: &mut Vec<Condition>,
        predefined: &dyn Fn(&str) -> bool,
    ) {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (keyword, rest) = text.split_at(end);
        let outer = conditions.iter().all(|c| c.active);
        let defined = |name: &str| self.macros.contains_key(name) || predefined(name);
        match keyword {
            "if" => {
                let holds = outer && self.condition(rest, predefined);
                conditions.push(Condition { active: holds, taken: holds || !outer });
            }
            "ifdef" | "ifndef" => {
                let holds = outer && (defined(rest.trim()) == (keyword == "ifdef"));
                conditions.push(Condition { active: holds, taken: holds || !outer });
            }
            "elif" => {
                if let Some(last) = conditions.pop() {
                    let holds = !last.taken && self.condition(rest, predefined);
                    conditions.push(Condition { active: holds, taken: last.taken || holds });
                }
            }
            "else" => {
                if let Some(last) = conditions.last_mut() {
                    last.active = !last.taken;
                    last.taken = true;
                }
            }
            "endif" => {
                conditions.pop();
            }
            "include" if outer => self.include(rest, predefined),
            "define" if outer => self.define(rest.trim_start()),
            "undef" if outer => {
                self.macros.remove(rest.trim());
            }
            _ => {}
        }
    }

    fn define(&mut self, text: &str) {
        let end = text.find(|c: char| !is_ident(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return;
        }
        let function_like = rest.starts_with('(');
        let mut body = Vec::new();
        if !function_like {
            scan_line(rest, &mut body);
        }
        let name: Rc<str> = name.into();
        let found = Macro { function_like, body: body.into() };
        if self.macros.insert(name.clone(), found).is_none() {
            self.macro_order.push((name, self.depth > 0));
        }
    }

    fn condition(&self, text: &str, predefined: &dyn Fn(&str) -> bool) -> bool {
        let mut tokens = Vec::new();
        scan_line(text, &mut tokens);
        // `defined X` and `defined(X)` become numbers, names that are left over zero.
        let mut resolved = Vec::with_capacity(tokens.len());
        let mut at = 0;
        let number = |value: bool| Token::Number(if value { "1" } else { "0" }.into());
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token.ident() {
                Some("defined") => {
                    let parenthesized = tokens.get(at).is_some_and(|t| t.is("("));
                    at += usize::from(parenthesized);
                    let name = tokens.get(at).and_then(Token::ident).unwrap_or_default();
                    at += 1;
                    at += usize::from(parenthesized);
                    resolved.push(number(self.macros.contains_key(name) || predefined(name)));
                }
                Some(name) => match self.macros.get(name) {
                    Some(found) if !found.function_like && found.body.len() == 1 => {
                        let token = found.body[0].clone();
                        let is_name = token.ident().is_some();
                        resolved.push(if is_name { number(false) } else { token });
                    }
                    _ => resolved.push(number(predefined(name))),
                },
                None => resolved.push(token.clone()),
            }
        }
        super::evaluate::integer(&resolved, &|_| None).is_some_and(|value| value != 0)
    }
}

#[derive(Clone, Copy)]
struct Condition {
    active: bool,
    /// Whether a branch was taken, so that no other is.
    taken: bool,
}

/// Logical lines: spliced at backslashes, comments replaced by blanks.
struct Lines<'t> {
    rest: &'t str,
    in_comment: bool,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, in_comment: false }
    }
}

impl Iterator for Lines<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.rest.is_empty() {
            return None;
        }
        let mut line = String::new();
        loop {
            let (physical, more) = match self.rest.split_once('\n') {
                Some((line, rest)) => {
                    self.rest = rest;
                    (line, true)
                }
                None => (std::mem::take(&mut self.rest), false),
            };
            let physical = physical.strip_suffix('\r').unwrap_or(physical);
            let (text, spliced) = match physical.strip_suffix('\\') {
                Some(text) if more => (text, true),
                _ => (physical, false),
            };
            self.strip_comments(text, &mut line);
            if !spliced {
                return Some(line);
            }
        }
    }
}

impl Lines<'_> {
    fn strip_comments(&mut self, text: &str, out: &mut String) {
        let mut rest = text;
        loop {
            if self.in_comment {
                match rest.find("*/") {
                    None => return,
                    Some(end) => {
                        rest = &rest[end + 2..];
                        self.in_comment = false;
                        out.push(' ');
                    }
                }
            }
            let Some(at) = rest.find(['/', '"', '\'']) else {
                out.push_str(rest);
                return;
            };
            let tail = &rest[at..];
            if tail.starts_with("//") {
                out.push_str(&rest[..at]);
                return;
            }
            if let Some(comment) = tail.strip_prefix("/*") {
                out.push_str(&rest[..at]);
                rest = comment;
                self.in_comment = true;
                continue;
            }
            let end = at + literal_length(tail);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
}

/// Length of a quoted literal at the start, or of one character.
fn literal_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some(&quote @ (b'"' | b'\'')) = bytes.first() else { return 1.min(bytes.len()) };
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

const PUNCTUATION: [&str; 46] = [
    "<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##", "(", ")", "[", "]", "{", "}", ";", ",", "*",
    "=", ":", ".", "<", ">", "+", "-", "/", "%", "&", "|", "^", "!", "~",
];

/// Appends the tokens of a line; characters that are none are dropped.
fn scan_line(text: &str, out: &mut Vec<Token>) {
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit()
            || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())
        {
            let mut previous = ' ';
            let end = rest.find(|c: char| {
                let part = is_ident(c)
                    || c == '.'
                    || matches!(c, '+' | '-') && matches!(previous, 'e' | 'E' | 'p' | 'P');
                previous = c;
                !part
            });
            let end = end.unwrap_or(rest.len());
            out.push(Token::Number(rest[..end].into()));
            end
        } else if is_ident(first) {
            let end = rest.find(|c: char| !is_ident(c)).unwrap_or(rest.len());
            // Prefixes of literals: L'x', u8"x".
            let literal = matches!(&rest[..end], "L" | "u" | "U" | "u8")
                && rest[end..].starts_with(['"', '\'']);
            if !literal {
                out.push(Token::Ident(rest[..end].into()));
            }
            end
        } else if first == '"' || first == '\'' {
            let end = literal_length(rest);
            let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
            let bytes = unescape(inner);
            out.push(if first == '"' {
                Token::String(bytes.into())
            } else {
                // Several characters are one number, the first in the high bits.
                let signed = |byte: u8| i64::from(byte as i8);
                match bytes.as_slice() {
                    [only] => Token::Char(signed(*only)),
                    more => Token::Char(
                        more.iter().take(4).fold(0, |value, &b| value << 8 | i64::from(b)),
                    ),
                }
            });
            end
        } else if let Some(punct) = PUNCTUATION.iter().find(|p| rest.starts_with(**p)) {
            out.push(Token::Punct(punct));
            punct.len()
        } else if first == '?' {
            out.push(Token::Punct("?"));
            1
        } else {
            first.len_utf8()
        };
        rest = rest[length..].trim_start();
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = bytes.get(at) else { break };
        at += 1;
        let digits = |at: usize, radix: u32, most: usize| {
            let run = bytes[at..].iter().take(most).take_while(|b| (**b as char).is_digit(radix));
            let count = run.count();
            let value = bytes[at..at + count].iter().fold(0_u32, |value, b| {
                value.wrapping_mul(radix).wrapping_add((*b as char).to_digit(radix).unwrap_or(0))
            });
            (value as u8, count)
        };
        match escape {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'e' => out.push(27),
            b'x' => {
                let (value, count) = digits(at, 16, usize::MAX);
                out.push(value);
                at += count;
            }
            b'0'..=b'7' => {
                let (value, count) = digits(at - 1, 8, 3);
                out.push(value);
                at += count - 1;
            }
            other => out.push(other),
        }
    }
    out
}
