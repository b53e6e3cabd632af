//! Collecting what cannot be reached any more: mark and sweep over all of memory, between two
//! operations.
//!
//! Every aligned word of a reachable object that may hold pointers counts as one, wherever into an
//! object it points; objects never move. Of an activation only the places count that are still to
//! be read (`live`). Roots are the variables of packages, what compiled code
//! and type descriptors hold, the activations of all goroutines, and what the machine keeps beside
//! its memory. Finalizers, cleanups and weak pointers follow the order of gc: weak pointers become
//! nil first, then what has a finalizer is kept once more while that runs.

use crate::code::{Code, Op};
use crate::goroutine::{Deferred, Goroutine, Panicking};
use crate::machine::Machine;
use crate::memory::{Addr, LARGEST_CLASS, Memory};
use crate::observe::CallKind;
use crate::trap::Trap;
use gossa_base::{FxHashMap, FxHashSet};

/// What has been reached so far.
struct Marker<'m> {
    memory: &'m Memory,
    /// A bit for each word of memory: whether a reached object begins there.
    marks: Vec<u64>,
    /// Objects that have been reached, and whose words have not been looked at.
    rest: Vec<(Addr, u64)>,
}

impl<'m> Marker<'m> {
    fn new(memory: &'m Memory) -> Self {
        Self { memory, marks: vec![0; (memory.end / 512 + 1) as usize], rest: Vec::new() }
    }

    /// What this word points to, if it does, is reached.
    #[inline]
    fn reach(&mut self, word: u64) {
        if word >= self.memory.end {
            return;
        }
        let Some((base, span)) = self.memory.find(word) else { return };
        let mark = &mut self.marks[(base / 512) as usize];
        let bit = 1 << (base / 8 % 64);
        if *mark & bit == 0 {
            *mark |= bit;
            if !span.plain {
                let size = if span.size > LARGEST_CLASS { span.bytes } else { span.size };
                self.rest.push((base, size));
            }
        }
    }

    /// The object is reached, but nothing through it.
    fn reach_only(&mut self, addr: Addr) {
        if let Some((base, _)) = self.memory.find(addr) {
            self.marks[(base / 512) as usize] |= 1 << (base / 8 % 64);
        }
    }

    fn reach_bytes(&mut self, bytes: &[u8]) {
        for word in bytes.as_chunks().0 {
            self.reach(u64::from_le_bytes(*word));
        }
    }

    /// What the words of a range point to is reached.
    fn reach_from(&mut self, at: Addr, size: u64) {
        let memory = self.memory;
        if let Ok(bytes) = memory.slice(at, size) {
            self.reach_bytes(bytes);
        }
    }

    fn finish(&mut self) {
        while let Some((base, size)) = self.rest.pop() {
            self.reach_from(base, size);
        }
    }

    /// Whether a pointer's object is reached. What is no object always is.
    fn is_reached(&self, addr: Addr) -> bool {
        self.memory
            .find(addr)
            .is_none_or(|(base, _)| self.marks[(base / 512) as usize] >> (base / 8 % 64) & 1 == 1)
    }

    fn reach_call(&mut self, call: &Deferred) {
        self.reach(call.closure);
        self.reach_bytes(&call.args);
    }

    fn reach_panic(&mut self, panic: &Panicking) {
        self.reach(panic.value.0);
        self.reach(panic.value.1);
    }

    fn reach_goroutine(&mut self, machine: &Machine<'_>, go: &Goroutine) {
        for chunk in go.chunks() {
            self.reach_only(chunk);
        }
        for (index, frame) in go.frames.iter().enumerate() {
            let calling = index + 1 < go.frames.len();
            match machine.live_places(&frame.code, frame.pc, calling) {
                Some(places) => {
                    for &(slot, size) in &*places {
                        self.reach_from(frame.base + u64::from(slot), u64::from(size));
                    }
                }
                None => self.reach_from(frame.base, u64::from(frame.code.frame)),
            }
            self.reach(frame.closure);
            self.reach(frame.dst);
            for call in &frame.defers {
                self.reach_call(call);
            }
        }
        for panic in &go.panics {
            self.reach_panic(panic);
        }
        for addr in [go.native_result, go.coroutine].into_iter().flatten() {
            self.reach(addr);
        }
    }

    /// Addresses that are part of code.
    fn reach_code(&mut self, code: &Code) {
        for op in &code.ops {
            match *op {
                Op::Word { low, high, .. } => self.reach(u64::from(low) | u64::from(high) << 32),
                Op::InitOnce { flag } => self.reach(flag),
                _ => {}
            }
        }
    }
}

/// What is to be done once an object cannot be reached any more.
#[derive(Clone)]
pub(crate) struct Duty {
    /// A pointer into the object.
    target: Addr,
    /// Number of the cleanup; 0 for a finalizer, which is handed the object itself.
    number: u64,
    call: Deferred,
}

/// Finalizers, cleanups and weak pointers.
#[derive(Clone, Default)]
pub(crate) struct Duties {
    list: Vec<Duty>,
    next: u64,
    /// By pointer: the object that stands for weak pointers of it, and holds it.
    weak: FxHashMap<Addr, Addr>,
    /// `sync`'s function that empties its pools, a closure; 0: none.
    pub(crate) empty_pools: Addr,
    /// How many goroutines are in the middle of using a pool.
    pub(crate) pins: u64,
    /// `GOGC`; negative: nothing is collected unless there is no other way.
    pub(crate) percent: Option<i32>,
    /// Collections that must wait: somebody holds addresses that are no roots.
    pub(crate) held: u32,
}

impl Duties {
    /// Adds a cleanup: its number.
    pub(crate) fn add_cleanup(&mut self, target: Addr, call: Deferred) -> u64 {
        self.next += 1;
        self.list.push(Duty { target, number: self.next, call });
        self.next
    }

    pub(crate) fn remove_cleanup(&mut self, number: u64) {
        self.list.retain(|duty| duty.number != number || number == 0);
    }

    /// Sets or removes the finalizer of an object; whether there was one already.
    pub(crate) fn set_finalizer(&mut self, target: Addr, call: Option<Deferred>) -> bool {
        let had = self.list.iter().position(|duty| duty.number == 0 && duty.target == target);
        match (had, call) {
            (Some(at), None) => {
                self.list.remove(at);
            }
            (None, Some(call)) => self.list.push(Duty { target, number: 0, call }),
            _ => {}
        }
        had.is_some()
    }
}

impl Machine<'_> {
    /// Collects if it may.
    #[cold]
    pub(crate) fn collect_now(&mut self, go: &Goroutine) -> Result<(), Trap> {
        if self.duties.percent.is_some_and(|percent| percent < 0) || self.duties.held > 0 {
            self.memory.set_due();
            return Ok(());
        }
        self.collect(go)
    }

    /// Frees what cannot be reached any more; `go` runs and is not in the table.
    pub(crate) fn collect(&mut self, go: &Goroutine) -> Result<(), Trap> {
        if self.duties.held > 0 {
            return Ok(());
        }
        if self.duties.empty_pools != 0 && self.duties.pins == 0 {
            let callee = self.callee_of_closure(self.duties.empty_pools)?;
            let args = Box::default();
            self.call_now(Deferred { code: callee.code, closure: callee.closure, args })?;
        }
        self.scheduler.forget_stacks();
        let mut marker = Marker::new(&self.memory);
        self.reach_roots(&mut marker);
        marker.reach_goroutine(self, go);
        marker.finish();
        for duty in self.duties.list.iter().filter(|duty| duty.number == 0) {
            // Through it, not itself: of several in a row the first is finalized first.
            if let Some((base, span)) = self.memory.find(duty.target)
                && !marker.is_reached(base)
                && !span.plain
            {
                marker.reach_from(base, span.size);
                marker.finish();
            }
        }
        let gone: Vec<Addr> =
            self.duties.weak.keys().copied().filter(|&addr| !marker.is_reached(addr)).collect();
        let mut due = Vec::new();
        let finalizers = self.duties.list.iter().filter(|duty| duty.number == 0);
        let finalized: FxHashSet<Addr> = finalizers.map(|duty| duty.target).collect();
        self.duties.list.retain(|duty| {
            // While there is a finalizer the object is not gone.
            let keep = marker.is_reached(duty.target)
                || duty.number != 0 && finalized.contains(&duty.target);
            if !keep {
                due.push(duty.call.clone());
            }
            keep
        });
        for call in &due {
            marker.reach_call(call);
        }
        marker.finish();
        let handles: Vec<Addr> =
            gone.iter().filter_map(|addr| self.duties.weak.remove(addr)).collect();
        self.duties.weak.retain(|_, handle| marker.is_reached(*handle));
        let reached = |addr: Addr| marker.is_reached(addr);
        self.maps.sweep(reached);
        let goroutines = &self.goroutines;
        for (number, channel) in self.channels.iter_mut().enumerate() {
            if channel.sweep(goroutines, reached) {
                self.spare_channels.push(number);
            }
        }
        self.natives.timers.sweep(reached);
        let handles: Vec<Addr> = handles.into_iter().filter(|&handle| reached(handle)).collect();
        let marks = marker.marks;
        self.memory.sweep(&marks);
        for handle in handles {
            self.memory.set_word(handle, 0)?;
        }
        for call in due {
            self.tell_started(None, &call.code, CallKind::Cleanup);
            let id = self.start(call, None)?;
            if let Some(go) = self.goroutines.get_mut(&id) {
                go.system = true;
            }
        }
        Ok(())
    }

    fn reach_roots(&self, marker: &mut Marker<'_>) {
        marker.reach(self.zero_base());
        for addr in self.constant_addresses() {
            marker.reach(addr);
        }
        for code in self.codes().flatten() {
            marker.reach_code(code);
        }
        for addr in self.descriptors.addresses() {
            marker.reach(addr);
        }
        self.goroutines.values().for_each(|go| marker.reach_goroutine(self, go));
        for panic in &self.dying {
            marker.reach_panic(panic);
        }
        for &addr in self.natives.coroutines.keys().chain(self.natives.funcs.values()) {
            marker.reach(addr);
        }
        for addr in self.natives.timers.active() {
            marker.reach(addr);
        }
        marker.reach(self.duties.empty_pools);
        for duty in &self.duties.list {
            marker.reach(duty.call.closure);
            if duty.number != 0 {
                marker.reach_bytes(&duty.call.args);
            }
        }
    }

    /// The object that stands for weak pointers of a pointer.
    pub(crate) fn weak_handle(&mut self, pointer: Addr) -> Result<Addr, Trap> {
        if let Some(&known) = self.duties.weak.get(&pointer) {
            return Ok(known);
        }
        let handle = self.memory.alloc_plain(8)?;
        self.memory.set_word(handle, pointer)?;
        self.duties.weak.insert(pointer, handle);
        Ok(handle)
    }
}

impl Memory {
    /// Frees the objects without a mark.
    fn sweep(&mut self, marks: &[u64]) {
        let marked = |addr: Addr| marks[(addr / 512) as usize] >> (addr / 8 % 64) & 1 == 1;
        self.forget_room();
        self.counts.live = 0;
        self.counts.live_objects = 0;
        self.counts.collections += 1;
        let mut runs = Vec::new();
        for index in (0..self.spans.len()).rev() {
            let span = self.spans[index];
            if span.bytes == 0 {
                continue;
            }
            let large = span.size > LARGEST_CLASS;
            let size = if large { span.bytes } else { span.size };
            let count = span.bytes / size;
            let mut live = 0;
            runs.clear();
            let mut free_from = None;
            for number in 0..count {
                let at = span.start + number * size;
                if marked(at) {
                    live += 1;
                    if let Some(from) = free_from.take() {
                        runs.push((from, at - from));
                    }
                } else if free_from.is_none() {
                    free_from = Some(at);
                }
            }
            if live == 0 {
                self.free_span(index);
                continue;
            }
            if let Some(from) = free_from {
                runs.push((from, span.start + count * size - from));
            }
            self.counts.live += live * size;
            self.counts.live_objects += live;
            for &(at, bytes) in runs.iter().rev() {
                self.free_run(index, at, bytes);
            }
        }
        self.set_due();
    }
}
