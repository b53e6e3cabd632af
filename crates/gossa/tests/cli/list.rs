//! `gossa list`: the go command's field names, and its surroundings.

use crate::support::{Ended, fixture, gossa, module};
use serde_json::Value;

fn packages(ended: &Ended) -> Vec<Value> {
    serde_json::Deserializer::from_str(&ended.stdout)
        .into_iter::<Value>()
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error} in\n{}", ended.stdout))
}

#[test]
fn packages_are_json_objects_one_after_the_other() {
    let ended = gossa(fixture("clean")).args(["list", "./..."]).run().exits(0);
    let packages = packages(&ended);
    let field = |name: &str| packages.iter().map(|p| p[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("ImportPath"), ["example.com/clean", "example.com/clean/inner"]);
    assert_eq!(field("Name"), ["clean", "inner"]);
    assert_eq!(packages[1]["GoFiles"], serde_json::json!(["inner.go"]));
    assert_eq!(packages[1]["Imports"], serde_json::json!(["example.com/clean"]));
    assert_eq!(packages[1]["Module"]["Path"], "example.com/clean");
    assert_eq!(ended.stderr, "");
}

#[test]
fn dependencies_come_first_when_asked_for() {
    let ended = gossa(fixture("clean")).args(["list", "--deps", "./inner"]).run().exits(0);
    let packages = packages(&ended);
    let paths: Vec<&str> = packages.iter().filter_map(|p| p["ImportPath"].as_str()).collect();
    assert_eq!(paths, ["example.com/clean", "example.com/clean/inner"]);
    assert_eq!(packages[0]["DepOnly"], true);
}

#[test]
fn tests_are_packages_of_their_own() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        ("a.go", "package m\n"),
        ("a_test.go", "package m\n"),
        ("x_test.go", "package m_test\n\nimport _ \"example.com/m/q\"\n"),
        ("q/q.go", "package q\n\nimport _ \"example.com/m\"\n"),
    ]);
    for test in ["--test", "--tests"] {
        let listed = packages(&gossa(dir.path()).args(["list", "--deps", test]).run().exits(0));
        let of_module = |p: &&Value| p["Standard"] != true;
        let mut paths: Vec<_> =
            listed.iter().filter(of_module).filter_map(|p| p["ImportPath"].as_str()).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [
                "example.com/m",
                "example.com/m [example.com/m.test]",
                "example.com/m.test",
                "example.com/m/q [example.com/m.test]",
                "example.com/m_test [example.com/m.test]",
            ]
        );
    }
}

#[test]
fn without_patterns_it_is_the_package_of_the_directory() {
    let ended = gossa(fixture("clean")).args(["-C", "inner", "list"]).run().exits(0);
    assert_eq!(packages(&ended)[0]["ImportPath"], "example.com/clean/inner");
}

#[test]
fn the_build_follows_options_and_environment() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        ("a.go", "package m\n"),
        ("a_windows.go", "package m\n"),
        ("a_arm64.go", "package m\n"),
        ("c.go", "package m\n\nimport \"C\"\n"),
        ("t.go", "//go:build special\n\npackage m\n"),
    ]);
    let files = |args: &[&str], env: &[(&str, &str)]| {
        let mut run = gossa(dir.path()).args(["list"]).args(args.iter().copied());
        for (name, value) in env {
            run = run.env(name, value);
        }
        let listed = packages(&run.run().exits(0));
        let names = |field: &str| {
            let list = listed[0][field].as_array().cloned().unwrap_or_default();
            list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        [names("GoFiles"), names("CgoFiles")].concat().join(" ")
    };
    let linux = ["--goos", "linux", "--goarch", "amd64"];
    assert_eq!(files(&linux, &[("CGO_ENABLED", "0")]), "a.go");
    assert_eq!(files(&linux, &[("CGO_ENABLED", "1")]), "a.go c.go");
    assert_eq!(
        files(&[&linux[..], &["--cgo", "on"]].concat(), &[("CGO_ENABLED", "0")]),
        "a.go c.go"
    );
    assert_eq!(
        files(&[], &[("GOOS", "windows"), ("GOARCH", "arm64"), ("CGO_ENABLED", "0")]),
        "a.go a_arm64.go a_windows.go"
    );
    let special = [&linux[..], &["--cgo", "off", "--tags", "other,special"]].concat();
    assert_eq!(files(&special, &[]), "a.go t.go");
    let off = [&linux[..], &["--cgo", "off"]].concat();
    assert_eq!(files(&off, &[("GOFLAGS", "-tags=special")]), "a.go t.go");
}

#[test]
fn an_overlay_stands_in_for_files() {
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
        ("a.go", "package m\n\nvar x int = \"no number\"\n"),
        ("new.txt", "package m\n\nimport _ \"unsafe\"\n\nvar x = 1 / zero\n"),
        ("overlay.json", "{\"Replace\": {\"a.go\": \"new.txt\", \"sub/b.go\": \"new.txt\"}}"),
        ("broken.json", "{"),
    ]);
    let listed = packages(
        &gossa(dir.path()).args(["list", "./...", "--overlay", "overlay.json"]).run().exits(0),
    );
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["Imports"][0], "unsafe");

    // What later stages read is replaced, too.
    let ended = gossa(dir.path()).args(["types"]).run().exits(3);
    assert!(ended.stdout.contains("a.go:3:13"), "{}", ended.stdout);
    let ended = gossa(dir.path()).args(["types"]).env("GOFLAGS", "-overlay=overlay.json").run();
    assert!(ended.exits(3).stdout.contains("undefined: zero"));

    let ended = gossa(dir.path()).args(["list", "--overlay", "broken.json"]).run().exits(2);
    assert!(ended.stderr.contains("parsing overlay JSON"), "{}", ended.stderr);
}

#[test]
fn what_cannot_be_loaded_is_told_and_the_rest_is_listed() {
    let ended = gossa(fixture("import_cycle")).args(["list", "./..."]).run().exits(3);
    assert_eq!(packages(&ended).len(), 3);
    assert!(ended.stderr.contains("b/b.go:3:8: import cycle not allowed"), "{}", ended.stderr);

    let ended = gossa(fixture("clean")).args(["list", "./nowhere/..."]).run().exits(2);
    assert!(ended.stderr.contains("nowhere"), "{}", ended.stderr);
}
