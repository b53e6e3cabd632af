//! `gossa.toml`.

use crate::support::{gossa, module};

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.27\n");

/// A file with a function that `unsafe-uintptr` has a finding in.
const FILE: &str = "package m\n\nimport \"unsafe\"\n\nfunc g() {}\n\nfunc f(p *int) *int {\n\
                    \tu := uintptr(unsafe.Pointer(p))\n\tg()\n\treturn (*int)(unsafe.Pointer(u))\n}\n";

/// The files that something is found in, with this configuration.
fn found(config: &str, args: &[&str]) -> Vec<String> {
    let dir = module([
        GO_MOD,
        ("gossa.toml", config),
        ("a.go", FILE),
        ("gen/b.pb.go", FILE),
        ("sub/c.go", FILE),
        ("sub/c_windows.go", "package m\n\nfunc windows() {}\n"),
    ]);
    let command = ["check", "./...", "--format", "json"];
    let report = gossa(dir.path()).args(command).args(args.iter().copied()).run().json();
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|f| f["location"]["file"].as_str().expect("a file").to_owned()).collect()
}

#[test]
fn the_file_says_where_and_what_is_reported() {
    let all = ["a.go", "gen/b.pb.go", "sub/c.go"];
    assert_eq!(found("", &[]), all);
    assert_eq!(found("exclude = [\"**/*.pb.go\"]", &[]), ["a.go", "sub/c.go"]);
    assert_eq!(found("[report]\npaths = [\"gen\", \"sub/**\"]", &[]), ["gen/b.pb.go", "sub/c.go"]);
    let disable = "[checkers]\ndisable = [\"unsafe-uintptr\"]\n";
    assert_eq!(found(disable, &[]), [""; 0]);
    assert_eq!(found(disable, &["--no-config"]), all);
    assert_eq!(found(disable, &["--checkers", "unsafe-uintptr"]), all);
    assert_eq!(found("[checkers]\nenable = [\"data-race\"]\n", &[]), [""; 0]);
    let high = "[report]\nmin-confidence = \"high\"\nformat = \"sarif\"\n";
    assert_eq!(found(high, &[]), all, "the command line asks for JSON");
}

#[test]
fn the_file_of_the_module_is_found_from_below_and_another_can_be_named() {
    let dir = module([
        GO_MOD,
        ("gossa.toml", "[checkers]\ndisable = [\"unsafe-uintptr\"]\n"),
        ("other.toml", "[report]\nformat = \"github\"\n"),
        ("sub/c.go", FILE),
    ]);
    gossa(dir.path().join("sub")).args(["check"]).run().exits(0);
    let named = ["check", "--config", "../other.toml"];
    let ended = gossa(dir.path().join("sub")).args(named).run().exits(1);
    assert!(ended.stdout.starts_with("::warning file=c.go,line=10,"), "{}", ended.stdout);
    // Beside builds, and in the place of a platform that no one has.
    let both = ["check", "--config", "linux/amd64", "--config", "../other.toml"];
    gossa(dir.path().join("sub")).args(both).run().exits(1);
    let twice = ["check", "--config", "../other.toml", "--config", "../gossa.toml"];
    let ended = gossa(dir.path().join("sub")).args(twice).run().exits(2);
    assert!(ended.stderr.contains("a run has one such file"), "{}", ended.stderr);
    let ended = gossa(dir.path()).args(["check", "--config", "none.toml"]).run().exits(2);
    assert!(ended.stderr.starts_with("error: cannot read none.toml: "), "{}", ended.stderr);
}

#[test]
fn the_build_is_that_of_the_file_unless_the_command_line_has_one() {
    let dir = module([
        GO_MOD,
        ("gossa.toml", "[build]\ngoos = \"windows\"\ngoarch = \"amd64\"\ntags = [\"extra\"]\n"),
        ("a.go", "package m\n"),
        ("b_windows.go", FILE),
        ("c.go", "//go:build extra\n\npackage m\n\nvar x int = \"\"\n"),
    ]);
    let report = |args: &[&str]| {
        gossa(dir.path()).args(["check", "--format", "json"]).args(args.iter().copied()).run()
    };
    let windows = report(&[]).exits(1).json();
    assert_eq!(windows["findings"][0]["location"]["file"], "b_windows.go");
    assert_eq!(windows["stats"]["errors"], 1);
    let linux = report(&["--goos", "linux", "--goarch", "amd64"]).exits(3).json();
    assert_eq!(linux["findings"], serde_json::json!([]));
    assert_eq!(report(&["--tags", "none"]).exits(1).json()["stats"]["errors"], 0);
}

#[test]
fn mistakes_are_told_with_their_places() {
    let config = "exlude = []\n[checkers]\ndisable = [\"data-rase\"]\n";
    let dir = module([GO_MOD, ("gossa.toml", config), ("a.go", FILE)]);
    let ended = gossa(dir.path()).args(["check"]).run().exits(2);
    let expected = "error: gossa.toml:1:1: there is no key `exlude`; did you mean `exclude`?\n\
                    gossa.toml:3:12: there is no checker `data-rase`; did you mean `data-race`?\n";
    assert_eq!(ended.stderr, expected);
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_baseline_is_relative_to_the_file() {
    let config = "[report]\nbaseline = \"known.json\"\n";
    let known = "{\"schema\": \"gossa.baseline/1\", \"findings\": []}";
    let dir = module([GO_MOD, ("gossa.toml", config), ("known.json", known), ("sub/c.go", FILE)]);
    gossa(dir.path().join("sub")).args(["check"]).run().exits(1);
    let write = ["check", "--write-baseline", "../known.json"];
    gossa(dir.path().join("sub")).args(write).run().exits(0);
    gossa(dir.path()).args(["check", "./sub"]).run().exits(0);
    gossa(dir.path().join("sub")).args(["check"]).run().exits(0);
    gossa(dir.path().join("sub")).args(["check", "--no-config"]).run().exits(1);
}
