//! `exit-after-defer`: a call that ends the program while deferred calls are waiting to run.
//!
//! Which calls end the program is asked of [`Exits`], which deferred calls are pending there of
//! [`Endings`]; [`loss`] says whether it matters that they do not run.

mod loss;

use gossa_api::prelude::*;
use loss::{CLOSES, Losses, PRINTS, is_recovered};
use std::rc::Rc;

declare_check! {
    /// ## What it does
    /// Reports calls that end the program (`os.Exit`, `log.Fatal`, `syscall.Exec`, and functions
    /// that come to one of these) where calls are deferred that have not run.
    ///
    /// ## Why
    /// Deferred calls run when a function returns or panics. When the process ends in another way
    /// they never do: temporary files stay, buffers are not written, profiles are empty.
    ///
    /// ## Bad
    /// ```go
    /// func main() {
    ///     dir, err := os.MkdirTemp("", "work")
    ///     check(err)
    ///     defer os.RemoveAll(dir)
    ///     check(work(dir)) // want `exit-after-defer`
    /// }
    ///
    /// func check(err error) {
    ///     if err != nil {
    ///         log.Fatal(err)
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func main() {
    ///     os.Exit(run())
    /// }
    ///
    /// func run() int {
    ///     dir, err := os.MkdirTemp("", "work")
    ///     if err != nil {
    ///         return 1
    ///     }
    ///     defer os.RemoveAll(dir)
    ///     if work(dir) != nil {
    ///         return 1
    ///     }
    ///     return 0
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// `log.Panic`, `runtime.Goexit`, and what ends the program before anything is deferred; a
    /// deferred call that has been made by hand before. Where all that is deferred is what the
    /// system does by itself when a process ends (closing files that were read, connections,
    /// unlocking mutexes, cancelling contexts), confidence is low.
    ///
    /// ## What it does not catch
    /// Calls that end the program in another goroutine, or through function values and interfaces
    /// that may be many things.
    pub static EXIT_AFTER_DEFER = "exit-after-defer": "defer", Warning,
        "the program ends while deferred calls are waiting to run", tier Low, cwe [459];
}

/// The checker.
pub(crate) struct ExitAfterDefer;

/// A deferred call that never runs, with what is lost.
struct Missed<'p> {
    defer: Inst<'p>,
    always: bool,
    lost: Option<&'static str>,
}

impl Checker for ExitAfterDefer {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&EXIT_AFTER_DEFER]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let defers = |func: &Func<'_>| {
            func.is_requested() && func.insts().any(|inst| matches!(inst.op(), Op::Defer(_)))
        };
        let functions = pass.search(|func, found| found.extend(Some(func).filter(defers)));
        if functions.is_empty() {
            return;
        }
        let endings = pass.endings();
        let targets = Rc::new(pass.targets());
        let mut losses = Losses::new(targets.clone(), pass.exits());
        for func in functions {
            let mut seen: Vec<Inst<'_>> = Vec::new();
            for site in func.insts() {
                match site.op() {
                    Op::Call(_) => {
                        let Some(exit) = losses.exit(site) else { continue };
                        // One call of a function that comes to an end somewhere stands for all.
                        if let (1.., Some(&inside)) = (exit.distance, exit.way.get(1)) {
                            if seen.contains(&inside) {
                                continue;
                            }
                            seen.push(inside);
                        }
                        let missed = missed(&mut losses, &targets, &exit, endings.pending(site));
                        report(pass, site, &exit, &missed);
                    }
                    // A deferred call that ends the program leaves those that run after it.
                    Op::RunDefers => {
                        let mut pending = endings.pending(site);
                        while !pending.is_empty() {
                            let first = pending.remove(0);
                            for defer in first.calls {
                                let Some(exit) = losses.exit(defer) else { continue };
                                if in_recovery(&exit) {
                                    continue;
                                }
                                let missed = missed_behind(&mut losses, defer, pending.clone());
                                report(pass, shown(&exit), &exit, &missed);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The call to report where a deferred function ends the program: in the literal, if it is one.
fn shown<'p>(exit: &Exit<'p>) -> Inst<'p> {
    let literal = exit.way.get(1).filter(|inst| inst.func().is_closure());
    *literal.unwrap_or(&exit.way[0])
}

/// Whether the program ends because of a panic.
fn in_recovery(exit: &Exit<'_>) -> bool {
    exit.way.iter().any(|&inst| {
        inst.func().structure().guards(inst).into_iter().any(|guard| is_recovered(guard.cond))
    })
}

fn missed<'p>(
    losses: &mut Losses<'p>,
    targets: &Targets<'p>,
    exit: &Exit<'p>,
    pending: Vec<Deferred<'p>>,
) -> Vec<Missed<'p>> {
    let by_hand = |defer: Inst<'p>| is_done(targets, defer, exit);
    let mut found = Vec::new();
    for group in pending {
        for defer in group.calls {
            if !by_hand(defer) {
                let lost = losses.of(defer);
                found.push(Missed { defer, always: group.always && !group.repeats, lost });
            }
        }
    }
    found
}

fn missed_behind<'p>(
    losses: &mut Losses<'p>,
    defer: Inst<'p>,
    pending: Vec<Deferred<'p>>,
) -> Vec<Missed<'p>> {
    let mut found = Vec::new();
    for group in pending {
        for other in group.calls.into_iter().filter(|&other| other != defer) {
            let lost = losses.of(other);
            found.push(Missed { defer: other, always: false, lost });
        }
    }
    found
}

/// Whether what a deferred call calls has been called by hand on every way from there to the exit.
fn is_done<'p>(targets: &Targets<'p>, defer: Inst<'p>, exit: &Exit<'p>) -> bool {
    let [at, inside @ ..] = &exit.way[..] else { return false };
    let (exit, func) = (*at, at.func());
    if defer.func() != func {
        return false;
    }
    let in_helper = |&at: &Inst<'p>| {
        let structure = at.func().structure();
        let wanted = &targets.of_call(defer).funcs;
        at.func().insts().any(|inst| {
            matches!(inst.op(), Op::Call(_)) && inst != at && structure.dominates(inst, at) && {
                let callees = &targets.of_call(inst).funcs;
                !callees.is_empty() && callees.iter().all(|callee| wanted.contains(callee))
            }
        })
    };
    if inside.iter().any(in_helper) {
        return true;
    }
    let wanted = &targets.of_call(defer).funcs;
    let structure = func.structure();
    func.insts().any(|inst| {
        matches!(inst.op(), Op::Call(_))
            && inst != exit
            && structure.dominates(inst, exit)
            && defer.reaches(inst)
            && (is_same_call(inst, defer) || calls_one_of(targets, inst, wanted))
    })
}

/// Whether a call does what a deferred call would do.
fn is_same_call(call: Inst<'_>, defer: Inst<'_>) -> bool {
    let (Some(call), Some(defer)) = (call.call(), defer.call()) else { return false };
    let same_callee = match (call.callee(), defer.callee()) {
        (Callee::Static { name, func }, Callee::Static { name: other, func: deferred }) => {
            name == other && func == deferred
        }
        (Callee::Value(x), Callee::Value(y)) => same(x, y),
        (
            Callee::Interface { receiver, method },
            Callee::Interface { receiver: other, method: deferred },
        ) => method.name == deferred.name && same(receiver, other),
        _ => false,
    };
    same_callee && call.args().len() == defer.args().len() && {
        call.args().zip(defer.args()).all(|(x, y)| same(x, y))
    }
}

/// Whether two values of a function are the same, or were read from the same variable.
fn same<'p>(x: Value<'p>, y: Value<'p>) -> bool {
    let origin = |mut value: Value<'p>| loop {
        match value.definition().map(Inst::op) {
            Some(Op::Narrow { x, .. } | Op::Convert { x, .. } | Op::MakeInterface(x)) => value = x,
            Some(Op::Load(address)) => return (address, true),
            _ => return (value, false),
        }
    };
    x == y || origin(x) == origin(y) || {
        let constant = |value: Value<'p>| match value.definition().map(Inst::op) {
            Some(Op::Const(constant)) => Some(constant.exact_string()),
            _ => None,
        };
        constant(x).is_some() && constant(x) == constant(y)
    }
}

/// Whether a helper calls one of some functions.
fn calls_one_of<'p>(targets: &Targets<'p>, site: Inst<'p>, wanted: &[Func<'p>]) -> bool {
    let [helper] = targets.of_call(site).funcs[..] else { return false };
    wanted.contains(&helper) && site.call().is_some_and(|call| call.args().len() == 0)
        || helper.insts().filter(|inst| matches!(inst.op(), Op::Call(_))).any(|inst| {
            let callees = &targets.of_call(inst).funcs;
            !callees.is_empty() && callees.iter().all(|callee| wanted.contains(callee))
        })
}

fn report<'p>(pass: &ProgramPass<'p>, at: Inst<'p>, exit: &Exit<'p>, missed: &[Missed<'p>]) {
    let matters = missed.iter().find(|missed| missed.lost.is_some());
    let Some(first) = matters.or(missed.first()) else { return };
    let Some(mut report) = pass.report(&EXIT_AFTER_DEFER, at) else { return };
    let deferred = words(first.defer);
    let consequence = first.lost.map_or(String::new(), |lost| format!(": nothing {lost}"));
    if exit.way.len() == 1 {
        report.message(format_args!(
            "`{}` ends the program here, and {deferred} never runs{consequence}",
            exit.by
        ));
    } else {
        report.message(format_args!(
            "this call may end the program by `{}`, and {deferred} never runs{consequence}",
            exit.by
        ));
    }
    report.confidence(match (first.lost, exit.distance) {
        (None, _) | (_, 2..) => Confidence::Low,
        _ if runs_hooks(exit) => Confidence::Low,
        (Some(CLOSES | PRINTS), 1..) => Confidence::Low,
        // That a callee checks what must be is no reason to expect that it ends the program.
        (Some(_), 1) if exit.way.len() > 2 => Confidence::Low,
        (Some(_), 0) if exit.way.len() == 1 && first.always => Confidence::High,
        (Some(_), _) => Confidence::Medium,
    });
    report.step(first.defer, "a call is deferred");
    for (at, inst) in exit.way.iter().enumerate() {
        let last = at + 1 == exit.way.len();
        report.step(*inst, if last { "the program ends" } else { "calls" });
    }
    for other in missed.iter().filter(|other| other.defer != first.defer) {
        report.related(other.defer, "this deferred call does not run either");
    }
}

/// Whether functions that have been registered run before the program ends: what is deferred may be
/// done by one of them.
fn runs_hooks(exit: &Exit<'_>) -> bool {
    let is_hook = |inst: Inst<'_>| {
        let Some(call) = inst.call() else { return false };
        let Callee::Value(value) = call.callee() else { return false };
        let Some(Op::Load(address)) = value.definition().map(Inst::op) else { return false };
        let at = address.definition();
        at.is_some_and(|inst| matches!(inst.op(), Op::IndexAddr { .. }))
    };
    exit.way.iter().skip(1).any(|inst| inst.func().insts().any(is_hook))
}

/// A deferred call in words.
fn words(defer: Inst<'_>) -> String {
    let name = defer.call().map(Call::callee).and_then(|callee| match callee {
        Callee::Static { name, .. } if !name.is_empty() => {
            Some(name.rsplit('/').next().unwrap_or(&name).to_owned())
        }
        Callee::Interface { method, .. } => Some(method.name.to_owned()),
        Callee::Value(value) => value.name().map(str::to_owned),
        Callee::Builtin(op) => Some(format!("{op:?}").to_lowercase()),
        Callee::Static { .. } => None,
        _ => None,
    });
    name.map_or_else(|| "a deferred function".to_owned(), |name| format!("the deferred `{name}`"))
}
