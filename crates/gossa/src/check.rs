//! `gossa check`: load, check types, lower, run the checkers, report.

use crate::args::CheckArgs;
use crate::context::{self, Context, SessionSources};
use crate::exit::{CommandError, Exit};
use crate::{memory, output};
use gossa_api::{ProgramData, Registry, Selection};
use gossa_base::FxHashSet;
use gossa_db::{Session, parse};
use gossa_report::{
    Diagnostic, Finding, NoSources, OutputFormat, PathDisplay, Report, Seconds, Severity,
    SourceProvider, Stage, Stats, WriteOptions,
};
use gossa_ssa::{FuncId, Lowered};
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
    let session = match context.session(&args.build, true) {
        Ok(session) => session,
        Err(error) => {
            // Programs that read the output find the reason there too.
            if args.format != OutputFormat::Text {
                write(context, args, &mut failure(&error.to_string()), &NoSources)?;
            }
            return Err(error.into());
        }
    };
    let progress = context.progress();
    let lowered = session.lower(&progress);
    let lowering = size_of_program(&lowered);
    let check_start = Instant::now();
    let data = ProgramData::new(&session, lowered);
    let outcome = gossa_api::run(&session, &data, registry, &selection, &progress);
    let check_seconds = check_start.elapsed().as_secs_f64();
    drop(progress);

    let paths = context.paths(session.program());
    let mut report = Report::new();
    report.findings = outcome.findings;
    let elsewhere = leave_out_dependencies(&session, &mut report.findings);
    report.findings.iter_mut().for_each(|finding| display(finding, &paths));
    report.diagnostics = context::diagnostics(&session, &paths);
    report.diagnostics.extend(outcome.diagnostics);
    report.stats = stats(&session, lowering, &report.diagnostics);
    report.stats.seconds.check = check_seconds;
    report.stats.seconds.total = start.elapsed().as_secs_f64();
    report.stats.peak_rss_mb = memory::peak_rss_mb(&*context.system);

    let sources = SessionSources::new(&session, &*context.system, &paths);
    write(context, args, &mut report, &sources)?;
    if elsewhere > 0 && !context.quiet {
        output::note(&format!(
            "{} in dependencies not shown: name their packages to see them",
            output::counted(elsewhere as u64, "finding")
        ));
    }
    let exit = context::exit_status(session.program(), report.findings.len(), report.stats.errors);
    // The process ends here: giving gigabytes back piece by piece would only take time.
    std::mem::forget((session, data));
    Ok(exit)
}

fn selection(args: &CheckArgs, registry: &Registry) -> Result<Selection, CommandError> {
    if args.tests {
        return Err(CommandError::Usage(
            "--tests is not available yet: test files are left out".to_owned(),
        ));
    }
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
    report
}

fn write(
    context: &Context,
    args: &CheckArgs,
    report: &mut Report,
    sources: &dyn SourceProvider,
) -> Result<(), CommandError> {
    report.finish(sources);
    let look = output::Look::of_stdout();
    let options =
        WriteOptions { color: look.color, width: look.width, deterministic: context.deterministic };
    let mut out = output::stdout();
    report.write(args.format, &options, sources, &mut out)?;
    Ok(out.flush()?)
}

/// Dependencies are analysed for what they do to the packages that the patterns name; what is
/// wrong inside them is for whoever names them. Gives how many findings were left out.
fn leave_out_dependencies(session: &Session, findings: &mut Vec<Finding>) -> usize {
    let program = session.program();
    let roots: FxHashSet<&str> =
        program.roots.iter().map(|&root| program.package(root).import_path.as_str()).collect();
    let all = findings.len();
    findings.retain(|finding| roots.contains(finding.package.as_str()));
    all - findings.len()
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

fn stats(
    session: &Session,
    (functions, instructions): (u64, u64),
    diagnostics: &[Diagnostic],
) -> Stats {
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
        errors: context::count_errors(diagnostics),
        seconds: Seconds {
            load: spent.load,
            parse: spent.parse,
            types: spent.types,
            ssa: spent.ssa,
            ..Seconds::default()
        },
        peak_rss_mb: 0,
    }
}
