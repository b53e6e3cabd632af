//! A run's whole result: findings, diagnostics, and figures about the run.

use std::borrow::Cow;
use std::cmp::Reverse;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Diagnostic, Finding, Severity, SourceProvider, fingerprint};

/// The name and version of the JSON form.
pub const SCHEMA: &str = "gossa.findings/1";

/// The field `schema`: written as [`SCHEMA`], and reading anything else fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Schema;

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == SCHEMA {
            Ok(Self)
        } else {
            Err(serde::de::Error::custom(format_args!("the schema is `{name}`, not `{SCHEMA}`")))
        }
    }
}

/// Who wrote the report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tool {
    /// The tool's name.
    pub name: Cow<'static, str>,
    /// The tool's version.
    pub version: Cow<'static, str>,
}

impl Default for Tool {
    fn default() -> Self {
        Self { name: "gossa".into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// Wall-clock time by stage.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// Finding packages and reading files.
    pub load: f64,
    /// Parsing.
    pub parse: f64,
    /// Type checking.
    pub types: f64,
    /// Lowering to SSA.
    pub ssa: f64,
    /// Whole-program analyses.
    pub solve: f64,
    /// The checkers.
    pub check: f64,
    /// From start to report.
    pub total: f64,
}

impl Seconds {
    /// The same, in whole milliseconds: more digits than that are noise.
    #[must_use]
    pub fn rounded(self) -> Self {
        let round = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        Self {
            load: round(self.load),
            parse: round(self.parse),
            types: round(self.types),
            ssa: round(self.ssa),
            solve: round(self.solve),
            check: round(self.check),
            total: round(self.total),
        }
    }
}

/// Something that the result rests on, but that was not read off the code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Import path of the package that uses it.
    pub package: String,
    /// Its name, such as `C.getpid`.
    pub name: String,
    /// What it is taken for: `type`, `function`, `variable`, `constant` or `value`.
    pub kind: String,
    /// What that rests on: `table`, gossa's own table of the C library; `condition`, a
    /// declaration under a condition that could not be decided; `use`, its uses.
    pub how: String,
}

/// Figures about the run. All but `seconds` and `peak_rss_mb` are the same in every run.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Packages analysed, dependencies included.
    pub packages: u64,
    /// Files read.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// Functions lowered.
    pub functions: u64,
    /// SSA instructions in them.
    pub instructions: u64,
    /// Errors in the analysed code and in loading it.
    pub errors: u64,
    /// Time by stage.
    pub seconds: Seconds,
    /// Peak resident memory in MiB.
    pub peak_rss_mb: u64,
    /// Findings that are not reported because of comments or of the baseline; left out of the
    /// output where it is zero.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suppressed: u64,
    /// The soundness ledger: what the result rests on besides the code, sorted; left out of the
    /// output where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<LedgerEntry>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Stats {
    /// The same without what differs from run to run.
    #[must_use]
    pub fn without_timing(&self) -> Self {
        Self { seconds: Seconds::default(), peak_rss_mb: 0, ..self.clone() }
    }
}

/// A run's result. Fill it in any order, then call [`finish`](Self::finish).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// The form's name.
    pub schema: Schema,
    /// Who wrote it.
    pub tool: Tool,
    /// The names of the build configurations that were analysed, in the order in which they were
    /// asked for; empty where there is only one that needs no name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<String>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was found and is not reported; no part of the JSON forms.
    #[serde(skip)]
    pub suppressed: Vec<Finding>,
    /// Whether a baseline says which findings are known; no part of the JSON forms.
    #[serde(skip)]
    pub has_baseline: bool,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Figures.
    pub stats: Stats,
}

impl Report {
    /// An empty report of this version of gossa.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the report into its final form, whatever order its parts came in: findings sorted by
    /// file, line, column, checker and message, each one once, with fingerprints; diagnostics
    /// sorted by place, each one once.
    ///
    /// Two findings are the same if checker, message and location agree: a package and its test
    /// variant, two instances of a generic function, or two configurations report alike. The one
    /// of higher confidence, then severity, then with the shorter trace, stays, with the
    /// configurations of all.
    pub fn finish(&mut self, sources: &dyn SourceProvider) {
        // The whole finding is the last key, so that the order never depends on arrival.
        self.findings.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.cmp(b)));
        let order_of_configs = std::mem::take(&mut self.configs);
        self.findings.dedup_by(|later, earlier| {
            let same = identity(later) == identity(earlier);
            if same {
                earlier.configs.append(&mut later.configs);
            }
            same
        });
        for finding in &mut self.findings {
            arrange(&mut finding.configs, &order_of_configs);
        }
        fingerprint::assign(&mut self.findings, sources);
        self.diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.diagnostics.dedup_by(|later, earlier| {
            let same = later.sort_key() == earlier.sort_key();
            if same {
                earlier.configs.append(&mut later.configs);
            }
            same
        });
        for diagnostic in &mut self.diagnostics {
            arrange(&mut diagnostic.configs, &order_of_configs);
        }
        self.configs = order_of_configs;
    }

    /// Adds a diagnostic in its place. The report is [finished](Self::finish).
    pub fn insert_diagnostic(&mut self, diagnostic: Diagnostic) {
        let at = self.diagnostics.partition_point(|old| old.sort_key() <= diagnostic.sort_key());
        self.diagnostics.insert(at, diagnostic);
    }

    /// Takes the findings that are marked as suppressed out of those that are reported. The report
    /// is [finished](Self::finish).
    pub fn set_suppressed_aside(&mut self) {
        let marked = self.findings.extract_if(.., |finding| finding.suppression.is_some());
        self.suppressed.extend(marked);
        self.suppressed.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.cmp(b)));
        self.stats.suppressed = self.suppressed.len() as u64;
    }

    /// How the configurations of a finding or diagnostic are said to people; `None` where it holds
    /// in all of them, which goes without saying.
    #[must_use]
    pub fn only_in(&self, configs: &[String]) -> Option<String> {
        (configs.len() < self.configs.len() && !configs.is_empty())
            .then(|| format!("only in {}", configs.join(", ")))
    }

    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// What findings are sorted by. Equal findings stand together, the one to keep first.
fn order(finding: &Finding) -> impl Ord + '_ {
    let at = &finding.location;
    (
        (&at.file, at.line, at.column, &finding.checker, &finding.message),
        (at.end_line, at.end_column),
        (Reverse(finding.confidence), Reverse(finding.severity), finding.trace.len()),
    )
}

/// Each configuration once, in the run's order.
fn arrange(configs: &mut Vec<String>, order: &[String]) {
    let place = |name: &String| order.iter().position(|known| known == name);
    configs.sort_by(|a, b| (place(a), a).cmp(&(place(b), b)));
    configs.dedup();
}

fn identity(finding: &Finding) -> (&str, &str, &crate::Location) {
    (&finding.checker, &finding.message, &finding.location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, Location, NoSources, Stage, Step};

    fn finding(file: &str, line: u32, column: u32, checker: &'static str) -> Finding {
        let location = Location::new(file, line, column, line, column + 1);
        Finding::new(checker, "x", Severity::Warning, "m", location)
    }

    #[test]
    fn findings_are_sorted_by_place_then_checker() {
        let sorted = [
            finding("a.go", 2, 9, "a"),
            finding("a.go", 10, 1, "b"),
            finding("a.go", 10, 2, "a"),
            finding("a.go", 10, 2, "b"),
            finding("b.go", 1, 1, "a"),
        ];
        let mut report = Report::new();
        report.findings = sorted.iter().rev().cloned().collect();
        report.finish(&NoSources);
        for finding in &mut report.findings {
            finding.fingerprint = Default::default();
        }
        assert_eq!(report.findings, sorted);
    }

    #[test]
    fn of_equal_findings_the_surest_with_the_shortest_story_stays() {
        let sure = finding("a.go", 1, 1, "a");
        let mut long = sure.clone();
        long.trace.push(Step::new("s", sure.location.clone()));
        let mut unsure = sure.clone();
        unsure.confidence = Confidence::Low;
        let mut elsewhere = sure.clone();
        elsewhere.location.end_column += 1;
        let findings = vec![unsure, long, elsewhere, sure];

        let mut reversed = Report::new();
        reversed.findings = findings.iter().rev().cloned().collect();
        reversed.finish(&NoSources);
        let mut report = Report::new();
        report.findings = findings;
        report.finish(&NoSources);

        assert_eq!(report, reversed);
        assert_eq!(report.findings.len(), 2);
        assert_eq!(report.findings[0].confidence, Confidence::High);
        assert!(report.findings[0].trace.is_empty());
    }

    #[test]
    fn what_several_configurations_report_is_one_finding_with_all_their_names() {
        let at = |line, config: &str| Finding {
            configs: vec![config.to_owned()],
            ..finding("a.go", line, 1, "a")
        };
        let mut report = Report::new();
        report.configs = vec!["linux/amd64".to_owned(), "darwin/arm64".to_owned()];
        report.findings = vec![at(1, "darwin/arm64"), at(2, "darwin/arm64"), at(1, "linux/amd64")];
        let met = |config: &str| Diagnostic {
            configs: vec![config.to_owned()],
            ..Diagnostic::new(Severity::Error, Stage::Types, "m")
        };
        report.diagnostics = vec![met("darwin/arm64"), met("linux/amd64")];
        report.finish(&NoSources);

        let [both, one] = &*report.findings else { panic!("{:?}", report.findings) };
        assert_eq!(both.configs, ["linux/amd64", "darwin/arm64"]);
        assert_eq!(report.only_in(&both.configs), None);
        assert_eq!(report.only_in(&one.configs).as_deref(), Some("only in darwin/arm64"));
        assert_eq!(report.diagnostics.len(), 1);
        assert_eq!(report.diagnostics[0].configs, ["linux/amd64", "darwin/arm64"]);
    }

    #[test]
    fn suppressed_findings_are_counted_and_not_reported() {
        let mut known = finding("a.go", 1, 1, "a");
        known.suppression = Some(crate::Suppression {
            kind: crate::SuppressionKind::Comment,
            reason: "why".to_owned(),
            location: None,
        });
        let mut report = Report::new();
        report.findings = vec![finding("a.go", 2, 1, "a"), known];
        report.finish(&NoSources);
        report.set_suppressed_aside();
        let lines = |findings: &[Finding]| {
            findings.iter().map(|found| found.location.line).collect::<Vec<_>>()
        };
        assert_eq!((lines(&report.findings), lines(&report.suppressed)), (vec![2], vec![1]));
        assert_eq!(report.stats.suppressed, 1);
    }

    #[test]
    fn diagnostics_without_a_place_come_first_and_each_once() {
        let placed = |line| {
            Diagnostic::new(Severity::Error, Stage::Parse, "m").at(Location::point("a.go", line, 1))
        };
        let bare = Diagnostic::new(Severity::Error, Stage::Load, "m");
        let mut report = Report::new();
        report.diagnostics = vec![placed(2), placed(1), bare.clone(), placed(2)];
        report.finish(&NoSources);
        assert_eq!(report.diagnostics, [bare, placed(1), placed(2)]);
    }
}
