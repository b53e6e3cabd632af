//! SARIF output is what the published schema says.
//!
//! The schema is that of OASIS, as the crate `serde-sarif` carries it: it is read from the sources
//! of that crate, where cargo has them; nothing is compiled from them.

#![expect(clippy::disallowed_methods, reason = "the test asks cargo and reads a file")]

use gossa_report::{
    Confidence, Diagnostic, Edit, Finding, Fix, Location, MemorySources, NoSources, OutputFormat,
    Report, Rule, Severity, SourceProvider, Stage, Step, Suppression, SuppressionKind,
    WriteOptions,
};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn schema() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let path = Path::new(manifest.expect("a dependency")).with_file_name("src/schema.json");
    let text = std::fs::read_to_string(path).expect("the schema");
    // A pattern has a bracket that stands for itself, which only some dialects of regular
    // expressions take for that.
    let text = text.replace("{2}]?$", r"{2}\\]?$");
    serde_json::from_str(&text).expect("JSON")
}

fn written(report: &Report, rules: Vec<Rule>, sources: &dyn SourceProvider) -> Value {
    let mut out = Vec::new();
    let options = WriteOptions { rules, ..WriteOptions::default() };
    report.write(OutputFormat::Sarif, &options, sources, &mut out).expect("memory");
    serde_json::from_slice(&out).expect("JSON")
}

/// What the schema has against a document.
fn errors(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let shown = validator.iter_errors(document);
    shown.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// A report with everything that a report can hold.
fn full() -> Report {
    let place = |line| Location::new("a b.go", line, 2, line, 5);
    let step = |line, goroutine| {
        let mut step = Step::new("does", place(line));
        step.goroutine = goroutine;
        step
    };
    let edit =
        |file: &str| Edit { file: file.to_owned(), start: 0, end: 2, new_text: "x".to_owned() };
    let mut raced = Finding::new("race", "c", Severity::Error, "`{}`", place(1));
    raced.package = "example.com/m".to_owned();
    raced.function = "(*T).F".to_owned();
    raced.configs = vec!["linux/amd64".to_owned()];
    raced.trace = vec![step(1, 1), step(2, 2), step(1, 1)];
    raced.related = vec![step(3, 0), step(4, 0)];
    raced.fixes =
        vec![Fix { message: "f".to_owned(), edits: vec![edit("a b.go"), edit("$GOROOT/b.go")] }];
    let mut ignored = Finding::new("race", "c", Severity::Note, "m", place(2));
    ignored.confidence = Confidence::Low;
    ignored.suppression = Some(Suppression {
        kind: SuppressionKind::Comment,
        reason: "because".to_owned(),
        location: Some(place(1)),
    });
    let mut known = Finding::new("other", "c", Severity::Warning, "m", place(3));
    known.location.file = "/abs/c.go".to_owned();
    known.package = "example.com/m".to_owned();
    known.suppression = Some(Suppression {
        kind: SuppressionKind::Baseline,
        reason: String::new(),
        location: None,
    });
    let mut report = Report::new();
    report.findings = vec![raced, ignored, known];
    report.has_baseline = true;
    report.diagnostics = vec![
        Diagnostic::new(Severity::Error, Stage::Load, "no place"),
        Diagnostic::new(Severity::Note, Stage::Types, "m").at(Location::point("a b.go", 1, 1)),
        Diagnostic::new(Severity::Warning, Stage::Parse, "m").at(Location::point("go.mod", 0, 0)),
    ];
    report.stats.errors = 1;
    report
}

fn rule(id: &'static str) -> Rule {
    Rule {
        id: id.into(),
        category: "c".into(),
        severity: Severity::Warning,
        summary: "is a test".into(),
        help: "## What it does\nReports.\n## Why\nBecause.".to_owned(),
        cwe: vec![362, 366],
    }
}

#[test]
fn reports_are_valid() {
    let schema = schema();
    let sources = MemorySources::new([("a b.go", "é x\n\tabc\n\tdef\n\tghi\n")]);
    let mut report = full();
    report.finish(&sources);
    report.set_suppressed_aside();
    for rules in [vec![rule("race"), rule("silent")], Vec::new()] {
        assert_eq!(errors(&schema, &written(&report, rules.clone(), &sources)), [""; 0]);
        assert_eq!(errors(&schema, &written(&report, rules.clone(), &NoSources)), [""; 0]);
        assert_eq!(errors(&schema, &written(&Report::new(), rules, &NoSources)), [""; 0]);
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let mut document = written(&full(), Vec::new(), &NoSources);
    document["runs"][0]["results"][0]["level"] = "fatal".into();
    document["runs"][0]["results"][1]["colour"] = "red".into();
    assert_eq!(errors(&schema(), &document).len(), 2);
}
