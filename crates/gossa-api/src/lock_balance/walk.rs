//! One look at a function for one lock: the states in which it can be where the function ends.

use super::key::{Key, Root, key_of};
use super::{Effect, Effects, Imbalance, LockBalance, LockFault, Mode, is_lock};
use crate::func::{Block, Func, Inst, Value};
use crate::op::Op;
use crate::outcome::recovering;
use gossa_ssa::UnaryOp;

/// The states in which a lock may be: a bit for each pair of how it is held (not, for writing, for
/// reading) and which unlock is deferred (none, for writers, for readers, perhaps one).
pub(super) type States = u16;

pub(super) const fn state(held: u16, pending: u16) -> States {
    1 << (held * 4 + pending)
}

pub(super) fn each(states: States, mut f: impl FnMut(u16, u16) -> States) -> States {
    let mut found = 0;
    for held in 0..3 {
        for pending in 0..4 {
            if states & state(held, pending) != 0 {
                found |= f(held, pending);
            }
        }
    }
    found
}

pub(super) fn all(states: States, f: impl Fn(u16, u16) -> bool) -> bool {
    each(states, |held, pending| if f(held, pending) { 0 } else { 1 }) == 0
}

/// The states of one lock, by the names that it has: bits for those of [`Walk::names`].
type Named = Vec<(u32, States)>;

/// The bit of the name under which the lock is looked at.
const OWN: u32 = 1;

/// Adds states; gives whether there was something new.
fn join(all: &mut Named, names: u32, states: States) -> bool {
    match all.binary_search_by_key(&names, |(names, _)| *names) {
        Ok(at) => {
            let known = all[at].1;
            all[at].1 |= states;
            known != all[at].1
        }
        Err(at) => {
            all.insert(at, (names, states));
            true
        }
    }
}

/// One look at a function for one lock.
///
/// The lock is followed under all names that it gets: where a variable that is assigned to takes
/// over what another one holds, what is done to a lock by either name is done to the same.
pub(super) struct Walk<'w, 'p> {
    all: &'w LockBalance<'p>,
    func: Func<'p>,
    /// The first is that by which it is locked.
    names: Vec<Key<'p>>,
    effects: &'w Effects<'p>,
    /// The states at returns, and at panics that a deferred call stops, with the names.
    pub(super) ends: Vec<(Inst<'p>, u32, States)>,
    /// Whether it unlocks what it has not locked.
    pub(super) enters_locked: bool,
    /// Loops that lock again, and loops that keep one lock more each time: the deferred unlock.
    again: Vec<(Imbalance, Inst<'p>)>,
}

impl<'w, 'p> Walk<'w, 'p> {
    pub(super) fn new(
        all: &'w LockBalance<'p>,
        func: Func<'p>,
        key: &Key<'p>,
        effects: &'w Effects<'p>,
    ) -> Self {
        let (ends, again) = (Vec::new(), Vec::new());
        let names = key.names(&effects.keys);
        Self { all, func, names, effects, ends, enters_locked: false, again }
    }

    pub(super) fn run(&mut self, start: States) {
        self.ends.clear();
        self.again.clear();
        let blocks: Vec<Block<'p>> = self.func.blocks().collect();
        let mut at: Vec<Named> = vec![Named::new(); blocks.len()];
        let Some(first) = at.first_mut() else { return };
        first.push((OWN, start));
        let mut work = vec![0];
        while let Some(block) = work.pop() {
            let entering = at[block].clone();
            for (next, named) in self.block(blocks[block], entering, false) {
                let known = &mut at[next.index()];
                let mut grows = false;
                for (names, states) in named {
                    grows |= join(known, names, states);
                }
                if grows {
                    work.push(next.index());
                }
            }
        }
        for (block, named) in blocks.into_iter().zip(at).filter(|(_, named)| !named.is_empty()) {
            self.block(block, named, true);
        }
    }

    /// Follows a block; gives what its successors begin with.
    fn block(&mut self, block: Block<'p>, mut named: Named, note: bool) -> Vec<(Block<'p>, Named)> {
        for inst in block.insts() {
            for at in 0..self.names.len() {
                if self.names[at].values().any(|value| value.definition() == Some(inst)) {
                    named = self.renewed(named, at, note);
                }
            }
            for (key, effect) in self.effects.by_inst.get(&inst).into_iter().flatten() {
                let Some(bit) = self.bit(key) else { continue };
                let mut after = Named::new();
                for (names, states) in named {
                    let has = names & bit != 0;
                    let states = if has { self.apply(*effect, states, note) } else { states };
                    join(&mut after, names, states);
                }
                named = after;
            }
            let ends = match inst.op() {
                Op::Return(_) => note,
                Op::Panic(_) => note && self.is_survived(inst),
                _ => false,
            };
            if ends {
                self.ends.extend(named.iter().map(|&(names, states)| (inst, names, states)));
            }
        }
        let Some(last) = block.insts().last() else { return Vec::new() };
        let mut found: Vec<(Block<'p>, Named)> = match last.op() {
            Op::Jump { block: next, args } => {
                vec![(next, self.entering(next, &args, named, note))]
            }
            _ => {
                let next = block.successors().into_iter();
                next.map(|next| (next, self.entering(next, &[], named.clone(), note))).collect()
            }
        };
        if let Op::Branch { cond, then, otherwise } = last.op()
            && let Some((bit, mode, holds)) = self.tried(cond)
        {
            let taken = if holds { then } else { otherwise };
            for (next, named) in &mut found {
                if *next == taken && then != otherwise {
                    for (_, states) in named.iter_mut().filter(|(names, _)| names & bit != 0) {
                        *states = each(*states, |_, pending| state(mode as u16, pending));
                    }
                }
            }
        }
        found
    }

    /// The bit of a name.
    fn bit(&self, key: &Key<'p>) -> Option<u32> {
        self.names.iter().position(|name| name == key).map(|at| 1 << at)
    }

    /// What a block begins with, whose parameters are these arguments.
    fn entering(
        &mut self,
        block: Block<'p>,
        args: &[Value<'p>],
        named: Named,
        note: bool,
    ) -> Named {
        let begins = |name: &Key<'p>| name.values().any(|value| value.param_of() == Some(block));
        if !self.names.iter().any(begins) {
            return named;
        }
        // The names that the parameters' locks had before.
        let mut before = vec![None; self.names.len()];
        let mut begun = 0;
        for (at, name) in self.names.iter().enumerate().filter(|(_, name)| begins(name)) {
            begun |= 1 << at;
            if let Root::Value(root) = name.root
                && let Some(param) = block.params().position(|param| param == root)
            {
                before[at] = args.get(param).and_then(|&arg| self.bit(&name.behind(arg)));
            }
        }
        let mut after = Named::new();
        for (names, states) in named {
            let mut now = names & !begun;
            for (at, before) in before.iter().enumerate() {
                if before.is_some_and(|bit| names & bit != 0) {
                    now |= 1 << at;
                }
            }
            self.keep(&mut after, (names, now), states, note);
        }
        if begun & OWN != 0 && !after.iter().any(|(names, _)| names & OWN != 0) {
            // Names that begin at a parameter mean something else behind it.
            let other = before[0].filter(|bit| bit & begun == 0).unwrap_or(0);
            join(&mut after, OWN | other, state(0, 0));
        }
        after
    }

    /// Another lock from here on by one of the names: that of the next round of a loop.
    fn renewed(&mut self, named: Named, at: usize, note: bool) -> Named {
        let mut after = Named::new();
        for (names, states) in named {
            self.keep(&mut after, (names, names & !(1 << at)), states, note);
        }
        if at == 0 {
            join(&mut after, OWN, state(0, 0));
        }
        after
    }

    /// Follows a lock under the names that it has left. One that has none, or none but others and
    /// is not held, is not looked at any more.
    fn keep(&mut self, after: &mut Named, (before, now): (u32, u32), states: States, note: bool) {
        let keeps = state(1, 1) | state(2, 2) | state(1, 2) | state(2, 1);
        if note && before & OWN != 0 && now & OWN == 0 && states & keeps != 0 {
            self.loop_keeps(Imbalance::PilesUp);
        }
        if now & OWN != 0 || (now != 0 && states & !state(0, 0) != 0) {
            join(after, now, states);
        }
    }

    fn tried(&self, mut cond: Value<'p>) -> Option<(u32, Mode, bool)> {
        let mut holds = true;
        loop {
            if let Some((key, mode)) = self.effects.tried.get(&cond) {
                return Some((self.bit(key)?, *mode, holds));
            }
            match cond.definition()?.op() {
                Op::Narrow { x, .. } => cond = x,
                Op::Unary { op: UnaryOp::Not, x } => {
                    holds = !holds;
                    cond = x;
                }
                _ => return None,
            }
        }
    }

    fn loop_keeps(&mut self, kind: Imbalance) {
        let defer = self.defers().find(|defer| defer.reaches(*defer));
        self.again.extend(defer.map(|defer| (kind, defer)));
    }

    fn defers(&self) -> impl Iterator<Item = Inst<'p>> + '_ {
        self.func.insts().filter(|inst| {
            self.effects.by_inst.get(inst).into_iter().flatten().any(|(key, effect)| {
                matches!(effect, Effect::DeferUnlock(_) | Effect::DeferMayUnlock)
                    && self.bit(key).is_some()
            })
        })
    }

    fn apply(&mut self, effect: Effect, states: States, note: bool) -> States {
        match effect {
            Effect::Lock(mode) => {
                let again = |held: u16, pending: u16| {
                    held != 0 && matches!(pending, 1 | 2) && (held == 1 || mode == Mode::Exclusive)
                };
                if note && states != 0 && !all(states, |held, pending| !again(held, pending)) {
                    self.loop_keeps(Imbalance::LockedAgain);
                }
                each(states, |_, pending| state(mode as u16, pending))
            }
            Effect::MayLock(mode) => states | each(states, |_, p| state(mode as u16, p)),
            Effect::Unlock(_) => {
                self.enters_locked |= states != 0 && all(states, |held, p| held == 0 && p == 0);
                each(states, |_, pending| state(0, pending))
            }
            Effect::MayUnlock => states | each(states, |_, pending| state(0, pending)),
            Effect::DeferUnlock(mode) => each(states, |held, _| state(held, mode as u16)),
            Effect::DeferMayUnlock => each(states, |held, _| state(held, 3)),
        }
    }

    /// Whether what holds the lock is returned: who gets it unlocks it.
    fn returns_owner(&self, end: Inst<'p>, names: u32) -> bool {
        let Op::Return(results) = end.op() else { return false };
        results.into_iter().any(|result| {
            let owner = key_of(result);
            let is_behind =
                |name: &Key<'p>| owner.root == name.root && name.steps.starts_with(&owner.steps);
            self.named(names).any(is_behind)
        })
    }

    /// The names that a lock has.
    fn named(&self, names: u32) -> impl Iterator<Item = &Key<'p>> {
        self.names
            .iter()
            .enumerate()
            .filter(move |(at, _)| names & (1 << at) != 0)
            .map(|(_, name)| name)
    }

    /// Whether a panic ends in this function.
    fn is_survived(&self, panic: Inst<'p>) -> bool {
        recovering(&self.all.endings, &self.all.targets, panic).is_some()
    }

    /// Whether something has such an effect on the lock, by whatever name.
    fn has(&self, is: impl Fn(&Effect) -> bool + Copy) -> bool {
        self.names.iter().any(|name| self.effects.has(name, is))
    }

    pub(super) fn judge(&self, faults: &mut Vec<LockFault<'p>>) {
        let locks = |inst: &Inst<'p>| {
            self.effects
                .by_inst
                .get(inst)
                .into_iter()
                .flatten()
                .any(|(key, effect)| *key == self.names[0] && is_lock(effect))
        };
        let locked_at = self.func.insts().find(locks);
        let mut fault = |kind, deferred_at, ends_at, locked_at| {
            let lock = self.names[0].text(self.func);
            faults.push(LockFault { kind, lock, locked_at, deferred_at, ends_at });
        };
        for &(kind, defer) in &self.again {
            fault(kind, Some(defer), None, locked_at);
        }
        if !self.again.is_empty() {
            return;
        }
        let unlocks =
            self.has(|effect| matches!(effect, Effect::Unlock(_) | Effect::DeferUnlock(_)));
        for &(end, names, states) in self.ends.iter().filter(|(_, _, states)| *states != 0) {
            let pending = |_, pending: u16| matches!(pending, 1 | 2);
            if all(states, pending) {
                let defer = self.defers().find(|defer| defer.reaches(end));
                let sometimes = self.has(|effect| {
                    // What a callee says of what it has done is not known here.
                    matches!(effect, Effect::MayLock(_) | Effect::MayUnlock)
                });
                if states & (state(0, 1) | state(0, 2)) != 0 {
                    if sometimes {
                        continue;
                    }
                    fault(Imbalance::NotHeld, defer, Some(end), locked_at);
                } else if all(states, |held, pending| held != pending) {
                    fault(Imbalance::WrongKind, defer, Some(end), locked_at);
                }
            } else if all(states, |held, pending| held != 0 && pending == 0)
                && unlocks
                && !self.returns_owner(end, names)
                && !self.named(names).any(|name| self.all.is_handed_over(self.func, name))
            {
                let mut nearest = self.func.insts().filter(locks).filter(|lock| lock.reaches(end));
                fault(Imbalance::Held, None, Some(end), nearest.next_back().or(locked_at));
            }
        }
    }
}
