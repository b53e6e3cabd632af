//! `gossa run`: programs of `testdata/run` do what the Go toolchain's do, as `record` there wrote
//! it down.

use crate::support::{gossa, module};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn programs_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/run")
}

/// Standard output, why the program ended, and the exit status, as `record` has them.
fn outcome(dir: &str, arguments: &[&str]) -> String {
    let arguments = arguments.iter().copied();
    let ended = gossa(programs_dir()).args(["run", "-q"]).args(arguments).args([dir]).run();
    let mut text = ended.stdout.clone();
    for line in ended.stderr.lines() {
        let start = line.trim_start();
        if start.starts_with("panic: ") || line.starts_with("fatal error: ") {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = writeln!(text, "exit status {}", ended.exit.unwrap_or(-1));
    text
}

fn programs() -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(programs_dir()).expect("testdata/run") {
        let entry = entry.expect("an entry of testdata/run");
        if entry.path().join("main.go").is_file() {
            names.push(entry.file_name().into_string().expect("a name in UTF-8"));
        }
    }
    names.sort();
    assert!(names.len() > 5, "{names:?}");
    names
}

#[test]
fn programs_do_what_the_toolchain_recorded() {
    for name in programs() {
        let expected = programs_dir().join(&name).join("expected.txt");
        let expected = std::fs::read_to_string(&expected).expect("run testdata/run/record");
        assert_eq!(outcome(&format!("{name}/main.go"), &[]), expected, "{name}");
    }
}

#[test]
fn every_seed_gives_an_allowed_run_and_always_the_same() {
    let expected = std::fs::read_to_string(programs_dir().join("channels/expected.txt"));
    let expected = expected.expect("run testdata/run/record");
    for seed in ["1", "2", "12345"] {
        for _ in 0..2 {
            assert_eq!(outcome("channels/main.go", &["--seed", seed]), expected, "seed {seed}");
        }
    }
}

#[test]
fn what_cannot_be_run_is_refused_by_name() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        (
            "main.go",
            "package main\n\nimport \"os\"\n\nfunc main() {\n\tread()\n}\n\nfunc read() {\n\
             \tos.ReadFile(\"/etc/hostname\")\n}\n",
        ),
    ]);
    let ended = gossa(dir.path()).args(["run", "."]).run().exits(2);
    assert!(ended.stderr.contains("cannot run the system call"), "{}", ended.stderr);
    assert!(ended.stderr.contains("called by example.com/m.read"), "{}", ended.stderr);

    let ended = gossa(dir.path()).args(["run", "--steps", "10", "."]).run().exits(2);
    assert!(ended.stderr.contains("more steps than the budget allows"), "{}", ended.stderr);

    let ended = gossa(dir.path()).args(["run", "fmt"]).run().exits(2);
    assert!(ended.stderr.contains("package fmt is not a main package"), "{}", ended.stderr);
}
