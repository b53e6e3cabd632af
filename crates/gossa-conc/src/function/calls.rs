//! Calls, and goroutines that are started: what callees do becomes part of the trace.

use super::{Builder, FAN, When};
use crate::analysis::is_package_init;
use crate::chain::{Chain, Site};
use crate::event::{Count, Held, Locks, Paths, Spawn, Start, Trace};
use crate::known::is_of_context;
use crate::lift::{Mapping, Place, hold, lift};
use crate::locks::{acquire, inherited, release};
use crate::order::Order;
use crate::path::{Index, Root, Step};
use gossa_points::FuncIndex;
use gossa_ssa::{Body, CallData, Callee, Inst, InstId, MethodTarget};
use std::rc::Rc;

impl Builder<'_, '_, '_> {
    /// What calls give that give a part of their arguments.
    pub(super) fn find_results(&mut self) {
        for inst in self.body.inst_ids() {
            let Inst::Call(call) = self.body[inst] else { continue };
            let data = self.body[call];
            let Callee::Static(id) = data.callee else {
                if let Some(context) = self.context_done(data) {
                    self.set_done(inst, &context);
                }
                continue;
            };
            if self.analysis.known(id).is_some() {
                continue;
            }
            let Some(summary) = self.analysis.summary(self.analysis.program.index_of(id)) else {
                continue;
            };
            if summary.results.iter().all(Paths::is_empty) {
                continue;
            }
            let mapping = self.mapping(inst, self.args(data));
            for (result, paths) in self.body.results_of(inst).zip(&summary.results) {
                let found: Paths = paths.iter().flat_map(|path| mapping.paths(path)).collect();
                if !found.is_empty()
                    && paths.iter().all(|path| !matches!(path.root, Root::Result(_)))
                {
                    self.places.set_result(result, found);
                }
            }
        }
    }

    /// The context whose `Done` is called.
    pub(super) fn context_done(&self, data: CallData) -> Option<Paths> {
        let Callee::Interface { receiver, method } = data.callee else { return None };
        let method = &self.body[method];
        let MethodTarget::Interface(name) = method.target else { return None };
        let is_done = name.as_str() == "Done" && is_of_context(self.analysis.program, method);
        is_done.then(|| self.places.paths(receiver))
    }

    pub(super) fn set_done(&self, inst: InstId, context: &Paths) {
        if let Some(result) = self.body.results_of(inst).next() {
            let done = context.iter().filter_map(|path| path.then(Step::Done)).collect();
            self.places.set_result(result, done);
        }
    }

    pub(super) fn call(&mut self, site: Site, data: CallData, when: When, locks: &mut Locks) {
        let args = self.args(data);
        match data.callee {
            Callee::Static(id) => match self.analysis.known(id) {
                Some(known) => self.known(site, known, &args, when, locks),
                None if is_package_init(id) => {}
                None => {
                    let func = self.analysis.program.index_of(id);
                    let mapping = self.mapping(self.result_inst(site), args);
                    self.enter(site, func, &mapping, when, locks);
                }
            },
            Callee::Interface { method, .. } => {
                if let Some(known) = self.known_method(method) {
                    self.known(site, known, &args, when, locks);
                    return;
                }
                let mapping = self.mapping(self.result_inst(site), args);
                self.dynamic(site, &mapping, true, when, locks);
            }
            Callee::Value(value) => {
                let given = self.places.paths(value);
                let mapping = self.mapping(self.result_inst(site), args);
                let mut any = false;
                for path in given {
                    any |= self.given(site, path, &mapping, when, locks);
                }
                if !any {
                    self.dynamic(site, &mapping, false, when, locks);
                }
            }
            Callee::Builtin(op) => {
                if when == When::Now {
                    self.builtin(site, op, &args, locks);
                }
            }
        }
    }

    /// The instruction whose results are the call's: none of a deferred call's are used.
    pub(super) fn result_inst(&self, site: Site) -> InstId {
        site.defer.unwrap_or(site.inst)
    }

    pub(super) fn dynamic(
        &mut self,
        site: Site,
        mapping: &Mapping,
        is_method: bool,
        when: When,
        locks: &mut Locks,
    ) {
        let callees = self.analysis.calls.callees(self.func, self.result_inst(site));
        if callees.len() > if is_method { FAN } else { 2 } {
            return;
        }
        let several = callees.len() > 1;
        for call in callees {
            let captured = self.analysis.program.body(call.callee).map_or(0, |b| b.capture_count);
            // A receiver that is not among the arguments is not known.
            let missing = if is_method { 0 } else { call.first as usize } + captured as usize;
            let mut params: Vec<Paths> =
                std::iter::repeat_n(Paths::new(), missing).chain(mapping.params.clone()).collect();
            if is_method && let Some(receiver) = params.first_mut() {
                *receiver = self.held_by(receiver, call.callee);
            }
            let mapping = Mapping {
                params,
                indices: std::iter::repeat_n(Index::Unknown, missing)
                    .chain(mapping.indices.iter().copied())
                    .collect(),
                results: mapping.results.clone(),
            };
            let (accesses, spawns) = (self.trace.accesses.len(), self.trace.spawns.len());
            // What each of several does to locks is not certain.
            self.enter(site, call.callee, &mapping, when, &mut locks.clone());
            if several {
                self.trace.accesses[accesses..]
                    .iter_mut()
                    .for_each(|access| access.doubtful = true);
                for spawn in &mut self.trace.spawns[spawns..] {
                    let trace = Rc::make_mut(&mut spawn.trace);
                    trace.accesses.iter_mut().for_each(|access| access.doubtful = true);
                }
            }
        }
    }

    /// What the interface values hold whose method is a function: what was put into them here, or
    /// what is of the type that has the method.
    pub(super) fn held_by(&self, receivers: &Paths, method: FuncIndex) -> Paths {
        let Some(body) = self.analysis.program.body(method) else { return Paths::new() };
        let Some(param) = body.params(Body::ENTRY).next() else { return Paths::new() };
        let dynamic = Step::Dynamic(self.analysis.program.normal(body[param].ty));
        receivers
            .iter()
            .filter_map(|path| match path.root {
                // Made here: it is what was put into the interface.
                Root::Value(value) if path.steps.is_empty() => {
                    let made = self.places.def(value).is_some_and(|def| {
                        !matches!(self.body[def], Inst::Call(_) | Inst::TypeAssert { .. })
                    });
                    if made { Some(path.clone()) } else { path.then(dynamic) }
                }
                _ => path.then(dynamic),
            })
            .collect()
    }

    pub(super) fn enter(
        &mut self,
        site: Site,
        func: FuncIndex,
        mapping: &Mapping,
        when: When,
        locks: &mut Locks,
    ) {
        let Some(summary) = self.analysis.summary(func) else { return };
        if when == When::InGoroutine {
            if !self.quiet {
                let mut trace = Trace::default();
                lift(&summary.trace, mapping, &Place::Goroutine, &mut trace);
                // A goroutine that unlocks what it has not locked was handed the lock.
                for lock in summary.releases.iter().filter_map(|lock| mapping.path(lock)) {
                    for held in locks.iter().filter(|held| held.lock == lock) {
                        for access in &mut trace.accesses {
                            acquire(&mut access.locks, held.clone());
                        }
                    }
                }
                hold(&mut trace, &inherited(locks));
                self.spawn(site, trace, Start::default());
            }
            for lock in &summary.releases {
                if let Some(lock) = mapping.path(lock) {
                    release(locks, &lock);
                }
            }
            return;
        }
        if !self.quiet {
            let place = Place::Call(Chain::at(site), locks.clone());
            let first = self.trace.spawns.len();
            lift(&summary.trace, mapping, &place, &mut self.trace);
            decide(&self.analysis.order, &Chain::at(site), &mut self.trace.spawns[first..]);
            let trace = &summary.trace;
            if !(trace.syncs.is_empty() && trace.spawns.is_empty() && trace.calls.is_empty()) {
                self.multiply(site.inst);
            }
        }
        self.take_all(func, &summary.taken, mapping, (&Chain::at(site), locks));
        for lock in &summary.releases {
            if let Some(lock) = mapping.path(lock) {
                release(locks, &lock);
            }
        }
        for held in &summary.acquires {
            if let Some(lock) = mapping.path(&held.lock) {
                acquire(locks, Held { lock, mode: held.mode });
            }
        }
    }

    /// What a call in a loop does, it does as often as the loop runs.
    pub(super) fn multiply(&mut self, inst: InstId) {
        let (times, end) = self.repeats.count(&self.places, inst);
        if times == Count::One {
            return;
        }
        let end = end.map(|inst| Chain::at(self.site(inst)));
        for sync in &mut self.trace.syncs {
            if sync.chain.site().inst == inst && sync.chain.len() > 1 {
                if sync.count == Count::One {
                    sync.count = times.clone();
                    sync.passed.clone_from(&end);
                } else {
                    sync.count = Count::Any;
                    sync.passed = None;
                }
            }
        }
        for call in &mut self.trace.calls {
            if call.chain.site().inst == inst && call.chain.len() > 1 {
                call.count = if call.count == Count::One { times.clone() } else { Count::Any };
            }
        }
        for spawn in &mut self.trace.spawns {
            if spawn.chain.site().inst == inst && spawn.chain.len() > 1 {
                spawn.count = if spawn.count == Count::One { times.clone() } else { Count::Any };
            }
        }
    }

    pub(super) fn spawn(&mut self, site: Site, trace: Trace, start: Start) {
        if trace.is_empty() {
            return;
        }
        let count =
            if start.many { Count::Any } else { self.repeats.count(&self.places, site.inst).0 };
        self.trace.spawns.push(Spawn {
            chain: Chain::at(site),
            trace: Rc::new(trace),
            start,
            count,
            joined: None,
            joined_where: None,
            absent_where: None,
            over_at: Vec::new(),
            in_turn: false,
        });
    }
}

/// Finds where goroutines are over that a call has started, or has not started, which tells so by
/// its results.
pub(super) fn decide(order: &Order<'_, '_>, call: &Chain, spawns: &mut [Spawn]) {
    let at = call.innermost();
    let site = |(inst, turn): (InstId, u32)| call.with_innermost(Site { inst, turn, ..at });
    for spawn in spawns {
        // Nobody sees what deferred calls return.
        let joined = spawn.joined_where.take().filter(|_| at.defer.is_none());
        let absent = spawn.absent_where.take().filter(|_| at.defer.is_none());
        if let Some(condition) = joined {
            let decided = order.outcomes.decided((at.func, at.inst), condition);
            spawn.over_at.extend(decided.into_iter().map(site));
        }
        if let Some(condition) = absent {
            let mut decided = order.outcomes.decided((at.func, at.inst), condition);
            // That of an earlier turn of a loop, which went the other way, may still be at work.
            decided.retain(|&(inst, turn)| {
                !order.reaches(at.func, Some(at.inst), Some(at.inst), &[(inst, turn)])
            });
            spawn.over_at.extend(decided.into_iter().map(site));
        }
        // Only the function that calls can hand on what it was told.
        spawn.joined_where = joined.filter(|_| call.len() == 1);
    }
}
