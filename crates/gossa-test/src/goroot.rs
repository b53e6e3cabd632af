//! Which Go distribution tests run against.

use std::path::{Path, PathBuf};

/// No Go distribution that is new enough.
#[derive(Debug, thiserror::Error)]
pub enum GorootError {
    /// None at all.
    #[error(
        "this test needs Go 1.27 or newer: set GOSSA_TEST_GOROOT or GOROOT to a distribution, or \
         put its `go` on PATH"
    )]
    Missing,
    /// Only an older one.
    #[error(
        "this test needs Go 1.27 or newer, but {dir} is {version}; set GOSSA_TEST_GOROOT to a \
         newer distribution"
    )]
    Old {
        /// The distribution.
        dir: String,
        /// Its version.
        version: String,
    },
}

/// The root of the Go distribution that tests use: `GOSSA_TEST_GOROOT`, else `GOROOT`, else the
/// one that `go` on PATH belongs to.
///
/// # Errors
/// When there is none, or it is older than 1.27: tests fail then, they do not pass quietly.
#[expect(clippy::disallowed_methods, reason = "finds the oracle of tests")]
pub fn goroot() -> Result<PathBuf, GorootError> {
    let from_env = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        let go = std::env::split_paths(&path).map(|dir| dir.join("go")).find(|go| go.is_file())?;
        let go = std::fs::canonicalize(go).ok()?;
        Some(go.parent()?.parent()?.to_owned())
    };
    let dir = from_env("GOSSA_TEST_GOROOT")
        .or_else(|| from_env("GOROOT"))
        .or_else(on_path)
        .ok_or(GorootError::Missing)?;
    let version = version_of(&dir).ok_or(GorootError::Missing)?;
    if minor(&version).is_some_and(|minor| minor < 27) {
        return Err(GorootError::Old { dir: dir.display().to_string(), version });
    }
    Ok(dir)
}

#[expect(clippy::disallowed_methods, reason = "finds the oracle of tests")]
fn version_of(dir: &Path) -> Option<String> {
    let text = std::fs::read_to_string(dir.join("VERSION")).ok()?;
    text.lines().next().map(str::to_owned)
}

fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("go1.")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
