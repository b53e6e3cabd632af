//! Comments in analysed code that suppress findings, and what is said about those that do not.

use crate::support::{gossa, module};
use serde_json::Value;

const GO_MOD: (&str, &str) = ("go.mod", "module example.com/m\n\ngo 1.27\n");

/// A file with functions that `unsafe-uintptr` has a finding in, each with this comment above the
/// finding's line and this one behind it.
fn file(functions: &[(&str, &str)]) -> String {
    let mut text = "package m\n\nimport \"unsafe\"\n\nfunc g() {}\n".to_owned();
    for (index, (above, behind)) in functions.iter().enumerate() {
        let above = if above.is_empty() { String::new() } else { format!("\t{above}\n") };
        text += &format!(
            "\nfunc f{index}(p *int) *int {{\n\tu := uintptr(unsafe.Pointer(p))\n\tg()\n{above}\
             \treturn (*int)(unsafe.Pointer(u)) {behind}\n}}\n"
        );
    }
    text
}

/// Checker, line and message of all findings.
fn found(text: &str, args: &[&str]) -> (Vec<(String, u64, String)>, Value) {
    let dir = module([GO_MOD, ("a.go", text)]);
    let run = gossa(dir.path()).args(["check", "--format", "json"]).args(args.iter().copied());
    let report = run.run().json();
    assert_eq!(report["diagnostics"], serde_json::json!([]));
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let part = |f: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = f["location"]["line"].as_u64().unwrap_or_default();
        (text(&f["checker"]), line, text(&f["message"]))
    };
    (findings.iter().map(part).collect(), report["stats"]["suppressed"].clone())
}

#[test]
fn comments_on_the_line_and_above_it_suppress_and_are_counted() {
    let text = file(&[
        ("", "//gossa:ignore unsafe-uintptr it is pinned"),
        ("//gossa:ignore unsafe-uintptr,data-race it is pinned", ""),
        ("//lint:ignore SA1000,unsafe-uintptr it is pinned", ""),
        ("", "//nolint:gossa,errcheck // it is pinned"),
        ("", "//nolint"),
        ("", "// nothing to do with it"),
    ]);
    // The checker that one of the comments names in vain does not run here.
    let (findings, suppressed) = found(&text, &["--checkers", "unsafe-uintptr"]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].0, "unsafe-uintptr");
    assert_eq!(suppressed, 5);
    let (findings, _) = found(&text, &[]);
    let unused: Vec<_> = findings.iter().filter(|found| found.0 == "unused-ignore").collect();
    assert_eq!(unused.len(), 1, "{findings:?}");
    assert!(unused[0].2.starts_with("`data-race` reports nothing here"), "{unused:?}");
}

#[test]
fn a_comment_on_a_line_of_its_own_reaches_below_the_comments_that_follow() {
    let both = "//gossa:ignore data-race it is locked\n\t//gossa:ignore unsafe-uintptr pinned";
    let (findings, suppressed) = found(&file(&[(both, "")]), &["--checkers", "-data-race"]);
    assert_eq!((findings, suppressed), (vec![], 1.into()));
    // Behind code it is about that code alone.
    let text = file(&[("", "")]).replace("\tg()", "\tg() //gossa:ignore unsafe-uintptr pinned");
    let (findings, _) = found(&text, &[]);
    let checkers: Vec<_> = findings.iter().map(|found| found.0.as_str()).collect();
    assert_eq!(checkers, ["unused-ignore", "unsafe-uintptr"]);
}

#[test]
fn nolint_above_a_function_or_the_package_covers_all_of_it() {
    let text = file(&[("", ""), ("", "")]).replace("\nfunc f0", "\n//nolint:gossa\nfunc f0");
    let (findings, suppressed) = found(&text, &[]);
    let lines: Vec<u64> = findings.iter().map(|found| found.1).collect();
    assert_eq!((lines, suppressed), (vec![17], 1.into()));
    let (findings, suppressed) = found(&format!("//nolint:all\n{text}"), &[]);
    assert_eq!((findings, suppressed), (vec![], 2.into()));
    let lint = "//lint:file-ignore unsafe-uintptr all of it is pinned\n";
    let (findings, suppressed) = found(&format!("{lint}\n{text}"), &[]);
    assert_eq!((findings, suppressed), (vec![], 2.into()));
}

#[test]
fn comments_that_have_no_effect_are_told_with_their_place_and_the_nearest_id() {
    let text = file(&[
        ("//gossa:ignore unsafe-uintptr", ""),
        ("//gossa:ignore unsafe-unitptr it is pinned", ""),
        ("// gossa:ignore unsafe-uintptr it is pinned", ""),
        ("//gossa:ignroe unsafe-uintptr it is pinned", ""),
        ("//lint:ignore SA1000 it is of another tool", ""),
        ("//gossa:ignore", ""),
    ]);
    let (findings, suppressed) = found(&text, &["--checkers", "unsafe-uintptr"]);
    assert_eq!(suppressed, Value::Null);
    let kinds = |id: &str| findings.iter().filter(|found| found.0 == id).count();
    assert_eq!(kinds("unsafe-uintptr"), 6);
    let invalid: Vec<_> = findings.iter().filter(|found| found.0 == "invalid-ignore").collect();
    let messages: Vec<_> = invalid.iter().map(|found| found.2.as_str()).collect();
    assert_eq!(messages.len(), 5, "{messages:#?}");
    assert!(messages[0].starts_with("a reason is missing"), "{messages:#?}");
    assert_eq!(messages[1], "there is no checker `unsafe-unitptr`; did you mean `unsafe-uintptr`?");
    assert!(messages[2].contains("no blank behind `//`"), "{messages:#?}");
    assert!(messages[3].contains("no directive `gossa:ignroe`"), "{messages:#?}");
    let lines: Vec<u64> = invalid.iter().map(|found| found.1).collect();
    assert_eq!(lines, [10, 17, 24, 31, 45]);
    let (findings, _) = found(&text, &["--checkers", "-invalid-ignore"]);
    assert!(findings.iter().all(|found| found.0 == "unsafe-uintptr"), "{findings:?}");
}

#[test]
fn a_finding_that_is_not_sure_enough_gives_a_comment_its_use() {
    // The object is held by `p` all the time, perhaps on a stack.
    let text = file(&[("", "")]).replace(
        "\treturn (*int)(unsafe.Pointer(u)) ",
        "\tq := (*int)(unsafe.Pointer(u)) //gossa:ignore unsafe-uintptr p holds it\n\t*p = 1\n\
         \treturn q",
    );
    assert_eq!(found(&text, &[]), (vec![], Value::Null));
    assert_eq!(found(&text, &["--min-confidence", "low"]), (vec![], 1.into()));
}
