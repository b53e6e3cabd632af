//! An observer of a run is told what happens in it: here it collects the call graph, and which
//! functions make, read and write the variables of a program.

use camino::Utf8PathBuf;
use gossa_db::{Options, RunEnv, Session};
use gossa_interp::observe::{Access, CallKind, Object, Observer, Site, Sync};
use gossa_interp::{Outcome, Output};
use gossa_load::{BuildConfig, MemorySystem};
use gossa_ssa::FuncId;
use gossa_types::PackageId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

const PROGRAM: &str = r#"package main

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

type named struct{ shape }

var total int

func add(s shape) { total += s.area() }

func twice(f func()) {
	defer f()
	f()
}

func grow(list []int) []int { return append(list, 1) }

func send(c chan int, v int) { c <- v }

func main() {
	add(named{&square{2}})
	n := 0
	twice(func() { n++ })
	c := make(chan int, 1)
	go send(c, len(grow(nil)))
	total += <-c + n
	close(c)
	select {
	case <-c:
	default:
	}
	println(total)
}
"#;

#[derive(Default)]
struct Seen {
    calls: BTreeSet<String>,
    allocations: Vec<(String, Object)>,
    accesses: Vec<(bool, Access)>,
    syncs: Vec<(String, Sync)>,
}

struct Watcher(Rc<RefCell<Seen>>);

fn name(func: FuncId) -> String {
    func.to_string().replace("example.com/m.", "")
}

impl Observer for Watcher {
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        let caller = site.map_or_else(String::new, |site| name(site.func));
        self.0.borrow_mut().calls.insert(format!("{caller} -> {} {kind:?}", name(callee)));
    }

    fn allocation(&mut self, site: Site, object: Object) {
        self.0.borrow_mut().allocations.push((name(site.func), object));
    }

    fn load(&mut self, access: &Access) {
        self.0.borrow_mut().accesses.push((false, *access));
    }

    fn store(&mut self, access: &Access) {
        self.0.borrow_mut().accesses.push((true, *access));
    }

    fn sync(&mut self, site: Site, event: Sync) {
        self.0.borrow_mut().syncs.push((name(site.func), event));
    }
}

struct Printed(Rc<RefCell<Vec<u8>>>);

impl Output for Printed {
    fn write(&mut self, _: u32, bytes: &[u8]) {
        self.0.borrow_mut().extend_from_slice(bytes);
    }
}

fn observed() -> Seen {
    let mut world = MemorySystem::new();
    world
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/main.go", PROGRAM);
    let system = Arc::new(world);
    let options = Options {
        system: system.clone(),
        config: BuildConfig {
            goroot: Some("/go".into()),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            ..BuildConfig::default()
        },
        dir: Utf8PathBuf::from("/m"),
        patterns: vec![".".to_owned()],
        jobs: 1,
        one_shot: false,
    };
    let session = Session::load(&options).expect("it loads");
    let db = session.db();
    let env = RunEnv::new(&db, &*system);
    let (seen, printed) = (Rc::<RefCell<Seen>>::default(), Rc::<RefCell<Vec<u8>>>::default());
    let outcome = gossa_interp::run_main_observed(
        &env,
        PackageId::new("example.com/m"),
        gossa_interp::Options::default(),
        Box::new(Printed(Rc::clone(&printed))),
        Box::new(Watcher(Rc::clone(&seen))),
    );
    assert_eq!((outcome, &**printed.borrow()), (Outcome::Exit(0), &b"7\n"[..]));
    seen.take()
}

#[test]
fn calls_make_a_call_graph() {
    let seen = observed();
    let calls: Vec<&str> = seen.calls.iter().map(String::as_str).collect();
    assert_eq!(calls, EDGES, "{calls:#?}");
}

/// Through an interface and an embedded field, a function value, a deferred call, a goroutine.
const EDGES: &[&str] = &[
    " -> example.com/m$init Call",
    "add -> square.area Call",
    "main -> add Call",
    "main -> grow Call",
    "main -> send Go",
    "main -> twice Call",
    "twice -> main$1 Call",
    "twice -> main$1 Defer",
];

#[test]
fn objects_are_known_from_allocation_to_access() {
    let seen = observed();
    let of = |func: &str| -> Vec<Object> {
        let all = seen.allocations.iter().filter(|(found, _)| found == func);
        all.map(|&(_, object)| object).collect()
    };
    // The array of the arguments, and the one that the slice grows into.
    assert_eq!(of("grow").len(), 2, "{:?}", seen.allocations);
    let made_in_main = of("main");
    let read_by = |func: &str| -> Vec<Object> {
        let all = seen
            .accesses
            .iter()
            .filter(|(stores, access)| !stores && name(access.site.func) == func);
        all.map(|(_, access)| access.object).collect()
    };
    let square = read_by("square.area");
    assert!(!square.is_empty());
    assert!(square.iter().all(|object| made_in_main.contains(object)), "{square:?}");
    let stores =
        seen.accesses.iter().filter(|(stores, access)| *stores && name(access.site.func) == "add");
    assert_eq!(stores.count(), 1, "total");
}

#[test]
fn goroutines_and_channels_are_told() {
    let seen = observed();
    let syncs: Vec<String> = seen
        .syncs
        .iter()
        .map(|(func, event)| {
            let event = format!("{event:?}");
            format!("{func} {}", event.split('(').next().unwrap_or_default())
        })
        .collect();
    let expected = ["main Go", "send Send", "main Receive", "main Close", "main SelectReceive"];
    assert_eq!(syncs, expected);
}
