//! The C side of packages that import "C": preambles and headers of the Go distribution, mutated.
//! Any text gives declarations, the same ones again, in time that grows with its length.

use super::mutate::{self, MUTATIONS, Mutation, Seed, replaced, tokens};
use super::random::Random;
use super::{FuzzTarget, Input};
use crate::corpus;
use crate::error::BenchError;
use camino::Utf8Path;
use gossa_base::Name;
use gossa_types::PackageId;
use gossa_types::cgo::{CModel, CName, CgoDecls, CgoFile, CgoUse, Sources};
use std::collections::BTreeSet;
use std::time::Duration;

/// Texts above this are left out, and inputs are cut to twice that.
const MAX_SEED_LEN: usize = 32 << 10;

/// Most names that are looked up in an input.
const MAX_NAMES: usize = 200;

/// What C has and Go has not, whole and in pieces.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "typedef", "struct", "union", "enum", "sizeof", "static", "extern", "inline", "const",
    "volatile", "unsigned", "signed", "long", "short", "char", "int", "float", "double", "void",
    "_Bool", "_Complex", "_Atomic", "_Alignas(", "_Alignof(", "_Static_assert(", "typeof(",
    "__attribute__((packed))", "__attribute__((aligned(", "__attribute__((mode(DI)))", "asm(",
    "long double", "__int128", "#define x", "#define f(x) ", "\n#define ", "\n#undef ", "\n#if ",
    "\n#ifdef ", "\n#ifndef ", "\n#elif ", "\n#else\n", "\n#endif\n", "\n#include ",
    "\n#include \"self.h\"\n", "\n#include <stdio.h>\n", "\n#pragma once\n",
    "\n#pragma pack(push, 1)\n", "\n#pragma pack(pop)\n", "#", "##", "__VA_ARGS__", "defined(",
    "__has_include(", "\\\n", "->", "?", ":", ": 3;", "[]", "[0]", "[-1]", "[1 << 40]",
    "[sizeof(int)]", "0x", "1u", "1ull", "0x1p3", "1e400", "'\\0'", "'\\x", "L'a'", "u8\"a\"",
    "\"\\400\"", "typedef struct x x;", "struct x { struct x *x; };", "typedef x x;",
    "int f(a, b) int a; char b; {", "extern \"C\" {", "(*", ")(", "};", "enum { A = B, B = A };",
    "1 / 0", "1 % 0", "-9223372036854775808", "18446744073709551615", "1 << 64", "<<= 1",
];

/// What nests in C.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "struct {", "union {", "enum {", "(*", "(", "[", "f(", "-", "!", "sizeof ", "sizeof(", "(int)",
    "*", "&", "1 + ", "1 ? ", "x, ", "#if 1\n", "\n#if 1\n", "#define x x x\n", "x(", "{", "=",
    "int f(", "__attribute__((", "typedef ", "int x;", "struct x { int y; };", "#include \"self.h\"\n",
    "\"", "'", "/*", "\\\n", "extern \"C\" {", "x ## ", "# x ", "[[", "int a; ", "f(f)(",
];

/// Mutations of C, beside those that any language bears.
const OF_C: &[(&str, Mutation)] = &[
    ("insert a word of C", insert_word),
    ("insert a word of C", insert_word),
    ("insert a word of C", insert_word),
    ("replace a token by a word of C", replace_by_word),
    ("nest in C", nest),
];

fn insert_word(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let at = tokens.get(random.below(tokens.len())).map_or(0, |token| token.start);
    let word = random.choose(WORDS).map_or("", |word| word);
    replaced(text, at..at, format!("{word} ").as_bytes())
}

fn replace_by_word(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let at = tokens.get(random.below(tokens.len())).cloned().unwrap_or(0..0);
    let word = random.choose(WORDS).map_or("", |word| word);
    replaced(text, at, word.as_bytes())
}

fn nest(text: &[u8], _: &[Seed], random: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let at = tokens.get(random.below(tokens.len())).map_or(0, |token| token.start);
    let opener = random.choose(OPENERS).map_or("", |opener| opener);
    replaced(text, at..at, opener.repeat(random.scaled(2000)).as_bytes())
}

/// Fuzzes `gossa_cgo`, and what `gossa_types` makes of it.
pub(super) struct CgoTarget {
    seeds: Vec<Seed>,
    mutations: Vec<(&'static str, Mutation)>,
}

impl CgoTarget {
    pub(super) fn new(goroot: &Utf8Path) -> Result<Self, BenchError> {
        let mut seeds = Vec::new();
        let mut add = |path: &Utf8Path, text: Vec<u8>| {
            if text.len() <= MAX_SEED_LEN {
                let name = path.strip_prefix(goroot).unwrap_or(path).to_string();
                seeds.push(Seed { name, text });
            }
        };
        for directory in ["net", "os/user", "plugin", "runtime/cgo", "cmd/cgo/internal"] {
            let directory = goroot.join("src").join(directory);
            for path in corpus::go_files(&directory)? {
                let text = corpus::read(&path)?;
                if let Some(preamble) = preamble(&String::from_utf8_lossy(&text)) {
                    add(&path, preamble.into_bytes());
                }
            }
            for path in corpus::files(&directory, &["h", "c"])? {
                add(&path, corpus::read(&path)?);
            }
        }
        let mutations = MUTATIONS.iter().chain(OF_C).chain(OF_C).copied().collect();
        Ok(Self { seeds, mutations })
    }
}

/// The comment before `import "C"`, without its marks.
fn preamble(text: &str) -> Option<String> {
    let before = text.split_once("\nimport \"C\"")?.0;
    if let Some(block) = before.strip_suffix("*/") {
        return block.rsplit_once("/*").map(|(_, text)| text.to_owned());
    }
    let mut lines: Vec<&str> =
        before.lines().rev().map_while(|line| line.strip_prefix("//")).collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Names that the text has, as Go code might use them.
fn names(text: &str) -> Vec<CName> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let words = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let mut found = BTreeSet::new();
    for (at, word) in words.enumerate() {
        let prefix = ["", "struct_", "", "sizeof_", "", "union_", "enum_", "sizeof_struct_"];
        let used = [CgoUse::Type, CgoUse::Call, CgoUse::Value];
        found.insert((format!("{}{word}", prefix[at % 8]), used[at % 3]));
        if found.len() >= MAX_NAMES {
            break;
        }
    }
    found.into_iter().map(|(name, used)| CName { name: Name::new(&name), used }).collect()
}

impl FuzzTarget for CgoTarget {
    fn input(&self, seed: u64, number: u64) -> Input {
        let mut random = Random::new(seed, number);
        let Some(start) = random.choose(&self.seeds) else {
            return Input { origin: String::new(), steps: Vec::new(), text: Vec::new() };
        };
        let mut input = mutate::mutate(start, &self.seeds, &self.mutations, 8, &mut random);
        input.text.truncate(MAX_SEED_LEN * 2);
        input
    }

    fn run(&self, input: &Input) -> Result<(), String> {
        let text = String::from_utf8_lossy(&input.text);
        let names = names(&text);
        // Whatever decides the platform, it must be the same for the same input.
        let platforms = [
            ("linux", "amd64"),
            ("linux", "386"),
            ("windows", "amd64"),
            ("darwin", "arm64"),
            ("linux", "mips"),
        ];
        let (goos, goarch) = platforms[text.len() % platforms.len()];
        let files = [("self.h", &*text)];
        let read = || {
            let file = |preamble| Some(CgoFile { preamble, names: &names });
            CgoDecls::read(
                PackageId::new("fuzzed"),
                CModel::for_platform(goos, goarch),
                Sources { files: &files, flags: &["-I.", "-DFLAG=1"] },
                &[file(&text), None, file("#include \"self.h\"\nint last;")],
            )
        };
        if read() != read() {
            return Err("the same text gives other declarations".to_owned());
        }
        Ok(())
    }

    /// The text is read four times.
    fn budget(&self, len: usize) -> Duration {
        Duration::from_millis(500) + Duration::from_micros(40) * len as u32
    }
}
