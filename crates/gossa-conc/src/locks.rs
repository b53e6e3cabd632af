//! Which locks are held where, in one function: what holds on every way to an instruction.

use crate::event::{Held, Locks};
use crate::known::Mode;
use crate::live::for_each_live_successor;
use crate::path::Path;
use gossa_ssa::{BlockId, Body, Inst, InstId};

/// What an instruction does to the locks that are held.
pub(crate) type Effect<'x> = dyn FnMut(InstId, &mut Locks) + 'x;

/// The locks held at the beginning of each block, where that can be reached; those that `effect`
/// adds and removes instruction by instruction. `on_branch` says what holds on one side of a
/// branch only, `is_dead` whether control never leaves it that way.
pub(crate) fn held_at_blocks(
    body: &Body,
    effect: &mut Effect<'_>,
    on_branch: &dyn Fn(InstId, BlockId) -> Option<Held>,
    is_dead: &dyn Fn(InstId, BlockId) -> bool,
) -> Vec<Option<Locks>> {
    let mut states: Vec<Option<Locks>> = vec![None; body.blocks.len()];
    states[Body::ENTRY.index()] = Some(Locks::new());
    let mut work: Vec<BlockId> = vec![Body::ENTRY];
    while let Some(block) = work.pop() {
        let Some(mut state) = states[block.index()].clone() else { continue };
        for inst in body.insts_of(block) {
            effect(inst, &mut state);
        }
        let last = body.terminator(block);
        for_each_live_successor(body, block, |next| {
            if is_dead(last, next) {
                return;
            }
            let mut state = state.clone();
            if matches!(body[last], Inst::Branch { .. })
                && let Some(held) = on_branch(last, next)
            {
                acquire(&mut state, held);
            }
            let known = &mut states[next.index()];
            match known {
                None => {
                    *known = Some(state);
                    work.push(next);
                }
                Some(known) => {
                    let before = known.len();
                    known.retain(|held| state.contains(held));
                    if known.len() != before {
                        work.push(next);
                    }
                }
            }
        });
    }
    states
}

/// Adds a lock. One that was released although it was not taken here is the caller's again, which
/// is as if nothing had happened to it.
pub(crate) fn acquire(locks: &mut Locks, held: Held) {
    let before = locks.len();
    locks.retain(|known| known.mode != Mode::Released || known.lock != held.lock);
    let given_back = locks.len() != before && held.mode == Mode::Exclusive;
    if !given_back && !locks.contains(&held) {
        locks.push(held);
    }
}

/// Removes a lock; notes that it is gone if it was not taken here.
pub(crate) fn release(locks: &mut Locks, lock: &Path) {
    let before = locks.len();
    locks.retain(|held| held.lock != *lock);
    if locks.len() == before {
        locks.push(Held { lock: lock.clone(), mode: Mode::Released });
    }
}

/// The locks of a callee's access, in the caller, which holds `outer` where it calls.
pub(crate) fn under(mut locks: Locks, outer: &Locks) -> Locks {
    for held in outer.iter().filter(|held| held.mode != Mode::Released) {
        if let Some(at) =
            locks.iter().position(|known| known.mode == Mode::Released && known.lock == held.lock)
        {
            locks.remove(at);
        } else if !locks.contains(held) {
            locks.push(held.clone());
        }
    }
    locks
}

/// What goroutines have of what holds where they are started.
pub(crate) fn inherited(locks: &Locks) -> Locks {
    let mode = |mode| match mode {
        Mode::Once | Mode::OnceStarted => Some(Mode::OnceStarted),
        Mode::Done => Some(Mode::Done),
        _ => None,
    };
    locks
        .iter()
        .filter_map(|held| Some(Held { lock: held.lock.clone(), mode: mode(held.mode)? }))
        .collect()
}

/// Whether one lock held in these ways keeps two accesses apart.
fn modes_exclude(a: Mode, b: Mode) -> bool {
    match (a, b) {
        // Only one call runs the function of a `sync.Once`, and what that starts may last.
        (Mode::Once | Mode::OnceStarted, Mode::Once | Mode::OnceStarted) => true,
        (Mode::OnceStarted | Mode::Done, Mode::OnceStarted | Mode::Done) => false,
        (a, b) => (a, b) != (Mode::Shared, Mode::Shared),
    }
}

/// Whether two accesses under these locks cannot be at the same time.
pub(crate) fn exclude(a: &Locks, b: &Locks) -> bool {
    let held = |held: &&Held| !matches!(held.mode, Mode::Released | Mode::Token);
    a.iter()
        .filter(held)
        .any(|x| b.iter().filter(held).any(|y| x.lock == y.lock && modes_exclude(x.mode, y.mode)))
}
