//! `gossa check`: load, check types, lower, run the checkers, report.

use crate::args::CheckArgs;
use crate::context::{self, Context, SessionSources};
use crate::exit::{CommandError, Exit};
use crate::{memory, output};
use gossa_api::{ProgramData, Registry, Selection};
use gossa_base::FxHashSet;
use gossa_db::{Session, parse};
use gossa_report::{
    Diagnostic, Finding, Location, MemorySources, NoSources, OutputFormat, PathDisplay, Report,
    Seconds, Severity, SourceProvider, Stage, Stats, WriteOptions,
};
use gossa_ssa::{FuncId, Lowered};
use std::borrow::Cow;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

/// Runs the subcommand.
pub(crate) fn run(
    context: &Context,
    args: &CheckArgs,
    registry: &Registry,
) -> Result<Exit, CommandError> {
    let start = Instant::now();
    let selection = selection(args, registry)?;
    let sessions = match context.sessions(&args.build, &args.configs) {
        Ok(sessions) => sessions,
        Err(error) => {
            // Programs that read the output find the reason there too.
            if args.format != OutputFormat::Text {
                write(context, args, &failure(&error.to_string()), &NoSources)?;
            }
            return Err(error);
        }
    };
    let mut report = Report::new();
    report.configs = args.configs.iter().map(|spec| spec.name.clone()).collect();
    let mut sources = MemorySources::default();
    let mut elsewhere = FxHashSet::default();
    let mut has_code = false;
    let count = sessions.len();
    // One by one, so that only one build's SSA is in memory; the texts that the report shows stay.
    for (index, (config, session)) in sessions.into_iter().enumerate() {
        let build = analyse(context, registry, &selection, &session);
        has_code |= context::has_code(session.program());
        add(&mut report.stats, &build.stats);
        elsewhere.extend(build.elsewhere.into_iter().map(identity));
        let first_new = (report.findings.len(), report.diagnostics.len());
        report.findings.extend(build.findings);
        report.diagnostics.extend(build.diagnostics);
        let (findings, diagnostics) =
            (&mut report.findings[first_new.0..], &mut report.diagnostics[first_new.1..]);
        if let Some(config) = &config {
            findings.iter_mut().for_each(|found| found.configs.push(config.clone()));
            diagnostics.iter_mut().for_each(|found| found.configs.push(config.clone()));
        }
        let paths = context.paths(session.program());
        let known = SessionSources::new(&session, &*context.system, &paths);
        keep_texts(&mut sources, &known, findings, diagnostics);
        drop(known);
        if index + 1 == count {
            // The process ends soon: giving gigabytes back piece by piece would only take time.
            std::mem::forget((session, build.data));
        }
    }
    report.finish(&sources);
    report.stats.errors = context::count_errors(&report.diagnostics);
    report.stats.seconds.total = start.elapsed().as_secs_f64();
    report.stats.peak_rss_mb = memory::peak_rss_mb(&*context.system);
    write(context, args, &report, &sources)?;
    if !elsewhere.is_empty() && !context.quiet {
        output::note(&format!(
            "{} in dependencies not shown: name their packages to see them",
            output::counted(elsewhere.len() as u64, "finding")
        ));
    }
    Ok(context::exit_status(has_code, report.findings.len(), report.stats.errors))
}

/// What one build gives.
struct Build {
    /// With the paths of the output.
    findings: Vec<Finding>,
    /// Findings in dependencies.
    elsewhere: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    stats: Stats,
    data: ProgramData,
}

fn analyse(
    context: &Context,
    registry: &Registry,
    selection: &Selection,
    session: &Session,
) -> Build {
    let progress = context.progress();
    let lowered = session.lower(&progress);
    let lowering = size_of_program(&lowered);
    let check_start = Instant::now();
    let data = ProgramData::new(session, lowered);
    let outcome = gossa_api::run(session, &data, registry, selection, &progress);
    let check_seconds = check_start.elapsed().as_secs_f64();
    drop(progress);

    let paths = context.paths(session.program());
    let (mut findings, elsewhere) = split_off_dependencies(session, outcome.findings);
    findings.iter_mut().for_each(|finding| display(finding, &paths));
    let mut diagnostics = context::diagnostics(session, &paths);
    diagnostics.extend(outcome.diagnostics);
    let mut stats = stats(session, lowering);
    stats.seconds.check = check_seconds;
    Build { findings, elsewhere, diagnostics, stats, data }
}

/// Figures of several builds add up.
fn add(sum: &mut Stats, build: &Stats) {
    sum.packages += build.packages;
    sum.files += build.files;
    sum.lines += build.lines;
    sum.functions += build.functions;
    sum.instructions += build.instructions;
    sum.ledger.extend_from_slice(&build.ledger);
    sum.ledger.sort_unstable();
    sum.ledger.dedup();
    let (sum, build) = (&mut sum.seconds, &build.seconds);
    sum.load += build.load;
    sum.parse += build.parse;
    sum.types += build.types;
    sum.ssa += build.ssa;
    sum.solve += build.solve;
    sum.check += build.check;
}

/// What makes two findings the same, whatever the build.
fn identity(finding: Finding) -> (Cow<'static, str>, String, Location) {
    (finding.checker, finding.message, finding.location)
}

/// Keeps the texts of all files that are mentioned.
fn keep_texts(
    texts: &mut MemorySources,
    known: &dyn SourceProvider,
    findings: &[Finding],
    diagnostics: &[Diagnostic],
) {
    let mentioned = findings.iter().flat_map(|finding| {
        let steps = finding.trace.iter().chain(&finding.related);
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        std::iter::once(&finding.location.file)
            .chain(steps.map(|step| &step.location.file))
            .chain(edits.map(|edit| &edit.file))
    });
    let places = diagnostics.iter().filter_map(|found| found.location.as_ref());
    for file in mentioned.chain(places.map(|place| &place.file)) {
        texts.add_from(file, known);
    }
}

fn selection(args: &CheckArgs, registry: &Registry) -> Result<Selection, CommandError> {
    if args.baseline.is_some() {
        return Err(CommandError::Usage(
            "--baseline is not available yet: compare the fingerprints of two runs with \
             --format jsonl"
                .to_owned(),
        ));
    }
    let mut selection = Selection::parse(registry, &args.checkers)
        .map_err(|error| CommandError::Usage(format!("--checkers: {error}")))?;
    selection.min_confidence = args.min_confidence.into();
    Ok(selection)
}

/// The report of a run that could not load anything.
fn failure(message: &str) -> Report {
    let mut report = Report::new();
    report.diagnostics.push(Diagnostic::new(Severity::Error, Stage::Load, message));
    report.stats.errors = 1;
    report.finish(&NoSources);
    report
}

fn write(
    context: &Context,
    args: &CheckArgs,
    report: &Report,
    sources: &dyn SourceProvider,
) -> Result<(), CommandError> {
    let look = output::Look::of_stdout();
    let options =
        WriteOptions { color: look.color, width: look.width, deterministic: context.deterministic };
    let mut out = output::stdout();
    report.write(args.format, &options, sources, &mut out)?;
    Ok(out.flush()?)
}

/// Dependencies are analysed for what they do to the packages that the patterns name; what is
/// wrong inside them is for whoever names them: those findings come second.
fn split_off_dependencies(
    session: &Session,
    findings: Vec<Finding>,
) -> (Vec<Finding>, Vec<Finding>) {
    let program = session.program();
    let roots: FxHashSet<&str> =
        program.roots.iter().map(|&root| program.package(root).path()).collect();
    findings.into_iter().partition(|finding| roots.contains(finding.package.as_str()))
}

/// Names the finding's files as the output does.
fn display(finding: &mut Finding, paths: &PathDisplay) {
    context::display(&mut finding.location, paths);
    for step in finding.trace.iter_mut().chain(&mut finding.related) {
        context::display(&mut step.location, paths);
    }
    for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.file = paths.display(&edit.file);
    }
}

/// Functions, closures included, and instructions.
fn size_of_program(lowered: &[(FuncId, Arc<Lowered>)]) -> (u64, u64) {
    let bodies = lowered.iter().flat_map(|(_, lowered)| &lowered.bodies);
    bodies.fold((0, 0), |(functions, instructions), body| {
        (functions + 1, instructions + body.insts.len() as u64)
    })
}

fn stats(session: &Session, (functions, instructions): (u64, u64)) -> Stats {
    let db = &session.db();
    let packages = &session.program().packages;
    let files = session.packages().iter().flat_map(|package| package.files(db));
    let spent = session.seconds();
    Stats {
        packages: packages.iter().filter(|package| !package.files.is_empty()).count() as u64,
        files: packages.iter().map(|package| package.files.len() as u64).sum(),
        lines: files.map(|&file| u64::from(parse(db, file).lines())).sum(),
        functions,
        instructions,
        errors: 0,
        seconds: Seconds {
            load: spent.load,
            parse: spent.parse,
            types: spent.types,
            ssa: spent.ssa,
            ..Seconds::default()
        },
        peak_rss_mb: 0,
        ledger: session.ledger(),
    }
}
