//! `edits`: what it costs to analyse a program again after edits of function bodies, and whether
//! that finds what a cold run finds.
//!
//! Each edit changes one body, is analysed, and is taken back, which is analysed too. What is
//! measured goes from the text to the solution of points-to analysis, which has the callees of all
//! calls: parsing, declarations, types, SSA, facts, and bringing the kept solution up to date. At
//! each check the solution is compared with one that is made from nothing.

mod text;

use crate::error::BenchError;
use crate::machine;
use crate::program_args::ProgramArgs;
use crate::say;
use clap::Args;
use gossa_db::{KeptSolution, PackageInput, Session, SourceFile, Update};
use gossa_points::points::digest::{Line, digest};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use text::{BodyText, KINDS, Kind, Random, bodies, edited};

/// What to edit.
#[derive(Args)]
pub(crate) struct EditsArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// How many bodies are edited.
    #[arg(long, default_value_t = 500)]
    count: u32,
    /// Where random choices begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// After how many edits, and after the last, the solution is compared with a cold one; 0: never.
    #[arg(long, default_value_t = 25)]
    check_every: u32,
    /// Only files of which the path has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// Only edits of these kinds.
    #[arg(long, value_enum, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Say what each edit was and what it took.
    #[arg(long)]
    verbose: bool,
}

/// The value at a rank of sorted values, in milliseconds.
fn percentile(sorted: &[f64], rank: f64) -> f64 {
    let at = ((sorted.len() as f64 - 1.0) * rank).round() as usize;
    sorted.get(at).map_or(0.0, |seconds| seconds * 1e3)
}

fn summary(what: &str, seconds: &[f64]) {
    let mut seconds = seconds.to_vec();
    seconds.sort_by(f64::total_cmp);
    say(format_args!(
        "{what}: {}; median {:.1} ms, 95th percentile {:.1} ms, worst {:.1} ms",
        seconds.len(),
        percentile(&seconds, 0.5),
        percentile(&seconds, 0.95),
        percentile(&seconds, 1.0),
    ));
}

/// The program that is edited, and its solution.
struct World {
    session: Session,
    kept: KeptSolution,
}

impl World {
    /// What the kept solution has that a cold one has not, and the other way round.
    fn differences(&self) -> Result<(Vec<Line>, Vec<Line>), BenchError> {
        let lines = |kept: &KeptSolution| kept.ask(&self.session, digest);
        let warm = lines(&self.kept)?;
        let cold = KeptSolution::new(&self.session)?;
        let cold = lines(&cold)?;
        let without = |a: &[Line], b: &[Line]| {
            a.iter().filter(|line| b.binary_search(line).is_err()).cloned().collect()
        };
        Ok((without(&warm, &cold), without(&cold, &warm)))
    }

    /// What can be edited.
    fn places(&self, dir: &str, only: &str) -> Vec<(PackageInput, SourceFile, BodyText)> {
        let db = self.session.db();
        let mut places = Vec::new();
        for &package in self.session.packages() {
            for &file in package.files(&db) {
                let path = file.path(&db);
                if !path.starts_with(dir) || !path.contains(only) {
                    continue;
                }
                let Ok(text) = std::str::from_utf8(file.text(&db)) else { continue };
                places.extend(bodies(text).into_iter().map(|body| (package, file, body)));
            }
        }
        places
    }
}

/// Runs the edits.
pub(crate) fn edits(args: &EditsArgs) -> Result<ExitCode, BenchError> {
    let start = Instant::now();
    let options = args.program.options(false)?;
    let dir = options.dir.canonicalize_utf8().unwrap_or_else(|_| options.dir.clone());
    let session = Session::load(&options)?;
    let kept = KeptSolution::new(&session)?;
    let mut world = World { session, kept };
    say(format_args!(
        "loaded, lowered and solved: {:.1} s, {} MB",
        start.elapsed().as_secs_f64(),
        machine::rss_kb() / 1024
    ));
    let places = world.places(dir.as_str(), &args.only);
    let kinds = if args.kinds.is_empty() { &KINDS[..] } else { &args.kinds };
    say(format_args!("{} bodies can be edited", places.len()));
    let mut random = Random(args.seed.max(1));
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut by_kind: BTreeMap<(Kind, &str, String), u32> = BTreeMap::new();
    let (mut done, mut failures, mut checks, mut different) = (0, 0, 0, 0);
    let mut tries = 0;
    while done < args.count && !places.is_empty() && tries < 1000 * args.count {
        tries += 1;
        let (package, file, body) = places[random.below(places.len())];
        let kind = kinds[random.below(kinds.len())];
        let db = world.session.db();
        let old = file.text(&db).clone();
        let path = file.path(&db).to_owned();
        drop(db);
        let Ok(text) = std::str::from_utf8(&old) else { continue };
        let Some(new) = edited(text, body, kind, &mut random) else { continue };
        let mut found: Vec<(bool, &str, String, f64)> = Vec::new();
        let mut has_errors = false;
        for (is_edit, text) in [(true, Arc::from(new.as_bytes())), (false, old.clone())] {
            let start = Instant::now();
            world.session.edit(file, text);
            let update = world.kept.update(&world.session)?;
            let seconds = start.elapsed().as_secs_f64();
            let (what, outcome) = match update {
                Update::Held => ("held", "held".to_owned()),
                Update::Extended(_) => ("extended", "extended".to_owned()),
                Update::Solved(reason) => ("solved again", format!("solved again: {reason}")),
            };
            has_errors |= is_edit && world.has_errors(package);
            let direction = if is_edit { "edit" } else { "taken back" };
            if args.verbose {
                let errors = if has_errors { " (with errors)" } else { "" };
                say(format_args!("{kind:?} {direction} {path}{errors}: {outcome}; {seconds:.4} s"));
            }
            let due = args.check_every > 0 && (done + 1) % args.check_every == 0;
            if due || args.check_every > 0 && done + 1 == args.count {
                checks += 1;
                let (more, less) = world.differences()?;
                if more.len() + less.len() > 0 {
                    different += 1;
                    say(format_args!(
                        "after {kind:?} {direction} {path}, {outcome}: {} lines only when kept, \
                         {} only when cold: {:?} {:?}",
                        more.len(),
                        less.len(),
                        &more[..more.len().min(3)],
                        &less[..less.len().min(3)],
                    ));
                }
            }
            found.push((is_edit, what, outcome, seconds));
        }
        // What does not compile is no edit that anybody looks at the results of.
        if has_errors {
            failures += 1;
            continue;
        }
        done += 1;
        for (is_edit, what, outcome, seconds) in found {
            times.entry("all").or_default().push(seconds);
            times.entry(what).or_default().push(seconds);
            let direction = if is_edit { "edit" } else { "taken back" };
            *by_kind.entry((kind, direction, outcome)).or_default() += 1;
        }
    }
    for (what, times) in &times {
        summary(&format!("from text to solution, {what}"), times);
    }
    for ((kind, direction, outcome), count) in by_kind {
        say(format_args!("  {kind:?}, {direction}: {count} {outcome}"));
    }
    say(format_args!(
        "edits that were left out since they did not compile: {failures}; checks: {checks}; kept solutions \
         unlike cold ones: {different}; peak {} MB",
        machine::peak_rss_kb() / 1024
    ));
    Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl World {
    /// Whether the bodies of a package have errors.
    fn has_errors(&self, package: PackageInput) -> bool {
        let db = self.session.db();
        let decls = gossa_db::package_decls(&db, package);
        decls.func_order.iter().any(|&decl| {
            gossa_db::body_types(&db, decl).is_some_and(|body| !body.errors.is_empty())
        })
    }
}
