//! Findings and their output: what the analysis has to say, in the shapes people and tools read.
//!
//! This is the end of the pipeline. The analysis hands over [`Finding`]s and [`Diagnostic`]s that
//! name files by display path; the command line collects them in a [`Report`], calls
//! [`Report::finish`], and writes it:
//!
//! ```
//! use gossa_report::{Finding, Location, MemorySources, OutputFormat, Report, Severity, WriteOptions};
//!
//! let sources = MemorySources::new([("a.go", "package a\n\nvar p = laundered()\n")]);
//! let mut report = Report::new();
//! report.findings.push(Finding::new(
//!     "unsafe-uintptr",
//!     "unsafe",
//!     Severity::Warning,
//!     "an address becomes a pointer again",
//!     Location::new("a.go", 3, 9, 3, 20),
//! ));
//! report.stats.packages = 1;
//! report.finish(&sources);
//!
//! let mut out = Vec::new();
//! report.write(OutputFormat::Text, &WriteOptions::default(), &sources, &mut out)?;
//! assert!(String::from_utf8_lossy(&out).ends_with("1 finding (1 warning) in 1 package\n"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The crate knows nothing of the analyses, of Go, of the disk, or of terminals: source text comes
//! through [`SourceProvider`], and the caller decides about colours. `docs/output.md` specifies the
//! formats and the fingerprint for users.
//!
//! Reading order: [`Finding`] and [`Report`] are the data; [`PathDisplay`] names files; the text
//! form is built from `escape` (nothing hostile reaches a terminal), `frame` (a bounded excerpt of
//! source) and `text` (the layout).

pub mod baseline;
mod diagnostic;
mod escape;
mod finding;
mod fingerprint;
mod format;
mod frame;
mod github;
mod html;
pub mod ignore;
mod json;
mod paths;
mod report;
mod rule;
mod sarif;
mod source;
mod text;

pub use baseline::{BASELINE_SCHEMA, Baseline, BaselineEntry, BaselineError};
pub use diagnostic::{Diagnostic, Stage};
pub use escape::escape_line;
pub use finding::{Confidence, Edit, Finding, Fix, Location, Origin, Severity, Step};
pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub use format::{OutputFormat, UnknownFormat, WriteOptions};
pub use ignore::{Ignore, IgnoreError, IgnoreForm, IgnoreText, Suppression, SuppressionKind};
pub use paths::{PathDisplay, PathStyle};
pub use report::{LedgerEntry, Report, SCHEMA, Schema, Seconds, Stats, Tool};
pub use rule::Rule;
pub use source::{MemorySources, NoSources, SourceProvider};
