//! `lost-cancel`: a cancel function that some path never calls.
//!
//! A cancel function is a value with two states; the typestate analysis follows it through
//! variables, closures, callees, goroutines, fields and callers. Here its violations become
//! findings, and those that hardly matter get a low confidence.

mod fix;

use crate::contexts::{MAKERS, is_main, origin};
use gossa_api::prelude::*;
use gossa_api::typestate::{Creation, Event, Protocol, StepKind, Violation, ViolationKind};

declare_check! {
    /// ## What it does
    /// Reports a cancel function (of `context.WithCancel`, `WithTimeout`, `WithDeadline`, their
    /// `Cause` variants, and the stop function of `signal.NotifyContext`) that some path never
    /// calls: it is dropped, overwritten, passed to functions that ignore it, stored where
    /// nobody takes it from, or returned to callers that drop it.
    ///
    /// ## Why
    /// Until a context is cancelled, its parent keeps it, with its timer and whatever waits for
    /// it: memory and goroutines leak with each call.
    ///
    /// ## Bad
    /// ```go
    /// func fetch(ctx context.Context, urls []string) error {
    ///     ctx, cancel := context.WithCancel(ctx) // want `lost-cancel`
    ///     for _, url := range urls {
    ///         if err := get(ctx, url); err != nil {
    ///             return err
    ///         }
    ///     }
    ///     cancel()
    ///     return nil
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func fetch(ctx context.Context, urls []string) error {
    ///     ctx, cancel := context.WithCancel(ctx)
    ///     defer cancel()
    ///     for _, url := range urls {
    ///         if err := get(ctx, url); err != nil {
    ///             return err
    ///         }
    ///     }
    ///     return nil
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Cancel functions that a caller, a field, a container, a channel, a goroutine or
    /// `context.AfterFunc` gets, and somebody in the program may call; paths on which the context
    /// is found to be done; `main`, with which the process ends.
    ///
    /// ## Fix
    /// `defer cancel()` behind the statement, where the function keeps the cancel function and the
    /// context to itself and the statement is in no loop.
    ///
    /// ## What it does not catch
    /// That nobody calls what is in a slice, a map or a channel, or a function that would call
    /// what is in a field. Panics count where they are explicit; where nothing in the function
    /// recovers from them, the confidence is low, and so it is where the parent context is
    /// cancelled on the same path, where a context without a timer has a parent that is never
    /// done and some path calls it, where a callee calls it on some of its paths only, and in
    /// functions that only `main` calls.
    pub static LOST_CANCEL = "lost-cancel": "context", Warning,
        "a path does not call a cancel function", cwe [772];
}

/// The functions that return a context and what ends it.
fn makers() -> impl Iterator<Item = &'static str> {
    MAKERS.into_iter().chain(["os/signal.NotifyContext"])
}

/// The checker.
pub(crate) struct LostCancel;

impl Checker for LostCancel {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&LOST_CANCEL]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut protocol = Protocol::new();
        let pending = protocol.state("pending");
        let called = protocol.state("called");
        for maker in makers() {
            protocol.created_by(Creation::result(maker, 1).with_context(0));
        }
        protocol.on(pending, Event::Call, called);
        // What is done needs no end.
        protocol.on(pending, Event::ContextDone, called);
        protocol.error_when_lost(pending);
        for violation in pass.typestate(&protocol) {
            report(pass, &violation);
        }
    }
}

fn report(pass: &ProgramPass<'_>, violation: &Violation<'_>) {
    let Some(mut report) = pass.report(&LOST_CANCEL, violation.created) else { return };
    let made = violation.created.call().map(Call::callee);
    let what = match &made {
        Some(Callee::Static { name, .. }) if !name.is_empty() => {
            let short = name.rsplit('/').next().unwrap_or(name);
            format!("the cancel function of {short}")
        }
        _ => "the cancel function".to_owned(),
    };
    let forgotten = violation.steps.iter().any(|step| step.kind == StepKind::Forgotten);
    report.message(format_args!(
        "{what} is {}",
        match violation.kind {
            _ if forgotten => "stored where nobody takes it from to call it",
            ViolationKind::Replaced => "replaced by another one before it is called",
            ViolationKind::Panicked => "never called when the function panics",
            _ if violation.always => "never called",
            _ => "not called on every path",
        }
    ));
    let sure = violation.certain
        && violation.kind != ViolationKind::Panicked
        && !parent_is_cancelled(violation)
        && (violation.always || !has_endless_parent(violation))
        && !only_main_calls(violation.created.func());
    report.confidence(match (sure, violation.always) {
        (true, true) => Confidence::High,
        (true, false) => Confidence::Medium,
        (false, _) => Confidence::Low,
    });
    for step in &violation.steps {
        report.step(step.at, step.kind);
    }
    if violation.kind != ViolationKind::Replaced {
        fix::propose(&mut report, violation.created);
    }
}

/// Whether the parent context comes with a cancel function of the same function, which is then
/// called or reported itself.
fn parent_is_cancelled(violation: &Violation<'_>) -> bool {
    let parent = violation.created.call().and_then(|call| call.args().next());
    origin(parent).is_some_and(|name| makers().any(|maker| maker == name))
}

/// Whether the parent context is never done and the context has no timer: then nothing keeps it
/// but those who wait for it.
fn has_endless_parent(violation: &Violation<'_>) -> bool {
    let Some(Op::Call(made)) = violation.steps.first().map(|step| step.at.op()) else {
        return false;
    };
    let Callee::Static { name: maker, .. } = made.callee() else { return false };
    let endless = ["context.Background", "context.TODO", "context.WithoutCancel"];
    maker.starts_with("context.WithCancel")
        && origin(made.args().next()).is_some_and(|name| endless.contains(&name.as_str()))
}

/// Whether a function runs once, at the end of which the process ends: `main` calls it, or it
/// initialises a package.
fn only_main_calls(func: Func<'_>) -> bool {
    let mut callers = func.static_callers().peekable();
    if callers.peek().is_none() {
        return func.declared_name().is_none() && !func.is_closure();
    }
    callers.all(|site| is_main(site.func()) && !site.reaches(site))
}
