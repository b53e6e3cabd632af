//! `gossa ssa`: text, graphs, counts.

use crate::support::{fixture, gossa};

#[test]
fn functions_are_printed_and_can_be_chosen() {
    let ended = gossa(fixture("clean")).args(["ssa", "./..."]).run().exits(0);
    assert!(ended.stdout.contains("func example.com/clean.Add("), "{}", ended.stdout);
    assert!(ended.stdout.contains("func example.com/clean/inner.Double("), "{}", ended.stdout);

    let ended = gossa(fixture("clean")).args(["ssa", "./...", "--func", "Doub"]).run().exits(0);
    assert!(!ended.stdout.contains("func example.com/clean.Add("), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("func example.com/clean/inner.Double("), "{}", ended.stdout);
}

#[test]
fn only_the_packages_asked_for_are_printed() {
    let ended = gossa(fixture("clean")).args(["ssa", "./inner"]).run().exits(0);
    assert!(!ended.stdout.contains("func example.com/clean.Add("), "{}", ended.stdout);
}

#[test]
fn a_graph_is_in_the_language_of_graphviz() {
    let ended = gossa(fixture("clean")).args(["ssa", "--dot", "--func", "Add$"]).run().exits(0);
    assert!(ended.stdout.starts_with("digraph "), "{}", ended.stdout);
    assert!(ended.stdout.trim_end().ends_with('}'), "{}", ended.stdout);
}

#[test]
fn counts_and_verification() {
    let ended = gossa(fixture("clean"))
        .args(["ssa", "--stats", "--verify-ir", "./...", "strings"])
        .run()
        .exits(0);
    let count = |name: &str| -> u64 {
        let mut lines = ended.stdout.lines().filter_map(|line| line.trim().split_once(' '));
        let (count, _) = lines
            .find(|(_, what)| *what == name)
            .unwrap_or_else(|| panic!("no `{name}` in\n{}", ended.stdout));
        count.parse().expect("a number")
    };
    assert!(count("functions") > 100);
    assert!(count("instructions") > 1000);
    assert_eq!(count("verified"), count("functions"));
    assert_eq!(count("read back as they were"), count("functions"));
    assert_eq!(count("violations"), 0);
}
