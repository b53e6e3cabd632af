//! The Go distribution: finding it, and its files.

use crate::error::BenchError;
use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::{DiskSystem, EntryKind, System as _};
use std::process::Command;

/// The oldest Go whose sources are measured, and whose go command can build the peer.
const MIN_MINOR: u32 = 27;

/// A program to start; the one place where that is done.
#[expect(clippy::disallowed_methods, reason = "benchmarks drive other programs")]
pub(crate) fn command(program: &str) -> Command {
    Command::new(program)
}

/// The Go distribution: `given`, else `GOSSA_TEST_GOROOT`, else `GOROOT`, else that of the `go` on
/// PATH.
pub(crate) fn goroot(given: Option<&Utf8Path>) -> Result<Utf8PathBuf, BenchError> {
    let named = given.map(Utf8Path::to_owned);
    let named = named.or_else(|| DiskSystem.env_var("GOSSA_TEST_GOROOT").map(Into::into));
    let root = match named.or_else(|| DiskSystem.env_var("GOROOT").map(Into::into)) {
        Some(root) => root,
        None => {
            let output = command("go").args(["env", "GOROOT"]).output();
            let output = output.map_err(|error| {
                BenchError::Go(format!(
                    "no Go distribution: give --goroot, set GOROOT, or put go on PATH ({error})"
                ))
            })?;
            Utf8PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
        }
    };
    let version = version(&root);
    let minor = version.strip_prefix("go1.").and_then(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..digits)?.parse::<u32>().ok()
    });
    if minor.is_some_and(|minor| minor >= MIN_MINOR) {
        return Ok(root);
    }
    let found = if version.is_empty() { "has no VERSION file" } else { &version };
    Err(BenchError::Go(format!(
        "the benchmarks need Go 1.{MIN_MINOR} or later, but {root} {found}: give --goroot or set GOROOT"
    )))
}

/// The version of a distribution, as in `go1.27.3`.
pub(crate) fn version(goroot: &Utf8Path) -> String {
    let bytes = DiskSystem.read(&goroot.join("VERSION")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().to_owned()
}

/// How many lines the Go files of a program have.
pub(crate) fn lines(program: &gossa_load::Program) -> Result<usize, BenchError> {
    let mut lines = 0;
    for file in program.packages.iter().flat_map(|package| &package.files) {
        lines += read(&file.path)?.iter().filter(|&&byte| byte == b'\n').count();
    }
    Ok(lines)
}

/// The `.go` files below a directory, sorted; directories named `testdata` are left out.
pub(crate) fn go_files(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, BenchError> {
    files(directory, &["go"])
}

/// The same for other extensions.
pub(crate) fn files(
    directory: &Utf8Path,
    extensions: &[&str],
) -> Result<Vec<Utf8PathBuf>, BenchError> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = DiskSystem.read_dir(&directory).map_err(BenchError::io(&directory))?;
        for entry in entries {
            let path = directory.join(&entry.name);
            match entry.kind {
                EntryKind::Directory if entry.name != "testdata" => directories.push(path),
                EntryKind::File if path.extension().is_some_and(|e| extensions.contains(&e)) => {
                    files.push(path);
                }
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The bytes of a file.
pub(crate) fn read(path: &Utf8Path) -> Result<Vec<u8>, BenchError> {
    DiskSystem.read(path).map_err(BenchError::io(path))
}
