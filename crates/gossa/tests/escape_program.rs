//! `gossa escape --whole-program` on the program of `testdata/escape_program`, which says itself
//! how far its allocations get.

#![expect(clippy::disallowed_methods, reason = "tests start the binary and read fixtures")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn fixture() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/escape_program");
    path.canonicalize().expect("a fixture")
}

fn gossa(arguments: &[&str]) -> String {
    gossa_with("0", arguments)
}

fn gossa_with(cgo: &str, arguments: &[&str]) -> String {
    let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
    let mut run = Command::new(env!("CARGO_BIN_EXE_gossa"));
    run.args(["-q", "escape", "--whole-program"]).args(arguments).current_dir(fixture());
    run.env("GOROOT", goroot).env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "");
    run.env("CGO_ENABLED", cgo).env("GOOS", "linux").env("GOARCH", "amd64").env("GOENV", "off");
    let output = run.output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn sites(arguments: &[&str]) -> Vec<Value> {
    let document: Value = serde_json::from_str(&gossa(arguments)).expect("JSON");
    assert_eq!(document["schema"], "gossa.escape/1");
    document["sites"].as_array().expect("sites").clone()
}

fn text<'v>(site: &'v Value, field: &str) -> &'v str {
    site[field].as_str().unwrap_or_default()
}

#[test]
fn allocations_get_as_far_as_the_program_says() {
    let source = std::fs::read_to_string(fixture().join("main.go")).expect("a program");
    let mut wanted: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for (line, number) in source.lines().zip(1..) {
        if let Some((_, said)) = line.split_once("//! ") {
            wanted.insert(number, said.split("; ").map(str::to_owned).collect());
        }
    }
    assert!(wanted.len() > 25, "{} lines", wanted.len());
    let mut found: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for site in sites(&["--format", "json", "."]) {
        if text(&site, "kind") == "parameter" {
            continue;
        }
        let never = if site["reachable"] == true { "" } else { " never" };
        let said = format!("{} {}{never}", text(&site, "text"), text(&site, "verdict"));
        found.entry(site["line"].as_u64().expect("a line")).or_default().insert(said);
    }
    assert_eq!(found, wanted);
}

#[test]
fn parameters_leak_where_the_program_lets_them() {
    let lines = gossa(&["."]);
    let said = |name: &str| -> Vec<&str> {
        let mark = format!("parameter {name} ");
        lines.lines().filter_map(|line| Some(line.split_once(&mark)?.1)).collect()
    };
    // The second is that of a method that keeps it.
    assert!(said("p").contains(&"leaks to heap at depth 0"), "{lines}");
    assert!(said("p").contains(&"leaks to global at depth 0"), "{lines}");
    assert_eq!(said("a"), ["leaks to result ~r0 at depth 0"]);
    // The compiler does not look beyond the fifth.
    assert_eq!(said("f")[0], "does not leak", "{lines}");
    assert!(said("f").contains(&"leaks to result ~r5 at depth 0"), "{lines}");
    assert_eq!(said("done"), ["does not leak"]);
}

#[test]
fn what_is_open_may_be_called_with_anything_the_program_has() {
    let exported = sites(&["--roots", "exported", "--format", "json", "."]);
    // Package main exports nothing, so that nothing but initialisation runs.
    let runs = exported.iter().filter(|site| site["reachable"] == true).count();
    assert_eq!(runs, 0);
}

#[test]
fn what_c_is_given_reaches_c() {
    let said = gossa_with("1", &["./c"]);
    assert!(said.contains("variable x reaches C\n"), "{said}");
}
