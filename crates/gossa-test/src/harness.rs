//! Runs checkers over a fixture and compares what they find with what it wants.

use crate::goroot::{GorootError, goroot};
use crate::memory;
use crate::want::{Want, WantError, wants};
use camino::{Utf8Path, Utf8PathBuf};
use gossa_api::{Finding, ProgramData, Registry, Selection};
use gossa_db::{Options, Session, SilentProgress};
use gossa_load::{BuildConfig, DiskSystem, System};
use std::sync::Arc;

/// How a fixture fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// There is no Go distribution to read the standard library from.
    #[error(transparent)]
    Goroot(#[from] GorootError),
    /// The fixture cannot be loaded at all.
    #[error("{0}")]
    Load(String),
    /// The path is not UTF-8.
    #[error("{0} is not UTF-8")]
    Path(String),
    /// A file cannot be read.
    #[error("{path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A `want` comment cannot be understood.
    #[error("{path}: {error}")]
    Want {
        /// The file.
        path: String,
        /// What is wrong.
        error: WantError,
    },
    /// The fixture has errors of its own.
    #[error("the fixture has errors:\n{}", .0.join("\n"))]
    Errors(Vec<String>),
    /// Findings are missing or unexpected: a line each.
    #[error("{}", .0.join("\n"))]
    Mismatch(Vec<String>),
}

/// Analyses the fixture in `dir` and returns what the checkers find and `gossa check` shows, with
/// paths relative to `dir`, sorted.
///
/// # Errors
/// When it cannot be loaded, or has errors.
pub fn findings_in(
    dir: impl AsRef<std::path::Path>,
    registry: &Registry,
) -> Result<Vec<Finding>, Failure> {
    analyse(Arc::new(DiskSystem), absolute(dir.as_ref())?, registry)
}

/// The same for files that stand in memory: names, relative to the module's root, and texts. If
/// there is no `go.mod` among them, the module is `example.com/fixture`.
///
/// # Errors
/// When it cannot be loaded, or has errors.
pub fn findings_in_files(
    files: &[(&str, &str)],
    registry: &Registry,
) -> Result<Vec<Finding>, Failure> {
    analyse(Arc::new(memory::system(files)), memory::root(), registry)
}

fn analyse(
    system: Arc<dyn System>,
    dir: Utf8PathBuf,
    registry: &Registry,
) -> Result<Vec<Finding>, Failure> {
    let root = Utf8PathBuf::from_path_buf(goroot()?)
        .map_err(|path| Failure::Path(path.display().to_string()))?;
    let config = BuildConfig { goroot: Some(root), ..BuildConfig::default() };
    let session = Session::load(&Options {
        system,
        config,
        dir: dir.clone(),
        patterns: vec!["./...".to_owned()],
        jobs: 1,
        one_shot: true,
    })
    .map_err(|error| Failure::Load(error.to_string()))?;
    let lowered = session.lower(&SilentProgress);
    let data = ProgramData::new(&session, lowered);
    let mut selection = Selection::default();
    selection.ignore_tiers = true;
    let outcome = gossa_api::run(&session, &data, registry, &selection, &SilentProgress);
    let errors: Vec<String> = session
        .diagnostics()
        .iter()
        .chain(&outcome.diagnostics)
        .map(|d| format!("{}: {}", place(d.location.as_ref()), d.message))
        .collect();
    if !errors.is_empty() {
        return Err(Failure::Errors(errors));
    }
    let mut findings = outcome.findings;
    for finding in &mut findings {
        let prefix = format!("{dir}/");
        if let Some(relative) = finding.location.file.strip_prefix(&prefix) {
            finding.location.file = relative.to_owned();
        }
    }
    findings.sort_by(|a, b| {
        let key = |f: &Finding| {
            (f.location.file.clone(), f.location.line, f.location.column, f.checker.to_string())
        };
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup_by(|a, b| {
        (&a.location, &a.checker, &a.message) == (&b.location, &b.checker, &b.message)
    });
    findings.retain(|f| !f.location.file.starts_with('/'));
    Ok(findings)
}

/// Checks that the checkers find exactly what the fixture in `dir` wants.
///
/// # Errors
/// When they do not, with a line for each missing or unexpected finding; or when the fixture
/// cannot be analysed.
pub fn check_dir(dir: impl AsRef<std::path::Path>, registry: &Registry) -> Result<(), Failure> {
    let dir = absolute(dir.as_ref())?;
    check(Arc::new(DiskSystem), dir, registry)
}

/// Checks that the checkers find exactly what one Go file wants, which stands in memory; see
/// [`check_files`].
///
/// # Errors
/// As [`check_dir`].
pub fn check_source(source: &str, registry: &Registry) -> Result<(), Failure> {
    check_files(&[("fixture.go", source)], registry)
}

/// Checks that the checkers find exactly what files want that stand in memory: names, relative to
/// the module's root, and texts. If there is no `go.mod` among them, the module is
/// `example.com/fixture`.
///
/// # Errors
/// As [`check_dir`].
pub fn check_files(files: &[(&str, &str)], registry: &Registry) -> Result<(), Failure> {
    check(Arc::new(memory::system(files)), memory::root(), registry)
}

fn check(system: Arc<dyn System>, dir: Utf8PathBuf, registry: &Registry) -> Result<(), Failure> {
    let findings = analyse(system.clone(), dir.clone(), registry)?;
    let mut expected: Vec<(String, Want)> = Vec::new();
    collect_wants(&*system, &dir, &dir, &mut expected)?;
    let mut problems = Vec::new();
    for finding in findings {
        let met = expected.iter().position(|(file, want)| {
            *file == finding.location.file
                && want.line == finding.location.line
                && finding.checker == want.check
                && want.matches(&finding.message)
        });
        match met {
            Some(at) => {
                expected.remove(at);
            }
            None => problems.push(format!(
                "{}: unexpected `{}`: {}",
                place(Some(&finding.location)),
                finding.checker,
                finding.message
            )),
        }
    }
    for (file, want) in expected {
        let pattern = want.pattern().map(|re| format!(": {re}")).unwrap_or_default();
        problems.push(format!("{file}:{}: nothing found for `{}{pattern}`", want.line, want.check));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        problems.sort();
        Err(Failure::Mismatch(problems))
    }
}

fn place(location: Option<&gossa_report::Location>) -> String {
    location.map_or_else(String::new, |l| format!("{}:{}:{}", l.file, l.line, l.column))
}

fn absolute(dir: &std::path::Path) -> Result<Utf8PathBuf, Failure> {
    let failed = |reason: String| Failure::Read { path: dir.display().to_string(), reason };
    let dir = dir.canonicalize().map_err(|error| failed(error.to_string()))?;
    Utf8PathBuf::from_path_buf(dir).map_err(|path| Failure::Path(path.display().to_string()))
}

fn collect_wants(
    system: &dyn System,
    root: &Utf8Path,
    dir: &Utf8Path,
    found: &mut Vec<(String, Want)>,
) -> Result<(), Failure> {
    let failed = |path: &Utf8Path, reason: String| Failure::Read { path: path.to_string(), reason };
    let entries = system.read_dir(dir).map_err(|error| failed(dir, error.to_string()))?;
    for entry in entries {
        let path = dir.join(&entry.name);
        if system.is_dir(&path) {
            collect_wants(system, root, &path, found)?;
        } else if path.extension() == Some("go") {
            let bytes = system.read(&path).map_err(|error| failed(&path, error.to_string()))?;
            let text = String::from_utf8_lossy(&bytes);
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string();
            let items =
                wants(&text).map_err(|error| Failure::Want { path: path.to_string(), error })?;
            found.extend(items.into_iter().map(|want| (relative.clone(), want)));
        }
    }
    Ok(())
}
