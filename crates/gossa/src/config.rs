//! `gossa.toml`: what a module asks of every run of `gossa check` on it.
//!
//! Before anything is loaded: the file at the module's root is read ([`find`], [`read`]), every
//! mistake in it is told with its place, and what it says is put below what the command line says
//! ([`Config::complete`]). `docs/configuration.md` is the description for users.

mod models;
mod read;
mod table;

pub(crate) use models::Models;
pub(crate) use read::{Config, find};

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use gossa_report::{Finding, PathDisplay};

/// The name of the file.
pub(crate) const FILE_NAME: &str = "gossa.toml";

/// Which files findings are reported in: globs over paths relative to the configuration file.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The directory of the configuration file.
    root: Utf8PathBuf,
    /// Only in these, if there are any.
    only: Option<GlobSet>,
    /// And not in these.
    exclude: GlobSet,
}

impl Scope {
    /// Whether findings there are reported.
    pub(crate) fn reports(&self, finding: &Finding, paths: &PathDisplay) -> bool {
        let file = paths.resolve(&finding.location.file);
        let file = Utf8Path::new(&file);
        let path = file.strip_prefix(&self.root).unwrap_or(file);
        let path = path.as_str().replace('\\', "/");
        self.only.as_ref().is_none_or(|only| only.is_match(&path)) && !self.exclude.is_match(&path)
    }
}

/// A set of globs as `exclude` takes them: `*` stays within a directory, `**` does not, and a
/// glob that names a directory stands for all below it.
fn globs<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        let mut add = |text: &str| {
            set.add(GlobBuilder::new(text).literal_separator(true).build()?);
            Ok(())
        };
        add(glob)?;
        add(&format!("{glob}/**"))?;
    }
    set.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_stay_within_directories_unless_they_say_otherwise() {
        let set = globs(["*.pb.go", "gen", "./third_party/", "**/zz_*.go"]).expect("globs");
        for inside in ["a.pb.go", "gen/a/b.go", "third_party/x.go", "a/b/zz_c.go", "zz_c.go"] {
            assert!(set.is_match(inside), "{inside}");
        }
        for outside in ["a/b.pb.go", "gen.go", "a/gen/b.go", "a.go"] {
            assert!(!set.is_match(outside), "{outside}");
        }
    }
}
