//! What can stop a benchmark or a fuzzer.

use camino::Utf8PathBuf;
use std::io;

/// Why no measurement can be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// No Go distribution, or one that is too old.
    #[error("{0}")]
    Go(String),
    /// A file or directory.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program that is part of the benchmark.
    #[error("{program}: {reason}")]
    Child {
        /// The program and its arguments.
        program: String,
        /// How it failed.
        reason: String,
    },
    /// The program under measurement cannot be loaded.
    #[error(transparent)]
    Load(#[from] gossa_load::LoadError),
    /// The same, from a whole run.
    #[error(transparent)]
    Session(#[from] gossa_db::SessionError),
    /// A program of which the solution is to be kept cannot be solved.
    #[error(transparent)]
    Kept(#[from] gossa_db::KeptError),
    /// The threads could not be started.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A measurement in words that are not the expected ones.
    #[error("cannot read or write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl BenchError {
    /// An error about a path.
    pub(crate) fn io(path: impl Into<Utf8PathBuf>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { path: path.into(), source }
    }
}
