//! An observer of a run is told what happens in it: here it collects the call graph, and which
//! functions make, read and write the variables of a program.

use camino::Utf8PathBuf;
use gossa_db::{Options, RunEnv, Session};
use gossa_interp::observe::{
    Access, Activation, AllocationKind, CallKind, Definition, Object, Observer, Pointer, Site, Sync,
};
use gossa_interp::{Outcome, Output};
use gossa_load::{BuildConfig, MemorySystem};
use gossa_ssa::FuncId;
use gossa_types::{DeclId, PackageId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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
    /// By the address of an object: what made it.
    origins: BTreeMap<u64, String>,
    makers: BTreeMap<u64, Activation>,
    kinds: BTreeSet<String>,
    left: BTreeSet<Activation>,
    entered: usize,
    /// `function value: what made the object`
    values: BTreeSet<String>,
    links: BTreeSet<String>,
    /// Functions whose objects were seen when the activation was over.
    outlived: BTreeSet<String>,
    /// Functions that the machine runs itself, and that wrote to what these made.
    written_by: BTreeSet<String>,
}

impl Seen {
    fn origin(&self, object: Object) -> String {
        self.origins.get(&object.base).cloned().unwrap_or_default()
    }

    fn sees(&mut self, object: Object) {
        if self.makers.get(&object.base).is_some_and(|made| self.left.contains(made)) {
            self.outlived.insert(self.origin(object));
        }
    }
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

    fn enter(&mut self, _: Activation, _: FuncId) {
        self.0.borrow_mut().entered += 1;
    }

    fn leave(&mut self, activation: Activation) {
        assert!(self.0.borrow_mut().left.insert(activation), "left twice: {activation:?}");
    }

    fn allocation(&mut self, site: Site, object: Object, kind: AllocationKind) {
        let mut seen = self.0.borrow_mut();
        let func = name(site.func);
        seen.kinds.insert(format!("{func} {kind:?}"));
        seen.origins.insert(object.base, format!("{func} {kind:?}"));
        seen.makers.insert(object.base, site.activation());
        seen.allocations.push((func, object));
    }

    fn global(&mut self, variable: DeclId, object: Object) {
        let name = format!("global {}", variable.name());
        self.0.borrow_mut().origins.insert(object.base, name);
    }

    fn value(&mut self, definition: &Definition, to: Pointer) {
        let mut seen = self.0.borrow_mut();
        seen.sees(to.object);
        let text = format!("{}: {}+{}", name(definition.func), seen.origin(to.object), to.offset);
        seen.values.insert(text);
    }

    fn link(&mut self, site: Site, holder: Pointer, to: Pointer) {
        let mut seen = self.0.borrow_mut();
        let (holder, to) = (seen.origin(holder.object), seen.origin(to.object));
        let by = site.by.map_or_else(String::new, |by| format!(" by {by}"));
        seen.links.insert(format!("{}{by}: {holder} -> {to}", name(site.func)));
    }

    fn load(&mut self, access: &Access) {
        self.0.borrow_mut().sees(access.object);
        self.0.borrow_mut().accesses.push((false, *access));
    }

    fn store(&mut self, access: &Access) {
        if let Some(by) = access.site.by {
            let text = format!("{by} in {}", name(access.site.func));
            self.0.borrow_mut().written_by.insert(text);
        }
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
    run(PROGRAM, "7\n")
}

fn run(program: &str, expected: &str) -> Seen {
    let mut world = MemorySystem::new();
    world
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", RUNTIME)
        .add_file("/go/src/sync/atomic/atomic.go", ATOMIC)
        .add_file("/go/src/reflect/reflect.go", REFLECT)
        .add_file("/go/src/iter/iter.go", ITER)
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/main.go", program);
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
    let printed = String::from_utf8_lossy(&printed.borrow()).into_owned();
    assert_eq!((outcome, &*printed), (Outcome::Exit(0), expected));
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
    "twice -> main$1 Deferred",
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

// What the machine runs itself is known by name.
const RUNTIME: &str = "package runtime\n\ntype errorString string\n\ntype plainError string\n\n\
                       func GC()\n\nfunc Gosched()\n\nfunc SetFinalizer(object, finalizer any)\n";
const ATOMIC: &str = "package atomic\n\nimport \"unsafe\"\n\n\
                      func StorePointer(addr *unsafe.Pointer, val unsafe.Pointer)\n";
const REFLECT: &str = "package reflect\n\nimport \"unsafe\"\n\n\
                       func call(ty, f, args unsafe.Pointer, size, results, frame uint32, \
                       registers unsafe.Pointer)\n\n\
                       func Call(f func()) { call(nil, *(*unsafe.Pointer)(unsafe.Pointer(&f)), \
                       nil, 0, 0, 0, nil) }\n";
const ITER: &str = "package iter\n\ntype coro struct{}\n\nfunc newcoro(func(*coro)) *coro\n\n\
                    func coroswitch(*coro)\n\n\
                    func Once(f func()) { coroswitch(newcoro(func(c *coro) { f() })) }\n";

const HEAP: &str = r#"package main

import (
	"iter"
	"reflect"
	"runtime"
	"sync/atomic"
	"unsafe"
)

type node struct {
	next *node
	id   int
}

type worker interface{ work() }

func (n *node) work() { n.id++ }

var root *node
var shared unsafe.Pointer

func returned() *node { return &node{id: 1} }

func kept() int {
	n := &node{id: 2}
	m := &node{next: n}
	return m.next.id
}

func global() { root = &node{id: 3} }

func atomically() { atomic.StorePointer(&shared, unsafe.Pointer(&node{id: 4})) }

func inMap() map[string]*node {
	m := make(map[string]*node)
	m["a"] = &node{id: 5}
	return m
}

func inChannel() chan *node {
	c := make(chan *node, 1)
	select {
	case c <- &node{id: 6}:
	}
	return c
}

func captured() func() int {
	n := &node{id: 7}
	return func() int { n = n.next; return 0 }
}

func appended(list []*node) []*node { return append(list, &node{id: 8}) }

func boxed(id int) any { return id + 1000 }

func copied(to, from []*node) { copy(to, from) }

func text(b []byte) string { return string(b) + "." }

func clean(n *node) {}

func collected() { runtime.SetFinalizer(&node{id: 9}, clean) }

func fails() {
	var w worker = &node{id: 10}
	defer w.work()
	defer func() { recover() }()
	var none *node
	none.id = 1
}

func twice() { println("called") }

func main() {
	global()
	atomically()
	n := returned().id + kept() + inMap()["a"].id + (<-inChannel()).id
	for _, other := range inMap() {
		n += other.id
	}
	captured()()
	list := appended(nil)
	copied(make([]*node, 1), list)
	n += list[0].id + boxed(n).(int) - n + len(text([]byte{1}))
	fails()
	collected()
	runtime.GC()
	runtime.Gosched()
	var w worker = root
	go w.work()
	runtime.Gosched()
	reflect.Call(twice)
	iter.Once(twice)
	println(n)
}
"#;

fn includes(found: &BTreeSet<String>, wanted: &[&str]) {
    for text in wanted {
        assert!(found.contains(*text), "{text:?} is not among {found:#?}");
    }
}

#[test]
fn every_way_of_calling_is_told() {
    let seen = run(HEAP, "called\ncalled\n1029\n");
    includes(
        &seen.calls,
        &[
            "fails -> node.work Defer",
            "fails -> node.work DeferredAtPanic",
            "fails -> fails$1 Defer",
            "fails -> fails$1 DeferredAtPanic",
            " -> clean Cleanup",
            "main -> node.work Go",
            "reflect.Call -> twice Reflect",
            " -> iter.Once$1 Coroutine",
            "iter.Once$1 -> twice Call",
        ],
    );
    assert!(seen.entered >= seen.left.len() && seen.left.len() > 20, "{}", seen.entered);
}

#[test]
fn values_point_to_what_was_made() {
    let seen = run(HEAP, "called\ncalled\n1029\n");
    includes(
        &seen.kinds,
        &[
            "returned Variable",
            "inMap Map",
            "inMap Part",
            "inChannel Chan",
            "inChannel Part",
            "captured Closure",
            "appended Grown",
            "main Slice",
            "boxed Boxed",
            "text Text",
            "fails Panic",
        ],
    );
    includes(
        &seen.values,
        &[
            "returned: returned Variable+0",
            "main: returned Variable+0",
            "main: returned Variable+8",
            "main: inMap Map+0",
            "main: inMap Variable+0",
            "main: inChannel Chan+0",
            "main: inChannel Variable+0",
            "main: captured Closure+0",
            "captured$1: captured Variable+0",
            "main: appended Grown+0",
            "main: appended Variable+0",
            "main: boxed Boxed+0",
            "copied: main Slice+0",
            "node.work: global Variable+0",
            "clean: collected Variable+0",
            "global: global root+0",
        ],
    );
    assert!(!seen.values.iter().any(|value| value.starts_with("main: kept")), "{:#?}", seen.values);
}

#[test]
fn what_outlives_its_activation_is_seen_afterwards() {
    let seen = run(HEAP, "called\ncalled\n1029\n");
    includes(
        &seen.outlived,
        &[
            "returned Variable",
            "inMap Map",
            "inMap Variable",
            "inChannel Variable",
            "captured Variable",
            "appended Grown",
            "global Variable",
            "collected Variable",
        ],
    );
    let outlived = seen.outlived.iter();
    let wrong: Vec<_> = outlived.filter(|text| text.starts_with("kept")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    includes(
        &seen.links,
        &[
            "global: global root -> global Variable",
            "atomically by sync/atomic.StorePointer: global shared -> atomically Variable",
            "kept: kept Variable -> kept Variable",
            "inMap: inMap Map -> inMap Variable",
            "inChannel: inChannel Chan -> inChannel Variable",
            "captured: captured Closure -> captured Variable",
            "appended: appended Grown -> appended Variable",
            "copied: main Slice -> appended Variable",
        ],
    );
    includes(&seen.written_by, &["sync/atomic.StorePointer in atomically"]);
}
