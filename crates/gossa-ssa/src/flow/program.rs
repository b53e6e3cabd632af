//! The supergraph of a Go program: its instructions, and calls between its functions.
//!
//! A node stands before an instruction; what the instruction does happens on the edges out of it. A
//! function has two exits, by returning and by panicking, and a call goes on at different places
//! behind the two. Deferred calls are calls where they run: behind `rundefers` and `unwind` stands a
//! *chain* of nodes, one per deferred call in the order of the function's
//! [plan](super::defers::Plan). A chain has several lanes: a deferred call that panics leads to
//! the lane on which a panic is on its way, and one that recovers to that which leaves the function
//! quietly.
//!
//! `go` calls go into the callee and never come back from it, but past it.

use super::calls::{CallTime, Func, Functions, call_time};
use super::defers::{DeferSite, Plans, recovered_at};
use super::panics::PanicSites;
use super::supergraph::{Node, Procedure, Supergraph};
use crate::body::Body;
use crate::ids::{BlockId, InstId};
use crate::inst::Inst;
use gossa_base::FxHashMap;

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// Before an instruction. A function starts before its first.
    Inst(InstId),
    /// Before a deferred call is run, if `call` says one, or between two.
    Chain {
        /// The `rundefers` or `unwind`.
        end: InstId,
        /// The call.
        call: Option<DeferSite>,
        /// Whether the function is panicking.
        panicking: bool,
    },
    /// The function has returned.
    Return,
    /// The function has ended by a panic, or because its goroutine does.
    Panic,
}

/// A place of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct At {
    /// The function.
    pub func: Func,
    /// Where in it.
    pub place: Place,
}

/// Where a call goes on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct CallEdges {
    returned: Vec<Node>,
    panicked: Vec<Node>,
}

/// What is known of panics and calls that do not return: to leave out edges that are never taken.
pub trait Cuts {
    /// Whether a call at an instruction (or, for `defer`, the deferred call) may come back.
    fn may_return(&self, func: Func, site: InstId) -> bool;

    /// Whether a call may end panicking, or because the goroutine does.
    fn may_unwind(&self, func: Func, site: InstId) -> bool;
}

/// All calls come back, and all may panic.
pub struct NoCuts;

impl Cuts for NoCuts {
    fn may_return(&self, _: Func, _: InstId) -> bool {
        true
    }

    fn may_unwind(&self, _: Func, _: InstId) -> bool {
        true
    }
}

/// The supergraph of a program.
pub struct ProgramGraph<'f> {
    functions: &'f dyn Functions,
    places: Vec<At>,
    /// By function: its first node; instructions first, then the exits, then chains. One entry
    /// more than functions.
    starts: Vec<Node>,
    /// By node: its first successor; one entry more than nodes.
    successor_starts: Vec<u32>,
    successors: Vec<Node>,
    calls: FxHashMap<Node, CallEdges>,
    callers: Vec<Vec<Node>>,
}

impl<'f> ProgramGraph<'f> {
    /// The graph of all functions with bodies. Linear.
    #[must_use]
    pub fn new(functions: &'f dyn Functions, cuts: &dyn Cuts) -> Self {
        let mut graph = Self {
            functions,
            places: Vec::new(),
            starts: vec![0],
            successor_starts: vec![0],
            successors: Vec::new(),
            calls: FxHashMap::default(),
            callers: vec![Vec::new(); functions.count()],
        };
        for func in 0..functions.count() as Func {
            graph.add(func, cuts);
        }
        for node in 0..graph.places.len() as Node {
            let mut callees = Vec::new();
            graph.callees(node, &mut |callee| callees.push(callee));
            for callee in callees {
                graph.callers[callee as usize].push(node);
            }
        }
        graph
    }

    /// The functions.
    #[must_use]
    pub fn functions(&self) -> &'f dyn Functions {
        self.functions
    }

    /// Where a node stands.
    #[must_use]
    pub fn at(&self, node: Node) -> At {
        self.places[node as usize]
    }

    /// The body of the function that a node is in; every node is in one that has a body.
    #[must_use]
    pub fn body_of(&self, node: Node) -> Option<&'f Body> {
        self.functions.body(self.at(node).func)
    }

    /// The node of an instruction; `None` for functions without a body.
    #[must_use]
    pub fn inst(&self, func: Func, inst: InstId) -> Option<Node> {
        let body = self.functions.body(func)?;
        (inst.index() < body.insts.len()).then(|| self.starts[func as usize] + inst.index() as u32)
    }

    /// The node of a function's normal exit.
    #[must_use]
    pub fn return_of(&self, func: Func) -> Option<Node> {
        let body = self.functions.body(func)?;
        Some(self.starts[func as usize] + body.insts.len() as u32)
    }

    /// The node of a function's exit by a panic.
    #[must_use]
    pub fn panic_of(&self, func: Func) -> Option<Node> {
        self.return_of(func).map(|node| node + 1)
    }

    /// The instruction whose call is made at a node, with the function that it stands in.
    #[must_use]
    pub fn call_at(&self, node: Node) -> Option<DeferSite> {
        let At { func, place } = self.at(node);
        match place {
            Place::Inst(inst) => match call_time(self.functions.body(func)?, inst)? {
                CallTime::Now | CallTime::Concurrently => Some(DeferSite { func, inst }),
                CallTime::Deferred => None,
            },
            Place::Chain { call, .. } => call,
            Place::Return | Place::Panic => None,
        }
    }

    fn first_of(body: &Body, start: Node, block: BlockId) -> Node {
        start + body[block].first_inst
    }

    fn add(&mut self, func: Func, cuts: &dyn Cuts) {
        let functions = self.functions;
        let start = self.places.len() as Node;
        let Some(body) = functions.body(func).filter(|body| !body.insts.is_empty()) else {
            self.starts.push(start);
            return;
        };
        let panics = PanicSites::new(body, functions.resolver(), &|_| false);
        let plans = Plans::new(functions, func, &panics);
        let mut places: Vec<Place> = body.inst_ids().map(Place::Inst).collect();
        places.extend([Place::Return, Place::Panic]);
        let (returned, panicked) =
            (start + body.insts.len() as u32, start + body.insts.len() as u32 + 1);
        let mut edges: Vec<(Node, Node)> = Vec::new();
        for block in body.block_ids() {
            let caught =
                body[block].unwind.map_or(panicked, |block| Self::first_of(body, start, block));
            for inst in body.insts_of(block) {
                let node = start + inst.index() as u32;
                if !panics.at(inst).is_empty() {
                    edges.push((node, caught));
                }
                match body[inst] {
                    Inst::Return(_) => edges.push((node, returned)),
                    Inst::Panic(_) | Inst::Unreachable => {}
                    Inst::Unwind { recovered } => {
                        let recovered = Self::first_of(body, start, recovered);
                        let mut chain = Chain { start, end: inst, places: &mut places };
                        let lanes = Lanes { quiet: None, recovered, panicked };
                        let first = self.chain(&mut chain, &plans, &mut edges, cuts, lanes);
                        edges.push((node, first));
                    }
                    Inst::RunDefers => {
                        let recovered = recovered_at(body, block)
                            .map_or(panicked, |block| Self::first_of(body, start, block));
                        let mut chain = Chain { start, end: inst, places: &mut places };
                        let lanes = Lanes { quiet: Some(node + 1), recovered, panicked };
                        let first = self.chain(&mut chain, &plans, &mut edges, cuts, lanes);
                        edges.push((node, first));
                    }
                    Inst::Call(_) => {
                        let mut call = CallEdges::default();
                        if cuts.may_return(func, inst) {
                            edges.push((node, node + 1));
                            call.returned.push(node + 1);
                        }
                        if cuts.may_unwind(func, inst) {
                            edges.push((node, caught));
                            call.panicked.push(caught);
                        }
                        self.calls.insert(node, call);
                    }
                    Inst::Go(_) => {
                        edges.push((node, node + 1));
                        self.calls.insert(node, CallEdges::default());
                    }
                    ref other if !other.is_terminator() => edges.push((node, node + 1)),
                    _ => body.for_each_successor(block, |block| {
                        edges.push((node, Self::first_of(body, start, block)));
                    }),
                }
            }
        }
        self.places.extend(places.into_iter().map(|place| At { func, place }));
        edges.sort_unstable();
        edges.dedup();
        let mut next = 0;
        for node in start..self.places.len() as Node {
            while let Some(&(from, to)) = edges.get(next)
                && from == node
            {
                self.successors.push(to);
                next += 1;
            }
            self.successor_starts.push(self.successors.len() as u32);
        }
        self.starts.push(self.places.len() as Node);
    }

    /// Deferred calls one after the other, each of them or not where that is not certain. There are
    /// up to three lanes: nothing has panicked, something does, something did and was recovered
    /// from. Gives the first node of the lane on which it starts.
    fn chain(
        &mut self,
        chain: &mut Chain<'_>,
        plans: &Plans,
        edges: &mut Vec<(Node, Node)>,
        cuts: &dyn Cuts,
        lanes: Lanes,
    ) -> Node {
        let start = |lanes: Lanes| lanes.quiet.unwrap_or(lanes.panicked);
        let Some(plan) = plans.at(chain.end) else { return start(lanes) };
        let mut next = lanes;
        for group in plan.groups.iter().rev() {
            let before = Lanes {
                quiet: next.quiet.map(|_| chain.node(None, false)),
                recovered: chain.node(None, false),
                panicked: chain.node(None, true),
            };
            let behind = if group.repeats { before } else { next };
            if group.repeats || !group.always {
                edges.extend(before.quiet.zip(next.quiet));
                edges.push((before.recovered, next.recovered));
                edges.push((before.panicked, next.panicked));
            }
            for &site in &group.sites {
                let recovers = recovers(self.functions, site);
                let mut call = |from: Node, panicking: bool, returned: &[Node]| {
                    let node = chain.node(Some(site), panicking);
                    edges.push((from, node));
                    let mut call = CallEdges::default();
                    if cuts.may_return(site.func, site.inst) {
                        call.returned.extend(returned);
                    }
                    if cuts.may_unwind(site.func, site.inst) {
                        call.panicked.push(behind.panicked);
                    }
                    let out = call.returned.iter().chain(&call.panicked);
                    edges.extend(out.map(|&to| (node, to)));
                    self.calls.insert(node, call);
                };
                if let (Some(from), Some(to)) = (before.quiet, behind.quiet) {
                    call(from, false, &[to]);
                }
                call(before.recovered, false, &[behind.recovered]);
                match recovers {
                    true => call(before.panicked, true, &[behind.panicked, behind.recovered]),
                    false => call(before.panicked, true, &[behind.panicked]),
                }
            }
            next = before;
        }
        start(next)
    }
}

/// Whether a deferred call may recover from a panic: whether a function that it calls contains
/// `recover`, wrappers aside.
#[must_use]
pub fn recovers(functions: &dyn Functions, site: DeferSite) -> bool {
    let mut pending = Vec::new();
    functions.callees(site.func, site.inst, &mut |callee| pending.push(callee));
    let mut seen = pending.clone();
    let mut found = functions.is_open(site.func, site.inst);
    while let Some(func) = pending.pop() {
        let Some(body) = functions.body(func) else { continue };
        if functions.is_wrapper(func) {
            for inst in body.inst_ids() {
                functions.callees(func, inst, &mut |callee| {
                    if !seen.contains(&callee) {
                        seen.push(callee);
                        pending.push(callee);
                    }
                });
            }
        } else {
            found |= !body.range_body && body.insts.contains(&Inst::Recover);
        }
    }
    found
}

/// A chain under construction.
struct Chain<'p> {
    start: Node,
    end: InstId,
    places: &'p mut Vec<Place>,
}

impl Chain<'_> {
    fn node(&mut self, call: Option<DeferSite>, panicking: bool) -> Node {
        self.places.push(Place::Chain { end: self.end, call, panicking });
        self.start + self.places.len() as Node - 1
    }
}

/// The ways through a chain: where they lead from some point on.
#[derive(Clone, Copy)]
struct Lanes {
    /// Nothing has panicked. `None` behind an `unwind`.
    quiet: Option<Node>,
    /// A panic was recovered from.
    recovered: Node,
    /// The function is panicking.
    panicked: Node,
}

impl Supergraph for ProgramGraph<'_> {
    fn node_count(&self) -> usize {
        self.places.len()
    }

    fn procedure_of(&self, node: Node) -> Procedure {
        self.places[node as usize].func
    }

    fn entry(&self, procedure: Procedure) -> Node {
        self.starts[procedure as usize]
    }

    fn is_exit(&self, node: Node) -> bool {
        matches!(self.places[node as usize].place, Place::Return | Place::Panic)
    }

    fn is_call(&self, node: Node) -> bool {
        self.calls.contains_key(&node)
    }

    fn successors(&self, node: Node, visit: &mut dyn FnMut(Node)) {
        let range = self.successor_starts[node as usize]..self.successor_starts[node as usize + 1];
        self.successors[range.start as usize..range.end as usize].iter().for_each(|&to| visit(to));
    }

    fn callees(&self, call: Node, visit: &mut dyn FnMut(Procedure)) {
        let Some(site) = self.call_at(call) else { return };
        self.functions.callees(site.func, site.inst, &mut |callee| {
            if self.functions.body(callee).is_some_and(|body| !body.insts.is_empty()) {
                visit(callee);
            }
        });
    }

    fn returns(&self, call: Node, exit: Node, visit: &mut dyn FnMut(Node)) {
        let Some(edges) = self.calls.get(&call) else { return };
        let to = match self.places[exit as usize].place {
            Place::Return => &edges.returned,
            _ => &edges.panicked,
        };
        to.iter().for_each(|&to| visit(to));
    }

    fn callers(&self, procedure: Procedure, visit: &mut dyn FnMut(Node)) {
        self.callers[procedure as usize].iter().for_each(|&call| visit(call));
    }
}
