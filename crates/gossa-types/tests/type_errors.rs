//! Invalid programs: the type checker's own test data of the Go distribution, which says by
//! comments in which lines there are errors, and in what words.
//!
//! Needs Go 1.27 or newer, found through `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search
//! path.
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "reads Go's own files")]

mod support;

use gossa_base::{FxHashMap, LineIndex, Name};
use gossa_types::PackageId;
use gossa_types::testing::SimpleEnv;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An expected error: its text as the comment has it, and whether that is a regular expression.
struct Expected {
    text: String,
    regex: bool,
}

/// Expected errors of a file by line: comments say `ERROR "text"` or `ERRORx "regexp"` after the
/// token at which the error is.
fn expected(text: &[u8]) -> BTreeMap<u32, Vec<Expected>> {
    let file = gossa_syntax::parse(text);
    let index = LineIndex::new(text);
    let mut found: BTreeMap<u32, Vec<Expected>> = BTreeMap::new();
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
        found.entry(line).or_default().push(Expected { text: pattern, regex });
    }
    found
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

#[derive(Default, Debug)]
struct Score {
    /// Lines with errors, expected and found.
    lines: usize,
    /// Of these, with the expected words.
    worded: usize,
    /// Lines that should have an error, but have none.
    missing: usize,
    /// Lines with an error that should have none.
    extra: usize,
}

#[test]
fn errors_are_where_the_reference_implementation_has_them() {
    let root = support::goroot();
    let packages = packages(&root);
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
    let patterns: Vec<&str> = imports.iter().map(String::as_str).collect();
    let mut env = SimpleEnv::default();
    support::check_listing(&mut env, &support::list(&root, &patterns), |_, _| {});
    let known: FxHashMap<Name, PackageId> =
        imports.iter().map(|path| (Name::new(path), PackageId::new(path))).collect();

    let mut score = Score::default();
    let verbose = std::env::var("GOSSA_TEST_VERBOSE").is_ok();
    let mut report = Vec::new();
    let mut wrong = Vec::new();
    for (number, paths) in packages.iter().enumerate() {
        let sources: Vec<(String, Vec<u8>)> = paths
            .iter()
            .map(|path| {
                let short = path.strip_prefix(root.join("src/internal/types/testdata"));
                let name = short.unwrap_or(path).display().to_string();
                (name, std::fs::read(path).expect("a test file"))
            })
            .collect();
        let first = String::from_utf8_lossy(&sources[0].1);
        let line = first.lines().next().unwrap_or_default();
        let version = line
            .split("-lang=go1.")
            .nth(1)
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
            .unwrap_or(27);
        let wanted: Vec<BTreeMap<u32, Vec<Expected>>> =
            sources.iter().map(|(_, text)| expected(text)).collect();
        let path = format!("testdata/{number}");
        let checked = support::check(&mut env, &path, sources, &known, (1, version), false);
        env.packages.remove(&PackageId::new(&path));
        let mut found: BTreeMap<(usize, u32), Vec<String>> = BTreeMap::new();
        for error in &checked.errors {
            // The reference tests have two more built-ins.
            if error.message == "undefined: assert" || error.message == "undefined: trace" {
                continue;
            }
            found.entry(checked.line(error)).or_default().push(error.message.clone());
        }
        for (file, parsed) in checked.files.iter().enumerate() {
            let index = LineIndex::new(&checked.texts[file]);
            for error in &parsed.errors {
                let line = index.line_column(error.range.start()).line;
                found.entry((file, line)).or_default().push(format!("syntax error: {error}"));
            }
        }
        for (file, wanted) in wanted.iter().enumerate() {
            let name = &checked.names[file];
            for (&line, errors) in wanted {
                let Some(messages) = found.remove(&(file, line)) else {
                    score.missing += 1;
                    report.push(format!("missing {name}:{line}: {}", errors[0].text));
                    continue;
                };
                score.lines += 1;
                let fits = messages.iter().any(|message| {
                    errors.iter().any(|expected| {
                        if expected.regex {
                            regex::Regex::new(&expected.text)
                                .is_ok_and(|regex| regex.is_match(message))
                        } else {
                            message.contains(&expected.text)
                        }
                    })
                });
                if fits {
                    score.worded += 1;
                } else {
                    report.push(format!(
                        "words {name}:{line}: {:?} instead of {:?}",
                        messages[0], errors[0].text
                    ));
                }
            }
        }
        if wanted.iter().all(BTreeMap::is_empty) && !found.is_empty() {
            wrong.extend(checked.report());
        }
        for ((file, line), messages) in found {
            score.extra += 1;
            report.push(format!("extra {}:{line}: {}", checked.names[file], messages[0]));
        }
    }
    if verbose {
        for line in &report {
            eprintln!("{line}");
        }
    }
    eprintln!("{score:?}");
    assert!(wrong.is_empty(), "errors in valid programs:\n{}", wrong.join("\n"));
    let all = score.lines + score.missing;
    assert!(all > 2500, "the test data was not found: {score:?}");
    // What is left: instantiation cycles, the two built-ins of the reference tests, the place of
    // some cycles.
    assert!(score.missing * 100 <= all * 2, "errors are missed: {score:?}");
    assert!(score.extra * 200 <= all, "errors where there should be none: {score:?}");
    assert!(score.worded * 100 >= score.lines * 97, "other words: {score:?}");
}
