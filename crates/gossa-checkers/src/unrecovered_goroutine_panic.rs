//! `unrecovered-goroutine-panic`: a goroutine that can panic, started by a function whose own
//! `recover` cannot stop that.
//!
//! What can panic is the analysis's answer ([`PanicWays`]): what somebody has written to panic, not
//! every index. Goroutines that no recover seems to cover are for audits: low confidence.

use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports `go` statements, and calls that start goroutines (`time.AfterFunc`, an error group's
    /// `Go`), whose function can panic outside of every `recover`, while the function that starts it
    /// has a deferred call that recovers: from its own panics only.
    ///
    /// ## Why
    /// A panic ends the goroutine's own stack, and then the whole program. A deferred call of the
    /// function that started the goroutine is on another stack, and is never asked.
    ///
    /// ## Bad
    /// ```go
    /// func serve(handle func()) {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             log.Println(r)
    ///         }
    ///     }()
    ///     go handle() // want `unrecovered-goroutine-panic`
    ///     wait()
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func serve(handle func()) {
    ///     go func() {
    ///         defer func() {
    ///             if r := recover(); r != nil {
    ///                 log.Println(r)
    ///             }
    ///         }()
    ///         handle()
    ///     }()
    ///     wait()
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Functions that do not panic on purpose, assert types, or call what they were given; panics
    /// that the arguments rule out with which the goroutine calls what has them, and those for
    /// pointers that are nil; a `recover` in a helper that the goroutine defers. Goroutines of
    /// functions that recover nothing are told of as well, as the others with low confidence: most
    /// panics in real code say that what cannot be has been, and whether it can is not known here.
    ///
    /// ## What it does not catch
    /// Panics of the runtime (indices, nil pointers), and those of packages that were not asked for.
    pub static UNRECOVERED_GOROUTINE_PANIC = "unrecovered-goroutine-panic": "defer", Warning,
        "a goroutine can panic where no recover can stop it", tier Low, cwe [248];
}

/// The checker.
pub(crate) struct UnrecoveredGoroutinePanic;

impl Checker for UnrecoveredGoroutinePanic {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNRECOVERED_GOROUTINE_PANIC]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let starts = pass.search(|func, found| {
            if func.is_requested() {
                found.extend(func.insts().filter_map(|inst| Some((inst, started(inst)?))));
            }
        });
        if starts.is_empty() {
            return;
        }
        let ways = pass.panic_ways();
        let targets = pass.targets();
        for (start, value) in starts {
            check(pass, &ways, &targets, start, value);
        }
    }
}

/// What a call starts as a goroutine: an argument, or (for `go`) what it calls.
fn started(inst: Inst<'_>) -> Option<Option<Value<'_>>> {
    match inst.op() {
        Op::Go(_) => Some(None),
        Op::Call(call) => {
            let Callee::Static { name, .. } = call.callee() else { return None };
            let at = match &*name {
                "time.AfterFunc" | "context.AfterFunc" | "sync.WaitGroup.Go" => 1,
                "golang.org/x/sync/errgroup.Group.Go"
                | "golang.org/x/sync/errgroup.Group.TryGo" => 1,
                _ => return None,
            };
            call.args().nth(at).map(Some)
        }
        _ => None,
    }
}

fn check<'p>(
    pass: &ProgramPass<'p>,
    ways: &PanicWays<'p>,
    targets: &Targets<'p>,
    start: Inst<'p>,
    value: Option<Value<'p>>,
) {
    let covering = ways.recovered_at(start);
    let reached = targets.of_call(start);
    let funcs = match value {
        None => reached.funcs.clone(),
        Some(value) => made(value).into_iter().collect(),
    };
    // `go handle()`: a function that somebody else has given.
    let given = value.is_none()
        && !reached.is_exact
        && start.call().is_some_and(|call| match call.callee() {
            Callee::Value(value) => call.static_callee().is_none() && is_given(value),
            _ => false,
        });
    let found = match &funcs[..] {
        [func] if value.is_none() => ways.out_of_call(start, *func),
        [func] => ways.out_of(*func),
        _ => None,
    };
    if found.is_none() && !(given && covering.is_some()) {
        return;
    }
    let Some(mut report) = pass.report(&UNRECOVERED_GOROUTINE_PANIC, start) else { return };
    let what = match found.as_ref().map(|way| way.source) {
        Some(PanicSource::Explicit) => "may panic",
        Some(PanicSource::Assertion) => "may panic by a type assertion",
        _ => "calls what may panic",
    };
    match covering {
        Some(_) => report.message(format_args!(
            "the goroutine {what}, and the `recover` of the function that starts it does not stop \
             that"
        )),
        None => report.message(format_args!("the goroutine {what}, and nothing recovers")),
    }
    let assertion = found.as_ref().is_some_and(|way| way.source == PanicSource::Assertion);
    report.confidence(match covering {
        Some(_) if !assertion => Confidence::Medium,
        _ => Confidence::Low,
    });
    if let Some(covering) = covering {
        report.step(covering, "recovers, but only in its own goroutine");
    }
    report.step(start, "a goroutine is started");
    if let Some(found) = &found {
        for (at, inst) in found.way.iter().enumerate() {
            report.step(*inst, if at + 1 == found.way.len() { "may panic" } else { "calls" });
        }
    }
}

/// The function that a value is.
fn made(mut value: Value<'_>) -> Option<Func<'_>> {
    loop {
        match value.definition()?.op() {
            Op::Narrow { x, .. } | Op::Convert { x, .. } => value = x,
            Op::Func(func) | Op::Closure { func, .. } => return func,
            Op::MethodValue { method, .. } => return method.func,
            _ => return None,
        }
    }
}

/// Whether a function value is a parameter or in a field.
fn is_given(value: Value<'_>) -> bool {
    let Some(definition) = value.definition() else { return true };
    match definition.op() {
        Op::Load(address) => {
            let at = address.definition();
            at.is_some_and(|inst| matches!(inst.op(), Op::FieldAddr { .. }))
        }
        op => matches!(op, Op::Field { .. } | Op::MapLookup { .. }),
    }
}
