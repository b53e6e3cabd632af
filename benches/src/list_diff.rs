//! `list-diff`: what `gossa list` says of whole modules, beside what `go list -json` says, field
//! by field, for several builds.

#[path = "../../crates/gossa-load/tests/support/compare.rs"]
mod compare;

use crate::corpus::{self, command};
use crate::error::BenchError;
use crate::peer::go_environment;
use crate::run::own_program;
use crate::say;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use compare::{Listing, differences, json_flag, read_listing};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, ExitCode, Stdio};

/// What to compare.
#[derive(Args)]
pub(crate) struct ListDiffArgs {
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Targets, as GOOS/GOARCH.
    #[arg(
        long = "target",
        value_delimiter = ',',
        default_value = "linux/amd64,windows/amd64,darwin/arm64,linux/arm64"
    )]
    targets: Vec<String>,
    /// Whether files that import C are part of the build: 0, 1, or both.
    #[arg(long, value_delimiter = ',', default_value = "0,1")]
    cgo: Vec<String>,
    /// Extra build tags, as one list.
    #[arg(long, default_value = "")]
    tags: String,
    /// GOFLAGS for both sides.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    goflags: String,
    /// Leave the tests out.
    #[arg(long)]
    no_tests: bool,
    /// Packages of each module, as the go command takes them.
    #[arg(long, value_delimiter = ',', default_value = "./...")]
    patterns: Vec<String>,
    /// How many differences are printed for each module and build.
    #[arg(long, default_value_t = 10)]
    show: usize,
    /// Directories of modules; a go.work file in them or above counts.
    #[arg(required = true)]
    dirs: Vec<Utf8PathBuf>,
}

/// One way to build.
struct Build<'a> {
    goos: &'a str,
    goarch: &'a str,
    cgo: &'a str,
}

#[derive(Default)]
struct Totals {
    listings: u64,
    packages: u64,
    differing: u64,
    fields: BTreeMap<String, u64>,
}

/// Runs the comparison; the exit status is 1 if anything differs.
pub(crate) fn list_diff(args: &ListDiffArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let program = own_program()?;
    let directory = program.parent().unwrap_or(Utf8Path::new("."));
    let gossa = directory.join(format!("gossa{}", std::env::consts::EXE_SUFFIX));
    let mut totals = Totals::default();
    for dir in &args.dirs {
        for target in &args.targets {
            for cgo in &args.cgo {
                let (goos, goarch) = target.split_once('/').unwrap_or((target, "amd64"));
                let build = Build { goos, goarch, cgo };
                let theirs = listing(&mut go_list(args, dir, &goroot, &build))?;
                let ours = listing(&mut gossa_list(args, dir, &goroot, &gossa, &build))?;
                let name = format!("{dir} {target} cgo={cgo}");
                totals.compare(&name, &theirs, &ours, args.show);
            }
        }
    }
    say(format_args!(
        "all: {} listings, {} packages; {} packages differ",
        totals.listings, totals.packages, totals.differing
    ));
    for (field, count) in &totals.fields {
        say(format_args!("    {field}: {count}"));
    }
    Ok(if totals.differing == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn go_list(args: &ListDiffArgs, dir: &Utf8Path, goroot: &Utf8Path, build: &Build<'_>) -> Command {
    let mut go = command(goroot.join("bin").join("go").as_str());
    go.args(["list", "-e", "-deps", "-pgo=off", &json_flag()]);
    if !args.no_tests {
        go.arg("-test");
    }
    if !args.tags.is_empty() {
        go.args(["-tags", &args.tags]);
    }
    go.args(&args.patterns).current_dir(dir);
    environment(&mut go, args, goroot, build);
    go
}

fn gossa_list(
    args: &ListDiffArgs,
    dir: &Utf8Path,
    goroot: &Utf8Path,
    gossa: &Utf8Path,
    build: &Build<'_>,
) -> Command {
    let mut ours = command(gossa.as_str());
    ours.args(["-q", "list", "--deps"]);
    if !args.no_tests {
        ours.arg("--test");
    }
    if !args.tags.is_empty() {
        ours.args(["--tags", &args.tags]);
    }
    ours.args(&args.patterns).current_dir(dir);
    environment(&mut ours, args, goroot, build);
    ours
}

fn environment(command: &mut Command, args: &ListDiffArgs, goroot: &Utf8Path, build: &Build<'_>) {
    go_environment(command, goroot);
    command.env_remove("GOWORK").env("GOENV", "off").env("GOPROXY", "off");
    command.env("GOFLAGS", &args.goflags).env("GOOS", build.goos).env("GOARCH", build.goarch);
    command.env("CGO_ENABLED", build.cgo);
}

/// Runs a lister. What is wrong with packages is in what it prints, so its
/// status tells nothing unless it prints nothing.
fn listing(command: &mut Command) -> Result<Listing, BenchError> {
    command.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |reason: String| BenchError::Child { program, reason };
    match command.output() {
        Err(error) => Err(failed(error.to_string())),
        Ok(output) if output.stdout.is_empty() => {
            Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
        Ok(output) => Ok(read_listing(&output.stdout)?),
    }
}

impl Totals {
    fn compare(&mut self, name: &str, theirs: &Listing, ours: &Listing, show: usize) {
        let found = differences(theirs, ours);
        let differing: BTreeSet<&str> = found.iter().map(|d| d.package.as_str()).collect();
        say(format_args!("{name}: {} packages, {} differ", theirs.len(), differing.len()));
        for difference in found.iter().take(show) {
            say(format_args!("{difference}"));
        }
        self.listings += 1;
        self.packages += theirs.len() as u64;
        self.differing += differing.len() as u64;
        for difference in found {
            *self.fields.entry(difference.field).or_default() += 1;
        }
    }
}
