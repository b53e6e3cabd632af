//! The clock and timers, on virtual time.

use super::{Call, List, sync};
use crate::goroutine::{Deferred, Goroutine, Waiting};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::CallKind;
use crate::schedule::TimerAction;
use crate::trap::Trap;
use gossa_base::FxHashMap;

/// Timers that were made, by address.
#[derive(Clone, Default)]
pub(crate) struct Timers {
    timers: FxHashMap<Addr, Timer>,
}

impl Timers {
    /// Addresses that timers which are still to fire hold.
    pub(crate) fn active(&self) -> impl Iterator<Item = Addr> {
        self.timers.iter().filter(|(_, timer)| timer.active).map(|(&addr, _)| addr)
    }

    /// Drops the timers that are not reached.
    pub(crate) fn sweep(&mut self, reached: impl Fn(Addr) -> bool) {
        self.timers.retain(|&addr, _| reached(addr));
    }
}

#[derive(Clone)]
struct Timer {
    period: i64,
    /// `func(any, uintptr, int64)`
    function: Addr,
    argument: (u64, u64),
    /// The channel that it sends on, 0 for `AfterFunc`.
    channel: Addr,
    /// Counts settings; the due ones of earlier settings are void.
    setting: u64,
    active: bool,
}

pub(super) const LIST: List = &[
    ("time.now", now),
    ("time.runtimeNow", now),
    ("time.runtimeNano", sync::nanotime),
    ("internal/poll.runtimeNano", sync::nanotime),
    ("time.runtimeIsBubbled", super::nothing),
    ("time.Sleep", sleep),
    ("time.newTimer", new_timer),
    ("time.stopTimer", stop_timer),
    ("time.resetTimer", reset_timer),
];

fn now(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let wall = m.scheduler.wall();
    call.set(m, 0, wall.div_euclid(1_000_000_000) as u64)?;
    call.set(m, 1, wall.rem_euclid(1_000_000_000) as u64)?;
    let mono = m.scheduler.now();
    call.set(m, 2, mono as u64)
}

fn sleep(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    if m.woken(go)?.is_some() {
        return Ok(());
    }
    let length = call.arg(m, 0)? as i64;
    if length <= 0 {
        return Ok(());
    }
    let trap = Machine::wait(go, Waiting::Sleep);
    let when = m.scheduler.now().saturating_add(length);
    m.scheduler.at(when, TimerAction::Wake(go.id, go.wait));
    Err(trap)
}

/// Size of a `time.Timer` as the runtime keeps it: its channel and whether it is set up, and more.
const TIMER: u64 = 128;

fn new_timer(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (when, period, function) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let at = call.at(m, 3);
    let argument = (m.memory.word(at)?, m.memory.word(at + 8)?);
    let channel = call.arg(m, 4)?;
    let timer = m.memory.alloc(TIMER)?;
    m.memory.write(timer + 8, 1, 1)?;
    // What keeps these from being collected.
    for (index, word) in [function, argument.0, argument.1, channel].into_iter().enumerate() {
        m.memory.set_word(timer + 64 + index as u64 * 8, word)?;
    }
    let state =
        Timer { period: period as i64, function, argument, channel, setting: 1, active: true };
    m.natives.timers.timers.insert(timer, state);
    m.scheduler.at(when as i64, TimerAction::Fire(timer, 1));
    m.holds(timer, &[function, argument.1, channel]);
    call.set(m, 0, timer)
}

/// Takes a timer out of service: whether it was active. Values that nobody has received are
/// dropped, as since Go 1.23.
fn stop(m: &mut Machine<'_>, timer: Addr) -> Result<bool, Trap> {
    let Some(state) = m.natives.timers.timers.get_mut(&timer) else { return Ok(false) };
    let mut active = std::mem::take(&mut state.active);
    state.setting += 1;
    let channel = state.channel;
    if channel != 0 && m.drain(channel)? {
        active = true;
    }
    Ok(active)
}

fn stop_timer(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let timer = call.arg(m, 0)?;
    let active = stop(m, timer)?;
    call.set(m, 0, u64::from(active))
}

fn reset_timer(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (timer, when, period) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let active = stop(m, timer)?;
    if let Some(state) = m.natives.timers.timers.get_mut(&timer) {
        state.period = period as i64;
        state.active = true;
        let setting = state.setting;
        m.scheduler.at(when as i64, TimerAction::Fire(timer, setting));
    }
    call.set(m, 0, u64::from(active))
}

impl Machine<'_> {
    /// A timer is due: its function runs on a goroutine of its own.
    pub(crate) fn fire(&mut self, timer: Addr, setting: u64) -> Result<(), Trap> {
        let now = self.scheduler.now();
        let Some(state) = self.natives.timers.timers.get_mut(&timer) else { return Ok(()) };
        if !state.active || state.setting != setting {
            return Ok(());
        }
        if state.period > 0 {
            self.scheduler.at(now.saturating_add(state.period), TimerAction::Fire(timer, setting));
        } else {
            state.active = false;
        }
        let (function, argument) = (state.function, state.argument);
        let callee = self.callee_of_closure(function)?;
        let words = [argument.0, argument.1, 0, 0];
        let args = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.tell_started(None, &callee.code, CallKind::Timer);
        self.start(Deferred { code: callee.code, closure: callee.closure, args }, None)?;
        Ok(())
    }
}
