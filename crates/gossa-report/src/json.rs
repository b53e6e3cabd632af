//! The forms for programs: one JSON object, or one a line.
//!
//! The objects' shape is in the derived serialisation of the data; here is only how they are laid
//! out. `docs/output.md` is the description for users.

use std::io;

use serde::Serialize;

use crate::{Diagnostic, Finding, Report, Schema, Stats, Tool, WriteOptions};

/// The whole report as one indented object.
pub(crate) fn write(
    report: &Report,
    options: &WriteOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    /// [`Report`] by reference, so that adjusting the figures copies no findings.
    #[derive(Serialize)]
    struct Whole<'a> {
        schema: Schema,
        tool: &'a Tool,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        configs: &'a [String],
        findings: &'a [Finding],
        diagnostics: &'a [Diagnostic],
        stats: Stats,
    }
    let whole = Whole {
        schema: report.schema,
        tool: &report.tool,
        configs: &report.configs,
        findings: &report.findings,
        diagnostics: &report.diagnostics,
        stats: written_stats(report, options),
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}

/// The report as lines, each an object whose first field is its kind.
pub(crate) fn write_lines(
    report: &Report,
    options: &WriteOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    #[derive(Serialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Line<'a> {
        Report {
            schema: Schema,
            tool: &'a Tool,
            #[serde(skip_serializing_if = "<[String]>::is_empty")]
            configs: &'a [String],
        },
        Finding(&'a Finding),
        Diagnostic(&'a Diagnostic),
        Stats(Stats),
    }
    let head = Line::Report { schema: report.schema, tool: &report.tool, configs: &report.configs };
    let stats = Line::Stats(written_stats(report, options));
    let lines = std::iter::once(head)
        .chain(report.findings.iter().map(Line::Finding))
        .chain(report.diagnostics.iter().map(Line::Diagnostic))
        .chain(std::iter::once(stats));
    for line in lines {
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn written_stats(report: &Report, options: &WriteOptions) -> Stats {
    if options.deterministic {
        report.stats.without_timing()
    } else {
        Stats { seconds: report.stats.seconds.rounded(), ..report.stats.clone() }
    }
}
