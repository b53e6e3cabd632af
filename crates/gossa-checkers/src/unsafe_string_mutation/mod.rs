//! `unsafe-string-mutation`: bytes that are written while a string shares them.
//!
//! In each function that makes such a string, itself or by a call, the bytes have a [place](place):
//! the value, variable or package-level variable that they are reached from, and the fields on the
//! way. What calls write, share and keep is [summarised](summary) by the parameters that it is
//! reached from. A write is reported if it can come after the string was made, to the same place,
//! and someone can read the string then.

mod place;
mod summary;

use gossa_api::prelude::*;
use place::{Place, reaches_around};
use std::collections::HashSet;
use summary::{Shared, Summaries, Written};

declare_check! {
    /// ## What it does
    /// Reports a write to bytes that a string shares: one made by `unsafe.String`, or by a cast of
    /// a slice to a string, or the string that bytes were got from by `unsafe.StringData` or a
    /// cast; if the string can be read afterwards.
    ///
    /// ## Why
    /// Strings do not change: the compiler, maps, and everyone who has been given one rely on
    /// that. A map with such a string as a key loses it; a literal is in memory that cannot be
    /// written, and the program is stopped. The race detector never looks at the bytes of strings.
    ///
    /// ## Bad
    /// ```go
    /// name := unsafe.String(&buf[0], n)
    /// seen[name] = true
    /// n, err = r.Read(buf) // want `unsafe-string-mutation`
    /// ```
    ///
    /// ## Good
    /// ```go
    /// seen[string(buf[:n])] = true
    /// n, err = r.Read(buf)
    /// ```
    ///
    /// ## What it stays silent on
    /// Writes before the string is made; strings that no one reads afterwards; bytes that are
    /// appended behind those that are shared; buffers that are made anew.
    ///
    /// ## What it does not catch
    /// Writes of other goroutines; writes by the callers of a function that returns such a string,
    /// through memory that they do not reach by the same names; writes of functions without a body.
    pub static UNSAFE_STRING_MUTATION = "unsafe-string-mutation": "unsafe", Warning,
        "bytes are written while a string shares them", tier Low, cwe [471];
}

/// The checker.
pub(crate) struct UnsafeStringMutation;

impl Checker for UnsafeStringMutation {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNSAFE_STRING_MUTATION]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let sharing = pass.search(|func, found| {
            if summary::shares_itself(func) {
                found.push(func);
            }
        });
        if sharing.is_empty() {
            return;
        }
        let mut summaries = Summaries::new(pass, &sharing);
        for func in summaries.functions_that_share() {
            if func.is_requested() {
                check(pass, &mut summaries, func);
            }
        }
    }
}

fn check<'p>(pass: &ProgramPass<'p>, summaries: &mut Summaries<'_, 'p>, func: Func<'p>) {
    let shared = summaries.shared_in(func);
    let written = summaries.written_in(func);
    let mut told = HashSet::new();
    for share in &shared {
        for write in &written {
            if told.contains(&write.at) {
                continue;
            }
            if let Some(certain) = mutates(summaries, share, write) {
                told.insert(write.at);
                report(pass, share, write, certain);
            }
        }
    }
}

/// Whether a write changes the string while someone can read it; and whether that is certain where
/// both run.
fn mutates<'p>(
    summaries: &mut Summaries<'_, 'p>,
    share: &Shared<'p>,
    write: &Written<'p>,
) -> Option<bool> {
    for place in &share.places {
        let Some(same) = write.places.iter().find(|other| other.is_same(place)) else { continue };
        let anew = summaries.made_anew(share.at.func(), place);
        if write.at == share.at || !reaches_around(share.at, write.at, &anew) {
            continue;
        }
        let text = summaries.text_uses(share.text);
        // Read, or handed on, once the bytes have changed.
        let read = text.reads.iter().any(|&read| {
            read != write.at && read != share.at && reaches_around(write.at, read, &[share.at])
        });
        // Kept by then where others find it.
        let kept = text.keeps.iter().any(|&keep| {
            keep != write.at
                && reaches_around(share.at, keep, &anew)
                && reaches_around(keep, write.at, &anew)
        });
        let outside = share.reverse && text.is_known_elsewhere;
        if read || kept || outside {
            return Some(!same.is_offset && !place.is_offset);
        }
    }
    None
}

fn report<'p>(pass: &ProgramPass<'p>, share: &Shared<'p>, write: &Written<'p>, certain: bool) {
    let Some(mut report) = pass.report(&UNSAFE_STRING_MUTATION, write.at) else { return };
    let text = share.text.name().map_or("a string".to_owned(), |name| format!("`{name}`"));
    let bytes = share.places.first().and_then(Place::words);
    let bytes = bytes.map_or("bytes".to_owned(), |name| format!("the bytes of `{name}`"));
    if share.reverse {
        report.message(format_args!(
            "the bytes of {text} are written; strings do not change, and others may read this one"
        ));
    } else {
        report.message(format_args!(
            "{bytes} are written while {text} shares them and is still read"
        ));
    }
    report.confidence(match (certain, write.path.is_empty() && share.path.is_empty()) {
        (false, _) => Confidence::Low,
        (true, true) => Confidence::High,
        (true, false) => Confidence::Medium,
    });
    report.step(share.at, format_args!("{text} shares its bytes from here on"));
    for step in &share.path {
        report.step(*step, "made here");
    }
    report.step(write.at, "the bytes are written");
    for step in &write.path {
        report.step(*step, "written here");
    }
}
