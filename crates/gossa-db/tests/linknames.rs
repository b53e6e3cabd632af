//! Which declarations `//go:linkname` makes one symbol.

use camino::Utf8PathBuf;
use gossa_base::Name;
use gossa_db::{Linknames, Options, Session};
use gossa_load::{BuildConfig, MemorySystem};
use gossa_types::{DeclId, PackageId};
use std::sync::Arc;

fn session(files: &[(&str, &str)], tests: bool) -> Session {
    let mut world = MemorySystem::new();
    world
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n");
    for package in ["os", "reflect", "testing", "testing/internal/testdeps"] {
        let name = package.rsplit('/').next().unwrap_or(package);
        world.add_file(format!("/go/src/{package}/p.go"), format!("package {name}\n"));
    }
    for (path, text) in files {
        world.add_file(format!("/m/{path}"), text);
    }
    let options = Options {
        system: Arc::new(world),
        config: BuildConfig {
            goroot: Some("/go".into()),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            tests,
            ..BuildConfig::default()
        },
        dir: Utf8PathBuf::from("/m"),
        patterns: vec!["./...".to_owned()],
        jobs: 1,
        one_shot: false,
    };
    Session::load(&options).expect("it loads")
}

fn linknames(session: &Session) -> Linknames {
    Linknames::new(&session.db(), session.packages())
}

fn decl(package: &str, name: &str) -> DeclId {
    let package = PackageId::new(package);
    match name.split_once('.') {
        Some((base, method)) => {
            DeclId::method(DeclId::top_level(package, Name::new(base)), Name::new(method))
        }
        None => DeclId::top_level(package, Name::new(name)),
    }
}

const A: &str = "example.com/m/a";
const B: &str = "example.com/m/b";
const C: &str = "example.com/m/c.v2";

fn world() -> Session {
    session(
        &[
            (
                "a/a.go",
                "package a

import _ \"unsafe\"

type T struct{}

func (*T) method() {}

func hidden() {}

//go:linkname offered
func offered() {}

var counter = 1

//go:linkname pushed example.com/m/b.Open
func pushed() {}

func unlinked()
",
            ),
            ("a/a.s", ""),
            (
                "b/b.go",
                "package b

import _ \"unsafe\"

//go:linkname pull example.com/m/a.hidden
func pull()

//go:linkname method example.com/m/a.(*T).method
func method(*int)

//go:linkname shake example.com/m/a.offered
func shake()

//go:linkname count example.com/m/a.counter
var count int

func Open()

//go:linkname nowhere runtime.nothing
func nowhere()

//go:linkname third example.com/m/c%2ev2.Middle
func third() {}

//go:linkname undeclared example.com/m/a.hidden
",
            ),
            ("b/b.s", ""),
            ("c.v2/c.go", "package c\n\nfunc Middle()\n"),
            ("c.v2/c.s", ""),
        ],
        false,
    )
}

#[test]
fn pulls_and_pushes_lead_to_the_body() {
    let session = world();
    let links = linknames(&session);
    for (user, implementation) in [
        (decl(B, "pull"), decl(A, "hidden")),
        (decl(B, "method"), decl(A, "T.method")),
        (decl(B, "shake"), decl(A, "offered")),
        (decl(B, "count"), decl(A, "counter")),
        (decl(B, "Open"), decl(A, "pushed")),
        (decl(C, "Middle"), decl(B, "third")),
    ] {
        assert_eq!(links.implementation(user), Some(implementation), "{user:?}");
        assert_eq!(links.users(implementation).collect::<Vec<_>>(), [user], "{implementation:?}");
        assert_eq!(links.implementation(implementation), None, "{implementation:?}");
    }
    assert_eq!(links.implementation(decl(B, "nowhere")), None);
    assert_eq!(links.symbol(decl(B, "nowhere")).map(|s| &*s.name), Some("runtime.nothing"));
    assert_eq!(links.symbol(decl(A, "unlinked")), None);
    assert_eq!(links.symbol(decl(B, "undeclared")), None);
}

#[test]
fn the_handshake_is_known() {
    let session = world();
    let links = linknames(&session);
    let offered = |name| links.symbol(decl(A, name)).map(|symbol| symbol.offered);
    assert_eq!(offered("offered"), Some(true));
    assert_eq!(offered("hidden"), Some(false));
    let names: Vec<&str> = links.symbols().iter().map(|symbol| &*symbol.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), 7);
}

#[test]
fn what_is_compiled_for_tests_stays_together() {
    let session = session(
        &[
            (
                "a/a.go",
                "package a\n\nimport _ \"unsafe\"\n\n//go:linkname hidden\nfunc hidden() {}\n",
            ),
            ("a/a_test.go", "package a\n\nimport _ \"example.com/m/b\"\n"),
            (
                "b/b.go",
                "package b\n\nimport (\n\t_ \"unsafe\"\n\t_ \"example.com/m/c\"\n)\n\n//go:linkname pull example.com/m/a.hidden\nfunc pull()\n",
            ),
            ("b/b.s", ""),
            ("c/c.go", "package c\n"),
        ],
        true,
    );
    let links = linknames(&session);
    assert_eq!(links.implementation(decl(B, "pull")), Some(decl(A, "hidden")));
    let symbol = links.symbol(decl(A, "hidden")).expect("a symbol");
    let with_tests = "example.com/m/a [example.com/m/a.test]";
    assert_eq!(symbol.implementations, [decl(A, "hidden"), decl(with_tests, "hidden")]);
    // `b` does not import `a`, so it is compiled once, and not for the tests of `a`.
    assert_eq!(links.users(decl(A, "hidden")).collect::<Vec<_>>(), [decl(B, "pull")]);
    assert_eq!(links.users(decl(with_tests, "hidden")).count(), 0);
}
