//! Goroutines: their activations, stacks, deferred calls and panics.

use crate::code::{Code, Pc};
use crate::memory::{Addr, Memory};
use crate::trap::Trap;
use std::rc::Rc;

/// Number of a goroutine, from 1, never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GoId(pub u64);

/// Number of an activation within its goroutine; grows.
pub type FrameId = u64;

/// An activation of a function.
#[derive(Clone)]
pub struct Frame {
    /// Its number.
    pub id: FrameId,
    /// The function.
    pub code: Rc<Code>,
    /// The operation that runs, or that called the frame above.
    pub pc: Pc,
    /// Where its places begin.
    pub base: Addr,
    /// Where its results go; 0: nowhere.
    pub dst: Addr,
    /// The closure that was called; 0 for a function known by name.
    pub closure: Addr,
    /// Calls that are to run when it ends, last first.
    pub defers: Vec<Deferred>,
    /// Whether the frame below called it as a deferred call.
    pub deferred: bool,
    /// Whether a panic was recovered here, so that it returns once its deferred calls have run.
    pub recovered: bool,
    /// Where its stack chunk ended before it.
    mark: (usize, u64),
}

/// A call that was deferred, or that a goroutine begins with.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// The function.
    pub code: Rc<Code>,
    /// The closure; 0 for a function known by name.
    pub closure: Addr,
    /// Bytes of its arguments, in whole words each.
    pub args: Box<[u8]>,
}

/// A panic, or an exit of the goroutine, on its way up.
#[derive(Clone)]
pub struct Panicking {
    /// The value: the two words of an `any`.
    pub value: (u64, u64),
    /// Whether it is `runtime.Goexit`.
    pub goexit: bool,
    /// Whether a deferred call has recovered it.
    pub recovered: bool,
    /// The activation that runs its deferred calls for it; 0 before the first.
    pub frame: FrameId,
    /// Where it began, the innermost call first.
    pub origin: Box<[Call]>,
    /// The address whose access was the reason, if that was it.
    pub fault: Option<Addr>,
}

/// A call in a trace.
#[derive(Clone, Debug)]
pub struct Call {
    /// Number of the activation.
    pub id: FrameId,
    /// The function; `None` for the runtime's that runs the deferred calls of a panic.
    pub what: Option<Rc<Code>>,
    /// Where it is.
    pub pc: Pc,
}

/// What a goroutine waits for, as traces name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// A value from a channel.
    Receive,
    /// Room in a channel.
    Send,
    /// One of several channels.
    Select,
    /// Nothing that could ever come.
    Forever,
    /// `time.Sleep`
    Sleep,
    /// A semaphore of `sync`.
    Semaphore,
    /// A condition variable.
    Condition,
    /// The other side of a coroutine.
    Coroutine,
    /// Something to read from a pipe.
    Pipe,
}

impl Waiting {
    /// The words of Go's traces.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Receive => "chan receive",
            Self::Send => "chan send",
            Self::Select => "select",
            Self::Forever => "select (no cases)",
            Self::Sleep => "sleep",
            Self::Semaphore => "semacquire",
            Self::Condition => "sync.Cond.Wait",
            Self::Coroutine => "coroutine",
            Self::Pipe => "IO wait",
        }
    }
}

/// What a goroutine that waited is told when it goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// It has what it waited for: the arm of a select, and for a receive whether a value came.
    Done {
        /// Number of the arm.
        arm: u32,
        /// Whether a value came, rather than the end of the channel.
        ok: bool,
    },
    /// The channel that it sends on was closed.
    Closed,
}

/// A goroutine.
#[derive(Clone)]
pub struct Goroutine {
    /// Its number.
    pub id: GoId,
    /// Activations, the running one last.
    pub frames: Vec<Frame>,
    /// Panics on their way, the newest last.
    pub panics: Vec<Panicking>,
    /// What it waits for.
    pub waiting: Option<Waiting>,
    /// Set when what it waits for has come.
    pub wake: Option<Wake>,
    /// Where the results are of the function that an intrinsic called.
    pub native_result: Option<Addr>,
    /// The coroutine that it is.
    pub coroutine: Option<Addr>,
    /// Where it was started, and by which goroutine; none for the first.
    pub creator: Option<(Rc<Code>, Pc, GoId)>,
    /// Numbers its waits, so that a waker of an earlier one is told apart.
    pub wait: u64,
    /// Whether the machine started it, for a finalizer or a cleanup.
    pub system: bool,
    /// What `crypto/internal/fips140` notes of the goroutine.
    pub fips_indicator: u8,
    next_frame: FrameId,
    chunks: Vec<(Addr, u64)>,
    /// The chunk in use and how much of it is taken.
    top: (usize, u64),
    stack_bytes: u64,
}

/// Activations that a trace shows.
const TRACE: usize = 50;
const FIRST_CHUNK: u64 = 16 << 10;
/// What Go allows a goroutine on 64-bit machines.
const MAX_STACK: u64 = 1_000_000_000;
/// Activations take at least so much of Go's stacks.
const MIN_FRAME: u64 = 64;

impl Goroutine {
    /// A goroutine without activations.
    #[must_use]
    pub fn new(id: GoId) -> Self {
        Self {
            id,
            frames: Vec::new(),
            panics: Vec::new(),
            waiting: None,
            wake: None,
            native_result: None,
            coroutine: None,
            creator: None,
            wait: 0,
            system: false,
            fips_indicator: 0,
            next_frame: 1,
            chunks: Vec::new(),
            top: (0, 0),
            stack_bytes: 0,
        }
    }

    /// Numbers activations on from those of an earlier goroutine with the same number.
    pub(crate) fn continue_from(&mut self, frame: FrameId) {
        self.next_frame = self.next_frame.max(frame);
    }

    /// The number of the next activation.
    pub(crate) fn next_frame(&self) -> FrameId {
        self.next_frame
    }

    /// A new activation on top, its places not yet written.
    pub fn push(
        &mut self,
        memory: &mut Memory,
        code: Rc<Code>,
        closure: Addr,
        dst: Addr,
    ) -> Result<&mut Frame, Trap> {
        let size = u64::from(code.frame).max(8);
        self.stack_bytes += size.max(MIN_FRAME);
        if self.stack_bytes > MAX_STACK / 2 {
            return Err(Trap::Fatal("stack overflow".into()));
        }
        let mark = self.top;
        let base = self.room(memory, size)?;
        let id = self.next_frame;
        self.next_frame += 1;
        self.frames.push(Frame {
            id,
            code,
            pc: 0,
            base,
            dst,
            closure,
            defers: Vec::new(),
            deferred: false,
            recovered: false,
            mark,
        });
        let last = self.frames.len() - 1;
        Ok(&mut self.frames[last])
    }

    fn room(&mut self, memory: &mut Memory, size: u64) -> Result<Addr, Trap> {
        loop {
            let (chunk, used) = self.top;
            match self.chunks.get(chunk) {
                Some(&(start, length)) if used + size <= length => {
                    self.top = (chunk, used + size);
                    return Ok(start + used);
                }
                // Too small for this frame: the next one may do.
                Some(_) => self.top = (chunk + 1, 0),
                None => {
                    let length = (FIRST_CHUNK << chunk.min(10)).max(size.next_power_of_two());
                    let log = memory.fresh.take();
                    let start = memory.alloc(length);
                    memory.fresh = log;
                    let start = start?;
                    self.chunks.push((start, length));
                }
            }
        }
    }

    /// The results of the function that an intrinsic called, if it has returned.
    pub fn take_native_result(&mut self) -> Option<Addr> {
        self.native_result.take()
    }

    /// Takes the top activation off.
    pub fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.top = frame.mark;
        self.stack_bytes -= u64::from(frame.code.frame).max(MIN_FRAME);
        Some(frame)
    }

    /// The stack's chunks, to be used by another goroutine.
    pub fn take_chunks(&mut self) -> Vec<(Addr, u64)> {
        std::mem::take(&mut self.chunks)
    }

    /// Where its chunks begin.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Addr> {
        self.chunks.iter().map(|&(start, _)| start)
    }

    /// Uses chunks of a goroutine that has ended.
    pub fn give_chunks(&mut self, chunks: Vec<(Addr, u64)>) {
        self.chunks = chunks;
    }

    /// The calls that are under way, the innermost first, as far as traces show them. While
    /// deferred calls run for a panic, those are among them that led to it, as with gc, which
    /// runs deferred calls on top of them.
    #[must_use]
    pub fn calls(&self) -> Box<[Call]> {
        let mut calls = Vec::new();
        for frame in self.frames.iter().rev() {
            if calls.len() > TRACE {
                break;
            }
            let panic = self.panics.iter().rev().find(|panic| panic.frame == frame.id);
            let mut pc = frame.pc;
            if let Some(panic) = panic {
                calls.push(Call { id: 0, what: None, pc: 0 });
                for call in &panic.origin {
                    if call.id == frame.id {
                        pc = call.pc;
                        break;
                    }
                    calls.push(call.clone());
                }
            }
            calls.push(Call { id: frame.id, what: Some(frame.code.clone()), pc });
        }
        calls.into()
    }

    /// What it does, as traces say it.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.waiting, &self.wake) {
            (Some(waiting), None) => waiting.text(),
            _ => "runnable",
        }
    }

    /// Whether an activation is still there.
    #[must_use]
    pub fn has_frame(&self, id: FrameId) -> bool {
        // Ids grow along the stack.
        self.frames.binary_search_by_key(&id, |frame| frame.id).is_ok()
    }
}
