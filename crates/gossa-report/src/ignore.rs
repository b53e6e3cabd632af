//! Suppression in analysed code: comments that say which findings are known and why they are not
//! to be reported.
//!
//! ```go
//! //gossa:ignore unsafe-uintptr the register is not Go memory
//! p := unsafe.Pointer(address)
//! ```
//!
//! Comments that other tools understand are honoured as those tools read them: `//nolint:gossa` as
//! golangci-lint does, `//lint:ignore` and `//lint:file-ignore` as staticcheck does. [`parse`] is
//! the grammar of one comment; whoever knows the source turns it into an [`Ignore`] with the lines
//! that it covers; [`apply`] marks the findings there, and [`unused`] is what is left over.

use crate::{Finding, Location};
use serde::{Deserialize, Serialize};
use std::ops::{Range, RangeInclusive};

/// Why a finding is not reported.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Suppression {
    /// By what.
    pub kind: SuppressionKind,
    /// The reason that was given; may be empty.
    pub reason: String,
    /// The comment, if it is one.
    pub location: Option<Location>,
}

/// What suppresses a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuppressionKind {
    /// A comment in the code.
    Comment,
    /// An entry of the baseline.
    Baseline,
}

/// Which comment it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IgnoreForm {
    /// `//gossa:ignore id[,id] reason`
    Gossa,
    /// `//lint:ignore id[,id] reason`
    Lint,
    /// `//lint:file-ignore id[,id] reason`
    LintFile,
    /// `//nolint`, `//nolint:all`, `//nolint:gossa,...`
    Nolint,
}

impl IgnoreForm {
    /// The comment's first word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gossa => "//gossa:ignore",
            Self::Lint => "//lint:ignore",
            Self::LintFile => "//lint:file-ignore",
            Self::Nolint => "//nolint",
        }
    }
}

/// What a comment says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IgnoreText {
    /// Its form.
    pub form: IgnoreForm,
    /// The ids in it, each with its bytes in the comment. Those of [`IgnoreForm::Nolint`], which
    /// are names of tools, are left out: such a comment is only read if it is about gossa.
    pub ids: Vec<(String, Range<usize>)>,
    /// The reason, which may be missing.
    pub reason: String,
}

/// A comment that begins like one for gossa and is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IgnoreError {
    /// `// gossa:ignore`
    #[error("this is a comment like any other: a directive has no blank behind `//`")]
    Blank,
    /// `//gossa:something`
    #[error("there is no directive `gossa:{0}`; the one there is reads `//gossa:ignore id reason`")]
    Unknown(String),
}

/// Reads a comment, delimiters included; `None` if it has nothing to do with suppression.
///
/// # Errors
/// When it looks as if it was meant to.
pub fn parse(comment: &str) -> Option<Result<IgnoreText, IgnoreError>> {
    let body = comment.strip_prefix("//")?;
    if let Some(directive) = body.strip_prefix("gossa:") {
        let name = directive.split(char::is_whitespace).next().unwrap_or_default();
        if name != "ignore" {
            return Some(Err(IgnoreError::Unknown(name.to_owned())));
        }
        return Some(Ok(ids_and_reason(IgnoreForm::Gossa, comment)));
    }
    for form in [IgnoreForm::Lint, IgnoreForm::LintFile] {
        let rest = comment.strip_prefix(form.as_str());
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            return Some(Ok(ids_and_reason(form, comment)));
        }
    }
    let trimmed = body.trim_start_matches(['/', ' ']);
    if let Some(rest) = trimmed.strip_prefix("nolint") {
        return nolint(rest).map(Ok);
    }
    let blank = body.trim_start().strip_prefix("gossa:ignore");
    let meant = blank.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    meant.then_some(Err(IgnoreError::Blank))
}

/// `//form id[,id] reason`
fn ids_and_reason(form: IgnoreForm, comment: &str) -> IgnoreText {
    let offset = form.as_str().len();
    let rest = &comment[offset..];
    let list = rest.trim_start();
    let start = offset + rest.len() - list.len();
    let end = list.find(char::is_whitespace).unwrap_or(list.len());
    let (list, reason) = list.split_at(end);
    let mut ids = Vec::new();
    let mut at = start;
    for id in list.split(',') {
        if !id.is_empty() {
            ids.push((id.to_owned(), at..at + id.len()));
        }
        at += id.len() + 1;
    }
    IgnoreText { form, ids, reason: reason.trim().to_owned() }
}

/// What follows `nolint`: nothing, or `:` and names of tools, of which gossa is one.
fn nolint(rest: &str) -> Option<IgnoreText> {
    let text = |reason: &str| {
        let reason = reason.trim().to_owned();
        Some(IgnoreText { form: IgnoreForm::Nolint, ids: Vec::new(), reason })
    };
    // Another comment may explain it: `//nolint:gossa // the reason`.
    let (list, reason) = rest.split_once("//").unwrap_or((rest, ""));
    match list.strip_prefix(':') {
        None if list.is_empty() || list.starts_with(' ') => text(reason),
        None => None,
        Some(names) => {
            let ours = |name: &str| {
                let name = name.trim();
                name.eq_ignore_ascii_case("gossa") || name.eq_ignore_ascii_case("all")
            };
            let all = names.starts_with("all");
            if all || names.split(',').any(ours) { text(reason) } else { None }
        }
    }
}

/// A comment that suppresses findings, in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// Its form.
    pub form: IgnoreForm,
    /// The checkers whose findings it suppresses, each with its place in the comment; none stands
    /// for all of them.
    pub checkers: Vec<(String, Location)>,
    /// The reason.
    pub reason: String,
    /// The comment.
    pub location: Location,
    /// The lines of its file that it covers.
    pub lines: RangeInclusive<u32>,
}

impl Ignore {
    fn covers(&self, finding: &Finding) -> bool {
        self.location.file == finding.location.file && self.lines.contains(&finding.location.line)
    }

    fn names(&self, finding: &Finding) -> bool {
        self.checkers.is_empty() || self.checkers.iter().any(|(id, _)| *id == finding.checker)
    }
}

/// Marks the findings that the comments suppress; one that is marked already stays as it is.
pub fn apply(ignores: &[Ignore], findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.suppression.is_none()) {
        let by = ignores.iter().find(|ignore| ignore.covers(finding) && ignore.names(finding));
        finding.suppression = by.map(|ignore| Suppression {
            kind: SuppressionKind::Comment,
            reason: ignore.reason.clone(),
            location: Some(ignore.location.clone()),
        });
    }
}

/// What comments name that suppresses none of the findings: the comment, and the checker's place
/// in it. Comments for all checkers (`//nolint`) are about other tools too and are left out.
#[must_use]
pub fn unused<'i>(
    ignores: &'i [Ignore],
    findings: &[&Finding],
) -> Vec<(&'i Ignore, &'i str, &'i Location)> {
    let mut unused = Vec::new();
    for ignore in ignores {
        for (checker, location) in &ignore.checkers {
            let matches = |finding: &Finding| finding.checker == *checker && ignore.covers(finding);
            if !findings.iter().any(|finding| matches(finding)) {
                unused.push((ignore, checker.as_str(), location));
            }
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;

    fn text(comment: &str) -> IgnoreText {
        parse(comment).expect("about suppression").expect("well formed")
    }

    #[test]
    fn ids_have_their_places_and_the_reason_is_the_rest() {
        let ignore = text("//gossa:ignore  a,b-c  because of  d ");
        assert_eq!(ignore.form, IgnoreForm::Gossa);
        assert_eq!(ignore.ids, [("a".to_owned(), 16..17), ("b-c".to_owned(), 18..21)]);
        assert_eq!(ignore.reason, "because of  d");
        assert_eq!(text("//gossa:ignore a").reason, "");
        assert_eq!(text("//gossa:ignore").ids, []);
        assert_eq!(text("//lint:ignore SA1000,a why").ids.len(), 2);
        assert_eq!(text("//lint:file-ignore a why").form, IgnoreForm::LintFile);
    }

    #[test]
    fn nolint_is_read_as_golangci_lint_reads_it() {
        for ours in [
            "//nolint",
            "// nolint",
            "//nolint // why",
            "//nolint:all",
            "//nolint:gossa",
            "//nolint:errcheck, Gossa // why",
        ] {
            assert_eq!(text(ours).form, IgnoreForm::Nolint, "{ours}");
        }
        assert_eq!(text("//nolint:gossa // why").reason, "why");
        for others in ["//nolint:errcheck", "//nolintlint", "//nolint:errcheck // gossa"] {
            assert_eq!(parse(others), None, "{others}");
        }
    }

    #[test]
    fn what_is_nearly_a_directive_is_an_error() {
        assert_eq!(parse("// gossa:ignore a why"), Some(Err(IgnoreError::Blank)));
        let unknown = Some(Err(IgnoreError::Unknown("ignroe".to_owned())));
        assert_eq!(parse("//gossa:ignroe a why"), unknown);
        for others in ["// see gossa:ignore", "/*gossa:ignore a b*/", "//lint:ignored a b", "//"] {
            assert_eq!(parse(others), None, "{others}");
        }
    }

    fn finding(checker: &'static str, line: u32) -> Finding {
        Finding::new(checker, "c", Severity::Warning, "m", Location::point("a.go", line, 1))
    }

    #[test]
    fn findings_on_covered_lines_are_marked_and_the_rest_of_the_ids_is_unused() {
        let place = Location::point("a.go", 4, 1);
        let ignore = Ignore {
            form: IgnoreForm::Gossa,
            checkers: vec![("a".to_owned(), place.clone()), ("b".to_owned(), place.clone())],
            reason: "why".to_owned(),
            location: place.clone(),
            lines: 4..=5,
        };
        let mut findings = [finding("a", 5), finding("a", 6), finding("c", 5)];
        apply(std::slice::from_ref(&ignore), &mut findings);
        let marked: Vec<bool> = findings.iter().map(|f| f.suppression.is_some()).collect();
        assert_eq!(marked, [true, false, false]);
        let ignores = [ignore];
        let left: Vec<&str> = unused(&ignores, &findings.iter().collect::<Vec<_>>())
            .iter()
            .map(|unused| unused.1)
            .collect();
        assert_eq!(left, ["b"]);
    }
}
