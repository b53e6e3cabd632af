//! Invalid programs: our errors against the compiler's, in place and wording, over small files
//! of ours, at least one for each kind of error that the compiler's type checker knows.
//!
//! A file may start with `// -lang=go1.N`. Needs Go 1.27 or newer, found as in `type_errors.rs`.
//! `GOSSA_TEST_VERBOSE=1` prints each difference; `docs/oracle-differences.md` explains those that
//! are meant to be.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "the oracle is a process")]

mod support;

use gossa_base::{FxHashMap, LineIndex, Name};
use gossa_types::PackageId;
use gossa_types::testing::SimpleEnv;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the files import.
const IMPORTS: [&str; 9] =
    ["embed", "fmt", "io", "math/rand/v2", "net/url", "strings", "sync", "time", "unicode"];

/// Kinds of errors that no single file can have: of the test itself, of the tree (the parser makes
/// no wrong ones), of imports and of several packages in a directory (the loader's), and such as
/// only `go/types` reports. And files for a Go of the future, which the database tells.
const WITHOUT_FILE: [&str; 8] = [
    "TooNew",
    "Test",
    "InvalidSyntaxTree",
    "BadImportPath",
    "BrokenImport",
    "MismatchedPkgName",
    "BadDecl",
    "RepeatedDecl",
];

fn fixtures() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/types/codes");
    let entries = std::fs::read_dir(&dir).expect("the fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The minor language version that a file asks for in a comment.
fn language(text: &str) -> u32 {
    let flag = text.lines().find_map(|line| line.strip_prefix("// -lang=go1."));
    flag.and_then(|minor| minor.parse().ok()).unwrap_or(27)
}

/// Files whose errors the compiler finds in another pass, with words of its own: labels.
const OTHER_WORDS: [&str; 7] = [
    "DuplicateLabel",
    "JumpIntoBlock",
    "JumpIntoBlockDepths",
    "JumpOverDecl",
    "MisplacedLabel",
    "UndeclaredLabel",
    "UnusedLabel",
];

/// An error: line, column, message with its notes.
type Error = (u32, u32, String);

/// Errors in the order of places; the same words count once in a line, as in the compiler.
fn in_order(errors: Vec<Error>) -> Vec<Error> {
    let sorted: BTreeSet<Error> = errors.into_iter().collect();
    let mut kept: Vec<Error> = Vec::new();
    for error in sorted {
        if !kept.iter().any(|other| other.0 == error.0 && other.2 == error.2) {
            kept.push(error);
        }
    }
    kept
}

fn ours(
    env: &mut SimpleEnv,
    known: &FxHashMap<Name, PackageId>,
    path: &Path,
    lang: u32,
) -> Vec<Error> {
    let text = std::fs::read(path).expect("a fixture");
    let index = LineIndex::new(&text);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let sources = vec![(name.unwrap_or_default(), text)];
    let checked = support::check(env, "p", sources, known, (1, lang), false);
    env.packages.remove(&PackageId::new("p"));
    let parsed = checked.files[0].errors.iter().map(|error| {
        let place = index.line_column(error.range.start());
        (place.line, place.column, error.message.clone())
    });
    let parsed: Vec<Error> = parsed.collect();
    // As the compiler does, the checker looks at whole files only.
    if parsed.iter().any(|error| error.2.starts_with("syntax error")) {
        return in_order(parsed);
    }
    let found = checked.errors.iter().map(|error| {
        let (_, range) = checked.range(error);
        let place = index.line_column(range.start());
        (place.line, place.column, checked.text(error))
    });
    in_order(parsed.into_iter().chain(found).collect())
}

/// Compares the errors of a file; returns how many of the compiler's are found at their place in
/// their words, how many differ in words only or in the column only, and the differences.
#[derive(Default, Debug)]
struct Score {
    expected: usize,
    lines: usize,
    columns: usize,
    equal: usize,
    unexpected: usize,
    files: usize,
    equal_files: usize,
}

impl Score {
    fn file(&mut self, name: &str, theirs: &[Error], ours: &[Error]) -> Vec<String> {
        self.files += 1;
        self.expected += theirs.len();
        let mut left: Vec<&Error> = ours.iter().collect();
        let mut report = Vec::new();
        let mut others = Vec::new();
        for error in theirs {
            if let Some(at) = left.iter().position(|found| *found == error) {
                left.remove(at);
                self.lines += 1;
                self.columns += 1;
                self.equal += 1;
            } else {
                others.push(error);
            }
        }
        let mut take = |left: &mut Vec<&Error>, fits: &dyn Fn(&Error, &Error) -> bool| {
            let mut pairs = Vec::new();
            others.retain(|error| match left.iter().position(|found| fits(found, error)) {
                Some(at) => {
                    pairs.push((*error, left.remove(at).clone()));
                    false
                }
                None => true,
            });
            pairs
        };
        let same_words = take(&mut left, &|a, b| a.0 == b.0 && a.2 == b.2);
        let same_place = take(&mut left, &|a, b| a.0 == b.0 && a.1 == b.1);
        let same_line = take(&mut left, &|a, b| a.0 == b.0);
        self.columns += same_place.len();
        self.lines += same_words.len() + same_place.len() + same_line.len();
        for (theirs, ours) in same_words.into_iter().chain(same_place).chain(same_line) {
            report.push(format!("  compiler {theirs:?}\n     gossa {ours:?}"));
        }
        report.extend(others.iter().map(|error| format!("  missing {error:?}")));
        report.extend(left.iter().map(|error| format!("  unexpected {error:?}")));
        self.unexpected += left.len();
        self.equal_files += usize::from(report.is_empty());
        if !report.is_empty() {
            report.insert(0, name.to_owned());
        }
        report
    }
}

#[test]
fn errors_are_those_of_the_compiler() {
    let root = support::goroot();
    let importcfg = support::import_config(&root, &IMPORTS);
    let mut env = SimpleEnv::default();
    support::check_listing(&mut env, &support::list(&root, &IMPORTS), |_, _| {});
    let known: FxHashMap<Name, PackageId> =
        IMPORTS.iter().map(|path| (Name::new(path), PackageId::new(path))).collect();
    let mut score = Score::default();
    let mut differences = Vec::new();
    for path in fixtures() {
        let text = std::fs::read_to_string(&path).expect("a fixture");
        let lang = language(&text);
        let theirs = support::compile(&root, &importcfg, std::slice::from_ref(&path), lang);
        // Imports are the loader's to say.
        let theirs = theirs.into_iter().filter(|error| !error.text.starts_with("could not import"));
        let mut theirs =
            in_order(theirs.map(|error| (error.line, error.column, error.text)).collect());
        let mut ours = ours(&mut env, &known, &path, lang);
        if OTHER_WORDS.contains(&&*stem(&path)) {
            theirs.iter_mut().chain(&mut ours).for_each(|error| error.2.clear());
        }
        differences.extend(score.file(&stem(&path), &theirs, &ours));
    }
    if std::env::var("GOSSA_TEST_VERBOSE").is_ok() {
        differences.iter().for_each(|line| eprintln!("{line}"));
    }
    eprintln!("{score:?}");
    assert!(differences.is_empty(), "{score:?}\n{}", differences.join("\n"));
}

#[test]
fn each_kind_of_error_has_a_file() {
    let root = support::goroot();
    let path = root.join("src/internal/types/errors/codes.go");
    let codes = std::fs::read_to_string(path).expect("the list of codes");
    let known: Vec<String> = fixtures().iter().map(|path| stem(path)).collect();
    let is_code = |line: &&str| {
        line.starts_with(|c: char| c.is_ascii_uppercase())
            && line.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let codes: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.strip_prefix('\t'))
        .map(|line| line.split(" Code =").next().unwrap_or(line))
        .filter(is_code)
        .collect();
    assert!(codes.len() > 100, "{codes:?}");
    let missing: Vec<&&str> = codes
        .iter()
        .filter(|code| !WITHOUT_FILE.contains(code) && !known.iter().any(|name| name == *code))
        .collect();
    assert!(missing.is_empty(), "no file for {missing:?}");
}
