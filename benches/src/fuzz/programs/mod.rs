//! Random valid programs, run by the interpreter and by what the go command makes of them.
//!
//! What lowering gets wrong shows as a difference between two traces, at the line where it arises.
//! Programs are a function of seed and number ([`generate`]); a few hundred are built at once
//! ([`batch`]), since building costs more than running. Concurrent programs, which may do several
//! things, are made from templates and run under many schedules ([`schedules`]).

mod batch;
mod concurrent;
mod expr;
mod features;
mod generate;
mod schedules;
mod stmt;
mod types;

use super::FuzzArgs;
use crate::error::BenchError;
use crate::say;
use batch::Traces;
use camino::Utf8Path;
use std::ops::Range;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Programs that are built at once.
const BATCH: u64 = 400;

/// Most concurrent programs, and schedules of each.
const MAX_CONCURRENT: u64 = 200;
const SCHEDULES: u64 = 50;

/// Most differences that are shown before the run ends.
const MAX_DIFFERENCES: usize = 20;

/// A program that does not do the same on both sides.
struct Difference {
    program: u64,
    /// The first line that differs, as Go and as gossa have it.
    go: String,
    gossa: String,
}

/// Generates programs and compares; the exit status is 1 when any differs.
pub(super) fn fuzz(
    args: &FuzzArgs,
    goroot: &Utf8Path,
    directory: &Utf8Path,
    seed: u64,
) -> Result<ExitCode, BenchError> {
    let directory = directory.join(format!("programs-{seed}"));
    if let Some(number) = args.input {
        let differences = compare(&directory, goroot, seed, number..number + 1)?;
        say(format_args!("{directory}: {} differences", differences.len()));
        differences.iter().for_each(tell);
        return Ok(status(&differences));
    }
    let start = Instant::now();
    let mut differences = Vec::new();
    let mut first = 0;
    while first < args.count && start.elapsed() < Duration::from_secs(args.seconds) {
        let last = args.count.min(first + BATCH);
        let found = compare(&directory, goroot, seed, first..last)?;
        found.iter().for_each(tell);
        differences.extend(found);
        first = last;
        let rate = first as f64 / start.elapsed().as_secs_f64();
        say(format_args!("{first} programs, {} differ, {rate:.0} a second", differences.len()));
        if differences.len() >= MAX_DIFFERENCES {
            break;
        }
    }
    say(format_args!("{first} programs, {} differ, seed {seed}", differences.len()));
    Ok(status(&differences))
}

fn status(differences: &[Difference]) -> ExitCode {
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(difference: &Difference) {
    say(format_args!(
        "DIFFERENCE in program {}\n  go:    {}\n  gossa: {}",
        difference.program, difference.go, difference.gossa
    ));
}

/// Concurrent programs, `count` of them; see [`schedules`].
pub(super) fn fuzz_schedules(
    args: &FuzzArgs,
    goroot: &Utf8Path,
    directory: &Utf8Path,
    seed: u64,
) -> Result<ExitCode, BenchError> {
    let programs = args.count.min(MAX_CONCURRENT);
    schedules::fuzz(directory, goroot, seed, programs, SCHEDULES)
}

/// Runs programs on both sides.
fn compare(
    directory: &Utf8Path,
    goroot: &Utf8Path,
    seed: u64,
    programs: Range<u64>,
) -> Result<Vec<Difference>, BenchError> {
    batch::write(directory, seed, programs.clone())?;
    let (go, gossa) = std::thread::scope(|scope| {
        let go = scope.spawn(|| batch::run_go(directory, goroot, programs.clone()));
        let gossa = batch::run_gossa(directory, goroot, programs.clone());
        let panicked = || BenchError::Child {
            program: "the thread of the go command".to_owned(),
            reason: "panicked".to_owned(),
        };
        (go.join().unwrap_or_else(|_| Err(panicked())), gossa)
    });
    Ok(differences(&go?, &gossa?, programs))
}

fn differences(go: &Traces, gossa: &Traces, programs: Range<u64>) -> Vec<Difference> {
    let none = "no trace".to_owned();
    programs
        .filter_map(|program| {
            let (Some(go), Some(gossa)) = (go.get(&program), gossa.get(&program)) else {
                let side = |traces: &Traces| {
                    traces.get(&program).map_or_else(|| none.clone(), |_| "a trace".to_owned())
                };
                return Some(Difference { program, go: side(go), gossa: side(gossa) });
            };
            let lines = |trace: &[u8]| {
                trace
                    .split(|&byte| byte == b'\n')
                    .map(|line| String::from_utf8_lossy(line).into_owned())
                    .collect::<Vec<_>>()
            };
            if go == gossa {
                return None;
            }
            let (go, gossa) = (lines(go), lines(gossa));
            let at = go.iter().zip(&gossa).take_while(|(go, gossa)| go == gossa).count();
            let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| none.clone());
            Some(Difference { program, go: line(&go), gossa: line(&gossa) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;
    use camino::Utf8PathBuf;

    /// A directory of a test's own, and the Go distribution.
    fn places(name: &str) -> (Utf8PathBuf, Utf8PathBuf) {
        let goroot = corpus::goroot(None).expect("tests of the interpreter need Go");
        // The test's program is in `<target directory>/<profile>/deps/`.
        let program = crate::run::own_program().expect("a test is a program");
        let target = program.ancestors().nth(3).expect("a target directory");
        (target.join("tmp").join(name), goroot)
    }

    fn on_big_stack(test: impl FnOnce() + Send) {
        let test = || {
            test();
            Ok(())
        };
        super::super::on_big_stack(test).expect("the test's own message is above");
    }

    #[test]
    fn random_programs_do_what_the_go_command_makes_of_them() {
        on_big_stack(|| {
            let (directory, goroot) = places("programs");
            let found = compare(&directory, &goroot, 1, 0..50).expect("go build");
            found.iter().for_each(tell);
            assert!(found.is_empty(), "{} programs differ", found.len());
        });
    }

    #[test]
    fn concurrent_programs_do_what_go_allows() {
        on_big_stack(|| {
            let (directory, goroot) = places("schedules");
            let findings = schedules::run(&directory, &goroot, 1, 25, 3).expect("go build");
            assert!(findings.failures.is_empty(), "{:#?}", findings.failures);
            assert!(findings.varied > 0, "one schedule only");
        });
    }

    #[test]
    fn differences_are_found_where_they_arise() {
        let trace = |text: &str| Traces::from([(7, text.as_bytes().to_vec())]);
        let found = differences(&trace("1\n2\n3\n"), &trace("1\n5\n3\n"), 7..8);
        assert!(matches!(&found[..], [one] if one.go == "2" && one.gossa == "5"));
        assert!(differences(&trace("1\n"), &trace("1\n"), 7..8).is_empty());
        assert_eq!(differences(&trace("1\n"), &Traces::new(), 7..8).len(), 1);
    }
}
