//! What comes before what in one goroutine, by the control flow of the functions it runs.
//!
//! Only normal control flow counts: what happens while panicking is taken for what happens at a
//! normal end.

use crate::chain::{Chain, Site};
use crate::live::for_each_live_successor;
use crate::outcome::Outcomes;
use gossa_base::FxHashMap;
use gossa_points::{FuncIndex, Program};
use gossa_ssa::{BlockId, Body, Inst, InstId};
use smallvec::SmallVec;
use std::cell::RefCell;

/// What ways must not do: come to an instruction (0), pass it (1), leave a branch by one of its
/// sides ([`Site::THEN`], [`Site::OTHERWISE`]).
pub(crate) type Avoid = SmallVec<[(InstId, u32); 2]>;

/// Answers questions about the order of instructions, and of chains of calls.
pub(crate) struct Order<'p, 'e> {
    program: &'p Program<'e>,
    pub(crate) outcomes: Outcomes<'p, 'e>,
    /// By function, from, to, and the instructions that are not passed.
    known: RefCell<FxHashMap<Question, bool>>,
}

type Question = (FuncIndex, Option<InstId>, Option<InstId>, Avoid);

impl<'p, 'e> Order<'p, 'e> {
    pub(crate) fn new(program: &'p Program<'e>) -> Self {
        Self { program, outcomes: Outcomes::new(program), known: RefCell::default() }
    }

    /// Whether control can come from behind `from` (the function's beginning, where `None`) to
    /// `to` (a return, where `None`) without passing one of `avoid`.
    pub(crate) fn reaches(
        &self,
        func: FuncIndex,
        from: Option<InstId>,
        to: Option<InstId>,
        avoid: &[(InstId, u32)],
    ) -> bool {
        let question = (func, from, to, Avoid::from_slice(avoid));
        if let Some(&known) = self.known.borrow().get(&question) {
            return known;
        }
        let dead_ends = self.outcomes.dead_ends(func);
        let dead_ends = dead_ends.as_deref().unwrap_or_default();
        let answer =
            self.program.body(func).is_none_or(|body| reaches(body, from, to, (avoid, dead_ends)));
        self.known.borrow_mut().insert(question, answer);
        answer
    }

    /// Whether an instruction may run again in one activation without passing `avoid`.
    pub(crate) fn repeats(&self, func: FuncIndex, inst: InstId, avoid: Option<InstId>) -> bool {
        avoid != Some(inst) && self.reaches(func, Some(inst), Some(inst), &fresh(avoid))
    }

    /// Whether `x` never happens behind `y`, both in one goroutine. `made_by` is an
    /// instruction of the outermost function that makes what it is about anew.
    pub(crate) fn never_after(&self, x: &Chain, y: &Chain, made_by: Option<InstId>) -> bool {
        let (a, b) = (x.site(), y.site());
        if a.func != b.func {
            // Different callees of one dynamic call.
            return true;
        }
        if a.inst != b.inst {
            // What makes it comes before everything else that is done with it.
            return made_by == Some(a.inst)
                || !self.reaches(a.func, Some(b.inst), Some(a.inst), &fresh(made_by));
        }
        if self.repeats(a.func, a.inst, made_by) {
            return false;
        }
        if a.turn != b.turn {
            return a.turn < b.turn;
        }
        match (x.inner(), y.inner()) {
            (Some(x), Some(y)) => self.never_after(x, y, None),
            _ => true,
        }
    }

    /// Whether of two points of one goroutine at most one is ever come to.
    pub(crate) fn exclude(&self, x: &Chain, y: &Chain, made_by: Option<InstId>) -> bool {
        let (a, b) = (x.site(), y.site());
        if a.func != b.func {
            return true;
        }
        let avoid = fresh(made_by);
        if a.inst != b.inst {
            return !self.reaches(a.func, Some(a.inst), Some(b.inst), &avoid)
                && !self.reaches(a.func, Some(b.inst), Some(a.inst), &avoid);
        }
        match (x.inner(), y.inner()) {
            (Some(x), Some(y)) if a.turn == b.turn => {
                !self.repeats(a.func, a.inst, made_by) && self.exclude(x, y, None)
            }
            _ => false,
        }
    }

    /// Whether `q` has happened where `e` happens, on every way from behind `from` (the beginning,
    /// where `None`) to `e`.
    pub(crate) fn passes(&self, q: &Chain, from: Option<&Chain>, e: &Chain) -> bool {
        let (a, b) = (q.site(), e.site());
        if a.func != b.func {
            return false;
        }
        let from = from.filter(|from| from.site().func == a.func);
        if a.inst == b.inst {
            // From inside the same call, or from one of another turn of a loop.
            let outside = from.is_none_or(|from| from.site().inst != a.inst);
            return match (q.inner(), e.inner()) {
                _ if a.turn != b.turn => a.turn < b.turn && self.certain(q),
                (Some(q), Some(e)) => {
                    self.passes(q, if outside { None } else { from.and_then(Chain::inner) }, e)
                }
                _ => false,
            };
        }
        let start = from.map(|from| from.site().inst);
        if start == Some(a.inst) {
            return false;
        }
        // What never comes behind `from` has not waited for anything since.
        self.certain(q)
            && !self.reaches(a.func, start, Some(b.inst), &[stop(a)])
            && (start.is_none() || self.reaches(a.func, start, Some(b.inst), &[]))
    }

    /// Whether one of `all` has happened where `e` happens, on every way from behind `from`; which
    /// of them may depend on the way.
    pub(crate) fn passes_one_of(&self, all: &[&Chain], from: Option<&Chain>, e: &Chain) -> bool {
        let to = e.site();
        let start = from.filter(|from| from.site().func == to.func).map(|from| from.site().inst);
        if let Some(e) = e.inner() {
            let within: Vec<&Chain> =
                all.iter().filter(|chain| chain.site() == to).filter_map(|c| c.inner()).collect();
            let from = from.filter(|from| from.site().inst == to.inst).and_then(Chain::inner);
            if within.len() > 1 && self.passes_one_of(&within, from, e) {
                return true;
            }
        }
        let avoid = self.avoided(all, to.func, start);
        all.len() > 1
            && !avoid.is_empty()
            && !self.reaches(to.func, start, Some(to.inst), &avoid)
            && (start.is_none() || self.reaches(to.func, start, Some(to.inst), &[]))
    }

    /// The same for the end of the function, as far as it returns as asked for: `failing` leads to
    /// other returns only, and `also` counts as well.
    pub(crate) fn passes_one_of_to_end(
        &self,
        all: &[&Chain],
        from: &Chain,
        also: &[InstId],
        failing: &[InstId],
    ) -> bool {
        let start = from.site();
        let mut avoid = self.avoided(all, start.func, Some(start.inst));
        if avoid.is_empty() && also.is_empty() {
            return false;
        }
        avoid.extend(also.iter().chain(failing).map(|&inst| (inst, 0)));
        avoid.sort_unstable();
        !self.reaches(start.func, Some(start.inst), None, &avoid)
    }

    /// Whether a function that has come to a point returns only by way of one of these places.
    pub(crate) fn only_fails(&self, from: &Chain, failing: &[InstId]) -> bool {
        let start = from.site();
        let avoid: Avoid = failing.iter().map(|&inst| (inst, 0)).collect();
        !avoid.is_empty() && !self.reaches(start.func, Some(start.inst), None, &avoid)
    }

    fn avoided(&self, all: &[&Chain], func: FuncIndex, start: Option<InstId>) -> Avoid {
        let here = |chain: &&&Chain| {
            let site = chain.site();
            site.func == func && start != Some(site.inst)
        };
        let (usable, others): (Vec<&Chain>, Vec<&Chain>) =
            all.iter().filter(here).copied().partition(|chain| self.certain(chain));
        let mut avoid: Avoid = usable.iter().map(|chain| stop(chain.site())).collect();
        // One of several happens in a call, whichever way it takes.
        for (at, chain) in others.iter().enumerate() {
            let site = chain.site();
            if others[..at].iter().any(|known| known.site() == site) {
                continue;
            }
            let within: Vec<&Chain> =
                others.iter().filter(|c| c.site() == site).filter_map(|c| c.inner()).collect();
            if let Some(callee) = chain.inner().filter(|_| within.len() > 1) {
                let callee = callee.site().func;
                let within = self.avoided(&within, callee, None);
                if !within.is_empty() && !self.reaches(callee, None, None, &within) {
                    avoid.push((site.inst, 1));
                }
            }
        }
        avoid.sort_unstable();
        avoid.dedup();
        avoid
    }

    /// Whether what happens in a call happens whenever the call returns.
    fn certain(&self, chain: &Chain) -> bool {
        let mut at = chain.inner();
        while let Some(chain) = at {
            let site = chain.site();
            if self.reaches(site.func, None, None, &[stop(site)]) {
                return false;
            }
            at = chain.inner();
        }
        true
    }
}

/// What a way must not do for something not to happen.
fn stop(site: Site) -> (InstId, u32) {
    (
        site.inst,
        if site.defer.is_some() { site.turn.min(1) } else { site.turn.min(Site::OTHERWISE) },
    )
}

fn fresh(made_by: Option<InstId>) -> Avoid {
    made_by.map(|inst| (inst, 1)).into_iter().collect()
}

fn reaches(
    body: &Body,
    from: Option<InstId>,
    to: Option<InstId>,
    (avoid, dead_ends): (&[(InstId, u32)], &[InstId]),
) -> bool {
    let target = |inst: InstId| match to {
        Some(to) => inst == to,
        None => matches!(body[inst], Inst::Return(_)),
    };
    let mut seen = vec![false; body.blocks.len()];
    let mut work: Vec<BlockId> = Vec::new();
    // Walks a block from an instruction on; true: found.
    let mut walk = |block: BlockId, first: InstId, work: &mut Vec<BlockId>| {
        for inst in body.insts_of(block).filter(|&inst| inst >= first) {
            let stops = |how: u32| avoid.contains(&(inst, how));
            if stops(0) {
                return false;
            }
            if target(inst) {
                return true;
            }
            let is_branch = matches!(body[inst], Inst::Branch { .. });
            let passed = stops(1) || (!is_branch && (stops(Site::THEN) || stops(Site::OTHERWISE)));
            if passed || dead_ends.contains(&inst) {
                return false;
            }
        }
        let last = body.terminator(block);
        let stopped = |next: BlockId| match body[last] {
            Inst::Branch { then, otherwise, .. } if then != otherwise => {
                let side = if next == then { Site::THEN } else { Site::OTHERWISE };
                avoid.contains(&(last, side))
            }
            _ => false,
        };
        for_each_live_successor(body, block, |next| {
            if !stopped(next) && !std::mem::replace(&mut seen[next.index()], true) {
                work.push(next);
            }
        });
        false
    };
    match from {
        Some(from) if dead_ends.contains(&from) => return false,
        Some(from) => {
            let block = body.block_of(from);
            let data = body[block];
            let next = InstId::new(from.index() as u32 + 1);
            if next.index() < (data.first_inst + data.inst_count) as usize {
                if walk(block, next, &mut work) {
                    return true;
                }
            } else {
                for_each_live_successor(body, block, |next| work.push(next));
            }
        }
        None => work.push(Body::ENTRY),
    }
    while let Some(block) = work.pop() {
        if walk(block, InstId::new(body[block].first_inst), &mut work) {
            return true;
        }
    }
    false
}
