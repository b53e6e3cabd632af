//! Call graphs of the fixtures in `testdata/callgraph`.
//!
//! A comment behind a call names all functions that it may reach, by algorithm:
//! `f() // vta: one, two; rta: one, two, three`. One behind the head of a function, such as
//! `// runtime: runtime.SetFinalizer`, names the functions from which the runtime calls it, in the
//! graph of variable type analysis. Names are without the path of the fixture.

#![expect(clippy::disallowed_methods, reason = "tests start the binary and read fixtures")]

use gossa_base::FxHashMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const ALGORITHMS: [&str; 3] = ["cha", "rta", "vta"];

#[derive(Deserialize)]
struct Graph {
    functions: Vec<Function>,
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: u32,
}

#[derive(Deserialize)]
struct Edge {
    caller: usize,
    callee: usize,
    dispatch: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    line: u32,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/callgraph")
}

fn graph(fixture: &str, algorithm: &str) -> Graph {
    let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
    let output = Command::new(env!("CARGO_BIN_EXE_gossa"))
        .current_dir(fixtures())
        .args(["-q", "callgraph", &format!("./{fixture}"), "--algo", algorithm])
        .args(["--format", "json", "--cgo", "off", "--goos", "linux", "--goarch", "amd64"])
        .env("GOROOT", goroot)
        .env("GOFLAGS", "")
        .env("GOENV", "off")
        .output()
        .expect("the binary starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{fixture} with {algorithm}: {errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What the comments of a fixture say: by line, by algorithm or `runtime`.
fn wanted(fixture: &str) -> BTreeMap<(u32, String), BTreeSet<String>> {
    let text = std::fs::read_to_string(fixtures().join(fixture).join("main.go")).expect("a file");
    let mut wanted = BTreeMap::new();
    for (line, code) in (1..).zip(text.lines()) {
        let Some((_, comment)) = code.split_once("// ") else { continue };
        for part in comment.split("; ") {
            let Some((what, names)) = part.split_once(':') else { continue };
            if what == "runtime" || ALGORITHMS.contains(&what) {
                wanted.insert((line, what.to_owned()), split(names));
            }
        }
    }
    assert!(!wanted.is_empty(), "{fixture}: no comment says anything");
    wanted
}

/// Names, separated by commas outside brackets.
fn split(names: &str) -> BTreeSet<String> {
    let mut depth = 0;
    let parts = names.split(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == ',' && depth == 0
    });
    parts.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn check(fixture: &str) {
    let wanted = wanted(fixture);
    let prefix = format!("example.com/callgraph/{fixture}.");
    let mut failures = Vec::new();
    for algorithm in ALGORITHMS {
        let graph = graph(fixture, algorithm);
        let short = |at: usize| graph.functions[at].name.replace(&prefix, "");
        let mut found: FxHashMap<(u32, &str), BTreeSet<String>> = FxHashMap::default();
        let here = |file: &str| file == format!("{fixture}/main.go");
        for edge in &graph.edges {
            if edge.dispatch == "runtime" {
                let callee = &graph.functions[edge.callee];
                if here(&callee.file) {
                    found.entry((callee.line, "runtime")).or_default().insert(short(edge.caller));
                }
            } else if here(&edge.file) {
                found.entry((edge.line, algorithm)).or_default().insert(short(edge.callee));
            }
        }
        for ((line, what), wanted) in &wanted {
            if what != algorithm && (what != "runtime" || algorithm != "vta") {
                continue;
            }
            let found = found.remove(&(*line, what.as_str())).unwrap_or_default();
            if found != *wanted {
                failures.push(format!(
                    "{fixture}/main.go:{line}: {what} ({algorithm}): found {found:?}, not {wanted:?}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

macro_rules! fixtures {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn every_fixture_is_checked() {
            let names = std::fs::read_dir(fixtures()).expect("fixtures");
            let names = names.map(|entry| entry.expect("an entry").path());
            let dirs = names.filter(|path| path.is_dir());
            let found: BTreeSet<String> = dirs
                .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
                .collect();
            let known = [$(stringify!($name)),*].map(str::to_owned);
            assert_eq!(found, BTreeSet::from(known));
        }
    };
}

fixtures! {
    closures defers dispatch embedded finalizers generics linkname methodvalues rangefunc reflection
    timers unsafes
}
