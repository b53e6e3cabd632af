//! Input that is wrong in some way: a diagnostic with its place, and the rest is analysed.

use crate::support::{assert_line, diagnostics, fixture, gossa, module};
use serde_json::Value;
use std::path::Path;

const GO_MOD: &str = "module example.com/m\n\ngo 1.27\n";

/// A function with an error that is only found if its package is analysed.
const ANALYSED: &str = "package rest\n\nfunc rest() int { return \"analysed\" }\n";

/// The error in [`ANALYSED`], or in a fixture's own such function.
const FOUND: &str = "cannot use";

/// Runs `check`, expects the exit status, and gives the report and its diagnostics.
#[track_caller]
fn check(dir: impl AsRef<Path>, patterns: &[&str], status: i32) -> (Value, Vec<String>) {
    let ended = gossa(dir)
        .args(["check", "--format", "json"])
        .args(patterns.iter().copied())
        .run()
        .exits(status);
    let report = ended.json();
    let found = diagnostics(&report);
    (report, found)
}

#[test]
fn syntax_errors() {
    let (report, found) = check(fixture("syntax_error"), &["./..."], 3);
    assert_line(&found, "broken.go:4:7: [parse]", "");
    assert_line(&found, "good.go:4:26: [types]", FOUND);
    assert_line(&found, "other/other.go:3:30: [types]", FOUND);
    assert_eq!(report["stats"]["errors"], found.len());
    assert_eq!(report["stats"]["packages"], 2);
}

#[test]
fn missing_imports() {
    let (_, found) = check(fixture("missing_import"), &["./..."], 3);
    assert_line(&found, "missing.go:4:2: [load]", "example.com/missing/nowhere");
    assert_line(&found, "missing.go:5:2: [load]", "example.org/not/required");
    assert_line(&found, "missing.go:6:2: [load]", "package notstd/either is not in std");
    assert_line(&found, "missing.go:11:26: [types]", FOUND);
    // What a missing package declares is not known, so using it is no error of its own.
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn import_cycles() {
    let (_, found) = check(fixture("import_cycle"), &["./..."], 3);
    assert_line(
        &found,
        "b/b.go:3:8: [load] import cycle not allowed",
        "example.com/cycle/a imports example.com/cycle/b imports example.com/cycle/a",
    );
    assert_line(&found, "apart/apart.go:3:27: [types]", FOUND);
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn two_packages_in_a_directory() {
    let (_, found) = check(fixture("two_packages"), &["./..."], 3);
    assert_line(&found, "two.go:1:1: [load] found packages one (one.go) and two (two.go)", "");
    assert_line(&found, "apart/apart.go:3:27: [types]", FOUND);
}

#[test]
fn broken_go_mod() {
    let (_, found) = check(fixture("broken_go_mod"), &["./..."], 3);
    assert_line(&found, "go.mod:6:", "[load]");
    assert_line(&found, "go.mod:7:", "[load]");
    assert_line(&found, "go.mod:9:", "unknown directive: frobnicate");
    assert_line(&found, "broken.go:3:28: [types]", FOUND);
}

#[test]
fn empty_directories() {
    let dir = module([("go.mod", GO_MOD), ("rest/rest.go", ANALYSED), ("empty/note.txt", "")]);
    let (_, found) = check(dir.path(), &["./empty"], 2);
    assert_line(&found, "empty:1:1: [load]", "no Go files in");

    let (_, found) = check(dir.path(), &["./empty", "./rest"], 3);
    assert_line(&found, "empty:1:1: [load]", "no Go files in");
    assert_line(&found, "rest/rest.go:3:26: [types]", FOUND);
}

#[test]
fn patterns_that_match_nothing() {
    for pattern in ["./nowhere", "./nowhere/...", "example.com/nowhere", "no/such/std", "x.go"] {
        let (report, found) = check(fixture("clean"), &[pattern], 2);
        assert!(!found.is_empty(), "{pattern}");
        assert_eq!(report["findings"], serde_json::json!([]));
    }
    // Together with one that matches.
    let (report, found) = check(fixture("clean"), &["./nowhere", "./inner"], 3);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(report["stats"]["packages"], 2);
}

#[test]
fn a_file_that_is_no_text() {
    let dir = module([
        ("go.mod", GO_MOD.as_bytes()),
        ("utf/a.go", b"package utf\n\nvar s = \"\xff\"\n"),
        ("utf/b.go", b"package utf\n\nvar n int = \"analysed\"\n"),
        ("nul/a.go", b"package nul\n\nvar s = 1 \x00\n"),
        ("nul/b.go", b"package nul\n\nvar n int = \"analysed\"\n"),
        ("bom/a.go", b"\xef\xbb\xbfpackage bom\n\nvar n int = \"analysed\"\n"),
        ("late/a.go", b"package late\n\n\xef\xbb\xbfvar n int = \"analysed\"\n"),
        ("binary/a.go", b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe\xfd"),
        ("rest/rest.go", ANALYSED.as_bytes()),
    ]);
    let (_, found) = check(dir.path(), &["./..."], 3);
    assert_line(&found, "utf/a.go:3:10: ", "UTF-8");
    assert_line(&found, "utf/b.go:3:13: [types]", FOUND);
    assert_line(&found, "nul/a.go:3:11: ", "NUL");
    assert_line(&found, "nul/b.go:3:13: [types]", FOUND);
    assert_line(&found, "bom/a.go:3:13: [types]", FOUND);
    assert_line(&found, "late/a.go:3:1: ", "BOM");
    assert_line(&found, "binary/a.go:1:", "");
    assert_line(&found, "rest/rest.go:3:26: [types]", FOUND);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read() {
    let dir = module([
        ("go.mod", GO_MOD),
        ("a/a.go", "package a\n\nvar n int = \"analysed\"\n"),
        ("rest/rest.go", ANALYSED),
    ]);
    // A link to nothing: unreadable for every user, the superuser included.
    std::os::unix::fs::symlink("nothing", dir.path().join("a/b.go")).expect("a link");
    let (_, found) = check(dir.path(), &["./..."], 3);
    assert_line(&found, "a/b.go:1:1: [load]", "");
    assert_line(&found, "a/a.go:3:13: [types]", FOUND);
    assert_line(&found, "rest/rest.go:3:26: [types]", FOUND);
}

#[test]
fn lines_of_ten_megabytes_and_nesting_a_hundred_thousand_deep() {
    let long = format!("package long\n\nvar s = \"{}\" + 1\n", "x".repeat(10 << 20));
    let deep = format!(
        "package deep\n\nvar n = {}1{}\n\nvar m int = \"analysed\"\n",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    let chain = format!("package chain\n\nvar n = 1{}\n", " + 1".repeat(100_000));
    let dir = module([
        ("go.mod", GO_MOD),
        ("long/long.go", &long),
        ("deep/deep.go", &deep),
        ("chain/chain.go", &chain),
        ("rest/rest.go", ANALYSED),
    ]);
    let (_, found) = check(dir.path(), &["./..."], 3);
    assert_line(&found, "long/long.go:3:", "[types]");
    assert_line(&found, "deep/deep.go:3:", "[parse]");
    assert_line(&found, "deep/deep.go:5:13: [types]", FOUND);
    assert_line(&found, "chain/chain.go:3:", "[parse]");
    assert_line(&found, "rest/rest.go:3:26: [types]", FOUND);
    // Not even the code frame of an error in such a line is long.
    let ended = gossa(dir.path()).args(["check", "./..."]).run().exits(3);
    assert!(ended.stdout.len() < 10_000, "{} bytes", ended.stdout.len());
}
