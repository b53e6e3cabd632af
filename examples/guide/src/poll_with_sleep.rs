use gossa::api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports a loop that sleeps between its turns.
    /// ## Why
    /// It wakes up too late or for nothing; a channel, a condition or a ticker says when to go on.
    /// ## Bad
    /// ```go
    /// for !ready() {
    ///     time.Sleep(time.Second) // want `poll-with-sleep`
    /// }
    /// ```
    /// ## Good
    /// ```go
    /// <-ready
    /// ```
    /// ## What it does not catch
    /// A loop that calls a function that sleeps.
    pub static POLL_WITH_SLEEP = "poll-with-sleep": "style", Note,
        "a loop polls by sleeping";
}

pub struct PollWithSleep;

impl Checker for PollWithSleep {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&POLL_WITH_SLEEP]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        let sleeps = func.insts().filter(|inst| calls(*inst, "time.Sleep"));
        for inst in sleeps {
            // Asked for here, where it matters: few functions sleep.
            let structure = func.structure();
            let Some(around) = structure.innermost_loop(inst) else { continue };
            let Some(mut report) = pass.report(&POLL_WITH_SLEEP, inst) else { continue };
            report.message("the loop sleeps until its next turn");
            if let Some(header) = around.header().insts().last() {
                report.related(header, "the loop");
            }
        }
    }
}

/// Whether an instruction calls a function by this name.
fn calls(inst: Inst<'_>, wanted: &str) -> bool {
    let Some(call) = inst.call() else { return false };
    matches!(call.callee(), Callee::Static { name, .. } if name == wanted)
}
