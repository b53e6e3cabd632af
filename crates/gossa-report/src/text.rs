//! The form for people: each finding with its code and its story.
//!
//! ```text
//! warning[unsafe-uintptr]: `u` becomes a pointer again
//!   --> pkg/a.go:12:7
//!    |
//! 12 |     q := unsafe.Pointer(u)
//!    |          ^^^^^^^^^^^^^^^^^
//!    |
//!    = note: in function `(*T).Method` of package example.com/m/pkg
//! step 1: the address becomes an integer
//!   --> pkg/a.go:10:7
//!    |
//! 10 |     u := uintptr(unsafe.Pointer(p))
//!    |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
//! ```
//!
//! Diagnostics come first, findings next, a line that sums up last. All text goes through
//! [`escape_line`] or an [`Excerpt`](crate::frame::Excerpt) before it is laid out.

use std::borrow::Cow;
use std::io;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::escape::{MARKER, escape_line};
use crate::frame::excerpt;
use crate::source::SourceCache;
use crate::{
    Confidence, Diagnostic, Edit, Finding, Fix, Location, Report, Severity, SourceProvider, Step,
    WriteOptions,
};

/// Of longer traces the first and last halves are shown; JSON has them whole.
const MAX_STEPS: usize = 24;

pub(crate) fn write(
    report: &Report,
    options: &WriteOptions,
    sources: &dyn SourceProvider,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut writer = TextWriter {
        renderer: renderer(options),
        sources: SourceCache::new(sources),
        color: options.color,
        out,
    };
    for diagnostic in &report.diagnostics {
        writer.diagnostic(diagnostic, report.only_in(&diagnostic.configs))?;
    }
    for finding in &report.findings {
        writer.finding(finding, report.only_in(&finding.configs))?;
    }
    writer.summary(report)
}

fn renderer(options: &WriteOptions) -> Renderer {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    // Hyperlinks are terminal escapes too, and ASCII frames copy well into issues.
    renderer.decor_style(DecorStyle::Ascii).term_width(options.width.max(40)).hyperlink(false)
}

struct TextWriter<'a> {
    renderer: Renderer,
    sources: SourceCache<'a>,
    color: bool,
    out: &'a mut dyn io::Write,
}

impl TextWriter<'_> {
    fn diagnostic(&mut self, diagnostic: &Diagnostic, only_in: Option<String>) -> io::Result<()> {
        let title = level(diagnostic.severity)
            .primary_title(escape_line(&diagnostic.message))
            .id(diagnostic.stage.as_str());
        let mut group = Group::with_title(title);
        if let Some(location) = &diagnostic.location {
            group = group.elements(self.place(location));
        }
        if let Some(note) = &only_in {
            group = group.element(Level::NOTE.message(escape_line(note)));
        }
        self.item(&[group])
    }

    fn finding(&mut self, finding: &Finding, only_in: Option<String>) -> io::Result<()> {
        let title = level(finding.severity)
            .primary_title(escape_line(&finding.message))
            .id(escape_line(&finding.checker));
        let mut group = Group::with_title(title).elements(self.place(&finding.location));
        if let Some(note) = context(finding) {
            group = group.element(Level::NOTE.message(note));
        }
        if let Some(note) = &only_in {
            group = group.element(Level::NOTE.message(escape_line(note)));
        }
        let mut groups = vec![group];
        self.trace(&finding.trace, &mut groups);
        for related in &finding.related {
            groups.push(self.step("related".to_owned(), related));
        }
        for fix in &finding.fixes {
            groups.push(self.fix(fix));
        }
        self.item(&groups)
    }

    fn trace<'g>(&mut self, trace: &'g [Step], groups: &mut Vec<Group<'g>>) {
        let hidden =
            if trace.len() > MAX_STEPS { MAX_STEPS / 2..trace.len() - MAX_STEPS / 2 } else { 0..0 };
        for (index, step) in trace.iter().enumerate() {
            if !hidden.contains(&index) {
                groups.push(self.step(format!("step {}", index + 1), step));
            } else if index == hidden.start {
                let text = format!("{} steps are not shown; JSON output has them", hidden.len());
                groups.push(Group::with_title(Level::NOTE.secondary_title(text)));
            }
        }
    }

    fn step<'g>(&mut self, name: String, step: &'g Step) -> Group<'g> {
        let title = Level::NOTE.with_name(name).secondary_title(escape_line(&step.message));
        Group::with_title(title).elements(self.place(&step.location))
    }

    /// The edits by place and new text; applying them is the business of editors.
    fn fix<'g>(&mut self, fix: &'g Fix) -> Group<'g> {
        let mut group = Group::with_title(Level::HELP.secondary_title(escape_line(&fix.message)));
        for edit in &fix.edits {
            group = group.elements(self.edit(edit));
        }
        group
    }

    fn edit<'g>(&mut self, edit: &Edit) -> Vec<Element<'g>> {
        let lines = self.sources.file(&edit.file).and_then(|file| file.location_of(edit));
        let mut elements = match &lines {
            Some(location) => self.place(location),
            None => vec![Origin::path(escape_line(&edit.file).into_owned()).into()],
        };
        let text = escape_line(&edit.new_text);
        let message = match (edit.start == edit.end, text.is_empty()) {
            (true, _) => format!("insert `{text}`"),
            (false, true) => "delete this".to_owned(),
            (false, false) => format!("replace by `{text}`"),
        };
        elements.push(Level::NOTE.no_name().message(message).into());
        elements
    }

    /// The line that names the place, and the code there if its text is known.
    ///
    /// The renderer would derive line and column from the excerpt. Columns count bytes of the file,
    /// as in JSON and in the go command's messages, so the path carries the place and a marker
    /// behind which [`item`](Self::item) drops what the renderer adds.
    fn place<'g>(&mut self, location: &Location) -> Vec<Element<'g>> {
        let file = escape_line(&location.file);
        let source = self.sources.file(&location.file);
        let note = location.origin.as_ref().map(|origin| {
            let text = format!("generated from {origin}");
            Element::from(Level::NOTE.message(escape_line(&text).into_owned()))
        });
        let Some(excerpt) = source.and_then(|source| excerpt(source, location)) else {
            let origin = Origin::path(file.into_owned())
                .line(location.line as usize)
                .char_column(location.column as usize);
            return std::iter::once(origin.into()).chain(note).collect();
        };
        let snippet = Snippet::source(excerpt.text)
            .path(format!("{file}:{}:{}{MARKER}", location.line, location.column))
            .line_start(excerpt.first_line as usize)
            .annotation(AnnotationKind::Primary.span(excerpt.span));
        std::iter::once(snippet.into()).chain(note).collect()
    }

    /// Writes one item and the blank line behind it.
    fn item(&mut self, groups: &[Group<'_>]) -> io::Result<()> {
        let text = self.renderer.render(groups);
        for line in text.lines() {
            let line = line.trim_end();
            match line.split_once(MARKER) {
                None => writeln!(self.out, "{line}")?,
                Some((place, derived)) => {
                    let rest = derived.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
                    writeln!(self.out, "{place}{rest}")?;
                }
            }
        }
        writeln!(self.out)
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        let line = summary(report);
        if self.color {
            let bold = anstyle::Style::new().bold();
            writeln!(self.out, "{bold}{line}{bold:#}")
        } else {
            writeln!(self.out, "{line}")
        }
    }
}

/// Which function the finding is in, and how sure it is if that is not a matter of course.
fn context(finding: &Finding) -> Option<String> {
    let package = escape_line(&finding.package);
    let function = escape_line(&finding.function);
    let mut parts: Vec<Cow<'_, str>> = Vec::new();
    match (function.is_empty(), package.is_empty()) {
        (false, false) => {
            parts.push(format!("in function `{function}` of package {package}").into());
        }
        (false, true) => parts.push(format!("in function `{function}`").into()),
        (true, false) => parts.push(format!("in package {package}").into()),
        (true, true) => {}
    }
    if finding.confidence < Confidence::High {
        parts.push(format!("{} confidence", finding.confidence.as_str()).into());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `3 findings (1 error, 2 warnings) in 412 packages; 1 error in the code or its loading`
pub(crate) fn summary(report: &Report) -> String {
    let findings = report.findings.len();
    let mut line = match findings {
        0 => "no findings".to_owned(),
        _ => counted(findings as u64, "finding"),
    };
    let kinds: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (report.count(severity) as u64, severity.as_str()))
        .filter(|&(count, _)| count > 0)
        .map(|(count, name)| counted(count, name))
        .collect();
    if !kinds.is_empty() {
        line.push_str(&format!(" ({})", kinds.join(", ")));
    }
    line.push_str(&format!(" in {}", counted(report.stats.packages, "package")));
    if report.configs.len() > 1 {
        line.push_str(&format!(" of {} configurations", report.configs.len()));
    }
    if report.stats.suppressed > 0 {
        line.push_str(&format!(
            "; {} not shown: suppressed",
            counted(report.stats.suppressed, "finding")
        ));
    }
    if report.stats.errors > 0 {
        line.push_str(&format!(
            "; {} kept code from being analysed in full",
            counted(report.stats.errors, "error")
        ));
    }
    line
}

pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}
