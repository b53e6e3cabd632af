//! `gossa bench`: runs the labelled suites that a Go distribution carries, and says how many of
//! the defects in them are found, and how much of what is right stays silent.
//!
//! `race` is `runtime/race/testdata`: functions `TestRace…` have a data race, functions
//! `TestNoRace…` have none. `vet` is `cmd/vet/testdata`, see [`vet`]; for `leak` see [`leak`].

mod leak;
mod vet;

use crate::args::{BenchArgs, BuildArgs, Suite};
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_api::{Confidence, ProgramData, Registry, Selection};
use gossa_report::Finding;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::time::Instant;

/// Runs the subcommand.
pub(crate) fn run(
    context: &Context,
    args: &BenchArgs,
    registry: &Registry,
) -> Result<Exit, CommandError> {
    match args.suite {
        Suite::Race => race(context, args, registry),
        Suite::Vet => vet::run(context, args, registry),
        Suite::Leak => leak::run(context, args),
    }
}

/// A test function of a suite.
struct Case {
    name: String,
    /// The file without its ending: the class that it belongs to.
    class: String,
    file: String,
    /// First and last line.
    lines: (u32, u32),
}

impl Case {
    fn is_racy(&self) -> bool {
        self.name.starts_with("TestRace")
    }
}

/// What a class of cases gives.
#[derive(Clone, Copy, Default)]
struct Score {
    bad: u32,
    found: u32,
    good: u32,
    silent: u32,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.bad += other.bad;
        self.found += other.found;
        self.good += other.good;
        self.silent += other.silent;
    }
}

/// The distribution that a suite is part of: the build that reads it, and its directory.
fn distribution(
    context: &Context,
    args: &BenchArgs,
) -> Result<(BuildArgs, Utf8PathBuf), CommandError> {
    let base = BuildArgs { goroot: args.goroot.clone(), ..BuildArgs::default() };
    let build = BuildArgs { patterns: vec!["unsafe".to_owned()], ..base.clone() };
    let root = context.session(&build, true)?.program().goroot.clone();
    Ok((base, root))
}

/// The files of a directory whose names end so, in order.
fn files_in(
    context: &Context,
    dir: &Utf8Path,
    ending: &str,
) -> Result<Vec<Utf8PathBuf>, CommandError> {
    let entries = context.system.read_dir(dir);
    let entries = entries.map_err(|error| CommandError::Usage(format!("{dir}: {error}")))?;
    let names = entries.into_iter().map(|entry| entry.name);
    let mut files: Vec<Utf8PathBuf> =
        names.filter(|name| name.ends_with(ending)).map(|name| dir.join(name)).collect();
    files.sort();
    Ok(files)
}

/// The text of a file.
fn text_of(context: &Context, path: &Utf8Path) -> Result<String, CommandError> {
    let text = context.system.read(path);
    let text = text.map_err(|error| CommandError::Usage(format!("{path}: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Runs one checker on a build; returns what it finds, and the seconds that it takes.
fn run_checker(
    context: &Context,
    args: &BenchArgs,
    registry: &Registry,
    build: &BuildArgs,
    checker: &str,
) -> Result<(Vec<Finding>, f64), CommandError> {
    let mut selection = Selection::parse(registry, checker)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    selection.min_confidence = args.min_confidence.map_or(Confidence::Low, Into::into);
    let session = context.session(build, true)?;
    let progress = context.progress();
    let data = ProgramData::new(&session, session.lower(&progress));
    let start = Instant::now();
    let outcome = gossa_api::run(&session, &data, registry, &selection, &progress);
    Ok((outcome.findings, start.elapsed().as_secs_f64()))
}

fn race(context: &Context, args: &BenchArgs, registry: &Registry) -> Result<Exit, CommandError> {
    let (base, root) = distribution(context, args)?;
    let files = files_in(context, &root.join("src/runtime/race/testdata"), "_test.go")?;
    let mut cases = Vec::new();
    for path in &files {
        let class = path.file_name().unwrap_or_default().trim_end_matches("_test.go");
        cases.extend(test_functions(&text_of(context, path)?, class, path.as_str()));
    }
    let build = BuildArgs {
        patterns: files.into_iter().map(Utf8PathBuf::into_string).collect(),
        tags: vec!["race".to_owned()],
        tests: true,
        ..base
    };
    let (findings, seconds) = run_checker(context, args, registry, &build, "data-race")?;
    let reported = reported(&cases, &findings);
    let mut classes: BTreeMap<&str, Score> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        let score = classes.entry(&case.class).or_default();
        let hit = u32::from(reported.contains(&at));
        if case.is_racy() {
            score.bad += 1;
            score.found += hit;
        } else {
            score.good += 1;
            score.silent += 1 - hit;
        }
    }
    let mut out = output::stdout();
    writeln!(out, "{:14} {:>6} {:>6} {:>7} {:>7}", "class", "racy", "found", "others", "silent")?;
    let mut total = Score::default();
    for (class, score) in &classes {
        total.add(*score);
        let Score { bad, found, good, silent } = score;
        writeln!(out, "{class:14} {bad:6} {found:6} {good:7} {silent:7}")?;
    }
    let Score { bad, found, good, silent } = total;
    writeln!(out, "{:14} {bad:6} {found:6} {good:7} {silent:7}", "all")?;
    writeln!(
        out,
        "recall {:.1} %, silent on {:.1} % of what has no race, {seconds:.1} s",
        percent(found, bad),
        percent(silent, good)
    )?;
    if args.list {
        for (at, case) in cases.iter().enumerate() {
            match (case.is_racy(), reported.contains(&at)) {
                (true, false) => writeln!(out, "missed       {} {}", case.class, case.name)?,
                (false, true) => writeln!(out, "false alarm  {} {}", case.class, case.name)?,
                _ => {}
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn percent(part: u32, whole: u32) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * f64::from(part) / f64::from(whole) }
}

/// The test functions of a file that are labelled by their names.
fn test_functions(text: &str, class: &str, file: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut open = false;
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(rest) = text.strip_prefix("func ") {
            let name = rest.split('(').next().unwrap_or_default();
            open = name.starts_with("TestRace") || name.starts_with("TestNoRace");
            if open {
                let (name, class, file) = (name.to_owned(), class.to_owned(), file.to_owned());
                found.push(Case { name, class, file, lines: (line, line) });
            }
        }
        if open && let Some(case) = found.last_mut() {
            case.lines.1 = line;
            open = text != "}";
        }
    }
    found
}

/// The cases in which something is reported, or has a part of its story.
fn reported(cases: &[Case], findings: &[Finding]) -> BTreeSet<usize> {
    let mut reported = BTreeSet::new();
    for finding in findings {
        let steps = finding.trace.iter().chain(&finding.related).map(|step| &step.location);
        for location in std::iter::once(&finding.location).chain(steps) {
            let at = cases.iter().position(|case| {
                case.file == location.file && (case.lines.0..=case.lines.1).contains(&location.line)
            });
            reported.extend(at);
        }
    }
    reported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labelled_functions_are_found_with_their_lines() {
        let text = "package p\n\nfunc TestRaceA(t *testing.T) {\n\tf()\n}\n\nfunc f() {\n}\n\nfunc \
                    TestNoRaceB(t *testing.T) {\n}\n";
        let cases = test_functions(text, "p", "p.go");
        let shown: Vec<_> =
            cases.iter().map(|case| (case.name.as_str(), case.lines, case.is_racy())).collect();
        assert_eq!(shown, [("TestRaceA", (3, 5), true), ("TestNoRaceB", (10, 11), false)]);
    }
}
