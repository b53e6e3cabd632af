//! The form for GitHub's workflows: a command for each finding, which becomes a note at its line.
//!
//! A command is a line `::level file=F,line=L,…::message`. What ends properties or lines stands
//! as `%XX` in them; so a message cannot hold a command of its own. Columns count bytes, as in
//! gossa's own forms.

use crate::{Diagnostic, Finding, Location, Report, Severity, escape_line};
use std::io;

pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        let title = format!("gossa: {}", diagnostic.stage.as_str());
        write_diagnostic(report, diagnostic, &title, out)?;
    }
    for finding in &report.findings {
        write_finding(report, finding, out)?;
    }
    Ok(())
}

fn write_diagnostic(
    report: &Report,
    diagnostic: &Diagnostic,
    title: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut message = escape_line(&diagnostic.message).into_owned();
    if let Some(only) = report.only_in(&diagnostic.configs) {
        message.push_str(&format!(" ({only})"));
    }
    command(diagnostic.severity, diagnostic.location.as_ref(), title, &message, out)
}

/// The story stands below the message, a line for each step.
fn write_finding(report: &Report, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let mut message = escape_line(&finding.message).into_owned();
    if let Some(only) = report.only_in(&finding.configs) {
        message.push_str(&format!(" ({only})"));
    }
    let steps = finding.trace.iter().enumerate();
    let steps = steps.map(|(at, step)| (format!("step {}", at + 1), step));
    let related = finding.related.iter().map(|step| ("related".to_owned(), step));
    for (name, step) in steps.chain(related) {
        let (place, text) = (&step.location, escape_line(&step.message));
        let file = escape_line(&place.file);
        message.push_str(&format!("\n{name}: {file}:{}:{}: {text}", place.line, place.column));
    }
    let title = format!("gossa: {}", finding.checker);
    command(finding.severity, Some(&finding.location), &title, &message, out)
}

fn command(
    severity: Severity,
    location: Option<&Location>,
    title: &str,
    message: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    write!(out, "::{level} ")?;
    if let Some(at) = location {
        write!(out, "file={},", property(&at.file))?;
        if at.line > 0 {
            write!(out, "line={},endLine={},", at.line, at.end_line.max(at.line))?;
        }
        // GitHub takes columns only within one line; its last one is part of the range.
        if at.line > 0 && at.column > 0 && at.end_line <= at.line {
            let end = at.end_column.saturating_sub(1).max(at.column);
            write!(out, "col={},endColumn={end},", at.column)?;
        }
    }
    writeln!(out, "title={}::{}", property(title), data(message))
}

/// The text of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NoSources, OutputFormat, Stage, Step, WriteOptions};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        let options = WriteOptions::default();
        report.write(OutputFormat::Github, &options, &NoSources, &mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_finding_is_one_command_with_its_story() {
        let place = Location::new("a,b:c.go", 3, 5, 3, 9);
        let mut finding =
            Finding::new("race", "c", Severity::Warning, "100 % of `x`", place.clone());
        finding.trace = vec![Step::new("first", place)];
        let mut report = Report::new();
        report.findings = vec![finding];
        assert_eq!(
            written(&report),
            "::warning file=a%2Cb%3Ac.go,line=3,endLine=3,col=5,endColumn=8,title=gossa%3A race::\
             100 %25 of `x`%0Astep 1: a,b:c.go:3:5: first\n"
        );
    }

    #[test]
    fn messages_cannot_give_commands() {
        let mut report = Report::new();
        let hostile = "x\n::set-output name=a::b\r\n::error::c";
        report.diagnostics = vec![Diagnostic::new(Severity::Error, Stage::Parse, hostile)];
        let text = written(&report);
        assert_eq!(text, "::error title=gossa%3A parse::x ::set-output name=a::b ::error::c\n");
    }

    #[test]
    fn several_lines_have_no_columns_and_notes_are_notices() {
        let finding =
            Finding::new("a", "c", Severity::Note, "m", Location::new("a.go", 1, 2, 4, 3));
        let mut report = Report::new();
        report.findings = vec![finding];
        assert_eq!(written(&report), "::notice file=a.go,line=1,endLine=4,title=gossa%3A a::m\n");
    }
}
