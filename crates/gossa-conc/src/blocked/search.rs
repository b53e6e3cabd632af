//! Looks through the executions of a function and of the goroutines that it starts, for states in
//! which one of these waits for what never comes.
//!
//! Executions with few switches from goroutines that could have gone on come first (Musuvathi and
//! Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI
//! 2007); states that are the same are looked at once. What nobody who may go on can get at, nobody
//! will ever release (Saioc, Lange, Møller, "Dynamic Partial Deadlock Detection and Recovery via
//! Garbage Collection", ASPLOS 2025), here in every state where all that can has gone on.

use crate::blocked::bodies::{Bodies, is_error};
use crate::blocked::machine::{Machine, Ran};
use crate::blocked::moves::{Move, MoveKind};
use crate::blocked::state::{
    ChanRef, EventKind, Lock, Once, Op, Site, State, Sync, Thread, ThreadId,
};
use crate::blocked::value::Place;
use gossa_base::FxHashSet;
use gossa_points::FuncIndex;
use gossa_ssa::{BinaryOp, Inst, ValueDef};
use gossa_types::Builtin;

/// How often another goroutine is preferred to one that could go on.
const SWITCHES: u32 = 3;

/// How a goroutine waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Wait {
    /// Sends on a channel.
    Send,
    /// Receives from a channel.
    Receive,
    /// Sends on a nil channel.
    SendNil,
    /// Receives from a nil channel.
    ReceiveNil,
    /// Waits for one of several channels.
    Select,
    /// Waits for no channel at all.
    SelectNothing,
    /// Takes a lock that is held.
    Lock,
    /// Takes a lock, while readers hold it.
    LockReaders,
    /// Takes a lock for reading.
    ReadLock,
    /// Waits for a wait group.
    Group,
    /// Waits for a condition.
    Cond,
    /// Waits for a `sync.Once`.
    Once,
}

/// A goroutine that stays blocked for ever in some execution.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blocked {
    /// The function whose executions were looked at.
    pub frame: FuncIndex,
    /// The function that the goroutine runs.
    pub root: FuncIndex,
    /// Where it was started, and those that started it, outermost first: the calls that lead to
    /// the `go` statement. Empty: it is the one that runs the frame.
    pub started: Vec<Vec<(FuncIndex, gossa_ssa::InstId)>>,
    /// The calls that lead to where it waits, and that, last.
    pub way: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// What it waits for.
    pub wait: Wait,
    /// Where the channel was made, or those of a select.
    pub made: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// Where the lock was taken that it waits for.
    pub held: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// Where the frame has returned.
    pub returned: Option<(FuncIndex, gossa_ssa::InstId)>,
    /// The branches that go one way in all executions that were found to end so, and of which it
    /// is not known that they can; not those where an error is nil.
    pub branches: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// The arms of selects that were taken.
    pub selected: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// Where other goroutines stay blocked in the same execution: perhaps because of them.
    pub others: Vec<(FuncIndex, gossa_ssa::InstId)>,
    /// How often another goroutine was preferred to one that could go on.
    pub switches: u32,
    /// Whether one of the branches compares numbers that are not lengths: such branches depend on
    /// each other in ways that are not seen.
    pub compares: bool,
}

impl Blocked {
    /// Leaves out what is in functions that somebody does not know.
    pub fn retain(&mut self, is_known: impl Fn(FuncIndex) -> bool) {
        let Self { way, made, held, branches, selected, others, .. } = self;
        for sites in
            [way, made, held, branches, selected, others].into_iter().chain(&mut self.started)
        {
            sites.retain(|&(func, _)| is_known(func));
        }
        self.returned = self.returned.filter(|&(func, _)| is_known(func));
    }
}

/// Limits of a search.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How often a branch is taken both ways of which nothing is known.
    pub branches: usize,
    /// How often there is a choice which goroutine goes on, or how.
    pub choices: usize,
    /// How many times a goroutine is gone on with, in all executions together: what counts for ever
    /// never comes to a state that was there before.
    pub steps: usize,
    /// How many instructions are run, with what is copied and looked through on the way.
    pub work: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { branches: 400, choices: 2500, steps: 50_000, work: 300_000 }
    }
}

/// The goroutines that stay blocked in executions of a function.
pub(crate) fn search(bodies: &Bodies<'_, '_>, func: FuncIndex, limits: Limits) -> Vec<Blocked> {
    let mut machine = Machine::new(bodies);
    let Some(first) = machine.begin(func) else { return Vec::new() };
    let mut search = Search {
        frame: func,
        left: limits,
        found: Vec::new(),
        seen: FxHashSet::default(),
        work: vec![Vec::new(); SWITCHES as usize + 1],
    };
    search.push(first);
    while let Some(state) = search.pop() {
        let left = search.left;
        if left.branches == 0 || left.choices == 0 || left.steps == 0 || machine.work >= left.work {
            break;
        }
        search.visit(&mut machine, state);
    }
    search.found.into_iter().map(|found| found.told(bodies)).collect()
}

/// What has been found, with the branches that go the same way in all executions so far.
struct Found {
    blocked: Blocked,
    branches: Vec<(Site, bool)>,
}

impl Found {
    fn told(self, bodies: &Bodies<'_, '_>) -> Blocked {
        let counts = |&(site, value): &(Site, bool)| !finds_no_error(bodies, site, value);
        let branches: Vec<Site> =
            self.branches.iter().filter(|branch| counts(branch)).map(|(site, _)| *site).collect();
        let compares = branches.iter().any(|&site| compares_numbers(bodies, site));
        Blocked { branches, compares, ..self.blocked }
    }
}

/// Whether a branch goes where an error is nil: what happens when all goes well.
fn finds_no_error(bodies: &Bodies<'_, '_>, (func, at): Site, value: bool) -> bool {
    let Some(body) = bodies.body(func) else { return false };
    let Inst::Branch { cond, .. } = body[at] else { return false };
    let ValueDef::Result(def) = body.def(cond) else { return false };
    let Inst::Binary { op, x, .. } = body[def] else { return false };
    is_error(body[x].ty)
        && match op {
            BinaryOp::Equal => value,
            BinaryOp::NotEqual => !value,
            _ => false,
        }
}

/// Whether a branch is on a comparison of integers none of which is the length of something.
fn compares_numbers(bodies: &Bodies<'_, '_>, (func, at): Site) -> bool {
    let Some(body) = bodies.body(func) else { return false };
    let Inst::Branch { cond, .. } = body[at] else { return false };
    let ValueDef::Result(def) = body.def(cond) else { return false };
    let Inst::Binary { x, y, .. } = body[def] else { return false };
    let is_length = |value| {
        matches!(body.def(value), ValueDef::Result(def)
            if matches!(body[def], Inst::Builtin { op: Builtin::Len, .. }))
    };
    let is_integer =
        matches!(bodies.program.under(body[x].ty).as_basic(), Some(kind) if kind.is_integer());
    is_integer && !is_length(x) && !is_length(y)
}

struct Search {
    frame: FuncIndex,
    left: Limits,
    found: Vec<Found>,
    seen: FxHashSet<u64>,
    /// States to be looked at, by the number of switches.
    work: Vec<Vec<State>>,
}

impl Search {
    fn push(&mut self, state: State) {
        if let Some(work) = self.work.get_mut(state.switches as usize) {
            work.push(state);
        }
    }

    fn pop(&mut self) -> Option<State> {
        self.work.iter_mut().find_map(Vec::pop)
    }

    fn visit(&mut self, machine: &mut Machine<'_, '_, '_>, mut state: State) {
        loop {
            if self.left.steps == 0 || machine.work >= self.left.work {
                return;
            }
            self.left.steps -= 1;
            if let Some(id) = state.running.pop() {
                match machine.run(state, id) {
                    Ran::Stopped(next) => {
                        state = next;
                        continue;
                    }
                    Ran::Forked(next) => {
                        self.left.branches = self.left.branches.saturating_sub(1);
                        for mut state in next.into_iter().rev() {
                            state.running.push(id);
                            if self.seen.insert(state.settle(&machine.terms)) {
                                self.push(state);
                            }
                        }
                        return;
                    }
                    Ran::Dead => return,
                }
            }
            if !self.seen.insert(state.settle(&machine.terms)) {
                return;
            }
            let (moves, waiting) = machine.moves(&state);
            if moves.is_empty() {
                self.end(&state, &waiting);
                return;
            }
            if let [only] = &moves[..] {
                match machine.perform(state, only) {
                    Some(next) => {
                        state = next;
                        continue;
                    }
                    None => return,
                }
            }
            self.branch(machine, &state, &moves);
            return;
        }
    }

    fn branch(&mut self, machine: &mut Machine<'_, '_, '_>, state: &State, moves: &[Move]) {
        self.left.choices = self.left.choices.saturating_sub(1);
        let yields = |id: ThreadId| {
            state.thread(id).is_some_and(|thread| matches!(thread.op, Some(Op::Yield)))
        };
        let can_go_on = moves.iter().any(|next| next.thread == state.last) && !yields(state.last);
        let mut next_states: Vec<State> = Vec::new();
        for next in moves {
            let Some(mut after) = machine.perform(state.clone(), next) else { continue };
            let takes_part = next.thread == state.last
                || matches!(next.kind, MoveKind::Channel(_, crate::blocked::moves::ChannelMove::Partner(to, _)) if to == state.last);
            if can_go_on && !takes_part {
                after.switches += 1;
            }
            next_states.push(after);
        }
        // The goroutine that ran last goes first.
        for after in next_states.into_iter().rev() {
            self.push(after);
        }
    }

    /// Nothing can be done any more but by what is not seen.
    fn end(&mut self, state: &State, waiting: &[ThreadId]) {
        let mut alive: FxHashSet<ThreadId> = waiting.iter().copied().collect();
        loop {
            let threads = state.threads.iter().filter(|t| alive.contains(&t.id));
            let (objects, _) = state.reachable(threads.map(|thread| &**thread));
            let before = alive.len();
            let is_alive =
                |place: &Place| objects.contains(&place.object) || state.is_shared(place.object);
            let mut more = Vec::new();
            for thread in &state.threads {
                if alive.contains(&thread.id) {
                    continue;
                }
                let goes_on = match &thread.op {
                    Some(Op::Lock(place) | Op::LockPending(place) | Op::ReadLock(place)) => {
                        let lock = state.lock(place);
                        let holders = holders(&lock, thread.id);
                        let mut present =
                            holders.iter().filter(|(id, _)| state.thread(*id).is_some()).peekable();
                        if present.peek().is_some() {
                            present.all(|(id, _)| alive.contains(id))
                        } else {
                            is_alive(place)
                        }
                    }
                    Some(Op::Once(place, _)) => match state.sync(place) {
                        Some(Sync::Once(Once::RunBy(id))) => alive.contains(id),
                        _ => false,
                    },
                    Some(Op::GroupWait(place) | Op::CondSleep(place, _)) => is_alive(place),
                    Some(Op::Send(chan, _) | Op::Receive(chan)) => on_alive(chan, &objects, state),
                    Some(Op::Select(arms, _)) => {
                        arms.iter().any(|(chan, _)| on_alive(chan, &objects, state))
                    }
                    _ => true,
                };
                if goes_on {
                    more.push(thread.id);
                }
            }
            alive.extend(more);
            if alive.len() == before {
                break;
            }
        }
        let blocked = || state.threads.iter().filter(|thread| !alive.contains(&thread.id));
        for thread in blocked() {
            let others = blocked().filter(|other| other.id != thread.id);
            let others = others.filter_map(|other| other.stack().last().copied()).collect();
            self.report(state, thread, others);
        }
    }

    fn report(&mut self, state: &State, thread: &Thread, others: Vec<Site>) {
        let Some(op) = &thread.op else { return };
        let mut made = Vec::new();
        let mut held = Vec::new();
        let mut on = |chan: &ChanRef| {
            if let ChanRef::Known(id) = chan
                && let Some(site) = state.object(*id).and_then(|object| object.made)
            {
                made.push(site);
            }
        };
        let wait = match op {
            Op::Send(ChanRef::Nil, _) => Wait::SendNil,
            Op::Receive(ChanRef::Nil) => Wait::ReceiveNil,
            Op::Send(chan, _) => {
                on(chan);
                Wait::Send
            }
            Op::Receive(chan) => {
                on(chan);
                Wait::Receive
            }
            Op::Select(arms, _) => {
                arms.iter().for_each(|(chan, _)| on(chan));
                // One arm is no choice, and is compiled as what it is.
                match &arms[..] {
                    [] => Wait::SelectNothing,
                    [(_, Some(_))] => Wait::Send,
                    [(_, None)] => Wait::Receive,
                    _ => Wait::Select,
                }
            }
            Op::Lock(place) => {
                held = sites(&state.lock(place), thread.id);
                Wait::Lock
            }
            Op::LockPending(place) => {
                held = sites(&state.lock(place), thread.id);
                Wait::LockReaders
            }
            Op::ReadLock(place) => {
                held = sites(&state.lock(place), thread.id);
                Wait::ReadLock
            }
            Op::GroupWait(_) => Wait::Group,
            Op::CondSleep(..) => Wait::Cond,
            Op::Once(..) => Wait::Once,
            Op::Start | Op::Yield | Op::Perform(_) => return,
        };
        let way = thread.stack();
        let mut returned = None;
        let (mut branches, mut selected) = (Vec::new(), Vec::new());
        let mut event = state.trail.as_deref();
        while let Some(at) = event {
            match at.kind {
                EventKind::Returned => returned = returned.or(Some(at.site)),
                EventKind::Branched(value) => branches.push((at.site, value)),
                EventKind::Selected => selected.push(at.site),
            }
            event = at.before.as_deref();
        }
        let both_ways = branches.clone();
        branches.retain(|&(site, value)| !both_ways.contains(&(site, !value)));
        branches.reverse();
        branches.dedup();
        selected.reverse();
        let known = self.found.iter_mut().find(|known| {
            let known = &known.blocked;
            known.way.last() == way.last() && known.wait == wait && known.root == thread.root
        });
        if let Some(known) = known {
            known.branches.retain(|branch| branches.contains(branch));
            return;
        }
        let blocked = Blocked {
            frame: self.frame,
            root: thread.root,
            started: (*thread.started).clone(),
            way,
            wait,
            made,
            held,
            returned,
            branches: Vec::new(),
            selected,
            others,
            switches: state.switches,
            compares: false,
        };
        self.found.push(Found { blocked, branches });
    }
}

fn on_alive(
    chan: &ChanRef,
    objects: &FxHashSet<crate::blocked::state::ObjectId>,
    state: &State,
) -> bool {
    match chan {
        ChanRef::Nil => false,
        ChanRef::Unknown => true,
        ChanRef::Known(id) => objects.contains(id) || state.is_shared(*id),
    }
}

/// Who keeps a goroutine from taking a lock.
fn holders(lock: &Lock, waiter: ThreadId) -> Vec<(ThreadId, Option<Site>)> {
    let mut found: Vec<(ThreadId, Option<Site>)> = Vec::new();
    found.extend(lock.writer.map(|(id, site)| (id, Some(site))));
    found.extend(lock.readers.iter().map(|&(id, site)| (id, Some(site))));
    found.extend(lock.pending.filter(|id| *id != waiter).map(|id| (id, None)));
    found
}

fn sites(lock: &Lock, waiter: ThreadId) -> Vec<Site> {
    holders(lock, waiter).into_iter().filter_map(|(_, site)| site).collect()
}
