//! Coroutines (`iter.Pull`): two goroutines of which one waits while the other runs.

use super::{Call, List};
use crate::goroutine::{Deferred, GoId, Goroutine, Waiting};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::CallKind;
use crate::trap::Trap;
use gossa_base::FxHashMap;

/// By coroutine: the goroutine that waits in it, and in which of its waits; `None`: it has not
/// begun.
pub(crate) type Coroutines = FxHashMap<Addr, (GoId, Option<u64>)>;

pub(super) const LIST: List =
    &[("iter.newcoro", new), ("iter.coroswitch", switch), ("runtime.coroswitch", switch)];

fn new(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let function = call.arg(m, 0)?;
    let coroutine = m.memory.alloc(64)?;
    let callee = m.callee_of_closure(function)?;
    let args = coroutine.to_le_bytes().into();
    m.holds(coroutine, &[function]);
    m.tell_started(None, &callee.code, CallKind::Coroutine);
    let id = m.start_parked(Deferred { code: callee.code, closure: callee.closure, args })?;
    if let Some(go) = m.goroutines.get_mut(&id) {
        go.coroutine = Some(coroutine);
    }
    m.natives.coroutines.insert(coroutine, (id, None));
    call.set(m, 0, coroutine)
}

fn switch(m: &mut Machine<'_>, go: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    if m.woken(go)?.is_some() {
        return Ok(());
    }
    let coroutine = call.arg(m, 0)?;
    let trap = Machine::wait(go, Waiting::Coroutine);
    let mine = (go.id, Some(go.wait));
    match m.natives.coroutines.insert(coroutine, mine) {
        Some((other, None)) => m.scheduler.ready(other),
        Some((other, Some(wait))) => {
            m.wake(other, wait);
        }
        None => return Err(Trap::Fatal("coroswitch on exited coro".into())),
    }
    Err(trap)
}

impl Machine<'_> {
    /// A coroutine's goroutine has ended: the one that waits goes on.
    pub(crate) fn leave_coroutine(&mut self, coroutine: Addr) {
        if let Some((other, Some(wait))) = self.natives.coroutines.remove(&coroutine) {
            self.wake(other, wait);
        }
    }
}
