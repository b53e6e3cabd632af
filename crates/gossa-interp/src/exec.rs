//! Running code: the loop over operations, and those that move control between activations.
//!
//! The operations that only compute are in the modules below; see `unwind` for panics.

mod arith;
mod interface;
mod memory;
mod text;

use crate::code::{Code, CodeId, CodeKey, List, NO_SLOT, Op, Pc, Slot, Target};
use crate::goroutine::{Deferred, Goroutine, Waiting};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::{AllocationKind, CallKind};
use crate::trap::Trap;
use crate::types::slot_size;
use std::rc::Rc;

/// Why a goroutine stops running for now.
pub(crate) enum Pause {
    /// Others may run; it can go on at any time.
    Preempted,
    /// It waits.
    Waiting,
    /// It has ended.
    Ended,
}

/// What follows an operation.
pub(crate) enum Next {
    /// The operation behind it.
    On,
    /// Another of the same activation.
    To(Pc),
    /// Whatever the top activation says.
    Frame,
}

/// A function to be called, with what it takes besides the arguments.
pub(crate) struct Callee {
    pub(crate) code: Rc<Code>,
    /// The closure; 0 for a function known by name.
    pub(crate) closure: Addr,
    /// The data word of the interface whose method it is.
    pub(crate) data: Option<u64>,
}

impl Machine<'_> {
    /// Runs a goroutine for at most `quantum` operations.
    pub(crate) fn run_goroutine(
        &mut self,
        go: &mut Goroutine,
        quantum: u64,
    ) -> Result<Pause, Trap> {
        let mut left = quantum;
        // The step at which memory was short.
        let mut retried = 0;
        loop {
            if self.memory.is_due() {
                self.collect_now(go)?;
            }
            let Some(frame) = go.frames.last() else { return Ok(Pause::Ended) };
            let (code, base, mut pc) = (frame.code.clone(), frame.base, frame.pc);
            let trap = loop {
                if left == 0 {
                    set_pc(go, pc);
                    return Ok(Pause::Preempted);
                }
                left -= 1;
                self.steps += 1;
                match self.op(go, &code, base, pc) {
                    Ok(Next::On) => pc += 1,
                    Ok(Next::To(to)) => {
                        pc = to;
                        if self.memory.is_due() {
                            set_pc(go, pc);
                            self.collect_now(go)?;
                        }
                    }
                    Ok(Next::Frame) => break None,
                    // All but intrinsics allocate before they do anything else.
                    Err(Trap::OutOfMemory) if self.can_retry(&code, pc, &mut retried) => {
                        set_pc(go, pc);
                        self.collect(go)?;
                    }
                    Err(trap) => break Some(trap),
                }
            };
            let Some(trap) = trap else { continue };
            match trap {
                Trap::Wait => {
                    set_pc(go, pc);
                    return Ok(Pause::Waiting);
                }
                Trap::Call(call, results) => {
                    set_pc(go, pc);
                    if self.observer.is_some() {
                        let site = self.site(go, &code, pc);
                        self.tell_started(site, &call.code, CallKind::Reflect);
                    }
                    self.enter_deferred(go, *call, results, false)?;
                    go.native_result = None;
                }
                Trap::Yield => {
                    set_pc(go, pc + 1);
                    return Ok(Pause::Preempted);
                }
                other => {
                    set_pc(go, pc);
                    let site = self.observer.as_ref().and_then(|_| self.site(go, &code, pc));
                    self.trapped(go, other)?;
                    self.tell_fresh(site, AllocationKind::Panic);
                    if go.frames.is_empty() {
                        return Ok(Pause::Ended);
                    }
                }
            }
        }
    }

    /// Whether an operation that found no memory can be tried again once what is not used any
    /// more has been collected: not twice.
    fn can_retry(&self, code: &Code, pc: Pc, retried: &mut u64) -> bool {
        let last = std::mem::replace(retried, self.steps);
        last + 1 != self.steps && !matches!(code.ops[pc as usize], Op::Intrinsic { .. })
    }

    #[inline]
    fn op(
        &mut self,
        go: &mut Goroutine,
        code: &Rc<Code>,
        base: Addr,
        pc: Pc,
    ) -> Result<Next, Trap> {
        let at = |slot: Slot| base + u64::from(slot);
        match code.ops[pc as usize] {
            Op::Move8 { dst, src } => {
                let word = self.memory.word(at(src))?;
                self.memory.set_word(at(dst), word)?;
            }
            Op::Word { dst, low, high } => {
                self.memory.set_word(at(dst), u64::from(low) | u64::from(high) << 32)?;
            }
            Op::Load8 { dst, ptr } => {
                let ptr = self.memory.word(at(ptr))?;
                let word = self.memory.word(ptr)?;
                self.memory.set_word(at(dst), word)?;
            }
            Op::Store8 { ptr, src } => {
                let ptr = self.memory.word(at(ptr))?;
                let word = self.memory.word(at(src))?;
                self.memory.set_word(ptr, word)?;
            }
            Op::AddWord { dst, x, y } => {
                let sum = self.memory.word(at(x))?.wrapping_add(self.memory.word(at(y))?);
                self.memory.set_word(at(dst), sum)?;
            }
            Op::SubWord { dst, x, y } => {
                let difference = self.memory.word(at(x))?.wrapping_sub(self.memory.word(at(y))?);
                self.memory.set_word(at(dst), difference)?;
            }
            Op::Jump { to } => return Ok(Next::To(to)),
            Op::Branch { cond, then, otherwise } => {
                let taken = self.memory.read(at(cond), 1)? & 1 == 1;
                return Ok(Next::To(if taken { then } else { otherwise }));
            }
            Op::Call { target, args, dst } => {
                let callee = self.resolve(base, target)?;
                set_pc(go, pc);
                let dst = if dst == NO_SLOT { 0 } else { at(dst) };
                self.enter(go, callee, code, base, args, dst)?;
                return Ok(Next::Frame);
            }
            Op::Return { results } => {
                self.leave(go, code, base, results)?;
                return Ok(Next::Frame);
            }
            Op::TailCall { target, args } => {
                let callee = self.resolve(base, target)?;
                let call = self.deferred(callee, code, base, args)?;
                let Some(old) = go.pop() else { return Ok(Next::Frame) };
                let deferred = old.deferred;
                self.enter_deferred(go, call, old.dst, deferred)?;
                return Ok(Next::Frame);
            }
            Op::Go { target, args } => {
                let callee = self.resolve_for_go(base, target)?;
                let call = self.deferred(callee, code, base, args)?;
                set_pc(go, pc);
                self.start(call, Some(go))?;
            }
            Op::Defer { target, args, stack } => {
                let callee = self.resolve_deferred(base, target)?;
                let call = self.deferred(callee, code, base, args)?;
                let frame = if stack == NO_SLOT {
                    go.frames.last_mut()
                } else {
                    let id = self.memory.word(at(stack))?;
                    go.frames.iter_mut().rfind(|frame| frame.id == id)
                };
                if let Some(frame) = frame {
                    frame.defers.push(call);
                }
            }
            Op::DeferStack { dst } => {
                let id = go.frames.last().map_or(0, |frame| frame.id);
                self.memory.set_word(at(dst), id)?;
            }
            Op::RunDefers => {
                let Some(call) = go.frames.last_mut().and_then(|frame| frame.defers.pop()) else {
                    return Ok(Next::On);
                };
                set_pc(go, pc);
                if self.observer.is_some() {
                    let site = self.site(go, code, pc);
                    self.tell_started(site, &call.code, CallKind::Deferred);
                }
                self.enter_deferred(go, call, 0, true)?;
                return Ok(Next::Frame);
            }
            Op::Unwind { recovered } => {
                set_pc(go, pc);
                return self.unwind_op(go, recovered);
            }
            Op::Recover { dst } => {
                let value = self.recover(go);
                self.memory.set_word(at(dst), value.0)?;
                self.memory.set_word(at(dst) + 8, value.1)?;
            }
            Op::TellBefore => self.tell_before(go, code, base, pc)?,
            Op::TellAfter => self.tell_after(go, code, base, pc)?,
            Op::TellEnter => self.tell_enter(go, code, pc),
            Op::TellValue { value, slot, words } => {
                self.tell_value(go, code, (value, at(slot)), words)?;
            }
            Op::TellLinks { holder, value, words, whole } => {
                let holder = self.memory.word(at(holder))?;
                self.tell_links(go, code, pc, (holder, at(value), whole), code.list(words))?;
            }
            Op::TellElements { slice, old, count, elem } => {
                self.tell_elements(go, code, base, pc, (slice, old, count), elem)?;
            }
            Op::Context { dst } => {
                let closure = go.frames.last().map_or(0, |frame| frame.closure);
                self.memory.set_word(at(dst), closure)?;
            }
            Op::InitOnce { flag } => {
                if self.memory.word(flag)? != 0 {
                    self.leave(go, code, base, List::default())?;
                    return Ok(Next::Frame);
                }
                self.memory.set_word(flag, 1)?;
            }
            Op::Send { chan, value } => {
                let chan = self.memory.word(at(chan))?;
                self.send(go, chan, at(value))?;
            }
            Op::Receive { dst, chan, ok } => {
                let chan = self.memory.word(at(chan))?;
                let came = self.receive(go, chan, at(dst))?;
                self.set_ok(base, ok, came)?;
            }
            Op::Select { arms, default } => {
                let (to, chosen) = self.select(go, code, base, arms, default)?;
                if let Some(event) = chosen
                    && self.observer.is_some()
                {
                    self.tell_sync(go, code, pc, event);
                    self.tell_selected(go, code, (base, pc), arms, (to, event))?;
                }
                return Ok(Next::To(to));
            }
            Op::Intrinsic { index } => {
                let call = crate::intrinsics::Call { base, code: code.clone() };
                self.run_intrinsic(go, index, &call)?;
            }
            op => self.compute(code, base, op)?,
        }
        Ok(Next::On)
    }

    /// Writes the second result of a comma-ok form, where it has one.
    pub(crate) fn set_ok(&mut self, base: Addr, ok: Slot, value: bool) -> Result<(), Trap> {
        if ok == NO_SLOT {
            return Ok(());
        }
        self.memory.write(base + u64::from(ok), 1, u64::from(value))
    }

    /// The function that a call calls.
    pub(crate) fn resolve(&mut self, base: Addr, target: Target) -> Result<Callee, Trap> {
        match target {
            Target::Code(id) => Ok(Callee { code: self.code(id)?, closure: 0, data: None }),
            Target::Value(slot) => {
                let closure = self.memory.word(base + u64::from(slot))?;
                self.callee_of_closure(closure)
            }
            Target::Method(slot, method) => {
                let table = self.memory.word(base + u64::from(slot))?;
                let data = self.memory.word(base + u64::from(slot) + 8)?;
                if table == 0 {
                    return Err(Trap::NilDereference(0));
                }
                let ty = self.dynamic_type(table, false)?;
                let code = self.dispatch(ty, method).ok_or_else(|| {
                    Trap::Unsupported(format!("a method that {:?} lacks", self.types.info(ty).id))
                })?;
                Ok(Callee { code: self.code(code)?, closure: 0, data: Some(data) })
            }
        }
    }

    /// A nil function only panics when the deferred call runs.
    fn resolve_deferred(&mut self, base: Addr, target: Target) -> Result<Callee, Trap> {
        if let Target::Value(slot) = target
            && self.memory.word(base + u64::from(slot))? == 0
        {
            let id = self.code_of(CodeKey::NilFunction);
            return Ok(Callee { code: self.code(id)?, closure: 0, data: None });
        }
        self.resolve(base, target)
    }

    fn resolve_for_go(&mut self, base: Addr, target: Target) -> Result<Callee, Trap> {
        if let Target::Value(slot) = target
            && self.memory.word(base + u64::from(slot))? == 0
        {
            return Err(Trap::Fatal("go of nil func value".into()));
        }
        self.resolve(base, target)
    }

    /// The function of a closure.
    pub(crate) fn callee_of_closure(&mut self, closure: Addr) -> Result<Callee, Trap> {
        let addr = self.memory.word(closure)?;
        let id = CodeId::at(addr).filter(|&id| self.has_code(id)).ok_or(Trap::BadAddress(addr))?;
        let id = self.made_by_reflect(id, closure)?;
        Ok(Callee { code: self.code(id)?, closure, data: None })
    }

    /// Begins a call: a new activation with captures and arguments in place.
    fn enter(
        &mut self,
        go: &mut Goroutine,
        callee: Callee,
        code: &Code,
        base: Addr,
        args: List,
        dst: Addr,
    ) -> Result<(), Trap> {
        let Callee { code: called, closure, data } = callee;
        let captures = u64::from(called.capture_bytes);
        let frame = go.push(&mut self.memory, called, closure, dst)?;
        let to = frame.base;
        if captures > 0 {
            self.memory.copy(to, closure + 8, captures)?;
        }
        let mut to = to + captures;
        if let Some(data) = data {
            self.memory.set_word(to, data)?;
            to += 8;
        }
        for arg in code.list(args).chunks_exact(2) {
            let size = u64::from(arg[1]);
            self.memory.copy(to, base + u64::from(arg[0]), size)?;
            to += slot_size(size);
        }
        Ok(())
    }

    /// A call to be made later: the arguments are copied now.
    fn deferred(
        &mut self,
        callee: Callee,
        code: &Code,
        base: Addr,
        args: List,
    ) -> Result<Deferred, Trap> {
        let Callee { code: called, closure, data } = callee;
        let mut bytes = Vec::with_capacity(called.param_bytes as usize);
        bytes.extend(data.iter().flat_map(|data| data.to_le_bytes()));
        for arg in code.list(args).chunks_exact(2) {
            let size = u64::from(arg[1]);
            bytes.extend_from_slice(self.memory.slice(base + u64::from(arg[0]), size)?);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        Ok(Deferred { code: called, closure, args: bytes.into() })
    }

    /// Begins a call whose arguments were copied before.
    pub(crate) fn enter_deferred(
        &mut self,
        go: &mut Goroutine,
        call: Deferred,
        dst: Addr,
        deferred: bool,
    ) -> Result<(), Trap> {
        let captures = u64::from(call.code.capture_bytes);
        let frame = go.push(&mut self.memory, call.code, call.closure, dst)?;
        frame.deferred = deferred;
        let base = frame.base;
        if captures > 0 {
            self.memory.copy(base, call.closure + 8, captures)?;
        }
        self.memory.slice_mut(base + captures, call.args.len() as u64)?.copy_from_slice(&call.args);
        Ok(())
    }

    /// Ends an activation: its results go to the caller.
    fn leave(
        &mut self,
        go: &mut Goroutine,
        code: &Code,
        base: Addr,
        results: List,
    ) -> Result<(), Trap> {
        let Some(frame) = go.pop() else { return Ok(()) };
        let dst = frame.dst;
        if frame.dst != 0 {
            let mut to = frame.dst;
            for result in code.list(results).chunks_exact(2) {
                let size = u64::from(result[1]);
                self.memory.copy(to, base + u64::from(result[0]), size)?;
                to += slot_size(size);
            }
        }
        if let Some(caller) = go.frames.last_mut() {
            match caller.code.ops[caller.pc as usize] {
                // Those that run deferred calls go on until there is none left.
                Op::RunDefers | Op::Unwind { .. } => {}
                Op::Intrinsic { .. } => go.native_result = Some(dst),
                _ => caller.pc += 1,
            }
        }
        Ok(())
    }

    /// What stands for a function that `reflect` made: the closure says which type it has.
    fn made_by_reflect(&mut self, id: CodeId, closure: Addr) -> Result<CodeId, Trap> {
        match self.stub(id) {
            Some(stub) => stub.code(self, closure),
            None => Ok(id),
        }
    }

    /// Makes a goroutine wait; the operation runs again when it is woken.
    pub(crate) fn wait(go: &mut Goroutine, what: Waiting) -> Trap {
        go.waiting = Some(what);
        go.wait += 1;
        Trap::Wait
    }
}

fn set_pc(go: &mut Goroutine, pc: Pc) {
    if let Some(frame) = go.frames.last_mut() {
        frame.pc = pc;
    }
}
