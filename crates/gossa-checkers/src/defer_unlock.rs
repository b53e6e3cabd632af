//! `defer-unlock`: deferred unlocks that do not fit the lock, and ways that end with a lock held.
//!
//! What is wrong is the analysis's answer ([`LockBalance`]); here it becomes findings.

use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports deferred calls of `Unlock` and `RUnlock` that are in a loop which locks again before
    /// they run, that unlock another mutex than the one just locked, that are for readers where the
    /// lock is held for writing (or the other way round), or that run where the lock is not held;
    /// and ways through a function that end with a lock held which other ways unlock.
    ///
    /// ## Why
    /// A lock that stays locked blocks the next who wants it for ever; unlocking what is not locked
    /// ends the program, and no `recover` stops that.
    ///
    /// ## Bad
    /// ```go
    /// func (s *store) put(key string) error {
    ///     s.mu.Lock() // want `defer-unlock`
    ///     if key == "" {
    ///         return errEmpty
    ///     }
    ///     s.keys[key] = true
    ///     s.mu.Unlock()
    ///     return nil
    /// }
    ///
    /// func (s *store) get(key string) bool {
    ///     s.mu.RLock()
    ///     defer s.mu.Unlock() // want `defer-unlock`
    ///     return s.keys[key]
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func (s *store) put(key string) error {
    ///     s.mu.Lock()
    ///     defer s.mu.Unlock()
    ///     if key == "" {
    ///         return errEmpty
    ///     }
    ///     s.keys[key] = true
    ///     return nil
    /// }
    ///
    /// func (s *store) get(key string) bool {
    ///     s.mu.RLock()
    ///     defer s.mu.RUnlock()
    ///     return s.keys[key]
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// A lock that is taken under a condition and unlocked under the same; helpers that lock or
    /// unlock for who calls them; locks that a goroutine, a callee or a function literal that is
    /// kept unlocks.
    ///
    /// ## What it does not catch
    /// Panics of calls between `Lock` and `Unlock` that a caller recovers from: an explicit `panic`
    /// counts where a deferred call of the same function stops it. Locks that are reached by
    /// function values or interfaces that may be many things.
    pub static DEFER_UNLOCK = "defer-unlock": "defer", Warning,
        "a lock is not unlocked, or what is unlocked is not that lock", cwe [667];
}

/// The checker.
pub(crate) struct DeferUnlock;

impl Checker for DeferUnlock {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&DEFER_UNLOCK]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let balance = pass.lock_balance();
        for func in pass.program().functions() {
            if func.is_requested() && balance.touches(func) {
                for fault in balance.faults(func) {
                    report(pass, &fault);
                }
            }
        }
    }
}

fn report<'p>(pass: &ProgramPass<'p>, fault: &LockFault<'p>) {
    let Some(at) = fault.deferred_at.or(fault.locked_at) else { return };
    let Some(mut report) = pass.report(&DEFER_UNLOCK, at) else { return };
    let lock = &fault.lock;
    match fault.kind {
        Imbalance::Held => {
            let panics = fault.ends_at.is_some_and(|end| matches!(end.op(), Op::Panic(_)));
            let way = if panics { "a panic that is recovered from" } else { "a return" };
            report.message(format_args!(
                "`{lock}` is locked here, and {way} leaves it locked, where other ways unlock it"
            ));
        }
        Imbalance::NotHeld => report.message(format_args!(
            "the deferred unlock of `{lock}` also runs where it is not locked, which ends the \
             program"
        )),
        Imbalance::WrongKind => report.message(format_args!(
            "the deferred unlock of `{lock}` is not of the kind in which it is locked"
        )),
        Imbalance::LockedAgain => report.message(format_args!(
            "the deferred unlock of `{lock}` does not run before the loop locks it again, which \
             blocks for ever"
        )),
        Imbalance::PilesUp => report.message(format_args!(
            "the deferred unlock of `{lock}` runs when the function ends, not in each round of the \
             loop"
        )),
        Imbalance::OtherLock => report.message(format_args!(
            "what is unlocked by this deferred call is `{lock}`, and not the lock that was just \
             locked, which stays locked"
        )),
        _ => return,
    }
    let locks_all = fault.kind == Imbalance::PilesUp && fault.deferred_at.is_some_and(only_locks);
    let by_flag = fault.kind == Imbalance::LockedAgain && fault.locked_at.is_some_and(has_flag);
    report.confidence(if locks_all || by_flag { Confidence::Low } else { Confidence::Medium });
    if let Some(locked) = fault.locked_at {
        report.step(locked, "is locked");
    }
    if let Some(deferred) = fault.deferred_at {
        report.step(deferred, "the unlock is deferred");
    }
    if let Some(end) = fault.ends_at {
        report.step(end, "the function ends");
    }
}

/// Whether a loop does nothing but lock: what comes behind it needs all of the locks.
fn only_locks(defer: Inst<'_>) -> bool {
    let inside = |inst: &Inst<'_>| inst.reaches(defer) && defer.reaches(*inst);
    let works = |inst: &Inst<'_>| match inst.op() {
        Op::Call(call) => match call.callee() {
            Callee::Static { name, .. } => !name.ends_with(".Lock") && !name.ends_with(".RLock"),
            _ => true,
        },
        Op::Store { ptr, .. } => {
            !ptr.definition().is_some_and(|inst| matches!(inst.op(), Op::Alloc(_)))
        }
        Op::MapUpdate { .. } | Op::Send { .. } | Op::Go(_) | Op::Builtin { .. } => true,
        _ => false,
    };
    !defer.func().insts().filter(works).any(|inst| inside(&inst))
}

/// Whether a variable decides whether a lock is taken: it may say that this has been done.
fn has_flag(lock: Inst<'_>) -> bool {
    lock.func().structure().guards(lock).into_iter().any(|guard| {
        let mut cond = guard.cond;
        loop {
            match cond.definition().map(Inst::op) {
                Some(Op::Unary { x, .. } | Op::Narrow { x, .. }) => cond = x,
                Some(Op::Load(_)) => return true,
                Some(_) => return false,
                None => return cond.func().params().all(|param| param != cond),
            }
        }
    })
}
