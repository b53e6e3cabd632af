//! Packages that import "C": gossa against go/types with the output of the real cgo. Needs Go and
//! a C compiler.

mod cgo_support;

use camino::{Utf8Path, Utf8PathBuf};
use cgo_support::support::goroot;
use cgo_support::{Compared, Facts, Wanted, build_oracle, compare, gossa, oracle};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ORACLE: LazyLock<Utf8PathBuf> =
    LazyLock::new(|| build_oracle(&goroot(), Utf8Path::new(env!("CARGO_TARGET_TMPDIR"))));

fn fixtures() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/cgo")
        .canonicalize_utf8()
        .expect("the fixtures are there")
}

type Side = BTreeMap<String, Facts>;

fn both(goarch: &str, dir: &Utf8Path, patterns: &[&str]) -> (Side, Side) {
    let goroot = goroot();
    let wanted = Wanted { goroot: &goroot, goarch, dir, patterns };
    let theirs = oracle(&ORACLE, &wanted);
    for (path, facts) in &theirs {
        assert_eq!(facts.failed, None, "{path}: the real cgo needs a C compiler");
    }
    (gossa(&wanted), theirs)
}

/// Asserts that the two sides agree, and returns the sums.
fn assert_equal(goarch: &str, dir: &Utf8Path, patterns: &[&str]) -> Compared {
    let (ours, theirs) = both(goarch, dir, patterns);
    let mut all = Compared::default();
    for (path, theirs) in &theirs {
        let compared = compare(&ours[path], theirs);
        assert_eq!(compared.differences, [""; 0], "{path}");
        all.add(&compared);
    }
    all
}

#[test]
fn fixtures_are_as_cgo_has_them() {
    let names = [
        "./basics",
        "./constants",
        "./exports",
        "./functions",
        "./handles",
        "./headers",
        "./layouts",
        "./library",
        "./longdouble",
        "./merged",
        "./oldstyle",
    ];
    let all = assert_equal("amd64", &fixtures(), &names);
    assert_eq!((all.inferred, all.errors), (0, 0));
    assert!(all.uses > 200 && all.types.0 > 100, "{}", all.row("all"));
}

#[test]
fn fixtures_without_headers_of_the_system_on_a_32_bit_machine() {
    let names = ["./constants", "./exports", "./functions", "./handles", "./headers", "./layouts"];
    let all = assert_equal("386", &fixtures(), &names);
    assert_eq!((all.inferred, all.errors), (0, 0));
}

#[test]
fn packages_of_the_standard_library_are_as_cgo_has_them() {
    let dir = goroot().join("src");
    let names = ["net", "os/user", "plugin", "runtime/cgo", "internal/testpty"];
    let all = assert_equal("amd64", &dir, &names);
    assert_eq!(all.errors, 0);
    assert!(all.inferred <= 1, "{}", all.row("all"));
}

#[test]
fn errors_in_go_code_are_found() {
    let (ours, theirs) = both("amd64", &fixtures(), &["./wrong"]);
    let path = "gossa.test/cgo/wrong";
    let place_and_message = |error: &String| {
        let (_, rest) = error.split_once("wrong.go:").expect("a place");
        let (line, rest) = rest.split_once(':').expect("a line");
        // go/types adds the column.
        let message = match rest.split_once(": ") {
            Some((column, message)) if column.parse::<u32>().is_ok() => message,
            _ => rest,
        };
        format!("{line}: {}", message.trim().replace('\n', " "))
    };
    let ours: Vec<String> = ours[path].errors.iter().map(place_and_message).collect();
    let theirs: Vec<String> = theirs[path].errors.iter().map(place_and_message).collect();
    assert!(ours.len() > 10);
    assert_eq!(ours, theirs);
}

/// The messages of errors with their files, and the lines that the real cgo prints when it fails.
fn failures(patterns: &[&str]) -> BTreeMap<String, (Vec<String>, Vec<String>)> {
    let (dir, goroot) = (fixtures(), goroot());
    let wanted = Wanted { goroot: &goroot, goarch: "amd64", dir: &dir, patterns };
    let theirs = oracle(&ORACLE, &wanted);
    let without_dir = |error: &String| {
        let (_, rest) = error.split_once("testdata/cgo/").expect("a path");
        let (file, rest) = rest.split_once(':').expect("a line");
        let (_, message) = rest.split_once(": ").expect("a message");
        format!("{file}: {message}")
    };
    gossa(&wanted)
        .into_iter()
        .map(|(path, facts)| {
            let failed = theirs[&path].failed.as_ref().expect("cgo fails");
            let (_, lines) = failed.split_once("exit status 2: ").expect("cgo says why");
            let lines = lines.split(" | ").map(str::to_owned).collect();
            (path, (facts.errors.iter().map(without_dir).collect(), lines))
        })
        .collect()
}

#[test]
fn files_that_define_a_name_in_different_ways_are_errors() {
    let (path, (ours, mut theirs)) =
        failures(&["./inconsistent"]).pop_first().expect("the package is there");
    assert_eq!(path, "gossa.test/cgo/inconsistent");
    // cgo prints them in any order.
    theirs.sort();
    let ours: Vec<String> =
        ours.iter().map(|error| error.replace("inconsistent/second.go: ", "cgo: ")).collect();
    assert!(ours.len() > 20, "{ours:?}");
    assert_eq!(ours, theirs);
}

#[test]
fn types_that_go_does_not_have_are_errors() {
    let found = failures(&["./refused/..."]);
    assert_eq!(found.len(), 7);
    for (path, (ours, theirs)) in found {
        // `cgo: FILE:LINE:COLUMN: MESSAGE`
        let [theirs] = &theirs[..] else { panic!("{path}: {theirs:?}") };
        let message = theirs.rsplit(": ").next().expect("a message");
        assert!(message.ends_with("long double"), "{path}: {message}");
        let name = path.rsplit('/').next().expect("a name");
        assert_eq!(ours, [format!("refused/{name}/{name}.go: unexpected: {message}")], "{path}");
    }
}

#[test]
fn names_of_headers_that_are_not_read_are_no_errors() {
    let (dir, goroot) = (fixtures(), goroot());
    let patterns = ["./unread"];
    let ours = gossa(&Wanted { goroot: &goroot, goarch: "amd64", dir: &dir, patterns: &patterns });
    let facts = &ours["gossa.test/cgo/unread"];
    assert_eq!(facts.errors, [""; 0]);
    let names: Vec<&str> = facts.ledger.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["KEY_t", "fill", "handle", "handle_t", "number", "open_handle", "struct_handle"]
    );
}

#[test]
fn names_that_c_does_not_declare_are_errors() {
    let dir = fixtures();
    let goroot = goroot();
    let patterns = ["./undeclared"];
    let ours = gossa(&Wanted { goroot: &goroot, goarch: "amd64", dir: &dir, patterns: &patterns });
    let errors: Vec<&str> = ours["gossa.test/cgo/undeclared"]
        .errors
        .iter()
        .map(|error| error.rsplit_once(": ").map_or("", |(_, message)| message))
        .collect();
    assert_eq!(
        errors,
        [
            "could not determine what C.missing refers to",
            "could not determine what C.NOTHING refers to",
            "could not determine what C.sizeof_missing refers to",
        ]
    );
}
