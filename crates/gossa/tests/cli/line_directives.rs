//! Generated code: places are those of the Go file, with their origin by `//line` directives.

use crate::support::{fixture, gossa};
use serde_json::json;

#[test]
fn errors_in_generated_code_say_what_they_were_generated_from() {
    let ended = gossa(fixture("generated")).args(["types", "-q"]).run().exits(3);
    assert_eq!(
        ended.stdout.lines().collect::<Vec<_>>(),
        [
            "parser.go:7:14: undefined: missing0",
            "parser.go:10:13: undefined: missing1 (generated from grammar.y:10)",
            "parser.go:13:14: undefined: missing2 (generated from grammar.y:20:18)",
            "parser.go:14:13: undefined: missing3 (generated from grammar.y:21:13)",
            "parser.go:16:28: undefined: missing4 (generated from grammar.y:7:2)",
        ]
    );
}

#[test]
fn findings_show_the_generated_code_and_name_its_origin() {
    let run = |args: &[&str]| {
        let all = ["check", "-q"].into_iter().chain(args.iter().copied());
        gossa(fixture("generated")).args(all).run().exits(1)
    };
    let text = run(&[]).stdout;
    assert!(text.contains("--> parser.go:24:17\n"), "{text}");
    assert!(text.contains("24 |     return (*byte)(unsafe.Pointer(u))"), "{text}");
    assert!(text.contains("= note: generated from other/more.y:8\n"), "{text}");
    let report = run(&["--format", "json"]).json();
    let place = &report["findings"][0]["location"];
    assert_eq!(place["file"], "parser.go");
    assert_eq!(place["origin"], json!({"file": "other/more.y", "line": 8}));
    let elsewhere = &report["diagnostics"][0]["location"];
    assert!(elsewhere.get("origin").is_none(), "{elsewhere}");
}
