//! Starting the binary in surroundings that are the same on every machine.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Where modules are looked for: an empty cache, so that nothing of this machine matters.
static MODULE_CACHE: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary directory"));

static GOROOT: LazyLock<PathBuf> =
    LazyLock::new(|| gossa_test::goroot().unwrap_or_else(|error| panic!("{error}")));

/// A run of the binary to be.
pub(crate) struct Gossa {
    command: Command,
    input: Vec<u8>,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary in directory `dir`, with a Go installation.
pub(crate) fn gossa(dir: impl AsRef<Path>) -> Gossa {
    gossa_without_go(dir).env("GOROOT", &*GOROOT)
}

/// The binary in directory `dir`, with no Go installation in the environment.
pub(crate) fn gossa_without_go(dir: impl AsRef<Path>) -> Gossa {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gossa"));
    command.current_dir(dir).env_clear();
    // Windows programs do not start without this one.
    if let Some(root) = std::env::var_os("SYSTEMROOT") {
        command.env("SYSTEMROOT", root);
    }
    command.env("GOENV", "off").env("GOFLAGS", "").env("GOMODCACHE", MODULE_CACHE.path());
    Gossa { command, input: Vec::new() }
}

/// A directory of `testdata/cli`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/cli").join(name);
    assert!(path.is_dir(), "no fixture {}", path.display());
    path
}

/// A temporary directory with these files.
pub(crate) fn module<'f>(
    files: impl IntoIterator<Item = (&'f str, impl AsRef<[u8]>)>,
) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("below the directory")).expect("directories");
        std::fs::write(path, text).expect("a file");
    }
    dir
}

impl Gossa {
    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    pub(crate) fn run(mut self) -> Ended {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A run that does not read its input may have ended already.
        let _ = stdin.write_all(&self.input);
        drop(stdin);
        let output = child.wait_with_output().expect("the binary ends");
        Ended {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

impl Ended {
    /// Fails unless the run ended with this status.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.exit,
            Some(status),
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.stdout, self.stderr))
    }
}

/// The diagnostics of a JSON report as `file:line:column: [stage] message`.
pub(crate) fn diagnostics(report: &Value) -> Vec<String> {
    let list = report["diagnostics"].as_array().expect("diagnostics");
    list.iter()
        .map(|found| {
            let place = &found["location"];
            let place = match place["file"].as_str() {
                Some(file) => format!("{file}:{}:{}: ", place["line"], place["column"]),
                None => String::new(),
            };
            let text = |field: &str| found[field].as_str().expect("a string").to_owned();
            format!("{place}[{}] {}", text("stage"), text("message"))
        })
        .collect()
}

/// Fails unless some line begins with `start` and holds `part`.
#[track_caller]
pub(crate) fn assert_line(lines: &[String], start: &str, part: &str) {
    assert!(
        lines.iter().any(|line| line.starts_with(start) && line.contains(part)),
        "no line `{start}...{part}` in\n{}",
        lines.join("\n")
    );
}
