//! `gossa bench vet`: the tests of `go vet` that are about what gossa's checkers look for
//! (`cmd/vet/testdata`), where a comment `// ERROR "…"` marks each line that vet reports.
//!
//! A mark is found if a finding is on its line, or has a part of its story there; a finding is
//! right if that goes for one mark at least.

use super::{distribution, files_in, percent, run_checker, text_of};
use crate::args::{BenchArgs, BuildArgs};
use crate::context::Context;
use crate::exit::{CommandError, Exit};
use crate::output;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_api::Registry;
use gossa_report::{Finding, Location};
use std::collections::BTreeSet;
use std::io::Write as _;

/// The directories of the suite, and the checker that looks for the same.
const CLASSES: [(&str, &str); 2] = [("lostcancel", "lost-cancel"), ("unsafeptr", "unsafe-uintptr")];

/// What one directory gives.
#[derive(Default)]
struct Score {
    marks: u32,
    found: u32,
    findings: u32,
    right: u32,
    seconds: f64,
}

/// A line that vet reports.
type Mark = (String, u32);

/// Runs the suite.
pub(super) fn run(
    context: &Context,
    args: &BenchArgs,
    registry: &Registry,
) -> Result<Exit, CommandError> {
    let (base, root) = distribution(context, args)?;
    let suite = root.join("src/cmd/vet/testdata");
    let mut out = output::stdout();
    writeln!(
        out,
        "{:12} {:16} {:>6} {:>6} {:>9} {:>6} {:>8}",
        "class", "checker", "marked", "found", "findings", "right", "seconds"
    )?;
    let mut total = Score::default();
    let mut told = Vec::new();
    for (class, checker) in CLASSES {
        let files = files_in(context, &suite.join(class), ".go")?;
        let mut marks: Vec<Mark> = Vec::new();
        for path in &files {
            marks.extend(marks_of(path.as_str(), &text_of(context, path)?));
        }
        let patterns: Vec<String> = files.into_iter().map(Utf8PathBuf::into_string).collect();
        let build = BuildArgs { patterns, ..base.clone() };
        let (mut findings, seconds) = if registry.find(checker).is_some() {
            run_checker(context, args, registry, &build, checker)?
        } else {
            (Vec::new(), 0.0)
        };
        findings.retain(|finding| build.patterns.contains(&finding.location.file));
        let met: BTreeSet<Mark> = findings.iter().flat_map(places).collect();
        let right = |finding: &&Finding| places(finding).any(|place| marks.contains(&place));
        let score = Score {
            marks: marks.len() as u32,
            found: marks.iter().filter(|mark| met.contains(mark)).count() as u32,
            findings: findings.len() as u32,
            right: findings.iter().filter(right).count() as u32,
            seconds,
        };
        write_row(&mut out, class, checker, &score)?;
        total.marks += score.marks;
        total.found += score.found;
        total.findings += score.findings;
        total.right += score.right;
        total.seconds += score.seconds;
        let missed = marks.iter().filter(|mark| !met.contains(mark));
        told.extend(missed.map(|(file, line)| format!("missed       {class} {}", at(file, *line))));
        let wrong = findings.iter().filter(|finding| !right(finding));
        told.extend(wrong.map(|finding| {
            let place = &finding.location;
            format!("false alarm  {class} {}: {}", at(&place.file, place.line), finding.message)
        }));
    }
    write_row(&mut out, "all", "", &total)?;
    writeln!(
        out,
        "recall {:.1} %, precision {:.1} %, {:.1} s",
        percent(total.found, total.marks),
        percent(total.right, total.findings),
        total.seconds
    )?;
    if args.list {
        for line in told {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn write_row(
    out: &mut dyn std::io::Write,
    class: &str,
    checker: &str,
    score: &Score,
) -> Result<(), CommandError> {
    let Score { marks, found, findings, right, seconds } = score;
    writeln!(
        out,
        "{class:12} {checker:16} {marks:6} {found:6} {findings:9} {right:6} {seconds:8.1}"
    )?;
    Ok(())
}

fn at(file: &str, line: u32) -> String {
    format!("{}:{line}", Utf8Path::new(file).file_name().unwrap_or(file))
}

/// The lines of a file that are marked.
fn marks_of<'t>(path: &'t str, text: &'t str) -> impl Iterator<Item = Mark> + 't {
    let lines = (1..).zip(text.lines()).filter(|(_, text)| text.contains("// ERROR \""));
    lines.map(|(line, _)| (path.to_owned(), line))
}

/// The lines that a finding is about.
fn places(finding: &Finding) -> impl Iterator<Item = Mark> {
    let steps = finding.trace.iter().chain(&finding.related).map(|step| &step.location);
    let mark = |place: &Location| (place.file.clone(), place.line);
    std::iter::once(&finding.location).chain(steps).map(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_lines_are_those_with_an_error_comment() {
        let text =
            "package p\nx() // ERROR \"a\"\n// an ERROR\ny() // OK\nz() // ERROR \"b\" \"c\"\n";
        let marks: Vec<u32> = marks_of("p.go", text).map(|(_, line)| line).collect();
        assert_eq!(marks, [2, 5]);
    }
}
