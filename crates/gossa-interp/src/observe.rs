//! Telling somebody what happens in a run, as it happens: calls, activations, allocations, what
//! values point to, loads, stores, and what goroutines do to each other. What analyses claim can be
//! held against it: call graphs against [`Observer::call`], points-to against
//! [`Observer::allocation`] and [`Observer::value`], escapes against [`Observer::enter`],
//! [`Observer::leave`] and [`Observer::link`] (an object outlives the activation that made it where
//! it is seen after that was left).
//!
//! Where a run is observed, `compile` puts operations in front of or behind those that are told
//! (`tell` has them); a run that nobody observes has none of them. While a run is observed, memory
//! is collected only where the program asks for it or there is no other way, so that the address of
//! an object stays its own; where an allocation is told at an address, what was there is gone.
//!
//! Not told: constant strings, functions as values and type descriptors as allocations (pointers to
//! them are to objects without one), reads of what never changes (strings, values in interfaces),
//! and what tables of constants consist of, before it is read.

use crate::code::{Op, Pc};
use crate::goroutine::{FrameId, GoId};
use crate::memory::Addr;
use crate::types::Ty;
use gossa_ssa::{FuncId, InstId, ValueId};
use gossa_types::DeclId;

/// An activation of a function: its goroutine, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Activation {
    /// Who runs it.
    pub goroutine: GoId,
    /// Its number, which grows within the goroutine.
    pub frame: FrameId,
}

/// Where something happens. What wrappers and functions that the machine runs itself do happens at
/// the call that leads to them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// The function.
    pub func: FuncId,
    /// Its instruction.
    pub inst: InstId,
    /// Who runs it.
    pub goroutine: GoId,
    /// The activation's number within the goroutine.
    pub frame: FrameId,
    /// The function that the machine runs itself and that does it, if one does.
    pub by: Option<FuncId>,
}

impl Site {
    /// The activation.
    #[must_use]
    pub fn activation(&self) -> Activation {
        Activation { goroutine: self.goroutine, frame: self.frame }
    }
}

/// How a function is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CallKind {
    /// By a call: of a function by name, a method of an interface, or a function value.
    Call,
    /// By a go statement: the call is the new goroutine's first.
    Go,
    /// By a defer statement, when that is executed; of what it calls through wrappers only the run
    /// is told.
    Defer,
    /// A deferred call that runs as the function returns; the site is the `rundefers`.
    Deferred,
    /// A deferred call that runs for a panic or an exit of the goroutine; the site is the `unwind`.
    DeferredAtPanic,
    /// By `reflect`; the site is the call of the function of `reflect` that makes calls.
    Reflect,
    /// A finalizer or a cleanup.
    Cleanup,
    /// The function of a timer.
    Timer,
    /// A coroutine's function, when the coroutine is made.
    Coroutine,
    /// By the machine, in the place of the runtime: `Error` of a panic's value, for example.
    Runtime,
}

/// What an allocation makes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AllocationKind {
    /// A variable: `alloc`.
    Variable,
    /// What a table of constants consists of.
    Table,
    /// The array of `makeslice`.
    Slice,
    /// A map.
    Map,
    /// A channel.
    Chan,
    /// A closure or a method value.
    Closure,
    /// A value in an interface.
    Boxed,
    /// The array that a slice grew into.
    Grown,
    /// Bytes or runes of a conversion or a concatenation.
    Text,
    /// A part of a map, a channel or an iteration, to which the program has no pointer.
    Part,
    /// Made by a function that the machine runs itself; see [`Site::by`].
    Machine,
    /// The value of a run-time panic.
    Panic,
}

/// A variable in memory: it is another one where `base` is another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Object {
    /// Where it begins.
    pub base: Addr,
    /// Its size, as the allocator rounds it.
    pub size: u64,
}

/// A place in an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pointer {
    /// The object.
    pub object: Object,
    /// Bytes from its start.
    pub offset: u64,
}

/// A pointer in an SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Definition {
    /// The function.
    pub func: FuncId,
    /// The value: a parameter of a block, or a result of an instruction.
    pub value: ValueId,
    /// Where in the value the pointer is, in bytes: the pointers of strings, slices and functions
    /// are at 0, those of interfaces at 8.
    pub at: u64,
    /// The activation.
    pub activation: Activation,
}

/// A load or a store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Access {
    /// The instruction.
    pub site: Site,
    /// The object; of maps, what holds the entries.
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
pub trait Observer {
    /// A call is about to begin. `site` is `None` where nothing of the program calls.
    fn call(&mut self, site: Option<Site>, callee: FuncId, kind: CallKind) {
        let _ = (site, callee, kind);
    }

    /// An activation has begun.
    fn enter(&mut self, activation: Activation, func: FuncId) {
        let _ = (activation, func);
    }

    /// An activation is about to end: it returns, or a panic leaves it.
    fn leave(&mut self, activation: Activation) {
        let _ = activation;
    }

    /// An object was made. Told before any value that points to it.
    fn allocation(&mut self, site: Site, object: Object, kind: AllocationKind) {
        let _ = (site, object, kind);
    }

    /// The object of a package-level variable; told when code first mentions the variable.
    fn global(&mut self, variable: DeclId, object: Object) {
        let _ = (variable, object);
    }

    /// A value was defined, and a pointer in it points here.
    fn value(&mut self, definition: &Definition, to: Pointer) {
        let _ = (definition, to);
    }

    /// A variable is read: by a load, `copy`, `append`, a map operation, a closure that is called,
    /// a conversion, an atomic operation, `reflect`.
    fn load(&mut self, access: &Access) {
        let _ = access;
    }

    /// A variable is written.
    fn store(&mut self, access: &Access) {
        let _ = access;
    }

    /// A pointer was stored in an object. Of a closure, a map and a channel the object itself
    /// stands for all that it holds, at offset 0.
    fn link(&mut self, site: Site, holder: Pointer, to: Pointer) {
        let _ = (site, holder, to);
    }

    /// A goroutine meets others.
    fn sync(&mut self, site: Site, event: Sync) {
        let _ = (site, event);
    }
}

/// What a function that the machine runs itself did to memory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Touch {
    /// It has read or written bytes; of a type, if that is known.
    Bytes { addr: Addr, size: u64, stores: bool, ty: Option<Ty> },
    /// An object holds what this value points to.
    Holds { holder: Addr, value: Addr, ty: Ty },
    /// An object holds this pointer.
    Pointer { holder: Addr, to: Addr },
}

/// Whether an operation is told before it is executed.
pub(crate) fn is_told_before(op: &Op) -> bool {
    matches!(
        op,
        Op::Call { .. }
            | Op::TailCall { .. }
            | Op::Go { .. }
            | Op::Defer { .. }
            | Op::Return { .. }
            | Op::Load { .. }
            | Op::Load8 { .. }
            | Op::Store { .. }
            | Op::Store8 { .. }
            | Op::Copy { .. }
            | Op::Append { .. }
            | Op::SliceClear { .. }
            | Op::SliceToArray { .. }
            | Op::BytesToString { .. }
            | Op::RunesToString { .. }
            | Op::MapLookup { .. }
            | Op::MapDelete { .. }
            | Op::Send { .. }
            | Op::ChanClose { .. }
    )
}

/// Whether an operation is told once it is done.
pub(crate) fn is_told_after(op: &Op) -> bool {
    allocates(op).is_some() || matches!(op, Op::NextMap { .. } | Op::Receive { .. } | Op::Go { .. })
}

/// What an operation may make.
pub(crate) fn allocates(op: &Op) -> Option<AllocationKind> {
    Some(match op {
        Op::Alloc { .. } => AllocationKind::Variable,
        Op::Table { .. } => AllocationKind::Table,
        Op::MakeSlice { .. } => AllocationKind::Slice,
        Op::MakeMap { .. } => AllocationKind::Map,
        Op::MakeChan { .. } => AllocationKind::Chan,
        Op::Closure { .. } | Op::MethodValue { .. } => AllocationKind::Closure,
        Op::MakeInterface { .. } => AllocationKind::Boxed,
        Op::Append { .. } => AllocationKind::Grown,
        Op::ConcatStrings { .. }
        | Op::IntToString { .. }
        | Op::BytesToString { .. }
        | Op::RunesToString { .. }
        | Op::StringToBytes { .. }
        | Op::StringToRunes { .. } => AllocationKind::Text,
        Op::MapUpdate { .. } | Op::RangeMap { .. } => AllocationKind::Part,
        Op::Intrinsic { .. } => AllocationKind::Machine,
        _ => return None,
    })
}

/// The operation that is told about: behind one that tells before, in front of one that tells
/// after.
pub(crate) fn told(pc: Pc, before: bool) -> Pc {
    if before { pc + 1 } else { pc - 1 }
}
