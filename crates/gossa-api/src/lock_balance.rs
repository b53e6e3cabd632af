//! Whether functions unlock what they lock: on every way, once, and the way it was locked.
//!
//! For each lock that a function touches, by how it gets at it (`s.mu`), the states are followed in
//! which control can be: locked or not, and with what unlock deferred, both together, so that what
//! is locked and deferred on one way only stays together. A variable that goes from lock to lock is
//! another name of the lock that it has come to. Callees count by what they do to locks
//! that the caller can name: helpers that lock, that unlock, and that do so sometimes. A function
//! that returns with a lock held is a helper itself if somebody who calls it unlocks.

mod key;
mod walk;

use crate::func::{Func, Inst, Value};
use crate::op::{Call, Callee, Op};
use crate::outcome::Endings;
use crate::targets::Targets;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use key::{Key, key_of};
use std::cell::RefCell;
use std::rc::Rc;
use walk::{States, Walk, all, state};

/// What is wrong with how a function unlocks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Imbalance {
    /// It ends with the lock held on some way, and unlocks on another.
    Held,
    /// A deferred unlock runs where the lock is not held.
    NotHeld,
    /// A deferred unlock is for readers and the lock is held for writing, or the other way round.
    WrongKind,
    /// A loop locks again what a deferred call has not unlocked yet.
    LockedAgain,
    /// A loop keeps the locks of all its rounds until the function ends.
    PilesUp,
    /// What is unlocked by a deferred call is another lock than the one just locked.
    OtherLock,
}

/// Where a function does not unlock what it locks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LockFault<'p> {
    /// What is wrong.
    pub kind: Imbalance,
    /// The lock, as a Go programmer would write it.
    pub lock: String,
    /// The call that locks, if there is one in the function.
    pub locked_at: Option<Inst<'p>>,
    /// The `defer` that unlocks.
    pub deferred_at: Option<Inst<'p>>,
    /// Where the function ends in that state: a return, or a panic that a deferred call stops.
    pub ends_at: Option<Inst<'p>>,
}

/// Answers about how functions unlock: see [`ProgramPass::lock_balance`].
pub struct LockBalance<'p> {
    targets: Targets<'p>,
    endings: Endings<'p>,
    /// Functions that may touch locks that their callers know.
    near: FxHashSet<Func<'p>>,
    summaries: RefCell<FxHashMap<Func<'p>, Rc<Vec<Change<'p>>>>>,
}

/// How a lock is held, or unlocked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Mode {
    Exclusive = 1,
    Shared = 2,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Effect {
    Lock(Mode),
    Unlock(Mode),
    /// Locks, or does not.
    MayLock(Mode),
    MayUnlock,
    DeferUnlock(Mode),
    DeferMayUnlock,
}

/// What a function does to a lock that its caller can name.
#[derive(Clone, Debug)]
struct Change<'p> {
    key: Key<'p>,
    effect: Effect,
}

/// The effects of a function's instructions.
struct Effects<'p> {
    by_inst: FxHashMap<Inst<'p>, Vec<(Key<'p>, Effect)>>,
    /// Locks that are taken where a call has returned true.
    tried: FxHashMap<Value<'p>, (Key<'p>, Mode)>,
    keys: Vec<Key<'p>>,
    /// Locks that something else may unlock: a function literal that is kept.
    loose: FxHashSet<Key<'p>>,
}

/// More locks than this are not looked at in one function.
const LOCKS: usize = 12;
/// How far up callers of functions that lock are looked for.
const LEVELS: usize = 3;

impl<'p> ProgramPass<'p> {
    /// Whether functions unlock what they lock. Costs what calls `sync.Mutex` and its like, and
    /// what calls that.
    #[must_use]
    pub fn lock_balance(&self) -> LockBalance<'p> {
        let is_lock = |func: &Func<'p>| {
            func.package() == "sync"
                && func.declared_name().is_some_and(|name| known(&name).is_some())
        };
        let mut level: Vec<Func<'p>> = self.program().functions().filter(is_lock).collect();
        let by_interface = self.search(|func, found| {
            let locks = |inst: Inst<'p>| {
                inst.call().is_some_and(|call| match call.callee() {
                    Callee::Interface { method, .. } => matches!(method.name, "Lock" | "Unlock"),
                    _ => false,
                })
            };
            found.extend((func.is_requested() && func.insts().any(locks)).then_some(func));
        });
        let mut near: FxHashSet<Func<'p>> = by_interface.iter().copied().collect();
        level.extend(by_interface);
        for _ in 0..=LEVELS {
            let mut next: Vec<Func<'p>> = Vec::new();
            for func in level {
                for site in func.static_callers() {
                    if near.insert(site.func()) {
                        next.push(site.func());
                    }
                }
            }
            level = next;
        }
        LockBalance {
            targets: self.targets(),
            endings: self.endings(),
            near,
            summaries: RefCell::default(),
        }
    }
}

/// What a function of `sync` does to its receiver.
fn known(name: &str) -> Option<Effect> {
    Some(match name {
        "sync.Mutex.Lock" | "sync.RWMutex.Lock" => Effect::Lock(Mode::Exclusive),
        "sync.RWMutex.RLock" => Effect::Lock(Mode::Shared),
        "sync.Mutex.Unlock" | "sync.RWMutex.Unlock" => Effect::Unlock(Mode::Exclusive),
        "sync.RWMutex.RUnlock" => Effect::Unlock(Mode::Shared),
        "sync.Mutex.TryLock" | "sync.RWMutex.TryLock" => Effect::MayLock(Mode::Exclusive),
        "sync.RWMutex.TryRLock" => Effect::MayLock(Mode::Shared),
        _ => return None,
    })
}

impl<'p> LockBalance<'p> {
    /// The functions that lock or unlock, or call such.
    #[must_use]
    pub fn touches(&self, func: Func<'p>) -> bool {
        self.near.contains(&func)
    }

    /// Where a function does not unlock what it locks.
    #[must_use]
    pub fn faults(&self, func: Func<'p>) -> Vec<LockFault<'p>> {
        let effects = self.effects(func);
        let mut faults = Vec::new();
        for key in effects.keys.iter().take(LOCKS) {
            if effects.loose.contains(key) {
                continue;
            }
            if !effects.has(key, is_lock) && !effects.tried.values().any(|(tried, _)| tried == key)
            {
                continue;
            }
            let mut walk = Walk::new(self, func, key, &effects);
            walk.run(state(0, 0));
            if !walk.enters_locked {
                walk.judge(&mut faults);
            }
        }
        self.other_locks(func, &effects, &mut faults);
        faults.sort_by_key(|fault| {
            let at = |inst: Option<Inst<'p>>| inst.map(Inst::index);
            (fault.kind, at(fault.deferred_at), at(fault.locked_at), at(fault.ends_at))
        });
        faults.dedup_by(|a, b| {
            (a.kind, a.deferred_at, a.locked_at) == (b.kind, b.deferred_at, b.locked_at)
        });
        faults
    }

    /// One lock is locked and stays so, and in the next statement the unlock of another is deferred
    /// that nothing locks.
    fn other_locks(&self, func: Func<'p>, effects: &Effects<'p>, faults: &mut Vec<LockFault<'p>>) {
        let unlocks = |effect: &Effect| !is_lock(effect);
        for inst in func.insts() {
            let Some([(locked, Effect::Lock(_))]) =
                effects.by_inst.get(&inst).map(|list| &list[..])
            else {
                continue;
            };
            let Some(defer) = effects.next(inst) else { continue };
            let Some([(key, Effect::DeferUnlock(_))]) =
                effects.by_inst.get(&defer).map(|list| &list[..])
            else {
                continue;
            };
            if key != locked
                && !effects.has(key, is_lock)
                && !effects.has(locked, unlocks)
                && !effects.loose.contains(locked)
                && !self.is_handed_over(func, locked)
            {
                faults.push(LockFault {
                    kind: Imbalance::OtherLock,
                    lock: key.text(func),
                    locked_at: Some(inst),
                    deferred_at: Some(defer),
                    ends_at: None,
                });
            }
        }
    }

    /// Whether somebody who calls a function unlocks what it leaves locked.
    fn is_handed_over(&self, func: Func<'p>, key: &Key<'p>) -> bool {
        if !key.is_known_outside() {
            return false;
        }
        self.targets.callers(func).into_iter().any(|site| {
            let Some(args) = arguments(site, func) else { return true };
            let Some(key) = key.in_caller(&args) else { return true };
            let effects = self.effects(site.func());
            effects.loose.contains(&key)
                || effects
                    .has(&key, |effect| !matches!(effect, Effect::Lock(_) | Effect::MayLock(_)))
        })
    }

    /// What a function does to locks that its callers know.
    fn summary(&self, func: Func<'p>) -> Rc<Vec<Change<'p>>> {
        if let Some(known) = self.summaries.borrow().get(&func) {
            return known.clone();
        }
        // Functions that call themselves do what they do without that.
        self.summaries.borrow_mut().insert(func, Rc::default());
        let effects = self.effects(func);
        let mut changes = Vec::new();
        for key in effects.keys.iter().filter(|key| key.is_known_outside()).take(LOCKS) {
            if effects.loose.contains(key) {
                changes.push(Change { key: key.clone(), effect: Effect::MayUnlock });
                continue;
            }
            let mut walk = Walk::new(self, func, key, &effects);
            walk.run(state(0, 0));
            let mut effect = None;
            let unlocks = |effect: &Effect| !is_lock(effect);
            let only_unlocks = !effects.has(key, is_lock) && effects.has(key, unlocks);
            if walk.enters_locked || only_unlocks {
                walk.run(state(1, 0));
                let released = |held: u16, pending: u16| held == 0 || matches!(pending, 1 | 2);
                // Given back in between, and taken again.
                let kept = |held: u16, pending: u16| held != 0 && pending == 0;
                let ends: States = walk.ends.iter().fold(0, |all, (_, _, states)| all | states);
                let shared = effects.has(key, |effect| {
                    matches!(
                        effect,
                        Effect::Unlock(Mode::Shared) | Effect::DeferUnlock(Mode::Shared)
                    )
                });
                let mode = if shared { Mode::Shared } else { Mode::Exclusive };
                effect = match (all(ends, kept), all(ends, released)) {
                    (true, _) => None,
                    (_, true) => Some(Effect::Unlock(mode)),
                    _ => Some(Effect::MayUnlock),
                };
            } else {
                let ends: States = walk.ends.iter().fold(0, |all, (_, _, states)| all | states);
                let kept = |held: u16, pending: u16| held != 0 && pending == 0;
                let shared = ends & state(2, 0) != 0;
                let mode = if shared { Mode::Shared } else { Mode::Exclusive };
                if ends & (state(1, 0) | state(2, 0)) != 0 {
                    effect = Some(match all(ends, kept) {
                        true => Effect::Lock(mode),
                        false => Effect::MayLock(mode),
                    });
                }
            }
            changes.extend(effect.map(|effect| Change { key: key.clone(), effect }));
        }
        let changes = Rc::new(changes);
        self.summaries.borrow_mut().insert(func, changes.clone());
        changes
    }

    fn effects(&self, func: Func<'p>) -> Effects<'p> {
        let mut effects = Effects {
            by_inst: FxHashMap::default(),
            tried: FxHashMap::default(),
            keys: Vec::new(),
            loose: FxHashSet::default(),
        };
        if !self.near.contains(&func) {
            return effects;
        }
        for inst in func.insts() {
            match inst.op() {
                Op::Call(call) | Op::Defer(call) | Op::Go(call) => {
                    self.effects_of(inst, call, &mut effects);
                }
                Op::Closure { func: Some(made), captures } if self.near.contains(&made) => {
                    let called = inst.results().all(|value| is_called_only(value));
                    if !called {
                        let changes = self.summary(made);
                        let keys = changes.iter().filter(|change| {
                            matches!(change.effect, Effect::Unlock(_) | Effect::MayUnlock)
                        });
                        effects.loose.extend(keys.filter_map(|c| c.key.in_caller(&captures)));
                    }
                }
                _ => {}
            }
        }
        effects
    }

    fn effects_of(&self, inst: Inst<'p>, call: Call<'p>, effects: &mut Effects<'p>) {
        let direct = match call.callee() {
            Callee::Static { name, .. } => {
                known(&name).and_then(|effect| Some((call.args().next()?, effect)))
            }
            Callee::Interface { receiver, method }
                if method.receiver.defined_name() == Some(("sync", "Locker")) =>
            {
                match method.name {
                    "Lock" => Some((receiver, Effect::Lock(Mode::Exclusive))),
                    "Unlock" => Some((receiver, Effect::Unlock(Mode::Exclusive))),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some((lock, effect)) = direct {
            let key = key_of(lock);
            if let (Effect::MayLock(mode), Some(result)) = (effect, inst.results().next()) {
                effects.tried.insert(result, (key.clone(), mode));
                effects.note(key);
                return;
            }
            effects.add(inst, key, effect);
            return;
        }
        let funcs = match call.static_callee() {
            Some(callee) => vec![callee],
            None => {
                let reached = self.targets.of_call(inst);
                if reached.is_exact && reached.funcs.len() == 1 {
                    reached.funcs.clone()
                } else {
                    Vec::new()
                }
            }
        };
        for callee in funcs.into_iter().filter(|callee| self.near.contains(callee)) {
            let Some(args) = arguments(inst, callee) else { continue };
            for change in self.summary(callee).iter() {
                if let Some(key) = change.key.in_caller(&args) {
                    effects.add(inst, key, change.effect);
                }
            }
        }
    }
}

/// Whether an effect is that a lock is taken.
fn is_lock(effect: &Effect) -> bool {
    matches!(effect, Effect::Lock(_) | Effect::MayLock(_))
}

/// What a call gives to the parameters of a function, captures first.
fn arguments<'p>(site: Inst<'p>, callee: Func<'p>) -> Option<Vec<Value<'p>>> {
    let call = site.call()?;
    let mut args = Vec::new();
    if callee.captures().next().is_some() {
        // A literal of the function that calls it.
        let [creation] = callee.creations()[..] else { return None };
        let Op::Closure { captures, .. } = creation.op() else { return None };
        if creation.func() != site.func() {
            return None;
        }
        args.extend(captures);
    }
    args.extend(call.args());
    (args.len() == callee.captures().count() + callee.params().count()).then_some(args)
}

/// Whether all that is done with a function literal is to call, defer or start it.
fn is_called_only(value: Value<'_>) -> bool {
    value.uses().all(|inst| {
        inst.call().is_some_and(|call| {
            matches!(call.callee(), Callee::Value(callee) if callee == value)
                && call.args().all(|arg| arg != value)
        })
    })
}

impl<'p> Effects<'p> {
    fn note(&mut self, key: Key<'p>) {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    fn add(&mut self, inst: Inst<'p>, key: Key<'p>, effect: Effect) {
        let effect = match (inst.op(), effect) {
            (Op::Defer(_), Effect::Unlock(mode)) => Effect::DeferUnlock(mode),
            (Op::Defer(_), Effect::MayUnlock) => Effect::DeferMayUnlock,
            // `defer mu.Lock()` gives a lock back that was released in between.
            (Op::Defer(_), Effect::Lock(_) | Effect::MayLock(_)) => {
                self.loose.insert(key.clone());
                return;
            }
            // A goroutine that unlocks is handed the lock; one that locks waits by itself.
            (Op::Go(_), Effect::Unlock(_) | Effect::MayUnlock) => {
                self.loose.insert(key.clone());
                Effect::MayUnlock
            }
            (Op::Go(_), _) => return,
            (_, effect) => effect,
        };
        self.note(key.clone());
        self.by_inst.entry(inst).or_default().push((key, effect));
    }

    /// The next instruction that does something to a lock, where control can only go there.
    fn next(&self, inst: Inst<'p>) -> Option<Inst<'p>> {
        let mut block = inst.block();
        let mut after = inst.index() + 1;
        for _ in 0..4 {
            let mut rest = block.insts().filter(|inst| inst.index() >= after);
            if let Some(found) = rest.find(|inst| self.by_inst.contains_key(inst)) {
                return Some(found);
            }
            let [next] = block.successors()[..] else { return None };
            (block, after) = (next, 0);
        }
        None
    }

    fn has(&self, key: &Key<'p>, is: impl Fn(&Effect) -> bool) -> bool {
        self.by_inst.values().flatten().any(|(known, effect)| known == key && is(effect))
    }
}
