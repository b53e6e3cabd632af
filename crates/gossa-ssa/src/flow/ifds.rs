//! Interprocedural analysis of facts without values: which facts may hold where.
//!
//! Reps, Horwitz, Sagiv, "Precise Interprocedural Dataflow Analysis via Graph Reachability", POPL
//! 1995. The solver is that of [`super::ide`], with functions that have nothing to do.

use super::ide::{self, Flow};
use super::supergraph::{Node, Procedure, Supergraph};
use std::hash::Hash;

/// A problem: facts, and what edges make of them. The methods are those of
/// [`ide::Problem`].
pub trait Problem {
    /// A fact.
    type Fact: Copy + Eq + Hash;

    /// Where facts begin.
    fn seeds(&self, visit: &mut dyn FnMut(Node, Self::Fact));

    /// What a fact becomes on an edge inside a procedure, out of a node that is no call.
    fn normal(&self, from: Node, to: Node, fact: Self::Fact, flow: &mut dyn FnMut(Self::Fact));

    /// What a fact at a call becomes at the entry of a callee.
    fn call(
        &self,
        call: Node,
        callee: Procedure,
        fact: Self::Fact,
        flow: &mut dyn FnMut(Self::Fact),
    );

    /// What a fact at an exit of a callee becomes behind the call.
    fn leave(
        &self,
        call: Node,
        exit: Node,
        to: Node,
        fact: Self::Fact,
        flow: &mut dyn FnMut(Self::Fact),
    );

    /// What a fact at a call becomes behind it, whatever the callee does.
    fn past(&self, call: Node, to: Node, fact: Self::Fact, flow: &mut dyn FnMut(Self::Fact));

    /// Whether what a seed starts goes on to all callers when it leaves the procedure of the seed.
    fn unbalanced(&self) -> bool {
        false
    }
}

/// Facts as facts with one value.
pub struct Facts<'p, P>(&'p P);

/// The facts that hold at each node.
pub type Solution<'p, P> = ide::Solution<Facts<'p, P>>;

/// Solves a problem on a graph.
pub fn solve<'p, G: Supergraph + ?Sized, P: Problem>(graph: &G, problem: &'p P) -> Solution<'p, P> {
    ide::solve(graph, &Facts(problem))
}

impl<P: Problem> ide::Problem for Facts<'_, P> {
    type Fact = P::Fact;
    type Value = ();
    type Function = ();

    fn seeds(&self, visit: &mut dyn FnMut(Node, P::Fact, ())) {
        self.0.seeds(&mut |node, fact| visit(node, fact, ()));
    }

    fn initial(&self) {}
    fn bottom(&self) {}
    fn identity(&self) {}
    fn compose(&self, (): &(), (): &()) {}
    fn join(&self, (): &(), (): &()) {}
    fn apply(&self, (): &(), (): &()) {}

    fn normal(&self, from: Node, to: Node, fact: P::Fact, flow: Flow<'_, Self>) {
        self.0.normal(from, to, fact, &mut |fact| flow(fact, ()));
    }

    fn call(&self, call: Node, callee: Procedure, fact: P::Fact, flow: Flow<'_, Self>) {
        self.0.call(call, callee, fact, &mut |fact| flow(fact, ()));
    }

    fn leave(&self, call: Node, exit: Node, to: Node, fact: P::Fact, flow: Flow<'_, Self>) {
        self.0.leave(call, exit, to, fact, &mut |fact| flow(fact, ()));
    }

    fn past(&self, call: Node, to: Node, fact: P::Fact, flow: Flow<'_, Self>) {
        self.0.past(call, to, fact, &mut |fact| flow(fact, ()));
    }

    fn unbalanced(&self) -> bool {
        self.0.unbalanced()
    }
}
