//! Baselines: findings that are known and not to be reported again.
//!
//! A baseline is a file of fingerprints, so it holds while code moves. Its form is JSON, one entry
//! a line, sorted, with what a reviewer of its changes wants to see and nothing that changes
//! without need:
//!
//! ```json
//! {
//!   "schema": "gossa.baseline/1",
//!   "findings": [
//!     {"file": "a.go", "checker": "data-race", "fingerprint": "0123456789abcdef", ...}
//!   ]
//! }
//! ```
//!
//! Each entry stands for one finding: where two have the same fingerprint, two entries are needed.

use crate::{Confidence, Finding, Fingerprint, Suppression, SuppressionKind};
use gossa_base::FxHashMap;
use serde::{Deserialize, Serialize};
use std::io;

/// The name and version of the form.
pub const BASELINE_SCHEMA: &str = "gossa.baseline/1";

/// A known finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The file it was in.
    pub file: String,
    /// The checker's id.
    pub checker: String,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
    /// How sure it was.
    pub confidence: Confidence,
    /// Import path of the package.
    pub package: String,
    /// What was reported.
    pub message: String,
}

/// The known findings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline {
    entries: Vec<BaselineEntry>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of the form.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// It is of another form, or version.
    #[error("the schema is `{0}`, not `{BASELINE_SCHEMA}`")]
    Schema(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    #[serde(rename = "schema")]
    _schema: String,
    findings: Vec<BaselineEntry>,
}

impl Baseline {
    /// A baseline of these findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let entry = |finding: &Finding| BaselineEntry {
            file: finding.location.file.clone(),
            checker: finding.checker.clone().into_owned(),
            fingerprint: finding.fingerprint,
            confidence: finding.confidence,
            package: finding.package.clone(),
            message: finding.message.clone(),
        };
        let mut entries: Vec<_> = findings.iter().map(entry).collect();
        entries.sort_unstable();
        Self { entries }
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// When the text is none.
    pub fn read(text: &[u8]) -> Result<Self, BaselineError> {
        /// What tells forms apart, whatever else is in them.
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = serde_json::from_slice(text)?;
        if head.schema != BASELINE_SCHEMA {
            return Err(BaselineError::Schema(head.schema));
        }
        let FileForm { findings, .. } = serde_json::from_slice(text)?;
        Ok(Self { entries: findings })
    }

    /// Writes it: the same findings give the same bytes.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        write!(out, "{{\n  \"schema\": \"{BASELINE_SCHEMA}\",\n  \"findings\": [")?;
        for (index, entry) in self.entries.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}\n    ")?;
            serde_json::to_writer(&mut *out, entry)?;
        }
        let end = if self.entries.is_empty() { "" } else { "\n  " };
        writeln!(out, "{end}]\n}}")
    }

    /// Marks the findings that are known, as many for each fingerprint as there are entries, and
    /// returns the entries that nothing was found for. The findings have fingerprints; those that
    /// are marked already are known by other means and take an entry all the same.
    pub fn apply(&self, findings: &mut [Finding]) -> Vec<&BaselineEntry> {
        let mut left: FxHashMap<Fingerprint, Vec<&BaselineEntry>> = FxHashMap::default();
        // The last is taken first.
        for entry in self.entries.iter().rev() {
            left.entry(entry.fingerprint).or_default().push(entry);
        }
        for finding in findings {
            let entry = left.get_mut(&finding.fingerprint).and_then(Vec::pop);
            if entry.is_some() && finding.suppression.is_none() {
                finding.suppression = Some(Suppression {
                    kind: SuppressionKind::Baseline,
                    reason: String::new(),
                    location: None,
                });
            }
        }
        let mut stale: Vec<&BaselineEntry> = left.into_values().flatten().collect();
        stale.sort_unstable();
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Severity};

    fn finding(file: &str, fingerprint: u64) -> Finding {
        let location = Location::point(file, 1, 1);
        let mut finding = Finding::new("a", "c", Severity::Warning, "m \"q\"", location);
        finding.fingerprint = Fingerprint(fingerprint);
        finding
    }

    fn written(baseline: &Baseline) -> String {
        let mut out = Vec::new();
        baseline.write(&mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_is_written_is_sorted_and_reads_back() {
        let baseline = Baseline::of(&[finding("b.go", 1), finding("a.go", 2), finding("b.go", 1)]);
        let text = written(&baseline);
        assert_eq!(Baseline::read(text.as_bytes()).expect("a baseline"), baseline);
        let reversed = Baseline::of(&[finding("b.go", 1), finding("b.go", 1), finding("a.go", 2)]);
        assert_eq!(written(&reversed), text);
        insta::assert_snapshot!(text, @r#"
        {
          "schema": "gossa.baseline/1",
          "findings": [
            {"file":"a.go","checker":"a","fingerprint":"0000000000000002","confidence":"high","package":"","message":"m \"q\""},
            {"file":"b.go","checker":"a","fingerprint":"0000000000000001","confidence":"high","package":"","message":"m \"q\""},
            {"file":"b.go","checker":"a","fingerprint":"0000000000000001","confidence":"high","package":"","message":"m \"q\""}
          ]
        }
        "#);
        let empty = written(&Baseline::default());
        assert!(Baseline::read(empty.as_bytes()).expect("a baseline").is_empty(), "{empty}");
    }

    #[test]
    fn each_entry_is_good_for_one_finding() {
        let baseline = Baseline::of(&[finding("a.go", 1), finding("a.go", 9)]);
        let mut findings = [finding("a.go", 1), finding("a.go", 1), finding("a.go", 2)];
        let stale: Vec<u64> =
            baseline.apply(&mut findings).iter().map(|entry| entry.fingerprint.0).collect();
        assert_eq!(stale, [9]);
        let known: Vec<bool> = findings.iter().map(|f| f.suppression.is_some()).collect();
        assert_eq!(known, [true, false, false]);
    }

    #[test]
    fn other_texts_are_refused_with_a_reason() {
        let error = |text: &str| Baseline::read(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error("{\"schema\": \"gossa.findings/1\", \"findings\": []}"),
            "the schema is `gossa.findings/1`, not `gossa.baseline/1`"
        );
        assert!(error("{").contains("line 1"));
        assert!(error("[]").contains("line 1"));
        let entry = "{\"schema\": \"gossa.baseline/1\",\n\"findings\": [{\"file\": 1}]}";
        assert!(error(entry).contains("line 2"), "{}", error(entry));
    }
}
