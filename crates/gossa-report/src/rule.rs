//! What forms of output say about a checker besides its findings.

use crate::Severity;
use std::borrow::Cow;

/// A checker, as output describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its group.
    pub category: Cow<'static, str>,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it reports, in a few words.
    pub summary: Cow<'static, str>,
    /// Its documentation in Markdown.
    pub help: String,
    /// The weaknesses that its findings are instances of, by their numbers in the CWE.
    pub cwe: Vec<u16>,
}
