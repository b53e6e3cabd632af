//! Uses behind the end of what a value belongs to: by goroutines that nobody waits for, through
//! queues, and in memory that lives longer.
//!
//! What belongs to a request (its context, its body, the ResponseWriter), and any context that is
//! cancelled where a function ends, is followed forward to where it matters: a library gets the
//! context, the body is read, the response is written. `request-escape` and `context-cancel-race`
//! stand on this.

use gossa_api::prelude::*;

/// How something gets beyond the end of what it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Goroutine,
    Queue,
    Memory,
}

/// A use behind the end of what its value belongs to.
pub(crate) struct Escape<'p> {
    /// How it gets there.
    pub(crate) way: Way,
    /// The `go`, send or store.
    pub(crate) at: Inst<'p>,
    /// Where it is used.
    pub(crate) used: Inst<'p>,
    /// What it is.
    pub(crate) what: &'static str,
    /// The way from the owner to the use.
    pub(crate) hops: Vec<Hop<'p>>,
    /// Whether a function on the way waits for something behind the escape.
    pub(crate) waits: bool,
    /// Whether the functions on the way return at once: nothing comes behind the escape that takes
    /// time.
    pub(crate) at_once: bool,
}

/// What belongs to a request: by type.
fn belonging(ty: Type<'_>) -> Option<&'static str> {
    match ty.pointee().unwrap_or(ty).defined_name()? {
        ("net/http", "Request") => Some("`*http.Request`"),
        ("net/http", "ResponseWriter") => Some("ResponseWriter"),
        ("context", "Context") => Some("context"),
        ("io", "ReadCloser" | "Reader") => Some("body"),
        ("io", "Writer") => Some("ResponseWriter"),
        _ => None,
    }
}

/// The ResponseWriter and the request of a handler.
pub(crate) fn belongings(func: Func<'_>) -> impl Iterator<Item = Value<'_>> {
    let params: Vec<Value<'_>> = func.params().collect();
    let named = |value: &Value<'_>, name| belonging(value.ty()) == Some(name);
    let found = params.windows(2).find_map(|pair| {
        let both = named(&pair[0], "ResponseWriter") && named(&pair[1], "`*http.Request`");
        both.then(|| [pair[0], pair[1]])
    });
    found.into_iter().flatten()
}

/// Follows what belongs to requests, and contexts.
pub(crate) struct Belongings;

/// Methods of a request that read its body.
const READERS: [&str; 8] = [
    "ParseForm",
    "ParseMultipartForm",
    "FormValue",
    "PostFormValue",
    "FormFile",
    "MultipartReader",
    "Write",
    "WriteProxy",
];

impl<'p> Tracker<'p> for Belongings {
    fn verdict(&self, used: &Use<'_, 'p>) -> Verdict {
        let Use { inst, value, part, .. } = used;
        // What libraries do with it they do before they return.
        if !inst.func().is_requested() {
            return Verdict::Drop;
        }
        match inst.op() {
            Op::ChangeInterface(_) | Op::MakeInterface(_) | Op::TypeAssert { .. } => {
                if part.is_whole() { Verdict::Result } else { Verdict::Usual }
            }
            Op::FieldAddr { ptr, field } if ptr == *value => {
                let holder = ptr.ty().pointee();
                let name = holder.and_then(|holder| holder.field_name(field));
                if name == Some("Body") { Verdict::Result } else { Verdict::Drop }
            }
            Op::Load(_) => Verdict::Result,
            Op::Send { value: sent, .. } if sent == *value => Verdict::End,
            Op::Select { arms, .. } if arms.iter().any(|arm| arm.value == Some(*value)) => {
                Verdict::End
            }
            Op::Store { ptr, value: stored } if stored == *value => {
                if outlives(ptr) {
                    Verdict::End
                } else if is_replaced(*inst, ptr) {
                    Verdict::Drop
                } else {
                    Verdict::Usual
                }
            }
            Op::Call(call) | Op::Go(call) | Op::Defer(call) if part.is_whole() => {
                called(&call, *value, matches!(inst.op(), Op::Go(_)))
            }
            _ => Verdict::Usual,
        }
    }

    fn returns(&self, _: Func<'p>) -> bool {
        false
    }
}

/// What a call does to something that belongs to a request.
fn called(call: &Call<'_>, value: Value<'_>, is_go: bool) -> Verdict {
    let Some(what) = belonging(value.ty()) else { return Verdict::Usual };
    match call.callee() {
        Callee::Static { name, func } => {
            let (owner, short) = name.rsplit_once('.').unwrap_or(("", &name));
            if owner == "context" {
                return match short {
                    "WithoutCancel" | "Cause" => Verdict::Drop,
                    _ => Verdict::Result,
                };
            }
            if owner == "net/http.Request" && call.args().next() == Some(value) {
                return match short {
                    "Context" | "WithContext" | "Clone" => Verdict::Result,
                    _ if READERS.contains(&short) => Verdict::End,
                    _ => Verdict::Drop,
                };
            }
            match func {
                _ if is_telling(&name) => Verdict::Drop,
                Some(func) if func.is_requested() => Verdict::Usual,
                _ => Verdict::End,
            }
        }
        Callee::Interface { receiver, method } if receiver == value => match (what, method.name) {
            ("context", _) | ("body", "Close") => Verdict::Drop,
            _ => Verdict::End,
        },
        Callee::Interface { method, .. } if is_telling(method.name) => Verdict::Drop,
        Callee::Interface { .. } => Verdict::End,
        Callee::Value(_) if call.static_callee().is_some() => Verdict::Usual,
        Callee::Value(_) if is_go => Verdict::End,
        _ => Verdict::Usual,
    }
}

/// Whether a function logs, traces or measures: it takes the context for the values in it.
fn is_telling(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "log", "trace", "tracing", "span", "metric", "debug", "info", "warn", "error", "print",
        "otel",
    ];
    let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a variable gets another value before any closure captures it: `ctx =
/// context.WithoutCancel(ctx)`.
fn is_replaced(store: Inst<'_>, variable: Value<'_>) -> bool {
    let func = store.func();
    let closures: Vec<Inst<'_>> = func
        .insts()
        .filter(|inst| matches!(inst.op(), Op::Closure { captures, .. } if captures.contains(&variable)))
        .collect();
    let structure = func.structure();
    !closures.is_empty()
        && func.insts().any(|other| {
            matches!(other.op(), Op::Store { ptr, .. } if ptr == variable)
                && other != store
                && structure.dominates(store, other)
                && closures.iter().all(|closure| structure.dominates(other, *closure))
        })
}

/// Whether a place outlives the request: a package-level variable, a field of what the handler is
/// a method of, or of something that is sent on a channel.
fn outlives(mut place: Value<'_>) -> bool {
    let mut is_field = false;
    loop {
        match place.definition().map(Inst::op) {
            Some(Op::FieldAddr { ptr, .. }) => {
                is_field = true;
                place = ptr;
            }
            Some(Op::Narrow { x, .. }) => place = x,
            Some(Op::Global(_)) => return true,
            Some(Op::Alloc(AllocKind::New)) => return is_sent(place),
            Some(_) => return false,
            None => break,
        }
    }
    let func = place.func();
    is_field && belongings(func).next().is_some() && {
        let receiver = func.params().next();
        receiver == Some(place) && belonging(place.ty()).is_none()
    }
}

/// Whether a pointer is sent on a channel.
fn is_sent(pointer: Value<'_>) -> bool {
    pointer.func().insts().any(|inst| match inst.op() {
        Op::Send { value, .. } => value == pointer,
        Op::Select { arms, .. } => arms.iter().any(|arm| arm.value == Some(pointer)),
        _ => false,
    })
}

/// Whether a use is beyond the end of what its value belongs to, and how it gets there. `owner` is
/// the function whose end that is.
pub(crate) fn escape<'p>(
    flow: &mut Flow<'_, 'p>,
    owner: Func<'p>,
    arrival: Arrival<'p>,
) -> Option<Escape<'p>> {
    let used = arrival.at;
    let mut through: Vec<Inst<'p>> = Vec::new();
    let mut start = None;
    // The functions that the goroutine runs with the value.
    let mut inside: Vec<Func<'p>> = Vec::new();
    for hop in &arrival.hops {
        if start.is_some() {
            inside.push(hop.at.func());
            continue;
        }
        start = match hop.kind {
            HopKind::Captured(func) => runs_as_goroutine(flow, hop.at, func),
            HopKind::Passed(_) if matches!(hop.at.op(), Op::Go(_)) => Some(hop.at),
            _ => None,
        };
        start = start.or_else(|| around(flow, owner, hop.at));
        if start.is_none() {
            through.push(hop.at);
        }
    }
    if start.is_none() {
        let is_go = matches!(used.op(), Op::Go(_));
        start = if is_go { Some(used) } else { around(flow, owner, used) };
    }
    inside.push(used.func());
    let (way, at) = match (start, used.op()) {
        (Some(start), _) => (Way::Goroutine, start),
        (None, Op::Send { .. } | Op::Select { .. }) => (Way::Queue, used),
        (None, Op::Store { ptr, .. }) => match is_sent(base(ptr)) {
            true => (Way::Queue, used),
            false => (Way::Memory, used),
        },
        _ => return None,
    };
    let in_hand = |inst: Inst<'p>| inst.operands().into_iter().find_map(|x| belonging(x.ty()));
    // What is in a struct has been in hand before.
    let before = || {
        let mut hops = arrival.hops.iter().rev();
        hops.find_map(|hop| hop.at.results().find_map(|value| belonging(value.ty())))
    };
    let what = in_hand(used).or_else(before).unwrap_or("context");
    through.push(at);
    let at_once = through.iter().all(|inst| returns_at_once(*inst));
    let waits = way != Way::Memory && through.into_iter().any(waits_behind)
        || way == Way::Goroutine && at != used && inside.into_iter().any(watches);
    Some(Escape { way, at, used, what, hops: arrival.hops, waits, at_once })
}

/// The instruction that starts the goroutine that an instruction runs in, where that is in a
/// closure in `owner`.
fn around<'p>(flow: &mut Flow<'_, 'p>, owner: Func<'p>, at: Inst<'p>) -> Option<Inst<'p>> {
    let mut func = at.func();
    for _ in 0..4 {
        if func == owner || !func.is_closure() {
            return None;
        }
        let creation = *func.creations().first()?;
        if let Some(start) = runs_as_goroutine(flow, creation, func) {
            return Some(start);
        }
        func = creation.func();
    }
    None
}

/// Whether a function looks whether a context is done: it means to end with it.
fn watches(func: Func<'_>) -> bool {
    func.insts().any(|inst| {
        matches!(inst.call().map(Call::callee),
            Some(Callee::Interface { receiver, method }) if matches!(method.name, "Done" | "Err")
                && belonging(receiver.ty()) == Some("context"))
    })
}

fn base(mut place: Value<'_>) -> Value<'_> {
    while let Some(Op::FieldAddr { ptr: x, .. } | Op::Narrow { x, .. }) =
        place.definition().map(Inst::op)
    {
        place = x;
    }
    place
}

/// The instruction that runs a closure in a goroutine of its own.
fn runs_as_goroutine<'p>(
    flow: &mut Flow<'_, 'p>,
    closure: Inst<'p>,
    func: Func<'p>,
) -> Option<Inst<'p>> {
    let value = closure.results().next()?;
    flow.uses_of(value).into_iter().find(|used| match used.op() {
        Op::Go(call) => call.static_callee() == Some(func) || call.args().any(|arg| arg == value),
        Op::Call(call) => match call.callee() {
            Callee::Static { name, .. } => matches!(
                name.as_str(),
                "sync.WaitGroup.Go" | "time.AfterFunc" | "golang.org/x/sync/errgroup.Group.Go"
            ),
            _ => false,
        },
        _ => false,
    })
}

/// How deep helpers are looked into that may wait.
const DEPTH: usize = 3;

/// Whether a function waits for something behind an instruction, or returns a closure with which
/// its caller may.
fn waits_behind(at: Inst<'_>) -> bool {
    let func = at.func();
    func.insts().any(|inst| match inst.op() {
        Op::Return(results) => results.into_iter().any(|result| {
            matches!(result.definition().map(Inst::op),
                Some(Op::Closure { func: Some(func), .. }) if meets(func))
        }),
        Op::Defer(call) => waits(inst, DEPTH) || call.static_callee().is_some_and(meets),
        _ => {
            let is_pipe = matches!(inst.call().map(Call::callee),
                Some(Callee::Static { name, .. }) if name == "io.Pipe");
            is_pipe || (waits(inst, DEPTH) && at.reaches(inst))
        }
    })
}

/// Whether an instruction waits for other goroutines, itself or in a function of the program's own
/// packages that it calls.
fn waits(inst: Inst<'_>, depth: usize) -> bool {
    match inst.op() {
        Op::Receive { .. } => true,
        Op::Select { arms, .. } => arms.iter().any(|arm| arm.value.is_none()),
        Op::Call(call) | Op::Defer(call) => match call.callee() {
            // A timer that is stopped has done what it does, or will not.
            Callee::Static { name, .. }
                if name.ends_with(".Wait")
                    || name.ends_with(".Join")
                    || name == "time.Timer.Stop" =>
            {
                true
            }
            Callee::Interface { method, .. } => method.name == "Wait",
            _ => call.static_callee().is_some_and(|func| {
                depth > 0 && func.is_requested() && func.insts().any(|inst| waits(inst, depth - 1))
            }),
        },
        _ => false,
    }
}

/// Whether a function calls nothing behind an instruction that may take time.
fn returns_at_once(at: Inst<'_>) -> bool {
    !at.func().insts().any(|inst| {
        let Op::Call(call) = inst.op() else { return false };
        if inst == at || !at.reaches(inst) {
            return false;
        }
        match call.callee() {
            Callee::Static { name, func } => {
                // What makes errors and contexts, and what has no loop and calls nothing itself.
                let is_plain = ["errors.", "fmt.", "context.", "time.Now", "strconv.", "strings."]
                    .iter()
                    .any(|start| name.starts_with(start));
                let is_leaf = |func: Func<'_>| {
                    !func.insts().any(|inst| inst.call().is_some())
                        && func.structure().loops().next().is_none()
                };
                !is_plain && !is_telling(&name) && !func.is_some_and(is_leaf)
            }
            Callee::Interface { method, .. } => {
                let is_header = matches!(method.name, "WriteHeader" | "Header" | "Write");
                !is_header && !is_telling(method.name)
            }
            _ => true,
        }
    })
}

/// Whether a function meets other goroutines in any way.
fn meets(func: Func<'_>) -> bool {
    func.insts().any(|inst| matches!(inst.op(), Op::Send { .. }) || waits(inst, DEPTH))
}
