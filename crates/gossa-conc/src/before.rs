//! What happens before what among the goroutines that one function's activation has started.
//!
//! The order is that of the Go memory model, as far as it must hold in every execution: program
//! order, `go` statements, and operations where the one that waits cannot go on before the other
//! has happened. An access is followed forward: to what releases behind it in its goroutine, to
//! what cannot have been acquired before that, to what comes behind that, until nothing new is
//! found.

mod counts;

use crate::chain::Chain;
use crate::event::{Access, Count, Locks, OpenCall, Spawn, Sync, SyncKind, Trace};
use crate::known::Mode;
use crate::order::Order;
use crate::path::Path;
use gossa_base::FxHashMap;
use gossa_ssa::InstId;
use std::cell::RefCell;
use std::rc::Rc;

/// More goroutines than this are not looked at in one function.
const MOST: usize = 32;
/// With more operations on it than this an object orders nothing.
const LONGEST: usize = 64;

/// A goroutine: the one that runs the function (the first), or one that is started below it.
pub(crate) struct Thread<'t> {
    pub(crate) trace: &'t Trace,
    /// Which goroutine starts it, where; `None` for the first.
    pub(crate) start: Option<(usize, &'t Spawn)>,
    /// The thread that is another instance of the same goroutine.
    pub(crate) twin_of: Option<usize>,
}

/// A goroutine, a place in it, and what makes what it is about.
type Start = (usize, Chain, Option<InstId>);

/// Operations with their goroutines, and by operation the range of those on its object.
type Grouped<'t> = (Vec<(usize, &'t Sync)>, Vec<(u32, u32)>);

/// The goroutines of one activation.
pub(crate) struct Threads<'t, 'p, 'e> {
    pub(crate) all: Vec<Thread<'t>>,
    /// By goroutine: those that lead to it, outermost first, itself last.
    lineages: Vec<Vec<usize>>,
    /// The operations of all, those on one object together.
    syncs: Vec<(usize, &'t Sync)>,
    /// By operation: the first and the end of those on its object.
    groups: Vec<(u32, u32)>,
    /// The operations that may wait.
    acquirers: Vec<usize>,
    /// By goroutine: whether operations are missing that may order what it does.
    pub(crate) is_partial: Vec<bool>,
    /// By goroutine: whether it, or one that it starts, may end others' waiting.
    releases_below: Vec<bool>,
    /// What has been found of accesses, by goroutine, place in it, and what makes what it is about.
    known: RefCell<FxHashMap<Start, Rc<Vec<usize>>>>,
    order: &'t Order<'p, 'e>,
    capacities: &'t FxHashMap<Path, Option<i64>>,
    /// Where paths' roots are made in the function.
    fresh: &'t dyn Fn(&Path) -> Option<InstId>,
}

/// Returns of a function, or some of them.
#[derive(Default)]
pub(crate) struct End {
    /// Places that only lead to other returns.
    pub(crate) failing: Vec<InstId>,
    /// By call: returns that hand on what it returned, so that its goroutines are over there.
    pub(crate) handing_on: Vec<(InstId, Vec<InstId>)>,
}

/// A point of an execution.
#[derive(Clone, Copy)]
pub(crate) struct Point<'t> {
    pub(crate) thread: usize,
    pub(crate) chain: &'t Chain,
}

impl<'t, 'p, 'e> Threads<'t, 'p, 'e> {
    pub(crate) fn new(
        trace: &'t Trace,
        order: &'t Order<'p, 'e>,
        capacities: &'t FxHashMap<Path, Option<i64>>,
        fresh: &'t dyn Fn(&Path) -> Option<InstId>,
    ) -> Self {
        let mut all = vec![Thread { trace, start: None, twin_of: None }];
        let mut at = 0;
        while at < all.len() && all.len() < MOST {
            let trace = all[at].trace;
            for spawn in &trace.spawns {
                if all.len() >= MOST {
                    break;
                }
                all.push(Thread { trace: &spawn.trace, start: Some((at, spawn)), twin_of: None });
                if spawn.count != Count::One {
                    let twin = Some(all.len() - 1);
                    all.push(Thread {
                        trace: &spawn.trace,
                        start: Some((at, spawn)),
                        twin_of: twin,
                    });
                }
            }
            at += 1;
        }
        // What another instance does to objects of its own is of no interest, nor to the channel
        // that was made for it where that of the next one takes its place in a variable.
        let made = |object: &Path| {
            let mut all = trace.syncs.iter().filter(|sync| {
                sync.kind == SyncKind::Made && sync.object == *object && sync.chain.len() == 1
            });
            match (all.next(), all.next()) {
                (Some(one), None) => Some(one.chain.site().inst),
                _ => fresh(object),
            }
        };
        let own = |at: usize, sync: &Sync| {
            let Some((_, spawn)) = outermost(&all, at) else { return true };
            let site = spawn.chain.site();
            let one = |at: usize| !is_twin(&all, at) || starts_many(&all, at);
            one(at)
                || made(&sync.object)
                    .is_none_or(|made_by| order.repeats(site.func, site.inst, Some(made_by)))
        };
        let mut is_partial: Vec<bool> = all.iter().map(|thread| thread.trace.partial).collect();
        let (syncs, groups) = useful(&all, capacities, &own, &mut is_partial);
        let acquirers = (0..syncs.len())
            .filter(|&at| {
                let (first, end) = groups[at];
                may_wait(syncs[at].1.kind, &syncs[first as usize..end as usize])
            })
            .collect();
        let settles = syncs.iter().any(|(_, sync)| sync.kind == SyncKind::Settled);
        let makes = syncs.iter().any(|&(of, sync)| of == 0 && sync.kind == SyncKind::Made);
        let lineages: Vec<Vec<usize>> = (0..all.len()).map(|at| lineage(&all, at)).collect();
        let mut releases_below = vec![settles; all.len()];
        releases_below[0] |= makes;
        for &(thread, sync) in &syncs {
            if releases(sync.kind) {
                lineages[thread].iter().for_each(|&at| releases_below[at] = true);
            }
        }
        let known = RefCell::default();
        Self {
            all,
            lineages,
            syncs,
            groups,
            acquirers,
            is_partial,
            releases_below,
            known,
            order,
            capacities,
            fresh,
        }
    }

    /// The operations on the object of one.
    fn on_same(&self, at: usize) -> &[(usize, &'t Sync)] {
        let (first, end) = self.groups[at];
        &self.syncs[first as usize..end as usize]
    }

    /// Whether the goroutine that runs the function waits for anything.
    pub(crate) fn waits_at_all(&self) -> bool {
        self.acquirers.iter().any(|&at| self.syncs[at].0 == 0)
    }

    /// Whether an access happens before a point whenever both happen.
    pub(crate) fn before(&self, thread: usize, access: &'t Access, to: Point<'_>) -> bool {
        let from = Point { thread, chain: &access.chain };
        let fresh = (self.fresh)(&access.place);
        let found = self.acquired(from, &access.locks, fresh);
        self.follows(from, &found, fresh, to)
    }

    /// Whether an access of another goroutine has happened whenever the function returns so.
    pub(crate) fn before_end(&self, thread: usize, access: &'t Access, end: &End) -> bool {
        let fresh = (self.fresh)(&access.place);
        self.ends((thread, &access.chain), &access.locks, fresh, end)
    }

    /// Whether a call in another goroutine is over whenever the function returns so.
    pub(crate) fn call_before_end(&self, thread: usize, call: &'t OpenCall, end: &End) -> bool {
        call.start.is_none() && self.ends((thread, &call.chain), &Locks::new(), None, end)
    }

    /// Whether all that a goroutine does, and those that it starts, is over whenever the function
    /// returns so.
    pub(crate) fn is_over(&self, thread: usize, end: &End) -> bool {
        let trace = self.all[thread].trace;
        trace.accesses.iter().all(|access| self.before_end(thread, access, end))
            && trace.calls.iter().all(|call| self.call_before_end(thread, call, end))
            && trace
                .spawns
                .iter()
                .all(|spawn| self.started_by(spawn).is_some_and(|below| self.is_over(below, end)))
    }

    /// Whether an access of a goroutine is never behind another of it.
    pub(crate) fn is_never_after(&self, access: &Access, other: &Access) -> bool {
        self.order.never_after(&access.chain, &other.chain, None)
    }

    /// Where the goroutine that runs the function has waited for all that one does.
    pub(crate) fn waited_for_at(&self, thread: usize) -> Vec<&'t Chain> {
        let trace = self.all[thread].trace;
        let accesses = trace.accesses.iter().map(|access| {
            let from = Point { thread, chain: &access.chain };
            self.chains(&self.acquired(from, &access.locks, (self.fresh)(&access.place)), 0)
        });
        let calls: Vec<&OpenCall> = trace.calls.iter().collect();
        let calls = (!calls.is_empty()).then(|| self.calls_waited_for_at(thread, &calls));
        let below = trace.spawns.iter().map(|spawn| {
            self.started_by(spawn).map_or(Vec::new(), |below| self.waited_for_at(below))
        });
        in_all(accesses.chain(calls).chain(below))
    }

    /// Where the goroutine that runs the function has waited for calls that one makes.
    pub(crate) fn calls_waited_for_at(
        &self,
        thread: usize,
        calls: &[&'t OpenCall],
    ) -> Vec<&'t Chain> {
        in_all(calls.iter().map(|call| {
            let from = Point { thread, chain: &call.chain };
            self.chains(&self.acquired(from, &Locks::new(), None), 0)
        }))
    }

    /// Whether all that a goroutine does, and those that it starts, is over when it is started
    /// again.
    pub(crate) fn is_over_before_next(&self, thread: usize) -> bool {
        let Some((_, start)) = outermost(&self.all, thread) else { return false };
        let to = Point { thread: 0, chain: &start.chain };
        let trace = self.all[thread].trace;
        let is_over = |chain: &'t Chain, locks: &Locks, fresh: Option<InstId>| {
            let from = Point { thread, chain };
            self.follows(from, &self.acquired(from, locks, fresh), fresh, to)
        };
        trace
            .accesses
            .iter()
            .all(|access| is_over(&access.chain, &access.locks, (self.fresh)(&access.place)))
            && trace
                .calls
                .iter()
                .all(|call| call.start.is_none() && is_over(&call.chain, &Locks::new(), None))
            && trace.spawns.iter().all(|spawn| {
                self.started_by(spawn).is_some_and(|below| self.is_over_before_next(below))
            })
    }

    /// The goroutine that is started somewhere, the first of several.
    pub(crate) fn started_by(&self, spawn: &Spawn) -> Option<usize> {
        let is_start =
            |thread: &Thread<'_>| thread.start.is_some_and(|(_, s)| std::ptr::eq(s, spawn));
        self.all.iter().position(is_start)
    }

    /// The goroutines that lead to one, outermost first, itself last.
    pub(crate) fn lineage(&self, thread: usize) -> &[usize] {
        &self.lineages[thread]
    }

    fn ends(
        &self,
        (thread, chain): (usize, &'t Chain),
        locks: &Locks,
        fresh: Option<InstId>,
        end: &End,
    ) -> bool {
        let found = self.acquired(Point { thread, chain }, locks, fresh);
        let Some(start) = self.ancestor(thread, 0) else { return false };
        let mut over = self.chains(&found, 0);
        over.extend(&start.over_at);
        let call = start.chain.site().inst;
        let handing_on = end.handing_on.iter().find(|(of, _)| *of == call);
        let handing_on = handing_on.map_or(&[][..], |(_, returns)| returns);
        self.order.passes_one_of_to_end(&over, &start.chain, handing_on, &end.failing)
    }

    /// Where a goroutine has acquired.
    fn chains(&self, found: &[usize], thread: usize) -> Vec<&'t Chain> {
        found
            .iter()
            .map(|&at| self.syncs[at])
            .filter(|(of, _)| *of == thread)
            .map(|(_, sync)| sync.passed.as_ref().unwrap_or(&sync.chain))
            .collect()
    }

    /// Where `above` starts the goroutine that is `thread`, or starts it in the end.
    fn ancestor(&self, mut thread: usize, above: usize) -> Option<&'t Spawn> {
        while let Some((parent, spawn)) = self.all[thread].start {
            if parent == above {
                return Some(spawn);
            }
            thread = parent;
        }
        None
    }

    /// The operations that cannot be over before the access has happened.
    fn acquired(&self, from: Point<'t>, locks: &Locks, fresh: Option<InstId>) -> Rc<Vec<usize>> {
        let once = locks.iter().any(|held| held.mode == Mode::Once);
        let key = (from.thread, from.chain.clone(), fresh);
        if !once && let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = Rc::new(self.find_acquired(from, locks, fresh));
        if !once {
            self.known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    fn find_acquired(&self, from: Point<'t>, locks: &Locks, fresh: Option<InstId>) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        if !self.releases_below[from.thread] {
            return found;
        }
        for &at in &self.acquirers {
            let sync = self.syncs[at].1;
            let once = sync.kind == SyncKind::OnceDone
                && locks.iter().any(|h| h.mode == Mode::Once && h.lock == sync.object);
            if once {
                found.push(at);
            }
        }
        loop {
            let before = found.len();
            for &at in &self.acquirers {
                if !found.contains(&at) && self.waits(at, from, &found, fresh) {
                    found.push(at);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Whether a point comes behind an access, given the operations that do.
    fn follows(
        &self,
        from: Point<'t>,
        found: &[usize],
        fresh: Option<InstId>,
        to: Point<'_>,
    ) -> bool {
        let mut to_thread = to.thread;
        let mut to_chain = to.chain;
        loop {
            if to_thread == from.thread {
                let fresh = if to_thread == 0 { fresh } else { None };
                if self.order.never_after(from.chain, to_chain, fresh) {
                    return true;
                }
            }
            let start = self.ancestor(from.thread, to_thread).map(|spawn| &spawn.chain);
            if self.is_joined_before(from.thread, to_thread, to_chain) {
                return true;
            }
            let passed = found.iter().any(|&at| {
                let (of, sync) = self.syncs[at];
                of == to_thread && self.has_passed(sync, start, to_chain)
            });
            if passed || self.order.passes_one_of(&self.chains(found, to_thread), start, to_chain) {
                return true;
            }
            match self.all[to_thread].start {
                Some((parent, spawn)) => {
                    to_thread = parent;
                    to_chain = &spawn.chain;
                }
                None => return false,
            }
        }
    }

    /// Whether a goroutine was over when the call returned that started it, and a point of the
    /// one that called comes behind that.
    fn is_joined_before(&self, thread: usize, above: usize, to: &Chain) -> bool {
        self.ancestor(thread, above).is_some_and(|spawn| {
            let start = Some(&spawn.chain);
            (spawn.is_over_outside(to) && self.order.never_after(&spawn.chain, to, None))
                || spawn.over_at.iter().any(|over| self.order.passes(over, start, to))
                || (spawn.over_at.len() > 1
                    && self.order.passes_one_of(
                        &spawn.over_at.iter().collect::<Vec<_>>(),
                        start,
                        to,
                    ))
        })
    }

    fn has_passed(&self, sync: &Sync, start: Option<&Chain>, to: &Chain) -> bool {
        if self.order.passes(&sync.chain, start, to) {
            return true;
        }
        match &sync.passed {
            Some(end) => {
                self.order.passes(end, start, to) && self.order.never_after(&sync.chain, to, None)
            }
            None => false,
        }
    }

    /// Whether an operation cannot be over before the access has happened.
    fn waits(&self, at: usize, from: Point<'t>, found: &[usize], fresh: Option<InstId>) -> bool {
        let (thread, sync) = self.syncs[at];
        let follows = |of: usize, r: &Sync| {
            self.follows(from, found, fresh, Point { thread: of, chain: &r.chain })
        };
        // What may end the wait: what the goroutine itself does only later does not.
        let releases = |kinds: &[SyncKind]| -> Vec<(usize, &'t Sync)> {
            self.on_same(at)
                .iter()
                .copied()
                .filter(|(of, r)| {
                    kinds.contains(&r.kind) && !self.comes_after(*of, r, thread, sync)
                })
                .collect()
        };
        // What happens only where the access does not is no matter, nor what happens to another
        // object than this.
        let made_by = (self.fresh)(&sync.object).or(fresh);
        let other_way = |of: usize, r: &Sync| {
            let leads_there = if of == from.thread {
                Some(from.chain)
            } else {
                self.ancestor(from.thread, of).map(|spawn| &spawn.chain)
            };
            let made_by = made_by.filter(|_| of == 0);
            leads_there.is_some_and(|chain| self.order.exclude(chain, &r.chain, made_by))
        };
        let all = |releases: &[(usize, &'t Sync)]| {
            releases.iter().any(|&(of, r)| follows(of, r))
                && releases.iter().all(|&(of, r)| follows(of, r) || other_way(of, r))
        };
        match sync.kind {
            SyncKind::Receive => {
                let mut releases = releases(&[SyncKind::Send, SyncKind::Close]);
                if self.capacity(&sync.object) == Some(0) {
                    // Nobody receives what he sends himself.
                    releases.retain(|(of, r)| *of != thread || r.kind == SyncKind::Close);
                }
                all(&releases)
                    || self.counted(at, &releases, 0, &follows)
                    || self.keeps_step((thread, sync), from.thread, &releases, &follows)
                    // Nobody ever sends.
                    || (releases.is_empty() && self.capacities.contains_key(&sync.object))
                    || (releases.is_empty() && self.is_unknown_yet(at, from.thread))
            }
            SyncKind::ReceiveClosed => all(&releases(&[SyncKind::Close])),
            SyncKind::Absent => all(&releases(&[SyncKind::Send, SyncKind::Close])),
            SyncKind::Send => match self.capacity(&sync.object) {
                Some(0) => {
                    let releases = releases(&[SyncKind::Receive]);
                    releases.is_empty()
                        || all(&releases)
                        || self.counted(at, &releases, 0, &follows)
                }
                // With room for so many, the others have been received.
                Some(room) => {
                    let releases = releases(&[SyncKind::Receive]);
                    self.counted(at, &releases, room, &follows)
                        || (room == 1 && self.returns_token(thread, sync, &releases, &follows))
                }
                None => false,
            },
            SyncKind::Settled => true,
            SyncKind::GroupWait => {
                // A goroutine that counts itself may come too late.
                let adds = releases(&[SyncKind::GroupAdd]);
                releases(&[SyncKind::GroupDone]).iter().any(|&(of, r)| {
                    follows(of, r)
                        && adds.iter().any(|&(adder, add)| {
                            adder != of || self.is_started_after(of, adder, add)
                        })
                })
            }
            SyncKind::Seen => {
                let mut releases = releases(&[SyncKind::Written, SyncKind::Swapped]);
                releases.retain(|(of, _)| *of != thread);
                all(&releases)
            }
            SyncKind::Swapped => {
                let mut releases = releases(&[SyncKind::Written]);
                releases.retain(|(of, _)| *of != thread);
                all(&releases)
            }
            SyncKind::CondWait => all(&releases(&[SyncKind::CondSignal])),
            SyncKind::Lock => {
                // Held already: only another's unlock lets it go on.
                let held = self.on_same(at).iter().any(|&(of, r)| {
                    r.kind == SyncKind::Lock && self.holds_until(at, (of, r), thread, sync)
                });
                held && all(&releases(&[SyncKind::Unlock]))
            }
            _ => false,
        }
    }

    /// Whether a channel is made below the function, in something that it makes, so that who sends
    /// on it later has it from what the function returns: behind all that its goroutine does.
    fn is_unknown_yet(&self, at: usize, from: usize) -> bool {
        let (thread, sync) = self.syncs[at];
        from == 0
            && thread != 0
            && (self.fresh)(&sync.object).is_some()
            && self.on_same(at).iter().any(|&(of, made)| of == 0 && made.kind == SyncKind::Made)
    }

    /// Whether an operation comes after another whenever it comes at all.
    fn comes_after(&self, thread: usize, sync: &Sync, of: usize, other: &Sync) -> bool {
        if thread == of {
            return self.order.never_after(&other.chain, &sync.chain, None);
        }
        self.ancestor(thread, of).is_some_and(|spawn| {
            self.order.never_after(&other.chain, &spawn.chain, None)
                && self.order.passes(&other.chain, None, &spawn.chain)
        })
    }

    /// Whether a goroutine that locks has the lock still when another operation begins, of its own
    /// or of a goroutine that it started.
    fn holds_until(
        &self,
        at: usize,
        (of, lock): (usize, &Sync),
        mut thread: usize,
        sync: &Sync,
    ) -> bool {
        let mut chain = &sync.chain;
        while thread != of {
            match self.all[thread].start {
                Some((parent, spawn)) => (thread, chain) = (parent, &spawn.chain),
                None => return false,
            }
        }
        let unlocked = self.on_same(at).iter().any(|&(by, r)| {
            by == of
                && r.kind == SyncKind::Unlock
                && !self.order.never_after(&r.chain, &lock.chain, None)
                && !self.order.never_after(chain, &r.chain, None)
        });
        !unlocked && self.order.passes(&lock.chain, None, chain)
    }

    /// Whether two accesses are in sections of which a channel with room for one lets only one
    /// goroutine be at a time.
    pub(crate) fn take_turns(&self, (s, a): (usize, &Access), (t, b): (usize, &Access)) -> bool {
        self.capacities.iter().any(|(channel, &room)| {
            room == Some(1)
                && self.is_between(channel, s, &a.chain)
                && self.is_between(channel, t, &b.chain)
        })
    }

    /// Whether something happens between a send on a channel and a receive from it.
    fn is_between(&self, channel: &Path, thread: usize, chain: &Chain) -> bool {
        let own = |kind: SyncKind| {
            self.syncs.iter().filter(move |(of, sync)| {
                *of == thread && sync.kind == kind && sync.object == *channel
            })
        };
        let order = self.order;
        own(SyncKind::Send).any(|(_, send)| {
            order.passes(&send.chain, None, chain)
                && !own(SyncKind::Receive).any(|(_, receive)| {
                    !order.never_after(&receive.chain, &send.chain, None)
                        && !order.never_after(chain, &receive.chain, None)
                })
        }) && own(SyncKind::Receive).any(|(_, receive)| {
            order.never_after(chain, &receive.chain, None)
                && !order.never_after(&receive.chain, chain, None)
        })
    }

    /// What orders two accesses in some executions: the object of an operation that one goroutine
    /// may do behind its access and that may end another's wait, of the other before its access.
    pub(crate) fn by_chance(
        &self,
        (s, a): (usize, &Access),
        (t, b): (usize, &Access),
    ) -> Option<Path> {
        let passes_on = |(of, from): (usize, &Access), (to, other): (usize, &Access)| {
            let mut released = self.all[of].trace.syncs.iter().filter(|sync| {
                (releases(sync.kind) || sync.kind == SyncKind::Unlock)
                    && !self.order.never_after(&sync.chain, &from.chain, None)
            });
            let acquired = |object: &Path| {
                self.all[to].trace.syncs.iter().any(|sync| {
                    acquires(sync.kind)
                        && sync.object == *object
                        && !self.order.never_after(&other.chain, &sync.chain, None)
                })
            };
            released.find(|sync| acquired(&sync.object)).map(|sync| sync.object.clone())
        };
        passes_on((s, a), (t, b)).or_else(|| passes_on((t, b), (s, a)))
    }

    /// Whether a goroutine is started only after an `Add`, in the goroutine that adds.
    fn is_started_after(&self, thread: usize, adder: usize, add: &Sync) -> bool {
        let start = self.ancestor(thread, adder);
        start.is_some_and(|spawn| self.order.passes(&add.chain, None, &spawn.chain))
    }

    fn capacity(&self, channel: &Path) -> Option<i64> {
        self.capacities.get(channel).copied().flatten()
    }
}

/// What several lists have in common.
fn in_all<'t>(mut lists: impl Iterator<Item = Vec<&'t Chain>>) -> Vec<&'t Chain> {
    let Some(mut common) = lists.next() else { return Vec::new() };
    for list in lists {
        common.retain(|chain| list.contains(chain));
    }
    common
}

/// Where the frame's goroutine starts what leads to a goroutine.
pub(crate) fn outermost<'t>(all: &[Thread<'t>], mut thread: usize) -> Option<(usize, &'t Spawn)> {
    loop {
        let (parent, spawn) = all[thread].start?;
        if parent == 0 {
            return Some((thread, spawn));
        }
        thread = parent;
    }
}

/// Whether what starts a goroutine, or one above it, starts many at a time.
pub(crate) fn starts_many(all: &[Thread<'_>], mut thread: usize) -> bool {
    while let Some((parent, spawn)) = all[thread].start {
        if spawn.start.many || (parent != 0 && spawn.count != Count::One) {
            return true;
        }
        thread = parent;
    }
    false
}

/// Whether it is another instance of a goroutine, or started by one.
pub(crate) fn is_twin(all: &[Thread<'_>], mut thread: usize) -> bool {
    loop {
        if all[thread].twin_of.is_some() {
            return true;
        }
        match all[thread].start {
            Some((parent, _)) => thread = parent,
            None => return false,
        }
    }
}

/// The goroutines that lead to one, outermost first, itself last.
fn lineage(all: &[Thread<'_>], mut thread: usize) -> Vec<usize> {
    let mut found = vec![thread];
    while let Some((parent, _)) = all[thread].start {
        found.push(parent);
        thread = parent;
    }
    found.reverse();
    found
}

/// Whether an operation may wait for others.
fn acquires(kind: SyncKind) -> bool {
    matches!(
        kind,
        SyncKind::Send
            | SyncKind::Receive
            | SyncKind::ReceiveClosed
            | SyncKind::Absent
            | SyncKind::GroupWait
            | SyncKind::OnceDone
            | SyncKind::Seen
            | SyncKind::Swapped
            | SyncKind::Settled
            | SyncKind::Lock
            | SyncKind::CondWait
    )
}

/// Whether an operation may wait for others, given all on its object. Locks order nothing where
/// each goroutine that unlocks has locked before.
fn may_wait(kind: SyncKind, all: &[(usize, &Sync)]) -> bool {
    let has = |thread: usize, kind: SyncKind| {
        all.iter().any(|(of, sync)| *of == thread && sync.kind == kind)
    };
    match kind {
        SyncKind::Lock => {
            all.iter().any(|(of, sync)| sync.kind == SyncKind::Unlock && !has(*of, SyncKind::Lock))
        }
        kind => acquires(kind),
    }
}

/// Whether an operation may end the waiting of others, other than of its kind.
fn releases(kind: SyncKind) -> bool {
    matches!(
        kind,
        SyncKind::Send
            | SyncKind::Receive
            | SyncKind::Close
            | SyncKind::GroupDone
            | SyncKind::OnceDone
            | SyncKind::Written
            | SyncKind::Swapped
            | SyncKind::Unlock
            | SyncKind::CondSignal
            | SyncKind::Settled
    )
}

/// The operations on objects for which one goroutine may wait and another release, or on channels
/// made here, those on one object together, with the range of these by operation.
fn useful<'t>(
    all: &[Thread<'t>],
    capacities: &FxHashMap<Path, Option<i64>>,
    own: &dyn Fn(usize, &Sync) -> bool,
    is_partial: &mut [bool],
) -> Grouped<'t> {
    let mut numbers: FxHashMap<&Path, usize> = FxHashMap::default();
    let mut lists: Vec<Vec<(usize, &'t Sync)>> = Vec::new();
    for (at, thread) in all.iter().enumerate() {
        for sync in thread.trace.syncs.iter().filter(|sync| own(at, sync)) {
            let number = *numbers.entry(&sync.object).or_insert_with(|| {
                lists.push(Vec::new());
                lists.len() - 1
            });
            lists[number].push((at, sync));
        }
    }
    let mut syncs = Vec::new();
    let mut groups = Vec::new();
    for list in lists {
        let Some(&(thread, first)) = list.first() else { continue };
        let several = list.iter().any(|(of, _)| *of != thread)
            && list.iter().any(|(_, sync)| acquires(sync.kind))
            && list.iter().any(|(_, sync)| releases(sync.kind));
        let settles = list.iter().any(|(_, sync)| sync.kind == SyncKind::Settled);
        let made = list.iter().any(|(of, sync)| *of == 0 && sync.kind == SyncKind::Made)
            && list.iter().any(|(of, sync)| *of != 0 && sync.kind == SyncKind::Receive);
        if !(several || settles || made || capacities.contains_key(&first.object)) {
            continue;
        }
        // What is only done once is found in one step, however often it is asked for.
        if list.len() > LONGEST && list.iter().any(|(_, sync)| sync.kind != SyncKind::OnceDone) {
            list.iter().for_each(|&(of, _)| is_partial[of] = true);
            continue;
        }
        let range = (syncs.len() as u32, (syncs.len() + list.len()) as u32);
        groups.extend(std::iter::repeat_n(range, list.len()));
        syncs.extend(list);
    }
    (syncs, groups)
}
