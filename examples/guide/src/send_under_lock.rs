use gossa::api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports a send on a channel while a lock is held.
    /// ## Why
    /// The send may wait for a receiver that waits for the lock.
    /// ## Bad
    /// ```go
    /// s.mu.Lock()
    /// s.events <- event // want `send-under-lock`
    /// s.mu.Unlock()
    /// ```
    /// ## Good
    /// ```go
    /// s.mu.Lock()
    /// event := s.next()
    /// s.mu.Unlock()
    /// s.events <- event
    /// ```
    /// ## What it does not catch
    /// Locks that callers hold.
    pub static SEND_UNDER_LOCK = "send-under-lock": "concurrency", Warning,
        "a goroutine sends while it holds a lock";
}

pub struct SendUnderLock;

impl Checker for SendUnderLock {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&SEND_UNDER_LOCK]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        // In parallel, and cheap: where is there anything to ask about?
        let sends = pass.search(|func, found| {
            if func.is_requested() {
                found.extend(func.insts().filter(|inst| matches!(inst.op(), Op::Send { .. })));
            }
        });
        for send in sends {
            // The locks that helpers have taken count, too.
            let locks = pass.locks_in(send.func());
            let Some(lock) = locks.held_before(send).first() else { continue };
            let Some(mut report) = pass.report(&SEND_UNDER_LOCK, send) else { continue };
            report.message(format_args!("the send may wait while `{lock}` is held"));
            let taken = locks.taken().iter().find(|taken| taken.lock == *lock);
            for at in taken.into_iter().flat_map(|taken| &taken.way) {
                report.step(*at, format_args!("`{lock}` is locked"));
            }
            report.step(send, "sends");
        }
    }
}
