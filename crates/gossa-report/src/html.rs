//! The form for browsers: one file that needs nothing besides itself, to read, to print, to send.
//!
//! Findings stand by checker and file, each with the code around it and its story, in which every
//! goroutine has a lane. There is no script in it; stories unfold by `<details>`. A policy in the
//! page forbids the browser to load or run anything, and all text of the analysed code is escaped
//! twice: what could act on a reader's eyes by [`escape_line`], what could act on the page by
//! [`Page::text`]. Nothing in it differs from run to run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use crate::escape::escape_line;
use crate::frame::{ShownLine, surroundings};
use crate::source::SourceCache;
use crate::text::{counted, summary};
use crate::{
    Confidence, Diagnostic, Edit, Finding, Fix, Location, Report, Severity, SourceProvider, Step,
    SuppressionKind, WriteOptions,
};

const STYLE: &str = include_str!("html/style.css");

/// Lines of code above and below a finding, and above and below a step.
const AROUND_FINDING: u32 = 3;
const AROUND_STEP: u32 = 1;

pub(crate) fn write(
    report: &Report,
    options: &WriteOptions,
    sources: &dyn SourceProvider,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page =
        Page { report, options, sources: SourceCache::new(sources), html: String::new(), out };
    page.head()?;
    page.contents()?;
    page.raw("<main id=\"findings\">\n");
    page.diagnostics()?;
    for (checker, findings) in &by_checker(report) {
        page.checker(checker, findings)?;
    }
    page.suppressed()?;
    page.raw("</main>\n");
    page.foot()
}

/// The findings of each checker, in their order.
fn by_checker(report: &Report) -> BTreeMap<&str, Vec<&Finding>> {
    let mut found: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        found.entry(&finding.checker).or_default().push(finding);
    }
    found
}

struct Page<'a> {
    report: &'a Report,
    options: &'a WriteOptions,
    sources: SourceCache<'a>,
    /// What has not been written yet.
    html: String,
    out: &'a mut dyn io::Write,
}

impl<'a> Page<'a> {
    /// Markup.
    fn raw(&mut self, markup: &str) {
        self.html.push_str(markup);
    }

    /// Text, in which nothing is markup.
    fn text(&mut self, text: &str) {
        push_text(&mut self.html, text);
    }

    /// A message: what it has in back quotes is code.
    fn message(&mut self, message: &str) {
        let message = escape_line(message);
        let mut parts = message.split('`');
        if let Some(first) = parts.next() {
            self.text(first);
        }
        // Of an odd number of quotes the last one stands for itself.
        let mut parts = parts.peekable();
        while let Some(code) = parts.next() {
            if parts.peek().is_none() {
                self.raw("`");
                self.text(code);
                break;
            }
            self.raw("<code>");
            self.text(code);
            self.raw("</code>");
            if let Some(plain) = parts.next() {
                self.text(plain);
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.html.as_bytes())?;
        self.html.clear();
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        let line = summary(self.report);
        self.raw(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>gossa: ",
        );
        self.text(&line);
        self.raw("</title>\n<style>\n");
        self.raw(STYLE);
        self.raw(
            "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n\
             <header>\n<h1>gossa</h1>\n<p>",
        );
        self.text(&line);
        self.raw("</p>\n</header>\n");
        self.flush()
    }

    /// How much was found by whom, and how sure it is.
    fn contents(&mut self) -> io::Result<()> {
        let groups = by_checker(self.report);
        if groups.is_empty() {
            return Ok(());
        }
        self.raw(
            "<nav aria-label=\"Checkers\">\n<table>\n<thead><tr><th scope=\"col\">Checker</th>\
             <th scope=\"col\" class=\"number\">Findings</th>\
             <th scope=\"col\" class=\"number\">High</th>\
             <th scope=\"col\" class=\"number\">Medium</th>\
             <th scope=\"col\" class=\"number\">Low</th><th scope=\"col\">Reports</th></tr></thead>\n\
             <tbody>\n",
        );
        for (checker, findings) in &groups {
            let id = escape_line(checker);
            self.raw("<tr><th scope=\"row\"><a href=\"#checker-");
            self.text(&id);
            self.raw("\">");
            self.text(&id);
            self.raw("</a></th>");
            let of = |tier: Confidence| findings.iter().filter(|f| f.confidence == tier).count();
            let tiers = [Confidence::High, Confidence::Medium, Confidence::Low].map(of);
            for count in std::iter::once(findings.len()).chain(tiers) {
                self.raw(&format!("<td class=\"number\">{count}</td>"));
            }
            self.raw("<td>");
            if let Some(summary) = self.summary_of(checker) {
                self.message(&summary);
            }
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n</nav>\n");
        self.flush()
    }

    fn summary_of(&self, checker: &str) -> Option<String> {
        let rule = self.options.rules.iter().find(|rule| rule.id == checker)?;
        Some(rule.summary.clone().into_owned())
    }

    fn diagnostics(&mut self) -> io::Result<()> {
        let report = self.report;
        if report.diagnostics.is_empty() {
            return Ok(());
        }
        self.raw(
            "<section aria-labelledby=\"diagnostics\">\n<h2 id=\"diagnostics\">What kept code from \
             being analysed</h2>\n",
        );
        for diagnostic in &report.diagnostics {
            self.diagnostic(diagnostic);
        }
        self.raw("</section>\n");
        self.flush()
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.raw("<article>\n<h3 class=\"message\">");
        self.badge(diagnostic.severity);
        self.message(&diagnostic.message);
        self.raw("</h3>\n<p class=\"meta\">");
        self.text(diagnostic.stage.as_str());
        if let Some(only) = self.report.only_in(&diagnostic.configs) {
            self.text(&format!(", {}", escape_line(&only)));
        }
        self.raw("</p>\n");
        if let Some(location) = &diagnostic.location {
            self.place(location, AROUND_STEP);
        }
        self.raw("</article>\n");
    }

    fn badge(&mut self, severity: Severity) {
        let name = severity.as_str();
        self.raw(&format!("<span class=\"badge {name}\">{name}</span> "));
    }

    /// All findings of a checker, by file.
    fn checker(&mut self, checker: &str, findings: &[&'a Finding]) -> io::Result<()> {
        let id = escape_line(checker);
        self.raw("<section aria-labelledby=\"checker-");
        self.text(&id);
        self.raw("\">\n<h2 id=\"checker-");
        self.text(&id);
        self.raw("\">");
        self.text(&id);
        self.raw("</h2>\n");
        if let Some(summary) = self.summary_of(checker) {
            self.raw("<p>Reports where ");
            self.message(&summary);
            self.raw(". <code>gossa explain ");
            self.text(&id);
            self.raw("</code> says more.</p>\n");
        }
        for group in findings.chunk_by(|a, b| a.location.file == b.location.file) {
            self.raw("<h3>");
            self.text(&escape_line(&group[0].location.file));
            self.raw("</h3>\n");
            for finding in group {
                self.finding(finding)?;
            }
        }
        self.raw("</section>\n");
        self.flush()
    }

    fn finding(&mut self, finding: &'a Finding) -> io::Result<()> {
        let id = format!("finding-{}", finding.fingerprint);
        self.raw(&format!("<article id=\"{id}\" aria-labelledby=\"title-{id}\">\n"));
        self.raw(&format!("<h4 id=\"title-{id}\">"));
        self.badge(finding.severity);
        self.message(&finding.message);
        self.raw("</h4>\n<p class=\"meta\">");
        self.raw(&format!("{} confidence", finding.confidence.as_str()));
        let package = if finding.function.is_empty() { ", in package" } else { " of package" };
        for (before, name) in [(", in", &finding.function), (package, &finding.package)] {
            if !name.is_empty() {
                self.raw(&format!("{before} <code>"));
                self.text(&escape_line(name));
                self.raw("</code>");
            }
        }
        if let Some(only) = self.report.only_in(&finding.configs) {
            self.text(&format!(", {}", escape_line(&only)));
        }
        self.raw(&format!(", <a href=\"#{id}\">{}</a></p>\n", finding.fingerprint));
        self.place(&finding.location, AROUND_FINDING);
        self.story(&finding.trace);
        self.related(&finding.related);
        for fix in &finding.fixes {
            self.fix(fix);
        }
        self.raw("</article>\n");
        self.flush()
    }

    /// The steps of a trace, with a lane for each goroutine that has a part in it.
    fn story(&mut self, trace: &[Step]) {
        if trace.is_empty() {
            return;
        }
        let mut goroutines: Vec<u32> = trace.iter().map(|step| step.goroutine).collect();
        goroutines.sort_unstable();
        goroutines.dedup();
        let lanes = goroutines.len();
        self.raw("<details>\n<summary>How it comes to that: ");
        self.raw(&counted(trace.len() as u64, "step"));
        // What is before the goroutines part has a lane, and is none of theirs.
        let named = goroutines.iter().filter(|&&goroutine| goroutine > 0).count();
        if named > 1 {
            self.raw(&format!(" in {named} goroutines"));
        }
        self.raw(&format!("</summary>\n<ol class=\"lanes\" style=\"--lanes: {lanes}\">\n"));
        for (at, step) in trace.iter().enumerate() {
            let lane = goroutines.binary_search(&step.goroutine).unwrap_or(0) + 1;
            self.raw(&format!("<li style=\"grid-column: {lane}\"><span class=\"who\">{}", at + 1));
            if lanes > 1 {
                match step.goroutine {
                    0 => self.raw(", before"),
                    goroutine => self.raw(&format!(", goroutine {goroutine}")),
                }
            }
            self.raw("</span> ");
            self.step(step);
            self.raw("</li>\n");
        }
        self.raw("</ol>\n</details>\n");
    }

    fn step(&mut self, step: &Step) {
        self.message(&step.message);
        self.raw("\n");
        self.place(&step.location, AROUND_STEP);
    }

    fn related(&mut self, related: &[Step]) {
        if related.is_empty() {
            return;
        }
        self.raw("<details>\n<summary>Related: ");
        self.raw(&counted(related.len() as u64, "place"));
        self.raw("</summary>\n<ul class=\"plain\">\n");
        for step in related {
            self.raw("<li>");
            self.step(step);
            self.raw("</li>\n");
        }
        self.raw("</ul>\n</details>\n");
    }

    fn fix(&mut self, fix: &Fix) {
        self.raw("<details>\n<summary>Fix: ");
        self.message(&fix.message);
        self.raw("</summary>\n<ul class=\"plain\">\n");
        for edit in &fix.edits {
            self.edit(edit);
        }
        self.raw("</ul>\n</details>\n");
    }

    fn edit(&mut self, edit: &Edit) {
        let place = self.sources.file(&edit.file).and_then(|file| file.location_of(edit));
        self.raw("<li>");
        self.raw(match (edit.start == edit.end, edit.new_text.is_empty()) {
            (true, _) => "insert",
            (false, true) => "delete",
            (false, false) => "replace by",
        });
        if !edit.new_text.is_empty() {
            self.raw(" <pre tabindex=\"0\"><code>");
            for (at, line) in edit.new_text.split('\n').enumerate() {
                if at > 0 {
                    self.raw("\n");
                }
                self.text(&printable(line));
            }
            self.raw("</code></pre>");
        }
        self.raw("\n");
        match &place {
            Some(place) => self.place(place, AROUND_STEP),
            None => self.place_name(&Location::point(edit.file.clone(), 0, 0)),
        }
        self.raw("</li>\n");
    }

    fn place_name(&mut self, location: &Location) {
        self.raw("<p class=\"place\">");
        self.text(&escape_line(&location.file));
        if location.line > 0 {
            self.raw(&format!(":{}:{}", location.line, location.column));
        }
        if let Some(origin) = &location.origin {
            self.text(&format!(", generated from {}", escape_line(&origin.to_string())));
        }
        self.raw("</p>\n");
    }

    /// The name of a place, and the code there if its text is known.
    fn place(&mut self, location: &Location, around: u32) {
        self.place_name(location);
        let source = self.sources.file(&location.file);
        let Some(lines) = source.and_then(|source| surroundings(source, location, around)) else {
            return;
        };
        // What scrolls must be reachable by keyboard.
        self.raw("<pre tabindex=\"0\"><code>");
        let width = lines.last().map_or(1, |line| line.number.to_string().len());
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.raw("\n");
            }
            self.line(line, width);
        }
        self.raw("</code></pre>\n");
    }

    fn line(&mut self, line: &ShownLine, width: usize) {
        let ShownLine { number, text, mark } = line;
        match mark {
            Some(mark) => {
                self.raw(&format!("<span class=\"at\"><b>{number:width$}</b>  </span>"));
                self.text(&text[..mark.start]);
                self.raw("<mark>");
                self.text(&text[mark.clone()]);
                self.raw("</mark>");
                self.text(&text[mark.end..]);
            }
            None => {
                self.raw(&format!("<span class=\"at\">{number:width$}  </span>"));
                self.text(text);
            }
        }
    }

    /// What comments and the baseline keep from being reported.
    fn suppressed(&mut self) -> io::Result<()> {
        let report = self.report;
        if report.suppressed.is_empty() {
            return Ok(());
        }
        let count = counted(report.suppressed.len() as u64, "finding");
        self.raw(
            "<section aria-labelledby=\"suppressed\">\n<h2 id=\"suppressed\">Suppressed</h2>\n\
             <details>\n<summary>",
        );
        self.raw(&count);
        self.raw(
            " not reported</summary>\n<table>\n<thead><tr><th scope=\"col\">Place</th>\
             <th scope=\"col\">Checker</th><th scope=\"col\">Message</th>\
             <th scope=\"col\">By</th></tr></thead>\n<tbody>\n",
        );
        for finding in &report.suppressed {
            let at = &finding.location;
            self.raw("<tr><td>");
            self.text(&format!("{}:{}:{}", escape_line(&at.file), at.line, at.column));
            self.raw("</td><td>");
            self.text(&escape_line(&finding.checker));
            self.raw("</td><td>");
            self.message(&finding.message);
            self.raw("</td><td>");
            if let Some(by) = &finding.suppression {
                self.raw(match by.kind {
                    SuppressionKind::Comment => "comment",
                    SuppressionKind::Baseline => "baseline",
                });
                if !by.reason.is_empty() {
                    self.text(&format!(": {}", escape_line(&by.reason)));
                }
            }
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n</details>\n</section>\n");
        self.flush()
    }

    fn foot(&mut self) -> io::Result<()> {
        let (stats, tool) = (&self.report.stats, &self.report.tool);
        let parts = [
            (stats.packages, "package"),
            (stats.files, "file"),
            (stats.lines, "line"),
            (stats.functions, "function"),
        ];
        let parts: Vec<String> = parts.iter().map(|&(count, noun)| counted(count, noun)).collect();
        let line = format!("{} {}: {}", tool.name, tool.version, parts.join(", "));
        self.raw("<footer>\n<p class=\"meta\">");
        self.text(&line);
        if !self.report.configs.is_empty() {
            self.text(&format!(", built as {}", escape_line(&self.report.configs.join(", "))));
        }
        if !self.report.stats.ledger.is_empty() {
            let names = counted(self.report.stats.ledger.len() as u64, "name");
            self.text(&format!("; {names} of C are not declared in what was read"));
        }
        self.raw("</p>\n</footer>\n</body>\n</html>\n");
        self.flush()
    }
}

/// A line of new text as it is, but for what could deceive a reader.
fn printable(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    line.chars().for_each(|char| crate::escape::push_source_char(&mut text, char));
    text
}

/// Appends text to markup, for between tags and for attributes in double quotes.
fn push_text(html: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            char if char.is_control() && !matches!(char, '\t' | '\n') => {
                // Writing to a string cannot fail.
                let _ = write!(html, "U+{:04X}", u32::from(char));
            }
            char => html.push(char),
        }
    }
}
