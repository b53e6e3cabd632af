//! `--baseline` and `--write-baseline`: the files, and what is said of entries that have had
//! their day.

use crate::context::Context;
use crate::exit::CommandError;
use crate::output;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_api::{Registry, Selection};
use gossa_base::FxHashSet;
use gossa_report::{
    Baseline, BaselineEntry, Diagnostic, Report, Severity, Stage, Suppression, SuppressionKind,
};

/// A baseline that was read.
pub(crate) struct Known {
    file: Utf8PathBuf,
    baseline: Baseline,
}

/// What the run looked at: only there can an entry be out of date.
pub(crate) struct Scope<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) selection: &'r Selection,
    /// Import paths of the packages that findings are reported in.
    pub(crate) packages: &'r FxHashSet<String>,
}

impl Scope<'_> {
    fn covers(&self, entry: &BaselineEntry) -> bool {
        let runs = self.registry.find(&entry.checker).is_some_and(|c| self.selection.is_enabled(c));
        runs && entry.confidence >= self.selection.min_confidence
            && self.packages.contains(&entry.package)
    }
}

/// How many stale entries are named.
const NAMED: usize = 5;

/// Reads the file of `--baseline`.
pub(crate) fn read(context: &Context, file: &Utf8Path) -> Result<Known, CommandError> {
    let path = context.dir.join(file);
    let text = context
        .system
        .read(&path)
        .map_err(|reason| CommandError::Read { path: file.to_string(), reason })?;
    let baseline = Baseline::read(&text).map_err(|error| {
        CommandError::Usage(format!("{file} is not a baseline (--write-baseline): {error}"))
    })?;
    Ok(Known { file: file.to_owned(), baseline })
}

impl Known {
    /// Marks the findings that are known; tells of entries that nothing was found for.
    pub(crate) fn apply(&self, report: &mut Report, scope: &Scope<'_>) {
        report.has_baseline = true;
        let stale = self.baseline.apply(&mut report.findings);
        let stale: Vec<_> = stale.into_iter().filter(|entry| scope.covers(entry)).collect();
        if stale.is_empty() {
            return;
        }
        let count = stale.len() as u64;
        let first = stale.iter().take(NAMED);
        let mut named: Vec<String> = first
            .map(|entry| format!("{} in {} ({})", entry.checker, entry.file, entry.fingerprint))
            .collect();
        if stale.len() > NAMED {
            named.push(format!("{} more", stale.len() - NAMED));
        }
        let message = if count == 1 {
            format!("an entry of {} matches nothing any more: {}", self.file, named.join(", "))
        } else {
            format!("{count} entries of {} match nothing any more: {}", self.file, named.join(", "))
        };
        report.insert_diagnostic(Diagnostic::new(Severity::Note, Stage::Analysis, message));
    }
}

/// Writes the file of `--write-baseline`: all findings but those that comments suppress. They are
/// known from now on.
pub(crate) fn write(
    context: &Context,
    file: &Utf8Path,
    report: &mut Report,
) -> Result<(), CommandError> {
    let by_comment = |by: &Suppression| by.kind == SuppressionKind::Comment;
    let known: Vec<_> = (report.findings.iter())
        .filter(|found| !found.suppression.as_ref().is_some_and(by_comment))
        .cloned()
        .collect();
    let baseline = Baseline::of(&known);
    let mut text = Vec::new();
    baseline.write(&mut text)?;
    let path = context.dir.join(file);
    std::fs::write(&path, text)
        .map_err(|error| CommandError::Usage(format!("cannot write {file}: {error}")))?;
    report.has_baseline = true;
    baseline.apply(&mut report.findings);
    if !context.quiet {
        let count = output::counted(baseline.len() as u64, "finding");
        output::note(&format!("{count} written to {file}"));
    }
    Ok(())
}
