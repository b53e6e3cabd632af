//! Telling somebody what happens in a run, as it happens: calls, allocations, loads, stores, and
//! what goroutines do to each other. What analyses claim can be held against it.
//!
//! Where a run is observed, `compile` puts an operation in front of or behind those that are told;
//! a run that nobody observes has none of them and pays nothing. While a run is observed, memory
//! is collected only when there is no other way, so that the address of an object stays its own.

use crate::code::{Code, CodeKey, List, NO_SLOT, Op, Pc, Target};
use crate::goroutine::{GoId, Goroutine};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use gossa_ssa::{FuncId, FuncKey, InstId};

/// Where something happens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// The function.
    pub func: FuncId,
    /// Its instruction.
    pub inst: InstId,
    /// Who runs it.
    pub goroutine: GoId,
}

/// How a function is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallKind {
    /// By a call.
    Call,
    /// By a go statement: the call is the new goroutine's first.
    Go,
    /// By a defer statement, when that is executed.
    Defer,
    /// By the machine, for a function that it runs itself (`reflect` calls, for example).
    Machine,
}

/// A variable in memory: it is another one where `base` is another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Object {
    /// Where it begins.
    pub base: Addr,
    /// Its size, as the allocator rounds it.
    pub size: u64,
}

/// A load or a store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Access {
    /// The instruction.
    pub site: Site,
    /// The object.
    pub object: Object,
    /// Bytes from its start.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
}

/// What a goroutine does to others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sync {
    /// It has started this one.
    Go(GoId),
    /// It is about to send on this channel.
    Send(Addr),
    /// It has received from this channel, a value or the end.
    Receive(Addr),
    /// It is about to close this channel.
    Close(Addr),
    /// It has passed a select by an arm that sends on this channel.
    SelectSend(Addr),
    /// It has passed a select by an arm that receives from this channel.
    SelectReceive(Addr),
    /// It is about to call this function of `sync` or `sync/atomic`, with this first argument.
    Function(FuncId, u64),
}

/// Is told what happens. What is not overridden is not told.
///
/// Loads and stores are those of instructions that load and store; what maps, `copy`, `append` and
/// functions that the machine runs itself do to memory is not told.
pub trait Observer {
    /// A call is about to begin. `site` is `None` where the machine itself calls.
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        let _ = (site, callee, kind);
    }

    /// A variable was made: by `new`, `make`, a composite literal, a closure, a conversion to an
    /// interface, or an `append` that had to grow.
    fn allocation(&mut self, site: Site, object: Object) {
        let _ = (site, object);
    }

    /// A variable is about to be read.
    fn load(&mut self, access: &Access) {
        let _ = access;
    }

    /// A variable is about to be written.
    fn store(&mut self, access: &Access) {
        let _ = access;
    }

    /// A goroutine meets others.
    fn sync(&mut self, site: Site, event: Sync) {
        let _ = (site, event);
    }
}

/// Whether an operation is told before it is executed.
pub(crate) fn is_told_before(op: &Op) -> bool {
    matches!(
        op,
        Op::Call { .. }
            | Op::TailCall { .. }
            | Op::Go { .. }
            | Op::Defer { .. }
            | Op::Load { .. }
            | Op::Load8 { .. }
            | Op::Store { .. }
            | Op::Store8 { .. }
            | Op::Send { .. }
            | Op::ChanClose { .. }
    )
}

/// Whether an operation is told once it is done.
pub(crate) fn is_told_after(op: &Op) -> bool {
    matches!(
        op,
        Op::Alloc { .. }
            | Op::Closure { .. }
            | Op::MethodValue { .. }
            | Op::MakeSlice { .. }
            | Op::MakeMap { .. }
            | Op::MakeChan { .. }
            | Op::MakeInterface { .. }
            | Op::Table { .. }
            | Op::Append { .. }
            | Op::Receive { .. }
            | Op::Go { .. }
    )
}

impl Machine<'_> {
    /// Where an operation of the top activation is in the program; wrappers stand for the call
    /// that led to them.
    fn site(&self, go: &Goroutine, code: &Code, pc: Pc) -> Option<Site> {
        let goroutine = go.id;
        let of = |code: &Code, pc: Pc| match code.key {
            CodeKey::Func(func) if !code.wrapper => {
                Some(Site { func, inst: *code.insts.get(pc as usize)?, goroutine })
            }
            _ => None,
        };
        let below = || go.frames.iter().rev().skip(1);
        of(code, pc).or_else(|| below().find_map(|frame| of(&frame.code, frame.pc)))
    }

    fn object(&self, addr: Addr) -> Option<Object> {
        self.memory.object_at(addr).map(|(base, size)| Object { base, size })
    }

    /// Tells what the operation behind is about to do.
    pub(crate) fn tell_before(
        &mut self,
        go: &Goroutine,
        code: &Code,
        base: Addr,
        pc: Pc,
    ) -> Result<(), Trap> {
        let pc = pc + 1;
        let word = |machine: &Self, slot: u32| machine.memory.word(base + u64::from(slot));
        match code.ops[pc as usize] {
            Op::Call { target, args, .. } | Op::TailCall { target, args } => {
                self.tell_call(go, code, base, pc, (target, args), CallKind::Call)?;
            }
            Op::Go { target, args } => {
                self.tell_call(go, code, base, pc, (target, args), CallKind::Go)?;
            }
            Op::Defer { target, args, .. } => {
                self.tell_call(go, code, base, pc, (target, args), CallKind::Defer)?;
            }
            Op::Load { ptr, size, .. } => {
                let at = word(self, ptr)?;
                self.tell_access(go, code, pc, at, u64::from(size), false);
            }
            Op::Load8 { ptr, .. } => {
                let at = word(self, ptr)?;
                self.tell_access(go, code, pc, at, 8, false);
            }
            Op::Store { ptr, size, .. } => {
                let at = word(self, ptr)?;
                self.tell_access(go, code, pc, at, u64::from(size), true);
            }
            Op::Store8 { ptr, .. } => {
                let at = word(self, ptr)?;
                self.tell_access(go, code, pc, at, 8, true);
            }
            Op::Send { chan, .. } => {
                let chan = word(self, chan)?;
                self.tell_sync(go, code, pc, Sync::Send(chan));
            }
            Op::ChanClose { chan } => {
                let chan = word(self, chan)?;
                self.tell_sync(go, code, pc, Sync::Close(chan));
            }
            _ => {}
        }
        Ok(())
    }

    /// Tells what the operation in front has done.
    pub(crate) fn tell_after(
        &mut self,
        go: &Goroutine,
        code: &Code,
        base: Addr,
        pc: Pc,
    ) -> Result<(), Trap> {
        let pc = pc - 1;
        let word = |machine: &Self, slot: u32| machine.memory.word(base + u64::from(slot));
        let made = match code.ops[pc as usize] {
            Op::Alloc { dst, .. }
            | Op::Closure { dst, .. }
            | Op::MethodValue { dst, .. }
            | Op::MakeSlice { dst, .. }
            | Op::MakeMap { dst, .. }
            | Op::MakeChan { dst, .. } => word(self, dst)?,
            Op::MakeInterface { dst, ty, .. } if !self.types.info(ty).direct => {
                word(self, dst + 8)?
            }
            Op::Append { dst, slice, .. } => match word(self, dst)? {
                same if same == word(self, slice)? => 0,
                fresh => fresh,
            },
            Op::Receive { chan, .. } => {
                let chan = word(self, chan)?;
                self.tell_sync(go, code, pc, Sync::Receive(chan));
                0
            }
            Op::Go { .. } => {
                let started = self.scheduler.newest();
                self.tell_sync(go, code, pc, Sync::Go(started));
                0
            }
            _ => 0,
        };
        let Some(site) = self.site(go, code, pc) else { return Ok(()) };
        let mut all = std::mem::take(&mut self.made);
        all.push(made);
        for made in all {
            if made != self.zero_base()
                && let Some(object) = self.object(made)
                && let Some(observer) = &mut self.observer
            {
                observer.allocation(site, object);
            }
        }
        Ok(())
    }

    fn tell_call(
        &mut self,
        go: &Goroutine,
        code: &Code,
        base: Addr,
        pc: Pc,
        (target, args): (Target, List),
        kind: CallKind,
    ) -> Result<(), Trap> {
        // What cannot be called panics when it is, or when a deferred call runs.
        let Ok(callee) = self.resolve(base, target) else { return Ok(()) };
        // Wrappers tell whom they call.
        let CodeKey::Func(func) = callee.code.key else { return Ok(()) };
        if callee.code.wrapper && self.intrinsic(func).is_none() {
            return Ok(());
        }
        let site = self.site(go, code, pc);
        let first = match (callee.data, code.list(args).first()) {
            (Some(data), _) => Some(data),
            (None, Some(&slot)) if slot != NO_SLOT => {
                Some(self.memory.word(base + u64::from(slot))?)
            }
            _ => None,
        };
        let Some(observer) = &mut self.observer else { return Ok(()) };
        observer.call(site, func, kind);
        if let (Some(site), Some(first), FuncKey::Decl { decl, .. }) = (site, first, func.key())
            && matches!(decl.package().path(), "sync" | "sync/atomic")
        {
            observer.sync(site, Sync::Function(func, first));
        }
        Ok(())
    }

    /// Tells of a call that the machine makes for a function that it runs itself.
    #[cold]
    pub(crate) fn tell_machine_call(&mut self, go: &Goroutine, callee: &Code) {
        let CodeKey::Func(func) = callee.key else { return };
        let Some(frame) = go.frames.last() else { return };
        let site = self.site(go, &frame.code, frame.pc);
        if let Some(observer) = &mut self.observer {
            observer.call(site, func, CallKind::Machine);
        }
    }

    fn tell_access(
        &mut self,
        go: &Goroutine,
        code: &Code,
        pc: Pc,
        addr: Addr,
        size: u64,
        stores: bool,
    ) {
        // A nil pointer is about to be caught.
        let (Some(object), Some(site)) = (self.object(addr), self.site(go, code, pc)) else {
            return;
        };
        let access = Access { site, object, offset: addr - object.base, size };
        match &mut self.observer {
            Some(observer) if stores => observer.store(&access),
            Some(observer) => observer.load(&access),
            None => {}
        }
    }

    /// Tells what a goroutine does to others.
    pub(crate) fn tell_sync(&mut self, go: &Goroutine, code: &Code, pc: Pc, event: Sync) {
        if let Some(site) = self.site(go, code, pc)
            && let Some(observer) = &mut self.observer
        {
            observer.sync(site, event);
        }
    }
}
