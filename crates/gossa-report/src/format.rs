//! The choice of an output form, and writing a report in it.

use std::fmt;
use std::io;
use std::str::FromStr;

use crate::{Report, Rule, SourceProvider, github, html, json, sarif, text};

/// A form of output. More are to come; each is one variant, one name, one arm of `write`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum OutputFormat {
    /// For people: code frames and the story of each finding.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// A page for browsers that needs nothing besides itself.
    Html,
    /// Commands of GitHub's workflows.
    Github,
}

impl OutputFormat {
    /// All forms, in the order in which they are listed to users.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Json, Self::Jsonl, Self::Sarif, Self::Html, Self::Github];

    /// The form's name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Github => "github",
        }
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no output form of that name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no output format `{0}`: it is one of text, json, jsonl, sarif, html, github")]
pub struct UnknownFormat(String);

impl FromStr for OutputFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == name);
        known.ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// How a report is written.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Colours and bold type in text output. The caller knows whether it writes to a terminal.
    pub color: bool,
    /// Width of the terminal in columns, for text output.
    pub width: usize,
    /// Writes zero for what differs from run to run (`stats.seconds`, `stats.peak_rss_mb`), so
    /// that two runs over the same code give the same bytes.
    pub deterministic: bool,
    /// The checkers that ran: SARIF and HTML describe them.
    pub rules: Vec<Rule>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { color: false, width: 140, deterministic: false, rules: Vec::new() }
    }
}

impl Report {
    /// Writes the report, which is [finished](Self::finish), in a form.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(
        &self,
        format: OutputFormat,
        options: &WriteOptions,
        sources: &dyn SourceProvider,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match format {
            OutputFormat::Text => text::write(self, options, sources, out),
            OutputFormat::Json => json::write(self, options, out),
            OutputFormat::Jsonl => json::write_lines(self, options, out),
            OutputFormat::Sarif => sarif::write(self, options, sources, out),
            OutputFormat::Html => html::write(self, options, sources, out),
            OutputFormat::Github => github::write(self, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_the_error_lists_them_all() {
        let error = "xml".parse::<OutputFormat>().unwrap_err().to_string();
        for format in OutputFormat::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert!(error.contains(format.as_str()));
        }
    }
}
