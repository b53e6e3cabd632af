//! Interprocedural analysis along valid paths: returns go back to where the call came from.
//!
//! A [`Problem`] has *facts*, each with a value, and says how every edge of a [`Supergraph`] makes
//! values of facts from values of facts: Sagiv, Reps, Horwitz, "Precise Interprocedural Dataflow
//! Analysis with Applications to Constant Propagation", TCS 1996. Facts without values are the
//! special case of Reps, Horwitz, Sagiv, "Precise Interprocedural Dataflow Analysis via Graph
//! Reachability", POPL 1995, in [`ifds`](super::ifds).
//!
//! [`solve`] tabulates *path edges*: the function by which the value of a fact at a node depends on
//! that of a fact at the entry of its procedure, the *context*. A context is analysed once, however
//! many calls lead to it; what comes out of it is carried back to each of them. Then one pass over
//! the contexts finds the values. The result is exact: the join over all valid paths, if functions
//! distribute over joins. The flow of a fact out of a node is asked for once.
//!
//! With `E` edges and `D` facts it takes `O(E · D³)` compositions of functions, and `O(E · D)` where
//! facts depend on one fact each, which is the usual case. If functions can grow `h` times before
//! they stay the same, this is multiplied by `h`.

use super::lattice::Lattice;
use super::supergraph::{Node, Procedure, Supergraph};
use gossa_base::{FxHashMap, ListRange};
use std::collections::VecDeque;
use std::hash::Hash;

/// A fact that holds behind an edge, with the function that makes its value from that in front.
pub type Flow<'v, P> = &'v mut dyn FnMut(<P as Problem>::Fact, <P as Problem>::Function);

/// A problem: facts, values, and what edges do to them.
///
/// A fact that an edge does not give on does not hold behind it. To make a fact out of nothing,
/// have a fact that always holds, seed it, give it on everywhere, and make others from it.
/// Functions must be monotone, and distribute over joins for the result to be exact.
pub trait Problem {
    /// A fact.
    type Fact: Copy + Eq + Hash;
    /// What is known of a fact where it holds.
    type Value: Lattice;
    /// A function from values to values. Equal ones must compare equal, or solving may not end.
    type Function: Clone + PartialEq;

    /// Where facts begin: the value there is what the function makes of [`Problem::initial`].
    fn seeds(&self, visit: &mut dyn FnMut(Node, Self::Fact, Self::Function));

    /// What is known where the seeds are.
    fn initial(&self) -> Self::Value;

    /// The value that says nothing: what is not reached has it.
    fn bottom(&self) -> Self::Value;

    /// The function that changes nothing.
    fn identity(&self) -> Self::Function;

    /// One function after another.
    fn compose(&self, first: &Self::Function, then: &Self::Function) -> Self::Function;

    /// The function whose result is the join of the results of two.
    fn join(&self, a: &Self::Function, b: &Self::Function) -> Self::Function;

    /// The result of a function.
    fn apply(&self, function: &Self::Function, value: &Self::Value) -> Self::Value;

    /// What a fact becomes on an edge inside a procedure, out of a node that is no call.
    fn normal(&self, from: Node, to: Node, fact: Self::Fact, flow: Flow<'_, Self>);

    /// What a fact at a call becomes at the entry of a callee.
    fn call(&self, call: Node, callee: Procedure, fact: Self::Fact, flow: Flow<'_, Self>);

    /// What a fact at an exit of a callee becomes behind the call.
    fn leave(&self, call: Node, exit: Node, to: Node, fact: Self::Fact, flow: Flow<'_, Self>);

    /// What a fact at a call becomes behind it, whatever the callee does. A fact that the callee
    /// gets must not be given on here, too, if the callee may end it.
    fn past(&self, call: Node, to: Node, fact: Self::Fact, flow: Flow<'_, Self>);

    /// Whether what a seed starts goes on to all callers when it leaves the procedure of the seed.
    /// Otherwise it ends there.
    fn unbalanced(&self) -> bool {
        false
    }
}

/// Facts are numbered as they are met.
type FactId = u32;
type PointId = u32;
type ContextId = u32;
type EdgeId = u32;

/// The fact of contexts that no call enters: in these, seeds start.
const ROOT: FactId = FactId::MAX;

/// A node with a fact.
struct Point {
    node: Node,
    fact: FactId,
    /// What flows out of it, once that was asked for.
    flows: Option<Flows>,
    /// The path edges that end here.
    edges: Vec<EdgeId>,
}

#[derive(Clone, Copy)]
struct Flows {
    /// Points behind it: in `Solver::flow_pool`.
    inside: ListRange,
    /// Contexts that it enters: in `Solver::call_pool`.
    calls: ListRange,
    is_exit: bool,
}

/// A procedure with a fact at its entry.
struct Context {
    procedure: Procedure,
    is_root: bool,
    /// Points of calls that enter it, with the functions on the way in.
    incoming: Vec<(PointId, u32)>,
    /// Path edges to exits.
    exits: Vec<EdgeId>,
    /// Path edges to points that enter contexts.
    calls: Vec<EdgeId>,
}

struct PathEdge<F> {
    context: ContextId,
    point: PointId,
    function: F,
    queued: bool,
    /// Whether it is in the lists of its context.
    listed: bool,
}

/// How much solving has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Effort {
    /// Facts that were met.
    pub facts: usize,
    /// Pairs of a node and a fact.
    pub points: usize,
    /// Pairs of a procedure and a fact at its entry.
    pub contexts: usize,
    /// Path edges.
    pub edges: usize,
    /// How often one was looked at.
    pub steps: usize,
}

/// Which facts hold where, and with what values.
pub struct Solution<P: Problem> {
    facts: Box<[P::Fact]>,
    fact_ids: FxHashMap<P::Fact, FactId>,
    /// By node: its first pair in `values`; one entry more than nodes.
    starts: Box<[u32]>,
    /// Facts in the order in which they were first met.
    values: Box<[(FactId, P::Value)]>,
    effort: Effort,
}

impl<P: Problem> Solution<P> {
    /// The value of a fact at a node; `None`: it does not hold on any way there.
    #[must_use]
    pub fn value(&self, node: Node, fact: P::Fact) -> Option<&P::Value> {
        let id = *self.fact_ids.get(&fact)?;
        let here = self.of_node(node);
        let at = here.binary_search_by_key(&id, |&(fact, _)| fact).ok()?;
        Some(&here[at].1)
    }

    /// Whether a fact holds on some way to a node.
    #[must_use]
    pub fn holds(&self, node: Node, fact: P::Fact) -> bool {
        self.value(node, fact).is_some()
    }

    /// The facts that hold at a node, with their values.
    pub fn facts_at(&self, node: Node) -> impl Iterator<Item = (P::Fact, &P::Value)> {
        self.of_node(node).iter().map(|(fact, value)| (self.facts[*fact as usize], value))
    }

    /// What it took.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    fn of_node(&self, node: Node) -> &[(FactId, P::Value)] {
        match self.starts.get(node as usize..node as usize + 2) {
            Some(&[start, end]) => &self.values[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Solves a problem on a graph.
pub fn solve<G: Supergraph + ?Sized, P: Problem>(graph: &G, problem: &P) -> Solution<P> {
    let mut solver = Solver {
        graph,
        problem,
        facts: Vec::new(),
        fact_ids: FxHashMap::default(),
        points: Vec::new(),
        point_ids: FxHashMap::default(),
        contexts: Vec::new(),
        context_ids: FxHashMap::default(),
        edges: Vec::new(),
        edge_ids: FxHashMap::default(),
        flow_pool: Vec::new(),
        call_pool: Vec::new(),
        leave_pool: Vec::new(),
        leaves: FxHashMap::default(),
        queue: VecDeque::new(),
        steps: 0,
    };
    problem.seeds(&mut |node, fact, function| {
        let fact = solver.fact(fact);
        let context = solver.context(graph.procedure_of(node), ROOT);
        let point = solver.point(node, fact);
        solver.propagate(context, point, function);
    });
    while let Some(edge) = solver.queue.pop_front() {
        solver.edges[edge as usize].queued = false;
        solver.step(edge);
    }
    let values = solver.context_values();
    solver.finish(&values)
}

struct Solver<'s, G: ?Sized, P: Problem> {
    graph: &'s G,
    problem: &'s P,
    facts: Vec<P::Fact>,
    fact_ids: FxHashMap<P::Fact, FactId>,
    points: Vec<Point>,
    point_ids: FxHashMap<(Node, FactId), PointId>,
    contexts: Vec<Context>,
    context_ids: FxHashMap<(Procedure, FactId), ContextId>,
    edges: Vec<PathEdge<P::Function>>,
    edge_ids: FxHashMap<(ContextId, PointId), EdgeId>,
    flow_pool: Vec<(PointId, P::Function)>,
    call_pool: Vec<(ContextId, P::Function)>,
    leave_pool: Vec<(PointId, P::Function)>,
    /// From an exit point back behind a call: in `leave_pool`.
    leaves: FxHashMap<(Node, PointId), ListRange>,
    queue: VecDeque<EdgeId>,
    steps: usize,
}

impl<G: Supergraph + ?Sized, P: Problem> Solver<'_, G, P> {
    fn fact(&mut self, fact: P::Fact) -> FactId {
        let fresh = self.facts.len() as FactId;
        let id = *self.fact_ids.entry(fact).or_insert(fresh);
        if id == fresh {
            self.facts.push(fact);
        }
        id
    }

    fn point(&mut self, node: Node, fact: FactId) -> PointId {
        let fresh = self.points.len() as PointId;
        let id = *self.point_ids.entry((node, fact)).or_insert(fresh);
        if id == fresh {
            self.points.push(Point { node, fact, flows: None, edges: Vec::new() });
        }
        id
    }

    fn context(&mut self, procedure: Procedure, fact: FactId) -> ContextId {
        let fresh = self.contexts.len() as ContextId;
        let id = *self.context_ids.entry((procedure, fact)).or_insert(fresh);
        if id == fresh {
            let (incoming, exits, calls) = (Vec::new(), Vec::new(), Vec::new());
            let is_root = fact == ROOT;
            self.contexts.push(Context { procedure, is_root, incoming, exits, calls });
        }
        id
    }

    /// The value at a point also depends on the context by this function.
    fn propagate(&mut self, context: ContextId, point: PointId, function: P::Function) {
        let fresh = self.edges.len() as EdgeId;
        let id = *self.edge_ids.entry((context, point)).or_insert(fresh);
        if id == fresh {
            self.points[point as usize].edges.push(id);
            let edge = PathEdge { context, point, function, queued: true, listed: false };
            self.edges.push(edge);
            self.queue.push_back(id);
            return;
        }
        let edge = &mut self.edges[id as usize];
        let joined = self.problem.join(&edge.function, &function);
        if joined != edge.function {
            edge.function = joined;
            if !std::mem::replace(&mut edge.queued, true) {
                self.queue.push_back(id);
            }
        }
    }

    /// Asks the problem what flows out of a point.
    fn flows(&mut self, id: PointId) -> Flows {
        let Point { node, fact, flows, .. } = self.points[id as usize];
        if let Some(known) = flows {
            return known;
        }
        let (graph, problem) = (self.graph, self.problem);
        let known = self.facts[fact as usize];
        let is_call = graph.is_call(node);
        let mut found: Vec<(Node, P::Fact, P::Function)> = Vec::new();
        graph.successors(node, &mut |to| {
            let mut add = |fact, function| found.push((to, fact, function));
            match is_call {
                true => problem.past(node, to, known, &mut add),
                false => problem.normal(node, to, known, &mut add),
            }
        });
        let start = self.flow_pool.len() as u32;
        for (to, fact, function) in found {
            let fact = self.fact(fact);
            let to = self.point(to, fact);
            self.flow_pool.push((to, function));
        }
        let inside = ListRange { start, len: self.flow_pool.len() as u32 - start };

        let start = self.call_pool.len() as u32;
        if is_call {
            let mut found: Vec<(Procedure, P::Fact, P::Function)> = Vec::new();
            graph.callees(node, &mut |callee| {
                let mut add = |fact, function| found.push((callee, fact, function));
                problem.call(node, callee, known, &mut add);
            });
            for (callee, fact, function) in found {
                let fact = self.fact(fact);
                let context = self.context(callee, fact);
                let at = self.call_pool.len() as u32;
                self.call_pool.push((context, function));
                self.contexts[context as usize].incoming.push((id, at));
                let entry = self.point(graph.entry(callee), fact);
                self.propagate(context, entry, problem.identity());
            }
        }
        let calls = ListRange { start, len: self.call_pool.len() as u32 - start };
        let known = Flows { inside, calls, is_exit: graph.is_exit(node) };
        self.points[id as usize].flows = Some(known);
        known
    }

    /// What comes of a fact at an exit behind a call.
    fn leave(&mut self, call: Node, exit: PointId) -> ListRange {
        if let Some(&known) = self.leaves.get(&(call, exit)) {
            return known;
        }
        let (graph, problem) = (self.graph, self.problem);
        let Point { node, fact, .. } = self.points[exit as usize];
        let known = self.facts[fact as usize];
        let mut found: Vec<(Node, P::Fact, P::Function)> = Vec::new();
        graph.returns(call, node, &mut |to| {
            let mut add = |fact, function| found.push((to, fact, function));
            problem.leave(call, node, to, known, &mut add);
        });
        let start = self.leave_pool.len() as u32;
        for (to, fact, function) in found {
            let fact = self.fact(fact);
            let to = self.point(to, fact);
            self.leave_pool.push((to, function));
        }
        let range = ListRange { start, len: self.leave_pool.len() as u32 - start };
        self.leaves.insert((call, exit), range);
        range
    }

    /// A path edge is new, or its function has changed.
    fn step(&mut self, id: EdgeId) {
        self.steps += 1;
        let problem = self.problem;
        let PathEdge { context, point, ref function, listed, .. } = self.edges[id as usize];
        let function = function.clone();
        let flows = self.flows(point);
        if !listed {
            self.edges[id as usize].listed = true;
            if flows.is_exit {
                self.contexts[context as usize].exits.push(id);
            }
            if flows.calls.len > 0 {
                self.contexts[context as usize].calls.push(id);
            }
        }
        for at in flows.inside.range() {
            let (to, ref then) = self.flow_pool[at];
            let composed = problem.compose(&function, then);
            self.propagate(context, to, composed);
        }
        // Through callees, as far as these are known by now.
        let call = self.points[point as usize].node;
        for at in flows.calls.range() {
            let (callee, ref into) = self.call_pool[at];
            let entered = problem.compose(&function, into);
            for at in 0..self.contexts[callee as usize].exits.len() {
                let exit = self.contexts[callee as usize].exits[at];
                self.come_back(context, call, &entered, exit);
            }
        }
        if flows.is_exit {
            for at in 0..self.contexts[context as usize].incoming.len() {
                let (from, into) = self.contexts[context as usize].incoming[at];
                let call = self.points[from as usize].node;
                for at in 0..self.points[from as usize].edges.len() {
                    let caller = self.points[from as usize].edges[at];
                    let PathEdge { context, ref function, .. } = self.edges[caller as usize];
                    let into = &self.call_pool[into as usize].1;
                    let entered = problem.compose(function, into);
                    self.come_back(context, call, &entered, id);
                }
            }
            let Context { procedure, is_root, .. } = self.contexts[context as usize];
            if is_root && problem.unbalanced() {
                let mut callers = Vec::new();
                self.graph.callers(procedure, &mut |call| callers.push(call));
                for call in callers {
                    let to = self.context(self.graph.procedure_of(call), ROOT);
                    self.come_back(to, call, &problem.identity(), id);
                }
            }
        }
    }

    /// Carries what a path edge to an exit says back behind a call.
    fn come_back(&mut self, context: ContextId, call: Node, entered: &P::Function, exit: EdgeId) {
        let problem = self.problem;
        let PathEdge { point, ref function, .. } = self.edges[exit as usize];
        let through = problem.compose(entered, function);
        for at in self.leave(call, point).range() {
            let (to, ref then) = self.leave_pool[at];
            let composed = problem.compose(&through, then);
            self.propagate(context, to, composed);
        }
    }

    /// What is known at the entries of all contexts.
    fn context_values(&self) -> Vec<P::Value> {
        let initial = self.problem.initial();
        let value = |context: &Context| match context.is_root {
            true => initial.clone(),
            false => self.problem.bottom(),
        };
        let mut values: Vec<P::Value> = self.contexts.iter().map(value).collect();
        // Each once, even if what is known there stays the least.
        let mut queue: VecDeque<ContextId> = (0..self.contexts.len() as u32).collect();
        let mut queued = vec![true; self.contexts.len()];
        while let Some(context) = queue.pop_front() {
            queued[context as usize] = false;
            let value = values[context as usize].clone();
            for &edge in &self.contexts[context as usize].calls {
                let edge = &self.edges[edge as usize];
                let here = self.problem.apply(&edge.function, &value);
                let Some(flows) = self.points[edge.point as usize].flows else { continue };
                for (callee, into) in &self.call_pool[flows.calls.range()] {
                    let entered = self.problem.apply(into, &here);
                    let joined = values[*callee as usize].join(&entered);
                    if joined && !std::mem::replace(&mut queued[*callee as usize], true) {
                        queue.push_back(*callee);
                    }
                }
            }
        }
        values
    }

    fn finish(self, contexts: &[P::Value]) -> Solution<P> {
        let effort = Effort {
            facts: self.facts.len(),
            points: self.points.len(),
            contexts: self.contexts.len(),
            edges: self.edges.len(),
            steps: self.steps,
        };
        let mut order: Vec<&Point> = self.points.iter().collect();
        order.sort_unstable_by_key(|point| (point.node, point.fact));
        let mut starts = vec![0u32; self.graph.node_count() + 1];
        let mut values = Vec::with_capacity(order.len());
        for point in order {
            let mut value = self.problem.bottom();
            for &edge in &point.edges {
                let edge = &self.edges[edge as usize];
                let context = &contexts[edge.context as usize];
                value.join(&self.problem.apply(&edge.function, context));
            }
            starts[point.node as usize + 1] += 1;
            values.push((point.fact, value));
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Solution {
            facts: self.facts.into(),
            fact_ids: self.fact_ids,
            starts: starts.into(),
            values: values.into(),
            effort,
        }
    }
}
