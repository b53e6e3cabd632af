//! Call graphs: who calls whom, from where.
//!
//! A [`CallGraph`] is what every algorithm gives: the functions that may run, and for each of their
//! calls the functions that it may reach. Lists are flat and sorted; a reference to a graph
//! implements petgraph's `visit` traits (`visit`), and answers why a function may run (`paths`).
//!
//! | algorithm | dynamic calls reach |
//! | --- | --- |
//! | [`Algorithm::Static`] | nothing: only calls by name are in the graph |
//! | [`Algorithm::Cha`] | what their types allow, in the whole program |
//! | [`Algorithm::Rta`] | what their types allow, of what is reachable |
//! | [`Algorithm::Vta`] | what flows to them, variable by variable |
//! | [`Algorithm::Pta`] | what flows to them, object by object |
//!
//! Each is contained in the one above it where both say something, static calls in all of them.
//! What no call instruction calls (finalizers, methods called by reflection, functions handed to
//! assembly) is told by `runtime`; such edges are [`Dispatch::Runtime`]. [`by_type`] answers for single
//! calls, where a graph of all would be too much.

pub mod by_type;
mod cha;
mod paths;
mod reached;
mod rta;
mod runtime;
pub(crate) use runtime::{call_method, call_reflect, is_callable, is_opaque, panic_types};
mod scan;
mod static_calls;
mod universe;
mod visit;
mod vta;

pub use paths::Components;
pub use visit::{EdgeReference, VisitedFunctions};

use crate::points::{self, layout::Layouts};
use crate::program::{FuncIndex, Program};
use gossa_ssa::{CallId, InstId};

/// How exactly dynamic calls are resolved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// Not at all.
    Static,
    /// Class hierarchy analysis.
    Cha,
    /// Rapid type analysis.
    Rta,
    /// Variable type analysis.
    Vta,
    /// Points-to analysis.
    Pta,
}

/// The call graph of a program that begins at `roots`.
///
/// The graphs of static calls and of class hierarchy analysis have the edges of all functions; the
/// others those of reachable functions only.
#[must_use]
pub fn build(program: &Program<'_>, roots: &Roots, algorithm: Algorithm) -> CallGraph {
    match algorithm {
        Algorithm::Static => static_calls::build(program, roots),
        Algorithm::Cha => cha::build(program, roots),
        Algorithm::Rta => rta::build(program, roots),
        Algorithm::Vta => vta::build(program, roots),
        Algorithm::Pta => points::solve(&Layouts::new(program), roots).call_graph(),
    }
}

/// The call graph of the functions that are reachable in `initial`, with dynamic calls resolved by
/// variable type analysis along the calls of `initial`.
///
/// Sound if `initial` is. [`Algorithm::Vta`] needs no such graph and is more exact.
#[must_use]
pub fn refine(program: &Program<'_>, initial: &CallGraph) -> CallGraph {
    vta::refine(program, initial)
}

/// The graph of these edges, with what is reachable over them.
fn reach(program: &Program<'_>, roots: &Roots, edges: Vec<Edge>) -> CallGraph {
    let mut graph = CallGraph::new(program, &[], edges);
    let mut stack: Vec<FuncIndex> = roots.iter().collect();
    while let Some(func) = stack.pop() {
        if !std::mem::replace(&mut graph.reachable[func.index()], true) {
            stack.extend(graph.calls(func).iter().map(|edge| edge.callee));
        }
    }
    graph
}

/// What sort of call an edge stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dispatch {
    /// The callee is named.
    Static,
    /// A method of an interface value.
    Interface,
    /// A function value.
    Value,
    /// No call instruction: the runtime calls it (finalizers, reflection and the like).
    Runtime,
}

/// When the callee runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallMode {
    /// At once.
    Call,
    /// In a new goroutine.
    Go,
    /// When the function returns or panics.
    Defer,
}

/// A call and one function that it may reach.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Edge {
    /// The calling function.
    pub caller: FuncIndex,
    /// The call instruction.
    pub site: InstId,
    /// The function called.
    pub callee: FuncIndex,
    /// How the callee is found.
    pub dispatch: Dispatch,
    /// When it runs.
    pub mode: CallMode,
}

/// A call instruction of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// The instruction.
    pub inst: InstId,
    /// The call.
    pub call: CallId,
    /// When the callee runs.
    pub mode: CallMode,
}

/// The calls of a body, in order, those to built-in functions included.
pub fn call_sites(body: &gossa_ssa::Body) -> impl Iterator<Item = CallSite> + '_ {
    body.inst_ids().filter_map(|inst| {
        let (call, mode) = match body[inst] {
            gossa_ssa::Inst::Call(call) => (call, CallMode::Call),
            gossa_ssa::Inst::Go(call) => (call, CallMode::Go),
            gossa_ssa::Inst::Defer { call, .. } => (call, CallMode::Defer),
            _ => return None,
        };
        Some(CallSite { inst, call, mode })
    })
}

/// Where a program begins: functions that run without being called by others that are seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roots {
    /// Called with no arguments, or with what the runtime passes: `main`, package initialisers.
    pub entries: Vec<FuncIndex>,
    /// Callable by code that is not seen, any number of times, with any well-typed arguments.
    pub open: Vec<FuncIndex>,
}

impl Roots {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = FuncIndex> + '_ {
        self.entries.iter().chain(&self.open).copied()
    }
}

/// A call graph: the functions that may run and who calls whom.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallGraph {
    /// Edges, sorted by caller, site, callee.
    edges: Box<[Edge]>,
    /// By function: its first edge; one more than functions.
    starts: Box<[u32]>,
    reachable: Box<[bool]>,
}

impl CallGraph {
    /// The graph of these edges over all functions that the program knows by now.
    #[must_use]
    pub fn new(program: &Program<'_>, reachable: &[FuncIndex], mut edges: Vec<Edge>) -> Self {
        edges.sort_unstable();
        edges.dedup();
        let count = program.len();
        let mut starts = vec![0u32; count + 1];
        for edge in &edges {
            starts[edge.caller.index() + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut is_reachable = vec![false; count];
        for func in reachable {
            is_reachable[func.index()] = true;
        }
        Self { edges: edges.into(), starts: starts.into(), reachable: is_reachable.into() }
    }

    /// All edges, sorted.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges out of a function, by site.
    #[must_use]
    pub fn calls(&self, func: FuncIndex) -> &[Edge] {
        let at = func.index();
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.edges[start as usize..end as usize],
            _ => &[],
        }
    }

    /// The functions that a call may reach.
    pub fn callees(&self, caller: FuncIndex, site: InstId) -> impl Iterator<Item = FuncIndex> + '_ {
        let calls = self.calls(caller);
        let start = calls.partition_point(|edge| edge.site < site);
        calls[start..].iter().take_while(move |edge| edge.site == site).map(|edge| edge.callee)
    }

    /// Whether a function may run.
    #[must_use]
    pub fn is_reachable(&self, func: FuncIndex) -> bool {
        self.reachable.get(func.index()).copied().unwrap_or(false)
    }

    /// The functions that may run, in order.
    pub fn reachable(&self) -> impl Iterator<Item = FuncIndex> + '_ {
        let all = self.reachable.iter().enumerate();
        all.filter(|(_, reachable)| **reachable).map(|(at, _)| FuncIndex::from_usize(at))
    }

    /// How many functions it has numbers for.
    #[must_use]
    pub fn function_count(&self) -> usize {
        self.reachable.len()
    }
}
