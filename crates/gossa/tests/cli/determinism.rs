//! The same bytes at any number of threads.

use crate::support::{fixture, gossa};

/// Runs with different numbers of threads and expects one output.
#[track_caller]
fn same_at_any_number_of_threads(fixture_name: &str, args: &[&str], status: i32) -> String {
    let runs: Vec<String> = ["1", "2", "4", "8"]
        .into_iter()
        .map(|jobs| {
            gossa(fixture(fixture_name))
                .args(args.iter().copied())
                .args(["--deterministic", "--jobs", jobs])
                .run()
                .exits(status)
                .stdout
        })
        .collect();
    for run in &runs[1..] {
        assert!(*run == runs[0], "output depends on the number of threads:\n{}\n{run}", runs[0]);
    }
    runs[0].clone()
}

#[test]
fn reports() {
    for format in ["text", "json", "jsonl"] {
        let args = ["check", "--format", format, "./..."];
        same_at_any_number_of_threads("findings", &args, 1);
        same_at_any_number_of_threads("missing_import", &args, 3);
    }
}

#[test]
fn a_report_over_the_standard_library() {
    let args = ["check", "--format", "json", "--checkers", "-unsafe-uintptr", "encoding/json"];
    let report = same_at_any_number_of_threads("clean", &args, 0);
    assert!(report.contains("\"total\": 0.0") || report.contains("\"total\":0.0"), "{report}");
}

#[test]
fn functions_and_types() {
    let patterns = ["./...", "strings", "slices"];
    same_at_any_number_of_threads("clean", &[&["ssa"], &patterns[..]].concat(), 0);
    same_at_any_number_of_threads(
        "clean",
        &[&["types", "--dump", "json"], &patterns[..]].concat(),
        0,
    );
}
