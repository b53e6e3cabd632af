//! `unsafe-uintptr`: a Go address that is held as an integer and becomes a pointer again.
//!
//! From each conversion of a Go pointer to an integer the value is followed forward through the
//! program: through calls and closures, fields, package-level variables, maps, channels and
//! interfaces. Memory is told apart by types first; only where an integer becomes a pointer again
//! on such a way are objects asked for, which needs a points-to solution. In dependencies of what
//! the user asked about ways through memory are not followed, unless they lead there. Integers that
//! become pointers although no such way leads there are hints for an audit, see [`audit`].

pub(crate) mod address;
mod audit;
pub(crate) mod fate;
mod foreign;
pub(crate) mod origin;

use address::{Addresses, End, end_of};
use fate::{Fate, crosses_safepoint, fate};
use foreign::is_foreign;
use gossa_api::prelude::*;
use origin::{Origin, is_runtime};
use std::collections::HashSet;

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
    /// With `--min-confidence low` it also names integers of which nothing shows that they are
    /// addresses of anything, but that become pointers all the same.
    ///
    /// ## What it does not catch
    /// Integers that go through reflection, through text, or through C, unless C calls an exported
    /// function back; elements of slices, maps and channels that only callers outside the program
    /// bring together.
    pub static UNSAFE_UINTPTR = "unsafe-uintptr": "unsafe", Warning,
        "a Go address is held as an integer and becomes a pointer again", cwe [825];
}

/// The checker.
pub(crate) struct UnsafeUintptr;

impl Checker for UnsafeUintptr {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNSAFE_UINTPTR]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let followed = follow(pass);
        audit::report(pass, &followed);
    }
}

/// Follows addresses from where they become integers; returns where types
/// allow them to lead.
fn follow<'p>(pass: &ProgramPass<'p>) -> HashSet<Inst<'p>> {
    let mut ends = HashSet::new();
    let origins = pass.search(|func, found| {
        if !is_runtime(func.package()) {
            found.extend(func.insts().filter_map(Origin::of));
        }
    });
    if origins.is_empty() {
        return ends;
    }
    let ends_here = pass.search(|func, found| {
        if func.is_requested() && func.insts().any(|inst| end_of(inst).is_some()) {
            found.push(());
        }
    });
    let addresses = Addresses::new(pass.program());
    let mut flow = Flow::new(pass, &addresses);
    let mut found: Vec<(&Origin<'_>, Vec<Arrival<'_>>)> = Vec::new();
    // Ways through memory that types allow, and the packages that they lead through.
    let mut doubtful: Vec<&Origin<'_>> = Vec::new();
    let mut packages: Vec<&str> = Vec::new();
    for origin in &origins {
        let near = origin.inst.func().is_requested();
        let reach = if near || !ends_here.is_empty() { Reach::Types } else { Reach::Static };
        let mut arrivals = flow.arrivals(origin.inst, origin.integer, reach);
        ends.extend(arrivals.iter().map(|arrival| arrival.at));
        let mut decided = true;
        for arrival in arrivals.iter().filter(|arrival| is_doubtful(arrival)) {
            let way = || way(origin, arrival);
            if way().any(Func::is_requested) {
                packages.extend(way().map(Func::package));
                decided = false;
            }
        }
        if decided {
            // The first way to a place hides others.
            if arrivals.iter().any(is_doubtful) {
                arrivals = flow.arrivals(origin.inst, origin.integer, Reach::Static);
            }
            found.push((origin, arrivals));
        } else {
            doubtful.push(origin);
        }
    }
    for (origin, arrivals) in found {
        report_all(pass, &mut flow, origin, &arrivals);
    }
    if doubtful.is_empty() {
        return ends;
    }
    packages.sort_unstable();
    packages.dedup();
    pass.points_to_within(&packages, |points_to| {
        let mut flow = Flow::new(pass, &addresses).with_points_to(points_to);
        for origin in doubtful {
            let mut arrivals = flow.arrivals(origin.inst, origin.integer, Reach::Objects);
            arrivals.retain(|arrival| {
                !is_doubtful(arrival) || way(origin, arrival).any(Func::is_requested)
            });
            report_all(pass, &mut flow, origin, &arrivals);
        }
    });
    ends
}

/// Whether types alone say that there is such a way.
pub(crate) fn is_doubtful(arrival: &Arrival<'_>) -> bool {
    arrival.through_memory() || arrival.through_dynamic_calls()
}

/// The functions that a way leads through.
fn way<'w, 'p>(
    origin: &'w Origin<'p>,
    arrival: &'w Arrival<'p>,
) -> impl Iterator<Item = Func<'p>> + use<'w, 'p> {
    let hops = arrival.hops.iter().map(|hop| hop.at.func());
    [origin.inst.func(), arrival.at.func()].into_iter().chain(hops)
}

fn report_all<'p>(
    pass: &ProgramPass<'p>,
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrivals: &[Arrival<'p>],
) {
    for arrival in arrivals {
        if !is_runtime(arrival.at.func().package()) {
            report(pass, flow, origin, arrival);
        }
    }
}

fn report<'p>(
    pass: &ProgramPass<'p>,
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrival: &Arrival<'p>,
) {
    let Some(end) = end_of(arrival.at) else { return };
    let left_function = arrival.at.func() != origin.inst.func()
        || arrival.hops.iter().any(|hop| {
            matches!(hop.kind, HopKind::Passed(_) | HopKind::Returned(_) | HopKind::Read(_))
        });
    // A system call takes its time: the object can die while it runs.
    let crosses =
        left_function || end == End::Address || crosses_safepoint(origin.inst, arrival.at);
    let fate = fate(flow, origin, arrival);
    let confidence = match fate {
        Fate::Pinned => return,
        _ if !crosses => Confidence::Low,
        Fate::MayDie if arrival.through_memory() => Confidence::Medium,
        Fate::MayDie => Confidence::High,
        Fate::MayMove => Confidence::Medium,
        Fate::Kept => Confidence::Low,
    };
    if origin.pointer.is_some_and(|pointer| is_foreign(pass, pointer)) {
        return;
    }
    let Some(mut report) = pass.report(&UNSAFE_UINTPTR, arrival.at) else { return };
    let danger = match fate {
        Fate::MayDie => "the object may have been freed or moved in between",
        _ => "the object may have been moved in between",
    };
    let what = &origin.what;
    let maker = origin.inst.func();
    let made =
        if maker == arrival.at.func() { String::new() } else { format!(" in `{}`", maker.name()) };
    let again = match end {
        End::Pointer => "becomes a pointer again",
        End::Address => {
            "is used as an address by a system call, but was not converted in its argument list"
        }
    };
    report.message(format_args!("an integer made from {what}{made} {again}; {danger}"));
    report.confidence(confidence);
    report.step(origin.inst, format_args!("{what} becomes an integer, which keeps nothing alive"));
    for hop in &arrival.hops {
        report.step(hop.at, told(hop));
    }
    match end {
        End::Pointer => report.step(arrival.at, "the integer becomes a pointer"),
        End::Address => report.step(arrival.at, "the integer is used as an address"),
    }
}

/// A hop in words.
pub(crate) fn told(hop: &Hop<'_>) -> String {
    match &hop.kind {
        HopKind::Named(name) => format!("kept in `{name}`"),
        HopKind::Stored(Some(name)) => format!("stored in `{name}`"),
        HopKind::Stored(None) => "stored in a variable".to_owned(),
        HopKind::Written(place) => match place {
            Where::MapKey => "stored as a map's key".to_owned(),
            Where::Channel => "sent on a channel".to_owned(),
            Where::Interface => "put into an interface".to_owned(),
            _ => format!("stored in {}", named(place)),
        },
        HopKind::Read(place) => match place {
            Where::Channel => "received from a channel, still an integer".to_owned(),
            Where::Interface => "taken out of an interface, still an integer".to_owned(),
            _ => format!("read from {}, still an integer", named(place)),
        },
        HopKind::Passed(func) => format!("passed to `{}` as an integer", func.name()),
        HopKind::Returned(func) => {
            format!("returned by `{}` here, still an integer", func.name())
        }
        HopKind::Captured(func) => {
            format!("captured by `{}`, still an integer", func.name())
        }
        HopKind::CalledBack(func) => {
            format!("handed to C, which may pass it to `{}`", func.name())
        }
        _ => "goes on, still an integer".to_owned(),
    }
}

fn named(place: &Where) -> String {
    match place {
        Where::Field(holder, name) => format!("field `{name}` of `{holder}`"),
        Where::Global(name) => format!("`{name}`"),
        Where::Element => "an element".to_owned(),
        Where::Pointee => "what a pointer points to".to_owned(),
        Where::MapKey => "a map's key".to_owned(),
        Where::MapValue => "a map".to_owned(),
        Where::Channel => "a channel".to_owned(),
        _ => "an interface".to_owned(),
    }
}
