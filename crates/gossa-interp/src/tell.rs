//! What a run that is observed does to tell its [`Observer`]: the operations that `compile` adds,
//! and the hooks of what the machine does by itself.
//!
//! [`Observer`]: crate::observe::Observer

use crate::code::{ARM, Code, CodeKey, List, NO_SLOT, Op, Pc, Slot, Target};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::{
    Access, Activation, AllocationKind, CallKind, Definition, Object, Pointer, Site, Sync, Touch,
    allocates, told,
};
use crate::trap::Trap;
use crate::types::Ty;
use gossa_ssa::{FuncKey, MethodTarget, ValueId};
use gossa_types::DeclId;

/// Whether code is that of a function that the machine runs itself.
fn is_intrinsic(code: &Code) -> bool {
    code.ops.iter().any(|op| matches!(op, Op::Intrinsic { .. }))
}

impl Machine<'_> {
    /// Does something whose allocations nobody is told of.
    pub(crate) fn unobserved<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let log = self.memory.fresh.take();
        let result = work(self);
        self.memory.fresh = log;
        result
    }

    /// Where an operation of the top activation is in the program.
    pub(crate) fn site(&self, go: &Goroutine, code: &Code, pc: Pc) -> Option<Site> {
        let mut by = None;
        let mut next = Some((code, pc));
        for frame in go.frames.iter().rev() {
            let (code, pc) = next.take().unwrap_or((&frame.code, frame.pc));
            let CodeKey::Func(func) = code.key else { continue };
            if code.wrapper {
                continue;
            }
            if is_intrinsic(code) {
                by = by.or(Some(func));
                continue;
            }
            let inst = *code.insts.get(pc as usize)?;
            return Some(Site { func, inst, goroutine: go.id, frame: frame.id, by });
        }
        // The first call of a goroutine is made by the go statement.
        let (code, pc, by_go) = go.creator.as_ref()?;
        let CodeKey::Func(func) = code.key else { return None };
        let inst = *code.insts.get(*pc as usize)?;
        Some(Site { func, inst, goroutine: *by_go, frame: 0, by })
    }

    fn pointer(&self, addr: Addr) -> Option<Pointer> {
        let (base, size) = self.memory.object_at(addr)?;
        let object = Object { base, size };
        (base != self.zero_base()).then_some(Pointer { object, offset: addr - base })
    }

    /// Tells what the operation behind is about to do.
    pub(crate) fn tell_before(
        &mut self,
        go: &Goroutine,
        code: &Code,
        base: Addr,
        pc: Pc,
    ) -> Result<(), Trap> {
        let pc = told(pc, true);
        let at = |slot: Slot| base + u64::from(slot);
        let word = |machine: &Self, slot: Slot| machine.memory.word(at(slot));
        let access = |machine: &mut Self, addr: Addr, size: u64, stores: bool| {
            machine.tell_access(go, code, pc, (addr, size, stores));
        };
        match code.ops[pc as usize] {
            Op::Call { target, args, .. } => {
                let kind = match code.key {
                    CodeKey::MakeFunc(_) | CodeKey::ReflectMethod(_) => handed_on(go),
                    _ => CallKind::Call,
                };
                self.tell_call(go, code, base, pc, (target, args), kind)?;
            }
            Op::TailCall { target, args } => {
                let kind = handed_on(go);
                self.tell_call(go, code, base, pc, (target, args), kind)?;
            }
            Op::Go { target, args } => {
                self.tell_call(go, code, base, pc, (target, args), CallKind::Go)?;
            }
            Op::Defer { target, args, .. } => {
                self.tell_call(go, code, base, pc, (target, args), CallKind::Defer)?;
            }
            Op::Return { .. } => self.tell_leave(go),
            Op::Load { ptr, size, .. } => access(self, word(self, ptr)?, size.into(), false),
            Op::Load8 { ptr, .. } => access(self, word(self, ptr)?, 8, false),
            Op::Store { ptr, size, .. } => access(self, word(self, ptr)?, size.into(), true),
            Op::Store8 { ptr, .. } => access(self, word(self, ptr)?, 8, true),
            Op::Copy { to, from, size, .. } => {
                let count = word(self, to + 8)?.min(word(self, from + 8)?) * u64::from(size);
                access(self, word(self, from)?, count, false);
            }
            Op::Append { slice, more, elem, .. } => {
                let size = self.types.info(elem).size;
                access(self, word(self, more)?, word(self, more + 8)?.saturating_mul(size), false);
                let (len, cap) = (word(self, slice + 8)?, word(self, slice + 16)?);
                if len.saturating_add(word(self, more + 8)?) > cap {
                    access(self, word(self, slice)?, len.saturating_mul(size), false);
                }
            }
            Op::SliceClear { slice, size } => {
                let bytes = word(self, slice + 8)?.saturating_mul(size.into());
                access(self, word(self, slice)?, bytes, true);
            }
            Op::SliceToArray { x, size, .. } => access(self, word(self, x)?, size.into(), false),
            Op::BytesToString { x, .. } => {
                access(self, word(self, x)?, word(self, x + 8)?, false);
            }
            Op::RunesToString { x, .. } => {
                access(self, word(self, x)?, word(self, x + 8)?.saturating_mul(4), false);
            }
            Op::MapLookup { map, key, ty, .. } => {
                let size = self.map_value_size(ty);
                if let Ok(Some(found)) = self.map_find(ty, word(self, map)?, at(key)) {
                    access(self, found, size, false);
                }
            }
            Op::MapDelete { map, key, ty } => {
                let size = self.map_value_size(ty);
                if let Ok(Some(found)) = self.map_find(ty, word(self, map)?, at(key)) {
                    access(self, found, size, true);
                }
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
        let pc = told(pc, false);
        let at = |slot: Slot| base + u64::from(slot);
        let op = code.ops[pc as usize];
        let site = self.site(go, code, pc);
        if let Some(kind) = allocates(&op) {
            self.tell_fresh(site, kind);
        }
        match op {
            Op::MapUpdate { map, key, ty, .. } => {
                let size = self.map_value_size(ty);
                let map = self.memory.word(at(map))?;
                if let Ok(Some(found)) = self.map_find(ty, map, at(key)) {
                    self.tell_access(go, code, pc, (found, size, true));
                }
            }
            Op::NextMap { iterator, ty, .. } => {
                let iterator = self.memory.word(at(iterator))?;
                if let Some((key, value)) = self.map_current(iterator)? {
                    let (key_size, value_size) = self.map_entry_sizes(ty);
                    self.tell_access(go, code, pc, (key, key_size, false));
                    self.tell_access(go, code, pc, (value, value_size, false));
                }
            }
            Op::Receive { chan, .. } => {
                let chan = self.memory.word(at(chan))?;
                self.tell_sync(go, code, pc, Sync::Receive(chan));
            }
            Op::Go { .. } => {
                let started = self.scheduler.newest();
                self.tell_sync(go, code, pc, Sync::Go(started));
            }
            Op::Intrinsic { .. } => self.tell_touched(go, code, pc)?,
            _ => {}
        }
        Ok(())
    }

    /// Tells of objects that were made.
    pub(crate) fn tell_fresh(&mut self, site: Option<Site>, kind: AllocationKind) {
        let Some(fresh) = self.memory.fresh.as_mut() else { return };
        for (index, addr) in std::mem::take(fresh).into_iter().enumerate() {
            let kind = match kind {
                AllocationKind::Map | AllocationKind::Chan if index > 0 => AllocationKind::Part,
                kind => kind,
            };
            if let (Some(site), Some(made)) = (site, self.pointer(addr))
                && let Some(observer) = &mut self.observer
            {
                observer.allocation(site, made.object, kind);
            }
        }
    }

    pub(crate) fn tell_global(&mut self, variable: DeclId, addr: Addr) {
        if self.observer.is_some()
            && let Some(made) = self.pointer(addr)
            && let Some(observer) = &mut self.observer
        {
            observer.global(variable, made.object);
        }
    }

    /// Tells that an activation has begun, and that it has read what its closure captures.
    pub(crate) fn tell_enter(&mut self, go: &Goroutine, code: &Code, pc: Pc) {
        let (CodeKey::Func(func), Some(frame)) = (&code.key, go.frames.last()) else { return };
        let activation = Activation { goroutine: go.id, frame: frame.id };
        if let Some(observer) = &mut self.observer {
            observer.enter(activation, *func);
        }
        if frame.closure != 0 && code.capture_bytes > 0 {
            let size = u64::from(code.capture_bytes);
            self.tell_access(go, code, pc, (frame.closure + 8, size, false));
        }
    }

    /// Tells that the top activation ends.
    pub(crate) fn tell_leave(&mut self, go: &Goroutine) {
        let Some(observer) = &mut self.observer else { return };
        if let Some(frame) = go.frames.last()
            && matches!(frame.code.key, CodeKey::Func(_))
            && !frame.code.wrapper
            && !is_intrinsic(&frame.code)
        {
            observer.leave(Activation { goroutine: go.id, frame: frame.id });
        }
    }

    /// Tells what a value points to that has just been defined.
    pub(crate) fn tell_value(
        &mut self,
        go: &Goroutine,
        code: &Code,
        (value, place): (ValueId, Addr),
        words: List,
    ) -> Result<(), Trap> {
        let (CodeKey::Func(func), Some(frame)) = (&code.key, go.frames.last()) else {
            return Ok(());
        };
        let activation = Activation { goroutine: go.id, frame: frame.id };
        for &at in code.list(words) {
            let at = u64::from(at);
            if let Some(to) = self.pointer(self.memory.word(place + at)?)
                && let Some(observer) = &mut self.observer
            {
                observer.value(&Definition { func: *func, value, at, activation }, to);
            }
        }
        Ok(())
    }

    /// Tells of the pointers of a value that were stored.
    pub(crate) fn tell_links(
        &mut self,
        go: &Goroutine,
        code: &Code,
        pc: Pc,
        (holder, value, whole): (Addr, Addr, bool),
        words: &[Slot],
    ) -> Result<(), Trap> {
        let Some(site) = self.site(go, code, pc) else { return Ok(()) };
        for &at in words {
            let to = self.memory.word(value + u64::from(at))?;
            self.tell_link(site, if whole { holder } else { holder + u64::from(at) }, to);
        }
        Ok(())
    }

    fn tell_link(&mut self, site: Site, holder: Addr, to: Addr) {
        if let (Some(holder), Some(to)) = (self.pointer(holder), self.pointer(to))
            && let Some(observer) = &mut self.observer
        {
            observer.link(site, holder, to);
        }
    }

    /// Tells of elements that `append` or `copy` has written.
    pub(crate) fn tell_elements(
        &mut self,
        go: &Goroutine,
        code: &Code,
        base: Addr,
        pc: Pc,
        (slice, old, count): (Slot, Slot, Slot),
        elem: Ty,
    ) -> Result<(), Trap> {
        let word = |machine: &Self, slot: Slot| machine.memory.word(base + u64::from(slot));
        let size = self.types.info(elem).size;
        let data = word(self, slice)?;
        let end = word(self, if count == NO_SLOT { slice + 8 } else { count })?;
        let grown = old != NO_SLOT && word(self, old)? != data;
        let start = if old == NO_SLOT || grown { 0 } else { word(self, old + 8)? };
        let bytes = (end - start.min(end)) * size;
        self.tell_access(go, code, pc, (data + start * size, bytes, true));
        let words = self.types.pointer_words(elem);
        let Some(site) = self.site(go, code, pc).filter(|_| !words.is_empty()) else {
            return Ok(());
        };
        for index in start..end {
            for &at in &words {
                let holder = data + index * size + at;
                let to = self.memory.word(holder)?;
                self.tell_link(site, holder, to);
            }
        }
        Ok(())
    }

    /// Tells of the value that a select has sent.
    pub(crate) fn tell_selected(
        &mut self,
        go: &Goroutine,
        code: &Code,
        (base, pc): (Addr, Pc),
        arms: List,
        (to, event): (Pc, Sync),
    ) -> Result<(), Trap> {
        let Sync::SelectSend(chan) = event else { return Ok(()) };
        for arm in code.list(arms).chunks_exact(ARM) {
            let is_chosen =
                arm[0] == 1 && arm[5] == to && self.memory.word(base + u64::from(arm[1]))? == chan;
            if is_chosen {
                let words = self.types.pointer_words(Ty(arm[4]));
                let words: Vec<Slot> = words.into_iter().map(|at| at as Slot).collect();
                let value = base + u64::from(arm[2]);
                return self.tell_links(go, code, pc, (chan, value, true), &words);
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
        let func = match &callee.code.key {
            CodeKey::Func(func) if !callee.code.wrapper || self.intrinsic(*func).is_some() => *func,
            // Wrappers tell whom they call.
            CodeKey::InterfaceMethod { method, .. }
            | CodeKey::MethodExpr(method)
            | CodeKey::MethodValue(method)
                if kind == CallKind::Defer =>
            {
                let MethodTarget::Declared(func) = method.target else { return Ok(()) };
                func
            }
            _ => return Ok(()),
        };
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

    /// Tells of a call that no operation makes at once.
    pub(crate) fn tell_started(&mut self, site: Option<Site>, callee: &Code, kind: CallKind) {
        let CodeKey::Func(func) = callee.key else { return };
        if let Some(observer) = &mut self.observer
            && !callee.wrapper
        {
            observer.call(site, func, kind);
        }
    }

    fn tell_access(
        &mut self,
        go: &Goroutine,
        code: &Code,
        pc: Pc,
        (addr, size, stores): (Addr, u64, bool),
    ) {
        // A nil pointer is about to be caught.
        if let Some(to) = self.pointer(addr).filter(|_| size > 0)
            && let Some(site) = self.site(go, code, pc)
            && let Some(observer) = &mut self.observer
        {
            let access = Access { site, object: to.object, offset: to.offset, size };
            if stores { observer.store(&access) } else { observer.load(&access) }
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

    // What functions do that the machine runs itself.

    /// Notes that bytes were read or written.
    pub(crate) fn touch(&mut self, addr: Addr, size: u64, stores: bool, ty: Option<Ty>) {
        if self.observer.is_some() {
            self.touched.push(Touch::Bytes { addr, size, stores, ty });
        }
    }

    /// Notes that a value was sent on a channel.
    pub(crate) fn sent(&mut self, chan: Addr, value: Addr) {
        if let Some(ty) = self.channel_elem(chan) {
            self.touched.push(Touch::Holds { holder: chan, value, ty });
        }
    }

    /// Notes that an entry of a map was written.
    pub(crate) fn touch_entry(&mut self, ty: Ty, map: Addr, key: Addr, value: Addr) {
        let crate::types::Shape::Map { key: key_type, value: value_type } =
            self.types.info(ty).shape
        else {
            return;
        };
        if self.observer.is_some() {
            let (key_type, value_type) = (self.types.of(key_type), self.types.of(value_type));
            let size = self.types.info(value_type).size;
            self.touched.push(Touch::Holds { holder: map, value: key, ty: key_type });
            self.touched.push(Touch::Holds { holder: map, value, ty: value_type });
            self.touch(value, size, true, None);
        }
    }

    /// Notes that an object of the runtime's holds pointers.
    pub(crate) fn holds(&mut self, holder: Addr, pointers: &[Addr]) {
        if self.observer.is_some() {
            self.touched.extend(pointers.iter().map(|&to| Touch::Pointer { holder, to }));
        }
    }

    fn tell_touched(&mut self, go: &Goroutine, code: &Code, pc: Pc) -> Result<(), Trap> {
        let touched = std::mem::take(&mut self.touched);
        let Some(site) = self.site(go, code, pc) else { return Ok(()) };
        for touch in touched {
            match touch {
                Touch::Bytes { addr, size, stores, ty } => {
                    self.tell_access(go, code, pc, (addr, size, stores));
                    let words = ty.filter(|_| stores).map(|ty| self.types.pointer_words(ty));
                    for at in words.into_iter().flatten() {
                        let to = self.memory.word(addr + at)?;
                        self.tell_link(site, addr + at, to);
                    }
                }
                Touch::Holds { holder, value, ty } => {
                    for at in self.types.pointer_words(ty) {
                        let to = self.memory.word(value + at)?;
                        self.tell_link(site, holder, to);
                    }
                }
                Touch::Pointer { holder, to } => self.tell_link(site, holder, to),
            }
        }
        Ok(())
    }
}

/// How the wrapper on top, or the function that reflection has made, was called: its own call
/// stands for that.
fn handed_on(go: &Goroutine) -> CallKind {
    match &go.frames[..] {
        [.., below, top] if top.deferred => match below.code.ops.get(below.pc as usize) {
            Some(Op::Unwind { .. }) => CallKind::DeferredAtPanic,
            _ => CallKind::Deferred,
        },
        [_] if go.creator.is_some() => CallKind::Go,
        _ => CallKind::Call,
    }
}
