//! The binary is gossa with the checkers of this crate.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_my-checkers"))
        .args(arguments)
        .env("GOROOT", gossa_test::goroot().unwrap())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn own_checkers_are_explained_beside_those_of_gossa() {
    let all = text(&run(&["explain"]).stdout);
    assert!(all.contains("poll-with-sleep") && all.contains("data-race"), "{all}");
    let one = text(&run(&["explain", "send-under-lock"]).stdout);
    assert!(one.contains("## What it does not catch\nLocks that callers hold."), "{one}");
}

#[test]
fn own_checkers_run_and_are_selected_by_id() {
    let dir = ["-C", "testdata/send-under-lock"];
    let check = |list: &str| {
        let output = run(&[&dir[..], &["check", "--checkers", list, "--format", "json"]].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (status, found, _) = check("send-under-lock");
    assert_eq!(status, Some(1));
    assert!(found.contains("the send may wait while `h.mu` is held"), "{found}");
    assert_eq!(check("poll-with-sleep").0, Some(0));
    let (status, _, error) = check("send-under-look");
    assert_eq!(status, Some(2));
    assert!(error.contains("did you mean `send-under-lock`?"), "{error}");
}
