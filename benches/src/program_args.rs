//! Which program a benchmark is of: arguments that several have in common, and how it is loaded.

use crate::corpus;
use crate::error::BenchError;
use crate::machine;
use camino::Utf8PathBuf;
use clap::Args;
use gossa_db::Options;
use gossa_load::{BuildConfig, DiskSystem};
use std::sync::Arc;

/// A program: main packages, and where they are.
#[derive(Args)]
pub(crate) struct ProgramArgs {
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Whether files that import C are part of the build; of the peer's too, if there is one.
    #[arg(long)]
    pub(crate) cgo: bool,
    /// Where patterns are relative to; the distribution's `src` if not given.
    #[arg(short = 'C', value_name = "DIR")]
    dir: Option<Utf8PathBuf>,
    /// Main packages.
    #[arg(required = true)]
    pub(crate) patterns: Vec<String>,
}

impl ProgramArgs {
    /// The Go distribution.
    ///
    /// # Errors
    /// When there is none, or it is too old.
    pub(crate) fn goroot(&self) -> Result<Utf8PathBuf, BenchError> {
        corpus::goroot(self.goroot.as_deref())
    }

    /// How the program is loaded; `one_shot` if it is not loaded again after changes.
    ///
    /// # Errors
    /// As [`ProgramArgs::goroot`].
    pub(crate) fn options(&self, one_shot: bool) -> Result<Options, BenchError> {
        let goroot = self.goroot()?;
        let dir = self.dir.clone().unwrap_or_else(|| goroot.join("src"));
        Ok(Options {
            system: Arc::new(DiskSystem),
            config: BuildConfig {
                dir: Some(dir.clone()),
                goroot: Some(goroot),
                cgo: Some(self.cgo),
                ..BuildConfig::default()
            },
            dir,
            patterns: self.patterns.clone(),
            jobs: machine::processors(),
            one_shot,
        })
    }
}
