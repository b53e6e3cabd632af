//! `--baseline` and `--write-baseline`: findings that are known.

use crate::support::{gossa, module};
use serde_json::Value;

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.27\n");

/// A function that `unsafe-uintptr` has a finding in.
fn function(name: &str) -> String {
    format!(
        "\nfunc {name}(p *int) *int {{\n\tu := uintptr(unsafe.Pointer(p))\n\tg()\n\
         \treturn (*int)(unsafe.Pointer(u))\n}}\n"
    )
}

fn file(functions: &[&str]) -> String {
    let head = "package m\n\nimport \"unsafe\"\n\nfunc g() {}\n".to_owned();
    functions.iter().fold(head, |text, name| text + &function(name))
}

const WRITE: [&str; 3] = ["check", "--write-baseline", "known.json"];
const WITH: [&str; 5] = ["check", "--format", "json", "--baseline", "known.json"];

#[test]
fn known_findings_are_not_reported_and_new_ones_are() {
    let dir = module([GO_MOD, ("a.go", &file(&["f", "h"]))]);
    let ended = gossa(dir.path()).args(WRITE).run().exits(0);
    assert_eq!(ended.stderr, "2 findings written to known.json\n");
    assert!(ended.stdout.starts_with("no findings in"), "{}", ended.stdout);
    assert!(ended.stdout.ends_with("; 2 findings not shown: suppressed\n"), "{}", ended.stdout);
    let read = || std::fs::read_to_string(dir.path().join("known.json")).expect("the baseline");
    let written = read();
    gossa(dir.path()).args(WRITE).run().exits(0);
    assert_eq!(read(), written, "the same findings give the same bytes");

    let report = gossa(dir.path()).args(WITH).run().exits(0).json();
    assert_eq!(report["stats"]["suppressed"], 2);
    assert_eq!(report["diagnostics"], serde_json::json!([]));

    // Lines move, a function comes, another goes.
    std::fs::write(dir.path().join("a.go"), file(&["added", "h"])).expect("a file");
    let report = gossa(dir.path()).args(WITH).run().exits(1).json();
    let functions: Vec<_> = (report["findings"].as_array().expect("findings").iter())
        .map(|finding| finding["function"].as_str())
        .collect();
    assert_eq!(functions, [Some("added")]);
    let note = &report["diagnostics"][0];
    assert_eq!(note["severity"], "note");
    let message = note["message"].as_str().expect("a message");
    let start = "an entry of known.json matches nothing any more: unsafe-uintptr in a.go (";
    assert!(message.starts_with(start), "{message}");
    assert_eq!(report["stats"]["errors"], 0);
}

#[test]
fn entries_are_only_stale_where_their_checker_ran_on_their_package() {
    let dir = module([GO_MOD, ("a.go", &*file(&["f"])), ("sub/b.go", &file(&["f"]))]);
    gossa(dir.path()).args(WRITE).args(["./..."]).run().exits(0);
    std::fs::write(dir.path().join("a.go"), "package m\n").expect("a file");
    let notes = |args: &[&str]| {
        let report = gossa(dir.path()).args(WITH).args(args.iter().copied()).run().exits(0).json();
        report["diagnostics"].as_array().map(Vec::len)
    };
    assert_eq!(notes(&["./..."]), Some(1));
    assert_eq!(notes(&["./sub"]), Some(0));
    assert_eq!(notes(&["./...", "--checkers", "data-race"]), Some(0));
}

#[test]
fn findings_that_comments_suppress_stay_out_of_it() {
    let text = file(&["f", "h"]).replace("(u))\n}\n\nfunc h", "(u)) //nolint\n}\n\nfunc h");
    let dir = module([GO_MOD, ("a.go", &*text)]);
    gossa(dir.path()).args(WRITE).run().exits(0);
    let text = std::fs::read(dir.path().join("known.json")).expect("the baseline");
    let baseline: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(baseline["schema"], "gossa.baseline/1");
    assert_eq!(baseline["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_missing_or_broken_file_is_refused() {
    let dir = module([GO_MOD, ("a.go", &*file(&[])), ("known.json", "{\"schema\": \"x/1\"}")]);
    let ended = gossa(dir.path()).args(WITH).run().exits(2);
    let expected = "error: known.json is not a baseline (--write-baseline): the schema is `x/1`, \
                    not `gossa.baseline/1`\n";
    assert_eq!(ended.stderr, expected);
    let ended = gossa(dir.path()).args(["check", "--baseline", "none.json"]).run().exits(2);
    assert!(ended.stderr.starts_with("error: cannot read none.json: "), "{}", ended.stderr);
    let ended = gossa(dir.path()).args(["check", "--write-baseline", "no/dir"]).run().exits(2);
    assert!(ended.stderr.starts_with("error: cannot write no/dir: "), "{}", ended.stderr);
}
