//! What happens in functions and goroutines that has to do with others: accesses, operations that
//! order them, and new goroutines.

use crate::chain::Chain;
use crate::known::Mode;
use crate::outcome::Condition;
use crate::path::Path;
use gossa_points::FuncIndex;
use smallvec::SmallVec;
use std::rc::Rc;

/// What an access does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccessKind {
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Reads by an atomic operation.
    AtomicRead,
    /// Writes by an atomic operation.
    AtomicWrite,
}

impl AccessKind {
    /// Whether it writes.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::AtomicWrite)
    }

    /// Whether it is an atomic operation.
    #[must_use]
    pub const fn is_atomic(self) -> bool {
        matches!(self, Self::AtomicRead | Self::AtomicWrite)
    }
}

/// A lock that is held.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Held {
    /// The lock.
    pub lock: Path,
    /// How.
    pub mode: Mode,
}

/// The locks that are held at an access. There are very many accesses, most of them without any.
pub type Locks = Vec<Held>;

/// Who makes an access that the race detector does not see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unseen {
    /// A function in assembly.
    Assembly,
    /// The runtime.
    Runtime,
    /// The kernel, in a system call.
    Kernel,
    /// C code.
    C,
}

/// An access to memory.
#[derive(Clone, Debug)]
pub struct Access {
    /// The place.
    pub place: Path,
    /// What it does.
    pub kind: AccessKind,
    /// Where.
    pub chain: Chain,
    /// The locks held.
    pub locks: Locks,
    /// Whether it writes what is nil, false, or nothing.
    pub clears: bool,
    /// Whether the place is one of several that the pointer may point to.
    pub doubtful: bool,
    /// Who makes it, out of the race detector's sight.
    pub unseen: Option<Unseen>,
    /// Whether it is known only since the function has said what a function value is: no callee
    /// has seen it.
    pub is_new: bool,
}

/// What an operation does to the order of things.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyncKind {
    /// Makes a channel.
    Made,
    /// Sends on a channel.
    Send,
    /// Receives from a channel.
    Receive,
    /// Has found a channel closed and empty.
    ReceiveClosed,
    /// Has found a channel nil where otherwise it is waited for: what would have to be waited for
    /// has not been started.
    Absent,
    /// Closes a channel.
    Close,
    /// Adds to a wait group.
    GroupAdd,
    /// Takes one from a wait group.
    GroupDone,
    /// Waits for a wait group.
    GroupWait,
    /// Returns from a `sync.Once`.
    OnceDone,
    /// Has branched on a value that another goroutine has written, atomically or under a lock.
    Seen,
    /// Writes, atomically or under a lock, whatever was there.
    Written,
    /// Has swapped, atomically, from a value that it expected.
    Swapped,
    /// Waits until all other goroutines are blocked or over.
    Settled,
    /// Locks.
    Lock,
    /// Unlocks.
    Unlock,
    /// Returns from waiting for a condition.
    CondWait,
    /// Wakes who waits for a condition.
    CondSignal,
}

/// How often something happens in one run of what it is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Count {
    /// Once, or never.
    One,
    /// As often as a loop that counts up to a constant.
    Times(i64),
    /// As often as a loop that counts up to what is at a path; `len` of it, where true.
    Upto(Path, bool),
    /// Any number of times.
    Any,
}

/// An operation that orders.
#[derive(Clone, Debug)]
pub struct Sync {
    /// What it does.
    pub kind: SyncKind,
    /// The channel, lock, ...
    pub object: Path,
    /// Where.
    pub chain: Chain,
    /// Of what happens in a loop `count` times: the loop's end.
    pub passed: Option<Chain>,
    /// How often, in one run of the function or goroutine.
    pub count: Count,
}

/// How a goroutine is started.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Start {
    /// Whether several may run at once.
    pub many: bool,
    /// Whether a timer starts it, some time later.
    pub is_timer: bool,
    /// Whether a server starts it, once somebody has that serve.
    pub is_handler: bool,
}

/// A goroutine that is started.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// Where.
    pub chain: Chain,
    /// What it does; chains begin in the function that it runs.
    pub trace: Rc<Trace>,
    /// How; several at once because of what is below the outermost site of the chain.
    pub start: Start,
    /// How often it is started in one run of the function or goroutine.
    pub count: Count,
    /// Whether it is over when a call returns that leads to it: how many sites of the chain are
    /// below that.
    pub joined: Option<usize>,
    /// What that call returns only where it is over.
    pub joined_where: Option<Condition>,
    /// What that call returns only where it has not been started.
    pub absent_where: Option<Condition>,
    /// Places that are only come to where it is over, because of what calls returned.
    pub over_at: Vec<Chain>,
    /// Whether it is over before it is started again.
    pub in_turn: bool,
}

impl Spawn {
    /// Whether a place is outside of the call that waits for the goroutine.
    #[must_use]
    pub fn is_over_outside(&self, to: &Chain) -> bool {
        let common = self.chain.sites().zip(to.sites()).take_while(|(a, b)| a == b).count();
        self.joined.is_some_and(|below| common + below < self.chain.len())
    }
}

/// A call of a function that the caller of this function gives.
#[derive(Clone, Debug)]
pub struct OpenCall {
    /// The function value.
    pub target: Path,
    /// What may be passed, by argument.
    pub args: Vec<Paths>,
    /// Where.
    pub chain: Chain,
    /// The locks held.
    pub locks: Locks,
    /// Whether it is started as a goroutine; then how.
    pub start: Option<Start>,
    /// How often, in one run of the function or goroutine.
    pub count: Count,
}

/// What a value may be.
pub type Paths = SmallVec<[Path; 1]>;

/// What a function, or a goroutine, does.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Accesses, of the goroutine itself.
    pub accesses: Vec<Access>,
    /// Operations that order, of the goroutine itself.
    pub syncs: Vec<Sync>,
    /// The goroutines that it starts.
    pub spawns: Vec<Spawn>,
    /// Calls of functions that are not known yet.
    pub calls: Vec<OpenCall>,
    /// Whether operations that order are missing, because there were too many.
    pub partial: bool,
}

impl Trace {
    /// Whether nothing happens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accesses.is_empty()
            && self.syncs.is_empty()
            && self.spawns.is_empty()
            && self.calls.is_empty()
    }
}

/// A lock that is taken: by an instruction, or by what it calls, in the same goroutine.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The lock.
    pub lock: Path,
    /// How.
    pub mode: Mode,
    /// The locks held when it is taken.
    pub held: Locks,
    /// Where.
    pub chain: Chain,
}

/// What callers of a function have to know of it.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What it does.
    pub trace: Trace,
    /// What each result may be.
    pub results: Vec<Paths>,
    /// Results that are always one closure: its function, and what it captures.
    pub closures: Vec<Option<(FuncIndex, Vec<Paths>)>>,
    /// The locks that it leaves held, wherever it returns.
    pub acquires: Locks,
    /// The locks that it has released wherever it returns, and did not take itself.
    pub releases: SmallVec<[Path; 1]>,
    /// The locks that it takes, whether it leaves them held or not.
    pub taken: Vec<Taken>,
}
