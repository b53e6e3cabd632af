//! What runs is in the call graphs: programs are run in the interpreter, and each call that it
//! makes must be an edge of the graphs that were built without running anything.
//!
//! The interpreter tells of no wrappers, so those of the graphs are passed through.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_db::{Options, RunEnv, Session, SilentProgress, WholeEnv};
use gossa_interp::observe::{CallKind, Observer, Site};
use gossa_interp::{Outcome, Output};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_points::callgraph::{Algorithm, CallGraph, build};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::PackageId;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

type Calls = FxHashSet<(Option<FuncId>, FuncId, CallKind)>;

struct Watcher(Rc<RefCell<Calls>>);

impl Observer for Watcher {
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        self.0.borrow_mut().insert((site.map(|site| site.func), callee, kind));
    }
}

struct Nobody;

impl Output for Nobody {
    fn write(&mut self, _: u32, _: &[u8]) {}
}

fn session(directory: &Utf8Path) -> Session {
    let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        system: Arc::new(DiskSystem),
        config: BuildConfig {
            goroot: Some(Utf8PathBuf::from_path_buf(goroot).expect("a UTF-8 path")),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            cgo: Some(false),
            tags: vec!["purego".to_owned(), "math_big_pure_go".to_owned()],
            ..BuildConfig::default()
        },
        dir: directory.to_owned(),
        patterns: vec![".".to_owned()],
        jobs: 2,
        one_shot: false,
    };
    Session::load(&options).expect("it loads")
}

/// The calls of a run of the program in a directory.
fn executed(session: &Session, package: PackageId) -> Calls {
    let db = session.db();
    session.pool().install(move || {
        let system = DiskSystem;
        let env = RunEnv::new(&db, &system);
        let calls = Rc::<RefCell<Calls>>::default();
        let outcome = gossa_interp::run_main_observed(
            &env,
            package,
            gossa_interp::Options::default(),
            Box::new(Nobody),
            Box::new(Watcher(Rc::clone(&calls))),
        );
        assert!(matches!(outcome, Outcome::Exit(_)), "{outcome:?}");
        calls.take()
    })
}

/// The functions that a function calls, those behind wrappers included.
fn callees(program: &Program<'_>, graph: &CallGraph, caller: FuncIndex) -> FxHashSet<FuncIndex> {
    let mut found = FxHashSet::default();
    let mut stack: Vec<FuncIndex> = graph.calls(caller).iter().map(|edge| edge.callee).collect();
    while let Some(callee) = stack.pop() {
        if found.insert(callee) && program.function(callee).is_wrapper() {
            stack.extend(graph.calls(callee).iter().map(|edge| edge.callee));
        }
    }
    found
}

/// The calls of a run that are missing in a graph; how many there were.
fn missed(program: &Program<'_>, graph: &CallGraph, calls: &Calls) -> (Vec<String>, usize) {
    let mut known: FxHashMap<FuncIndex, FxHashSet<FuncIndex>> = FxHashMap::default();
    let mut missed = Vec::new();
    #[expect(clippy::iter_over_hash_type, reason = "what is found is sorted")]
    for &(caller, callee, kind) in calls {
        let callee = program.index_of(callee);
        let found = match (caller, kind) {
            // The machine begins some packages' initialisation itself.
            _ if is_initialiser(program.function(callee).id) => graph.is_reachable(callee),
            (Some(caller), CallKind::Call | CallKind::Go | CallKind::Defer) => {
                let caller = program.index_of(caller);
                let known = known.entry(caller);
                let known = known.or_insert_with(|| callees(program, graph, caller));
                known.contains(&callee)
            }
            // Deferred calls were told of before; others are made on behalf of the runtime.
            _ => graph.is_reachable(callee),
        };
        if !found {
            let caller = caller.map_or("the machine".to_owned(), |caller| caller.to_string());
            missed.push(format!("{caller} -> {} ({kind:?})", program.function(callee)));
        }
    }
    missed.sort();
    (missed, calls.len())
}

fn is_initialiser(func: FuncId) -> bool {
    matches!(func.key(), FuncKey::VarInit(_) | FuncKey::PackageInit(_))
}

fn check(name: &str) {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/run").join(name);
    let session = session(&root);
    let loaded = session.program();
    let package = PackageId::new(&loaded.package(loaded.roots[0]).import_path);
    let calls = executed(&session, package);
    let lowered = session.lower(&SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let roots = env.main_roots(&program, &[package]).expect("a main package");
    for algorithm in [Algorithm::Cha, Algorithm::Rta, Algorithm::Vta, Algorithm::Pta] {
        let graph = build(&program, &roots, algorithm);
        let (missed, count) = missed(&program, &graph, &calls);
        assert!(count > 10, "{name}: {count} calls");
        assert!(
            missed.is_empty(),
            "{name}, {algorithm:?}: {} of {count} calls are not in the graph:\n{}",
            missed.len(),
            missed.join("\n")
        );
    }
}

macro_rules! programs {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

programs! {
    channels closures collect defers generics initorder interfaces linkname maps methods panics
    rangefunc reflection selects unsafes
}
