//! How a run ends: the exit status, and the errors that leave nothing to analyse.

use std::io;
use std::process::ExitCode;

/// The exit statuses. They are part of the interface: scripts rely on the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Nothing found.
    Clean = 0,
    /// Findings were reported.
    Findings = 1,
    /// The command line, configuration or loading failed, so that nothing could be analysed.
    Failed = 2,
    /// Analysed, but some package had errors.
    Errors = 3,
}

impl Exit {
    /// The status of a run that had something to analyse; findings win over errors.
    pub(crate) fn of(findings: usize, errors: u64) -> Self {
        if findings > 0 {
            Self::Findings
        } else if errors > 0 {
            Self::Errors
        } else {
            Self::Clean
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a subcommand stopped before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// Nothing could be loaded.
    #[error(transparent)]
    Session(#[from] gossa_db::SessionError),
    /// A file that the command line names cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        reason: io::Error,
    },
    /// The threads could not be started.
    #[error("cannot start {jobs} threads: {reason}")]
    Threads {
        /// How many were asked for.
        jobs: usize,
        /// What the system says.
        reason: String,
    },
    /// The output could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_win_over_errors() {
        assert_eq!(Exit::of(1, 4), Exit::Findings);
        assert_eq!(Exit::of(0, 4), Exit::Errors);
        assert_eq!(Exit::of(0, 0), Exit::Clean);
    }
}
