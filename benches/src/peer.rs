//! The Go program that we are compared with: built once, run per measurement.

use crate::corpus::command;
use crate::error::BenchError;
use crate::stage::Measurement;
use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The built peer.
pub(crate) struct Peer {
    /// The program.
    pub(crate) binary: Utf8PathBuf,
    goroot: Utf8PathBuf,
    /// What it is made of.
    pub(crate) version: PeerVersion,
}

/// What a peer was built with.
#[derive(Deserialize)]
pub(crate) struct PeerVersion {
    /// The Go toolchain.
    pub(crate) go: String,
    /// golang.org/x/tools.
    pub(crate) tools: String,
}

impl Peer {
    /// Builds the program in `peer/` into `directory`, with the go command of `goroot`.
    pub(crate) fn build(goroot: &Utf8Path, directory: &Utf8Path) -> Result<Self, BenchError> {
        let binary = directory.join(format!("gossa-bench-peer{}", std::env::consts::EXE_SUFFIX));
        let go = goroot.join("bin").join("go");
        let mut build = command(go.as_str());
        build.args(["build", "-o", binary.as_str(), "."]);
        build.current_dir(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("peer"));
        go_environment(&mut build, goroot);
        build.env("GOFLAGS", "-mod=readonly");
        output(&mut build, "")?;
        let version = output(command(binary.as_str()).arg("version"), "")?;
        let version = serde_json::from_slice(&version)?;
        Ok(Self { binary, goroot: goroot.to_owned(), version })
    }

    /// Makes one measurement with `threads` threads.
    pub(crate) fn measure(
        &self,
        args: &[&str],
        threads: usize,
        input: &str,
    ) -> Result<Measurement, BenchError> {
        let mut run = command(self.binary.as_str());
        run.args(args).env("GOMAXPROCS", threads.to_string());
        go_environment(&mut run, &self.goroot);
        run.env("GOFLAGS", "").env("GOPROXY", "off");
        Ok(serde_json::from_slice(&output(&mut run, input)?)?)
    }
}

/// Makes sure that the go command is the one of `goroot` wherever it is started, and that nothing
/// outside the benchmark configures it.
pub(crate) fn go_environment(command: &mut Command, goroot: &Utf8Path) {
    let mut path = std::ffi::OsString::from(goroot.join("bin").as_str());
    if let Some(rest) = gossa_load::System::env_var(&gossa_load::DiskSystem, "PATH") {
        path.push(if cfg!(windows) { ";" } else { ":" });
        path.push(rest);
    }
    command.env("PATH", path).env("GOROOT", goroot.as_str());
    command.env("GOTOOLCHAIN", "local").env("GOWORK", "off");
}

/// Runs a program with `input` on its standard input and returns its standard output.
pub(crate) fn output(command: &mut Command, input: &str) -> Result<Vec<u8>, BenchError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let arguments: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    let program = format!("{program} {}", arguments.join(" "));
    let failed = |reason: String| BenchError::Child { program: program.clone(), reason };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    // All our programs read their input to the end before they write, so this cannot block.
    if let Some(mut stdin) = child.stdin.take()
        && let Err(error) = stdin.write_all(input.as_bytes())
    {
        // The child's own words, below, say more about why it stopped to read.
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            return Err(failed(error.to_string()));
        }
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("{}: {}", output.status, errors.trim())));
    }
    Ok(output.stdout)
}
