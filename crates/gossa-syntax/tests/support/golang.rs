//! What the tests against the Go distribution share: finding it, its files, and the oracle.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Go whose sources and parser the tests are made for.
const MIN_MINOR: u32 = 27;

/// The Go distribution that tests use: `GOSSA_TEST_GOROOT`, else `GOROOT`, else that of the `go`
/// on `PATH`. Panics if there is none or it is too old, so that no test passes by doing nothing.
pub(crate) fn goroot() -> PathBuf {
    let from_env = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let root = from_env("GOSSA_TEST_GOROOT").or_else(|| from_env("GOROOT")).map(PathBuf::from);
    let root = root.unwrap_or_else(|| {
        let output = Command::new("go").args(["env", "GOROOT"]).output();
        let output = output
            .expect("these tests need a Go distribution: set GOSSA_TEST_GOROOT or put go on PATH");
        PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
    });
    let version = fs::read_to_string(root.join("VERSION")).unwrap_or_default();
    let minor = version.strip_prefix("go1.").and_then(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse::<u32>().ok()
    });
    assert!(
        minor.is_some_and(|minor| minor >= MIN_MINOR),
        "these tests need Go 1.{MIN_MINOR} or later, but {} has {:?}: set GOSSA_TEST_GOROOT",
        root.display(),
        version.lines().next().unwrap_or("no VERSION file"),
    );
    root
}

/// The `.go` files below a directory, sorted; directories named `testdata` are left out unless
/// the search starts in one.
pub(crate) fn go_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(directory, &mut files);
    files.sort();
    files
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(directory);
    for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let entry = entry.expect("a directory entry");
        let path = entry.path();
        let kind = entry.file_type().expect("a file type");
        if kind.is_dir() && entry.file_name() != "testdata" {
            collect(&path, files);
        } else if kind.is_file() && path.extension() == Some(OsStr::new("go")) {
            files.push(path);
        }
    }
}

/// Builds a Go program of this directory's and returns the path of the binary.
pub(crate) fn build(goroot: &Path, directory: &Path, name: &str) -> PathBuf {
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = Command::new(goroot.join("bin").join("go"))
        .args(["build", "-o"])
        .arg(&binary)
        .arg(".")
        .current_dir(directory)
        .env("GOROOT", goroot)
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "")
        .env("GOWORK", "off")
        .output()
        .expect("the go command runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "building {name} failed:\n{errors}");
    binary
}

/// The directory of a Go program among the tests.
pub(crate) fn sources(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}
