//! Which deferred calls run where a function ends, and in what order.
//!
//! A deferred call runs where the function returns ([`Inst::RunDefers`]) or where it ends panicking
//! ([`Inst::Unwind`]). For each of these places there is a [`Plan`]: groups of deferred calls in
//! the order in which they run. A group is one call, which runs at most once, or several that run
//! any number of times in any order: those of one loop, and all of a function whose range-over-func
//! bodies defer, too. Every stack of deferred calls that an execution can leave is covered; where
//! nothing loops, the order is exact.

use super::calls::{Func, Functions, components};
use super::lattice::{BitSet, Must};
use super::monotone::{Analysis, Direction, solve};
use super::panics::PanicSites;
use crate::body::Body;
use crate::graph::Cfg;
use crate::ids::{BlockId, InstId};
use crate::inst::Inst;
use gossa_base::FxHashMap;

/// A `defer` instruction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DeferSite {
    /// The function that it stands in: the function itself, or the body of a range-over-func
    /// statement in it.
    pub func: Func,
    /// The instruction.
    pub inst: InstId,
}

/// Deferred calls that run at the same time, or in no known order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The calls.
    pub sites: Vec<DeferSite>,
    /// Whether they run any number of times, in any order, rather than one of them at most once.
    pub repeats: bool,
    /// Whether it runs on every way to the place.
    pub always: bool,
}

/// The deferred calls that run at a place, in the order in which they run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// Groups; the call that was deferred last is in the first.
    pub groups: Vec<Group>,
}

impl Plan {
    /// All calls, in the order of the groups.
    pub fn sites(&self) -> impl Iterator<Item = DeferSite> + '_ {
        self.groups.iter().flat_map(|group| group.sites.iter().copied())
    }
}

/// The block where control goes on when a deferred call recovers from a panic of this block.
pub(crate) fn recovered_at(body: &Body, block: BlockId) -> Option<BlockId> {
    match body[body.terminator(body[block].unwind?)] {
        Inst::Unwind { recovered } => Some(recovered),
        _ => None,
    }
}

/// The plans of a function, by the instruction at which they run: `rundefers` or `unwind`.
///
/// When a deferred call panics at a `rundefers`, those that come after it in that plan run. That an
/// `unwind` is reached from there does not count for what *always* runs at it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plans {
    by_inst: Vec<(InstId, Plan)>,
}

impl Plans {
    /// The plan of an instruction; `None` for one that runs no deferred calls.
    #[must_use]
    pub fn at(&self, inst: InstId) -> Option<&Plan> {
        let at = self.by_inst.binary_search_by_key(&inst, |&(inst, _)| inst).ok()?;
        Some(&self.by_inst[at].1)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (InstId, &Plan)> {
        self.by_inst.iter().map(|(inst, plan)| (*inst, plan))
    }

    /// The plans of a function, of which `panics` are the instructions that may panic. Linear, but
    /// for functions with very many `defer`s.
    #[must_use]
    pub fn new(functions: &dyn Functions, func: Func, panics: &PanicSites) -> Self {
        Self::pending(functions, func, panics, &|inst| {
            matches!(inst, Inst::RunDefers | Inst::Unwind { .. })
        })
    }

    /// The calls that are deferred and have not run at the instructions that are `wanted`, in the
    /// order in which they would run if the function ended there; each stands before what the
    /// instruction does.
    #[must_use]
    pub fn pending(
        functions: &dyn Functions,
        func: Func,
        panics: &PanicSites,
        wanted: &dyn Fn(&Inst) -> bool,
    ) -> Self {
        let Some(body) = functions.body(func) else { return Self::default() };
        let ends: Vec<InstId> = body.inst_ids().filter(|&inst| wanted(&body[inst])).collect();
        if ends.is_empty() {
            return Self::default();
        }
        let own: Vec<InstId> = body
            .inst_ids()
            .filter(|&inst| matches!(body[inst], Inst::Defer { stack: None, .. }))
            .collect();
        let mut shared = Vec::new();
        if body.insts.contains(&Inst::DeferStack) {
            deferred_by_loops(functions, func, &mut shared);
        }
        if !shared.is_empty() {
            shared.extend(own.iter().map(|&inst| DeferSite { func, inst }));
            shared.sort_unstable();
            let group = Group { sites: shared, repeats: true, always: false };
            let plan = |inst| (inst, Plan { groups: vec![group.clone()] });
            return Self { by_inst: ends.into_iter().map(plan).collect() };
        }
        let cfg = Cfg::new(body);
        let (looping, order) = loops(&cfg);
        // In the order in which they are deferred.
        let mut sites = own;
        sites.sort_by_key(|&inst| (order[body.block_of(inst).index()], inst));
        let places: FxHashMap<InstId, usize> = sites.iter().copied().zip(0..).collect();
        let pushed = Pushed { places: &places, panics };
        let may = solve(&MayPush(&pushed), body, &cfg);
        let must = solve(&MustPush(&pushed), body, &cfg);
        let mut by_inst = Vec::new();
        for end in ends {
            let block = body.block_of(end);
            let (mut may_here, mut must_here) = (BitSet::default(), Must::Unreached);
            may.for_each_inst(&MayPush(&pushed), body, block, |inst, state| {
                if inst == end {
                    may_here.clone_from(state);
                }
            });
            must.for_each_inst(&MustPush(&pushed), body, block, |inst, state| {
                if inst == end {
                    must_here.clone_from(state);
                }
            });
            let mut groups: Vec<(u32, Group)> = Vec::new();
            for at in (0..sites.len()).rev().filter(|&at| may_here.contains(at)) {
                let inst = sites[at];
                let block = body.block_of(inst);
                let component = order[block.index()];
                let site = DeferSite { func, inst };
                let repeats = looping[block.index()];
                let always = matches!(&must_here, Must::Holds(set) if set.contains(at));
                match groups.last_mut() {
                    Some((same, group)) if repeats && *same == component => {
                        group.sites.push(site);
                    }
                    _ => {
                        let group = Group { sites: vec![site], repeats, always };
                        groups.push((component, group));
                    }
                }
            }
            let groups = groups.into_iter().map(|(_, group)| group).collect();
            by_inst.push((end, Plan { groups }));
        }
        Self { by_inst }
    }
}

/// The `defer`s that bodies of range-over-func statements of a function push on its stack.
fn deferred_by_loops(functions: &dyn Functions, func: Func, sites: &mut Vec<DeferSite>) {
    let mut pending = vec![func];
    let mut seen = vec![func];
    while let Some(at) = pending.pop() {
        let Some(body) = functions.body(at) else { continue };
        for inst in body.inst_ids() {
            match body[inst] {
                Inst::Defer { stack: Some(_), .. } => sites.push(DeferSite { func: at, inst }),
                Inst::Closure { func: made, .. } | Inst::Func(made) => {
                    let Some(made) = functions.find(made) else { continue };
                    let is_loop = functions.body(made).is_some_and(|body| body.range_body);
                    if is_loop && !seen.contains(&made) {
                        seen.push(made);
                        pending.push(made);
                    }
                }
                _ => {}
            }
        }
    }
}

/// By block, whether it is on a cycle, and its component's place in topological order.
fn loops(cfg: &Cfg) -> (Vec<bool>, Vec<u32>) {
    let count = cfg.block_count();
    let (mut looping, mut order) = (vec![false; count], vec![0; count]);
    let successors: Vec<Vec<u32>> = (0..count as u32)
        .map(|block| {
            let edges = cfg.successors(BlockId::new(block)).iter();
            edges.map(|edge| edge.block.index() as u32).collect()
        })
        .collect();
    for (at, component) in components(&successors).iter().rev().enumerate() {
        for &block in component {
            let own = &successors[block as usize];
            looping[block as usize] = component.len() > 1 || own.contains(&block);
            order[block as usize] = at as u32;
        }
    }
    (looping, order)
}

/// The calls that a function has deferred and not run.
struct Pushed<'p> {
    places: &'p FxHashMap<InstId, usize>,
    panics: &'p PanicSites,
}

impl Pushed<'_> {
    fn may_unwind(&self, body: &Body, inst: InstId) -> bool {
        matches!(body[inst], Inst::Call(_) | Inst::RunDefers) || !self.panics.at(inst).is_empty()
    }
}

/// What may be on the stack.
struct MayPush<'p>(&'p Pushed<'p>);

impl Analysis for MayPush<'_> {
    type State = BitSet;
    const DIRECTION: Direction = Direction::Forward;

    fn bottom(&self, _: &Body) -> BitSet {
        BitSet::with_bound(self.0.places.len())
    }

    fn boundary(&self, body: &Body) -> BitSet {
        self.bottom(body)
    }

    fn may_unwind(&self, body: &Body, inst: InstId) -> bool {
        self.0.may_unwind(body, inst)
    }

    fn transfer(&self, body: &Body, inst: InstId, state: &mut BitSet) {
        if let Some(&place) = self.0.places.get(&inst) {
            state.insert(place);
        } else if body[inst] == Inst::RunDefers {
            *state = self.bottom(body);
        }
    }
}

/// What is on the stack on every way.
struct MustPush<'p>(&'p Pushed<'p>);

impl Analysis for MustPush<'_> {
    type State = Must;
    const DIRECTION: Direction = Direction::Forward;

    fn bottom(&self, _: &Body) -> Must {
        Must::Unreached
    }

    fn boundary(&self, _: &Body) -> Must {
        Must::Holds(BitSet::with_bound(self.0.places.len()))
    }

    fn may_unwind(&self, body: &Body, inst: InstId) -> bool {
        self.0.may_unwind(body, inst)
    }

    fn transfer(&self, body: &Body, inst: InstId, state: &mut Must) {
        let Must::Holds(set) = state else { return };
        if let Some(&place) = self.0.places.get(&inst) {
            set.insert(place);
        } else if body[inst] == Inst::RunDefers {
            *set = BitSet::with_bound(self.0.places.len());
        }
    }

    fn unwind(&self, body: &Body, inst: InstId, state: &mut Must) {
        // Some of them have run: see `Plans`.
        if body[inst] == Inst::RunDefers {
            *state = Must::Unreached;
        }
    }
}
