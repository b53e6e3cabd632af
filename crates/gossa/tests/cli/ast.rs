//! `gossa ast`: one file, many files, and files that are no Go at all.

use crate::support::{fixture, gossa_without_go, module};

#[test]
fn a_file_is_printed_as_a_tree() {
    let ended = gossa_without_go(fixture("clean")).args(["ast", "clean.go"]).run().exits(0);
    assert!(ended.stdout.starts_with("package clean "), "{}", ended.stdout);
    assert!(ended.stdout.contains("\nfunc "), "{}", ended.stdout);
}

#[test]
fn errors_alone_have_a_place_each_and_a_sum() {
    let ended = gossa_without_go(fixture("syntax_error"))
        .args(["ast", "--errors", "--deterministic", "."])
        .run()
        .exits(3);
    assert!(ended.stdout.starts_with("./broken.go:4:7: "), "{}", ended.stdout);
    let errors = ended.stdout.lines().count();
    assert_eq!(ended.stderr, format!("3 files, 15 lines, 268 bytes, {errors} errors\n"));
}

#[test]
fn names_of_files_come_from_standard_input() {
    let ended = gossa_without_go(fixture("syntax_error"))
        .args(["ast", "--errors", "-q", "--files-from", "-"])
        .input("good.go\r\nbroken.go\n\nother/other.go\n")
        .run()
        .exits(3);
    assert!(ended.stdout.starts_with("broken.go:4:7: "), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

#[test]
fn trees_of_many_files_are_named_and_in_the_order_asked_for() {
    let ended = gossa_without_go(fixture("clean"))
        .args(["ast", "inner/inner.go", "clean.go"])
        .run()
        .exits(0);
    let files: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("file ")).collect();
    assert_eq!(files, ["file inner/inner.go", "file clean.go"]);
}

#[test]
fn directories_that_the_go_command_skips_are_skipped() {
    let broken = "package";
    let dir = module([
        ("a.go", "package a\n"),
        ("a.txt", broken),
        ("testdata/a.go", broken),
        ("_x/a.go", broken),
        (".x/a.go", broken),
        ("b/a_test.go", "package b\n"),
    ]);
    let ended = gossa_without_go(dir.path())
        .args(["ast", "--errors", "--deterministic", "."])
        .run()
        .exits(0);
    assert_eq!(ended.stderr, "2 files, 2 lines, 20 bytes, 0 errors\n");
    // Unless they are asked for.
    gossa_without_go(dir.path()).args(["ast", "--errors", "testdata"]).run().exits(3);
}

#[test]
fn files_that_cannot_be_read_do_not_hide_the_others() {
    let dir = module([("a.go", "package a\nvar x = )\n")]);
    let ended = gossa_without_go(dir.path())
        .args(["ast", "--errors", "-q", "missing.go", "a.go"])
        .run()
        .exits(3);
    assert!(ended.stdout.starts_with("missing.go: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("\na.go:2:9: "), "{}", ended.stdout);

    gossa_without_go(dir.path()).args(["ast", "missing.go"]).run().exits(2);
    gossa_without_go(dir.path()).args(["ast"]).run().exits(2);
}

#[test]
fn any_bytes_give_a_tree() {
    let deep = |open: &str, close: &str| {
        let depth = 100_000;
        format!("package a\nvar x = {}1{}\n", open.repeat(depth), close.repeat(depth))
    };
    let long_line = format!("package a\nvar x = \"{}\"\n", "y".repeat(10 << 20));
    let dir = module([
        ("not_utf8.go", b"package a\nvar x = \"\xff\xfe\"\n".to_vec()),
        ("nul.go", b"package a\nvar x\x00 int\n".to_vec()),
        ("bom.go", b"\xef\xbb\xbfpackage a\n".to_vec()),
        ("late_bom.go", b"package a\n\xef\xbb\xbfvar x int\n".to_vec()),
        ("empty.go", Vec::new()),
        ("binary.go", (0..=255).cycle().take(100_000).collect()),
        ("parens.go", deep("(", ")").into_bytes()),
        ("braces.go", deep("[]int{", "}").into_bytes()),
        ("blocks.go", format!("package a\nfunc f() {}", "{".repeat(100_000)).into_bytes()),
        ("unary.go", deep("-", "").into_bytes()),
        ("long_line.go", long_line.into_bytes()),
    ]);
    for (file, status, error) in [
        ("not_utf8.go", 3, "not_utf8.go:2:10: "),
        ("nul.go", 3, "nul.go:2:6: "),
        ("bom.go", 0, ""),
        ("late_bom.go", 3, "late_bom.go:2:1: "),
        ("empty.go", 3, "empty.go:1:1: "),
        ("binary.go", 3, "binary.go:1:1: "),
        ("parens.go", 3, "parens.go:2:"),
        ("braces.go", 3, "braces.go:2:"),
        ("blocks.go", 3, "blocks.go:2:"),
        ("unary.go", 3, "unary.go:2:"),
        ("long_line.go", 0, ""),
    ] {
        let ended =
            gossa_without_go(dir.path()).args(["ast", "--errors", "-q", file]).run().exits(status);
        assert!(ended.stdout.starts_with(error), "{file}: {}", ended.stdout);
        // The tree can be printed as well.
        gossa_without_go(dir.path()).args(["ast", file]).run().exits(status);
    }
}

#[test]
fn messages_show_hostile_bytes_without_effect() {
    let dir = module([("a.go", "package a\nvar \u{1b}[31m\u{202e} int\n")]);
    let ended = gossa_without_go(dir.path()).args(["ast", "--errors", "a.go"]).run().exits(3);
    assert!(!ended.stdout.contains(['\u{1b}', '\u{202e}']), "{}", ended.stdout);
}
