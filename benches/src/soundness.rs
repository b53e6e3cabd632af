//! `soundness`: analyses beside what programs do when the interpreter runs them.

use crate::corpus;
use crate::error::BenchError;
use crate::executed_calls::executed;
use crate::say;
use crate::seen_escapes::seen_escapes;
use crate::seen_points::seen_points;
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

/// What to run.
#[derive(Args)]
pub(crate) struct SoundnessArgs {
    /// What is held against the runs.
    #[arg(long, value_enum)]
    what: What,
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// How many differences are printed for each program.
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// Directories of main packages; all programs of `testdata/run` if not given.
    dirs: Vec<Utf8PathBuf>,
}

/// Runs the programs; the exit status is 1 if anything was missed.
pub(crate) fn soundness(args: &SoundnessArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let mut dirs = args.dirs.clone();
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
    if args.what == What::Escape {
        return escapes(args, &goroot, dirs);
    }
    if args.what == What::Pointsto {
        return pointees(args, &goroot, dirs);
    }
    let (mut runs, mut calls, mut dynamic, mut hidden, mut missed) = (0, 0, 0, 0, 0);
    for dir in dirs {
        match args.what {
            What::Escape | What::Pointsto => {}
            What::Calls => {
                let options = gossa_interp::Options::default();
                match executed(Arc::new(DiskSystem), goroot.clone(), dir.clone(), ".", options) {
                    Err(error) => say(format_args!("{dir}: left out: {error}")),
                    Ok(found) => {
                        say(format_args!(
                            "{dir}: {}; {} calls, {} of them dynamic, {} hidden; {} missed",
                            found.ended,
                            found.calls,
                            found.dynamic,
                            found.hidden,
                            found.missed.len()
                        ));
                        for missed in found.missed.iter().take(args.show) {
                            say(format_args!("    {missed}"));
                        }
                        runs += 1;
                        calls += found.calls;
                        dynamic += found.dynamic;
                        hidden += found.hidden;
                        missed += found.missed.len();
                    }
                }
            }
        }
    }
    say(format_args!(
        "all: {runs} runs, {calls} calls, {dynamic} of them dynamic, {hidden} hidden; {missed} missed"
    ));
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn pointees(
    args: &SoundnessArgs,
    goroot: &Utf8Path,
    dirs: Vec<Utf8PathBuf>,
) -> Result<ExitCode, BenchError> {
    let (mut runs, mut pairs, mut compared, mut reflected, mut missed) = (0, 0, 0, 0, 0);
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    for dir in dirs {
        let options = gossa_interp::Options::default();
        let system = Arc::new(DiskSystem);
        match seen_points(system, goroot.to_owned(), dir.clone(), ".", options) {
            Err(error) => say(format_args!("{dir}: left out: {error}")),
            Ok(found) => {
                say(format_args!(
                    "{dir}: {}; {} pairs, {} compared, {} of them by reflection; {} missed",
                    found.ended,
                    found.pairs,
                    found.compared,
                    found.reflected,
                    found.missed.len()
                ));
                for missed in found.missed.iter().take(args.show) {
                    say(format_args!("    {missed}"));
                }
                runs += 1;
                pairs += found.pairs;
                compared += found.compared;
                reflected += found.reflected;
                missed += found.missed.len();
                for (why, count) in found.left_out {
                    *left_out.entry(why).or_default() += count;
                }
            }
        }
    }
    for (why, count) in left_out {
        say(format_args!("not compared: {count} {why}"));
    }
    say(format_args!(
        "all: {runs} runs, {pairs} pairs of a pointer and what made its object, {compared} compared, \
         {reflected} of them by reflection; {missed} missed"
    ));
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn escapes(
    args: &SoundnessArgs,
    goroot: &Utf8Path,
    dirs: Vec<Utf8PathBuf>,
) -> Result<ExitCode, BenchError> {
    let (mut runs, mut sites, mut outlived, mut compared, mut missed) = (0, 0, 0, 0, 0);
    for dir in dirs {
        let options = gossa_interp::Options::default();
        let system = Arc::new(DiskSystem);
        match seen_escapes(system, goroot.to_owned(), dir.clone(), ".", options) {
            Err(error) => say(format_args!("{dir}: left out: {error}")),
            Ok(found) => {
                say(format_args!(
                    "{dir}: {}; objects of {} instructions, {} of them outlive frames; {} compared, \
                     {} missed",
                    found.ended,
                    found.sites,
                    found.outlived,
                    found.compared,
                    found.missed.len()
                ));
                for missed in found.missed.iter().take(args.show) {
                    say(format_args!("    {missed}"));
                }
                runs += 1;
                sites += found.sites;
                outlived += found.outlived;
                compared += found.compared;
                missed += found.missed.len();
            }
        }
    }
    say(format_args!(
        "all: {runs} runs, objects of {sites} instructions, {outlived} of them outlive frames; \
         {compared} compared, {missed} missed"
    ));
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
