//! Whether functions unlock what they lock: on every way, once, and the way it was locked.
//!
//! For each lock that a function touches, by how it gets at it (`s.mu`), the states are followed in
//! which control can be: locked or not, and with what unlock deferred, both together, so that what
//! is locked and deferred on one way only stays together. Callees count by what they do to locks
//! that the caller can name: helpers that lock, that unlock, and that do so sometimes. A function
//! that returns with a lock held is a helper itself if somebody who calls it unlocks.

use crate::func::{Block, Func, Inst, Value};
use crate::op::{Call, Callee, Op};
use crate::outcome::{Endings, recovering};
use crate::program::Global;
use crate::targets::Targets;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::UnaryOp;
use std::cell::RefCell;
use std::rc::Rc;

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

/// How a function gets at a lock.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key<'p> {
    root: Root<'p>,
    steps: Vec<Step<'p>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Root<'p> {
    /// A parameter, captures first.
    Param(usize),
    Global(Global),
    Value(Value<'p>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Step<'p> {
    Field(u32, &'static str),
    Deref,
    Element(Value<'p>),
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

/// The states in which a lock may be: a bit for each pair of how it is held (not, for writing, for
/// reading) and which unlock is deferred (none, for writers, for readers, perhaps one).
type States = u16;

const fn state(held: u16, pending: u16) -> States {
    1 << (held * 4 + pending)
}

fn each(states: States, mut f: impl FnMut(u16, u16) -> States) -> States {
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

fn all(states: States, f: impl Fn(u16, u16) -> bool) -> bool {
    each(states, |held, pending| if f(held, pending) { 0 } else { 1 }) == 0
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
                    Callee::Interface { method, .. } => method.name == "Lock",
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

/// How a function gets at what a value points to.
fn key_of(value: Value<'_>) -> Key<'_> {
    let mut steps = Vec::new();
    let mut at = value;
    let root = loop {
        let Some(definition) = at.definition() else {
            let func = at.func();
            let mut params = func.captures().chain(func.params());
            break params.position(|param| param == at).map_or(Root::Value(at), Root::Param);
        };
        match definition.op() {
            Op::Narrow { x, .. } | Op::Convert { x, .. } | Op::MakeInterface(x) => at = x,
            Op::FieldAddr { ptr, field } => {
                let name = ptr.ty().pointee().and_then(|holder| holder.field_name(field));
                steps.push(Step::Field(field, name.unwrap_or("?")));
                at = ptr;
            }
            Op::Field { base, field } => {
                let name = base.ty().field_name(field);
                steps.push(Step::Field(field, name.unwrap_or("?")));
                at = base;
            }
            Op::IndexAddr { base, index } => {
                steps.push(Step::Element(index));
                at = base;
            }
            Op::Load(address) => {
                steps.push(Step::Deref);
                at = address;
            }
            Op::Global(global) => break Root::Global(global),
            _ => break Root::Value(at),
        }
    };
    steps.reverse();
    Key { root, steps }
}

impl<'p> Key<'p> {
    /// The same in the words of a caller.
    fn in_caller(&self, args: &[Value<'p>]) -> Option<Self> {
        match self.root {
            Root::Global(_) => Some(self.clone()),
            Root::Param(at) => {
                let mut key = key_of(*args.get(at)?);
                key.steps.extend(self.steps.iter().copied());
                Some(key)
            }
            Root::Value(_) => None,
        }
    }

    /// Whether a caller can name it.
    fn is_known_outside(&self) -> bool {
        !matches!(self.root, Root::Value(_))
            && !self.steps.iter().any(|step| matches!(step, Step::Element(_)))
    }

    /// The values on which it depends which lock it is.
    fn values(&self) -> impl Iterator<Item = Value<'p>> + '_ {
        let root = match self.root {
            Root::Value(value) => Some(value),
            _ => None,
        };
        root.into_iter().chain(self.steps.iter().filter_map(|step| match step {
            Step::Element(index) => Some(*index),
            _ => None,
        }))
    }

    fn text(&self, func: Func<'p>) -> String {
        let named = |value: Value<'p>| value.name().unwrap_or("the lock").to_owned();
        let mut text = match self.root {
            Root::Param(at) => {
                func.captures().chain(func.params()).nth(at).map_or_else(String::new, named)
            }
            Root::Global(global) => {
                let name = global.qualified_name();
                name.rsplit('.').next().unwrap_or_default().to_owned()
            }
            Root::Value(value) => named(value),
        };
        for step in &self.steps {
            match step {
                Step::Field(_, name) => text = format!("{text}.{name}"),
                Step::Element(index) => {
                    text = format!("{text}[{}]", index.name().unwrap_or("…"));
                }
                Step::Deref => {}
            }
        }
        text
    }
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
                let ends: States = walk.ends.iter().fold(0, |all, (_, states)| all | states);
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
                let ends: States = walk.ends.iter().fold(0, |all, (_, states)| all | states);
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
    value.func().insts().filter(|inst| inst.operands().contains(&value)).all(|inst| {
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

/// One look at a function for one lock.
struct Walk<'w, 'p> {
    all: &'w LockBalance<'p>,
    func: Func<'p>,
    key: &'w Key<'p>,
    effects: &'w Effects<'p>,
    /// The states at returns, and at panics that a deferred call stops.
    ends: Vec<(Inst<'p>, States)>,
    /// Whether it unlocks what it has not locked.
    enters_locked: bool,
    /// Loops that lock again, and loops that keep one lock more each time: the deferred unlock.
    again: Vec<(Imbalance, Inst<'p>)>,
}

impl<'w, 'p> Walk<'w, 'p> {
    fn new(
        all: &'w LockBalance<'p>,
        func: Func<'p>,
        key: &'w Key<'p>,
        effects: &'w Effects<'p>,
    ) -> Self {
        let (ends, again) = (Vec::new(), Vec::new());
        Self { all, func, key, effects, ends, enters_locked: false, again }
    }

    fn run(&mut self, start: States) {
        self.ends.clear();
        self.again.clear();
        let blocks: Vec<Block<'p>> = self.func.blocks().collect();
        let mut at: Vec<States> = vec![0; blocks.len()];
        let Some(first) = at.first_mut() else { return };
        *first = start;
        let mut work = vec![0];
        while let Some(block) = work.pop() {
            for (next, states) in self.block(blocks[block], at[block], false) {
                let known = &mut at[next.index()];
                if *known | states != *known {
                    *known |= states;
                    work.push(next.index());
                }
            }
        }
        for (block, states) in blocks.into_iter().zip(at).filter(|(_, states)| *states != 0) {
            self.block(block, states, true);
        }
    }

    /// Follows a block; gives what its successors begin with.
    fn block(
        &mut self,
        block: Block<'p>,
        mut states: States,
        note: bool,
    ) -> Vec<(Block<'p>, States)> {
        if self.key.values().any(|value| value.param_of() == Some(block)) {
            states = self.renewed(states, note);
        }
        for inst in block.insts() {
            if self.key.values().any(|value| value.definition() == Some(inst)) {
                states = self.renewed(states, note);
            }
            for (key, effect) in self.effects.by_inst.get(&inst).into_iter().flatten() {
                if key == self.key {
                    states = self.apply(*effect, states, note);
                }
            }
            match inst.op() {
                Op::Return(_) if note => self.ends.push((inst, states)),
                Op::Panic(_) if note && self.is_survived(inst) => self.ends.push((inst, states)),
                _ => {}
            }
        }
        let mut found: Vec<(Block<'p>, States)> =
            block.successors().into_iter().map(|next| (next, states)).collect();
        if let Some(last) = block.insts().last()
            && let Op::Branch { cond, then, otherwise } = last.op()
            && let Some((mode, holds)) = self.tried(cond)
        {
            let locked = each(states, |_, pending| state(mode as u16, pending));
            let taken = if holds { then } else { otherwise };
            for (next, states) in &mut found {
                if *next == taken && then != otherwise {
                    *states = locked;
                }
            }
        }
        found
    }

    fn tried(&self, mut cond: Value<'p>) -> Option<(Mode, bool)> {
        let mut holds = true;
        loop {
            if let Some((key, mode)) = self.effects.tried.get(&cond) {
                return (key == self.key).then_some((*mode, holds));
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

    /// Another lock from here on: that of the next round of a loop.
    fn renewed(&mut self, states: States, note: bool) -> States {
        let keeps = state(1, 1) | state(2, 2) | state(1, 2) | state(2, 1);
        if note && states & keeps != 0 {
            self.loop_keeps(Imbalance::PilesUp);
        }
        state(0, 0)
    }

    fn loop_keeps(&mut self, kind: Imbalance) {
        let defer = self.defers().find(|defer| defer.reaches(*defer));
        self.again.extend(defer.map(|defer| (kind, defer)));
    }

    fn defers(&self) -> impl Iterator<Item = Inst<'p>> + '_ {
        self.func.insts().filter(|inst| {
            self.effects.by_inst.get(inst).into_iter().flatten().any(|(key, effect)| {
                key == self.key && matches!(effect, Effect::DeferUnlock(_) | Effect::DeferMayUnlock)
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
    fn returns_owner(&self, end: Inst<'p>) -> bool {
        let Op::Return(results) = end.op() else { return false };
        results.into_iter().any(|result| {
            let owner = key_of(result);
            owner.root == self.key.root && self.key.steps.starts_with(&owner.steps)
        })
    }

    /// Whether a panic ends in this function.
    fn is_survived(&self, panic: Inst<'p>) -> bool {
        recovering(&self.all.endings, &self.all.targets, panic).is_some()
    }

    fn judge(&self, faults: &mut Vec<LockFault<'p>>) {
        let locks = |inst: &Inst<'p>| {
            self.effects
                .by_inst
                .get(inst)
                .into_iter()
                .flatten()
                .any(|(key, effect)| key == self.key && is_lock(effect))
        };
        let locked_at = self.func.insts().find(locks);
        let mut fault = |kind, deferred_at, ends_at, locked_at| {
            let lock = self.key.text(self.func);
            faults.push(LockFault { kind, lock, locked_at, deferred_at, ends_at });
        };
        for &(kind, defer) in &self.again {
            fault(kind, Some(defer), None, locked_at);
        }
        if !self.again.is_empty() {
            return;
        }
        let unlocks = self
            .effects
            .has(self.key, |effect| matches!(effect, Effect::Unlock(_) | Effect::DeferUnlock(_)));
        for &(end, states) in self.ends.iter().filter(|(_, states)| *states != 0) {
            let pending = |_, pending: u16| matches!(pending, 1 | 2);
            if all(states, pending) {
                let defer = self.defers().find(|defer| defer.reaches(end));
                let sometimes = self.effects.has(self.key, |effect| {
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
                && !self.returns_owner(end)
                && !self.all.is_handed_over(self.func, self.key)
            {
                let mut nearest = self.func.insts().filter(locks).filter(|lock| lock.reaches(end));
                fault(Imbalance::Held, None, Some(end), nearest.next_back().or(locked_at));
            }
        }
    }
}
