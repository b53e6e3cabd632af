//! `gossa check`: findings, exit statuses, and the fixed JSON form.

use crate::support::{fixture, gossa, module};
use serde_json::{Value, json};

const JSON: [&str; 3] = ["check", "--format", "json"];

#[test]
fn nothing_found() {
    let ended = gossa(fixture("clean")).args(["check", "./..."]).run().exits(0);
    assert_eq!(ended.stdout, "no findings in 2 packages\n");
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_finding_shows_the_code_and_tells_the_story() {
    let ended = gossa(fixture("findings")).args(["check", "./..."]).run().exits(1);
    let text = &ended.stdout;
    assert!(text.starts_with("warning[unsafe-uintptr]: "), "{text}");
    assert!(text.contains("--> buffer/buffer.go:14:"), "{text}");
    assert!(text.contains("14 |     return (*byte)(unsafe.Pointer(u))"), "{text}");
    assert!(text.contains("in function `(*Buffer).First` of package example.com/findings/buffer"));
    assert!(text.contains("\nstep 1: "), "{text}");
    assert!(text.ends_with("1 finding (1 warning) in 3 packages\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe: {text:?}");
}

#[test]
fn findings_win_over_errors_in_the_exit_status() {
    let ended = gossa(fixture("findings_and_errors")).args(JSON).run().exits(1);
    let report = ended.json();
    assert_eq!(report["stats"]["errors"], 1);
    assert_eq!(report["diagnostics"][0]["location"]["file"], "wrong.go");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn tests_are_analysed_when_asked_for() {
    let wrong = |name: &str| {
        format!(
            "func {name}(p *int) *int {{\n\tu := uintptr(unsafe.Pointer(p))\n\tg()\n\treturn (*int)(unsafe.Pointer(u))\n}}\n"
        )
    };
    let file = |package: &str, name: &str| {
        let call = if name == "x" { "func g() {}\n\n" } else { "" };
        format!("package {package}\n\nimport \"unsafe\"\n\n{call}{}", wrong(name))
    };
    let external = "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m\"\n)\n\nfunc TestM(t *testing.T) { m.Exported(t.Name()) }\n";
    let exported = "package m\n\nfunc Exported(string) {}\n\nfunc ExampleExported() {}\n";
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n".to_owned()),
        ("a.go", file("m", "x")),
        ("b_test.go", file("m", "y")),
        ("export_test.go", exported.to_owned()),
        ("m_test.go", external.to_owned()),
    ]);
    let found = |args: &[&str]| {
        let report = gossa(dir.path()).args(JSON).args(args.iter().copied()).run().exits(1).json();
        assert_eq!(report["diagnostics"], json!([]));
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let part = |f: &Value| (f["location"]["file"].to_string(), f["package"].to_string());
        findings.iter().map(part).collect::<Vec<_>>()
    };
    let at = |file: &str| (format!("{file:?}"), "\"example.com/m\"".to_owned());
    assert_eq!(found(&[]), [at("a.go")]);
    // What stands in both the package and the package with its tests is told once.
    assert_eq!(found(&["--tests"]), [at("a.go"), at("b_test.go")]);
}

#[test]
fn checkers_can_be_chosen() {
    let run =
        |list: &str| gossa(fixture("findings")).args(["check", "./...", "--checkers", list]).run();
    run("unsafe-uintptr").exits(1);
    run("-unsafe-uintptr").exits(0);
}

/// The names and kinds of an object's fields, in order.
fn shape(value: &Value) -> Vec<String> {
    let fields = value.as_object().expect("an object").iter();
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    fields.map(|(name, value)| format!("{name}: {}", kind(value))).collect()
}

#[test]
fn json_has_the_fixed_fields() {
    let ended = gossa(fixture("findings")).args(JSON).args(["./..."]).run().exits(1);
    let report = ended.json();
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(report["schema"], "gossa.findings/1");
    assert_eq!(report["tool"], json!({"name": "gossa", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(
        shape(&report),
        sorted(&[
            "schema: string",
            "tool: object",
            "findings: array",
            "diagnostics: array",
            "stats: object"
        ])
    );
    let finding = &report["findings"][0];
    assert_eq!(
        shape(finding),
        sorted(&[
            "checker: string",
            "category: string",
            "severity: string",
            "confidence: string",
            "message: string",
            "location: object",
            "package: string",
            "function: string",
            "fingerprint: string",
            "trace: array",
            "related: array",
            "fixes: array"
        ])
    );
    assert_eq!(finding["checker"], "unsafe-uintptr");
    assert_eq!(finding["category"], "unsafe");
    assert_eq!(finding["package"], "example.com/findings/buffer");
    assert_eq!(finding["function"], "(*Buffer).First");
    assert_eq!(finding["location"]["file"], "buffer/buffer.go");
    assert_eq!(finding["location"]["line"], 14);
    let fingerprint = finding["fingerprint"].as_str().expect("a string");
    assert!(fingerprint.len() == 16 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit()));
    let place = [
        "column: number",
        "end_column: number",
        "end_line: number",
        "file: string",
        "line: number",
    ];
    assert_eq!(shape(&finding["location"]), place);
    for step in finding["trace"].as_array().expect("a trace") {
        assert_eq!(shape(step), ["location: object", "message: string"]);
        assert_eq!(shape(&step["location"]), place);
    }
    let stats = &report["stats"];
    for field in ["packages", "files", "lines", "functions", "instructions"] {
        assert!(stats[field].as_u64().is_some_and(|n| n > 0), "{field}: {stats}");
    }
    assert_eq!(stats["errors"], 0);
    for stage in ["load", "parse", "types", "ssa", "solve", "check", "total"] {
        assert!(stats["seconds"][stage].is_number(), "{stage}: {stats}");
    }
    assert!(stats["seconds"]["total"].as_f64().is_some_and(|s| s > 0.0), "{stats}");
    if cfg!(target_os = "linux") {
        assert!(stats["peak_rss_mb"].as_u64().is_some_and(|n| n > 0), "{stats}");
    }
}

#[test]
fn json_lines_begin_with_their_kind() {
    let ended =
        gossa(fixture("findings")).args(["check", "--format", "jsonl", "./..."]).run().exits(1);
    let kinds: Vec<String> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["kind"].to_string())
        .collect();
    assert_eq!(kinds, ["\"report\"", "\"finding\"", "\"stats\""]);
}

#[test]
fn files_are_named_relative_to_the_directory_asked_for() {
    let ended = gossa(fixture("findings").join("buffer"))
        .args(["-C", "..", "check", "--format", "json", "./..."])
        .run()
        .exits(1);
    assert_eq!(ended.json()["findings"][0]["location"]["file"], "buffer/buffer.go");
    let ended = gossa(fixture("findings")).args(["-C", "buffer"]).args(JSON).run().exits(1);
    assert_eq!(ended.json()["findings"][0]["location"]["file"], "buffer.go");
}

#[test]
fn findings_in_dependencies_are_for_those_who_name_them() {
    let ended = gossa(fixture("findings")).args(["check", "./user"]).run().exits(0);
    assert_eq!(ended.stdout, "no findings in 3 packages\n");
    assert_eq!(
        ended.stderr,
        "1 finding in dependencies not shown: name their packages to see them\n"
    );
    gossa(fixture("findings")).args(["check", "./user", "./buffer"]).run().exits(1);
}

#[test]
fn files_can_be_named_one_by_one() {
    let ended = gossa(fixture("findings"))
        .args(["check", "--format", "json", "buffer/buffer.go"])
        .run()
        .exits(1);
    assert_eq!(ended.json()["findings"][0]["package"], "command-line-arguments");
}

#[test]
fn a_package_of_the_standard_library() {
    let ended = gossa(fixture("clean"))
        .args(["check", "--format", "json", "--checkers", "-unsafe-uintptr", "errors"])
        .run()
        .exits(0);
    let report = ended.json();
    assert_eq!(report["diagnostics"], json!([]));
    assert!(report["stats"]["packages"].as_u64().is_some_and(|n| n > 5), "{}", report["stats"]);
}

#[test]
fn the_ledger_lists_names_of_c_that_were_not_read() {
    let file = "package m\n\n// #include <stdlib.h>\n// #include <far/away.h>\n// int own(void);\n\
                import \"C\"\n\nfunc Use() {\n\tC.free(nil)\n\tC.own()\n\tC.far_away(C.far_t(1))\n}\n";
    let dir = module([
        ("go.mod", "module example.com/m\n\ngo 1.27\n".to_owned()),
        ("m.go", file.to_owned()),
    ]);
    let ledger = |cgo: &str| {
        let report = gossa(dir.path()).args(JSON).args(["--cgo", cgo]).run().json();
        let own = |entry: &&Value| entry["package"] == "example.com/m";
        let entries = report["stats"]["ledger"].as_array().cloned().unwrap_or_default();
        entries.iter().filter(own).cloned().collect::<Vec<_>>()
    };
    let entry = |name: &str, kind: &str, how: &str| json!({"package": "example.com/m", "name": name, "kind": kind, "how": how});
    assert_eq!(
        ledger("on"),
        [
            entry("C.far_away", "function", "use"),
            entry("C.far_t", "type", "use"),
            entry("C.free", "function", "table"),
        ]
    );
    assert!(ledger("off").is_empty());
}

/// `atomic.Value` keeps the channel of a context in memory that it takes for something else.
#[test]
fn what_the_library_keeps_out_of_sight_may_still_be_closed() {
    let ended = gossa(fixture("clean"))
        .args(["check", "--checkers", "goroutine-leak", "context", "sync/atomic"])
        .run();
    assert_eq!(ended.exit, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.starts_with("no findings"), "{}", ended.stdout);
}
