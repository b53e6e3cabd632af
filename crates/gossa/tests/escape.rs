//! `gossa escape` beside `go build -gcflags='-m -l'`: the fixtures of `testdata/escape`, and some
//! packages of the standard library. `gossa-benches escape-diff` compares all of it, and modules.
//!
//! Beside each fixture stands what the compiler says of it, in `escape.txt`; `GOSSA_UPDATE=1` lets
//! the tests record it anew.

#![expect(clippy::disallowed_methods, reason = "tests start the binary and read fixtures")]

#[path = "support/escape_facts.rs"]
mod escape_facts;

use escape_facts::{Fact, Places, gcflags};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn goroot() -> PathBuf {
    gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"))
}

fn fixtures() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/escape");
    path.canonicalize().expect("fixtures")
}

fn build_environment(command: &mut Command) -> &mut Command {
    command.env("GOROOT", goroot()).env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    command.env("GOFLAGS", "").env("GOENV", "off").env("CGO_ENABLED", "0");
    command.env("GOOS", "linux").env("GOARCH", "amd64").env("GOAMD64", "v1").env_remove("GODEBUG")
}

/// What the compiler says, of everything that it compiles.
fn compiler(dir: &Path, packages: &[&str]) -> String {
    let mut go = Command::new(goroot().join("bin").join("go"));
    go.arg("build").arg(gcflags(&dir.to_string_lossy())).args(packages).current_dir(dir);
    let output = build_environment(&mut go).output().expect("the go command starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

fn ours(dir: &Path, packages: &[&str]) -> String {
    let mut gossa = Command::new(env!("CARGO_BIN_EXE_gossa"));
    gossa.args(["-q", "escape", "--format", "gc"]).args(packages).current_dir(dir);
    let output = build_environment(&mut gossa).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn lines(facts: &BTreeSet<Fact>) -> String {
    let mut text = String::new();
    for (file, line, column, said) in facts {
        let file = file.rsplit('/').next().unwrap_or_default();
        text.push_str(&format!("{file}:{line}:{column}: {said}\n"));
    }
    text
}

fn check(fixture: &str) {
    let (dir, goroot) = (fixtures(), goroot());
    let (dir_text, goroot) = (dir.to_string_lossy(), goroot.to_string_lossy());
    let places = Places { dir: &dir_text, goroot: &goroot, module_cache: "" };
    let pattern = format!("./{fixture}");
    let golden = dir.join(fixture).join("escape.txt");
    let compiled = compiler(&dir, &[&pattern]);
    let mut packages = places.by_package(&compiled);
    let said = packages.remove(&format!("example.com/escape/{fixture}")).unwrap_or_default();
    let said = lines(&said);
    if std::env::var_os("GOSSA_UPDATE").is_some() {
        std::fs::write(&golden, &said).expect("the record is written");
    }
    let recorded = std::fs::read_to_string(&golden).expect("a record");
    assert_eq!(recorded, said, "{fixture}: the compiler no longer says what is recorded");
    assert!(!recorded.is_empty(), "{fixture}: the compiler says nothing");
    assert_eq!(lines(&places.facts(&ours(&dir, &[&pattern]))), recorded, "{fixture}");
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
            let dirs = names.map(|entry| entry.expect("an entry").path()).filter(|p| p.is_dir());
            let found: BTreeSet<String> = dirs
                .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
                .collect();
            assert_eq!(found, BTreeSet::from([$(stringify!($name)),*].map(str::to_owned)));
        }
    };
}

fixtures! { calls closures conversions generics parameters range_func variables }

/// Packages of the standard library, each with how many of the compiler's messages gossa may
/// lack, and how many it may have alone.
const STANDARD: [(&str, usize, usize); 7] = [
    ("bufio", 0, 0),
    ("bytes", 0, 0),
    ("encoding/json", 0, 0),
    ("net/http", 0, 0),
    ("sort", 0, 0),
    ("strconv", 0, 0),
    ("strings", 0, 0),
];

#[test]
fn packages_of_the_standard_library_are_as_the_compiler_has_them() {
    let goroot = goroot();
    let dir = goroot.join("src");
    let (dir_text, goroot) = (dir.to_string_lossy(), goroot.to_string_lossy());
    let places = Places { dir: &dir_text, goroot: &goroot, module_cache: "" };
    let names = STANDARD.map(|(name, ..)| name);
    let compiled = places.by_package(&compiler(&dir, &names));
    let mut failures = Vec::new();
    for (package, missing, extra) in STANDARD {
        let theirs = compiled.get(package).cloned().unwrap_or_default();
        let ours = places.facts(&ours(&dir, &[package]));
        assert!(theirs.len() > 50, "{package}: {} messages", theirs.len());
        let lacking: BTreeSet<Fact> = theirs.difference(&ours).cloned().collect();
        let alone: BTreeSet<Fact> = ours.difference(&theirs).cloned().collect();
        if lacking.len() > missing || alone.len() > extra {
            failures.push(format!(
                "{package}: lacks {}:\n{}has alone {}:\n{}",
                lacking.len(),
                lines(&lacking),
                alone.len(),
                lines(&alone)
            ));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
