//! `gossa check`: load, check types, lower, run the checkers, report.

use crate::args::{CheckArgs, ConfidenceArg};
use crate::config::{self, Config, Models, Scope};
use crate::config_spec::{ConfigArg, ConfigSpec};
use crate::context::{self, Context, SessionSources};
use crate::exit::{CommandError, Exit};
use crate::suppress::Comments;
use crate::{baseline, memory, output, rules};
use camino::Utf8PathBuf;
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
    let Settings { args, specs, selection, scope, models } = &settings(context, args, registry)?;
    let baseline =
        args.baseline.as_deref().map(|file| baseline::read(context, file)).transpose()?;
    let sessions = match context.sessions(&args.build, specs) {
        Ok(sessions) => sessions,
        Err(error) => {
            // Programs that read the output find the reason there too.
            if !matches!(args.format, None | Some(OutputFormat::Text)) {
                write(context, args, &failure(&error.to_string()), registry, &NoSources)?;
            }
            return Err(error);
        }
    };
    let mut report = Report::new();
    report.configs = specs.iter().map(|spec| spec.name.clone()).collect();
    let mut sources = MemorySources::default();
    let mut elsewhere = FxHashSet::default();
    let mut has_code = false;
    let mut comments = Comments::default();
    let mut unsure = Vec::new();
    let mut packages = FxHashSet::default();
    let mut paths = None;
    let count = sessions.len();
    // One by one, so that only one build's SSA is in memory; the texts that the report shows stay.
    for (index, (config, session)) in sessions.into_iter().enumerate() {
        let build = analyse(context, registry, selection, models, &session);
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
        let paths_of_build = context.paths(session.program());
        let known = SessionSources::new(&session, &*context.system, &paths_of_build);
        keep_texts(&mut sources, &known, findings, diagnostics);
        // What is found about comments shows their lines.
        for file in comments.read(&session, registry, &paths_of_build) {
            sources.add_from(&file, &known);
        }
        drop(known);
        unsure.extend(build.unsure);
        let program = session.program();
        paths = Some(paths_of_build);
        packages.extend(program.roots.iter().map(|&root| program.package(root).path().to_owned()));
        if index + 1 == count {
            // The process ends soon: giving gigabytes back piece by piece would only take time.
            std::mem::forget((session, build.data));
        }
    }
    comments.apply(&mut report.findings, &unsure, registry, selection);
    if let Some(paths) = &paths {
        report.findings.retain(|finding| scope.reports(finding, paths));
    }
    report.finish(&sources);
    let scope = baseline::Scope { registry, selection, packages: &packages };
    if let Some(baseline) = &baseline {
        baseline.apply(&mut report, &scope);
    }
    if let Some(file) = &args.write_baseline {
        baseline::write(context, file, &mut report)?;
    }
    report.set_suppressed_aside();
    report.stats.errors = context::count_errors(&report.diagnostics);
    report.stats.seconds.total = start.elapsed().as_secs_f64();
    report.stats.peak_rss_mb = memory::peak_rss_mb(&*context.system);
    write(context, args, &report, registry, &sources)?;
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
    /// Findings that are less sure than asked for, with the paths of the output.
    unsure: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    stats: Stats,
    data: ProgramData,
}

fn analyse(
    context: &Context,
    registry: &Registry,
    selection: &Selection,
    models: &Models,
    session: &Session,
) -> Build {
    let progress = context.progress();
    let mut lowered = session.lower(&progress);
    let about_models = models.add_to(session, &mut lowered);
    let lowering = size_of_program(&lowered);
    let check_start = Instant::now();
    let data = ProgramData::new(session, lowered);
    let outcome = gossa_api::run(session, &data, registry, selection, &progress);
    let check_seconds = check_start.elapsed().as_secs_f64();
    drop(progress);

    let paths = context.paths(session.program());
    let (mut findings, elsewhere) = split_off_dependencies(session, outcome.findings);
    let (mut unsure, _) = split_off_dependencies(session, outcome.unsure);
    findings.iter_mut().chain(&mut unsure).for_each(|finding| display(finding, &paths));
    let mut diagnostics = context::diagnostics(session, &paths);
    diagnostics.extend(about_models.into_iter().map(|mut found| {
        found.location.iter_mut().for_each(|location| context::display(location, &paths));
        found
    }));
    diagnostics.extend(outcome.diagnostics);
    let mut stats = stats(session, lowering);
    stats.seconds.check = check_seconds;
    Build { findings, elsewhere, unsure, diagnostics, stats, data }
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

/// What a run is to do: the command line, completed by the configuration file.
struct Settings {
    args: CheckArgs,
    specs: Vec<ConfigSpec>,
    selection: Selection,
    scope: Scope,
    models: Models,
}

fn settings(
    context: &Context,
    args: &CheckArgs,
    registry: &Registry,
) -> Result<Settings, CommandError> {
    let mut args = args.clone();
    let (mut specs, mut files) = (Vec::new(), Vec::new());
    for config in std::mem::take(&mut args.configs) {
        match config {
            ConfigArg::Spec(spec) => specs.push(spec),
            ConfigArg::File(file) => files.push(file),
        }
    }
    if let [_, second, ..] = &*files {
        return Err(CommandError::Usage(format!("--config {second}: a run has one such file")));
    }
    if args.no_config && !files.is_empty() {
        return Err(CommandError::Usage("--no-config and --config FILE exclude each other".into()));
    }
    let named = files.first().map(Utf8PathBuf::as_path);
    let config = match config::find(context, named).filter(|_| !args.no_config) {
        Some(file) => Config::load(context, &file, registry)?,
        None => Config::default(),
    };
    config.complete(&mut args);
    let mut selection = Selection::parse(registry, &args.checkers)
        .map_err(|error| CommandError::Usage(format!("--checkers: {error}")))?;
    selection.min_confidence = args.min_confidence.unwrap_or(ConfidenceArg::Medium).into();
    config.set_options(&mut selection, registry);
    Ok(Settings { args, specs, selection, scope: config.scope, models: config.models })
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
    registry: &Registry,
    sources: &dyn SourceProvider,
) -> Result<(), CommandError> {
    let look = output::Look::of_stdout();
    let options = WriteOptions {
        color: look.color,
        width: look.width,
        deterministic: context.deterministic,
        rules: rules::of(registry),
    };
    let mut out = output::stdout();
    report.write(args.format.unwrap_or_default(), &options, sources, &mut out)?;
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
        suppressed: 0,
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
