//! Propagates facts over a body, forward or backward, until nothing changes.
//!
//! An [`Analysis`] says what is known at the function's boundary and how each instruction changes
//! it; [`solve`] gives the least solution at the start and the end of every block, and
//! [`Solution::for_each_inst`] replays a block to give it at every instruction.
//!
//! Unwind edges leave a block in its middle: from before each instruction that may panic. Forward,
//! the unwind block gets the join of the facts at these places; backward, each of these places
//! gets what holds at the start of the unwind block joined in.

use super::lattice::Lattice;
use crate::body::Body;
use crate::graph::{Cfg, EdgeKind};
use crate::ids::{BlockId, InstId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Which way facts flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// With control: what happened before.
    Forward,
    /// Against it: what will happen.
    Backward,
}

/// A data-flow problem.
///
/// The functions must be monotone: from more, more follows.
pub trait Analysis {
    /// A fact.
    type State: Lattice;

    /// Which way facts flow.
    const DIRECTION: Direction;

    /// The least fact: control does not get here.
    fn bottom(&self, body: &Body) -> Self::State;

    /// What holds where the function starts; backward, at each of its ends.
    fn boundary(&self, body: &Body) -> Self::State;

    /// Takes a fact over an instruction, from before it to after it; backward, from after it to
    /// before it.
    fn transfer(&self, body: &Body, inst: InstId, state: &mut Self::State);

    /// Takes a fact along an edge: from the end of a block to the start of another (backward, the
    /// other way round). This is the place for what a branch tells of its condition, and for
    /// blocks' parameters.
    fn edge(
        &self,
        body: &Body,
        from: BlockId,
        to: BlockId,
        kind: EdgeKind,
        state: &mut Self::State,
    ) {
        let _ = (body, from, to, kind, state);
    }

    /// Whether an instruction may leave its block by the unwind edge.
    fn may_unwind(&self, body: &Body, inst: InstId) -> bool {
        body[inst].may_panic()
    }

    /// Forward: takes a fact from before an instruction to its unwind edge, for instructions that
    /// have done something when they panic. A call has done an unknown part of what it does.
    fn unwind(&self, body: &Body, inst: InstId, state: &mut Self::State) {
        let _ = (body, inst, state);
    }

    /// Called with a fact that has changed at a block, and how often it has: where the lattice is
    /// too high, jump up.
    fn widen(&self, block: BlockId, changes: u32, state: &mut Self::State) {
        let _ = (block, changes, state);
    }
}

/// The least solution of a problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Solution<S> {
    /// By block: what holds at its start.
    pub at_start: Box<[S]>,
    /// By block: what holds at its end, after the terminator.
    pub at_end: Box<[S]>,
}

/// Solves a problem for a body.
pub fn solve<A: Analysis>(analysis: &A, body: &Body, cfg: &Cfg) -> Solution<A::State> {
    let count = body.blocks.len();
    let bottom = analysis.bottom(body);
    let mut solver = Solver {
        analysis,
        body,
        cfg,
        at_start: vec![bottom.clone(); count],
        at_end: vec![bottom; count],
        order: cfg.reverse_postorder(),
        place: vec![u32::MAX; count],
        changes: vec![0; count],
        queue: BinaryHeap::new(),
        queued: vec![false; count],
    };
    if A::DIRECTION == Direction::Backward {
        solver.order.reverse();
    }
    for (index, block) in solver.order.iter().enumerate() {
        solver.place[block.index()] = index as u32;
    }
    match A::DIRECTION {
        Direction::Forward => solver.forward(),
        Direction::Backward => solver.backward(),
    }
    Solution { at_start: solver.at_start.into(), at_end: solver.at_end.into() }
}

struct Solver<'a, A: Analysis> {
    analysis: &'a A,
    body: &'a Body,
    cfg: &'a Cfg,
    at_start: Vec<A::State>,
    at_end: Vec<A::State>,
    /// Reachable blocks in the order in which they are best looked at.
    order: Vec<BlockId>,
    /// By block, its index in `order`.
    place: Vec<u32>,
    changes: Vec<u32>,
    queue: BinaryHeap<Reverse<u32>>,
    queued: Vec<bool>,
}

impl<A: Analysis> Solver<'_, A> {
    fn push(&mut self, block: BlockId) {
        let place = self.place[block.index()];
        if place != u32::MAX && !std::mem::replace(&mut self.queued[block.index()], true) {
            self.queue.push(Reverse(place));
        }
    }

    fn pop(&mut self) -> Option<BlockId> {
        let Reverse(place) = self.queue.pop()?;
        let block = self.order[place as usize];
        self.queued[block.index()] = false;
        Some(block)
    }

    fn forward(&mut self) {
        if self.order.is_empty() {
            return;
        }
        let boundary = self.analysis.boundary(self.body);
        self.at_start[Body::ENTRY.index()].join(&boundary);
        // Each block once, even if its facts stay the least.
        for index in 0..self.order.len() {
            self.push(self.order[index]);
        }
        while let Some(block) = self.pop() {
            let mut state = self.at_start[block.index()].clone();
            let unwind = self.body[block].unwind;
            for inst in self.body.insts_of(block) {
                if let Some(unwind) = unwind
                    && self.analysis.may_unwind(self.body, inst)
                {
                    let mut thrown = state.clone();
                    self.analysis.unwind(self.body, inst, &mut thrown);
                    self.flow(block, unwind, EdgeKind::Unwind, thrown);
                }
                self.analysis.transfer(self.body, inst, &mut state);
            }
            for edge in self.cfg.successors(block) {
                if edge.kind == EdgeKind::Normal {
                    self.flow(block, edge.block, EdgeKind::Normal, state.clone());
                }
            }
            self.at_end[block.index()] = state;
        }
    }

    /// Forward: a fact arrives at a block.
    fn flow(&mut self, from: BlockId, to: BlockId, kind: EdgeKind, mut state: A::State) {
        self.analysis.edge(self.body, from, to, kind, &mut state);
        let target = &mut self.at_start[to.index()];
        if target.join(&state) {
            let changes = &mut self.changes[to.index()];
            *changes += 1;
            self.analysis.widen(to, *changes, target);
            self.push(to);
        }
    }

    fn backward(&mut self) {
        for index in 0..self.order.len() {
            self.push(self.order[index]);
        }
        let boundary = self.analysis.boundary(self.body);
        while let Some(block) = self.pop() {
            let mut state = self.at_end[block.index()].clone();
            let mut thrown: Option<A::State> = None;
            for edge in self.cfg.successors(block) {
                let mut arriving = self.at_start[edge.block.index()].clone();
                self.analysis.edge(self.body, block, edge.block, edge.kind, &mut arriving);
                match edge.kind {
                    EdgeKind::Normal => {
                        state.join(&arriving);
                    }
                    EdgeKind::Unwind => thrown = Some(arriving),
                }
            }
            if self.cfg.leaves(block) {
                state.join(&boundary);
            }
            self.at_end[block.index()] = state.clone();
            for inst in self.body.insts_of(block).rev() {
                self.analysis.transfer(self.body, inst, &mut state);
                if let Some(thrown) = &thrown
                    && self.analysis.may_unwind(self.body, inst)
                {
                    state.join(thrown);
                }
            }
            if self.at_start[block.index()].join(&state) {
                let changes = &mut self.changes[block.index()];
                *changes += 1;
                self.analysis.widen(block, *changes, &mut self.at_start[block.index()]);
                for edge in self.cfg.predecessors(block) {
                    self.push(edge.block);
                }
            }
        }
    }
}

impl<S: Lattice> Solution<S> {
    /// Replays a block. Forward, `visit` gets each instruction with what holds before it, first to
    /// last; backward, with what holds after it, last to first.
    pub fn for_each_inst<A: Analysis<State = S>>(
        &self,
        analysis: &A,
        body: &Body,
        block: BlockId,
        mut visit: impl FnMut(InstId, &S),
    ) {
        match A::DIRECTION {
            Direction::Forward => {
                let mut state = self.at_start[block.index()].clone();
                for inst in body.insts_of(block) {
                    visit(inst, &state);
                    analysis.transfer(body, inst, &mut state);
                }
            }
            Direction::Backward => {
                let mut state = self.at_end[block.index()].clone();
                let thrown = body[block].unwind.map(|unwind| {
                    let mut thrown = self.at_start[unwind.index()].clone();
                    analysis.edge(body, block, unwind, EdgeKind::Unwind, &mut thrown);
                    thrown
                });
                for inst in body.insts_of(block).rev() {
                    visit(inst, &state);
                    analysis.transfer(body, inst, &mut state);
                    if let Some(thrown) = &thrown
                        && analysis.may_unwind(body, inst)
                    {
                        state.join(thrown);
                    }
                }
            }
        }
    }
}

/// Which values are still used: the classic backward problem, and the example for writing one.
///
/// A block's parameters are defined at its start, and the arguments for them are used by the jump
/// there.
pub struct Liveness;

impl Analysis for Liveness {
    type State = super::lattice::BitSet;

    const DIRECTION: Direction = Direction::Backward;

    fn bottom(&self, body: &Body) -> Self::State {
        super::lattice::BitSet::with_bound(body.values.len())
    }

    fn boundary(&self, body: &Body) -> Self::State {
        self.bottom(body)
    }

    fn transfer(&self, body: &Body, inst: InstId, live: &mut Self::State) {
        for result in body.results_of(inst) {
            live.remove(result.index());
        }
        body.for_each_operand(inst, |value| {
            live.insert(value.index());
        });
    }

    fn edge(
        &self,
        body: &Body,
        _from: BlockId,
        to: BlockId,
        _kind: EdgeKind,
        live: &mut Self::State,
    ) {
        for param in body.params(to) {
            live.remove(param.index());
        }
    }
}
