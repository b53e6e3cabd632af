//! Which goroutine runs, and when time passes. Every choice comes from the seed, so the same seed
//! gives the same run.
//!
//! Time is virtual: it stands still while anything can run, and jumps to the next timer when
//! nothing can.

use crate::exec::Pause;
use crate::goroutine::{Deferred, FrameId, GoId, Goroutine, Wake};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::replay::{Choice, Script};
use crate::trap::Trap;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Operations that a goroutine runs before others get their turn.
const QUANTUM: u64 = 20_000;
/// When runs begin: nanoseconds since 1970.
const EPOCH: i64 = 1_257_894_000_000_000_000;

/// Goroutines that can run, and what is to happen later.
#[derive(Clone)]
pub struct Scheduler {
    ready: VecDeque<GoId>,
    timers: BinaryHeap<Reverse<(i64, u64, TimerAction)>>,
    next_go: u64,
    next_timer: u64,
    /// Nanoseconds since the run began.
    now: i64,
    seed: u64,
    state: u64,
    spare_chunks: Vec<Vec<(Addr, u64)>>,
    pub(crate) script: Script,
    /// The next activation of goroutines whose numbers are used again: the machine's own, and the
    /// first.
    pub(crate) next_frames: [FrameId; 2],
}

/// What happens when a timer is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum TimerAction {
    /// A goroutine that sleeps goes on.
    Wake(GoId, u64),
    /// A `time.Timer` fires: its address, and which setting of it.
    Fire(Addr, u64),
}

impl Scheduler {
    /// Nothing to run yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            ready: VecDeque::new(),
            timers: BinaryHeap::new(),
            next_go: 2,
            next_timer: 1,
            now: 1,
            seed,
            state: seed ^ 0x9e37_79b9_7f4a_7c15,
            spare_chunks: Vec::new(),
            script: Script::default(),
            next_frames: [1; 2],
        }
    }

    /// Nanoseconds since the run began.
    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// Nanoseconds since 1970.
    pub(crate) fn wall(&self) -> i64 {
        EPOCH + self.now
    }

    /// A goroutine can run.
    pub(crate) fn ready(&mut self, go: GoId) {
        self.ready.push_back(go);
    }

    /// A number below `count`.
    pub(crate) fn choose(&mut self, count: u64) -> Result<u64, Trap> {
        let chosen = match self.script.next() {
            None => self.generate() % count.max(1),
            Some(Choice::Choose(index)) if index < count.max(1) => index,
            Some(_) => return Err(self.script.misfit("the program chooses here")),
        };
        self.script.note(Choice::Choose(chosen));
        Ok(chosen)
    }

    /// A random word.
    pub(crate) fn random(&mut self) -> Result<u64, Trap> {
        let word = match self.script.next() {
            None => self.generate(),
            Some(Choice::Random(word)) => word,
            Some(_) => return Err(self.script.misfit("the program asks for a random number here")),
        };
        self.script.note(Choice::Random(word));
        Ok(word)
    }

    fn generate(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Something is to happen `after` nanoseconds.
    pub(crate) fn at(&mut self, when: i64, action: TimerAction) {
        let sequence = self.next_timer;
        self.next_timer += 1;
        self.timers.push(Reverse((when, sequence, action)));
    }

    /// The goroutine that was started last.
    pub(crate) fn newest(&self) -> GoId {
        GoId(self.next_go - 1)
    }

    /// Drops the stacks of goroutines that have ended.
    pub(crate) fn forget_stacks(&mut self) {
        self.spare_chunks.clear();
    }

    /// Who runs next, and for how many operations; `None`: nobody can.
    fn pick(&mut self) -> Result<Option<(GoId, u64)>, Trap> {
        if self.ready.is_empty() {
            return Ok(None);
        }
        let (index, quantum) = match self.script.next() {
            // Seed 0 takes turns.
            None if self.seed == 0 => (0, QUANTUM),
            None => {
                let index = self.generate() % self.ready.len() as u64;
                (index as usize, 1 + self.generate() % (QUANTUM / 4))
            }
            Some(Choice::Run(go, steps)) => {
                let index = self.ready.iter().position(|&ready| ready == GoId(go));
                let misfit = || self.script.misfit(&format!("goroutine {go} cannot run here"));
                (index.ok_or_else(misfit)?, steps)
            }
            Some(_) => return Err(self.script.misfit("the next goroutine is chosen here")),
        };
        Ok(self.ready.remove(index).map(|go| (go, quantum)))
    }
}

impl Machine<'_> {
    /// Starts a goroutine.
    pub(crate) fn start(&mut self, call: Deferred, by: Option<&Goroutine>) -> Result<GoId, Trap> {
        let id = self.start_parked(call)?;
        if let (Some(by), Some(go)) = (by, self.goroutines.get_mut(&id)) {
            let frame = by.frames.last();
            go.creator = frame.map(|frame| (frame.code.clone(), frame.pc, by.id));
        }
        self.scheduler.ready(id);
        Ok(id)
    }

    /// Starts the goroutine that runs the program's packages' initialisation or its `main`.
    pub(crate) fn start_main(&mut self, call: Deferred) -> Result<GoId, Trap> {
        let id = GoId(1);
        self.start_as(id, call)?;
        self.scheduler.ready(id);
        Ok(id)
    }

    /// A goroutine that does not run before it is made ready.
    pub(crate) fn start_parked(&mut self, call: Deferred) -> Result<GoId, Trap> {
        let id = GoId(self.scheduler.next_go);
        self.scheduler.next_go += 1;
        self.start_as(id, call)?;
        Ok(id)
    }

    fn start_as(&mut self, id: GoId, call: Deferred) -> Result<(), Trap> {
        let mut go = Goroutine::new(id);
        if id == GoId(1) {
            go.continue_from(self.scheduler.next_frames[1]);
        }
        if let Some(chunks) = self.scheduler.spare_chunks.pop() {
            go.give_chunks(chunks);
        }
        self.enter_deferred(&mut go, call, 0, false)?;
        self.goroutines.insert(id, go);
        Ok(())
    }

    /// Runs until the first goroutine ends, or nothing can run any more.
    pub(crate) fn run_all(&mut self, main: GoId) -> Result<(), Trap> {
        loop {
            let Some((id, quantum)) = self.scheduler.pick()? else {
                self.advance()?;
                continue;
            };
            let Some(mut go) = self.goroutines.remove(&id) else { continue };
            let left =
                self.options.steps.map_or(u64::MAX, |limit| limit.saturating_sub(self.steps));
            if left == 0 {
                self.current = id;
                self.goroutines.insert(id, go);
                return Err(Trap::Unsupported("more steps than the budget allows".into()));
            }
            self.current = id;
            let before = self.steps;
            let at = self.scheduler.script.reserve(id);
            let mut pause = self.run_goroutine(&mut go, quantum.min(left));
            // A goroutine that is pinned to its processor has that processor's data to itself.
            while self.duties.pins > 0 && matches!(pause, Ok(Pause::Preempted)) {
                if self.options.steps.is_some_and(|limit| self.steps >= limit) {
                    break;
                }
                pause = self.run_goroutine(&mut go, 1);
            }
            self.scheduler.script.fill(at, self.steps - before);
            match pause {
                Ok(Pause::Ended) => {
                    if id == main {
                        self.scheduler.next_frames[1] = go.next_frame();
                        return Ok(());
                    }
                    if let Some(coroutine) = go.coroutine {
                        self.leave_coroutine(coroutine);
                    }
                    self.scheduler.spare_chunks.push(go.take_chunks());
                }
                Ok(Pause::Preempted) => {
                    self.goroutines.insert(id, go);
                    self.scheduler.ready(id);
                }
                Ok(Pause::Waiting) => {
                    self.goroutines.insert(id, go);
                }
                Err(trap) => {
                    self.goroutines.insert(id, go);
                    return Err(trap);
                }
            }
        }
    }

    /// Nothing can run: time passes until something happens.
    fn advance(&mut self) -> Result<(), Trap> {
        let Some(Reverse((when, _, action))) = self.scheduler.timers.pop() else {
            // Nobody's fault: traces begin with the first.
            self.current = GoId(0);
            return Err(Trap::Fatal("all goroutines are asleep - deadlock!".into()));
        };
        self.scheduler.now = self.scheduler.now.max(when);
        match action {
            TimerAction::Wake(id, wait) => {
                if let Some(go) = self.goroutines.get_mut(&id)
                    && go.wait == wait
                    && go.waiting.is_some()
                    && go.wake.is_none()
                {
                    go.wake = Some(Wake::Done { arm: 0, ok: true });
                    self.scheduler.ready(id);
                }
                Ok(())
            }
            TimerAction::Fire(timer, setting) => self.fire(timer, setting),
        }
    }
}
