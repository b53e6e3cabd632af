//! What `sync` asks of the runtime: semaphores, condition variables, spinning.

use super::{Call, List, nothing};
use crate::goroutine::{GoId, Goroutine, Waiting, Wake};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use gossa_base::FxHashMap;
use std::collections::VecDeque;

/// Who waits for semaphores and condition variables, by address.
#[derive(Clone, Default)]
pub(crate) struct Semaphores {
    waiting: FxHashMap<Addr, VecDeque<(GoId, u64)>>,
    notified: FxHashMap<Addr, VecDeque<(GoId, u64, u64)>>,
}

pub(super) const LIST: List = &[
    ("sync.runtime_Semacquire", acquire),
    ("sync.runtime_SemacquireWaitGroup", acquire),
    ("sync.runtime_SemacquireRWMutexR", acquire),
    ("sync.runtime_SemacquireRWMutex", acquire),
    ("internal/sync.runtime_SemacquireMutex", acquire),
    ("internal/poll.runtime_Semacquire", acquire),
    ("sync.runtime_Semrelease", release),
    ("internal/sync.runtime_Semrelease", release),
    ("internal/poll.runtime_Semrelease", release),
    ("sync.runtime_notifyListAdd", list_add),
    ("sync.runtime_notifyListWait", list_wait),
    ("sync.runtime_notifyListNotifyAll", list_notify_all),
    ("sync.runtime_notifyListNotifyOne", list_notify_one),
    ("sync.runtime_notifyListCheck", nothing),
    ("sync.runtime_registerPoolCleanup", register_pools),
    ("sync.runtime_procPin", pin),
    ("sync.runtime_procUnpin", unpin),
    ("sync/atomic.runtime_procPin", pin),
    ("sync/atomic.runtime_procUnpin", unpin),
    ("sync.runtime_randn", randn),
    ("sync.throw", throw),
    ("sync.fatal", throw),
    ("internal/sync.throw", throw),
    ("internal/sync.fatal", throw),
    ("internal/sync.runtime_canSpin", nothing),
    ("internal/sync.runtime_doSpin", nothing),
    ("internal/sync.runtime_nanotime", nanotime),
    ("internal/sync.runtime_rand", random),
];

/// What is to run before each collection.
fn register_pools(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    m.duties.empty_pools = call.arg(m, 0)?;
    Ok(())
}

fn pin(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    m.duties.pins += 1;
    nothing(m, go, call)
}

fn unpin(m: &mut Machine<'_>, _: &mut Goroutine, _: &Call) -> Result<(), Trap> {
    m.duties.pins = m.duties.pins.saturating_sub(1);
    Ok(())
}

fn acquire(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    if m.woken(go)?.is_some() {
        return Ok(());
    }
    let addr = call.arg(m, 0)?;
    let count = m.memory.read(addr, 4)?;
    if count > 0 {
        return m.memory.write(addr, 4, count - 1);
    }
    let trap = Machine::wait(go, Waiting::Semaphore);
    m.natives.semaphores.waiting.entry(addr).or_default().push_back((go.id, go.wait));
    Err(trap)
}

fn release(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let addr = call.arg(m, 0)?;
    // Who waits gets it, without its ever being free.
    while let Some((id, wait)) =
        m.natives.semaphores.waiting.get_mut(&addr).and_then(VecDeque::pop_front)
    {
        if m.wake(id, wait) {
            return Ok(());
        }
    }
    m.natives.semaphores.waiting.remove(&addr);
    let count = m.memory.read(addr, 4)?;
    m.memory.write(addr, 4, count + 1)
}

/// A list's tickets: how many were given out, and how many were called.
fn list_add(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let list = call.arg(m, 0)?;
    let ticket = m.memory.read(list, 4)?;
    m.memory.write(list, 4, ticket + 1)?;
    call.set(m, 0, ticket)
}

fn list_wait(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    if m.woken(go)?.is_some() {
        return Ok(());
    }
    let (list, ticket) = (call.arg(m, 0)?, call.arg(m, 1)?);
    let called = m.memory.read(list + 4, 4)?;
    // Tickets wrap around.
    if (ticket as u32).wrapping_sub(called as u32) as i32 <= -1 {
        return Ok(());
    }
    let trap = Machine::wait(go, Waiting::Condition);
    let waiter = (go.id, go.wait, ticket);
    m.natives.semaphores.notified.entry(list).or_default().push_back(waiter);
    Err(trap)
}

fn list_notify_all(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let list = call.arg(m, 0)?;
    let given = m.memory.read(list, 4)?;
    m.memory.write(list + 4, 4, given)?;
    for (id, wait, _) in m.natives.semaphores.notified.remove(&list).unwrap_or_default() {
        m.wake(id, wait);
    }
    Ok(())
}

fn list_notify_one(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let list = call.arg(m, 0)?;
    let (given, called) = (m.memory.read(list, 4)?, m.memory.read(list + 4, 4)?);
    if given == called {
        return Ok(());
    }
    m.memory.write(list + 4, 4, called + 1)?;
    let queue = m.natives.semaphores.notified.entry(list).or_default();
    if let Some(at) = queue.iter().position(|&(_, _, ticket)| ticket == called)
        && let Some((id, wait, _)) = queue.remove(at)
    {
        m.wake(id, wait);
    }
    Ok(())
}

fn randn(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let count = call.arg(m, 0)?;
    let value = m.scheduler.choose(count)?;
    call.set(m, 0, value)
}

pub(super) fn random(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let value = m.scheduler.random()?;
    call.set(m, 0, value)
}

pub(super) fn nanotime(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let now = m.scheduler.now();
    call.set(m, 0, now as u64)
}

pub(super) fn throw(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let text = m.string(call.at(m, 0))?;
    Err(Trap::Fatal(String::from_utf8_lossy(text).into_owned()))
}

impl Machine<'_> {
    /// Wakes a goroutine from one of its waits; whether it still waited.
    pub(crate) fn wake(&mut self, id: GoId, wait: u64) -> bool {
        let Some(go) = self.goroutines.get_mut(&id) else { return false };
        if go.wait != wait || go.waiting.is_none() || go.wake.is_some() {
            return false;
        }
        go.wake = Some(Wake::Done { arm: 0, ok: true });
        self.scheduler.ready(id);
        true
    }
}
