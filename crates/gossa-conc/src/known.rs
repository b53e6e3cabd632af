//! What functions of the standard library mean to the order of things: locks, wait groups,
//! atomics, contexts, and those that call back or start goroutines.

use crate::event::Start;
use gossa_points::Program;
use gossa_ssa::{FuncId, FuncKey, MethodRef};
use gossa_types::TypeKind;

/// Whether a method is one of `context.Context`.
pub(crate) fn is_of_context(program: &Program<'_>, method: &MethodRef) -> bool {
    let holder = program.end_of_path(method);
    matches!(holder.unalias().kind(), TypeKind::Named { decl, .. }
        if decl.package().path() == "context" && decl.name().as_str() == "Context")
}

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// By this goroutine alone.
    Exclusive,
    /// Together with other readers.
    Shared,
    /// While the function of a `sync.Once` runs.
    Once,
    /// Not at all: the goroutine was started by the function of a `sync.Once`.
    OnceStarted,
    /// Not at all: the function of a `sync.Once` has run before.
    Done,
    /// Not at all: it is a variable that says that one goroutine runs, which is this one.
    Token,
    /// Not at all: it has been unlocked, but was not locked in the function.
    Released,
}

/// What a function does; its first argument is the lock, wait group, ... where it has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    Lock(Mode),
    Unlock,
    /// Locks if it returns true.
    TryLock(Mode),
    GroupAdd,
    GroupDone,
    GroupWait,
    /// Calls its second argument at most once, and returns when that has been done.
    OnceDo,
    /// Reads, writes, or both, atomically.
    AtomicRead,
    AtomicWrite,
    AtomicBoth,
    AtomicSwap,
    Settle,
    CondWait,
    CondSignal,
    /// Makes a context, and the function that cancels it.
    WithCancel,
    /// Calls an argument.
    Calls(u32),
    /// Calls an argument in a goroutine of its own, once or many times.
    Starts {
        func: u32,
        start: Start,
    },
    /// Reads all elements of these arguments (a bit each), in assembly.
    Reads(u32),
    /// The runtime reads, or writes, what an argument points to, or all of a map or slice.
    RuntimeReads(u32),
    RuntimeWrites(u32),
    /// The kernel accesses what the arguments are addresses of.
    System,
    /// C code accesses what the arguments are addresses of.
    C,
    /// Does nothing to the order of things, and nothing to memory that others may see.
    Nothing,
}

/// Whether a function of the standard library ends the goroutine or the program.
pub(crate) fn never_returns(func: FuncId) -> bool {
    let FuncKey::Decl { decl, .. } = *func.key() else { return false };
    let receiver = decl.parent().map(|parent| parent.name().as_str());
    match (decl.package().path(), receiver, decl.name().as_str()) {
        ("os" | "syscall", None, "Exit") | ("runtime", None, "Goexit") => true,
        ("log", _, name) => name.starts_with("Fatal") || name.starts_with("Panic"),
        ("testing", Some(_), name) => {
            matches!(name, "FailNow" | "Fatal" | "Fatalf" | "SkipNow" | "Skip" | "Skipf")
        }
        _ => false,
    }
}

/// Whether a function is `context.Cause`.
pub(crate) fn is_cause(func: FuncId) -> bool {
    let FuncKey::Decl { decl, .. } = *func.key() else { return false };
    decl.package().path() == "context" && decl.name().as_str() == "Cause"
}

const ONE: Start = Start { many: false, is_timer: false, is_handler: false };
const MANY: Start = Start { many: true, ..ONE };
const TIMER: Start = Start { is_timer: true, ..ONE };
const HANDLER: Start = Start { is_handler: true, ..MANY };

/// What a declared function is known to do.
pub(crate) fn known(func: FuncId) -> Option<Known> {
    let FuncKey::Decl { decl, .. } = *func.key() else { return None };
    let package = decl.package().path();
    let receiver = decl.parent().map(|parent| parent.name().as_str());
    by_name(package, receiver, decl.name().as_str())
}

fn by_name(package: &str, receiver: Option<&str>, name: &str) -> Option<Known> {
    use Known as K;
    let known = match (package, receiver, name) {
        ("sync", Some("Mutex" | "RWMutex" | "Locker"), "Lock") => K::Lock(Mode::Exclusive),
        ("sync", Some("Mutex" | "RWMutex" | "Locker"), "Unlock") => K::Unlock,
        ("sync", Some("RWMutex"), "RLock") => K::Lock(Mode::Shared),
        ("sync", Some("RWMutex"), "RUnlock") => K::Unlock,
        ("sync", Some("Mutex" | "RWMutex"), "TryLock") => K::TryLock(Mode::Exclusive),
        ("sync", Some("RWMutex"), "TryRLock") => K::TryLock(Mode::Shared),
        ("sync", Some("WaitGroup"), "Add") => K::GroupAdd,
        ("sync", Some("WaitGroup"), "Done") => K::GroupDone,
        ("sync", Some("WaitGroup"), "Wait") => K::GroupWait,
        // Its body says what it does.
        ("sync", Some("WaitGroup"), "Go") => return None,
        ("sync", None, _) => return None,
        ("sync", Some("Once"), "Do") => K::OnceDo,
        ("sync", Some("Cond"), "Wait") => K::CondWait,
        ("sync", Some("Cond"), "Signal" | "Broadcast") => K::CondSignal,
        ("sync", Some("Map"), "Range") => K::Calls(1),
        (
            "sync/atomic",
            Some(
                "Int32" | "Int64" | "Uint32" | "Uint64" | "Uintptr" | "Bool" | "Pointer" | "Value",
            ),
            _,
        )
        | ("sync/atomic", None, _) => {
            if name.starts_with("Load") {
                K::AtomicRead
            } else if name.starts_with("Store") {
                K::AtomicWrite
            } else if name.starts_with("CompareAndSwap") {
                K::AtomicSwap
            } else {
                K::AtomicBoth
            }
        }
        ("context", None, "WithCancel" | "WithCancelCause") => K::WithCancel,
        ("context", None, "AfterFunc") => K::Starts { func: 1, start: ONE },
        ("context", _, _) => K::Nothing,
        ("time", None, "AfterFunc") => K::Starts { func: 1, start: TIMER },
        ("runtime", None, "SetFinalizer") => K::Starts { func: 1, start: MANY },
        ("runtime", None, "AddCleanup") => K::Starts { func: 1, start: MANY },
        ("net/http", None, "HandleFunc") => K::Starts { func: 1, start: HANDLER },
        ("net/http", Some("ServeMux"), "HandleFunc") => K::Starts { func: 2, start: HANDLER },
        ("testing", Some("T" | "B"), "Run") => K::Calls(2),
        ("testing", Some("B"), "RunParallel") => K::Starts { func: 1, start: MANY },
        ("testing", Some("T" | "B" | "F"), "Cleanup") => K::Calls(1),
        ("testing/synctest", None, "Test") => K::Calls(1),
        ("internal/synctest" | "testing/synctest", None, "Run") => K::Calls(0),
        ("internal/synctest" | "testing/synctest", None, "Wait") => K::Settle,
        ("runtime", None, "ReadMemStats") => K::RuntimeWrites(0),
        ("runtime/metrics", None, "Read") => K::RuntimeWrites(0),
        ("maps", None, "Clone") => K::RuntimeReads(0),
        (
            "syscall" | "golang.org/x/sys/unix" | "internal/runtime/syscall/linux",
            None,
            "Syscall" | "Syscall6" | "RawSyscall" | "RawSyscall6" | "SyscallNoError"
            | "RawSyscallNoError",
        ) => K::System,
        (_, None, name) if name.starts_with("_Cfunc_") => K::C,
        ("bytes", None, "IndexByte" | "Count" | "LastIndexByte") => K::Reads(1),
        ("bytes", None, "Compare" | "Equal" | "Index" | "Contains" | "HasPrefix") => K::Reads(3),
        ("hash/crc32", None, "ChecksumIEEE" | "Checksum") => K::Reads(1),
        ("hash/crc32", None, "Update") => K::Reads(4),
        ("crypto/sha256", None, "Sum256" | "Sum224") => K::Reads(1),
        (
            "sync" | "runtime" | "testing" | "reflect" | "syscall" | "unsafe" | "log" | "log/slog"
            | "time" | "unique" | "weak" | "iter" | "testing/synctest",
            _,
            _,
        ) => K::Nothing,
        _ if package.starts_with("internal/") || package.starts_with("runtime/") => K::Nothing,
        _ => return None,
    };
    Some(known)
}
