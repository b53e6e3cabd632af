//! What is waited for by counting: as many are received as are sent, one for each goroutine.

use super::{Threads, is_twin};
use crate::chain::Chain;
use crate::event::{Access, Count, Spawn, Sync, SyncKind};
use crate::path::Path;

impl<'t> Threads<'t, '_, '_> {
    /// Whether a goroutine receives in a loop what another sends behind an access: it may receive
    /// as often as goroutines were started, which it counts in a way that is not followed.
    pub(crate) fn may_have_received(
        &self,
        (s, a): (usize, &Access),
        (t, b): (usize, &Access),
    ) -> bool {
        let Some(start) = self.ancestor(s, t).map(|spawn| &spawn.chain) else { return false };
        let order = self.order;
        self.syncs.iter().any(|&(of, receive)| {
            of == t
                && receive.kind == SyncKind::Receive
                && receive.count == Count::Any
                // One arm of several waits for nobody in particular.
                && receive.chain.innermost().turn != 0
                && !order.never_after(&receive.chain, start, None)
                && !order.never_after(&b.chain, &receive.chain, None)
                && self.syncs.iter().any(|&(by, send)| {
                    by == s
                        && send.kind == SyncKind::Send
                        && send.object == receive.object
                        && order.never_after(&a.chain, &send.chain, None)
                })
        })
    }

    /// Whether a loop starts goroutines that send once each, and receives once for each of them
    /// before it starts the next: behind a receive, the last one has sent.
    pub(super) fn keeps_step(
        &self,
        (thread, receive): (usize, &Sync),
        from: usize,
        releases: &[(usize, &'t Sync)],
        follows: &dyn Fn(usize, &Sync) -> bool,
    ) -> bool {
        let started = |of: usize| self.all[of].start.filter(|(parent, _)| *parent == thread);
        let Some((_, spawn)) = started(from) else { return false };
        let receives: Vec<&Chain> = self
            .syncs
            .iter()
            .filter(|(of, sync)| {
                *of == thread && sync.kind == SyncKind::Receive && sync.object == receive.object
            })
            .map(|(_, sync)| &sync.chain)
            .collect();
        let (order, start) = (self.order, Some(&spawn.chain));
        self.capacity(&receive.object).is_some()
            && !spawn.start.many
            && releases.iter().any(|&(of, r)| of == from && follows(of, r))
            && releases.iter().all(|&(of, r)| {
                started(of).is_some_and(|(_, other)| std::ptr::eq(other, spawn))
                    && r.kind == SyncKind::Send
                    && r.count == Count::One
                    && (of != from || follows(of, r))
                    && releases.iter().all(|&(by, other)| {
                        by != of
                            || std::ptr::eq(r, other)
                            || order.exclude(&r.chain, &other.chain, None)
                    })
            })
            && (receives.iter().any(|chain| order.passes(chain, start, &spawn.chain))
                || order.passes_one_of(&receives, start, &spawn.chain))
    }

    /// Whether a channel with room for one holds a token that each goroutine returns that was
    /// started with it: then a send comes behind what the goroutines before have done.
    pub(super) fn returns_token(
        &self,
        thread: usize,
        send: &Sync,
        releases: &[(usize, &'t Sync)],
        follows: &dyn Fn(usize, &Sync) -> bool,
    ) -> bool {
        // The one that starts them may take it in several places.
        let sends: Vec<&Chain> = self
            .syncs
            .iter()
            .filter(|(of, sync)| {
                *of == thread && sync.kind == SyncKind::Send && sync.object == send.object
            })
            .map(|(_, sync)| &sync.chain)
            .collect();
        let takes = |spawn: &Spawn| {
            self.order.passes(&send.chain, None, &spawn.chain)
                || self.order.passes_one_of(&sends, None, &spawn.chain)
        };
        let mut own = releases.iter().filter(|(of, _)| !is_twin(&self.all, *of)).peekable();
        own.peek().is_some()
            && own.all(|&(of, receive)| {
                follows(of, receive)
                    && self.all[of]
                        .start
                        .is_some_and(|(parent, spawn)| parent == thread && takes(spawn))
            })
    }

    /// Whether by this receive as many have been received as are ever sent; by this send, `room`
    /// more sent than are ever received.
    pub(super) fn counted(
        &self,
        at: usize,
        releases: &[(usize, &'t Sync)],
        room: i64,
        follows: &dyn Fn(usize, &Sync) -> bool,
    ) -> bool {
        let (thread, sync) = self.syncs[at];
        if releases.iter().any(|(_, r)| r.kind == SyncKind::Close)
            || !releases.iter().any(|&(of, r)| follows(of, r))
        {
            return false;
        }
        let mut sent = Total { number: room, more: Vec::new() };
        for (number, &(of, release)) in releases.iter().enumerate() {
            // The twin of a goroutine is counted with it, and so is what it does instead.
            let instead = |&(by, other): &(usize, &Sync)| {
                by == of
                    && other.count == release.count
                    && self.order.exclude(&other.chain, &release.chain, None)
            };
            if is_twin(&self.all, of) || releases[..number].iter().any(instead) {
                continue;
            }
            if !sent.add(&self.times(of, &release.count)) {
                return false;
            }
        }
        let mut received = Total::default();
        for &(of, other) in self.on_same(at) {
            if of != thread || other.kind != sync.kind {
                continue;
            }
            let here = std::ptr::eq(other, sync);
            if (here || self.has_passed(other, None, &sync.chain)) && !received.add(&other.count) {
                return false;
            }
        }
        received.covers(&sent)
    }

    /// How often something happens in all instances of a goroutine together.
    fn times(&self, mut thread: usize, count: &Count) -> Count {
        let mut total = count.clone();
        while let Some((parent, spawn)) = self.all[thread].start {
            total = match (total, &spawn.count) {
                (total, Count::One) => total,
                (Count::One, count) => count.clone(),
                (Count::Times(a), Count::Times(b)) => {
                    a.checked_mul(*b).map_or(Count::Any, Count::Times)
                }
                _ => Count::Any,
            };
            thread = parent;
        }
        total
    }
}

/// A sum of counts.
#[derive(Default)]
struct Total {
    number: i64,
    more: Vec<(Path, bool)>,
}

impl Total {
    fn add(&mut self, count: &Count) -> bool {
        match count {
            Count::One => self.number += 1,
            Count::Times(times) => self.number = self.number.saturating_add(*times),
            Count::Upto(path, length) => self.more.push((path.clone(), *length)),
            Count::Any => return false,
        }
        true
    }

    fn covers(&self, other: &Self) -> bool {
        let mut have = self.more.clone();
        let all = other.more.iter().all(|needed| {
            let at = have.iter().position(|had| had == needed);
            at.map(|at| have.swap_remove(at)).is_some()
        });
        all && self.number >= other.number
    }
}
