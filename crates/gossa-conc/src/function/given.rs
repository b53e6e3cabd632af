//! Function values: what they are where that is known, and calls of those that callers give.

use super::calls::decide;
use super::{Builder, ROUNDS, Target, When};
use crate::chain::{Chain, Site};
use crate::event::{Count, Locks, OpenCall, Spawn, Start, Sync, SyncKind, Trace};
use crate::known::Known;
use crate::lift::{Mapping, Place, lift};
use crate::path::{Index, Path, Root, Step};
use gossa_ssa::{Callee, Inst, ValueId};
use std::rc::Rc;

impl Builder<'_, '_, '_> {
    /// What a function value is, where that is known here.
    pub(super) fn target(&self, path: &Path) -> Option<Target> {
        let Root::Value(mut value) = path.root else { return None };
        match &path.steps[..] {
            [] => {}
            [Step::Deref] => value = self.stored_once(value)?,
            _ => return None,
        }
        let def = self.places.def(value)?;
        match self.body[def] {
            Inst::Closure { func, captures } => Some(Target::Function {
                func: self.analysis.program.index_of(func),
                captures: self.body[captures].iter().map(|&x| self.places.paths(x)).collect(),
            }),
            Inst::Func(func) => Some(Target::Function {
                func: self.analysis.program.index_of(func),
                captures: Vec::new(),
            }),
            Inst::MethodValue { method, x } => {
                let method = &self.body[method];
                Some(Target::Function {
                    func: self.analysis.program.bound_method(method),
                    captures: vec![self.places.paths(x)],
                })
            }
            Inst::Call(call) if self.known_call(value).is_none() => {
                let data = self.body[call];
                let Callee::Static(id) = data.callee else { return None };
                let summary = self.analysis.summary(self.analysis.program.index_of(id))?;
                let at = self.body.results_of(def).position(|result| result == value)?;
                let (func, captures) = summary.closures.get(at)?.as_ref()?;
                let mapping = self.mapping(def, self.args(data));
                let captures = captures
                    .iter()
                    .map(|paths| paths.iter().flat_map(|path| mapping.paths(path)).collect())
                    .collect();
                Some(Target::Function { func: *func, captures })
            }
            Inst::Call(_) => {
                let (known, _) = self.known_call(value)?;
                let mut results = self.body.results_of(def);
                let context = results.next()?;
                (known == Known::WithCancel && results.next() == Some(value))
                    .then(|| Some(Target::Cancel(self.only(context)?.then(Step::Done)?)))?
            }
            _ => None,
        }
    }

    /// The only value that is stored in a variable of this function, here.
    pub(super) fn stored_once(&self, variable: ValueId) -> Option<ValueId> {
        let Inst::Alloc(_) = self.body[self.places.def(variable)?] else { return None };
        let mut stored = self.body.inst_ids().filter_map(|inst| match self.body[inst] {
            Inst::Store { ptr, value } if ptr == variable => Some(value),
            _ => None,
        });
        let only = stored.next()?;
        stored.next().is_none().then_some(only)
    }

    /// Notes that a function is called which a call has given.
    fn note_given(&mut self, target: &Path, call: &Chain) {
        if let Root::Value(value) = target.root
            && !self.quiet
            && target.steps.is_empty()
            && self.in_goroutines == 0
            && self.places.def(value).is_some_and(|def| matches!(self.body[def], Inst::Call(_)))
        {
            self.given_functions.push((value, call.clone()));
        }
    }

    /// Calls a function value; false: nothing is known of it.
    pub(super) fn given(
        &mut self,
        site: Site,
        path: Path,
        mapping: &Mapping,
        when: When,
        locks: &mut Locks,
    ) -> bool {
        self.note_given(&path, &Chain::at(site));
        if let Some(target) = self.target(&path) {
            match target {
                Target::Function { func, captures } => {
                    let captured = captures.len();
                    let mapping = Mapping {
                        params: captures.into_iter().chain(mapping.params.clone()).collect(),
                        indices: std::iter::repeat_n(Index::Unknown, captured)
                            .chain(mapping.indices.iter().copied())
                            .collect(),
                        results: mapping.results.clone(),
                    };
                    self.enter(site, func, &mapping, when, locks);
                }
                Target::Cancel(done) if when == When::Now => {
                    self.sync(site, SyncKind::Close, Some(done));
                }
                Target::Cancel(_) => {}
            }
            return true;
        }
        if !matches!(path.root, Root::Param(_)) {
            return false;
        }
        if !self.quiet {
            self.trace.calls.push(OpenCall {
                target: path,
                args: mapping.params.clone(),
                chain: Chain::at(site),
                locks: locks.clone(),
                start: (when == When::InGoroutine).then(Start::default),
                count: self.repeats.count(&self.places, site.inst).0,
            });
        }
        true
    }

    /// Calls, in callees, of functions that are known here.
    pub(super) fn resolve_calls(&mut self) {
        let mut trace = std::mem::take(&mut self.trace);
        self.resolve(&mut trace, ROUNDS);
        self.trace = trace;
    }

    pub(super) fn resolve(&mut self, trace: &mut Trace, rounds: usize) {
        for _ in 0..rounds {
            let (known, open): (Vec<OpenCall>, Vec<OpenCall>) = std::mem::take(&mut trace.calls)
                .into_iter()
                .partition(|call| !matches!(call.target.root, Root::Param(_)));
            trace.calls = open;
            if known.is_empty() {
                break;
            }
            for call in known {
                self.resolve_one(trace, &call);
            }
        }
        if rounds > 0 {
            for at in 0..trace.spawns.len() {
                let spawn = &trace.spawns[at];
                if spawn.trace.calls.iter().any(|call| !matches!(call.target.root, Root::Param(_)))
                {
                    let mut inner = (*spawn.trace).clone();
                    self.in_goroutines += 1;
                    self.resolve(&mut inner, rounds - 1);
                    self.in_goroutines -= 1;
                    trace.spawns[at].trace = Rc::new(inner);
                }
            }
        }
    }

    pub(super) fn resolve_one(&mut self, trace: &mut Trace, call: &OpenCall) {
        self.note_given(&call.target, &call.chain);
        match self.target(&call.target) {
            Some(Target::Function { func, captures }) => {
                let Some(summary) = self.analysis.summary(func) else { return };
                let indices = vec![Index::Unknown; captures.len() + call.args.len()];
                let params = captures.into_iter().chain(call.args.iter().cloned()).collect();
                let mapping = Mapping { params, indices, results: Vec::new() };
                match call.start {
                    None => {
                        let place = Place::Call(call.chain.clone(), call.locks.clone());
                        let (accesses, spawns) = (trace.accesses.len(), trace.spawns.len());
                        lift(&summary.trace, &mapping, &place, trace);
                        decide(&self.analysis.order, &call.chain, &mut trace.spawns[spawns..]);
                        let at = (&call.chain, &call.locks);
                        self.take_all(func, &summary.taken, &mapping, at);
                        renew(trace, accesses, spawns);
                    }
                    Some(start) => {
                        let mut started = Trace::default();
                        lift(&summary.trace, &mapping, &Place::Goroutine, &mut started);
                        renew(&mut started, 0, 0);
                        if !started.is_empty() {
                            trace.spawns.push(Spawn {
                                chain: call.chain.clone(),
                                trace: Rc::new(started),
                                start,
                                count: call.count.clone(),
                                joined: None,
                                joined_where: None,
                                absent_where: None,
                                over_at: Vec::new(),
                                in_turn: false,
                            });
                        }
                    }
                }
            }
            Some(Target::Cancel(done)) if call.start.is_none() => trace.syncs.push(Sync {
                kind: SyncKind::Close,
                object: done,
                chain: call.chain.clone(),
                passed: None,
                count: Count::One,
            }),
            _ => {}
        }
    }
}

/// No callee has seen the accesses from one number on, and those of the goroutines from another on.
fn renew(trace: &mut Trace, accesses: usize, spawns: usize) {
    trace.accesses[accesses..].iter_mut().for_each(|access| access.is_new = true);
    for spawn in &mut trace.spawns[spawns..] {
        renew(Rc::make_mut(&mut spawn.trace), 0, 0);
    }
}
