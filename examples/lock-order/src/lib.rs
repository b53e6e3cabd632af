//! Deadlocks by the order in which a whole program takes its locks.
//!
//! Locks are told apart by class: the field of a struct type, or the package-level variable. Where
//! a lock is taken while another is held, in whatever function and through whatever calls, there is
//! an edge from the class held to the class taken. A cycle of such edges can be a deadlock: each
//! goroutine waits for the lock that the next one has.

mod graph;

use gossa::api::prelude::*;
use graph::{Edge, Graph};

declare_check! {
    /// ## What it does
    /// Reports locks that are taken in opposite orders: one place holds `a` and takes `b`, another
    /// holds `b` and takes `a`, directly or by way of more locks; and a lock that is taken while
    /// the same goroutine holds it.
    ///
    /// ## Why
    /// Two goroutines that come to both places at once wait for each other for ever.
    ///
    /// ## Bad
    /// ```go
    /// func (a *account) to(b *bank)   { a.mu.Lock(); b.mu.Lock() /* ... */ } // want `lock-order`
    /// func (b *bank) audit(a *account) { b.mu.Lock(); a.mu.Lock() /* ... */ }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func (a *account) to(b *bank)   { b.mu.Lock(); a.mu.Lock() /* ... */ }
    /// func (b *bank) audit(a *account) { b.mu.Lock(); a.mu.Lock() /* ... */ }
    /// ```
    ///
    /// ## What it stays silent on
    /// Places that all hold a third lock, which lets only one of them go on; readers among
    /// themselves; locks of one class, of which it is not known that they are the same lock.
    ///
    /// ## What it does not catch
    /// Locks that are no `sync.Mutex` or `sync.RWMutex`; local variables; orders between objects of
    /// one type.
    pub static LOCK_ORDER = "lock-order": "concurrency", Warning,
        "locks are taken in opposite orders";
}

/// The checker.
pub struct LockOrder;

impl Checker for LockOrder {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&LOCK_ORDER]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let mut graph = Graph::default();
        for func in pass.program().functions().filter(|func| func.is_requested()) {
            for taken in pass.locks_in(func).taken() {
                for held in &taken.held {
                    if is_same(held, &taken.lock) {
                        report_twice(pass, taken);
                    } else {
                        graph.add(held, taken);
                    }
                }
            }
        }
        for cycle in graph.cycles() {
            report_cycle(pass, &cycle);
        }
    }
}

/// Whether it is certainly one lock, which its holder would wait for.
fn is_same(held: &Lock<'_>, taken: &Lock<'_>) -> bool {
    let waits = held.mode == LockMode::Exclusive || taken.mode == LockMode::Exclusive;
    waits && held.is_named && taken.is_named && held.place == taken.place
}

/// Where the user can do something: the innermost call in a package that was asked about.
fn shown<'p>(taken: &Acquisition<'p>) -> Option<Inst<'p>> {
    taken.way.iter().rev().copied().find(|at| at.func().is_requested())
}

fn report_twice(pass: &ProgramPass<'_>, taken: &Acquisition<'_>) {
    // Callers see it, too; it is told where the function has both in its hands directly.
    let (Some(&first), Some(at)) = (taken.way.first(), shown(taken)) else { return };
    let Some(mut report) = pass.report(&LOCK_ORDER, first) else { return };
    report.message(format_args!("`{}` is locked while this goroutine holds it", taken.lock));
    report.step(at, format_args!("locks `{}` again", taken.lock));
}

fn report_cycle(pass: &ProgramPass<'_>, cycle: &[&Edge<'_>]) {
    let Some(first) = cycle.first() else { return };
    let Some(mut report) = shown(&first.taken).and_then(|at| pass.report(&LOCK_ORDER, at)) else {
        return;
    };
    let others: Vec<String> =
        cycle[1..].iter().map(|edge| format!("`{}` before `{}`", edge.from, edge.to)).collect();
    report.message(format_args!(
        "`{}` is locked before `{}` here, elsewhere {}",
        first.from,
        first.to,
        others.join(" and "),
    ));
    for edge in cycle {
        for (at, inst) in edge.taken.way.iter().enumerate() {
            if at + 1 < edge.taken.way.len() {
                report.step(*inst, format_args!("holding `{}`, calls", edge.from));
            } else {
                report.step(*inst, format_args!("holding `{}`, locks `{}`", edge.from, edge.to));
            }
        }
    }
}
