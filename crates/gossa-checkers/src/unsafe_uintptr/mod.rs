//! `unsafe-uintptr`: a Go address that is held as an integer and becomes a pointer again.
//!
//! From each conversion of a Go pointer to an integer the value is followed forward through the
//! function, through the closures in it, into statically known callees (by summaries, one per
//! parameter, made on demand) and back to the static callers of the functions that return it.

mod fate;
mod flow;
mod origin;

use fate::{Fate, crosses_safepoint, fate};
use flow::{Arrival, End, Flow};
use gossa_api::prelude::*;
use origin::{Origin, is_runtime};

declare_check! {
    /// ## What it does
    /// Reports an integer made from a Go pointer that is kept in a variable, passed, returned or
    /// computed on, and later becomes a pointer again, or reaches a system call as an address.
    ///
    /// ## Why
    /// A `uintptr` keeps nothing alive and is not updated when a stack moves. Between the two
    /// conversions the garbage collector may free the object, or the runtime may move the stack
    /// that it is on; the pointer made from the integer then points at something else. The race
    /// detector and the tests rarely see it.
    ///
    /// ## Bad
    /// ```go
    /// func next(p *[4]int32) *int32 {
    ///     addr := uintptr(unsafe.Pointer(p))
    ///     log.Println("stepping")
    ///     return (*int32)(unsafe.Pointer(addr + 4)) // want `unsafe-uintptr`
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func next(p *[4]int32) *int32 {
    ///     log.Println("stepping")
    ///     return (*int32)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + 4))
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Integers that never become a pointer again; conversions there and back in one expression;
    /// system call arguments converted in place; integers that came from C, from `mmap` or from
    /// constants; pinned objects; package-level variables, which neither move nor die; the
    /// runtime's own packages, which are the collector.
    ///
    /// ## What it does not catch
    /// Integers that travel through fields of heap objects, package-level variables, maps,
    /// channels, interfaces, or calls of function values.
    pub static UNSAFE_UINTPTR = "unsafe-uintptr": "unsafe", Warning,
        "a Go address is held as an integer and becomes a pointer again";
}

/// The checker.
pub(crate) struct UnsafeUintptr;

impl Checker for UnsafeUintptr {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNSAFE_UINTPTR]
    }

    fn check_function(&self, pass: &Pass<'_>, func: Func<'_>) {
        if is_runtime(func.package()) {
            return;
        }
        let mut flow = Flow::default();
        for inst in func.insts() {
            let Some(origin) = Origin::of(inst) else { continue };
            for arrival in flow.arrivals(&origin) {
                report(pass, &flow, &origin, &arrival);
            }
        }
    }
}

fn report<'p>(pass: &Pass<'_>, flow: &Flow<'p>, origin: &Origin<'p>, arrival: &Arrival<'p>) {
    // A system call takes its time: the object can die while it runs.
    let crosses = arrival.left_function
        || arrival.end == End::Address
        || crosses_safepoint(origin.inst, arrival.at);
    let fate = fate(flow, origin, arrival);
    let confidence = match fate {
        Fate::Pinned => return,
        _ if !crosses => Confidence::Low,
        Fate::MayDie => Confidence::High,
        Fate::MayMove => Confidence::Medium,
        Fate::Kept => Confidence::Low,
    };
    let Some(mut report) = pass.report(&UNSAFE_UINTPTR, arrival.at) else { return };
    let danger = match fate {
        Fate::MayDie => "the object may have been freed or moved in between",
        _ => "the object may have been moved in between",
    };
    let what = &origin.what;
    let maker = origin.inst.func();
    let made =
        if maker == arrival.at.func() { String::new() } else { format!(" in `{}`", maker.name()) };
    let end = match arrival.end {
        End::Pointer => "becomes a pointer again",
        End::Address => {
            "is used as an address by a system call, but was not converted in its argument list"
        }
    };
    report.message(format_args!("an integer made from {what}{made} {end}; {danger}"));
    report.confidence(confidence);
    report.step(origin.inst, format_args!("{what} becomes an integer, which keeps nothing alive"));
    for step in &arrival.trace {
        report.step(step.at, &step.what);
    }
    match arrival.end {
        End::Pointer => report.step(arrival.at, "the integer becomes a pointer"),
        End::Address => report.step(arrival.at, "the integer is used as an address"),
    }
}
