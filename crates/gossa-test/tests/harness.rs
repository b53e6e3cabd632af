//! The harness itself: what it says of fixtures that are not as wanted, of checkers that fail, and
//! of fixes.

use gossa_api::prelude::*;
use gossa_api::{FixError, Registry, declare_check};
use gossa_test::{Failure, check_files, check_source, findings_in_files, fixed_source};

declare_check! {
    /// Reports calls of `print`.
    static PRINT = "print": "test", Note, "prints";
}

declare_check! {
    /// Fails.
    static FAILS = "fails": "test", Note, "fails";
}

/// Reports calls of the built-in `print`, with edits that take them away and put words around.
struct Print;

impl Checker for Print {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&PRINT]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        for inst in func.insts() {
            if !matches!(inst.op(), Op::Builtin { op: Builtin::Print, .. }) || !func.is_requested()
            {
                continue;
            }
            let (Some(mut report), Some(range)) = (pass.report(&PRINT, inst), inst.range()) else {
                continue;
            };
            report.message("prints");
            let around = [
                Edit::insert_after(&range, "; after()"),
                Edit::insert_before(&range, "before(); "),
            ];
            assert_eq!(report.fix("say when", around), Ok(()));
            let twice = [Edit::replace(&range, "x()"), Edit::delete(&range)];
            assert_eq!(report.fix("both", twice), Err(FixError::Overlap));
            let inside = [Edit::replace(&range, "x()"), Edit::insert_before(&range, "y()")];
            assert_eq!(report.fix("both", inside), Err(FixError::Overlap));
            assert_eq!(report.fix("nothing", []), Err(FixError::Empty));
            assert_eq!(report.fix("leave it out", [Edit::delete(&range)]), Ok(()));
        }
    }
}

struct Fails;

impl Checker for Fails {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&FAILS]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        let first = func.insts().next().expect("a function has an instruction");
        if func.is_requested() {
            let _report = pass.report(&FAILS, first);
            panic!("on purpose");
        }
    }
}

const SOURCE: &str =
    "package p\n\nfunc f() {\n\tprint(1)\n}\n\nfunc before() {}\nfunc after()  {}\n";

#[test]
fn what_is_missing_and_what_is_unexpected_fails() {
    let registry = Registry::new().with(Print);
    let lines = |source: &str| match check_source(source, &registry) {
        Ok(()) => Vec::new(),
        Err(Failure::Mismatch(lines)) => lines,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(lines(SOURCE), ["fixture.go:4:2: unexpected `print`: prints"]);
    assert_eq!(lines(&SOURCE.replace("(1)", "(1) // want `print: ^prints$`")), [""; 0]);
    assert_eq!(
        lines(&SOURCE.replace("(1)", "(1) // want `print: other`")),
        [
            "fixture.go:4: nothing found for `print: other`",
            "fixture.go:4:2: unexpected `print`: prints",
        ]
    );
    assert_eq!(lines("package p // want `print`\n"), ["fixture.go:1: nothing found for `print`"]);
}

#[test]
fn a_fixture_may_have_packages() {
    let registry = Registry::new().with(Print);
    let files = [
        ("main.go", "package main\n\nimport \"example.com/m/q\"\n\nfunc main() { q.F() }\n"),
        ("q/q.go", "package q\n\nfunc F() { print(2) } // want `print`\n"),
        ("go.mod", "module example.com/m\n\ngo 1.27\n"),
    ];
    check_files(&files, &registry).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_fixture_that_does_not_compile_fails() {
    let registry = Registry::new().with(Print);
    let error = check_source("package p\n\nvar x int = \"\"\n", &registry);
    assert!(matches!(&error, Err(Failure::Errors(lines)) if lines.len() == 1), "{error:?}");
}

#[test]
fn a_checker_that_panics_is_an_error_and_files_nothing() {
    let registry = Registry::new().with(Fails);
    let Err(Failure::Errors(lines)) = check_source("package p\n\nfunc f() {}\n", &registry) else {
        panic!("the checker has failed");
    };
    assert!(
        lines.iter().any(|line| line.ends_with("checker `fails` failed on example.com/fixture.f")),
        "{lines:?}"
    );
}

#[test]
fn fixes_are_edits_by_bytes() {
    let registry = Registry::new().with(Print);
    let found = findings_in_files(&[("fixture.go", SOURCE)], &registry)
        .unwrap_or_else(|error| panic!("{error}"));
    let fixes = &found[0].fixes;
    let words: Vec<&str> = fixes.iter().map(|fix| &*fix.message).collect();
    assert_eq!(words, ["say when", "leave it out"]);
    let (start, end) = (fixes[1].edits[0].start as usize, fixes[1].edits[0].end as usize);
    assert_eq!(&SOURCE[start..end], "print(1)");
    let fixed = fixed_source(SOURCE, &registry).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(fixed, SOURCE.replace("print(1)", "before(); print(1); after()"));
}
