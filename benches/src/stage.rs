//! The stages that are measured, and what a measurement says.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is measured, from the first stages of the pipeline to the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub(crate) enum Stage {
    /// Tokens of all files in memory.
    Lex,
    /// Trees of all files in memory, each dropped when made.
    Parse,
    /// The same against go/parser at its fastest, which leaves out what go/types does again.
    ParseBare,
    /// Trees of all files in memory, all kept.
    ParseKeep,
    /// The package graph, from disk.
    Load,
    /// Loading, and types of all declarations and bodies.
    Types,
    /// The same against go/types, driven without go/packages.
    GoTypes,
    /// Loading, types, and SSA form of all functions.
    Ssa,
}

impl Stage {
    /// All, in the order of the table.
    pub(crate) const ALL: &[Self] = &[
        Self::Lex,
        Self::Parse,
        Self::ParseBare,
        Self::ParseKeep,
        Self::Load,
        Self::Types,
        Self::GoTypes,
        Self::Ssa,
    ];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lex => "lex",
            Self::Parse => "parse",
            Self::ParseBare => "parse-bare",
            Self::ParseKeep => "parse-keep",
            Self::Load => "load",
            Self::Types => "types",
            Self::GoTypes => "go-types",
            Self::Ssa => "ssa",
        }
    }

    /// The name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Lex => "lex",
            Self::Parse | Self::ParseBare => "parse",
            Self::ParseKeep => "parse, all trees kept",
            Self::Load => "load",
            Self::Types | Self::GoTypes => "load + types",
            Self::Ssa => "load + types + SSA",
        }
    }

    /// What it is compared with, in the table's words.
    pub(crate) fn peer_title(self) -> &'static str {
        match self {
            Self::Lex => "go/scanner",
            Self::Parse | Self::ParseKeep => "go/parser",
            Self::ParseBare => "go/parser, SkipObjectResolution",
            Self::Load => "x/tools go/packages (go list)",
            Self::Types => "x/tools go/packages",
            Self::GoTypes => "go list + go/types",
            Self::Ssa => "x/tools go/packages + go/ssa",
        }
    }

    /// The peer's arguments, before directory and patterns.
    pub(crate) fn peer_args(self) -> &'static [&'static str] {
        match self {
            Self::Lex => &["scan"],
            Self::Parse => &["parse"],
            Self::ParseBare => &["parse", "-bare"],
            Self::ParseKeep => &["parse", "-keep"],
            Self::Load => &["list"],
            Self::Types => &["load"],
            Self::GoTypes => &["types"],
            Self::Ssa => &["ssa"],
        }
    }

    /// Whether it works on a list of files rather than on packages.
    pub(crate) fn takes_files(self) -> bool {
        matches!(self, Self::Lex | Self::Parse | Self::ParseBare | Self::ParseKeep)
    }
}

/// One measurement, of gossa or of a peer.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Measurement {
    /// Go files.
    pub(crate) files: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Their newlines.
    pub(crate) lines: u64,
    /// Packages, dependencies included.
    pub(crate) packages: u64,
    /// Functions with a body in SSA form.
    pub(crate) functions: u64,
    /// Their instructions.
    pub(crate) instructions: u64,
    /// Bytes that functions in SSA form take: of gossa those that the memory report counts, of
    /// the peer those by which the heap grew.
    #[serde(default)]
    pub(crate) ssa_bytes: u64,
    /// What went wrong; not zero means that the work may not be all done.
    pub(crate) errors: u64,
    /// The first of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) first_error: String,
    /// Wall seconds by stage.
    pub(crate) seconds: BTreeMap<String, f64>,
    /// Wall seconds together.
    pub(crate) total: f64,
    /// Seconds of processor time together; steadier than wall time on a busy machine.
    pub(crate) cpu: f64,
    /// Largest resident size in KiB; 0 where the system does not tell.
    pub(crate) peak_rss_kb: u64,
}

impl Measurement {
    /// Megabytes per second.
    pub(crate) fn megabytes_per_second(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.total
    }

    /// Lines per second.
    pub(crate) fn lines_per_second(&self) -> f64 {
        self.lines as f64 / self.total
    }

    /// Largest resident size in megabytes.
    pub(crate) fn peak_megabytes(&self) -> f64 {
        self.peak_rss_kb as f64 * 1024.0 / 1e6
    }

    /// Counts the files' contents.
    pub(crate) fn count<'t>(&mut self, texts: impl IntoIterator<Item = &'t [u8]>) {
        for text in texts {
            self.files += 1;
            self.bytes += text.len() as u64;
            self.lines += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
    }

    /// Counts errors.
    pub(crate) fn fail(&mut self, message: impl Into<String>) {
        self.errors += 1;
        if self.first_error.is_empty() {
            self.first_error = message.into();
        }
    }
}

/// The measurement with the median of `by`.
pub(crate) fn median(runs: &[Measurement], by: impl Fn(&Measurement) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(by).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => 0.0,
        some if some.len() % 2 == 1 => some[middle],
        some => f64::midpoint(some[middle - 1], some[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let median_of = |totals: &[f64]| {
            let runs: Vec<_> =
                totals.iter().map(|&total| Measurement { total, ..Default::default() }).collect();
            median(&runs, |run| run.total)
        };
        assert_eq!(median_of(&[]), 0.0);
        assert_eq!(median_of(&[3.0]), 3.0);
        assert_eq!(median_of(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median_of(&[4.0, 1.0, 2.0, 100.0]), 3.0);
    }

    #[test]
    fn a_peers_words_are_understood() {
        let json = r#"{"files":1,"bytes":2,"lines":3,"packages":4,"functions":5,"instructions":6,
            "errors":0,"seconds":{"parse":0.5},"total":0.5,"cpu":0.7,"peak_rss_kb":8}"#;
        let read: Measurement = serde_json::from_str(json).expect("valid");
        assert_eq!((read.bytes, read.seconds["parse"], read.peak_rss_kb), (2, 0.5, 8));
    }
}
