//! What functions of the standard library do to goroutines, where reading their bodies would say
//! less, or much too much.

use gossa_ssa::{FuncId, FuncKey};

/// What a function does; its first argument is the lock, wait group, ... where it has one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    Lock,
    Unlock,
    ReadLock,
    ReadUnlock,
    TryLock,
    GroupAdd,
    GroupDone,
    GroupWait,
    Once,
    CondWait,
    Signal,
    Broadcast,
    Load,
    Store,
    Add,
    Swap,
    CompareAndSwap,
    /// Makes a context that is never cancelled.
    Background,
    /// Makes a context and its cancel function, and whether time ends it.
    WithCancel {
        deadline: bool,
    },
    /// The same context with more in it.
    WithValue,
    /// Makes a channel on which time sends.
    Tick {
        repeats: bool,
    },
    /// Makes a struct with such a channel.
    Timer {
        repeats: bool,
    },
    /// Starts a timer again.
    Reset,
    /// Runs its second argument in a goroutine, later.
    AfterFunc,
    /// Others may go first.
    Yield,
    /// Does not return.
    Exits,
    /// Makes an error.
    Error,
    /// Does nothing to goroutines, and keeps nothing.
    Nothing,
    /// May do anything with what it is given.
    Anything,
}

/// Packages whose functions are read as if they were the user's.
const READ: &[&str] =
    &["io", "sort", "slices", "maps", "iter", "container/list", "container/heap", "container/ring"];

/// Packages that keep nothing of what they are given, and call none of it that waits.
const KEEP_NOTHING: &[&str] = &[
    "fmt",
    "errors",
    "log",
    "log/slog",
    "strings",
    "strconv",
    "bytes",
    "bufio",
    "unicode",
    "time",
    "path",
    "regexp",
    "html",
    "testing",
    "runtime",
    "unsafe",
    "flag",
    "mime",
    "unique",
    "cmp",
    "math",
    "hash",
    "crypto",
    "encoding",
    "text",
    "go",
    "os",
    "net/url",
    "net/netip",
    "net/textproto",
    "net/mail",
    "io/fs",
    "internal",
    "syscall",
    "embed",
    "expvar",
    "compress",
    "archive",
    "image",
];

/// What a function does; `None`: its body says it.
pub(crate) fn effect(func: FuncId, is_std: &dyn Fn(&str) -> bool) -> Option<Effect> {
    let package = func.package().path();
    if !is_std(package) {
        return None;
    }
    let FuncKey::Decl { decl, .. } = *func.root().key() else { return Some(Effect::Nothing) };
    let is_closure = matches!(func.key(), FuncKey::Closure { .. });
    let receiver = decl.parent().map(|parent| parent.name().as_str());
    let found = by_name(package, receiver, decl.name().as_str());
    // A closure of a function that is read is read, too.
    if is_closure && found.is_some() { Some(Effect::Nothing) } else { found }
}

fn by_name(package: &str, receiver: Option<&str>, name: &str) -> Option<Effect> {
    use Effect as E;
    Some(match (package, receiver, name) {
        ("sync", Some("Mutex" | "RWMutex"), "Lock") => E::Lock,
        ("sync", Some("Mutex" | "RWMutex"), "Unlock") => E::Unlock,
        ("sync", Some("RWMutex"), "RLock") => E::ReadLock,
        ("sync", Some("RWMutex"), "RUnlock") => E::ReadUnlock,
        ("sync", Some("Mutex" | "RWMutex"), "TryLock" | "TryRLock") => E::TryLock,
        ("sync", Some("WaitGroup"), "Add") => E::GroupAdd,
        ("sync", Some("WaitGroup"), "Done") => E::GroupDone,
        ("sync", Some("WaitGroup"), "Wait") => E::GroupWait,
        ("sync", Some("Once"), "Do") => E::Once,
        ("sync", Some("Cond"), "Wait") => E::CondWait,
        ("sync", Some("Cond"), "Signal") => E::Signal,
        ("sync", Some("Cond"), "Broadcast") => E::Broadcast,
        ("sync", Some("Map" | "Pool"), _) => E::Anything,
        ("sync", _, _) => return None,
        ("sync/atomic", Some("Value"), _) => E::Anything,
        ("sync/atomic", _, _) => {
            if name.starts_with("Load") {
                E::Load
            } else if name.starts_with("Store") {
                E::Store
            } else if name.starts_with("CompareAndSwap") {
                E::CompareAndSwap
            } else if name.starts_with("Swap") {
                E::Swap
            } else if name.starts_with("Add") {
                E::Add
            } else {
                E::Anything
            }
        }
        ("context", None, "Background" | "TODO" | "WithoutCancel") => E::Background,
        ("context", None, "WithCancel" | "WithCancelCause") => E::WithCancel { deadline: false },
        (
            "context",
            None,
            "WithTimeout" | "WithTimeoutCause" | "WithDeadline" | "WithDeadlineCause",
        ) => E::WithCancel { deadline: true },
        ("context", None, "WithValue") => E::WithValue,
        ("context", None, "Cause") => E::Nothing,
        ("time", None, "After") => E::Tick { repeats: false },
        ("time", None, "Tick") => E::Tick { repeats: true },
        ("time", None, "NewTimer") => E::Timer { repeats: false },
        ("time", None, "NewTicker") => E::Timer { repeats: true },
        ("time", Some("Timer"), "Reset") => E::Reset,
        ("time", None, "AfterFunc") => E::AfterFunc,
        ("time", None, "Sleep") | ("runtime", None, "Gosched") => E::Yield,
        ("os" | "syscall", None, "Exit")
        | ("runtime", None, "Goexit")
        | ("log", _, "Fatal" | "Fatalf" | "Fatalln" | "Panic" | "Panicf" | "Panicln")
        | (
            "testing",
            Some("common" | "T" | "B" | "F" | "TB"),
            "Fatal" | "Fatalf" | "FailNow" | "Skip" | "Skipf" | "SkipNow",
        ) => E::Exits,
        ("errors", None, "New" | "Join") | ("fmt", None, "Errorf") => E::Error,
        ("testing", _, "Run" | "Cleanup" | "RunParallel") => E::Anything,
        ("os/signal" | "os/exec" | "crypto/tls" | "runtime/cgo", _, _)
        | ("runtime", None, "SetFinalizer" | "AddCleanup") => E::Anything,
        ("strings" | "bytes" | "bufio", None, _) if name.starts_with("New") => E::Anything,
        _ if READ.contains(&package) => return None,
        _ => {
            let keeps_nothing = KEEP_NOTHING.iter().any(|known| {
                package
                    .strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            if keeps_nothing { E::Nothing } else { E::Anything }
        }
    })
}
