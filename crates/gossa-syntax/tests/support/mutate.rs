//! Breaking Go sources at random, reproducibly: deletions, swaps, repetitions and replacements of
//! tokens and bytes.

/// A small generator of random numbers (xorshift64*): the same numbers everywhere, for ever.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`; 0 if that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((self.next() >> 33) as usize).checked_rem(bound).unwrap_or(0)
    }
}

/// What is put in the place of something else.
const SNIPPETS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ".",
    "...",
    "=",
    ":=",
    "<-",
    "*",
    "&",
    "~",
    "|",
    "+",
    "++",
    "!",
    "\n",
    " ",
    "x",
    "_",
    "1",
    "0x",
    "'a'",
    "\"s\"",
    "`",
    "\"",
    "'",
    "/*",
    "//",
    "func",
    "type",
    "var",
    "const",
    "import",
    "package",
    "struct",
    "interface",
    "map",
    "chan",
    "if",
    "else",
    "for",
    "range",
    "switch",
    "case",
    "default",
    "select",
    "go",
    "defer",
    "return",
    "break",
    "goto",
    "fallthrough",
    "any",
    "[P any]",
    "[]",
    "[...]",
    "func()",
    "x.(type)",
];

/// Rough tokens: runs of word bytes, runs of blanks, single other bytes.
fn tokens(text: &[u8]) -> Vec<(usize, usize)> {
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => 1,
        b' ' | b'\t' => 2,
        _ => 0,
    };
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        at += 1;
        while at < text.len() && class(text[start]) != 0 && class(text[at]) == class(text[start]) {
            at += 1;
        }
        if class(text[start]) != 2 {
            tokens.push((start, at));
        }
    }
    tokens
}

/// `text` with one to `most` random changes.
pub(crate) fn mutate(text: &[u8], random: &mut Random, most: usize) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=random.below(most) {
        let tokens = tokens(&text);
        if tokens.is_empty() {
            return text;
        }
        let (start, end) = tokens[random.below(tokens.len())];
        let (other_start, other_end) = tokens[random.below(tokens.len())];
        match random.below(8) {
            0 | 1 => drop(text.drain(start..end)),
            2 => {
                let snippet = SNIPPETS[random.below(SNIPPETS.len())];
                text.splice(start..end, snippet.bytes());
            }
            3 => {
                let snippet = SNIPPETS[random.below(SNIPPETS.len())];
                text.splice(start..start, snippet.bytes());
            }
            4 => {
                let other = text[other_start..other_end].to_vec();
                text.splice(start..end, other);
            }
            5 => {
                let other = text[other_start..other_end].to_vec();
                text.splice(start..start, other);
            }
            6 => {
                let until = (end + random.below(200)).min(text.len());
                drop(text.drain(start..until));
            }
            _ => text[start] = random.below(256) as u8,
        }
    }
    text
}
