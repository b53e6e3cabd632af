//! Runs a program in the interpreter and holds call graphs against the calls that it makes: each
//! call that is executed must be in each graph.

use camino::Utf8PathBuf;
use gossa_db::{Options, RunEnv, Session, SilentProgress, WholeEnv};
use gossa_interp::observe::{CallKind, Observer, Site};
use gossa_interp::{Outcome, Output};
use gossa_load::{BuildConfig, System};
use gossa_points::callgraph::{Algorithm, CallGraph, Dispatch, Edge, build};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, FuncKey};
use gossa_types::PackageId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// What a run and the graphs have to do with each other.
#[derive(Debug, Default)]
pub(crate) struct Executed {
    /// How the program ended.
    pub(crate) ended: String,
    /// Different calls that were executed: caller, instruction, callee, kind.
    pub(crate) calls: usize,
    /// Those of function values and through interfaces.
    pub(crate) dynamic: usize,
    /// Those that no instruction makes: by reflection, of finalizers, timers and the like.
    pub(crate) hidden: usize,
    /// By graph: what it lacks.
    pub(crate) missed: Vec<Missed>,
}

/// A call that was executed and is not in a graph.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Missed {
    /// The graph.
    graph: &'static str,
    /// Caller, if there is one, and callee.
    call: String,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.graph, self.call)
    }
}

/// The graphs that must have all executed calls.
const ALGORITHMS: &[(&str, Algorithm)] = &[
    ("cha", Algorithm::Cha),
    ("rta", Algorithm::Rta),
    ("vta", Algorithm::Vta),
    ("pta", Algorithm::Pta),
];

type Calls = BTreeSet<(Option<(u32, u32)>, u32, CallKind)>;

/// Collects different calls.
struct Collector(Rc<RefCell<(Calls, Vec<Seen>)>>);

struct Seen {
    site: Option<Site>,
    callee: FuncId,
    kind: CallKind,
}

impl Observer for Collector {
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        let (known, seen) = &mut *self.0.borrow_mut();
        let place = site.map(|site| (site.func.to_raw(), site.inst.index() as u32));
        if known.insert((place, callee.to_raw(), kind)) {
            seen.push(Seen { site, callee, kind });
        }
    }
}

/// Keeps nothing of what a program prints.
pub(crate) struct Ignored;

impl Output for Ignored {
    fn write(&mut self, _: u32, _: &[u8]) {}
}

/// How a package is loaded to be analysed and run side by side.
pub(crate) fn observable(
    system: Arc<dyn System + Send + Sync>,
    goroot: Utf8PathBuf,
    dir: Utf8PathBuf,
    pattern: &str,
) -> Options {
    Options {
        system,
        config: BuildConfig {
            dir: Some(dir.clone()),
            goroot: Some(goroot),
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            cgo: Some(false),
            // Go code rather than assembly, as the command has it.
            tags: vec!["purego".to_owned(), "math_big_pure_go".to_owned()],
            ..BuildConfig::default()
        },
        dir,
        patterns: vec![pattern.to_owned()],
        jobs: 1,
        one_shot: false,
    }
}

/// How a run ended, in words.
pub(crate) fn ending(outcome: Outcome) -> String {
    match outcome {
        Outcome::Exit(status) => format!("exit status {status}"),
        Outcome::Refused { what, .. } => what,
    }
}

/// Builds the graphs of a main package, runs it, and compares. `Err` says why that cannot be done.
pub(crate) fn executed(
    system: Arc<dyn System + Send + Sync>,
    goroot: Utf8PathBuf,
    dir: Utf8PathBuf,
    pattern: &str,
    options: gossa_interp::Options,
) -> Result<Executed, String> {
    let loaded = observable(system.clone(), goroot, dir, pattern);
    let session = Session::load(&loaded).map_err(|error| error.to_string())?;
    let lowered = session.lower(&SilentProgress);
    let [root] = session.program().roots[..] else {
        return Err(format!("{pattern} is not one package"));
    };
    let main = PackageId::new(&session.program().package(root).import_path);
    let db = session.db();
    // On a thread of the pool: lowering needs its large stack.
    session.pool().install(move || {
        let whole = WholeEnv::new(&db);
        let program = Program::new(&whole, &lowered);
        let roots = whole.main_roots(&program, &[main]);
        let roots = roots.ok_or_else(|| format!("{pattern} is not a main package"))?;
        let graphs: Vec<(&'static str, CallGraph)> = ALGORITHMS
            .iter()
            .map(|&(name, algorithm)| (name, build(&program, &roots, algorithm)))
            .collect();
        let env = RunEnv::new(&db, &*system);
        let seen = Rc::default();
        let watcher = Box::new(Collector(Rc::clone(&seen)));
        let outcome =
            gossa_interp::run_main_observed(&env, main, options, Box::new(Ignored), watcher);
        let mut found = Executed { ended: ending(outcome), ..Executed::default() };
        for seen in &seen.borrow().1 {
            compare(&program, &graphs, seen, &mut found);
        }
        found.missed.sort();
        found.missed.dedup();
        Ok(found)
    })
}

fn compare(
    program: &Program<'_>,
    graphs: &[(&'static str, CallGraph)],
    seen: &Seen,
    found: &mut Executed,
) {
    let callee = program.index_of(seen.callee);
    found.calls += 1;
    // What an instruction calls is among its callees; for all others it is enough that the callee
    // is reachable. Deferred calls were told when they were deferred, and packages are initialised
    // by the machine, without those that it stands for.
    let initialises = matches!(seen.callee.key(), FuncKey::PackageInit(_) | FuncKey::VarInit(_));
    let by_instruction =
        matches!(seen.kind, CallKind::Call | CallKind::Go | CallKind::Defer) && !initialises;
    let site = seen.site.filter(|site| by_instruction && site.by.is_none());
    found.hidden += usize::from(!matches!(
        seen.kind,
        CallKind::Call
            | CallKind::Go
            | CallKind::Defer
            | CallKind::Deferred
            | CallKind::DeferredAtPanic
    ));
    let mut is_dynamic = false;
    for (name, graph) in graphs {
        let has = match site {
            None => graph.is_reachable(callee),
            Some(site) => {
                let caller = program.index_of(site.func);
                // How the program got there is known already: it is missed there, or it is Go code
                // that the machine runs in the place of assembly.
                if !graph.is_reachable(caller) {
                    continue;
                }
                let edges = graph.calls(caller).iter().filter(|edge| edge.site == site.inst);
                let edges = edges.filter(|edge| edge.dispatch != Dispatch::Runtime);
                let first: Vec<&Edge> = edges.collect();
                is_dynamic |= first.iter().any(|edge| edge.dispatch != Dispatch::Static);
                let in_assembly = |edge: &Edge| {
                    edge.dispatch == Dispatch::Static && program.function(edge.callee).is_external()
                };
                first.iter().any(|edge| in_assembly(edge))
                    || reaches(
                        program,
                        graph,
                        first.iter().map(|edge| edge.callee).collect(),
                        callee,
                    )
            }
        };
        if !has {
            let caller = seen.site.map_or_else(String::new, |site| site.func.to_string());
            let call = format!("{caller} -> {} {:?}", seen.callee, seen.kind);
            found.missed.push(Missed { graph: name, call });
        }
    }
    found.dynamic += usize::from(is_dynamic);
}

/// Whether functions are, or lead through wrappers alone to, another.
fn reaches(
    program: &Program<'_>,
    graph: &CallGraph,
    mut stack: Vec<FuncIndex>,
    wanted: FuncIndex,
) -> bool {
    let mut seen = BTreeSet::new();
    while let Some(func) = stack.pop() {
        if func == wanted {
            return true;
        }
        if program.function(func).is_wrapper() && seen.insert(func) {
            stack.extend(graph.calls(func).iter().map(|edge| edge.callee));
        }
    }
    false
}
