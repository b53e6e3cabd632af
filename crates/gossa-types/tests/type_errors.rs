//! Invalid programs: the type checker's own test data of the Go distribution, which says by
//! comments at which tokens there are errors, and in what words.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search
//! path. `GOSSA_TEST_VERBOSE=1` prints each difference.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "reads Go's own files")]

mod support;

use gossa_base::{FxHashMap, LineIndex, Name, TextRange, TextSize};
use gossa_types::PackageId;
use gossa_types::testing::SimpleEnv;
use std::path::{Path, PathBuf};

/// An error that a comment expects.
struct Expected {
    line: u32,
    /// First and last byte of the token before the comment.
    token: (u32, u32),
    /// Its text as the comment has it.
    text: String,
    /// A part of the message, or a regular expression that matches it.
    regex: Option<regex::Regex>,
}

impl Expected {
    fn fits(&self, message: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(message),
            None => message.contains(&self.text),
        }
    }
}

/// An error that was found.
struct Found {
    line: u32,
    range: TextRange,
    message: String,
}

impl Found {
    /// How far the token of a comment is from the error's node: 0 where they share a byte.
    fn distance(&self, (first, last): (u32, u32)) -> u32 {
        let (start, end) = self.bounds();
        if last < start { start - last } else { (first + 1).saturating_sub(end) }
    }

    fn bounds(&self) -> (u32, u32) {
        let start = u32::from(self.range.start());
        (start, u32::from(self.range.end()).max(start + 1))
    }
}

/// Functions in which the reference tests use built-ins of their own, `assert` and `trace`: errors
/// about those are no errors of Go.
fn uses_test_builtins(line: &str) -> bool {
    line.contains("assert(") || line.contains("trace(") || line.contains("assert /*")
}

/// Errors that the loader finds, not the type checker.
fn is_of_loader(text: &str) -> bool {
    text.starts_with("could not import")
}

/// What a file expects: comments say `ERROR "text"` or `ERRORx "regexp"` after the token at which
/// the error is.
fn expected(text: &[u8]) -> Vec<Expected> {
    let file = gossa_syntax::parse(text);
    let index = LineIndex::new(text);
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let mut found = Vec::new();
    let mut token_end = 0usize;
    let mut previous_end = 0usize;
    for comment in &file.comments {
        let (start, end) = (usize::from(comment.range.start()), usize::from(comment.range.end()));
        let between = &text[previous_end.min(start)..start];
        if let Some(at) = between.iter().rposition(|byte| !byte.is_ascii_whitespace()) {
            token_end = previous_end.min(start) + at;
        }
        previous_end = end;
        let comment = String::from_utf8_lossy(&text[start..end]).into_owned();
        let inner = comment.trim_start_matches("//").trim_start_matches("/*");
        let inner = inner.trim_end_matches("*/").trim();
        let (regex, rest) = if let Some(rest) = inner.strip_prefix("ERRORx ") {
            (true, rest)
        } else if let Some(rest) = inner.strip_prefix("ERROR ") {
            (false, rest)
        } else {
            continue;
        };
        let rest = rest.trim();
        let quoted = gossa_types::constant::Value::from_literal(
            gossa_types::constant::LiteralKind::String,
            rest,
        );
        let pattern = quoted
            .ok()
            .and_then(|value| Some(String::from_utf8_lossy(value.as_bytes()?).into_owned()))
            .unwrap_or_else(|| rest.to_owned());
        let line = index.line_column((token_end as u32).into()).line;
        let source = lines.get(line as usize - 1).copied().unwrap_or_default();
        if uses_test_builtins(&String::from_utf8_lossy(source)) || is_of_loader(&pattern) {
            continue;
        }
        // Go takes empty braces literally.
        let regex = regex.then(|| {
            regex::Regex::new(&pattern.replace("{}", r"\{\}"))
                .unwrap_or_else(|error| panic!("{pattern}: {error}"))
        });
        let token = (token_start(text, token_end), token_end as u32);
        // What is wrong with the type of two variables is expected twice there, and said once here.
        let same = |other: &Expected| other.token == token && other.text == pattern;
        if found.iter().rev().take(4).any(same) {
            continue;
        }
        found.push(Expected { line, token, text: pattern, regex });
    }
    found
}

/// Where the token begins that ends with this byte.
fn token_start(text: &[u8], last: usize) -> u32 {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let same = |&byte: &u8| match text[last] {
        b'.' => byte == b'.',
        other => is_word(other) && is_word(byte),
    };
    let length = text[..=last].iter().rev().take_while(|&byte| same(byte)).count();
    (last + 1 - length.max(1)) as u32
}

/// The packages of the test data: single files, and directories of files.
fn packages(root: &Path) -> Vec<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for kind in ["check", "examples", "fixedbugs", "spec"] {
        let dir = root.join("src/internal/types/testdata").join(kind);
        let mut entries: Vec<PathBuf> = std::fs::read_dir(&dir)
            .expect("the test data")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                let mut files: Vec<PathBuf> = std::fs::read_dir(&entry)
                    .expect("a directory")
                    .map(|entry| entry.expect("an entry").path())
                    .filter(|path| path.extension().is_some_and(|ext| ext == "go"))
                    .collect();
                files.sort();
                packages.push(files);
            } else if entry.extension().is_some_and(|ext| ext == "go") {
                packages.push(vec![entry]);
            }
        }
    }
    packages
}

/// The packages of the standard library that the files import.
fn imports(root: &Path, packages: &[Vec<PathBuf>]) -> Vec<String> {
    let mut imports: Vec<String> = Vec::new();
    for path in packages.iter().flatten() {
        let text = std::fs::read(path).expect("a test file");
        let file = gossa_syntax::parse(&text);
        let tree = gossa_types::check::item_tree(&file, &text);
        for item in &tree.items {
            for expr in &item.exprs {
                if let (
                    gossa_syntax::Expr::BasicLit { text, .. },
                    gossa_syntax::TreeRoot::Gen {
                        keyword: gossa_syntax::DeclKeyword::Import, ..
                    },
                ) = (expr, item.root)
                {
                    let path = item.text(*text).trim_matches(['"', '`']).to_owned();
                    if !path.is_empty()
                        && root.join("src").join(&path).is_dir()
                        && !imports.contains(&path)
                    {
                        imports.push(path);
                    }
                }
            }
        }
    }
    imports.sort();
    imports
}

/// What the first line of a package's first file asks for.
#[derive(PartialEq, Eq, Debug)]
struct Flags {
    /// The language version.
    language: (u32, u32),
    /// Whether there is no C: what its names mean is unknown, which is no error.
    fake_c: bool,
}

impl Flags {
    fn of(text: &[u8]) -> Self {
        let mut flags = Self { language: (1, 27), fake_c: false };
        let text = String::from_utf8_lossy(text);
        let line = text.lines().next().and_then(|line| line.strip_prefix("//"));
        let line = line.filter(|line| line.trim_start().starts_with('-')).unwrap_or_default();
        for flag in line.split_whitespace() {
            let (name, value) = flag.trim_start_matches('-').split_once('=').unwrap_or((flag, ""));
            match name.trim_start_matches('-') {
                "lang" => {
                    let minor = value.strip_prefix("go1.").and_then(|minor| minor.parse().ok());
                    flags.language = (1, minor.unwrap_or_else(|| panic!("{line}")));
                }
                "fakeImportC" => flags.fake_c = true,
                // What Go 1.27 does whether it is asked to or not: aliases are types, may have
                // type parameters, and functions may be ranged over.
                "gotypesalias" if value == "1" => {}
                "goexperiment" if matches!(value, "aliastypeparams" | "rangefunc" | "range") => {}
                _ => panic!("the flag {flag} of the test data is not obeyed"),
            }
        }
        flags
    }
}

/// Whether the compiler has an error with the same words at the very place.
type Compiler<'a> = dyn Fn(&Found) -> bool + 'a;

#[derive(Default, Debug)]
struct Score {
    /// Errors that comments expect.
    expected: usize,
    /// Of these, with an error in the line.
    lines: usize,
    /// Of these, with the words.
    messages: usize,
    /// Of these, with an expression that holds the token, or at the very column at which the
    /// compiler has it: the comments are made for `go/types`, which differs in places.
    columns: usize,
    /// Of these, with an expression that holds the token.
    inside: usize,
    /// Files.
    files: usize,
    /// Files without an error that no comment expects.
    clean: usize,
    /// Such errors.
    unexpected: usize,
}

impl Score {
    fn column(&mut self, error: &Found, expected: &Expected, compiler: &Compiler<'_>) -> bool {
        let inside = error.distance(expected.token) == 0;
        let fits = inside || compiler(error);
        self.inside += usize::from(inside);
        self.columns += usize::from(fits);
        fits
    }

    /// Compares what was found in a file with what was expected there; each error counts once.
    fn file(
        &mut self,
        name: &str,
        compiler: &Compiler<'_>,
        wanted: Vec<Expected>,
        mut found: Vec<Found>,
    ) -> Vec<String> {
        let mut report = Vec::new();
        self.files += 1;
        self.expected += wanted.len();
        let mut other_words = Vec::new();
        for expected in wanted {
            let best = found
                .iter()
                .enumerate()
                .filter(|(_, f)| f.line == expected.line && expected.fits(&f.message))
                .min_by_key(|(_, f)| f.distance(expected.token))
                .map(|(at, _)| at);
            let Some(best) = best else {
                other_words.push(expected);
                continue;
            };
            let error = found.remove(best);
            self.lines += 1;
            self.messages += 1;
            if !self.column(&error, &expected, compiler) {
                let away = error.distance(expected.token);
                report.push(format!(
                    "column {name}:{}: {:?} is {away} bytes away",
                    expected.line, error.message
                ));
            }
        }
        for expected in other_words {
            let best = found
                .iter()
                .enumerate()
                .filter(|(_, f)| f.line == expected.line)
                .min_by_key(|(_, f)| f.distance(expected.token))
                .map(|(at, _)| at);
            let (line, pattern) = (expected.line, &expected.text);
            let Some(best) = best else {
                report.push(format!("missing {name}:{line}: {pattern}"));
                continue;
            };
            let error = found.remove(best);
            self.lines += 1;
            self.column(&error, &expected, compiler);
            report.push(format!("words {name}:{line}: {:?} instead of {pattern:?}", error.message));
        }
        self.clean += usize::from(found.is_empty());
        self.unexpected += found.len();
        for error in found {
            report.push(format!("unexpected {name}:{}: {}", error.line, error.message));
        }
        report
    }
}

/// Whether an error is about the built-ins of the reference tests.
fn is_test_builtin(message: &str) -> bool {
    matches!(message, "undefined: assert" | "undefined: trace")
}

#[test]
fn errors_are_where_the_reference_implementation_has_them() {
    let root = support::goroot();
    let packages = packages(&root);
    let imports = imports(&root, &packages);
    let patterns: Vec<&str> = imports.iter().map(String::as_str).collect();
    let importcfg = support::import_config(&root, &patterns);
    let mut env = SimpleEnv::default();
    support::check_listing(&mut env, &support::list(&root, &patterns), |_, _| {});
    let known: FxHashMap<Name, PackageId> =
        imports.iter().map(|path| (Name::new(path), PackageId::new(path))).collect();

    let mut score = Score::default();
    let verbose = std::env::var("GOSSA_TEST_VERBOSE").is_ok();
    let mut wrong = Vec::new();
    for paths in &packages {
        let sources: Vec<(String, Vec<u8>)> = paths
            .iter()
            .map(|path| {
                let short = path.strip_prefix(root.join("src/internal/types/testdata"));
                let name = short.unwrap_or(path).display().to_string();
                (name, std::fs::read(path).expect("a test file"))
            })
            .collect();
        let flags = Flags::of(&sources[0].1);
        let wanted: Vec<Vec<Expected>> = sources.iter().map(|(_, text)| expected(text)).collect();
        let valid = wanted.iter().all(Vec::is_empty);
        // As in the reference tests the path is the package's name.
        let package = gossa_syntax::parse(&sources[0].1).package;
        let path = package.map_or("p", |name| name.as_str());
        let checked = support::check(&mut env, path, sources, &known, flags.language, false);
        env.packages.remove(&PackageId::new(path));
        let mut found: Vec<Vec<Found>> = checked.files.iter().map(|_| Vec::new()).collect();
        for error in &checked.errors {
            let of_c = flags.fake_c && error.message.starts_with("could not determine what C.");
            if of_c || is_test_builtin(&error.message) {
                continue;
            }
            let (file, range) = checked.node(error);
            let line = checked.line(error).1;
            found[file].push(Found { line, range, message: checked.text(error) });
        }
        for (file, parsed) in checked.files.iter().enumerate() {
            let index = LineIndex::new(&checked.texts[file]);
            for error in &parsed.errors {
                let line = index.line_column(error.range.start()).line;
                found[file].push(Found { line, range: error.range, message: error.to_string() });
            }
        }
        if valid && found.iter().any(|found| !found.is_empty()) {
            wrong.extend(checked.report());
        }
        let files = checked.names.iter().zip(&checked.texts);
        for (((name, text), wanted), found) in files.zip(wanted).zip(found) {
            let index = LineIndex::new(text);
            let short = name.rsplit('/').next().unwrap_or(name);
            let theirs = std::cell::OnceCell::new();
            let at_its_place = |error: &Found| {
                let column = index.line_column(error.range.start()).column;
                theirs
                    .get_or_init(|| support::compile(&root, &importcfg, paths, flags.language.1))
                    .iter()
                    .any(|theirs| {
                        theirs.file == short
                            && (theirs.line, theirs.column) == (error.line, column)
                            && error
                                .message
                                .strip_prefix("syntax error: ")
                                .unwrap_or(&error.message)
                                == theirs
                                    .text
                                    .strip_prefix("syntax error: ")
                                    .unwrap_or(&theirs.text)
                    })
            };
            let report = score.file(name, &at_its_place, wanted, found);
            if verbose {
                report.iter().for_each(|line| eprintln!("{line}"));
            }
        }
    }
    eprintln!("{score:?}");
    assert!(wrong.is_empty(), "errors in valid programs:\n{}", wrong.join("\n"));
    assert!(score.expected > 2500, "the test data was not found: {score:?}");
    let at_least = |part: usize, of: usize| assert!(part * 1000 >= of * 995, "{score:?}");
    at_least(score.lines, score.expected);
    at_least(score.messages, score.expected);
    at_least(score.columns, score.expected);
    at_least(score.clean, score.files);
}

#[test]
fn flags_are_obeyed_or_refused() {
    let flags = |line: &str| Flags::of(format!("{line}\n\npackage p\n").as_bytes());
    let plain = Flags { language: (1, 27), fake_c: false };
    assert_eq!(flags("package p"), plain);
    assert_eq!(flags("// A comment - of words."), plain);
    assert_eq!(flags("// -gotypesalias=1 -goexperiment=aliastypeparams"), plain);
    let old = Flags { language: (1, 17), fake_c: true };
    assert_eq!(flags("// -fakeImportC -lang=go1.17"), old);
    for line in ["// -gotypesalias=0", "// -goexperiment=other", "// -lang=1.17", "// -other"] {
        let result = std::panic::catch_unwind(|| Flags::of(line.as_bytes()));
        assert!(result.is_err(), "{line}");
    }
}

#[test]
fn a_missing_error_and_one_too_many_count() {
    let text = b"package p\n\nvar x = y /* ERROR \"undefined: y\" */\nvar z = 1 // ERROR \"no\"\n";
    let mut score = Score::default();
    let found = vec![
        Found {
            line: 3,
            range: TextRange::at(TextSize::from(19), TextSize::from(1)),
            message: "undefined: y".to_owned(),
        },
        Found { line: 1, range: TextRange::default(), message: "why".to_owned() },
    ];
    let report = score.file("p.go", &|_| false, expected(text), found);
    assert_eq!(report, ["missing p.go:4: no", "unexpected p.go:1: why"]);
    let Score { expected, lines, messages, columns, clean, .. } = score;
    assert_eq!((expected, lines, messages, columns, clean), (2, 1, 1, 1, 0));
}
