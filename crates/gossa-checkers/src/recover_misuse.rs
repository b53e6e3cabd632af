//! `recover-misuse`: a `recover` that returns nil by construction, because the function that calls
//! it is never deferred.
//!
//! A function may be deferred in one place and called in another, so all of the program is asked
//! who calls it. Where its value goes somewhere that cannot be followed, or users of a library can
//! defer it, nothing is said.

use gossa_api::prelude::*;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

declare_check! {
    /// ## What it does
    /// Reports calls of `recover` that always return nil: in a function literal inside of the
    /// deferred function, in a helper that the deferred function calls, in the body of a
    /// range-over-func statement, in a function that nobody defers, and `defer recover()`.
    ///
    /// ## Why
    /// `recover` stops a panic only if a deferred function calls it directly. Anywhere else the
    /// panic goes on, and the program ends, although it reads as if that were taken care of.
    ///
    /// ## Bad
    /// ```go
    /// func report() {
    ///     if r := recover(); r != nil { // want `recover-misuse`
    ///         log.Println(r)
    ///     }
    /// }
    ///
    /// func work() {
    ///     defer func() {
    ///         report()
    ///     }()
    ///     step()
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func work() {
    ///     defer report()
    ///     step()
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// `recover` in any function or method that is deferred somewhere, in plain blocks, loops and
    /// branches inside of it, and in exported functions of libraries, which others may defer.
    ///
    /// ## What it does not catch
    /// Functions whose values are kept where calls of them cannot be followed. `recover` in a
    /// function that is deferred by a deferred function, where only the outer one could stop the
    /// panic.
    pub static RECOVER_MISUSE = "recover-misuse": "defer", Error,
        "recover is called where it always returns nil", cwe [755];
}

/// The checker.
pub(crate) struct RecoverMisuse;

/// A use of a function that is no call of it, for the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is called, or run as a goroutine.
    Called,
    /// It is deferred, or may be.
    Deferred,
}

/// Values are not followed deeper than this.
const DEPTH: usize = 6;

impl Checker for RecoverMisuse {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&RECOVER_MISUSE]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let is_recover = |inst: &Inst<'_>| match inst.op() {
            Op::Recover => true,
            Op::Defer(call) | Op::Go(call) => {
                matches!(call.callee(), Callee::Builtin(Builtin::Recover))
            }
            _ => false,
        };
        let sites = pass.search(|func, found| {
            if func.is_requested() {
                found.extend(func.insts().filter(is_recover));
            }
        });
        if sites.is_empty() {
            return;
        }
        let taken = OnceCell::new();
        let search =
            Search { pass, targets: pass.targets(), deferred: deferred_methods(pass), taken };
        for site in sites {
            search.check(site);
        }
    }
}

/// The names of the methods that are deferred through interfaces.
fn deferred_methods(pass: &ProgramPass<'_>) -> HashSet<&'static str> {
    let names = pass.search(|func, found| {
        for inst in func.insts() {
            if let Op::Defer(call) = inst.op()
                && let Callee::Interface { method, .. } = call.callee()
            {
                found.push(method.name);
            }
        }
    });
    names.into_iter().collect()
}

struct Search<'s, 'p> {
    pass: &'s ProgramPass<'p>,
    targets: Targets<'p>,
    deferred: HashSet<&'static str>,
    /// Where functions are taken as values; found when it is first asked for.
    taken: OnceCell<HashMap<Func<'p>, Vec<Inst<'p>>>>,
}

impl<'p> Search<'_, 'p> {
    fn check(&self, site: Inst<'p>) {
        let pass = self.pass;
        let func = site.func();
        if func.is_range_body() {
            let Some(mut report) = pass.report(&RECOVER_MISUSE, site) else { return };
            report.message(
                "`recover` returns nil here: the body of a range-over-func statement is a function \
                 of its own, which is called and not deferred",
            );
            report.confidence(Confidence::High);
            return;
        }
        let callers = self.targets.callers(func);
        if callers.iter().any(|caller| matches!(caller.op(), Op::Defer(_))) {
            return;
        }
        // What is deferred itself does not panic on; it is about the function's own panics.
        if !matches!(site.op(), Op::Recover) {
            if self.may_be_deferred(func) {
                return;
            }
            let Some(mut report) = pass.report(&RECOVER_MISUSE, site) else { return };
            report.message(
                "`recover` does nothing when it is deferred itself; it must be called by the \
                 function that is deferred",
            );
            report.confidence(Confidence::High);
            return;
        }
        let starts = is_start(func);
        if !starts && (callers.is_empty() || is_for_others(func)) {
            return;
        }
        if self.may_be_deferred(func) {
            return;
        }
        let Some(mut report) = pass.report(&RECOVER_MISUSE, site) else { return };
        let inside = callers.iter().find(|caller| self.is_deferred(caller.func()));
        let name = func.name();
        if starts {
            report.message(format_args!("`recover` returns nil here: `{name}` is never deferred"));
        } else if func.is_closure() && inside.is_some() {
            report.message(
                "`recover` returns nil here: this function literal is called by the deferred \
                 function, and is not deferred itself",
            );
        } else if inside.is_some() {
            report.message(format_args!(
                "`recover` returns nil here: `{name}` is called by a deferred function, and is \
                 never deferred itself"
            ));
        } else {
            report.message(format_args!(
                "`recover` returns nil here: `{name}` is called, and never deferred"
            ));
        }
        let by_name =
            callers.iter().all(|&caller| caller.call().and_then(Call::static_callee) == Some(func));
        report.confidence(if by_name { Confidence::High } else { Confidence::Medium });
        if let Some(&caller) = inside.or(callers.first()) {
            for &defer in
                self.targets.callers(caller.func()).iter().filter(|at| is_defer(**at)).take(1)
            {
                report.step(defer, "a call is deferred");
            }
            report.step(caller, "calls the function");
            report.step(site, "is not called by a deferred function itself");
        }
    }

    /// Whether a function is deferred somewhere.
    fn is_deferred(&self, func: Func<'p>) -> bool {
        self.targets.callers(func).into_iter().any(is_defer)
    }

    /// Whether the value of a function gets to where it may be deferred.
    fn may_be_deferred(&self, func: Func<'p>) -> bool {
        if let Some(name) = func.declared_name() {
            let method = name.rsplit('.').next().unwrap_or_default();
            if func.params().next().is_some() && self.deferred.contains(method) {
                return true;
            }
        }
        if func.is_closure() {
            return func.creations().into_iter().any(|creation| {
                creation.results().any(|value| self.fate(value, 0) == Fate::Deferred)
            });
        }
        // Taken as a value somewhere: the callers by type say who calls that.
        let taken = self.taken.get_or_init(|| self.taken_functions());
        let mut taken = taken.get(&func).into_iter().flatten();
        taken.any(|inst| inst.results().any(|value| self.fate(value, 0) == Fate::Deferred))
    }

    /// The instructions that take functions as values, by function.
    fn taken_functions(&self) -> HashMap<Func<'p>, Vec<Inst<'p>>> {
        let found = self.pass.search(|func, found| {
            found.extend(func.insts().filter_map(|inst| {
                let taken = match inst.op() {
                    Op::Func(taken) => taken?,
                    Op::MethodValue { method, .. } | Op::MethodExpr(method) => method.func?,
                    _ => return None,
                };
                Some((taken, inst))
            }));
        });
        let mut taken: HashMap<Func<'p>, Vec<Inst<'p>>> = HashMap::new();
        for (func, inst) in found {
            taken.entry(func).or_default().push(inst);
        }
        taken
    }

    /// What happens to a function value.
    fn fate(&self, value: Value<'p>, depth: usize) -> Fate {
        if depth > DEPTH {
            return Fate::Deferred;
        }
        for inst in value.uses() {
            let next = |value: Value<'p>| self.fate(value, depth + 1);
            let fate = match inst.op() {
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => self.passed(value, call, depth),
                Op::Narrow { .. } | Op::Convert { .. } => {
                    inst.results().map(next).fold(Fate::Called, worse)
                }
                Op::Jump { block, args } => block
                    .params()
                    .zip(args)
                    .filter(|(_, arg)| *arg == value)
                    .map(|(param, _)| next(param))
                    .fold(Fate::Called, worse),
                Op::Closure { func: Some(func), captures } => func
                    .captures()
                    .zip(captures)
                    .filter(|(_, capture)| *capture == value)
                    .map(|(param, _)| next(param))
                    .fold(Fate::Called, worse),
                Op::Store { ptr, .. } => self.stored(ptr, depth),
                Op::Binary { .. } => Fate::Called,
                _ => Fate::Deferred,
            };
            if fate == Fate::Deferred {
                return fate;
            }
        }
        Fate::Called
    }

    /// What a call does with a function value that is called, or an argument.
    fn passed(&self, value: Value<'p>, call: Call<'p>, depth: usize) -> Fate {
        let site = call.inst();
        if !call.args().any(|arg| arg == value) {
            return if is_defer(site) { Fate::Deferred } else { Fate::Called };
        }
        let Some(callee) = call.static_callee() else { return Fate::Deferred };
        // Timers and contexts call in a goroutine what they are given.
        let name = callee.declared_name().unwrap_or_default();
        if matches!(&*name, "time.AfterFunc" | "context.AfterFunc") {
            return Fate::Called;
        }
        let params = callee.params().zip(call.args()).filter(|(_, arg)| *arg == value);
        params.map(|(param, _)| self.fate(param, depth + 1)).fold(Fate::Called, worse)
    }

    /// What happens to a function in a local variable.
    fn stored(&self, address: Value<'p>, depth: usize) -> Fate {
        let is_local = address.definition().is_none_or(|inst| matches!(inst.op(), Op::Alloc(_)));
        if depth > DEPTH || !is_local {
            return Fate::Deferred;
        }
        for inst in address.uses() {
            let fate = match inst.op() {
                Op::Load(_) => inst
                    .results()
                    .map(|value| self.fate(value, depth + 1))
                    .fold(Fate::Called, worse),
                Op::Store { ptr, value } if ptr == address && value != address => Fate::Called,
                Op::Closure { func: Some(func), captures } => func
                    .captures()
                    .zip(captures)
                    .filter(|(_, capture)| *capture == address)
                    .map(|(param, _)| self.stored(param, depth + 1))
                    .fold(Fate::Called, worse),
                _ => Fate::Deferred,
            };
            if fate == Fate::Deferred {
                return fate;
            }
        }
        Fate::Called
    }
}

fn worse(a: Fate, b: Fate) -> Fate {
    if a == Fate::Deferred { a } else { b }
}

fn is_defer(site: Inst<'_>) -> bool {
    matches!(site.op(), Op::Defer(_))
}

/// Whether nobody but the runtime calls a function.
fn is_start(func: Func<'_>) -> bool {
    func.declared_name().is_some_and(|name| {
        name.rsplit_once('.').is_some_and(|(package, name)| {
            package == func.package() && (name == "init" || name == "main" && is_main(func))
        })
    })
}

fn is_main(func: Func<'_>) -> bool {
    func.params().next().is_none() && func.name() == "main"
}

/// Whether users of a library may defer a function.
fn is_for_others(func: Func<'_>) -> bool {
    let internal = func.package().split('/').any(|part| part == "internal");
    func.is_exported() && !internal
}
