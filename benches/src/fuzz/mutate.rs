//! Mutations: from files that are Go to files that nearly are.
//!
//! They work on tokens rather than bytes for the most part, because a parser rejects random bytes
//! at once and is tested by what it takes for Go for a while. Each is a function from text to
//! text; an input is a file and a few of them.

use super::Input;
use super::random::Random;
use gossa_base::TextRange;
use std::ops::Range;

/// A file that inputs are made of.
pub(super) struct Seed {
    /// Its name, for reports.
    pub(super) name: String,
    /// Its bytes.
    pub(super) text: Vec<u8>,
}

/// The longest input, in bytes.
pub(super) const MAX_LEN: usize = 1 << 20;

/// Tokens that stand where they should not, and beginnings that do not end.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for",
    "func", "go", "goto", "if", "import", "interface", "map", "package", "range", "return",
    "select", "struct", "switch", "type", "var", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>",
    "&^", "+=", "&^=", "<<=", "&&", "||", "<-", "++", "--", "==", "<", ">", "=", "!", "~", "!=",
    "<=", ">=", ":=", "...", "(", "[", "{", ",", ".", ")", "]", "}", ";", ":", "\n", "nil", "iota",
    "true", "any", "comparable", "unsafe.Pointer", "len", "new", "make", "append", "_", "init",
    "main", "error", "string", "int", "uint8", "float64", "complex128", "x", "T", "[]T",
    "[...]int{1<<62: 0}", "[1<<40]int", "T[T[int]]", "func[T any]()", "type T T", "type T = T",
    "type T [len(T{})]int", "type T struct{ T }", "type T[P T[P]] interface{ m() T[P] }",
    "const c = c", "var v = v", "0", "1", "0x", "0b2", "08", "1e", "1e999999999", "0x1p-9999999",
    "1_0", "1__0", "9223372036854775808", "1<<1000", "1i", "'", "''", "'\\", "'\\x'", "'ab'",
    "'\\u{0}'", "\"", "\"\\", "\"\\xff\"", "`", "``", "/*", "/**/", "//", "//line x:1\n",
    "//go:build !", "//go:embed *\n", "//go:linkname a b\n", "\r", "\0", "\u{feff}", "\u{2028}",
    "é", "世界", "#", "$", "?", "@", "\\",
];

/// What nests: an opening that may be repeated without end.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "(", "[", "{", "((", "([", "[{", "f(", "x[", "T{", "T[", "[]", "[]T{", "[1]", "*", "&", "!",
    "-", "^", "<-", "chan ", "<-chan ", "chan<- ", "map[", "map[T]", "func(", "func() ", "func(){",
    "func() func() ", "func(x ", "struct{", "struct{ x ", "interface{", "interface{ m(", "if x {",
    "if x {} else ", "for {", "for x := range ", "switch {case x: ", "select {case <-x: ", "x: ",
    "go func(){", "defer func(){", "return func(){", "x.", "x.(", "x + ", "x == ", "x, ", "x ||",
    "1 << ", "x; ", "var x ", "var (", "type T ", "type (", "type T[P ", "const (", "import (",
    "type T struct { ", "~", "x | ", "T[int].", "(func(", "...", "x = ", "x := ", "{{", "{x:",
    "package p;", "func f() {", "func (", "func f[", "/*", "'", "\"", "`", ";", "\n", "// x\n",
];

/// Makes the input of a seed's number: one of the files, mutated.
pub(super) fn input(seeds: &[Seed], seed: u64, number: u64) -> Input {
    let mut random = Random::new(seed, number);
    let Some(start) = random.choose(seeds) else {
        return Input { origin: String::new(), steps: Vec::new(), text: Vec::new() };
    };
    mutate(start, seeds, MUTATIONS, 8, &mut random)
}

/// Mutates one file up to `most` times; others are what it is spliced with.
pub(super) fn mutate(
    start: &Seed,
    others: &[Seed],
    mutations: &[(&'static str, Mutation)],
    most: usize,
    random: &mut Random,
) -> Input {
    let mut text = start.text.clone();
    let mut steps = Vec::new();
    for _ in 0..random.scaled(most) {
        let Some(&(name, mutation)) = random.choose(mutations) else { break };
        steps.push(name);
        text = mutation(&text, others, random);
        text.truncate(MAX_LEN);
    }
    Input { origin: start.name.clone(), steps, text }
}

/// From text to text; the files are there to take parts from.
pub(super) type Mutation = fn(&[u8], &[Seed], &mut Random) -> Vec<u8>;

/// Tokens are deleted and swapped.
pub(super) const DELETE_AND_SWAP: &[(&str, Mutation)] =
    &[("delete a token", delete_token), ("swap tokens", swap_tokens)];

/// Those that often leave the syntax whole, for what comes after parsing.
pub(super) const MILD: &[(&str, Mutation)] = &[
    ("delete a token", delete_token),
    ("swap tokens", swap_tokens),
    ("replace a token by a word", replace_by_word),
    ("replace a token by another", replace_by_token),
    ("replace a name by another", replace_name),
    ("replace a name by another", replace_name),
    ("replace a name by another everywhere", rename),
    ("replace a name by another everywhere", rename),
    ("replace a name by a word", replace_name_by_word),
    ("take a declaration of another file", take_declaration),
    ("delete a line", delete_line),
    ("move lines", move_lines),
];

/// All.
pub(super) const MUTATIONS: &[(&str, Mutation)] = &[
    ("delete tokens", delete_tokens),
    ("delete a token", delete_token),
    ("swap tokens", swap_tokens),
    ("copy tokens", copy_tokens),
    ("insert a word", insert_word),
    ("replace a token by a word", replace_by_word),
    ("replace a token by another", replace_by_token),
    ("replace a name by another everywhere", rename),
    ("take tokens of another file", transplant),
    ("splice", splice),
    ("truncate", truncate),
    ("nest", nest),
    ("repeat tokens", repeat_tokens),
    ("flip bytes", flip_bytes),
    ("insert bytes", insert_bytes),
    ("move lines", move_lines),
    ("join lines", join_lines),
];

pub(super) fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    gossa_syntax::lex(text, |range: TextRange| {
        found.push(range.start().into()..range.end().into());
    });
    found
}

/// A run of up to `most` tokens, as bytes.
fn token_run(tokens: &[Range<usize>], most: usize, random: &mut Random) -> Range<usize> {
    let first = random.below(tokens.len());
    let last = first + random.scaled(most) - 1;
    match (tokens.get(first), tokens.get(last.min(tokens.len().saturating_sub(1)))) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}

/// `text` with the bytes at `place` replaced.
pub(super) fn replaced(text: &[u8], place: Range<usize>, by: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len() + by.len());
    result.extend_from_slice(&text[..place.start]);
    result.extend_from_slice(by);
    result.extend_from_slice(&text[place.end..]);
    result
}

fn delete_tokens(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    replaced(text, token_run(&tokens(text), 64, random), b"")
}

fn delete_token(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    replaced(text, token_run(&tokens(text), 1, random), b"")
}

fn swap_tokens(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let near = random.below(2) == 0;
    let a = random.below(tokens.len());
    let b = if near { a + 1 } else { random.below(tokens.len()) };
    let (Some(a), Some(b)) = (tokens.get(a.min(b)), tokens.get(a.max(b))) else {
        return text.to_vec();
    };
    if a == b {
        return text.to_vec();
    }
    let late = replaced(text, b.clone(), &text[a.clone()]);
    replaced(&late, a.clone(), &text[b.clone()])
}

fn copy_tokens(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let run = token_run(&tokens, 32, random);
    let at = random.choose(&tokens).map_or(0, |token| token.end);
    replaced(text, at..at, &text[run])
}

fn word(random: &mut Random) -> &'static [u8] {
    random.choose(WORDS).map_or(b"", |word| word.as_bytes())
}

fn insert_word(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let at = random.choose(&tokens(text)).map_or(0, |token| token.end);
    let spaced = [b" ", word(random), b" "].concat();
    replaced(text, at..at, &spaced)
}

fn replace_by_word(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    replaced(text, token_run(&tokens(text), 1, random), word(random))
}

fn replace_by_token(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let place = token_run(&tokens, 1, random);
    let by = token_run(&tokens, 1, random);
    replaced(text, place, &text[by])
}

/// The tokens that are words.
fn names(text: &[u8]) -> Vec<Range<usize>> {
    let mut names = tokens(text);
    names.retain(|token| {
        text.get(token.start).is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
    });
    names
}

fn replace_name(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let names = names(text);
    let by = token_run(&names, 1, random);
    replaced(text, token_run(&names, 1, random), &text[by])
}

fn replace_name_by_word(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    replaced(text, token_run(&names(text), 1, random), word(random))
}

/// Puts a declaration of another file at the end.
fn take_declaration(text: &[u8], others: &[Seed], random: &mut Random) -> Vec<u8> {
    let Some(other) = random.choose(others) else { return text.to_vec() };
    let file = gossa_syntax::parse(&other.text);
    let Some(decl) = random.choose(&file.decls) else { return text.to_vec() };
    [text, b"\n", &other.text[decl.range.start().into()..decl.range.end().into()], b"\n"].concat()
}

fn delete_line(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    if !lines.is_empty() {
        lines.remove(random.below(lines.len()));
    }
    lines.concat()
}

/// Keeps the syntax and breaks the meaning: the one that reaches deepest into the type checker.
fn rename(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let names = names(text);
    let (Some(from), Some(to)) = (random.choose(&names), random.choose(&names)) else {
        return text.to_vec();
    };
    let (from, to) = (&text[from.clone()], &text[to.clone()]);
    let mut result = Vec::with_capacity(text.len());
    let mut copied = 0;
    for token in names.iter().filter(|token| text[(*token).clone()] == *from) {
        result.extend_from_slice(&text[copied..token.start]);
        result.extend_from_slice(to);
        copied = token.end;
    }
    result.extend_from_slice(&text[copied..]);
    result
}

fn transplant(text: &[u8], others: &[Seed], random: &mut Random) -> Vec<u8> {
    let Some(other) = random.choose(others) else { return text.to_vec() };
    let run = token_run(&tokens(&other.text), 200, random);
    let place = token_run(&tokens(text), 1, random);
    replaced(text, place, &other.text[run])
}

fn splice(text: &[u8], others: &[Seed], random: &mut Random) -> Vec<u8> {
    let Some(other) = random.choose(others) else { return text.to_vec() };
    let head = random.choose(&tokens(text)).map_or(0, |token| token.end);
    let tail = random.choose(&tokens(&other.text)).map_or(0, |token| token.start);
    [&text[..head], b" ", &other.text[tail..]].concat()
}

fn truncate(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    text[..random.below(text.len())].to_vec()
}

/// Inserts openings, sometimes with as many closings, up to very deep.
fn nest(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let Some(opener) = random.choose(OPENERS) else { return text.to_vec() };
    let depth = random.scaled((MAX_LEN / 2 / opener.len()).min(200_000));
    let mut nested = opener.repeat(depth);
    if random.below(2) == 0 {
        let innermost = random.choose(WORDS).copied().unwrap_or_default();
        nested.push_str(innermost);
        let closing: String = opener
            .chars()
            .rev()
            .filter_map(|c| match c {
                '(' => Some(')'),
                '[' => Some(']'),
                '{' => Some('}'),
                _ => None,
            })
            .collect();
        nested.push_str(&closing.repeat(depth));
    }
    let at = random.choose(&tokens(text)).map_or(0, |token| token.end);
    replaced(text, at..at, nested.as_bytes())
}

/// Finds what is not linear.
fn repeat_tokens(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let run = token_run(&tokens(text), 16, random);
    let chunk = [&text[run.clone()], b" "].concat();
    let times = random.scaled((MAX_LEN / 2 / chunk.len()).clamp(1, 20_000));
    replaced(text, run.end..run.end, &chunk.repeat(times))
}

fn flip_bytes(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let mut result = text.to_vec();
    for _ in 0..random.scaled(16) {
        let at = random.below(result.len());
        let bit = 1 << random.below(8);
        if let Some(byte) = result.get_mut(at) {
            *byte ^= bit;
        }
    }
    result
}

fn insert_bytes(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let bytes: Vec<u8> = (0..random.scaled(16)).map(|_| random.byte()).collect();
    let at = random.below(text.len() + 1);
    replaced(text, at..at, &bytes)
}

fn move_lines(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let from = random.below(lines.len());
    let count = random.scaled(20).min(lines.len() - from);
    let moved: Vec<&[u8]> = lines.drain(from..from + count).collect();
    let to = random.below(lines.len() + 1);
    lines.splice(to..to, moved);
    lines.concat()
}

fn join_lines(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let often = random.scaled(100);
    let mut result = text.to_vec();
    for byte in result.iter_mut().filter(|byte| **byte == b'\n') {
        if random.once_in(often) {
            *byte = b' ';
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds() -> Vec<Seed> {
        let texts = ["", "package p\n\nfunc f(a, b int) int {\n\treturn a + b\n}\n", "package \0q"];
        texts
            .iter()
            .map(|text| Seed { name: text.len().to_string(), text: text.as_bytes().to_vec() })
            .collect()
    }

    #[test]
    fn every_mutation_takes_every_text() {
        let seeds = seeds();
        for (_, mutation) in MUTATIONS.iter().chain(MILD) {
            for number in 0..200 {
                for seed in &seeds {
                    mutation(&seed.text, &seeds, &mut Random::new(1, number));
                }
            }
        }
    }

    #[test]
    fn an_input_is_a_function_of_seed_and_number() {
        let seeds = seeds();
        let texts = |seed| (0..50).map(|n| input(&seeds, seed, n).text).collect::<Vec<_>>();
        assert_eq!(texts(3), texts(3));
        assert_ne!(texts(3), texts(4));
        assert!(texts(3).iter().all(|text| text.len() <= MAX_LEN));
    }
}
