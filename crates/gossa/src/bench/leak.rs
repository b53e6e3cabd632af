//! `leak`: the programs of the runtime's goroutine leak profile. `goroutineleakprofile_test.go`
//! names for each program the goroutines that leak, by regular expressions for the function that
//! they run and what they wait for, as in `F\.func1\(.* \[chan send\]`.

use super::{distribution, files_in, percent, text_of};
use crate::args::{BenchArgs, BuildArgs};
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use camino::Utf8PathBuf;
use gossa_api::prelude::*;
use gossa_api::{Blocked, ProgramData, Registry, Selection, Wait};
use parking_lot::Mutex;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

/// Where the programs are, below `src/runtime/testdata`.
const PROGRAMS: [&str; 2] = ["testgoroutineleakprofile", "testgoroutineleakprofile/goker"];

/// A program of the suite.
struct Case {
    name: String,
    /// The function that makes the list it is in.
    class: String,
    /// The goroutines that leak, and whether each is found.
    leaks: Vec<(Regex, bool)>,
    /// What is reported that is not among them.
    alarms: Vec<String>,
}

/// A goroutine that is reported.
struct Reported {
    /// The function of the program that it belongs to: the outermost that is known.
    entry: String,
    /// As stack traces show it: the function that it runs, and what it may be said to wait for.
    shown: Vec<String>,
    /// Where it waits.
    place: String,
}

/// Runs the suite.
pub(super) fn run(context: &Context, args: &BenchArgs) -> Result<Exit, CommandError> {
    let (base, root) = distribution(context, args)?;
    let mut cases =
        cases(&text_of(context, &root.join("src/runtime/goroutineleakprofile_test.go"))?);
    let mut seconds = 0.0;
    for dir in PROGRAMS {
        let files = files_in(context, &root.join("src/runtime/testdata").join(dir), ".go")?;
        let files = files.into_iter().map(Utf8PathBuf::into_string).collect();
        let build = BuildArgs { patterns: files, ..base.clone() };
        let session = context.session(&build, true)?;
        let progress = context.progress();
        let data = ProgramData::new(&session, session.lower(&progress));
        let found = Arc::new(Mutex::new(Vec::new()));
        let registry = Registry::new().with(Collector { found: found.clone() });
        let start = Instant::now();
        let _ = gossa_api::run(&session, &data, &registry, &Selection::default(), &progress);
        seconds += start.elapsed().as_secs_f64();
        let found = std::mem::take(&mut *found.lock());
        score(&mut cases, &found);
    }
    print(args, &cases, seconds)
}

declare_check! {
    /// Collects.
    static COLLECTED = "goroutine-leak": "context", Warning, "a goroutine that stays blocked";
}

/// Collects what is reported, with what stack traces would show.
struct Collector {
    found: Arc<Mutex<Vec<Reported>>>,
}

impl Checker for Collector {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&COLLECTED]
    }

    fn check_program(&self, pass: &ProgramPass<'_>) {
        let blocked = pass.blocked();
        self.found.lock().extend(blocked.iter().map(reported));
    }
}

fn reported(blocked: &Blocked<'_>) -> Reported {
    let name = blocked.root.runtime_name();
    let reasons: &[&str] = match blocked.wait {
        Wait::Send => &["chan send"],
        Wait::Receive => &["chan receive"],
        Wait::SendNil => &["chan send (nil chan)"],
        Wait::ReceiveNil => &["chan receive (nil chan)"],
        Wait::Select => &["select"],
        Wait::SelectNothing => &["select (no cases)"],
        // A writer waits for other writers as for a mutex.
        Wait::Lock | Wait::LockReaders => &["sync.Mutex.Lock", "sync.RWMutex.Lock"],
        Wait::ReadLock => &["sync.RWMutex.RLock"],
        Wait::Group => &["sync.WaitGroup.Wait"],
        Wait::Cond => &["sync.Cond.Wait"],
        Wait::Once => &["sync.Mutex.Lock"],
        _ => &[],
    };
    Reported {
        entry: blocked.frame.runtime_name(),
        shown: reasons.iter().map(|reason| format!("{name}(...) [{reason}]")).collect(),
        place: blocked.at().map(|at| format!("{at:?}")).unwrap_or_default(),
    }
}

/// Counts what is reported for the programs that it is about. A function that goroutines call has
/// executions of its own, in which it is what the goroutine runs: what is expected at a place is
/// expected there whoever runs it.
fn score(cases: &mut [Case], found: &[Reported]) {
    let mut expected: BTreeSet<&str> = BTreeSet::new();
    for reported in found {
        for (leak, is_found) in cases.iter_mut().flat_map(|case| &mut case.leaks) {
            if reported.shown.iter().any(|shown| leak.is_match(shown)) {
                *is_found = true;
                expected.insert(&reported.place);
            }
        }
    }
    for reported in found {
        if expected.contains(&reported.place[..]) {
            continue;
        }
        // It belongs to the program whose name is in its own.
        let Some(shown) = reported.shown.first() else { continue };
        let text = format!("{shown} {}", reported.entry).to_lowercase();
        let owner = cases
            .iter_mut()
            .filter(|case| text.contains(&case.name.to_lowercase()))
            .max_by_key(|case| case.name.len());
        if let Some(case) = owner
            && !case.alarms.contains(shown)
        {
            case.alarms.push(shown.clone());
        }
    }
}

/// The programs that the test names, and what leaks in them.
fn cases(text: &str) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let mut class = String::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("//") {
            continue;
        }
        if let Some((list, _)) = line.split_once(" := []testCase{") {
            class = list.trim_end_matches("TestCases").trim_end_matches("Tests").to_owned();
        }
        let call =
            line.strip_prefix("makeTest(\"").or_else(|| line.strip_prefix("makeFlakyTest(\""));
        if let Some(rest) = call
            && let Some((name, _)) = rest.split_once('"')
        {
            let (name, class) = (name.to_owned(), class.clone());
            found.push(Case { name, class, leaks: Vec::new(), alarms: Vec::new() });
            open = true;
        }
        if open
            && let Some(case) = found.last_mut()
            && let Some((_, rest)) = line.split_once('`')
            && let Some((pattern, _)) = rest.split_once('`')
            && let Ok(pattern) = Regex::new(pattern)
        {
            case.leaks.push((pattern, false));
        }
        open &= !line.ends_with("),") || line.ends_with("`,");
    }
    found
}

fn print(args: &BenchArgs, cases: &[Case], seconds: f64) -> Result<Exit, CommandError> {
    let mut out = output::stdout();
    writeln!(
        out,
        "{:10} {:>8} {:>6} {:>6} {:>12}",
        "class", "programs", "leaks", "found", "false alarms"
    )?;
    let mut classes: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for case in cases {
        let counts = [
            1,
            case.leaks.len(),
            case.leaks.iter().filter(|(_, found)| *found).count(),
            case.alarms.len(),
        ];
        for name in [case.class.as_str(), "~all"] {
            let total = classes.entry(name).or_default();
            total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        }
    }
    for (class, [programs, leaks, found, alarms]) in &classes {
        let class = class.trim_start_matches('~');
        writeln!(out, "{class:10} {programs:8} {leaks:6} {found:6} {alarms:12}")?;
    }
    let [_, leaks, found, alarms] = classes.get("~all").copied().unwrap_or_default();
    let clean: Vec<&Case> = cases.iter().filter(|case| case.leaks.is_empty()).collect();
    let silent = clean.iter().filter(|case| case.alarms.is_empty()).count();
    writeln!(
        out,
        "recall {:.1} %, precision {:.1} %, silent on {silent} of {} programs without leaks, {seconds:.1} s",
        percent(found as u32, leaks as u32),
        percent(found as u32, (found + alarms) as u32),
        clean.len(),
    )?;
    if args.list {
        for case in cases {
            for (leak, _) in case.leaks.iter().filter(|(_, found)| !found) {
                writeln!(out, "missed       {} {leak}", case.name)?;
            }
            for alarm in &case.alarms {
                writeln!(out, "false alarm  {} {alarm}", case.name)?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_read_with_the_goroutines_that_leak() {
        let text = "\tmicroTests := []testCase{\n\t\tmakeTest(\"A\",\n\t\t\t`A\\.func1\\(.* \\[chan \
                    send\\]`,\n\t\t\t// About B.\n\t\t),\n\t\t// makeTest(\"X\",\n\t\t//\t`x`),\n\
                    \t\tmakeFlakyTest(\"B\"),\n\t}\n";
        let cases = cases(text);
        let shown: Vec<_> = cases
            .iter()
            .map(|case| (case.name.as_str(), case.class.as_str(), case.leaks.len()))
            .collect();
        assert_eq!(shown, [("A", "micro", 1), ("B", "micro", 0)]);
        assert!(cases[0].leaks[0].0.is_match("A.func1(...) [chan send]"));
    }

    #[test]
    fn what_is_not_expected_counts_against_the_program_it_is_in() {
        let mut cases =
            cases("x := []testCase{\nmakeTest(\"Etcd12\"),\nmakeTest(\"Etcd1\",\n`a`),\n");
        let shown = vec!["(*node_etcd12).run(...) [select]".to_owned()];
        let place = "here".to_owned();
        score(&mut cases, &[Reported { entry: "f".to_owned(), shown, place }]);
        assert_eq!((cases[0].alarms.len(), cases[1].alarms.len()), (1, 0));
    }
}
