//! `gossa run --examples`: the Example functions of packages, each in a run of its own.
//!
//! An example passes when it returns and has printed what its comment says, as `go test` compares
//! the two. Examples without such a comment are not run.

use super::{RunFrom, Surroundings, Written, refusal, test_packages};
use crate::args::RunArgs;
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use gossa_db::{PackageInput, RootDb};
use gossa_interp::Outcome;
use gossa_load::test_main::{Example, TestFunctions};
use rayon::prelude::*;
use std::io::Write as _;

/// What came of the examples of a package.
struct Results {
    path: &'static str,
    passed: usize,
    silent: usize,
    /// Those that failed, with the reason.
    failed: Vec<(String, String)>,
}

/// Runs the examples of all packages. The exit status is 0 if all passed, else 1.
pub(super) fn run(context: &Context, args: &RunArgs) -> Result<Exit, CommandError> {
    let session = super::session(context, args, true)?;
    let packages = test_packages(&session);
    let db = session.db();
    let surroundings = Surroundings::new(context, args);
    let results: Vec<Results> = session.pool().install(|| {
        packages
            .par_iter()
            .with_max_len(1)
            .map_with(db, |db, (path, parts)| {
                let mut results = Results { path, passed: 0, silent: 0, failed: Vec::new() };
                for (package, functions) in parts {
                    run_examples(db, *package, functions, &surroundings, &mut results);
                }
                results
            })
            .collect()
    });
    report(&results)
}

/// Prints the table: a line for each package, below it what failed.
fn report(results: &[Results]) -> Result<Exit, CommandError> {
    let mut out = output::stdout();
    let width = results.iter().map(|package| package.path.len()).max().unwrap_or(0);
    let (mut passed, mut failed, mut silent) = (0, 0, 0);
    for package in results {
        passed += package.passed;
        failed += package.failed.len();
        silent += package.silent;
        let word = if package.failed.is_empty() { "ok  " } else { "FAIL" };
        writeln!(
            out,
            "{word}  {:width$}  {} passed, {} failed, {} without output",
            package.path,
            package.passed,
            package.failed.len(),
            package.silent,
        )?;
        for (name, why) in &package.failed {
            writeln!(out, "--- FAIL: {name}")?;
            writeln!(out, "{}", why.trim_end())?;
        }
    }
    let total = passed + failed;
    writeln!(out, "{total} examples: {passed} passed, {failed} failed; {silent} without output")?;
    out.flush()?;
    Ok(if failed == 0 { Exit::Clean } else { Exit::Findings })
}

/// Runs the examples of one of a package's variants, which is initialised once for all of them.
fn run_examples(
    db: &RootDb,
    package: PackageInput,
    functions: &TestFunctions,
    surroundings: &Surroundings<'_>,
    results: &mut Results,
) {
    results.silent += functions.silent_examples.len();
    if functions.examples.is_empty() {
        return;
    }
    let arguments = ["main".to_owned()];
    RunFrom::package(db, package, package, surroundings, |runs| {
        for example in &functions.examples {
            let (outcome, written) = runs.run(&example.name, &arguments);
            match compared(example, outcome, &written) {
                Ok(()) => results.passed += 1,
                Err(why) => results.failed.push((example.name.clone(), why)),
            }
        }
    });
}

/// Whether a run was what the example says; `Err` says why not.
fn compared(example: &Example, outcome: Outcome, written: &Written) -> Result<(), String> {
    let got = String::from_utf8_lossy(&written.output);
    match outcome {
        Outcome::Exit(0) => {}
        Outcome::Exit(status) => {
            let errors = String::from_utf8_lossy(&written.errors);
            return Err(format!("exit status {status}\n{errors}"));
        }
        Outcome::Refused { what, trace, .. } => return Err(refusal(&what, &trace)),
    }
    if example.is_output(&got) {
        return Ok(());
    }
    let (got, want) = (got.trim(), example.output.trim());
    let order = if example.unordered { " (in any order)" } else { "" };
    Err(format!("got:\n{got}\nwant{order}:\n{want}"))
}
