//! `data-race`: two goroutines access the same memory, one of them writes, and nothing orders them.
//!
//! What may be at the same time is the analysis's answer ([`ProgramPass::conflicts`]); here it
//! becomes findings: one for what two goroutines do to one place, or below the same calls, with
//! the other accesses beside it.

use crate::goroutine_defer_capture::{GOROUTINE_DEFER_CAPTURE, is_told};
use gossa_api::prelude::*;

declare_check! {
    /// ## What it does
    /// Reports memory that two goroutines access, one of them to write it, where neither the
    /// order of the Go memory model nor a lock that both hold keeps the accesses apart.
    ///
    /// ## Why
    /// Such a program has no meaning that can be relied on: values may be torn, stale, or out of
    /// order. The race detector reports it only if both accesses run close to each other in a test.
    ///
    /// ## Bad
    /// ```go
    /// func sum(parts []int) (total int) {
    ///     var wg sync.WaitGroup
    ///     for _, part := range parts {
    ///         wg.Go(func() { total += part }) // want `data-race`
    ///     }
    ///     wg.Wait()
    ///     return total
    /// }
    /// ```
    ///
    /// ## Good
    /// ```go
    /// func sum(parts []int) (total int) {
    ///     var wg sync.WaitGroup
    ///     var mu sync.Mutex
    ///     for _, part := range parts {
    ///         wg.Go(func() {
    ///             mu.Lock()
    ///             defer mu.Unlock()
    ///             total += part
    ///         })
    ///     }
    ///     wg.Wait()
    ///     return total
    /// }
    /// ```
    ///
    /// ## What it stays silent on
    /// Accesses that are ordered by `go` statements, channels (by capacity and close), wait groups,
    /// `sync.Once`, atomic operations that are branched on, conditions, and contexts; accesses under
    /// a common lock; what each goroutine has of its own.
    ///
    /// ## What it does not catch
    /// Accesses that only meet in code that is not seen, or through pointers that are kept in
    /// several places.
    pub static DATA_RACE = "data-race": "race", Warning,
        "goroutines access the same memory without order, and one of them writes", cwe [362, 366];
}

/// The checker.
pub(crate) struct DataRace;

impl Checker for DataRace {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&DATA_RACE]
    }

    fn ground(&self) -> Ground {
        Ground::Concurrency
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        // What deferred calls do has a story of its own.
        let told = pass.is_enabled(&GOROUTINE_DEFER_CAPTURE);
        let mut conflicts: Vec<Conflict<'_>> = pass
            .conflicts()
            .into_iter()
            .filter(|conflict| conflict.write.requested_at().is_some())
            .filter(|conflict| !(told && is_told(conflict)))
            .collect();
        // Everything about one write to one place is one finding,
        let mut groups: Vec<Vec<Conflict<'_>>> = Vec::new();
        while let Some(first) = conflicts.first().cloned() {
            let same = |conflict: &Conflict<'_>| {
                conflict.write.at() == first.write.at()
                    && last_name(&conflict.place) == last_name(&first.place)
            };
            let (mut group, rest): (Vec<_>, Vec<_>) = conflicts.into_iter().partition(same);
            conflicts = rest;
            // The fewest words say it best.
            group.sort_by_key(|conflict| conflict.place.text.len());
            // and so is all that has one cause.
            let cause = groups
                .iter_mut()
                .find(|known| known.iter().any(|a| group.iter().any(|b| have_one_cause(a, b))));
            match cause {
                Some(known) => known.extend(group),
                None => groups.push(group),
            }
        }
        for group in groups {
            report(pass, &group);
        }
    }
}

/// The surest of several conflicts, which stands for all.
fn main_of<'g, 'c>(group: &'g [Conflict<'c>]) -> Option<&'g Conflict<'c>> {
    group.iter().find(|conflict| is_sure(conflict)).or(group.first())
}

/// Whether the same two goroutines do it to the same place, or come there by the same calls: then
/// nobody mends one without the other.
fn have_one_cause(a: &Conflict<'_>, b: &Conflict<'_>) -> bool {
    if a.place.frame != b.place.frame {
        return false;
    }
    let straight = a.write.started == b.write.started && a.other.started == b.other.started;
    let crosswise = a.write.started == b.other.started && a.other.started == b.write.started;
    let whole = |place: &Place<'_>| place.text.trim_end_matches("[…]").to_owned();
    if (straight || crosswise) && whole(&a.place) == whole(&b.place) {
        return true;
    }
    // The calls that both have in common, if what is left is one call more at most.
    let shared = |a: &Accessor<'_>, b: &Accessor<'_>| {
        let common = a.way.iter().zip(&b.way).take_while(|(a, b)| a == b).count();
        (common + 2 >= a.way.len().max(b.way.len())).then_some(common)
    };
    straight
        && shared(&a.write, &b.write)
            .zip(shared(&a.other, &b.other))
            .is_some_and(|(write, other)| write.min(other) > 0 || write.max(other) > 1)
}

/// The last name in the words for a place: several functions may have it in their hands.
pub(crate) fn last_name<'c>(place: &'c Place<'_>) -> &'c str {
    place.text.rsplit(['.', '*']).next().unwrap_or_default()
}

/// What one function has in its hands is one object; what pointers in it lead to may be another by
/// the time of the second access. Other people's types that lock know what they do, and what their
/// code starts, it waits for.
pub(crate) fn is_sure(conflict: &Conflict<'_>) -> bool {
    let sides = [&conflict.write, &conflict.other];
    let theirs = sides.iter().all(|side| side.at() != side.requested_at());
    let locks = sides.iter().any(|side| !side.locks.is_empty());
    let started_by_them = sides.iter().any(|side| {
        let start = side.started.last().and_then(|way| way.last());
        start.is_some_and(|start| !start.func().is_requested())
    });
    conflict.certain && !conflict.place.through_pointers && !(theirs && (locks || started_by_them))
}

fn report(pass: &ProgramPass<'_>, group: &[Conflict<'_>]) {
    let Some(main) = main_of(group) else { return };
    let Some(at) = main.write.requested_at() else { return };
    let Some(mut report) = pass.report(&DATA_RACE, at) else { return };
    let place = &main.place;
    let other = if main.other.writes { "writes" } else { "reads" };
    let twice = main.write.at() == main.other.at();
    if twice {
        report.message(format_args!(
            "`{place}` is written here by several goroutines at the same time"
        ));
    } else {
        report
            .message(format_args!("`{place}` is written here while another goroutine {other} it"));
    }
    report.confidence(if is_sure(main) { Confidence::Medium } else { Confidence::Low });
    report.goroutine(1);
    tell(&mut report, &main.write, "writes");
    report.goroutine(2);
    tell(&mut report, &main.other, other);
    tell_why_unseen(&mut report, main);
    let mut told = vec![at];
    for conflict in group {
        if let Some(at) = conflict.write.requested_at()
            && !told.contains(&at)
        {
            told.push(at);
            report.related(at, format_args!("`{}` is written here, too", conflict.place));
        }
        if let Some(at) = conflict.other.requested_at().or(conflict.other.at()) {
            let does = if conflict.other.writes { "written" } else { "read" };
            report.related(at, format_args!("`{}` is {does} here", conflict.place));
        }
    }
}

/// Why `go test -race` may not have said so.
fn tell_why_unseen(report: &mut Report<'_>, main: &Conflict<'_>) {
    let Some(at) = main.write.requested_at() else { return };
    match &main.detector {
        RaceDetector::Blind { access, by } => {
            report.related(
                *access,
                format_args!("the race detector never sees this access, which {by} makes"),
            );
        }
        RaceDetector::ByChance(lock) => {
            report.related(
                at,
                format_args!(
                    "the race detector is silent in runs where `{lock}` is passed on in between"
                ),
            );
        }
        RaceDetector::OnBranch(branch) => {
            report.related(
                *branch,
                "the race detector speaks only in runs that come this way while the other \
                 goroutine is at work",
            );
        }
        _ => report.related(at, "the race detector speaks in runs that do both"),
    }
}

/// The story of one goroutine.
fn tell(report: &mut Report<'_>, accessor: &Accessor<'_>, does: &str) {
    for start in &accessor.started {
        for (at, inst) in start.iter().enumerate() {
            if at + 1 == start.len() {
                report.step(*inst, "a goroutine is started");
            } else {
                report.step(*inst, "calls what starts a goroutine");
            }
        }
    }
    for (at, inst) in accessor.way.iter().enumerate() {
        if at + 1 < accessor.way.len() {
            report.step(*inst, "calls");
        } else if accessor.locks.is_empty() {
            report.step(*inst, format_args!("{does}, holding no lock"));
        } else {
            let locks = accessor.locks.join("`, `");
            report.step(*inst, format_args!("{does}, holding `{locks}`"));
        }
    }
}
