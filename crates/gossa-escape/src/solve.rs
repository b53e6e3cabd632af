//! Which locations escape, and what parameters leak: shortest paths in the graph of a batch.
//!
//! From each location, as a root, all others are visited whose values flow to it, with the least
//! number of dereferences on the way. Where that is -1, the root holds the other's address; if the
//! root outlives it, it escapes. What escapes is part of the heap, so it is a root once more; as
//! that happens to a location once, the number of walks is linear in that of locations.

use crate::analysis::Analysis;
use crate::graph::{Attrs, FuncId, Graph, LocId};
use crate::summary::{Sink, TRACKED_RESULTS};
use std::collections::VecDeque;

/// Working memory of a walk.
#[derive(Clone, Copy, Default)]
struct Visit {
    /// The walk that `derefs` is of.
    walk: u32,
    derefs: i32,
    /// The walk that it waits to be looked at in.
    queued: u32,
    /// Whether it waits to be a root.
    waits: bool,
}

/// Finds out what escapes.
pub(crate) fn solve(analysis: &Analysis<'_>, graph: &mut Graph) {
    let count = graph.locations.len();
    let mut solver = Solver {
        analysis,
        graph,
        visits: vec![Visit::default(); count],
        roots: VecDeque::with_capacity(count),
        queue: VecDeque::new(),
    };
    for index in Graph::SPECIAL..count {
        solver.wait(LocId::from_usize(index), true);
    }
    solver.wait(Graph::MUTATOR, true);
    solver.wait(Graph::CALLEE, true);
    solver.wait(Graph::HEAP, true);
    if solver.graph.whole {
        for sink in Sink::ALL {
            solver.wait(Graph::sink(sink), true);
        }
    }
    let mut walk = 0;
    while let Some(root) = solver.roots.pop_front() {
        solver.visits[root.index()].waits = false;
        walk += 1;
        solver.walk(root, walk);
    }
}

struct Solver<'s, 'e> {
    analysis: &'s Analysis<'e>,
    graph: &'s mut Graph,
    visits: Vec<Visit>,
    roots: VecDeque<LocId>,
    queue: VecDeque<LocId>,
}

impl Solver<'_, '_> {
    fn attrs(&self, id: LocId) -> Attrs {
        self.graph.locations[id.index()].attrs
    }

    fn wait(&mut self, id: LocId, first: bool) {
        let visit = &mut self.visits[id.index()];
        if !std::mem::replace(&mut visit.waits, true) {
            // What escapes comes first, so that others that escape with it do sooner.
            if first || self.attrs(id).has(Attrs::ESCAPES) {
                self.roots.push_front(id);
            } else {
                self.roots.push_back(id);
            }
        }
    }

    fn walk(&mut self, root: LocId, walk: u32) {
        self.lose_results(root);
        let visit = &mut self.visits[root.index()];
        (visit.walk, visit.derefs) = (walk, 0);
        self.queue.push_front(root);
        while let Some(id) = self.queue.pop_front() {
            self.visits[id.index()].queued = 0;
            let found = self.visits[id.index()].derefs;
            let derefs = found.max(0);
            let root_attrs = self.attrs(root);
            let mut new = Attrs::default();
            let outlives = self.outlives(root, id);
            if found < 0 {
                if outlives {
                    new = Attrs::ALL.with(self.sinks(root, id));
                } else if root_attrs.has(Attrs::PERSISTS) {
                    new = new.with(Attrs::PERSISTS);
                }
            }
            if derefs == 0 {
                new = Attrs(new.0 | root_attrs.0 & (Attrs::MUTATES.0 | Attrs::CALLS.0));
            }
            if self.graph.locations[id.index()].is_param {
                if outlives {
                    self.leak(id, root, derefs);
                }
                let leaks = &mut self.graph.locations[id.index()].leaks;
                if root_attrs.has(Attrs::MUTATES) {
                    leaks.add_mutator(derefs);
                }
                if root_attrs.has(Attrs::CALLS) {
                    leaks.add_callee(derefs);
                }
            }
            if !self.attrs(id).has(new) {
                let location = &mut self.graph.locations[id.index()];
                location.attrs = location.attrs.with(new);
                self.wait(id, false);
                if self.attrs(id).has(Attrs::ESCAPES) {
                    continue;
                }
            }
            let wanted = self.sinks_of_root(root);
            for edge in &self.graph.locations[id.index()].edges {
                // What escapes is a root itself.
                if self.graph.locations[edge.from.index()].attrs.has(wanted) {
                    continue;
                }
                let through = derefs + edge.derefs;
                let visit = &mut self.visits[edge.from.index()];
                if visit.walk != walk || visit.derefs > through {
                    (visit.walk, visit.derefs) = (walk, through);
                    if visit.queued != walk {
                        visit.queued = walk;
                        self.queue.push_back(edge.from);
                    }
                }
            }
        }
    }

    /// A function literal that may be called by anyone: its results may go anywhere.
    fn lose_results(&mut self, root: LocId) {
        if !self.attrs(root).has(Attrs::CALLS) {
            return;
        }
        let Some(func) = self.graph.locations[root.index()].closure else { return };
        if !self.graph.funcs.contains(&func) || !self.graph.lost.insert(func) {
            return;
        }
        let code = &self.analysis.codes[func.code as usize];
        for &result in &code[func.func].results {
            if let Some(location) = self.graph.variable(func.code, result) {
                self.wait(location, false);
            }
        }
    }

    fn contains(&self, outer: FuncId, inner: FuncId) -> bool {
        outer.code == inner.code
            && outer.code != u32::MAX
            && self.analysis.codes[outer.code as usize].contains(outer.func, inner.func)
    }

    /// Whether what is stored in `root` may be used when `other` is gone from its frame.
    fn outlives(&self, root: LocId, other: LocId) -> bool {
        let (of, location) =
            (&self.graph.locations[other.index()], &self.graph.locations[root.index()]);
        if location.attrs.has(Attrs::ESCAPES) {
            return true;
        }
        if root == Graph::MUTATOR || root == Graph::CALLEE {
            return false;
        }
        if location.result.is_some() {
            return self.is_returned(root, of.func);
        }
        if location.func == of.func && location.depth < of.depth {
            return true;
        }
        self.contains(location.func, of.func)
    }

    /// What must be known about a location for a walk from `root` to find out nothing new
    /// through it.
    fn sinks_of_root(&self, root: LocId) -> Attrs {
        let attrs = self.attrs(root);
        if !self.graph.whole {
            return Attrs::ESCAPES;
        }
        let sinks = if attrs.has(Attrs::ESCAPES) { attrs.sinks() } else { Attrs::default() };
        let is_root =
            attrs.has(Attrs::ESCAPES) && self.graph.locations[root.index()].result.is_none();
        if is_root && sinks != Attrs::default() {
            return Attrs::ESCAPES.with(sinks);
        }
        Attrs::ESCAPES.with(sinks).with(Attrs::of_sink(Sink::Heap))
    }

    /// The sinks that `other` gets to, whose address `root` holds and outlives.
    fn sinks(&self, root: LocId, other: LocId) -> Attrs {
        if !self.graph.whole {
            return Attrs::default();
        }
        let (of, location) =
            (&self.graph.locations[other.index()], &self.graph.locations[root.index()]);
        let mut sinks = if location.attrs.has(Attrs::ESCAPES) {
            location.attrs.sinks()
        } else {
            Attrs::default()
        };
        let is_named = root.index() >= Graph::SPECIAL;
        if is_named && (self.is_returned(root, of.func) || self.contains(location.func, of.func)) {
            sinks = sinks.with(Attrs::of_sink(Sink::Heap));
        }
        // A variable outside of a loop that holds what the loop makes: each is another one.
        if is_named && location.func == of.func && location.depth < of.depth {
            sinks = sinks.with(Attrs::of_sink(Sink::Layout));
        }
        sinks
    }

    /// Whether a location is a result that is still there when `func` has returned.
    fn is_returned(&self, id: LocId, func: FuncId) -> bool {
        let location = &self.graph.locations[id.index()];
        // What a function literal returns stays around if all calls are known.
        location.result.is_some()
            && (!self.contains(func, location.func) || self.graph.lost.contains(&location.func))
    }

    /// Records that a parameter's value flows to a location that outlives it.
    fn leak(&mut self, param: LocId, to: LocId, derefs: i32) {
        let whole = self.graph.whole;
        let target = &self.graph.locations[to.index()];
        let escapes = target.attrs.has(Attrs::ESCAPES);
        let mut sinks = self.sinks(to, param);
        let result = target
            .result
            .filter(|&index| whole || (!escapes && (index as usize) < TRACKED_RESULTS))
            .filter(|_| target.func == self.graph.locations[param.index()].func);
        if result.is_some() {
            // By way of the result only, unless it escapes itself.
            sinks = if escapes { target.attrs.sinks() } else { Attrs::default() };
        } else if sinks == Attrs::default() {
            sinks = Attrs::of_sink(Sink::Heap);
        }
        let leaks = &mut self.graph.locations[param.index()].leaks;
        if let Some(index) = result {
            leaks.add_result(index as usize, derefs);
        }
        for sink in Sink::ALL {
            if sinks.has(Attrs::of_sink(sink)) {
                leaks.add_sink(sink, derefs);
            }
        }
    }
}
