//! What to build for: the user's choices ([`BuildConfig`]), and what they
//! come to once defaults and environment are filled in ([`BuildContext`]).

use std::fmt;

use camino::Utf8PathBuf;

/// The user's choices. Everything left unset is decided as the go command
/// decides it: from the environment (GOOS, GOARCH, CGO_ENABLED, GOFLAGS …),
/// then from the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildConfig {
    /// Where patterns are relative to (`-C DIR`); the current directory if unset.
    pub dir: Option<Utf8PathBuf>,
    /// Target operating system.
    pub goos: Option<String>,
    /// Target architecture.
    pub goarch: Option<String>,
    /// Extra build tags.
    pub tags: Vec<String>,
    /// Set the tags by which packages have Go in the place of assembly.
    pub pure_go: bool,
    /// Whether files that import `C` are part of the build.
    pub cgo: Option<bool>,
    /// Pretend that the toolchain, and the main module's go line, have this
    /// version (`1.21`, `go1.21`, `1.21.4`).
    pub go_version: Option<String>,
    /// The Go installation.
    pub goroot: Option<Utf8PathBuf>,
    /// How to find dependencies.
    pub mod_mode: Option<ModMode>,
    /// What is read in the place of the main module's go.mod, relative to
    /// `dir`; the file beside it that ends in `.sum` replaces go.sum.
    pub mod_file: Option<Utf8PathBuf>,
    /// Load the tests of the packages that the patterns match, too.
    pub tests: bool,
    /// Keep the text of every Go file of the build in the result, so that
    /// each is read once.
    pub keep_text: bool,
}

/// Where the packages of other modules come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModMode {
    /// The module cache, by the versions that go.mod selects.
    Mod,
    /// As [`ModMode::Mod`]; kept apart because the go command does.
    Readonly,
    /// The main module's `vendor` directory.
    Vendor,
}

/// The build that files are selected for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildContext {
    /// Target operating system.
    pub goos: String,
    /// Target architecture.
    pub goarch: String,
    /// Whether files that import `C` are part of the build.
    pub cgo: bool,
    /// The user's build tags, sorted, each once.
    pub tags: Vec<String>,
    /// Tags of the toolchain: `goexperiment.*` and architecture levels such
    /// as `amd64.v1`; sorted.
    pub tool_tags: Vec<String>,
    /// N of the newest release tag `go1.N` that holds.
    pub release_minor: u32,
}

/// A version of the Go language: `go1.21` has major 1 and minor 21.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangVersion {
    /// The part before the dot.
    pub major: u16,
    /// The part after the dot.
    pub minor: u16,
}

impl LangVersion {
    /// What a module without a go line is written in.
    pub const GO1_16: LangVersion = LangVersion::go1(16);
    /// The oldest version that a file's build constraint can select.
    pub const GO1_21: LangVersion = LangVersion::go1(21);

    /// `go1.minor`.
    #[must_use]
    pub const fn go1(minor: u16) -> Self {
        LangVersion { major: 1, minor }
    }

    /// The language version of a toolchain or go line: `1.21`, `go1.21.3`,
    /// `1.22rc1`, `go1.23-custom`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = leading_number(text)?;
        let minor = match rest.strip_prefix('.') {
            Some(rest) => leading_number(rest)?.0,
            None if rest.is_empty() => 0,
            None => return None,
        };
        Some(LangVersion { major, minor })
    }
}

fn leading_number(text: &str) -> Option<(u16, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

impl Default for LangVersion {
    fn default() -> Self {
        LangVersion::GO1_16
    }
}

impl fmt::Display for LangVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "go{}.{}", self.major, self.minor)
    }
}

impl fmt::Debug for LangVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
