//! `gossa bench`: the suites that the Go distribution carries.

use crate::support::gossa;
use std::path::Path;

/// The number behind a word of the last line.
fn figure(line: &str, word: &str) -> f64 {
    let rest = line.split(word).nth(1).unwrap_or_else(|| panic!("no `{word}` in {line}"));
    let number: String =
        rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    number.parse().unwrap_or_else(|_| panic!("no number behind `{word}` in {line}"))
}

#[test]
fn the_suite_of_the_race_detector_is_found_and_little_else() {
    let ended =
        gossa(Path::new(env!("CARGO_MANIFEST_DIR"))).args(["bench", "race", "--list"]).run();
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let summary = ended.stdout.lines().find(|line| line.starts_with("recall")).expect("a summary");
    assert!(figure(summary, "recall") >= 90.0, "{}", ended.stdout);
    assert!(figure(summary, "silent on") >= 95.0, "{}", ended.stdout);
    let all = ended.stdout.lines().find(|line| line.starts_with("all")).expect("a sum");
    let counts: Vec<u32> =
        all.split_whitespace().skip(1).map(|n| n.parse().expect("a number")).collect();
    assert!(counts[0] > 200 && counts[2] > 100, "{all}");
}

#[test]
fn what_vet_says_of_unsafe_pointers_is_found() {
    let ended = gossa(Path::new(env!("CARGO_MANIFEST_DIR"))).args(["bench", "vet", "--list"]).run();
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let row = |class: &str| -> Vec<f64> {
        let line = ended.stdout.lines().find(|line| line.starts_with(class)).expect("a row");
        line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    };
    let [marked, found, findings, right, _] = row("unsafeptr")[..] else {
        panic!("{}", ended.stdout)
    };
    assert!(marked > 0.0 && found == marked, "{}", ended.stdout);
    assert!(findings == right, "{}", ended.stdout);
    assert!(row("lostcancel")[0] > 0.0, "{}", ended.stdout);
    assert!(ended.stdout.contains("recall ") && ended.stdout.contains("precision "));
}

#[test]
fn a_suite_that_is_not_there_is_refused() {
    let ended = gossa(Path::new(env!("CARGO_MANIFEST_DIR"))).args(["bench", "chess"]).run();
    assert_eq!(ended.exit, Some(2));
    assert!(ended.stderr.contains("race"), "{}", ended.stderr);
}
