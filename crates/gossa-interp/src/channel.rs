//! Channels. The buffer lies in the machine's memory; who waits is kept beside it.
//!
//! A goroutine that waits leaves the place of its value behind; whoever comes to meet it moves the
//! value and wakes it.

use crate::code::{ARM, Code, List, NO_PC, NO_SLOT, Pc};
use crate::goroutine::{GoId, Goroutine, Waiting, Wake};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::observe::Sync;
use crate::trap::Trap;
use crate::types::Ty;
use gossa_base::FxHashMap;
use std::collections::VecDeque;

/// Size of a channel's header, whose address is the channel.
const HEADER: u64 = 96;
/// Offset of the channel's number in its header.
const NUMBER: u64 = 16;
/// Offset in the header of where the buffer is: what keeps it from being collected.
const BUFFER: u64 = 88;

/// What the machine keeps of a channel.
#[derive(Clone)]
pub struct Channel {
    /// 0: it was collected.
    header: Addr,
    buffer: Addr,
    cap: u64,
    elem: Ty,
    elem_size: u64,
    first: u64,
    len: u64,
    closed: bool,
    senders: VecDeque<Waiter>,
    receivers: VecDeque<Waiter>,
}

/// A goroutine that waits on a channel.
#[derive(Clone, Copy)]
struct Waiter {
    go: GoId,
    /// Which wait of the goroutine: the others are over.
    wait: u64,
    /// Number of the arm of a select.
    arm: u32,
    /// Where the value is, or goes; 0: nowhere.
    at: Addr,
}

/// What an operation on a channel comes to, tried without waiting.
enum Outcome {
    /// It is done; for a receive, whether a value came.
    Done(bool),
    /// It has to wait.
    Blocked,
}

/// Whether a goroutine still waits where this waiter says.
fn waits(goroutines: &FxHashMap<GoId, Goroutine>, waiter: &Waiter) -> bool {
    goroutines
        .get(&waiter.go)
        .is_some_and(|go| go.wait == waiter.wait && go.waiting.is_some() && go.wake.is_none())
}

impl Channel {
    /// Drops the waiters that have gone elsewhere, and the channel if its header is not reached:
    /// whether it was dropped.
    pub(crate) fn sweep(
        &mut self,
        goroutines: &FxHashMap<GoId, Goroutine>,
        reached: impl Fn(Addr) -> bool,
    ) -> bool {
        self.senders.retain(|waiter| waits(goroutines, waiter));
        self.receivers.retain(|waiter| waits(goroutines, waiter));
        let gone = self.header != 0 && !reached(self.header);
        if gone {
            self.header = 0;
        }
        gone
    }
}

impl Machine<'_> {
    /// A new channel.
    pub(crate) fn make_channel(&mut self, cap: u64, elem: Ty) -> Result<Addr, Trap> {
        let elem_size = self.types.info(elem).size;
        let header = self.memory.alloc(HEADER)?;
        let buffer = self.new_object(cap * elem_size)?;
        self.memory.set_word(header + BUFFER, buffer)?;
        let channel = Channel {
            header,
            buffer,
            cap,
            elem,
            elem_size,
            first: 0,
            len: 0,
            closed: false,
            senders: VecDeque::new(),
            receivers: VecDeque::new(),
        };
        let number = match self.spare_channels.pop() {
            Some(number) => {
                self.channels[number] = channel;
                number
            }
            None => {
                self.channels.push(channel);
                self.channels.len() - 1
            }
        };
        self.memory.set_word(header + NUMBER, number as u64 + 1)?;
        Ok(header)
    }

    /// The type of a channel's elements.
    pub(crate) fn channel_elem(&self, header: Addr) -> Option<Ty> {
        Some(self.channels[self.channel_number(header).ok()?].elem)
    }

    fn channel_number(&self, header: Addr) -> Result<usize, Trap> {
        let index = (self.memory.word(header + NUMBER)? as usize).wrapping_sub(1);
        if index < self.channels.len() { Ok(index) } else { Err(Trap::BadAddress(header)) }
    }

    /// `len`
    pub(crate) fn channel_len(&self, header: Addr) -> Result<u64, Trap> {
        if header == 0 {
            return Ok(0);
        }
        Ok(self.channels[self.channel_number(header)?].len)
    }

    /// `cap`
    pub(crate) fn channel_cap(&self, header: Addr) -> Result<u64, Trap> {
        if header == 0 {
            return Ok(0);
        }
        Ok(self.channels[self.channel_number(header)?].cap)
    }

    /// The first goroutine of a queue that still waits there.
    fn next_waiter(&mut self, number: usize, sends: bool) -> Option<Waiter> {
        loop {
            let channel = &mut self.channels[number];
            let queue = if sends { &mut channel.senders } else { &mut channel.receivers };
            let waiter = queue.pop_front()?;
            if waits(&self.goroutines, &waiter) {
                return Some(waiter);
            }
        }
    }

    fn wake_waiter(&mut self, waiter: Waiter, wake: Wake) {
        if let Some(go) = self.goroutines.get_mut(&waiter.go) {
            go.wake = Some(wake);
            self.scheduler.ready(waiter.go);
        }
    }

    fn try_send(&mut self, header: Addr, value: Addr) -> Result<Outcome, Trap> {
        let number = self.channel_number(header)?;
        let size = self.channels[number].elem_size;
        if self.channels[number].closed {
            return Err(Trap::plain("send on closed channel"));
        }
        if let Some(waiter) = self.next_waiter(number, false) {
            if waiter.at != 0 {
                self.memory.copy(waiter.at, value, size)?;
            }
            self.wake_waiter(waiter, Wake::Done { arm: waiter.arm, ok: true });
            return Ok(Outcome::Done(true));
        }
        let channel = &mut self.channels[number];
        if channel.len == channel.cap {
            return Ok(Outcome::Blocked);
        }
        let at = channel.buffer + (channel.first + channel.len) % channel.cap * size;
        channel.len += 1;
        self.memory.copy(at, value, size)?;
        Ok(Outcome::Done(true))
    }

    /// `to`: where the value goes; 0: nowhere.
    fn try_receive(&mut self, header: Addr, to: Addr) -> Result<Outcome, Trap> {
        let number = self.channel_number(header)?;
        let size = self.channels[number].elem_size;
        let channel = &mut self.channels[number];
        if channel.len > 0 {
            let at = channel.buffer + channel.first * size;
            channel.first = (channel.first + 1) % channel.cap;
            channel.len -= 1;
            if to != 0 {
                self.memory.copy(to, at, size)?;
            }
            // Room for the first that waits to send.
            if let Some(waiter) = self.next_waiter(number, true) {
                let channel = &mut self.channels[number];
                let at = channel.buffer + (channel.first + channel.len) % channel.cap * size;
                channel.len += 1;
                self.memory.copy(at, waiter.at, size)?;
                self.wake_waiter(waiter, Wake::Done { arm: waiter.arm, ok: true });
            }
            return Ok(Outcome::Done(true));
        }
        if let Some(waiter) = self.next_waiter(number, true) {
            if to != 0 {
                self.memory.copy(to, waiter.at, size)?;
            }
            self.wake_waiter(waiter, Wake::Done { arm: waiter.arm, ok: true });
            return Ok(Outcome::Done(true));
        }
        if self.channels[number].closed {
            if to != 0 {
                self.memory.clear(to, size)?;
            }
            return Ok(Outcome::Done(false));
        }
        Ok(Outcome::Blocked)
    }

    /// `chan <- value`; the value is at an address.
    pub(crate) fn send(
        &mut self,
        go: &mut Goroutine,
        header: Addr,
        value: Addr,
    ) -> Result<(), Trap> {
        match self.woken(go)? {
            Some(_) => return Ok(()),
            None if header == 0 => return Err(Self::wait(go, Waiting::Send)),
            None => {}
        }
        if let Outcome::Done(_) = self.try_send(header, value)? {
            return Ok(());
        }
        let trap = Self::wait(go, Waiting::Send);
        let number = self.channel_number(header)?;
        let waiter = Waiter { go: go.id, wait: go.wait, arm: 0, at: value };
        self.channels[number].senders.push_back(waiter);
        Err(trap)
    }

    /// `<-chan`; the value goes to an address. Whether one came.
    pub(crate) fn receive(
        &mut self,
        go: &mut Goroutine,
        header: Addr,
        to: Addr,
    ) -> Result<bool, Trap> {
        match self.woken(go)? {
            Some((_, ok)) => return Ok(ok),
            None if header == 0 => return Err(Self::wait(go, Waiting::Receive)),
            None => {}
        }
        if let Outcome::Done(came) = self.try_receive(header, to)? {
            return Ok(came);
        }
        let trap = Self::wait(go, Waiting::Receive);
        let number = self.channel_number(header)?;
        let waiter = Waiter { go: go.id, wait: go.wait, arm: 0, at: to };
        self.channels[number].receivers.push_back(waiter);
        Err(trap)
    }

    /// What a goroutine was woken with, if it was: the arm, and whether a value came.
    pub(crate) fn woken(&mut self, go: &mut Goroutine) -> Result<Option<(u32, bool)>, Trap> {
        match go.wake.take() {
            None => Ok(None),
            Some(Wake::Done { arm, ok }) => {
                go.waiting = None;
                Ok(Some((arm, ok)))
            }
            Some(Wake::Closed) => {
                go.waiting = None;
                Err(Trap::plain("send on closed channel"))
            }
        }
    }

    /// Sends without waiting: whether it could.
    pub(crate) fn send_now(&mut self, header: Addr, value: Addr) -> Result<bool, Trap> {
        if header == 0 {
            return Ok(false);
        }
        Ok(matches!(self.try_send(header, value)?, Outcome::Done(_)))
    }

    /// Receives without waiting; `None`: it could not, else whether a value came.
    pub(crate) fn receive_now(&mut self, header: Addr, to: Addr) -> Result<Option<bool>, Trap> {
        if header == 0 {
            return Ok(None);
        }
        Ok(match self.try_receive(header, to)? {
            Outcome::Done(came) => Some(came),
            Outcome::Blocked => None,
        })
    }

    /// Drops what the buffer holds: whether there was anything.
    pub(crate) fn drain(&mut self, header: Addr) -> Result<bool, Trap> {
        let number = self.channel_number(header)?;
        let channel = &mut self.channels[number];
        channel.first = 0;
        Ok(std::mem::take(&mut channel.len) > 0)
    }

    /// `close`
    pub(crate) fn close(&mut self, header: Addr) -> Result<(), Trap> {
        if header == 0 {
            return Err(Trap::plain("close of nil channel"));
        }
        let number = self.channel_number(header)?;
        if self.channels[number].closed {
            return Err(Trap::plain("close of closed channel"));
        }
        self.channels[number].closed = true;
        let size = self.channels[number].elem_size;
        while let Some(waiter) = self.next_waiter(number, false) {
            if waiter.at != 0 {
                self.memory.clear(waiter.at, size)?;
            }
            self.wake_waiter(waiter, Wake::Done { arm: waiter.arm, ok: false });
        }
        while let Some(waiter) = self.next_waiter(number, true) {
            self.wake_waiter(waiter, Wake::Closed);
        }
        Ok(())
    }

    /// A select statement: where control goes, and by which arm.
    pub(crate) fn select(
        &mut self,
        go: &mut Goroutine,
        code: &Code,
        base: Addr,
        list: List,
        default: Pc,
    ) -> Result<(Pc, Option<Sync>), Trap> {
        let list = code.list(list);
        let mut arms = Vec::with_capacity(list.len() / ARM);
        for parts in list.chunks_exact(ARM) {
            let at = |slot: u32| if slot == NO_SLOT { 0 } else { base + u64::from(slot) };
            let chan = self.memory.word(at(parts[1]))?;
            arms.push(Arm { sends: parts[0] == 1, chan, value: at(parts[2]) });
        }
        match self.select_among(go, &arms, default != NO_PC)? {
            None => Ok((default, None)),
            Some((chosen, came)) => {
                let parts = &list[chosen * ARM..];
                self.set_ok(base, parts[3], came)?;
                Ok((parts[5], Some(arms[chosen].event())))
            }
        }
    }

    /// Passes by one of several arms: its number, and for a receive whether a value came; `None`:
    /// none is ready, and there is a default.
    pub(crate) fn select_among(
        &mut self,
        go: &mut Goroutine,
        arms: &[Arm],
        has_default: bool,
    ) -> Result<Option<(usize, bool)>, Trap> {
        if let Some((arm, came)) = self.woken(go)? {
            return Ok(Some((arm as usize, came)));
        }
        // The first arm to be tried is chosen at random, as the language asks for.
        let count = arms.len();
        let start = self.scheduler.choose(count.max(1) as u64)? as usize;
        for offset in 0..count {
            let chosen = (start + offset) % count;
            let arm = arms[chosen];
            if arm.chan == 0 {
                continue;
            }
            let outcome = if arm.sends {
                self.try_send(arm.chan, arm.value)?
            } else {
                self.try_receive(arm.chan, arm.value)?
            };
            if let Outcome::Done(came) = outcome {
                return Ok(Some((chosen, came)));
            }
        }
        if has_default {
            return Ok(None);
        }
        let what = if count == 0 { Waiting::Forever } else { Waiting::Select };
        let trap = Self::wait(go, what);
        for (index, arm) in arms.iter().enumerate().filter(|(_, arm)| arm.chan != 0) {
            let number = self.channel_number(arm.chan)?;
            let waiter = Waiter { go: go.id, wait: go.wait, arm: index as u32, at: arm.value };
            let channel = &mut self.channels[number];
            let queue = if arm.sends { &mut channel.senders } else { &mut channel.receivers };
            queue.push_back(waiter);
        }
        Err(trap)
    }
}

/// An arm of a select.
#[derive(Clone, Copy)]
pub(crate) struct Arm {
    pub(crate) sends: bool,
    /// The channel; 0: nil.
    pub(crate) chan: Addr,
    /// Where the value is, or goes.
    pub(crate) value: Addr,
}

impl Arm {
    pub(crate) fn event(self) -> Sync {
        if self.sends { Sync::SelectSend(self.chan) } else { Sync::SelectReceive(self.chan) }
    }
}
