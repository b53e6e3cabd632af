//! `soundness`: analyses beside what programs do when the interpreter runs them.

use crate::error::BenchError;
use crate::subject::{Ended, Entry, Findings, MakeCheck, Ran, Source, run_all};
use crate::{corpus, executed_calls, say, seen_escapes, seen_points, std_examples};
use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use gossa_load::{DiskSystem, EntryKind, System as _};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

/// What is held against runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum What {
    /// Call graphs: every call that is executed is in them.
    Calls,
    /// Escape analysis of the whole program: no object that gets out of its frame is claimed to
    /// stay there.
    Escape,
    /// Points-to analysis: what values are seen to point to is in their sets.
    Pointsto,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Escape => "escape",
            Self::Pointsto => "pointsto",
        }
    }

    fn check(self) -> MakeCheck {
        match self {
            Self::Calls => executed_calls::check,
            Self::Escape => seen_escapes::check,
            Self::Pointsto => seen_points::check,
        }
    }
}

/// What to run.
#[derive(Args)]
pub(crate) struct SoundnessArgs {
    /// What is held against the runs; each program runs once for all of it.
    #[arg(long, value_enum, value_delimiter = ',', required = true)]
    what: Vec<What>,
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// How many differences are printed for each program.
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// Operations that a program may take.
    #[arg(long, default_value_t = 200_000_000)]
    steps: u64,
    /// Also run the examples of these packages of the standard library, separated by commas; of
    /// all of them if none is named. Each example that says what it prints is a program.
    #[arg(long, value_delimiter = ',', num_args = 0..=1, require_equals = true,
          default_missing_value = "")]
    examples: Option<Vec<String>>,
    /// Directories of main packages; all programs of `testdata/run` if not given.
    dirs: Vec<Utf8PathBuf>,
}

/// Runs the programs; the exit status is 1 if anything was missed.
pub(crate) fn soundness(args: &SoundnessArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let mut sources = programs(&args.dirs)?;
    if let Some(packages) = &args.examples {
        let named: Vec<String> = packages.iter().filter(|name| !name.is_empty()).cloned().collect();
        sources.extend(std_examples::sources(&goroot, &named)?);
    }
    let limits =
        gossa_interp::Options { steps: Some(args.steps), ..gossa_interp::Options::default() };
    let checks: Vec<MakeCheck> = args.what.iter().map(|what| what.check()).collect();
    let mut totals = Totals::new(&args.what);
    for source in &sources {
        let ran = run_all(source, &goroot, &limits, &checks, &mut |run| {
            tell(args, source, &run);
            totals.add(source, run);
        });
        if let Err(why) = ran {
            totals.leave_out(source, &why);
        }
    }
    totals.tell();
    Ok(if totals.missed() == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The programs of some directories, or those of `testdata/run`.
fn programs(dirs: &[Utf8PathBuf]) -> Result<Vec<Source>, BenchError> {
    let mut dirs = dirs.to_vec();
    if dirs.is_empty() {
        let all = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/run");
        for entry in DiskSystem.read_dir(&all).map_err(BenchError::io(&all))? {
            let dir = all.join(&entry.name);
            if entry.kind == EntryKind::Directory && DiskSystem.read(&dir.join("main.go")).is_ok() {
                dirs.push(dir);
            }
        }
        dirs.sort();
    }
    Ok(dirs.into_iter().map(program).collect())
}

/// The program of a directory.
pub(crate) fn program(dir: Utf8PathBuf) -> Source {
    Source {
        name: dir.file_name().unwrap_or(dir.as_str()).to_owned(),
        system: Arc::new(DiskSystem),
        dir,
        runs_in: None,
        entries: vec![Entry::main()],
    }
}

/// Prints what became of a run.
fn tell(args: &SoundnessArgs, source: &Source, run: &Ran) {
    let ended = match &run.ended {
        Ended::AsExpected => "printed what it should".to_owned(),
        Ended::Exit(status) => format!("exit status {status}"),
        Ended::Failed(why) => format!("failed: {why}"),
        Ended::Differs(got, want) => format!("printed {got:?}, not {want:?}"),
        Ended::Refused(what) => format!("stopped at {what}"),
    };
    say(format_args!("{}.{}: {ended}", source.name, run.function));
    for (what, found) in args.what.iter().zip(&run.findings) {
        say(format_args!("  {}: {}", what.name(), in_words(found)));
        for missed in found.missed.iter().take(args.show) {
            say(format_args!("    {missed}"));
        }
    }
}

fn in_words(found: &Findings) -> String {
    let counts = found.counts.iter().map(|(what, count)| format!("{count} {what}"));
    let counts: Vec<String> = counts.collect();
    format!("{}; {} missed", counts.join(", "), found.missed.len())
}

/// What all runs had.
struct Totals {
    /// By check.
    findings: Vec<(What, Findings)>,
    runs: usize,
    /// By how they ended: the programs.
    ended: BTreeMap<String, Vec<String>>,
    /// By reason: programs that were not run.
    left_out: BTreeMap<String, Vec<String>>,
}

impl Totals {
    fn new(what: &[What]) -> Self {
        Self {
            findings: what.iter().map(|&what| (what, Findings::default())).collect(),
            runs: 0,
            ended: BTreeMap::new(),
            left_out: BTreeMap::new(),
        }
    }

    fn add(&mut self, source: &Source, run: Ran) {
        self.runs += 1;
        for ((_, sum), found) in self.findings.iter_mut().zip(&run.findings) {
            sum.add(found);
        }
        let how = match run.ended {
            Ended::AsExpected => "printed what they should".to_owned(),
            Ended::Exit(_) => "ended, with output that nothing is known of".to_owned(),
            Ended::Failed(_) => "failed".to_owned(),
            Ended::Differs(..) => "printed something else".to_owned(),
            Ended::Refused(what) => format!("were stopped at {what}"),
        };
        self.ended.entry(how).or_default().push(format!("{}.{}", source.name, run.function));
    }

    fn leave_out(&mut self, source: &Source, why: &str) {
        say(format_args!("{}: left out: {why}", source.name));
        let programs = source.entries.iter().map(|e| format!("{}.{}", source.name, e.function));
        self.left_out.entry(why.to_owned()).or_default().extend(programs);
    }

    fn missed(&self) -> usize {
        self.findings.iter().map(|(_, found)| found.missed.len()).sum()
    }

    fn tell(&self) {
        for (why, programs) in &self.left_out {
            say(format_args!("left out, {why}: {}: {}", programs.len(), programs.join(" ")));
        }
        for (how, programs) in &self.ended {
            let is_wanted = how.starts_with("ended") || how.starts_with("printed what");
            let which = if is_wanted { String::new() } else { format!(": {}", programs.join(" ")) };
            say(format_args!("{} {how}{which}", programs.len()));
        }
        for (what, found) in &self.findings {
            let mut by_text: BTreeMap<&str, usize> = BTreeMap::new();
            for missed in &found.missed {
                *by_text.entry(missed).or_default() += 1;
            }
            for (missed, count) in &by_text {
                say(format_args!("{}: missed in {count}: {missed}", what.name()));
            }
            for (why, count) in &found.left_out {
                say(format_args!("{}: not compared: {count} {why}", what.name()));
            }
            say(format_args!(
                "{}: {} runs, {}, {} of them different",
                what.name(),
                self.runs,
                in_words(found),
                by_text.len()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goroot() -> Utf8PathBuf {
        let goroot = gossa_test::goroot().unwrap_or_else(|error| panic!("{error}"));
        Utf8PathBuf::from_path_buf(goroot).expect("a UTF-8 path")
    }

    fn run(source: &Source, what: &[What]) -> Vec<Ran> {
        let checks: Vec<MakeCheck> = what.iter().map(|what| what.check()).collect();
        let (mut runs, limits) = (Vec::new(), gossa_interp::Options::default());
        run_all(source, &goroot(), &limits, &checks, &mut |run| runs.push(run))
            .unwrap_or_else(|error| panic!("{}: {error}", source.name));
        runs
    }

    #[test]
    fn what_programs_do_is_what_analyses_say() {
        let all = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/run");
        for name in ["closures", "interfaces", "generics", "library", "collect", "reflectcalls"] {
            let what = [What::Calls, What::Pointsto, What::Escape];
            for run in run(&program(all.join(name)), &what) {
                let status = if name == "reflectcalls" { 2 } else { 0 };
                assert_eq!(run.ended, Ended::Exit(status), "{name}");
                for found in &run.findings {
                    assert_eq!(found.missed, Vec::<String>::new(), "{name}");
                }
                let [calls, points, escapes] = &run.findings[..] else { panic!("three checks") };
                assert!(calls.count("dynamic") > 5, "{name}: {calls:?}");
                assert!(points.count("compared") > 1000, "{name}: {points:?}");
                assert!(escapes.count("compared") > 50, "{name}: {escapes:?}");
            }
        }
    }

    #[test]
    fn each_example_is_a_program() {
        let packages = ["container/ring".to_owned()];
        let sources = std_examples::sources(&goroot(), &packages);
        let sources = sources.unwrap_or_else(|error| panic!("{error}"));
        let runs = run(&sources[0], &[What::Calls]);
        assert_eq!(runs.len(), sources[0].entries.len());
        assert!(runs.len() > 5, "{} runs", runs.len());
        for run in runs {
            assert_eq!(run.ended, Ended::AsExpected, "{}", run.function);
            assert_eq!(run.findings[0].missed, Vec::<String>::new(), "{}", run.function);
        }
    }
}
