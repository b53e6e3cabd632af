//! `goroutine-leak`: a goroutine waits for what never comes.
//!
//! Which executions end so is the analysis's answer ([`ProgramPass::blocked`]); here each becomes
//! a finding at the operation that waits, with the way there as its story.

use gossa_api::prelude::*;
use gossa_api::{Blocked, Wait};
use std::collections::HashMap;

declare_check! {
    /// ## What it does
    /// Reports channel operations, locks, waits and selects on which a goroutine stays blocked for
    /// ever in some execution: a send after the receiver has left, a receive from a channel that
    /// nobody closes or sends on any more, a nil channel, a wait group that is never done, a lock
    /// that is never released, goroutines that wait for each other.
    ///
    /// ## Why
    /// Such a goroutine keeps its stack and all that it can reach, and whatever waits for it waits,
    /// too. Nothing reports it: memory and goroutines pile up until the process is killed.
    ///
    /// ## Bad
    /// ```go
    /// func fetch(ctx context.Context) (string, error) {
    ///     result := make(chan string)
    ///     go func() { result <- load() }() // want `goroutine-leak`
    ///     select {
    ///     case s := <-result:
    ///         return s, nil
    ///     case <-ctx.Done():
    ///         return "", ctx.Err()
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func fetch(ctx context.Context) (string, error) {
    ///     result := make(chan string, 1)
    ///     go func() { result <- load() }()
    ///     select {
    ///     case s := <-result:
    ///         return s, nil
    ///     case <-ctx.Done():
    ///         return "", ctx.Err()
    ///     }
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Channels with room for all that are sent; selects with another arm that can be taken;
    /// channels that are drained or closed in the end; whatever code that is not seen has in its
    /// hands, too; what `main` starts, which lives as long as the process.
    ///
    /// ## What it does not catch
    /// Executions longer than it looks at: many goroutines, long loops, deep calls. Channels that
    /// are kept in package-level variables, or where callers put them.
    pub static GOROUTINE_LEAK = "goroutine-leak": "context", Warning,
        "a goroutine waits for what never comes", cwe [772];
}

/// The checker.
pub(crate) struct GoroutineLeak;

impl Checker for GoroutineLeak {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&GOROUTINE_LEAK]
    }

    fn ground(&self) -> Ground {
        Ground::Blocking
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut found: Vec<Blocked<'_>> = pass.blocked();
        found.retain(|blocked| blocked.requested_at().is_some() && !is_meant(blocked));
        let sure: HashMap<Inst<'_>, Confidence> = surest(&found);
        // Everything about one operation is one finding: the simplest execution tells it.
        while let Some(first) = found.first() {
            let at = first.requested_at();
            let (mut group, rest): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|blocked| blocked.requested_at() == at);
            found = rest;
            group.sort_by_key(|blocked| (blocked.switches, blocked.branches.len()));
            if let Some(blocked) = group.first() {
                // No surer than what it may wait for.
                let others = blocked.others.iter().filter_map(|at| sure.get(at).copied());
                let confidence = others.fold(confidence(blocked), Ord::min);
                report(pass, blocked, confidence);
            }
        }
    }
}

/// Whether the goroutine is meant to wait: a function that runs for ever, and what `main` does.
fn is_meant(blocked: &Blocked<'_>) -> bool {
    let is_own = blocked.started.is_empty();
    (is_own && blocked.wait == Wait::SelectNothing) || blocked.is_for_life()
}

/// Where no branch has to go a certain way, and no goroutine to be interrupted, every execution
/// ends so, or one that the choice among channels that are ready leads to. Each branch more that
/// has to go its way may be one that depends on another.
fn confidence(blocked: &Blocked<'_>) -> Confidence {
    match (blocked.branches.len(), blocked.switches) {
        _ if blocked.compares => Confidence::Low,
        (0, 0) => Confidence::High,
        (0..=BRANCHES, 0..=SWITCHES) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// More branches than this that have to go one way depend on each other too often.
const BRANCHES: usize = 3;
/// More goroutines than this have to be interrupted too seldom.
const SWITCHES: u32 = 2;

/// How sure it is at best that a goroutine is blocked at an instruction.
fn surest<'p>(found: &[Blocked<'p>]) -> HashMap<Inst<'p>, Confidence> {
    let mut sure: HashMap<Inst<'p>, Confidence> = HashMap::default();
    for blocked in found {
        if let Some(at) = blocked.at() {
            let best = sure.entry(at).or_insert(Confidence::Low);
            *best = confidence(blocked).max(*best);
        }
    }
    sure
}

fn report(pass: &ProgramPass<'_>, blocked: &Blocked<'_>, confidence: Confidence) {
    let Some(at) = blocked.requested_at() else { return };
    let Some(mut report) = pass.report(&GOROUTINE_LEAK, at) else { return };
    let does = match blocked.wait {
        Wait::Send => "sends on a channel that nobody receives from any more",
        Wait::Receive => "receives from a channel that nobody sends on or closes any more",
        Wait::SendNil => "sends on a nil channel",
        Wait::ReceiveNil => "receives from a nil channel",
        Wait::Select => "waits for channels that nobody uses any more",
        Wait::SelectNothing => "waits for nothing",
        Wait::Lock | Wait::LockReaders | Wait::ReadLock => {
            "waits for a lock that is never released"
        }
        Wait::Group => "waits for a wait group that is never done",
        Wait::Cond => "waits for a condition that is never signalled",
        _ => "waits for what never comes",
    };
    let who = blocked.root.name();
    report
        .message(format_args!("a goroutine that runs `{who}` {does}, and stays blocked for ever"));
    report.confidence(confidence);
    for start in &blocked.started {
        tell_calls(&mut report, start, "a goroutine is started");
    }
    if let Some(at) = blocked.returned {
        report.step(at, format_args!("`{}` returns", blocked.frame.name()));
    }
    tell_calls(&mut report, &blocked.way, "waits for ever");
    for &made in &blocked.made {
        report.related(made, "the channel is made here");
    }
    for &branch in &blocked.branches {
        report.related(branch, "the branch that is taken here decides it");
    }
    for &other in &blocked.others {
        report.related(other, "another goroutine waits here for ever");
    }
    for &held in &blocked.held {
        report.related(held, "the lock is taken here");
    }
}

fn tell_calls(report: &mut Report<'_>, way: &[Inst<'_>], last: &str) {
    for (at, &inst) in way.iter().enumerate() {
        report.step(inst, if at + 1 == way.len() { last } else { "calls" });
    }
}
