//! `gossa pointsto` on the program of `testdata/pointsto`.

#![expect(clippy::disallowed_methods, reason = "tests start the binary")]

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn gossa(arguments: &[&str]) -> (Option<i32>, String, String) {
    gossa_with("pointsto", arguments)
}

fn gossa_with(command: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    gossa_on(".", command, arguments)
}

fn gossa_on(package: &str, command: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pointsto");
    let mut run = Command::new(env!("CARGO_BIN_EXE_gossa"));
    run.args(["-q", command, package]).args(arguments).current_dir(fixture);
    run.env("GOROOT", goroot).env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "");
    run.env("CGO_ENABLED", "0").env("GOOS", "linux").env("GOARCH", "amd64").env("GOENV", "off");
    let output = run.output().expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn printed(arguments: &[&str]) -> String {
    let (status, out, errors) = gossa(arguments);
    assert_eq!(status, Some(0), "{errors}");
    out
}

fn refused(arguments: &[&str]) -> String {
    let (status, out, errors) = gossa(arguments);
    assert_eq!((status, &*out), (Some(2), ""), "{errors}");
    errors
}

#[test]
fn expressions_and_variables_are_found_by_position() {
    insta::assert_snapshot!("variable", printed(&["--at", "main.go:43:2"]));
    insta::assert_snapshot!("parameter", printed(&["--at", "main.go:18:40"]));
    insta::assert_snapshot!("declared_parameter", printed(&["--at", "main.go:24:15"]));
    insta::assert_snapshot!("call", printed(&["--at", "main.go:42:2"]));
    insta::assert_snapshot!("global", printed(&["--at", "main.go:29:9"]));
    insta::assert_snapshot!("in_a_literal", printed(&["--at", "main.go:47:10"]));
}

#[test]
fn all_variables_of_a_function() {
    insta::assert_snapshot!("function", printed(&["--func", "pointsto.main"]));
    assert_eq!(
        printed(&["--func", "example.com/pointsto.main"]),
        printed(&["--func", "pointsto.main"])
    );
}

#[test]
fn json() {
    insta::assert_snapshot!("json", printed(&["--at", "main.go:42:2", "--format", "json"]));
}

#[test]
fn chains_lead_from_the_allocation_to_the_pointer() {
    insta::assert_snapshot!("why", printed(&["--at", "main.go:43:2", "--why", "main.go:25:9"]));
    insta::assert_snapshot!(
        "why_in_a_literal",
        printed(&["--at", "main.go:47:10", "--why", "main.go:46"])
    );
    insta::assert_snapshot!(
        "why_through_a_map",
        printed(&["--at", "main.go:42:2", "--why", "main.go:41"])
    );
    let json = ["--at", "main.go:43:2", "--why", "main.go:25:9", "--format", "json"];
    let chain: Value = serde_json::from_str(&printed(&json)).expect("JSON");
    assert_eq!(chain["schema"], "gossa.pointsto.why/1");
    let steps = chain["steps"].as_array().expect("steps");
    let text = printed(&json[..4]);
    assert_eq!(steps.len() + 1, text.lines().count());
    for (step, line) in steps.iter().zip(text.lines().skip(1)) {
        assert!(line.contains(step["reason"].as_str().expect("a reason")), "{line}");
    }
}

#[test]
fn libraries_have_callers_that_are_not_seen() {
    let printed = |command, arguments: &[&str]| {
        let (status, out, errors) = gossa_on("./library", command, arguments);
        assert_eq!(status, Some(0), "{errors}");
        out
    };
    insta::assert_snapshot!(
        "library",
        printed("pointsto", &["--func", "library.Fill"])
            + &printed("pointsto", &["--func", "library.memory.Put"])
    );
    insta::assert_snapshot!(
        "library_why",
        printed("pointsto", &["--at", "library/library.go:22:2", "--why", "library/library.go:22"])
    );
    insta::assert_snapshot!("library_calls", printed("callgraph", &["--algo", "pta"]));
}

#[test]
fn each_algorithm_says_why_it_sees_a_call() {
    let why = |algorithm: &str, call: &str| {
        let (_, out, errors) = gossa_with("callgraph", &["--algo", algorithm, "--why", call]);
        out + &errors
    };
    let put = "pointsto.main -> pointsto.memory.put";
    let literal = "pointsto.each -> pointsto.main$1";
    assert!(why("static", put).contains("no call of example.com/pointsto.memory.put"));
    assert!(why("static", "pointsto.main -> pointsto.each").contains("called by name"));
    for algorithm in ["cha", "rta"] {
        let said = why(algorithm, put);
        assert!(said.contains("main.go:41:18: *example.com/pointsto.memory becomes"), "{said}");
        let said = why(algorithm, literal);
        assert!(said.contains("main.go:46:40: taken as a value"), "{said}");
    }
    for algorithm in ["vta", "pta"] {
        let said = why(algorithm, put);
        assert!(said.contains("main.go:41:2: store through pointer"), "{said}");
        assert!(said.contains("main.go:42:2: call result"), "{said}");
        assert!(why(algorithm, literal).contains("call argument"));
    }
}

#[test]
fn what_is_not_there_is_refused() {
    assert!(refused(&["--at", "main.go:1:1"]).contains("no variable or expression"));
    assert!(refused(&["--at", "main.go:28:13"]).contains("nothing there"));
    assert!(refused(&["--at", "other.go:1:1"]).contains("no file `other.go`"));
    assert!(refused(&["--at", "main.go"]).contains("is not FILE:LINE:COLUMN"));
    assert!(refused(&["--func", "nobody"]).contains("no function `nobody`"));
    let other = ["--at", "main.go:43:2", "--why", "main.go:46"];
    assert!(refused(&other).contains("does not point to `main.go:46`"));
}
