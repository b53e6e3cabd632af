//! The questions of `gossa-api` about how functions end: a checker reports the answers, and the
//! fixture says which are right.

use gossa_api::prelude::*;
use gossa_api::{Registry, declare_check};
use std::path::Path;

declare_check! {
    /// Reports what the API answers.
    static ENDINGS = "endings": "test", Note, "is a question";
}

#[test]
fn endings_are_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/api/endings");
    let registry = Registry::new().with(Ask);
    gossa_test::check_dir(root, &registry).unwrap_or_else(|error| panic!("{error}"));
}

struct Ask;

impl Checker for Ask {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&ENDINGS]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let endings = pass.endings();
        let targets = pass.targets();
        let mut exits = pass.exits();
        for func in pass.program().functions().filter(|func| func.is_requested()) {
            for inst in func.insts() {
                let say = |text: String| {
                    if let Some(mut report) = pass.report(&ENDINGS, inst) {
                        report.message(text);
                    }
                };
                match inst.op() {
                    Op::Defer(_) if targets.recovery(inst) > Recovery::Never => {
                        say(format!("recovers: {:?}", targets.recovery(inst)));
                    }
                    Op::Call(call) => {
                        if let Some(exit) = exits.of_call(inst) {
                            // Calls in `main` are about what is pending.
                            if func.name() != "main" {
                                say(format!("exit: {} {}", exit.by, exit.distance));
                            }
                        } else if name(call) == "here" {
                            say(pending(endings, inst));
                        } else if name(call) == "crash" {
                            say(format!("ends: {}", endings.of_call(inst)));
                        } else if matches!(call.callee(), Callee::Value(_))
                            && call.static_callee().is_none()
                        {
                            let reached = targets.of_call(inst);
                            let names: Vec<String> =
                                reached.funcs.iter().map(|func| func.name()).collect();
                            let exactly = if reached.is_exact { "exactly" } else { "by types" };
                            say(format!("reaches: {} {exactly}", names.join(" ")));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

fn name(call: Call<'_>) -> String {
    call.static_callee().map_or_else(String::new, Func::name)
}

/// The deferred calls that have not run, in their order: `?` where some way has not deferred one,
/// `*` where it runs any number of times.
fn pending<'p>(endings: Endings<'p>, inst: Inst<'p>) -> String {
    let mut text = "pending:".to_owned();
    for group in endings.pending(inst) {
        for defer in group.calls {
            text += " ";
            text += &defer.call().map(name).unwrap_or_default();
            match (group.repeats, group.always) {
                (true, _) => text += "*",
                (false, false) => text += "?",
                (false, true) => {}
            }
        }
    }
    text
}
