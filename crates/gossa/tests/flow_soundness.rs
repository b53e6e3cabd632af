//! What runs is what the data-flow analyses say may run: programs are run in the interpreter, and
//! each instruction that it is seen at must be reached when the ways behind calls that never return
//! are cut; and where it reads what it has written, that write must be among the origins of what is
//! read.

use camino::{Utf8Path, Utf8PathBuf};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_db::{Options, RunEnv, Session, SilentProgress, WholeEnv};
use gossa_interp::observe::{Access, CallKind, Observer, Site};
use gossa_interp::{Outcome, Output};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_points::Program;
use gossa_points::callgraph::{Algorithm, build};
use gossa_points::flow::GraphFunctions;
use gossa_points::points;
use gossa_points::points::layout::Layouts;
use gossa_points::points::memory::PointsToMemory;
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::flow::outcome::Outcomes;
use gossa_ssa::flow::program::ProgramGraph;
use gossa_ssa::flow::supergraph::{Node, Supergraph};
use gossa_ssa::flow::value_flow::{Node as FlowNode, ValueFlow};
use gossa_ssa::flow::versions::Version;
use gossa_ssa::{FuncId, Inst, InstId};
use gossa_types::PackageId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

type Place = (FuncId, InstId);

/// What a run has shown.
#[derive(Default)]
struct Seen {
    places: FxHashSet<Place>,
    /// By address, who has written there last.
    writers: FxHashMap<u64, Place>,
    /// Who has read what who has written.
    pairs: FxHashSet<(Place, Place)>,
}

/// Larger accesses are not followed.
const MOST_BYTES: u64 = 64;

struct Watcher(Rc<RefCell<Seen>>);

impl Observer for Watcher {
    fn call(&mut self, site: Option<Site>, _: FuncId, _: CallKind) {
        self.0.borrow_mut().places.extend(site.map(|site| (site.func, site.inst)));
    }

    fn load(&mut self, access: &Access) {
        let seen = &mut *self.0.borrow_mut();
        let place = (access.site.func, access.site.inst);
        seen.places.insert(place);
        let start = access.object.base + access.offset;
        for at in start..start + access.size.min(MOST_BYTES) {
            if let Some(&writer) = seen.writers.get(&at) {
                seen.pairs.insert((writer, place));
            }
        }
    }

    fn store(&mut self, access: &Access) {
        let seen = &mut *self.0.borrow_mut();
        let place = (access.site.func, access.site.inst);
        seen.places.insert(place);
        let start = access.object.base + access.offset;
        for at in start..start + access.size.min(MOST_BYTES) {
            seen.writers.insert(at, place);
        }
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

fn run(session: &Session, package: PackageId) -> Seen {
    let db = session.db();
    session.pool().install(move || {
        let env = RunEnv::new(&db, &DiskSystem);
        let seen = Rc::<RefCell<Seen>>::default();
        let outcome = gossa_interp::run_main_observed(
            &env,
            package,
            gossa_interp::Options::default(),
            Box::new(Nobody),
            Box::new(Watcher(Rc::clone(&seen))),
        );
        assert!(matches!(outcome, Outcome::Exit(_)), "{outcome:?}");
        seen.take()
    })
}

/// The nodes of a function that are reached from its start.
fn reached(graph: &ProgramGraph<'_>, func: Func) -> FxHashSet<Node> {
    let mut found = FxHashSet::default();
    let mut pending = vec![graph.entry(func)];
    while let Some(node) = pending.pop() {
        if found.insert(node) {
            graph.successors(node, &mut |to| pending.push(to));
        }
    }
    found
}

fn sorted<T: Copy>(items: &FxHashSet<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut all: Vec<T> = items.iter().copied().collect();
    all.sort_by_cached_key(key);
    all
}

/// Runs a program, which must read at least so many times what it has written itself.
fn check(name: &str, least: usize) {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/run").join(name);
    let session = session(&root);
    let loaded = session.program();
    let package = PackageId::new(&loaded.package(loaded.roots[0]).import_path);
    let seen = run(&session, package);
    let lowered = session.lower(&SilentProgress);
    let db = session.db();
    let env = WholeEnv::new(&db);
    let program = Program::new(&env, &lowered);
    let roots = env.main_roots(&program, &[package]).expect("a main package");
    let graph = build(&program, &roots, Algorithm::Vta);
    let functions = GraphFunctions::new(&program, &graph);
    let outcomes = Outcomes::new(&functions);

    let supergraph = ProgramGraph::new(&functions, &outcomes);
    let mut missed = BTreeSet::new();
    let mut known: FxHashMap<Func, FxHashSet<Node>> = FxHashMap::default();
    let places = sorted(&seen.places, |(func, inst)| format!("{func} {inst}"));
    assert!(places.len() > 10, "{name}: {} places", places.len());
    for &(id, inst) in &places {
        let Some(func) = functions.find(id) else { continue };
        let Some(node) = supergraph.inst(func, inst) else { continue };
        let known = known.entry(func).or_insert_with(|| reached(&supergraph, func));
        if !known.contains(&node) {
            missed.insert(format!("{id} {inst} is not reached"));
        }
    }

    let layouts = Layouts::new(&program);
    let solver = points::solve(&layouts, &roots);
    let memory = PointsToMemory::new(&solver, &layouts, &graph, &|_| true);
    let flow = ValueFlow::new(&outcomes, &memory);
    let pairs = sorted(&seen.pairs, |((from, at), (to, inst))| format!("{from} {at} {to} {inst}"));
    let mut count = 0;
    for &((writer, write), (reader, read)) in &pairs {
        // What reflection does to memory is not in the solution.
        if writer.package() != package || reader.package() != package {
            continue;
        }
        let (Some(from), Some(to)) = (functions.find(writer), functions.find(reader)) else {
            continue;
        };
        let (Some(source), Some(target)) = (functions.body(from), functions.body(to)) else {
            continue;
        };
        let is_store = matches!(source[write], Inst::Store { .. });
        let (true, Inst::Load(_), Some(value)) = (is_store, target[read], target.result(read))
        else {
            continue;
        };
        count += 1;
        let found = flow.reached(FlowNode::Value(to, value)).into_iter().any(|node| match node {
            FlowNode::Memory(func, object, version) => {
                func == from
                    && matches!(flow.versions(func, object).versions[version as usize],
                        Version::Write { inst, .. } if inst == write)
            }
            FlowNode::Shared(object) => flow
                .effects()
                .everywhere(object)
                .iter()
                .any(|&(func, inst, _)| (func, inst) == (from, write)),
            FlowNode::Value(..) => false,
        });
        if !found {
            missed.insert(format!("{writer} {write} -> {reader} {read} is not found"));
        }
    }
    assert!(count >= least, "{name}: {count} pairs of a write and a read");
    assert!(missed.is_empty(), "{name}: {missed:#?}");
}

macro_rules! programs {
    ($($name:ident $least:literal,)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), $least);
        })*
    };
}

programs! {
    arrays 50, assignment 10, closures 30, defers 10, generics 10, goexit 5, jumps 5, loopvars 40,
    methods 50, panics 0, rangedefer 50, structs 40,
}
