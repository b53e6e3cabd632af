//! `gossa run --tests`: the tests of packages, through package testing, each test function in a
//! run of its own.
//!
//! A package's test program is initialised once. It is asked which tests there are, as `go test
//! -list` does, and then runs each of them from a copy, so that what one of them breaks, or cannot
//! do here, is no trouble to the others.

use super::{RunFrom, Surroundings, Written, refusal};
use crate::args::RunArgs;
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::{PackageInput, RootDb, Session};
use gossa_interp::Outcome;
use gossa_load::program::Variant;
use rayon::prelude::*;
use std::io::Write as _;

/// How a test ended.
enum Verdict {
    Passed,
    Skipped,
    /// With the reason, or what it printed.
    Failed(String),
}

/// What came of the tests of a package.
struct Results {
    path: String,
    tests: Vec<(String, Verdict, String)>,
    /// Why none of them could be run.
    error: Option<String>,
}

/// Runs the tests of all packages. The exit status is 0 if none failed, else 1.
pub(super) fn run(context: &Context, args: &RunArgs) -> Result<Exit, CommandError> {
    let session = super::session(context, args, true)?;
    let flags = Flags::new(&args.arguments);
    let mains = test_mains(&session);
    let surroundings = Surroundings::new(context, args);
    let results: Vec<Results> = session.pool().install(|| {
        mains
            .par_iter()
            .with_max_len(1)
            .map_with(session.db(), |db, (path, main, tested)| {
                let mut results = Results { path: path.clone(), tests: Vec::new(), error: None };
                if let Err(why) =
                    run_package(db, *main, *tested, &surroundings, &flags, &mut results)
                {
                    results.error = Some(why);
                }
                results
            })
            .collect()
    });
    report(&results, flags.verbose)
}

/// The test programs of the packages that the patterns name: path of the package, its main
/// package, and a package in its directory.
fn test_mains(session: &Session) -> Vec<(String, PackageInput, PackageInput)> {
    let program = session.program();
    let mut mains = Vec::new();
    for &root in &program.roots {
        let package = program.package(root);
        if package.variant != Variant::TestMain {
            continue;
        }
        let path = package.import_path.trim_end_matches(".test").to_owned();
        let tested = program.roots.iter().copied().find(|&other| {
            let other = program.package(other);
            matches!(other.variant, Variant::WithTests | Variant::ExternalTests)
                && other.for_test.as_deref() == Some(path.as_str())
        });
        let input = |index: gossa_load::PackageIndex| session.packages()[index.as_usize()];
        mains.push((path, input(root), input(tested.unwrap_or(root))));
    }
    mains
}

/// The flags of the test programs.
struct Flags {
    /// `-run`: what names of tests match, and what those of their parts.
    top: String,
    rest: String,
    verbose: bool,
    /// All others, as the test program takes them.
    others: Vec<String>,
}

impl Flags {
    /// `-run X`, `-short`: as `go test` takes them.
    fn new(arguments: &[String]) -> Self {
        let mut flags =
            Self { top: String::new(), rest: String::new(), verbose: false, others: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let name = argument.trim_start_matches('-');
            let name = name.strip_prefix("test.").unwrap_or(name);
            let (name, value) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            match name {
                "run" => {
                    let value = value.or_else(|| arguments.next().cloned()).unwrap_or_default();
                    let (top, rest) = value.split_once('/').unwrap_or((&value, ""));
                    flags.top = top.to_owned();
                    flags.rest = rest.to_owned();
                }
                "v" => flags.verbose = value.is_none_or(|value| value != "false"),
                _ if !argument.starts_with('-') => flags.others.push(argument.clone()),
                _ => flags.others.push(match value {
                    Some(value) => format!("-test.{name}={value}"),
                    None => format!("-test.{name}"),
                }),
            }
        }
        flags
    }
}

fn run_package(
    db: &RootDb,
    main: PackageInput,
    tested: PackageInput,
    surroundings: &Surroundings<'_>,
    flags: &Flags,
    results: &mut Results,
) -> Result<(), String> {
    RunFrom::package(db, main, tested, surroundings, |runs| {
        let program = main.id(db).as_str().rsplit('/').next().unwrap_or_default();
        let arguments = |more: &[String]| {
            let mut all = vec![program.to_owned()];
            all.extend_from_slice(more);
            all
        };
        let list = if flags.top.is_empty() { "." } else { &flags.top };
        let (outcome, written) = runs.run("main", &arguments(&[format!("-test.list={list}")]));
        if outcome != Outcome::Exit(0) {
            return Err(ended(outcome, &written));
        }
        let names = String::from_utf8_lossy(&written.output).into_owned();
        for name in names.lines().filter(|name| !name.starts_with("Benchmark")) {
            let rest =
                if flags.rest.is_empty() { String::new() } else { format!("/{}", flags.rest) };
            let mut more = vec![
                "-test.paniconexit0".to_owned(),
                "-test.v=true".to_owned(),
                format!("-test.run=^{name}${rest}"),
            ];
            more.extend(flags.others.iter().cloned());
            let (outcome, written) = runs.run("main", &arguments(&more));
            let text = String::from_utf8_lossy(&written.output).into_owned();
            let verdict = match outcome {
                Outcome::Exit(0) => {
                    let skipped = format!("--- SKIP: {name} ");
                    let skipped = text.lines().any(|line| line.starts_with(&skipped));
                    if skipped { Verdict::Skipped } else { Verdict::Passed }
                }
                outcome => Verdict::Failed(ended(outcome, &written)),
            };
            results.tests.push((name.to_owned(), verdict, text));
        }
        Ok(())
    })
}

/// What a failed run shows.
fn ended(outcome: Outcome, written: &Written) -> String {
    let mut text = String::from_utf8_lossy(&written.output).into_owned();
    text.push_str(&String::from_utf8_lossy(&written.errors));
    match outcome {
        Outcome::Exit(status) => text.push_str(&format!("exit status {status}\n")),
        Outcome::Refused { what, trace, .. } => text.push_str(&refusal(&what, &trace)),
    }
    text
}

/// Prints the table: a line for each package, below it what failed.
fn report(results: &[Results], verbose: bool) -> Result<Exit, CommandError> {
    let mut out = output::stdout();
    let width = results.iter().map(|package| package.path.len()).max().unwrap_or(0);
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut errors = false;
    for package in results {
        let count = |wanted: fn(&Verdict) -> bool| {
            package.tests.iter().filter(|(_, verdict, _)| wanted(verdict)).count()
        };
        let (good, bad, none) = (
            count(|verdict| matches!(verdict, Verdict::Passed)),
            count(|verdict| matches!(verdict, Verdict::Failed(_))),
            count(|verdict| matches!(verdict, Verdict::Skipped)),
        );
        passed += good;
        failed += bad;
        skipped += none;
        errors |= package.error.is_some();
        let word = if bad == 0 && package.error.is_none() { "ok  " } else { "FAIL" };
        let path = &package.path;
        writeln!(out, "{word}  {path:width$}  {good} passed, {bad} failed, {none} skipped")?;
        if let Some(why) = &package.error {
            writeln!(out, "{}", why.trim_end())?;
        }
        for (name, verdict, text) in &package.tests {
            match verdict {
                Verdict::Failed(why) => {
                    writeln!(out, "=== FAIL: {name}\n{}", why.trim_end())?;
                }
                Verdict::Skipped => writeln!(out, "=== SKIP: {name}")?,
                Verdict::Passed if verbose => write!(out, "{text}")?,
                Verdict::Passed => {}
            }
        }
    }
    let total = passed + failed;
    writeln!(out, "{total} tests: {passed} passed, {failed} failed; {skipped} skipped")?;
    out.flush()?;
    Ok(if failed == 0 && !errors { Exit::Clean } else { Exit::Findings })
}
