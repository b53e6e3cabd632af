//! The command line itself.

use crate::support::{fixture, gossa, gossa_without_go};

#[test]
fn no_arguments_print_help_and_fail() {
    let ended = gossa(fixture("clean")).run().exits(2);
    assert!(ended.stderr.contains("Usage: gossa"), "{}", ended.stderr);
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (args, wanted) in [
        (vec!["--help"], "Exit status: 0 nothing found; 1 findings reported"),
        (vec!["check", "--help"], "--min-confidence"),
        (vec!["--version"], concat!("gossa ", env!("CARGO_PKG_VERSION"))),
    ] {
        let ended = gossa(fixture("clean")).args(args).run().exits(0);
        assert!(ended.stdout.contains(wanted), "{}", ended.stdout);
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn mistakes_are_told_and_end_with_status_2() {
    for (args, wanted) in [
        (vec!["frobnicate"], "unrecognized subcommand 'frobnicate'"),
        (vec!["check", "--format", "xml"], "no output format `xml`"),
        (vec!["check", "--baseline", "b.json"], "cannot read b.json"),
        (vec!["check", "--min-confidence", "some"], "[possible values: low, medium, high]"),
        (vec!["check", "--jobs", "many"], "--jobs"),
        (vec!["check", "--checkers", "unsafe-uintprt"], "did you mean `unsafe-uintptr`?"),
        (vec!["explain", "unsafe-uintprt"], "did you mean `unsafe-uintptr`?"),
        (vec!["-C", "nowhere", "check"], "there is no directory"),
        (vec!["ssa", "--func", "("], "--func"),
        (vec!["check", "--goos", "plan10"], "plan10"),
        (vec!["check", "--go", "x"], "x"),
    ] {
        let ended = gossa(fixture("clean")).args(args.clone()).run().exits(2);
        assert!(ended.stderr.contains(wanted), "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
}

#[test]
fn no_go_installation_is_an_error_that_names_the_places_tried() {
    for command in ["check", "list", "types", "ssa"] {
        let ended = gossa_without_go(fixture("clean"))
            .args([command, "--goroot", "not-here"])
            .run()
            .exits(2);
        assert!(ended.stderr.contains("no Go installation found; tried:"), "{}", ended.stderr);
        assert!(ended.stderr.contains("not-here"), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
    let ended = gossa_without_go(fixture("clean"))
        .args(["check", "--goroot", "not-here", "--format", "json"])
        .run()
        .exits(2);
    let report = ended.json();
    assert_eq!(report["diagnostics"][0]["stage"], "load");
    assert_eq!(report["stats"]["errors"], 1);
}

#[test]
fn explain_lists_the_checkers_and_tells_about_each() {
    let ended = gossa_without_go(fixture("clean")).args(["explain"]).run().exits(0);
    let listed = ended.stdout.lines().map(|line| line.split_whitespace().take(2).collect());
    let listed: Vec<Vec<&str>> = listed.collect();
    assert!(listed.contains(&vec!["unsafe-uintptr", "warning"]), "{}", ended.stdout);
    let off: Vec<&str> =
        ended.stdout.lines().filter(|line| line.ends_with("(off by default)")).collect();
    let off: Vec<&str> = off.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(off, ["exit-after-defer", "unrecovered-goroutine-panic", "unsafe-string-mutation"]);

    let ended = gossa_without_go(fixture("clean")).args(["explain", "unsafe-uintptr"]).run();
    let ended = ended.exits(0);
    assert!(ended.stdout.starts_with("# unsafe-uintptr\n"), "{}", ended.stdout);
    for heading in ["What it does", "Why", "Bad", "Good", "What it does not catch"] {
        assert!(ended.stdout.contains(&format!("\n## {heading}\n")), "{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("Off by default"), "{}", ended.stdout);

    let ended = gossa_without_go(fixture("clean")).args(["explain", "exit-after-defer"]).run();
    assert!(ended.exits(0).stdout.contains("\n## Off by default\n"));
}
