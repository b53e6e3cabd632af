//! Runs a program in the interpreter and holds call graphs against the calls that it makes: each
//! call that is executed must be in each graph.

use crate::subject::{Check, Findings, Subject};
use gossa_interp::observe::{CallKind, Observer, Site};
use gossa_points::callgraph::{Algorithm, CallGraph, Dispatch, Edge, build};
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{FuncId, FuncKey};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// What a run and the graphs have to do with each other.
#[derive(Debug, Default)]
struct Executed {
    /// Different calls that were executed: caller, instruction, callee, kind.
    calls: usize,
    /// Those of function values and through interfaces.
    dynamic: usize,
    /// Those that no instruction makes: by reflection, of finalizers, timers and the like.
    hidden: usize,
    /// By graph: what it lacks.
    missed: Vec<Missed>,
}

/// A call that was executed and is not in a graph.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Missed {
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

/// The graphs that must have all executed calls, beside that of points-to analysis.
const ALGORITHMS: &[(&str, Algorithm)] =
    &[("cha", Algorithm::Cha), ("rta", Algorithm::Rta), ("vta", Algorithm::Vta)];

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

/// Builds the graphs of a program, to be compared with a run.
pub(crate) fn check<'s>(subject: &'s Subject<'_, '_, '_>) -> Check<'s> {
    let program = subject.program;
    let graphs = ALGORITHMS.iter().map(|&(name, by)| (name, build(program, &subject.roots, by)));
    let mut graphs: Vec<(&'static str, CallGraph)> = graphs.collect();
    graphs.push(("pta", subject.queries().solver().call_graph()));
    let seen = Rc::default();
    let observer = Box::new(Collector(Rc::clone(&seen)));
    let compare = move || {
        let mut found = Executed::default();
        for seen in &seen.borrow().1 {
            compare(program, &graphs, seen, &mut found);
        }
        found.missed.sort();
        found.missed.dedup();
        let counts =
            vec![("calls", found.calls), ("dynamic", found.dynamic), ("hidden", found.hidden)];
        let missed = found.missed.iter().map(ToString::to_string).collect();
        Findings { counts, missed, ..Findings::default() }
    };
    Check { observer, compare: Box::new(compare) }
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
