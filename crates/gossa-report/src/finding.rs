//! Findings: what a checker reports, with the story that leads to it.
//!
//! The field names, their order, and the lower-case enum values are the fixed JSON form
//! `gossa.findings/1`; the derived serialisation is that form, so nothing here is renamed lightly.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Fingerprint, Suppression};

/// How bad it is if the finding is true.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Wrong under some schedule, input or runtime decision.
    Warning,
    /// Wrong whenever it is reached.
    Error,
}

impl Severity {
    /// The severity's name, as it is printed and serialised.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure the analysis is. The order is that of `--min-confidence`: low, medium, high.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint for an audit.
    Low,
    /// Needs a schedule or a path that could not be refuted.
    Medium,
    /// Proved along a feasible path, under the analysis's assumptions.
    High,
}

impl Confidence {
    /// The confidence's name, as it is printed and serialised.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A range of text in a file. Lines and columns count from 1, columns in bytes; the end is the
/// place just behind the last byte. Ordered by file, then start, then end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Location {
    /// The file's display path, see [`PathDisplay`](crate::PathDisplay).
    pub file: String,
    /// First line.
    pub line: u32,
    /// First byte in that line.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Just behind the last byte in that line.
    pub end_column: u32,
    /// In generated code: where a `//line` directive says that the place comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The place that generated code was made from. Nothing is read there: it is a name only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The file's display path; empty if the directive gives none.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        write!(f, "{}", self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

impl Location {
    /// A range from start to end, in lines and byte columns that count from 1.
    #[must_use]
    pub fn new(
        file: impl Into<String>,
        line: u32,
        column: u32,
        end_line: u32,
        end_column: u32,
    ) -> Self {
        Self { file: file.into(), line, column, end_line, end_column, origin: None }
    }

    /// A place without extent.
    #[must_use]
    pub fn point(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self::new(file, line, column, line, column)
    }
}

/// One step of a trace, or a related place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Step {
    /// What happens there, in a few words.
    pub message: String,
    /// Where.
    pub location: Location,
    /// In a story of several goroutines the one that does it, from 1; 0 where there is only one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub goroutine: u32,
}

fn is_zero(goroutine: &u32) -> bool {
    *goroutine == 0
}

impl Step {
    /// A step at a place.
    #[must_use]
    pub fn new(message: impl Into<String>, location: Location) -> Self {
        Self { message: message.into(), location, goroutine: 0 }
    }
}

/// A replacement of bytes `start..end` of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// The file's display path.
    pub file: String,
    /// First byte that is replaced.
    pub start: u32,
    /// Just behind the last byte that is replaced.
    pub end: u32,
    /// What stands there afterwards.
    pub new_text: String,
}

/// A way to repair the code: edits that are made together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Fix {
    /// What the edits do.
    pub message: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// Something wrong in the analysed code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The checker's id, such as `unsafe-uintptr`.
    pub checker: Cow<'static, str>,
    /// The checker's group, such as `unsafe`.
    pub category: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// One sentence, in plain words, that names the values.
    pub message: String,
    /// Where the finding is reported.
    pub location: Location,
    /// Import path of the package.
    pub package: String,
    /// The function as `Name`, `T.Method` or `(*T).Method`; empty at package level.
    pub function: String,
    /// Identifies the finding when lines move; set by [`Report::finish`](crate::Report::finish).
    pub fingerprint: Fingerprint,
    /// The story in order, from cause to effect.
    pub trace: Vec<Step>,
    /// Other places that matter, such as the second access of a race.
    pub related: Vec<Step>,
    /// Ways to repair it.
    pub fixes: Vec<Fix>,
    /// The build configurations in which it holds, in the run's order; empty where a run has only
    /// one that needs no name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<String>,
    /// Why it is not reported, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
}

impl Finding {
    /// A finding of high confidence, with no story yet; the other fields are public to fill in.
    #[must_use]
    pub fn new(
        checker: impl Into<Cow<'static, str>>,
        category: impl Into<Cow<'static, str>>,
        severity: Severity,
        message: impl Into<String>,
        location: Location,
    ) -> Self {
        Self {
            checker: checker.into(),
            category: category.into(),
            severity,
            confidence: Confidence::High,
            message: message.into(),
            location,
            package: String::new(),
            function: String::new(),
            fingerprint: Fingerprint::default(),
            trace: Vec::new(),
            related: Vec::new(),
            fixes: Vec::new(),
            configs: Vec::new(),
            suppression: None,
        }
    }
}
