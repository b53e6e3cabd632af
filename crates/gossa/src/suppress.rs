//! Suppression comments: which findings of a run they silence, and what is wrong with them.
//!
//! Between the checkers and the report: comments are read from the files of the packages that the
//! patterns name, given the lines that they cover, and matched with what was found in all builds
//! of the run. The grammar is that of [`gossa_report::ignore`].

use gossa_api::{Check, Checker, Registry, Selection, declare_check};
use gossa_base::{FxHashMap, LineIndex, TextSize};
use gossa_db::Session;
use gossa_report::ignore::{self, Ignore, IgnoreForm, IgnoreText};
use gossa_report::{Confidence, Finding, Location, PathDisplay};
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

declare_check! {
    /// ## What it does
    /// Reports a `//gossa:ignore` (or a `//lint:ignore` with the id of one of gossa's checkers)
    /// where that checker has nothing to report.
    /// ## Why
    /// The code that the comment was about has been repaired or has moved. What is left would
    /// silence the next defect there, and tells readers of a hazard that is none.
    /// ## Bad
    /// ```go
    /// //gossa:ignore unsafe-uintptr the address of a register
    /// fmt.Println("ready")
    /// ```
    /// ## Good
    /// ```go
    /// //gossa:ignore unsafe-uintptr the address of a register
    /// p := unsafe.Pointer(addressOf(name))
    /// ```
    /// ## What it does not catch
    /// Comments about checkers that did not run, comments in files that are not part of the
    /// build, and `//nolint`, which is about other tools too.
    pub(crate) static UNUSED_IGNORE = "unused-ignore": "suppression", Warning,
        "a comment ignores a finding that is not there";
}

declare_check! {
    /// ## What it does
    /// Reports a suppression comment that has no effect because of how it is written: without a
    /// reason, with the id of a checker that does not exist, or with a blank behind `//`.
    /// ## Why
    /// Such a comment looks as if it suppressed something. A reason is required, so that the next
    /// reader can judge whether it still holds.
    /// ## Bad
    /// ```go
    /// //gossa:ignore unsafe-uintptr
    /// //gossa:ignore unsafe-unitptr the address of a register
    /// // gossa:ignore unsafe-uintptr the address of a register
    /// ```
    /// ## Good
    /// ```go
    /// //gossa:ignore unsafe-uintptr,data-race the address of a register
    /// ```
    /// ## What it does not catch
    /// Ids of other tools in `//lint:ignore` and `//nolint`.
    pub(crate) static INVALID_IGNORE = "invalid-ignore": "suppression", Warning,
        "a suppression comment is written in a way that has no effect";
}

/// Declares the two checks on suppression comments; what they report comes from this module.
pub(crate) struct Suppressions;

impl Checker for Suppressions {
    fn checks(&self) -> Vec<&'static Check> {
        vec![&UNUSED_IGNORE, &INVALID_IGNORE]
    }
}

/// The suppression comments of a run, over all its builds.
#[derive(Default)]
pub(crate) struct Comments {
    /// By file and place, with the import path of the package.
    ignores: BTreeMap<Location, (Ignore, String)>,
    invalid: BTreeMap<Location, (String, String)>,
}

/// What a file must hold to be looked at more closely.
const MARKS: [&str; 3] = ["gossa:", "nolint", "lint:"];

impl Comments {
    /// Reads the comments of a build's files; returns the files that have any.
    pub(crate) fn read(
        &mut self,
        session: &Session,
        registry: &Registry,
        paths: &PathDisplay,
    ) -> Vec<String> {
        let mut files = Vec::new();
        let marks = MARKS.map(memchr::memmem::Finder::new);
        let db = session.db();
        let roots: FxHashMap<_, _> = (session.root_packages().into_iter())
            .zip(session.program().roots.iter().map(|&root| session.program().package(root)))
            .collect();
        for package in session.packages() {
            let Some(root) = roots.get(&package.id(&db)) else { continue };
            for file in package.files(&db) {
                let text = file.text(&db);
                if marks.iter().any(|mark| mark.find(text).is_some()) {
                    let file = FileComments {
                        text,
                        lines: LineIndex::new(text),
                        path: paths.display(file.path(&db)),
                        package: root.path(),
                        registry,
                    };
                    if file.read(self) {
                        files.push(file.path);
                    }
                }
            }
        }
        files
    }

    /// Marks the findings that are suppressed, and adds those about the comments themselves.
    /// `unsure`: findings that are not reported, but that a comment may be about.
    pub(crate) fn apply(
        self,
        findings: &mut Vec<Finding>,
        unsure: &[Finding],
        registry: &Registry,
        selection: &Selection,
    ) {
        let (ignores, packages): (Vec<Ignore>, Vec<String>) = self.ignores.into_values().unzip();
        ignore::apply(&ignores, findings);
        let mut added = Vec::new();
        let mut add =
            |check: &'static Check, message: String, location: Location, package: &str| {
                if selection.is_enabled(check) {
                    let mut finding =
                        Finding::new(check.id, check.category, check.severity, message, location);
                    finding.package = package.to_owned();
                    finding.confidence = Confidence::High;
                    added.push(finding);
                }
            };
        let all: Vec<&Finding> = findings.iter().chain(unsure).collect();
        for (ignore, checker, location) in ignore::unused(&ignores, &all) {
            let ran = registry.find(checker).is_some_and(|check| selection.is_enabled(check));
            if ran {
                let at = ignores.iter().position(|other| std::ptr::eq(other, ignore));
                let package = at.map_or("", |at| packages[at].as_str());
                let scope = match ignore.form {
                    IgnoreForm::LintFile => "in this file",
                    _ => "here",
                };
                let message = format!(
                    "`{checker}` reports nothing {scope}: this `{}` suppresses no finding",
                    ignore.form.as_str()
                );
                add(&UNUSED_IGNORE, message, location.clone(), package);
            }
        }
        for (location, (message, package)) in self.invalid {
            add(&INVALID_IGNORE, message, location, &package);
        }
        findings.append(&mut added);
    }
}

/// A file whose comments are read.
struct FileComments<'f> {
    text: &'f [u8],
    lines: LineIndex,
    path: String,
    package: &'f str,
    registry: &'f Registry,
}

impl FileComments<'_> {
    /// Whether there are any that have to do with suppression.
    fn read(&self, found: &mut Comments) -> bool {
        let mut any = false;
        let file = gossa_syntax::parse(self.text);
        for comment in &file.comments {
            let range: Range<usize> = comment.range.into();
            let text = String::from_utf8_lossy(self.text.get(range.clone()).unwrap_or_default());
            let text = text.trim_end();
            let whole = self.location(range.start..range.start + text.len());
            let parsed = ignore::parse(text);
            any |= parsed.is_some();
            match parsed {
                None => {}
                Some(Err(error)) => self.invalid(found, whole, error.to_string()),
                Some(Ok(ignore)) => {
                    let lines = self.covered(&file, ignore.form, range.start);
                    self.ignore(found, ignore, &range, whole, lines);
                }
            }
        }
        any
    }

    fn ignore(
        &self,
        found: &mut Comments,
        text: IgnoreText,
        range: &Range<usize>,
        location: Location,
        lines: RangeInclusive<u32>,
    ) {
        let form = text.form;
        let mut checkers = Vec::new();
        for (id, place) in text.ids {
            let place = self.location(range.start + place.start..range.start + place.end);
            if self.registry.find(&id).is_some() {
                checkers.push((id, place));
            } else if form == IgnoreForm::Gossa {
                self.invalid(found, place, self.registry.unknown(&id).to_string());
            }
        }
        if form != IgnoreForm::Nolint {
            if checkers.is_empty() {
                // Of other tools, or reported already.
                if form == IgnoreForm::Gossa && text.reason.is_empty() {
                    let message = "`//gossa:ignore` is followed by the ids of checkers, separated \
                                   by commas, and a reason";
                    self.invalid(found, location, message.to_owned());
                }
                return;
            }
            if text.reason.is_empty() {
                let message = format!(
                    "a reason is missing: `{} {} REASON`; without one nothing is suppressed",
                    form.as_str(),
                    checkers.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(",")
                );
                self.invalid(found, location, message);
                return;
            }
        }
        let ignore = Ignore { form, checkers, reason: text.reason, location, lines };
        found.ignores.insert(ignore.location.clone(), (ignore, self.package.to_owned()));
    }

    fn invalid(&self, found: &mut Comments, location: Location, message: String) {
        found.invalid.insert(location, (message, self.package.to_owned()));
    }

    fn location(&self, range: Range<usize>) -> Location {
        let place = |at: usize| self.lines.line_column(TextSize::from(at as u32));
        let (start, end) = (place(range.start), place(range.end));
        Location::new(&*self.path, start.line, start.column, end.line, end.column)
    }

    /// The lines that the comment at this offset covers.
    ///
    /// Behind code it is about that line. On a line of its own it is about the line below it, or
    /// below the comments that go on from there. A `nolint` of that kind is about all of what
    /// begins there at its column (a function, a statement, the package), as golangci-lint has it.
    fn covered(
        &self,
        file: &gossa_syntax::ast::File,
        form: IgnoreForm,
        at: usize,
    ) -> RangeInclusive<u32> {
        let place = self.lines.line_column(TextSize::from(at as u32));
        let line = place.line;
        match form {
            IgnoreForm::LintFile => 1..=u32::MAX,
            _ if !self.is_blank_before(at, line) => line..=line,
            IgnoreForm::Nolint => line..=self.last_line_of_node(file, line + 1, place.column),
            IgnoreForm::Gossa | IgnoreForm::Lint => {
                let mut below = line + 1;
                while self.is_comment(below) {
                    below += 1;
                }
                line..=below
            }
        }
    }

    fn line(&self, line: u32) -> Option<&[u8]> {
        let start = usize::from(self.lines.line_start(line)?);
        let end = self.lines.line_start(line + 1).map_or(self.text.len(), usize::from);
        self.text.get(start..end)
    }

    fn is_comment(&self, line: u32) -> bool {
        self.line(line).is_some_and(|text| text.trim_ascii_start().starts_with(b"//"))
    }

    fn is_blank_before(&self, at: usize, line: u32) -> bool {
        let start = self.lines.line_start(line).map_or(at, usize::from);
        self.text.get(start..at).is_some_and(|before| before.trim_ascii().is_empty())
    }

    /// The last line of the longest node that begins at this place, or the line itself.
    fn last_line_of_node(&self, file: &gossa_syntax::ast::File, line: u32, column: u32) -> u32 {
        let Some(start) = self.lines.line_start(line) else { return line };
        let at = u32::from(start) + column - 1;
        // The file as a node begins at its package clause.
        let clause = self.text.get(at as usize..).unwrap_or_default();
        let name = u32::from(file.package_range.start());
        if clause.starts_with(b"package") && (at..at + 64).contains(&name) && at < name {
            return u32::MAX;
        }
        let index = file.decls.partition_point(|decl| u32::from(decl.range.end()) <= at);
        let Some(decl) = file.decls.get(index) else { return line };
        let first = u32::from(decl.range.start());
        let mut end = (first == at).then_some(u32::from(decl.range.end()));
        for tree in std::iter::once(&decl.header).chain(&decl.body) {
            let spans = &tree.spans;
            let nodes = spans.stmts.iter().chain(&spans.exprs).chain(&spans.specs);
            for span in nodes.filter(|span| span.start.checked_add(first) == Some(at)) {
                end = end.max(Some(first + span.end));
            }
        }
        let last =
            end.map(|end| self.lines.line_column(TextSize::from(end.saturating_sub(1))).line);
        last.unwrap_or(line).max(line)
    }
}
