//! What of a function's goroutines is over when it returns, always or with some results, and which
//! of them are over before they are started again.

use crate::analysis::Analysis;
use crate::before::{End, Threads, outermost};
use crate::event::{Count, OpenCall, Spawn, Trace};
use crate::outcome::{Condition, Sure};
use gossa_points::FuncIndex;
use gossa_ssa::Body;
use gossa_types::{BasicKind, TypeKind};
use std::rc::Rc;

/// Whether it depends on what a call returned whether a goroutine is over.
pub(crate) fn has_condition(spawn: &Spawn) -> bool {
    spawn.joined_where.is_some() || !spawn.over_at.is_empty()
}

impl Analysis<'_, '_> {
    /// Goroutines that are over when the function returns are joined. What others have done by
    /// then becomes the function's own, the rest stays theirs.
    pub(crate) fn join(
        &self,
        func: FuncIndex,
        trace: &Trace,
        threads: &Threads<'_, '_, '_>,
        out: &mut Trace,
    ) {
        let always = End::default();
        let joined: Vec<bool> = (0..threads.all.len())
            .map(|at| {
                threads.all[at].start.is_some_and(|(parent, spawn)| {
                    parent == 0 && (spawn.joined.is_some() || threads.is_over(at, &always))
                })
            })
            .collect();
        let over = |at: usize| joined[at];
        for (at, thread) in threads.all.iter().enumerate().skip(1) {
            if thread.twin_of.is_some() {
                continue;
            }
            let Some((top, start)) = outermost(&threads.all, at) else { continue };
            if over(top) {
                continue;
            }
            let start = &start.chain;
            for access in &thread.trace.accesses {
                if threads.before_end(at, access, &always) {
                    let mut access = access.clone();
                    access.chain = crate::lift::nested(start, &access.chain);
                    out.accesses.push(access);
                }
            }
        }
        let mut ends: Option<Vec<(Condition, End)>> = None;
        for spawn in &trace.spawns {
            let at = threads.started_by(spawn);
            if let Some(at) = at.filter(|&at| over(at)) {
                let mut over_at = spawn.over_at.clone();
                over_at.extend(threads.waited_for_at(at).into_iter().cloned());
                let joined = spawn.joined.or(Some(spawn.chain.len()));
                out.spawns.push(Spawn { joined, over_at, ..spawn.clone() });
                continue;
            }
            let mut left = (*spawn.trace).clone();
            let mut joined_where = None;
            let mut absent_where = None;
            let mut in_turn = spawn.in_turn;
            if let Some(at) = at {
                let ends = ends.get_or_insert_with(|| self.conditions(func, trace));
                joined_where = ends
                    .iter()
                    .find(|(_, end)| threads.is_over(at, end))
                    .map(|(condition, _)| *condition);
                absent_where = ends
                    .iter()
                    .find(|(_, end)| self.order.only_fails(&spawn.chain, &end.failing))
                    .map(|(condition, _)| *condition);
                in_turn |= spawn.count != Count::One && threads.is_over_before_next(at);
                let all = spawn.trace.accesses.iter();
                left.accesses = all
                    .filter(|access| !threads.before_end(at, access, &always))
                    .cloned()
                    .collect();
                let (over, open): (Vec<&OpenCall>, Vec<&OpenCall>) = spawn
                    .trace
                    .calls
                    .iter()
                    .partition(|call| threads.call_before_end(at, call, &always));
                left.calls = open.into_iter().cloned().collect();
                if !over.is_empty() {
                    let over_there = threads.calls_waited_for_at(at, &over);
                    let calls = over.into_iter().cloned().collect();
                    let trace = Trace { calls, ..Trace::default() };
                    let (trace, joined) = (Rc::new(trace), Some(spawn.chain.len()));
                    let mut over_at = spawn.over_at.clone();
                    over_at.extend(over_there.into_iter().cloned());
                    out.spawns.push(Spawn { trace, joined, over_at, ..spawn.clone() });
                }
            }
            out.spawns.push(Spawn {
                trace: Rc::new(left),
                joined_where,
                absent_where,
                in_turn,
                ..spawn.clone()
            });
        }
    }

    /// Whether a function can tell by a result which way it has gone, and so that it has started no
    /// goroutine.
    pub(crate) fn tells(&self, func: FuncIndex) -> bool {
        self.program.body(func).is_some_and(|body| {
            (0..body.results.len() as u32).any(|result| self.may_tell(body, result))
        })
    }

    /// What may be certain of the function's results, with the ways on which it returns other ones.
    fn conditions(&self, func: FuncIndex, trace: &Trace) -> Vec<(Condition, End)> {
        let Some(body) = self.program.body(func) else { return Vec::new() };
        let outcomes = &self.order.outcomes;
        let mut found = Vec::new();
        // An error comes last.
        for at in (0..body.results.len() as u32).rev() {
            if !self.may_tell(body, at) {
                continue;
            }
            for is in [Sure::Zero, Sure::NonZero] {
                let wanted = Condition { at, is };
                let failing = outcomes.failing(func, wanted);
                let mut end = End { failing, ..End::default() };
                for spawn in &trace.spawns {
                    let Some(condition) = spawn.joined_where else { continue };
                    let call = spawn.chain.site().inst;
                    if condition.is == is && !end.handing_on.iter().any(|(of, _)| *of == call) {
                        let returns = outcomes.handing_on(func, (call, condition.at), at);
                        end.handing_on.push((call, returns));
                    }
                }
                if !end.failing.is_empty()
                    || end.handing_on.iter().any(|(_, returns)| !returns.is_empty())
                {
                    found.push((wanted, end));
                }
            }
        }
        found
    }

    /// Whether a result can say that something has gone wrong.
    fn may_tell(&self, body: &Body, result: u32) -> bool {
        let Some(&ty) = body.results.get(result as usize) else { return false };
        matches!(
            self.program.under(ty).kind(),
            TypeKind::Interface(_) | TypeKind::Pointer(_) | TypeKind::Basic(BasicKind::Bool)
        )
    }
}
