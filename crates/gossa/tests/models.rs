//! What the questions of a `ProgramPass` say of functions whose bodies models stand for.

use gossa::api::prelude::*;
use gossa::{Load, analyse};
use std::path::Path;

const SOURCE: &str = r#"package main

type node struct {
	next  *node
	value int
	fire  func(string, *node)
}

var head *node

func link(to, from *node)
func first(n *node) *node
func fresh() *node
func lost(n *node)
func publish(n *node)
func run(n *node)
func text(in string) string
func clean(in string) string
func sink(s string)
func source() string { return "source" }

func fired(string, *node) {}

func main() {
	a, b := new(node), &node{fire: fired}
	link(a, b)
	use(a.next)
	use(first(b))
	use(fresh())
	kept, stays, gone := new(node), new(node), new(node)
	publish(kept)
	link(stays, nil)
	lost(gone)
	run(b)
	sink(text(source()))
	sink(clean(source()))
}

func use(n *node) {}
"#;

const MODELS: [(&str, &[&str]); 8] = [
    ("link", &["to.next = from"]),
    ("first", &["return n"]),
    ("fresh", &["return new"]),
    ("lost", &[]),
    ("publish", &["head = n"]),
    ("run", &["call n.fire"]),
    ("text", &["return in"]),
    ("clean", &["return unknown"]),
];

/// Asks about the program with the models or without.
fn ask<T: Send>(with_models: bool, work: impl FnOnce(&ProgramPass<'_>) -> T + Send) -> T {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("a file");
    };
    write("go.mod", "module example.com/m\n\ngo 1.27\n");
    write("main.go", SOURCE);
    write("stub.s", "");
    let goroot = gossa_test::goroot().expect("a Go distribution");
    let mut load = Load::new(Path::new(dir.path())).goroot(goroot).jobs(1);
    for (name, statements) in MODELS.iter().filter(|_| with_models) {
        load = load.model(format!("example.com/m.{name}"), statements.iter().copied());
    }
    let found = analyse(&load, work).expect("a program that can be loaded");
    assert_eq!(found.errors, [""; 0]);
    found.value
}

fn main_of<'p>(pass: &ProgramPass<'p>) -> Func<'p> {
    pass.program().function_named("example.com/m.main").expect("the main function")
}

/// The arguments of the calls of a function, in order.
fn arguments<'p>(pass: &ProgramPass<'p>, name: &str) -> Vec<Value<'p>> {
    let calls = main_of(pass).insts().filter_map(Inst::call);
    let named = calls.filter(|call| match call.callee() {
        Callee::Static { name: found, .. } => found.ends_with(&format!(".{name}")),
        _ => false,
    });
    named.filter_map(|call| call.args().next()).collect()
}

#[test]
fn pointers_go_where_models_say() {
    // Of each argument of `use` the lines that make what it points to.
    let made = |with_models| {
        ask(with_models, |pass| {
            let points_to = pass.points_to();
            let line = |object: &Object<'_>| match object.maker() {
                Maker::Inst(inst) => inst.range().map_or(0, |range| range.start_position().line),
                _ => 0,
            };
            let of = |value| points_to.pointees(value).objects.iter().map(line).collect::<Vec<_>>();
            arguments(pass, "use").into_iter().map(of).collect::<Vec<_>>()
        })
    };
    let with = made(true);
    assert_eq!(with[0], [25], "what was linked: {with:?}");
    assert_eq!(with[1], [25], "the argument: {with:?}");
    assert_eq!(with[2].len(), 1, "something new: {with:?}");
    let without = made(false);
    assert_eq!(without[0], [0; 0], "nothing says that anything is linked: {without:?}");
    assert_eq!(without[1].len(), 2, "the argument or something new: {without:?}");
}

#[test]
fn callbacks_are_called() {
    let callers = |with_models| {
        ask(with_models, |pass| {
            let fired = pass.program().function_named("example.com/m.fired").expect("a function");
            let edges = pass.call_graph().callers(fired);
            edges.iter().map(|edge| edge.site.func().name()).collect::<Vec<_>>()
        })
    };
    assert_eq!(callers(true), ["run"]);
    assert_eq!(callers(false), [""; 0]);
}

#[test]
fn what_models_do_not_keep_stays_in_its_frame() {
    let escapes = |with_models| {
        ask(with_models, |pass| {
            let of = |name: &str| {
                let made = arguments(pass, name).pop().and_then(Value::definition)?;
                Some(pass.escape(made)?.outlives())
            };
            ["publish", "lost"].map(of)
        })
    };
    assert_eq!(escapes(true), [Some(true), Some(false)]);
    assert_eq!(escapes(false), [Some(true), Some(true)]);
}

#[test]
fn taint_follows_models() {
    let leaks = |with_models| {
        ask(with_models, |pass| {
            let rules = Taint::new()
                .source(Source::result("example.com/m.source"))
                .sink(Sink::argument("example.com/m.sink", 0));
            pass.leaks(&rules).len()
        })
    };
    assert_eq!((leaks(true), leaks(false)), (1, 2));
}

#[test]
fn a_model_of_nothing_is_an_error() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("go.mod"), "module example.com/m\n\ngo 1.27\n").expect("a file");
    std::fs::write(dir.path().join("m.go"), "package m\n\nfunc f() {}\n").expect("a file");
    let goroot = gossa_test::goroot().expect("a Go distribution");
    let load = Load::new(dir.path()).goroot(goroot).jobs(1);
    let load = load.model("example.com/m.f", ["exit"]).model("example.com/m.g", ["evaporate"]);
    let load = load.model("example.com/m.h", ["exit"]);
    let errors = analyse(&load, |_| ()).expect("a program").errors;
    assert_eq!(
        errors,
        [
            "the model of example.com/m.g: there is no statement `evaporate`",
            "the model of example.com/m.f is not used: the function has a body, which says what it \
             does",
            "the model of example.com/m.h is not used: package example.com/m has no function `h` in \
             this build",
        ]
    );
}

#[test]
fn bodies_of_models_are_well_formed() {
    use gossa_db::{NamedModel, Options, Session, SilentProgress};
    use gossa_load::{BuildConfig, DiskSystem};
    use gossa_ssa::model::{Model, Statement};

    let source = "package m\n\ntype lock struct{ w [2]uint32 }\n\ntype T struct {\n\
        \tlock\n\tnext *T\n\tall []*T\n\tby map[string]*T\n\tc chan *T\n\tw interface{ Write([]byte) error }\n}\n\n\
        var count int\n\nfunc f(t *T, fn func(*T, int) *T, s string, p *byte, a [3]int) (*T, map[string]*T, error)\n";
    let statements = [
        "read t.all[]",
        "read t.by[]",
        "read s[]",
        "read a[]",
        "read *p",
        "read t.w[]",
        "write t.lock.w[]",
        "write t.all[]",
        "write t.by[]",
        "write *t",
        "write count",
        "count = 2.w[]",
        "t.all[] = t.next",
        "t.by[] = new",
        "t.next = p",
        "t.next = call fn(t, count)",
        "maybe call t.w.Write(new)",
        "repeat go fn(nil)",
        "keep t.c",
        "lock t.lock",
        "runlock t.lock",
        "maybe send t.c, t",
        "receive t.c",
        "close t.c",
        "maybe panic",
        "maybe exit",
        "maybe goexit",
        "maybe return t, nil, nil",
        "maybe return call fn, unknown, unknown",
        "return",
    ];
    // Those that are there to be wrong.
    let wrong = ["read t.w[]", "count = 2.w[]"];
    let dir = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("a file");
    };
    write("go.mod", "module example.com/m\n\ngo 1.27\n");
    write("m.go", source);
    write("stub.s", "");
    let utf8 = |path: std::path::PathBuf| {
        camino::Utf8PathBuf::from_path_buf(path).expect("a path that is UTF-8")
    };
    let goroot = utf8(gossa_test::goroot().expect("a Go distribution"));
    let session = Session::load(&Options {
        system: std::sync::Arc::new(DiskSystem),
        config: BuildConfig { goroot: Some(goroot), ..BuildConfig::default() },
        dir: utf8(dir.path().canonicalize().expect("a directory")),
        patterns: vec![".".to_owned()],
        jobs: 1,
        one_shot: true,
    })
    .expect("a program");
    let lowered = session.lower(&SilentProgress);
    let add = |texts: &[&str]| {
        let statements = texts.iter().map(|text| Statement::parse(text).expect("a statement"));
        let model = Model { statements: statements.collect() };
        let named = NamedModel { function: "example.com/m.f".to_owned(), model };
        let mut all = lowered.clone();
        let problems = session.add_models(&[named], &mut all);
        (problems, all.split_off(lowered.len()))
    };
    let (problems, added) = add(&statements);
    assert_eq!(problems.len(), wrong.len(), "{problems:?}");
    assert!(added.is_empty(), "a model with a mistake in it is not used");
    let right: Vec<&str> =
        statements.iter().filter(|text| !wrong.contains(text)).copied().collect();
    let (problems, added) = add(&right);
    assert_eq!(problems, []);
    assert_eq!(added.len(), 1);
    let db = session.db();
    let env = gossa_db::DbEnv::new(&db);
    let resolver = gossa_types::EnvResolver::new(&env, None);
    for (_, lowered) in &added {
        let violations = gossa_ssa::verify_lowered(&lowered.bodies, Some(&resolver));
        assert!(violations.is_empty(), "{violations:#?}");
    }
}
