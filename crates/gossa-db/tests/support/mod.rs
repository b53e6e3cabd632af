//! What tests of whole programs begin with: where Go is, and the programs to load.
#![allow(dead_code, unreachable_pub)] // each test is a program of its own, and uses a part
#![allow(clippy::disallowed_methods, reason = "finds the Go distribution for tests")]

use camino::Utf8PathBuf;
use gossa_db::Options;
use gossa_load::{BuildConfig, DiskSystem, MemorySystem};
use std::process::Command;
use std::sync::Arc;

/// The root of a Go distribution that is new enough: `GOSSA_TEST_GOROOT`, `GOROOT`, or that of the
/// `go` on the search path.
pub fn goroot() -> Utf8PathBuf {
    let root = ["GOSSA_TEST_GOROOT", "GOROOT"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|root| !root.is_empty()))
        .or_else(|| {
            let output = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
            Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        })
        .map(Utf8PathBuf::from)
        .expect("this test needs Go 1.27: set GOSSA_TEST_GOROOT to its root directory");
    let version = std::fs::read_to_string(root.join("VERSION")).unwrap_or_default();
    let minor = version
        .strip_prefix("go1.")
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|minor| minor.parse::<u32>().ok());
    assert!(
        minor >= Some(27),
        "this test needs Go 1.27 or newer, but {root} has {version:?}: set GOSSA_TEST_GOROOT"
    );
    root
}

/// A program of one file, without a library.
pub fn in_memory(text: &str) -> Options {
    let mut system = MemorySystem::new();
    system
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/main.go", text);
    let config = BuildConfig {
        goroot: Some("/go".into()),
        goos: Some("linux".to_owned()),
        goarch: Some("amd64".to_owned()),
        ..BuildConfig::default()
    };
    Options {
        system: Arc::new(system),
        config,
        patterns: vec![".".to_owned()],
        dir: Utf8PathBuf::from("/m"),
        one_shot: true,
        jobs: 1,
    }
}

/// Packages on disk, with the standard library of the Go distribution.
pub fn on_disk(dir: Utf8PathBuf, patterns: &[&str]) -> Options {
    let config = BuildConfig {
        dir: Some(dir.clone()),
        goroot: Some(goroot()),
        goos: Some("linux".to_owned()),
        goarch: Some("amd64".to_owned()),
        cgo: Some(false),
        ..BuildConfig::default()
    };
    Options {
        system: Arc::new(DiskSystem),
        config,
        patterns: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        dir,
        one_shot: true,
        jobs: 1,
    }
}
