//! `goroutine-defer-capture`: a deferred call touches what another goroutine uses, and nothing
//! orders the two.
//!
//! A view of the analysis's conflicts ([`ProgramPass::conflicts`]): those that a deferred call makes.
//! What is special about them is when they happen: deferred calls run last first, so one that was
//! deferred before `wg.Done` runs behind it, when the others have gone on. The story says so.

use crate::data_race::{is_sure, last_name};
use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports deferred calls and function literals that read or write what another goroutine uses
    /// at the same time: results and errors that a goroutine stores in a call that is deferred
    /// before `wg.Done`, `close(done)` or `mu.Unlock` and so runs behind it, variables that the
    /// function that started the goroutine goes on to change, results that goroutines write while a
    /// deferred function reads them.
    ///
    /// ## Why
    /// Deferred calls run in the opposite order: what is deferred last runs first. A `defer
    /// wg.Done()` below the one that stores the result lets `wg.Wait` return before it is stored.
    ///
    /// ## Bad
    /// ```go
    /// func run(task func() error) error {
    ///     var err error
    ///     var wg sync.WaitGroup
    ///     wg.Add(1)
    ///     go func() {
    ///         defer func() {
    ///             if r := recover(); r != nil {
    ///                 err = fmt.Errorf("task: %v", r) // want `goroutine-defer-capture`
    ///             }
    ///         }()
    ///         defer wg.Done()
    ///         err = task()
    ///     }()
    ///     wg.Wait()
    ///     return err
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func run(task func() error) error {
    ///     var err error
    ///     var wg sync.WaitGroup
    ///     wg.Add(1)
    ///     go func() {
    ///         defer wg.Done()
    ///         defer func() {
    ///             if r := recover(); r != nil {
    ///                 err = fmt.Errorf("task: %v", r)
    ///             }
    ///         }()
    ///         err = task()
    ///     }()
    ///     wg.Wait()
    ///     return err
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Captured variables as such; what is ordered by channels, wait groups, locks, or because the
    /// goroutine is over.
    ///
    /// ## What it does not catch
    /// What `data-race` does not catch: pointers that are kept in several places, and code that is
    /// not seen. Where this checker reports, `data-race` does not.
    pub static GOROUTINE_DEFER_CAPTURE = "goroutine-defer-capture": "defer", Warning,
        "a deferred call touches what another goroutine uses", cwe [362];
}

/// The checker.
pub(crate) struct GoroutineDeferCapture;

/// Whether a conflict is told by this checker.
pub(crate) fn is_told(conflict: &Conflict<'_>) -> bool {
    [&conflict.write, &conflict.other].into_iter().any(|side| late(side).is_some())
}

/// The deferred call that leads to an access, if what is deferred is an access in code that the user
/// has asked about.
fn late<'p>(side: &Accessor<'p>) -> Option<Inst<'p>> {
    if !side.is_deferred {
        return None;
    }
    let requested = |inst: &&Inst<'p>| inst.func().is_requested();
    side.way.iter().filter(requested).find(|inst| matches!(inst.op(), Op::Defer(_))).copied()
}

impl Checker for GoroutineDeferCapture {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&GOROUTINE_DEFER_CAPTURE]
    }

    fn ground(&self) -> Ground {
        Ground::Concurrency
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let conflicts: Vec<Conflict<'_>> = pass.conflicts().into_iter().filter(is_told).collect();
        let (endings, targets) = (pass.endings(), pass.targets());
        let mut told: Vec<(Inst<'_>, String)> = Vec::new();
        // Sure ones first: they stand for the others at the same place.
        let (sure, rest): (Vec<_>, Vec<_>) = conflicts.into_iter().partition(is_sure);
        for conflict in sure.iter().chain(&rest) {
            let sides = [(&conflict.write, &conflict.other), (&conflict.other, &conflict.write)];
            let Some((side, other, defer)) =
                sides.into_iter().find_map(|(side, other)| Some((side, other, late(side)?)))
            else {
                continue;
            };
            let Some(at) = side.requested_at() else { continue };
            let name = last_name(&conflict.place).to_owned();
            if told.contains(&(at, name.clone())) {
                continue;
            }
            told.push((at, name));
            let signal = signal_before(&endings, &targets, defer);
            report(pass, conflict, (side, other), (at, defer, signal));
        }
    }
}

fn report<'p>(
    pass: &ProgramPass<'p>,
    conflict: &Conflict<'p>,
    (side, other): (&Accessor<'p>, &Accessor<'p>),
    (at, defer, signal): (Inst<'p>, Inst<'p>, Option<Inst<'p>>),
) {
    let Some(mut report) = pass.report(&GOROUTINE_DEFER_CAPTURE, at) else { return };
    let place = &conflict.place;
    let does = if side.writes { "written" } else { "read" };
    let others = if other.writes { "writes" } else { "reads" };
    match signal {
        Some(signal) => report.message(format_args!(
            "`{place}` is {does} here by a deferred call that runs after {}, while another \
             goroutine {others} it",
            words(signal)
        )),
        None => report.message(format_args!(
            "`{place}` is {does} here by a deferred call while another goroutine {others} it"
        )),
    }
    report.confidence(if is_sure(conflict) { Confidence::Medium } else { Confidence::Low });
    for (accessor, verb) in [(side, if side.writes { "writes" } else { "reads" }), (other, others)]
    {
        for start in &accessor.started {
            if let Some(&inst) = start.last() {
                report.step(inst, "a goroutine is started");
            }
        }
        if std::ptr::eq(accessor, side) {
            report.step(defer, "a call is deferred");
            if let Some(signal) = signal {
                report
                    .step(signal, "deferred later, so this call runs first and lets others go on");
            }
        }
        if let Some(at) = accessor.requested_at() {
            report.step(at, format_args!("{verb} `{place}`"));
        }
    }
    if let Some(at) = other.requested_at().or(other.at()) {
        let does = if other.writes { "written" } else { "read" };
        report.related(at, format_args!("`{place}` is {does} here"));
    }
}

/// A deferred call that runs before another of its function and lets other goroutines go on.
fn signal_before<'p>(
    endings: &Endings<'p>,
    targets: &Targets<'p>,
    defer: Inst<'p>,
) -> Option<Inst<'p>> {
    let func = defer.func();
    let end = func.insts().find(|inst| matches!(inst.op(), Op::RunDefers))?;
    for group in endings.pending(end) {
        if group.calls.contains(&defer) {
            return None;
        }
        if let Some(&signal) = group.calls.iter().find(|call| signals(targets, **call, 0)) {
            return Some(signal);
        }
    }
    None
}

/// Whether a call lets other goroutines go on.
fn signals<'p>(targets: &Targets<'p>, site: Inst<'p>, depth: usize) -> bool {
    let Some(call) = site.call() else {
        return matches!(site.op(), Op::Send { .. })
            || matches!(site.op(), Op::Builtin { op: Builtin::Close, .. });
    };
    match call.callee() {
        Callee::Builtin(Builtin::Close) => true,
        Callee::Static { name, .. }
            if matches!(
                &*name,
                "sync.WaitGroup.Done"
                    | "sync.Mutex.Unlock"
                    | "sync.RWMutex.Unlock"
                    | "sync.RWMutex.RUnlock"
                    | "sync.Cond.Signal"
                    | "sync.Cond.Broadcast"
            ) =>
        {
            true
        }
        _ => {
            depth < 3
                && targets.of_call(site).funcs.iter().any(|func| {
                    func.is_requested()
                        && func.insts().any(|inst| signals(targets, inst, depth + 1))
                })
        }
    }
}

/// A deferred call in words.
fn words(defer: Inst<'_>) -> String {
    match defer.call().map(Call::callee) {
        Some(Callee::Builtin(Builtin::Close)) => "`close`".to_owned(),
        Some(Callee::Static { name, .. }) if !name.is_empty() => {
            format!("`{}`", name.rsplit('/').next().unwrap_or(&name))
        }
        Some(Callee::Interface { method, .. }) => format!("`{}`", method.name),
        _ => "another deferred call".to_owned(),
    }
}
