//! Memory SSA: which write an object's contents come from, at each place of a function.
//!
//! For one object and one function, [`Versions`] numbers what the object may hold: at the function's
//! start, behind each write, behind each call that may write, and where several flow together. Only
//! objects that somebody asks about are numbered, one by one (Hardekopf & Lin, "Flow-Sensitive
//! Pointer Analysis for Millions of Lines of Code", CGO 2011, for the idea): the cost depends on
//! what the function does to the object and on the blocks where versions meet, found by iterated
//! dominance frontiers as in Cytron et al., TOPLAS 1991.
//!
//! Control leaves a block in its middle where an instruction panics, so the start of an unwind
//! block merges what is there before each of these; a call that panics may have done some of its
//! writes. Ways behind calls that never return are no ways.

use super::calls::{CallTime, Func, call_time};
use super::defers::{DeferSite, Plan};
use super::memory::{Effect, Effects, Memory, Object, Written};
use super::outcome::Outcomes;
use crate::body::{Body, ValueDef};
use crate::dom::Dominators;
use crate::graph::{Cfg, EdgeKind};
use crate::ids::{BlockId, InstId};
use crate::inst::Inst;
use gossa_base::FxHashMap;
use smallvec::SmallVec;
use std::cell::OnceCell;

/// A version of an object in a function; dense.
pub type VersionId = u32;

/// How a callee has ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// By returning.
    Returned,
    /// By a panic, or because its goroutine ends.
    Panicked,
    /// Either.
    Any,
}

/// A call: where it runs, and for a deferred one, where it is deferred.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallSite {
    /// The function that runs it.
    pub func: Func,
    /// The `call` or `go`, or the `rundefers` or `unwind`.
    pub inst: InstId,
    /// The `defer`.
    pub deferred: Option<DeferSite>,
}

impl CallSite {
    /// The instruction that says what is called with what, and its function.
    #[must_use]
    pub fn call(self) -> DeferSite {
        self.deferred.unwrap_or(DeferSite { func: self.func, inst: self.inst })
    }
}

/// Where a version comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Version {
    /// What the object holds when the function is called.
    Entry,
    /// What it holds where these flow together.
    Merge(Box<[VersionId]>),
    /// An instruction has written to it.
    Write {
        /// The instruction.
        inst: InstId,
        /// What it has written.
        value: Written,
        /// What was there, if some of that may be left.
        before: Option<VersionId>,
    },
    /// An instruction has made it.
    Make {
        /// The instruction.
        inst: InstId,
    },
    /// Functions that were called have written to it.
    Call {
        /// The call.
        site: CallSite,
        /// What was there.
        before: VersionId,
        /// How the functions have ended.
        ending: Ending,
    },
}

/// The versions of an object in a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Versions {
    /// All of them.
    pub versions: Vec<Version>,
    /// What instructions that read it, and calls of functions that access it, find.
    before: Vec<(InstId, VersionId)>,
    /// What deferred calls of functions that access it find.
    before_deferred: Vec<(CallSite, VersionId)>,
    /// What it may hold when the function returns.
    pub returned: Vec<VersionId>,
    /// What it may hold when the function ends panicking.
    pub panicked: Vec<VersionId>,
}

impl Versions {
    /// Those of a function that does nothing.
    pub(crate) fn untouched() -> Self {
        Self { versions: vec![Version::Entry], returned: vec![0], ..Self::default() }
    }

    /// What an instruction that reads the object, or a call of a function that may access it,
    /// finds. `None`: it does neither, or is not reached.
    #[must_use]
    pub fn before(&self, inst: InstId) -> Option<VersionId> {
        let at = self.before.binary_search_by_key(&inst, |&(inst, _)| inst).ok()?;
        Some(self.before[at].1)
    }

    /// What the functions find that a call calls. A deferred call may run several times at one
    /// place.
    pub fn before_call(&self, site: CallSite) -> impl Iterator<Item = VersionId> + '_ {
        let own = site.deferred.is_none().then(|| self.before(site.inst)).flatten();
        let deferred = self.before_deferred.iter().filter(move |(known, _)| *known == site);
        own.into_iter().chain(deferred.map(|&(_, version)| version))
    }
}

/// What is known of a function whatever the object.
pub(crate) struct Shape {
    pub(crate) defs: Box<[ValueDef]>,
    cfg: Cfg,
    dominators: Dominators,
    frontiers: OnceCell<Vec<SmallVec<[BlockId; 2]>>>,
    /// Calls, with whom they call; `true` for open ones.
    calls: Vec<(InstId, bool, Vec<Func>)>,
    /// Where deferred calls run.
    ends: Vec<InstId>,
    /// By block: the instructions at which control may leave it for the unwind block, or the
    /// function.
    leaving: Vec<SmallVec<[InstId; 2]>>,
    /// By block: a call that never returns.
    cut: Vec<Option<InstId>>,
    reached: Vec<bool>,
    /// Blocks that return.
    pub(crate) returns: Vec<BlockId>,
}

impl Shape {
    pub(crate) fn new(outcomes: &Outcomes<'_>, func: Func, body: &Body) -> Self {
        let functions = outcomes.functions();
        let cfg = Cfg::new(body);
        let count = body.blocks.len();
        let mut shape = Self {
            defs: body.defs(),
            dominators: Dominators::new(&cfg),
            cfg,
            frontiers: OnceCell::new(),
            calls: Vec::new(),
            ends: Vec::new(),
            leaving: vec![SmallVec::new(); count],
            cut: vec![None; count],
            reached: vec![false; count],
            returns: Vec::new(),
        };
        for block in body.block_ids() {
            for inst in body.insts_of(block) {
                if outcomes.unwinds_at(func, inst) {
                    shape.leaving[block.index()].push(inst);
                }
                match call_time(body, inst) {
                    Some(time @ (CallTime::Now | CallTime::Concurrently)) => {
                        let mut callees = Vec::new();
                        functions.callees(func, inst, &mut |callee| callees.push(callee));
                        shape.calls.push((inst, functions.is_open(func, inst), callees));
                        if time == CallTime::Now && !outcomes.of_call(func, inst).returns {
                            shape.cut[block.index()] = Some(inst);
                            break;
                        }
                    }
                    _ if matches!(body[inst], Inst::RunDefers | Inst::Unwind { .. }) => {
                        shape.ends.push(inst);
                    }
                    _ => {}
                }
            }
        }
        let mut pending = vec![Body::ENTRY];
        while let Some(block) = pending.pop() {
            if std::mem::replace(&mut shape.reached[block.index()], true) {
                continue;
            }
            for edge in shape.cfg.successors(block) {
                let taken = match edge.kind {
                    EdgeKind::Normal => shape.cut[block.index()].is_none(),
                    EdgeKind::Unwind => !shape.leaving[block.index()].is_empty(),
                };
                if taken {
                    pending.push(edge.block);
                }
            }
        }
        let returns = |&block: &BlockId| {
            shape.reached[block.index()]
                && shape.cut[block.index()].is_none()
                && matches!(body[body.terminator(block)], Inst::Return(_))
        };
        shape.returns = body.block_ids().filter(returns).collect();
        shape
    }

    /// The blocks from which control comes to a block by its parameters.
    pub(crate) fn jumps_to(&self, block: BlockId) -> impl Iterator<Item = BlockId> + '_ {
        let edges = self.cfg.predecessors(block).iter();
        edges
            .filter(|edge| edge.kind == EdgeKind::Normal)
            .map(|edge| edge.block)
            .filter(|from| self.reached[from.index()] && self.cut[from.index()].is_none())
    }

    /// By block, the blocks that it does not dominate but a predecessor of which it does.
    fn frontiers(&self) -> &[SmallVec<[BlockId; 2]>] {
        self.frontiers.get_or_init(|| {
            let count = self.cfg.block_count();
            let mut frontiers = vec![SmallVec::new(); count];
            for block in (0..count as u32).map(BlockId::new) {
                let edges = self.cfg.predecessors(block);
                if edges.len() < 2 || !self.dominators.is_reachable(block) {
                    continue;
                }
                let end = self.dominators.immediate(block);
                for edge in edges {
                    let mut at = Some(edge.block);
                    while let Some(runner) = at.filter(|_| at != end) {
                        if !self.dominators.is_reachable(runner) {
                            break;
                        }
                        let list: &mut SmallVec<[BlockId; 2]> = &mut frontiers[runner.index()];
                        if list.last() == Some(&block) {
                            break;
                        }
                        list.push(block);
                        at = self.dominators.immediate(runner);
                    }
                }
            }
            frontiers
        })
    }
}

/// A version that is known, or what there is at the start of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Operand {
    Version(VersionId),
    Start(BlockId),
}

/// What happens to the object in a block.
struct Local {
    /// What is there at its end; `None`: the end is not reached.
    out: Option<Operand>,
    /// What may be there when control leaves it in its middle.
    thrown: SmallVec<[Operand; 2]>,
}

/// A version whose operands are not resolved.
enum Draft {
    Entry,
    Merge(Vec<Operand>),
    Write { inst: InstId, value: Written, before: Option<Operand> },
    Make { inst: InstId },
    Call { site: CallSite, before: Operand, ending: Ending },
}

/// What an instruction has to do with the object.
#[derive(Clone, Copy)]
enum Event {
    Effect(Effect),
    /// A call, and whether it may write.
    Call(bool),
    /// Deferred calls run.
    End,
}

pub(crate) struct Builder<'b> {
    pub(crate) outcomes: &'b Outcomes<'b>,
    pub(crate) memory: &'b dyn Memory,
    pub(crate) effects: &'b Effects,
    pub(crate) shape: &'b Shape,
    pub(crate) body: &'b Body,
    pub(crate) func: Func,
    pub(crate) object: Object,
}

struct Drafts {
    versions: Vec<Draft>,
    before: Vec<(InstId, Operand)>,
    before_deferred: Vec<(CallSite, Operand)>,
}

impl Drafts {
    fn add(&mut self, draft: Draft) -> Operand {
        self.versions.push(draft);
        Operand::Version(self.versions.len() as VersionId - 1)
    }

    fn merge(&mut self, mut operands: Vec<Operand>) -> Option<Operand> {
        let mut seen = Vec::with_capacity(operands.len());
        operands.retain(|operand| {
            !seen.contains(operand) && {
                seen.push(*operand);
                true
            }
        });
        match operands[..] {
            [] => None,
            [one] => Some(one),
            _ => Some(self.add(Draft::Merge(operands))),
        }
    }
}

impl Builder<'_> {
    fn accesses(&self, callee: Func) -> (bool, bool) {
        let writes = self.effects.may_write(callee, self.object);
        (writes, writes || self.effects.may_read(callee, self.object))
    }

    /// Whether a call may write to the object, and whether it may access it.
    fn call(&self, open: bool, callees: &[Func]) -> (bool, bool) {
        let unseen = open && self.memory.unseen_may_access(self.object);
        callees.iter().fold((unseen, unseen), |(writes, accesses), &callee| {
            let (also_writes, also_accesses) = self.accesses(callee);
            (writes || also_writes, accesses || also_accesses)
        })
    }

    fn deferred(&self, site: DeferSite) -> (bool, bool) {
        let functions = self.outcomes.functions();
        let mut callees = Vec::new();
        functions.callees(site.func, site.inst, &mut |callee| callees.push(callee));
        self.call(functions.is_open(site.func, site.inst), &callees)
    }

    fn events(&self) -> Vec<(InstId, Event)> {
        let own = self.effects.own(self.func, self.object);
        let mut events: Vec<(InstId, Event)> =
            own.map(|(inst, effect)| (inst, Event::Effect(effect))).collect();
        for (inst, open, callees) in &self.shape.calls {
            let (writes, accesses) = self.call(*open, callees);
            if accesses {
                let waits = !matches!(self.body[*inst], Inst::Go(_));
                events.push((*inst, Event::Call(writes && waits)));
            }
        }
        for &inst in &self.shape.ends {
            let plan = self.outcomes.plans(self.func).at(inst);
            if plan.is_some_and(|plan| plan.sites().any(|site| self.deferred(site).1)) {
                events.push((inst, Event::End));
            }
        }
        events.sort_by_key(|&(inst, _)| inst);
        events
    }

    pub(crate) fn build(&self) -> Versions {
        let (body, shape) = (self.body, self.shape);
        let mut drafts = Drafts {
            versions: vec![Draft::Entry],
            before: Vec::new(),
            before_deferred: Vec::new(),
        };
        let events = self.events();
        let mut locals: FxHashMap<BlockId, Local> = FxHashMap::default();
        let mut changed: Vec<BlockId> = Vec::new();
        let mut next = 0;
        while next < events.len() {
            let block = body.block_of(events[next].0);
            let end = body.terminator(block);
            let here = events[next..].iter().take_while(|&&(inst, _)| inst <= end).count();
            if shape.reached[block.index()] {
                let local = self.block(block, &events[next..next + here], &mut drafts);
                let start = Operand::Start(block);
                if local.out != Some(start) || local.thrown.iter().any(|&op| op != start) {
                    changed.push(block);
                }
                locals.insert(block, local);
            }
            next += here;
        }

        // Where versions meet.
        let mut merges: FxHashMap<BlockId, VersionId> = FxHashMap::default();
        let mut merged: Vec<BlockId> = Vec::new();
        let mut pending = changed;
        let mut add = |block: BlockId, drafts: &mut Drafts, pending: &mut Vec<BlockId>| {
            if shape.reached[block.index()] && !merges.contains_key(&block) {
                drafts.versions.push(Draft::Merge(Vec::new()));
                merges.insert(block, drafts.versions.len() as VersionId - 1);
                merged.push(block);
                pending.push(block);
            }
        };
        while let Some(block) = pending.pop() {
            for &meets in &shape.frontiers()[block.index()] {
                add(meets, &mut drafts, &mut pending);
            }
            let is_local = locals.contains_key(&block);
            if let (Some(unwind), true) = (body[block].unwind, is_local)
                && !shape.leaving[block.index()].is_empty()
            {
                add(unwind, &mut drafts, &mut pending);
            }
        }
        let mut resolver =
            Resolver { shape, locals: &locals, merges: &merges, known: FxHashMap::default() };
        for &block in &merged {
            let mut operands: Vec<VersionId> = Vec::new();
            if block == Body::ENTRY {
                operands.push(0);
            }
            for edge in shape.cfg.predecessors(block) {
                resolver.along(edge.block, edge.kind, &mut operands);
            }
            operands.sort_unstable();
            operands.dedup();
            let operands = operands.into_iter().map(Operand::Version).collect();
            drafts.versions[merges[&block] as usize] = Draft::Merge(operands);
        }
        let mut returned: Vec<VersionId> = Vec::new();
        for &block in &shape.returns {
            resolver.along(block, EdgeKind::Normal, &mut returned);
        }
        let mut panicked: Vec<VersionId> = Vec::new();
        for block in body.block_ids().filter(|block| shape.reached[block.index()]) {
            if body[block].unwind.is_none() && !shape.leaving[block.index()].is_empty() {
                resolver.along(block, EdgeKind::Unwind, &mut panicked);
            }
            if matches!(body[body.terminator(block)], Inst::Unwind { .. }) {
                resolver.along(block, EdgeKind::Normal, &mut panicked);
            }
        }
        for list in [&mut returned, &mut panicked] {
            list.sort_unstable();
            list.dedup();
        }
        let Drafts { versions, before, before_deferred } = drafts;
        let mut resolve = |operand| resolver.operand(operand);
        // What is not reached has no version; nobody asks for it.
        let versions = versions
            .into_iter()
            .map(|draft| match draft {
                Draft::Entry => Version::Entry,
                Draft::Merge(operands) => {
                    Version::Merge(operands.into_iter().filter_map(&mut resolve).collect())
                }
                Draft::Write { inst, value, before } => {
                    Version::Write { inst, value, before: before.and_then(&mut resolve) }
                }
                Draft::Make { inst } => Version::Make { inst },
                Draft::Call { site, before, ending } => {
                    Version::Call { site, before: resolve(before).unwrap_or(0), ending }
                }
            })
            .collect();
        let mut before: Vec<(InstId, VersionId)> = before
            .into_iter()
            .filter_map(|(inst, operand)| Some((inst, resolve(operand)?)))
            .collect();
        before.sort_unstable();
        before.dedup_by_key(|&mut (inst, _)| inst);
        let before_deferred = before_deferred
            .into_iter()
            .filter_map(|(site, operand)| Some((site, resolve(operand)?)))
            .collect();
        Versions { versions, before, before_deferred, returned, panicked }
    }

    /// What happens in a block.
    fn block(&self, block: BlockId, events: &[(InstId, Event)], drafts: &mut Drafts) -> Local {
        let (shape, func) = (self.shape, self.func);
        let mut current = Operand::Start(block);
        let mut thrown: SmallVec<[Operand; 2]> = SmallVec::new();
        let mut throw = |operand| {
            if !thrown.contains(&operand) {
                thrown.push(operand);
            }
        };
        let mut leaving = shape.leaving[block.index()].iter().copied().peekable();
        let cut = shape.cut[block.index()];
        for &(inst, event) in events {
            if cut.is_some_and(|cut| inst > cut) {
                break;
            }
            while leaving.next_if(|&at| at < inst).is_some() {
                throw(current);
            }
            let leaves = leaving.peek() == Some(&inst);
            let site = CallSite { func, inst, deferred: None };
            match event {
                Event::Effect(effect) => {
                    // An instruction that panics has done nothing.
                    if leaves {
                        throw(current);
                    }
                    current = match effect {
                        Effect::Read => {
                            drafts.before.push((inst, current));
                            current
                        }
                        Effect::Write { value, strong } => {
                            let before = (!strong).then_some(current);
                            drafts.add(Draft::Write { inst, value, before })
                        }
                        Effect::Make => {
                            let made = drafts.add(Draft::Make { inst });
                            // Others that were made there before may be in use.
                            match self.memory.owner(self.object) == Some(func) {
                                true => made,
                                false => drafts.merge(vec![made, current]).unwrap_or(made),
                            }
                        }
                    };
                }
                Event::Call(writes) => {
                    drafts.before.push((inst, current));
                    if !self.outcomes.panics(func).at(inst).is_empty() || leaves && !writes {
                        throw(current);
                    }
                    if writes {
                        let before = current;
                        if leaves && self.outcomes.of_call(func, inst).unwinds() {
                            let ending = Ending::Panicked;
                            throw(drafts.add(Draft::Call { site, before, ending }));
                        }
                        let ending = Ending::Returned;
                        current = drafts.add(Draft::Call { site, before, ending });
                    }
                }
                Event::End => {
                    let quiet = self.body[inst] == Inst::RunDefers;
                    let none = Plan::default();
                    let plan = self.outcomes.plans(func).at(inst).unwrap_or(&none);
                    match self.chain(plan, inst, current, quiet, &mut throw, drafts) {
                        Some(behind) => current = behind,
                        None => return Local { out: None, thrown },
                    }
                }
            }
        }
        let last = events.last().map(|&(inst, _)| inst);
        if leaving.any(|at| Some(at) > last && cut.is_none_or(|cut| at <= cut)) {
            throw(current);
        }
        Local { out: cut.is_none().then_some(current), thrown }
    }

    /// Deferred calls in their order; gives what is there behind them. When the function panics
    /// (`quiet` is false) they may end in any way.
    fn chain(
        &self,
        plan: &Plan,
        inst: InstId,
        start: Operand,
        quiet: bool,
        throw: &mut dyn FnMut(Operand),
        drafts: &mut Drafts,
    ) -> Option<Operand> {
        let mut current = start;
        for group in &plan.groups {
            // Behind calls that repeat, again before them.
            let entry = match group.repeats {
                true => drafts.add(Draft::Merge(Vec::new())),
                false => current,
            };
            let mut behind = Vec::new();
            for &deferred in &group.sites {
                let site = CallSite { func: self.func, inst, deferred: Some(deferred) };
                let outcome = self.outcomes.of_call(deferred.func, deferred.inst);
                let (writes, accesses) = self.deferred(deferred);
                if accesses {
                    drafts.before_deferred.push((site, entry));
                }
                let ends = |ending, drafts: &mut Drafts| match writes {
                    true => drafts.add(Draft::Call { site, before: entry, ending }),
                    false => entry,
                };
                match quiet {
                    true => {
                        if outcome.unwinds() {
                            throw(ends(Ending::Panicked, drafts));
                        }
                        if outcome.returns {
                            behind.push(ends(Ending::Returned, drafts));
                        }
                    }
                    false if outcome.returns || outcome.unwinds() => {
                        behind.push(ends(Ending::Any, drafts));
                    }
                    false => {}
                }
            }
            if let (true, Operand::Version(entry)) = (group.repeats, entry) {
                behind.push(current);
                drafts.versions[entry as usize] = Draft::Merge(behind);
                current = Operand::Version(entry);
                continue;
            }
            if !group.always {
                behind.push(current);
            }
            current = drafts.merge(behind)?;
        }
        Some(current)
    }
}

/// Finds out what is there at the starts of blocks.
struct Resolver<'r> {
    shape: &'r Shape,
    locals: &'r FxHashMap<BlockId, Local>,
    merges: &'r FxHashMap<BlockId, VersionId>,
    known: FxHashMap<BlockId, Option<VersionId>>,
}

impl Resolver<'_> {
    fn operand(&mut self, operand: Operand) -> Option<VersionId> {
        let block = match operand {
            Operand::Version(version) => return Some(version),
            Operand::Start(block) => block,
        };
        // Up the dominator tree to where something is known, and that for all on the way.
        let mut way = Vec::new();
        let mut at = block;
        let found = loop {
            if let Some(&known) = self.known.get(&at) {
                break known;
            }
            if let Some(&merge) = self.merges.get(&at) {
                break Some(merge);
            }
            way.push(at);
            let Some(up) = self.shape.dominators.immediate(at) else {
                break (at == Body::ENTRY).then_some(0);
            };
            match self.locals.get(&up).map(|local| local.out) {
                None => at = up,
                Some(None) => break None,
                Some(Some(Operand::Version(version))) => break Some(version),
                Some(Some(Operand::Start(start))) => at = start,
            }
        };
        for block in way {
            self.known.insert(block, found);
        }
        found
    }

    /// What comes from a block along its edges of a kind.
    fn along(&mut self, from: BlockId, kind: EdgeKind, out: &mut Vec<VersionId>) {
        let shape = self.shape;
        if !shape.reached[from.index()] {
            return;
        }
        let start = Operand::Start(from);
        let operands: SmallVec<[Operand; 2]> = match (self.locals.get(&from), kind) {
            (Some(local), EdgeKind::Normal) => local.out.into_iter().collect(),
            (Some(local), EdgeKind::Unwind) => local.thrown.clone(),
            (None, EdgeKind::Normal) => {
                shape.cut[from.index()].is_none().then_some(start).into_iter().collect()
            }
            (None, EdgeKind::Unwind) => {
                let leaves = !shape.leaving[from.index()].is_empty();
                leaves.then_some(start).into_iter().collect()
            }
        };
        out.extend(operands.into_iter().filter_map(|operand| self.operand(operand)));
    }
}
