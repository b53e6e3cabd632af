//! The files of `testdata/ssa_text`, each with what is expected of it.

use gossa_ssa::testing::{COMMANDS, run, run_text};
use std::path::Path;

#[test]
fn files() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ssa_text");
    match run(&dir, COMMANDS) {
        Ok(count) => assert!(count >= 7, "only {count} files"),
        Err(failures) => panic!("{failures}"),
    }
}

#[test]
fn unmet_and_unexpected_are_both_failures() {
    let text = |comment: &str| {
        format!("test verify\nfunc m.f() {{\nb0:\n  return\nb1:{comment}\n  return\n}}\n")
    };
    assert_eq!(run_text(&text("  ; error: V6 b1"), COMMANDS), Ok(true));
    let unexpected = run_text(&text(""), COMMANDS).unwrap_err();
    assert_eq!(unexpected, "5: not expected: error: V6 b1 cannot be reached\n");
    let unmet = run_text(&text("  ; error: V6 b1; error: V7"), COMMANDS).unwrap_err();
    assert_eq!(unmet, "5: expected error: V7\n");
    assert_eq!(run_text("test something-else\n", COMMANDS), Ok(false));
}
