//! `context-cancel-race`: goroutines that do not agree when a context ends.
//!
//! Three views: conflicts of accesses where the variable is a context or a cancel function, or
//! where the end of a context is taken for an order that it is not; and deferred cancel functions
//! that fire while a goroutine still works with the context.

use crate::background::{Belongings, Escape, Way, escape};
use crate::contexts::{MAKERS, is_main};
use crate::data_race::{DATA_RACE, is_sure};
use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports variables for contexts and cancel functions that are assigned while a goroutine uses
    /// them; what a goroutine writes, and is read behind `<-ctx.Done()` with nothing that waits
    /// for the goroutine; and deferred cancel functions that fire while a goroutine that has the
    /// context is still at work.
    ///
    /// ## Why
    /// That a context is done says that somebody wants to stop, not that anybody has: the
    /// goroutine may still be writing. A deferred cancel function stops work that was meant to go
    /// on, at a moment that chance decides.
    ///
    /// ## Bad
    /// ```go
    /// func result(ctx context.Context) (n int) {
    ///     ctx, cancel := context.WithTimeout(ctx, time.Second)
    ///     go func() {
    ///         defer cancel()
    ///         n = compute(ctx) // want `context-cancel-race`
    ///     }()
    ///     <-ctx.Done()
    ///     return n
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func result(ctx context.Context) (n int) {
    ///     ctx, cancel := context.WithTimeout(ctx, time.Second)
    ///     defer cancel()
    ///     done := make(chan struct{})
    ///     go func() {
    ///         defer close(done)
    ///         n = compute(ctx)
    ///     }()
    ///     <-done
    ///     return n
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Concurrent calls of a cancel function; what is written before the cancel function is called
    /// and read after Done, where nothing else ends the context; goroutines that the function waits
    /// for. Where the function itself does something that takes time behind the `go`, the
    /// goroutine may be meant to end with it: the confidence is low.
    ///
    /// ## What it does not catch
    /// Contexts in fields that are replaced through several pointers, and work that a library does
    /// in the background.
    pub static CONTEXT_CANCEL_RACE = "context-cancel-race": "context", Warning,
        "goroutines do not agree when a context ends", cwe [362];
}

/// The checker.
pub(crate) struct ContextCancelRace;

impl Checker for ContextCancelRace {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&CONTEXT_CANCEL_RACE]
    }

    fn ground(&self) -> Ground {
        Ground::Concurrency
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut seen: Vec<Inst<'_>> = Vec::new();
        let mut conflicts = pass.conflicts();
        // The surest and best named one stands for all about a write.
        conflicts.sort_by_key(|conflict| (!is_sure(conflict), conflict.place.text.contains('`')));
        for conflict in conflicts {
            let Some(at) = conflict.write.requested_at() else { continue };
            let Some(view) = view(&conflict) else { continue };
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            report_conflict(pass, at, &conflict, view);
        }
        for escape in early(pass) {
            report_early(pass, &escape);
        }
    }
}

/// What makes a conflict one about contexts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// The variable holds a context or a cancel function.
    Variable(&'static str),
    /// It is read behind `<-ctx.Done()`.
    BehindDone,
}

fn view(conflict: &Conflict<'_>) -> Option<View> {
    let write = conflict.write.at()?;
    if let Op::Store { value, .. } = write.op()
        && let Some(("context", name)) = value.ty().defined_name()
    {
        return match name {
            "Context" => Some(View::Variable("context")),
            "CancelFunc" | "CancelCauseFunc" => Some(View::Variable("cancel function")),
            _ => None,
        };
    }
    // The reader is the one that waits; it did not start before the writer.
    let read = &conflict.other;
    let waits = !read.writes && read.way.iter().any(|inst| is_behind_done(*inst));
    (waits && conflict.write.started.len() > read.started.len()).then_some(View::BehindDone)
}

/// Whether an instruction comes behind the end of a context on all ways: a receive from
/// `ctx.Done()`, or the arm of a select for it.
fn is_behind_done(at: Inst<'_>) -> bool {
    let structure = at.func().structure();
    at.func().insts().any(|inst| match inst.op() {
        Op::Receive { chan, .. } => is_done_channel(chan) && structure.dominates(inst, at),
        Op::Select { arms, .. } => arms.iter().any(|arm| {
            let first = arm.block.insts().next();
            arm.value.is_none()
                && is_done_channel(arm.chan)
                && first.is_some_and(|first| first == at || structure.dominates(first, at))
        }),
        _ => false,
    })
}

fn is_done_channel(mut chan: Value<'_>) -> bool {
    loop {
        match chan.definition().map(Inst::op) {
            Some(Op::Narrow { x, .. }) => chan = x,
            Some(Op::Call(call)) => {
                return match call.callee() {
                    Callee::Interface { receiver, method } => {
                        method.name == "Done"
                            && receiver.ty().defined_name() == Some(("context", "Context"))
                    }
                    _ => false,
                };
            }
            _ => return false,
        }
    }
}

fn report_conflict(pass: &ProgramPass<'_>, at: Inst<'_>, conflict: &Conflict<'_>, view: View) {
    let Some(mut report) = pass.report(&CONTEXT_CANCEL_RACE, at) else { return };
    // What has no name in the function that sees both is named by its type alone.
    let place = match conflict.place.text.contains('`') {
        true => "variable",
        false => &*conflict.place.text,
    };
    let does = if conflict.other.writes { "assigns" } else { "uses" };
    match view {
        View::Variable(what) => report.message(format_args!(
            "the {what} `{place}` is assigned here while another goroutine {does} it"
        )),
        View::BehindDone => report.message(format_args!(
            "`{place}` is written here, and read behind `<-ctx.Done()` without waiting for this \
             goroutine"
        )),
    }
    report.confidence(if is_sure(conflict) { Confidence::Medium } else { Confidence::Low });
    report.replaces(&DATA_RACE, at);
    for (who, does) in [(&conflict.write, "written"), (&conflict.other, "used")] {
        for start in who.started.iter().flatten() {
            report.step(*start, "a goroutine is started");
        }
        if let Some(at) = who.at() {
            report.step(at, format_args!("`{place}` is {does} here"));
        }
    }
    if let Some(other) = conflict.other.requested_at().or(conflict.other.at()) {
        report.related(other, format_args!("`{place}` is used here"));
    }
}

/// Goroutines that work with a context whose cancel function is deferred by the function that has
/// started them and does not wait for them.
fn early<'p>(pass: &ProgramPass<'p>) -> Vec<Escape<'p>> {
    let makers = pass.search(|func, found| {
        if !func.is_requested() {
            return;
        }
        for inst in func.insts() {
            if let Op::Defer(call) = inst.op()
                && let Some(made) = maker_of(call)
                && !is_main(func)
            {
                found.push((func, made));
            }
        }
    });
    let tracker = Belongings;
    let mut flow = Flow::new(pass, &tracker);
    let mut escapes: Vec<Escape<'p>> = Vec::new();
    for (func, made) in makers {
        let Some(ctx) = made.results().next() else { continue };
        for arrival in flow.arrivals(made, ctx, Reach::Static) {
            if let Some(escape) = escape(&mut flow, func, arrival)
                && escape.way == Way::Goroutine
                && !has_cancel(escape.at)
                && !escapes.iter().any(|known| known.at == escape.at)
            {
                escapes.push(escape);
            }
        }
    }
    escapes
}

/// Whether a goroutine gets a cancel function, too: both ends are meant to stop each other.
fn has_cancel(start: Inst<'_>) -> bool {
    let is_cancel = |value: Value<'_>| {
        let ty = value.ty();
        let name = ty.pointee().unwrap_or(ty).defined_name();
        matches!(name, Some(("context", "CancelFunc" | "CancelCauseFunc")))
    };
    let Some(call) = start.call() else { return false };
    let through = match call.callee() {
        Callee::Value(value) => Some(value),
        _ => None,
    };
    call.args().chain(through).any(|value| {
        is_cancel(value)
            || matches!(value.definition().map(Inst::op),
                Some(Op::Closure { captures, .. }) if captures.iter().any(|capture| is_cancel(*capture)))
    })
}

/// The call that has made a cancel function that is deferred.
fn maker_of(deferred: Call<'_>) -> Option<Inst<'_>> {
    let Callee::Value(mut value) = deferred.callee() else { return None };
    while let Some(Op::Narrow { x, .. }) = value.definition().map(Inst::op) {
        value = x;
    }
    let made = value.definition()?;
    let Callee::Static { name, .. } = made.call()?.callee() else { return None };
    (MAKERS.contains(&name.as_str()) && made.results().nth(1) == Some(value)).then_some(made)
}

fn report_early(pass: &ProgramPass<'_>, escape: &Escape<'_>) {
    let Some(mut report) = pass.report(&CONTEXT_CANCEL_RACE, escape.at) else { return };
    report.message(
        "the goroutine works with a context that the function cancels when it returns, without \
         waiting for the goroutine",
    );
    // Where the function works on meanwhile, the goroutine may be meant to end with it.
    let sure = escape.at_once && !escape.waits;
    report.confidence(if sure { Confidence::Medium } else { Confidence::Low });
    for hop in &escape.hops {
        match hop.kind {
            HopKind::Passed(func) => report.step(hop.at, format_args!("passed to {}", func.name())),
            HopKind::Captured(func) => {
                report.step(hop.at, format_args!("captured by {}", func.name()));
            }
            _ => {}
        }
    }
    report.step(escape.used, "the context is used here");
}
