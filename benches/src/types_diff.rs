//! `types-diff`: what `gossa types --dump json` says of whole modules, beside what go/types says.
//!
//! Two processes per module write the same packages in the same order: gossa, and the oracle
//! program of the tests in `crates/gossa`, which is given the files that `gossa list` names. Their
//! lines are compared as they come, a package at a time.

use crate::corpus::{self, command};
use crate::error::BenchError;
use crate::peer::{go_environment, output};
use crate::run::own_program;
use crate::say;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use gossa_base::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};

/// What to compare.
#[derive(Args)]
pub(crate) struct TypesDiffArgs {
    /// The Go distribution.
    #[arg(long)]
    goroot: Option<Utf8PathBuf>,
    /// Operating system to build for.
    #[arg(long, default_value = "linux")]
    goos: String,
    /// Architecture to build for.
    #[arg(long, default_value = "amd64")]
    goarch: String,
    /// Whether files that import C are part of the build; packages with such files, and those that
    /// import them from modules, are counted, not compared.
    #[arg(long)]
    cgo: bool,
    /// Packages of each module, as the go command takes them.
    #[arg(long, value_delimiter = ',', default_value = "./...")]
    patterns: Vec<String>,
    /// Leave out what the packages depend on.
    #[arg(long)]
    no_deps: bool,
    /// Compare the packages with their tests, and the external tests, too; nothing that they
    /// depend on.
    #[arg(long)]
    tests: bool,
    /// How many lines that differ are printed for each module.
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// Directories of modules; dependencies that several share are compared once.
    #[arg(required = true)]
    dirs: Vec<Utf8PathBuf>,
}

/// A package of the listing.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default)]
    dir: String,
    import_path: String,
    #[serde(default)]
    standard: bool,
    #[serde(default)]
    dep_only: bool,
    /// Whether something that it imports was not found.
    #[serde(default)]
    incomplete: bool,
    #[serde(default)]
    go_files: Vec<String>,
    #[serde(default)]
    cgo_files: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
}

/// The sums of one module, or of all.
#[derive(Clone, Copy, Default)]
struct Totals {
    packages: u64,
    lines: u64,
    differing_packages: u64,
    only_ours: u64,
    only_theirs: u64,
    cgo: u64,
    incomplete: u64,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.packages += other.packages;
        self.lines += other.lines;
        self.differing_packages += other.differing_packages;
        self.only_ours += other.only_ours;
        self.only_theirs += other.only_theirs;
        self.cgo += other.cgo;
        self.incomplete += other.incomplete;
    }

    fn print(&self, name: &str) {
        say(format_args!(
            "{name}: {} packages, {} lines of go/types; {} packages differ: {} lines are gossa's \
             alone, {} go/types' alone; left out: {} packages with cgo or an import that has it, {} with imports that are \
             not there",
            self.packages,
            self.lines,
            self.differing_packages,
            self.only_ours,
            self.only_theirs,
            self.cgo,
            self.incomplete
        ));
    }
}

/// Runs the comparison; the exit status is 1 if anything differs.
pub(crate) fn types_diff(args: &TypesDiffArgs) -> Result<ExitCode, BenchError> {
    let goroot = corpus::goroot(args.goroot.as_deref())?;
    let program = own_program()?;
    let directory = program.parent().unwrap_or(Utf8Path::new(".")).to_owned();
    let gossa = directory.join(format!("gossa{}", std::env::consts::EXE_SUFFIX));
    let oracle = build_oracle(&goroot, &directory)?;
    let tools = Tools { gossa, oracle, goroot, scratch: directory.join("types-diff-packages") };
    let mut all = Totals::default();
    let mut seen = BTreeSet::new();
    for dir in &args.dirs {
        let found = tools.compare(args, dir, &mut seen)?;
        found.print(dir.as_str());
        all.add(found);
    }
    all.print("all");
    let equal = all.differing_packages == 0;
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn build_oracle(goroot: &Utf8Path, directory: &Utf8Path) -> Result<Utf8PathBuf, BenchError> {
    let binary = directory.join(format!("gossa-types-oracle{}", std::env::consts::EXE_SUFFIX));
    let mut build = command(goroot.join("bin").join("go").as_str());
    build.args(["build", "-o", binary.as_str(), "."]);
    build.current_dir(
        Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/gossa/tests/oracle_types"),
    );
    go_environment(&mut build, goroot);
    output(&mut build, "")?;
    Ok(binary)
}

struct Tools {
    gossa: Utf8PathBuf,
    oracle: Utf8PathBuf,
    goroot: Utf8PathBuf,
    /// The file that tells the oracle what to print.
    scratch: Utf8PathBuf,
}

impl Tools {
    fn gossa(&self, args: &TypesDiffArgs, dir: &Utf8Path, subcommand: &str) -> Command {
        let mut run = command(self.gossa.as_str());
        run.args(["-C", dir.as_str(), "-q", subcommand]);
        run.args(["--goroot", self.goroot.as_str()]);
        run.args(["--goos", &args.goos, "--goarch", &args.goarch]);
        run.args(["--cgo", if args.cgo { "on" } else { "off" }]);
        if args.tests {
            run.arg("--tests");
        }
        run
    }

    fn compare(
        &self,
        args: &TypesDiffArgs,
        dir: &Utf8Path,
        seen: &mut BTreeSet<(String, String)>,
    ) -> Result<Totals, BenchError> {
        let mut list = self.gossa(args, dir, "list");
        list.arg("--deps").args(&args.patterns);
        // Errors in some packages are no reason to leave the others out.
        list.stderr(Stdio::null());
        let failed = |program: &Command, reason: String| BenchError::Child {
            program: program.get_program().to_string_lossy().into_owned(),
            reason,
        };
        let listing = list.output().map_err(|error| failed(&list, error.to_string()))?.stdout;
        let mut totals = Totals::default();
        let mut expected: Vec<Expected> = Vec::new();
        // Modules' packages whose declarations the oracle knows in part only.
        let mut with_cgo: BTreeSet<String> = BTreeSet::new();
        for package in serde_json::Deserializer::from_slice(&listing).into_iter::<Listed>() {
            let package = package?;
            let mut cgo = !package.cgo_files.is_empty();
            if cgo && !package.standard {
                with_cgo.insert(package.import_path.clone());
            }
            cgo |= package.imports.iter().any(|path| with_cgo.contains(path));
            let with_deps = !args.no_deps && !args.tests;
            let wanted = !package.dep_only || with_deps && !package.standard;
            if !wanted {
                continue;
            }
            if package.import_path == "unsafe" {
                // Only a dump of what patterns name has it.
                if args.tests {
                    expected.push(Expected { path: package.import_path, compared: false });
                }
                continue;
            }
            let key = (package.dir.clone(), package.import_path.clone());
            if !args.tests && !seen.insert(key) {
                continue;
            }
            totals.cgo += u64::from(cgo);
            totals.incomplete += u64::from(package.incomplete);
            let compared = !cgo
                && !package.incomplete
                && !package.go_files.is_empty()
                // The text of `p.test` is nowhere but in gossa's memory.
                && !package.import_path.ends_with(".test");
            expected.push(Expected { path: package.import_path, compared });
        }
        if !args.tests {
            expected.retain(|package| package.compared);
        }
        let paths: Vec<&str> =
            expected.iter().filter(|p| p.compared).map(|p| p.path.as_str()).collect();
        if paths.is_empty() {
            return Ok(totals);
        }
        std::fs::write(&self.scratch, paths.join("\n")).map_err(BenchError::io(&self.scratch))?;

        let mut ours = self.gossa(args, dir, "types");
        ours.args(["--dump", "json"]);
        // Tests belong to the packages that patterns name.
        if args.tests {
            ours.args(&args.patterns)
        } else {
            ours.args(&paths)
        };
        ours.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut theirs = command(self.oracle.as_str());
        theirs.args(["-print", self.scratch.as_str(), "-goarch", &args.goarch]);
        theirs.args(["-C", absolute(dir)?.as_str(), "-goroot", self.goroot.as_str()]);
        theirs.args(["-modcache", self.module_cache(dir)?.as_str()]);
        theirs.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut theirs_child =
            theirs.spawn().map_err(|error| failed(&theirs, error.to_string()))?;
        let stdin = theirs_child.stdin.take();
        let writer = std::thread::spawn(move || {
            // An oracle that stops early says why on standard error.
            let _ = stdin.map(|mut stdin| stdin.write_all(&listing));
        });
        let mut ours_child = ours.spawn().map_err(|error| failed(&ours, error.to_string()))?;
        let streams = (Packages::of(&mut ours_child), Packages::of(&mut theirs_child));
        let same_packages =
            compare_streams(streams.0, streams.1, &expected, args.show, &mut totals)?;
        if !same_packages {
            let _ = (ours_child.kill(), theirs_child.kill());
        }
        let _ = writer.join();
        // Status 3 says that some package had errors.
        let _ = ours_child.wait();
        let status = theirs_child.wait().map_err(|error| failed(&theirs, error.to_string()))?;
        if same_packages && !status.success() {
            return Err(failed(&theirs, status.to_string()));
        }
        Ok(totals)
    }

    fn module_cache(&self, dir: &Utf8Path) -> Result<String, BenchError> {
        let mut env = command(self.goroot.join("bin").join("go").as_str());
        env.args(["env", "GOMODCACHE"]).current_dir(dir);
        go_environment(&mut env, &self.goroot);
        Ok(String::from_utf8_lossy(&output(&mut env, "")?).trim().to_owned())
    }
}

fn absolute(dir: &Utf8Path) -> Result<Utf8PathBuf, BenchError> {
    dir.canonicalize_utf8().map_err(BenchError::io(dir))
}

/// The packages of a dump, one at a time.
struct Packages<R> {
    lines: BufReader<R>,
    /// The header of the next package.
    header: Vec<u8>,
    /// A package that was read ahead.
    pending: Option<Vec<u8>>,
}

impl Packages<Box<dyn Read>> {
    fn of(child: &mut Child) -> Self {
        let stream: Box<dyn Read> = match child.stdout.take() {
            Some(stdout) => Box::new(stdout),
            None => Box::new(std::io::empty()),
        };
        Self::new(stream)
    }
}

impl<R: Read> Packages<R> {
    fn new(stream: R) -> Self {
        let lines = BufReader::with_capacity(1 << 20, stream);
        Self { lines, header: Vec::new(), pending: None }
    }

    /// Passes over a package, if it is the next.
    fn skip(&mut self, path: &str) -> Result<(), BenchError> {
        let next = self.next()?;
        if !is_package(header(&next), path) {
            self.pending = Some(next);
        }
        Ok(())
    }

    /// The lines of the next package, header included; empty at the end.
    fn next(&mut self) -> Result<Vec<u8>, BenchError> {
        if let Some(pending) = self.pending.take() {
            return Ok(pending);
        }
        let failed = BenchError::io("dump");
        let mut text = std::mem::take(&mut self.header);
        let mut read = || -> std::io::Result<()> {
            loop {
                let start = text.len();
                if self.lines.read_until(b'\n', &mut text)? == 0 {
                    return Ok(());
                }
                if start > 0 && text[start..].starts_with(b"{\"kind\":\"package\"") {
                    self.header = text.split_off(start);
                    return Ok(());
                }
            }
        };
        read().map_err(failed)?;
        Ok(text)
    }
}

/// A package of the dumps, in their order.
struct Expected {
    path: String,
    /// Whether it is in both dumps, not in gossa's alone.
    compared: bool,
}

/// Compares package by package; whether both streams had those that they should.
fn compare_streams<A: Read, B: Read>(
    mut ours: Packages<A>,
    mut theirs: Packages<B>,
    expected: &[Expected],
    show: usize,
    totals: &mut Totals,
) -> Result<bool, BenchError> {
    let mut left = show;
    for package in expected {
        if !package.compared {
            ours.skip(&package.path)?;
            continue;
        }
        let (a, b) = (ours.next()?, theirs.next()?);
        totals.packages += 1;
        totals.lines += b.iter().filter(|&&byte| byte == b'\n').count() as u64;
        if a != b {
            totals.differing_packages += 1;
            difference(&a, &b, &mut left, totals);
        }
        if !is_package(header(&a), &package.path) || header(&a) != header(&b) {
            say(format_args!("one of the dumps lacks {}; stopping", package.path));
            return Ok(false);
        }
    }
    let same = ours.next()?.is_empty() && theirs.next()?.is_empty();
    if !same {
        totals.differing_packages += 1;
        say(format_args!("one of the dumps has more packages"));
    }
    Ok(same)
}

/// Whether a line begins the package that is listed as `path`: `p`, or `p [q.test]`.
fn is_package(line: &[u8], path: &str) -> bool {
    let path = path.split(' ').next().unwrap_or_default();
    line.starts_with(format!("{{\"kind\":\"package\",\"path\":\"{path}\",").as_bytes())
}

fn header(package: &[u8]) -> &[u8] {
    package.split(|&byte| byte == b'\n').next().unwrap_or_default()
}

/// Counts and prints the lines of which one side has more.
fn difference(ours: &[u8], theirs: &[u8], left: &mut usize, totals: &mut Totals) {
    let mut counts: FxHashMap<&[u8], i64> = FxHashMap::default();
    for line in theirs.split(|&byte| byte == b'\n') {
        *counts.entry(line).or_default() += 1;
    }
    for line in ours.split(|&byte| byte == b'\n') {
        *counts.entry(line).or_default() -= 1;
    }
    let mut show = |sign: char, line: &[u8]| {
        if *left > 0 {
            *left -= 1;
            say(format_args!("{sign} {}", String::from_utf8_lossy(line)));
        }
    };
    let mut same = true;
    for (text, sign, total) in
        [(ours, '-', &mut totals.only_ours), (theirs, '+', &mut totals.only_theirs)]
    {
        for line in text.split(|&byte| byte == b'\n') {
            let Some(count) = counts.get_mut(line) else { continue };
            let step = if sign == '-' { -1 } else { 1 };
            if *count * step > 0 {
                *count -= step;
                *total += 1;
                same = false;
                show(sign, line);
            }
        }
    }
    if same {
        // The same lines in another order.
        let lines = |text| <[u8]>::split(text, |&byte: &u8| byte == b'\n');
        show('!', header(ours));
        if let Some((a, b)) = lines(ours).zip(lines(theirs)).find(|(a, b)| a != b) {
            show('<', a);
            show('>', b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(ours: &str, theirs: &str, packages: &[&str]) -> ([u64; 5], bool) {
        let mut t = Totals::default();
        let expected: Vec<Expected> = packages
            .iter()
            .map(|path| match path.strip_prefix('-') {
                Some(path) => Expected { path: path.to_owned(), compared: false },
                None => Expected { path: (*path).to_owned(), compared: true },
            })
            .collect();
        let (a, b) = (Packages::new(ours.as_bytes()), Packages::new(theirs.as_bytes()));
        let same = compare_streams(a, b, &expected, 0, &mut t).unwrap();
        ([t.packages, t.lines, t.differing_packages, t.only_ours, t.only_theirs], same)
    }

    const A: &str = "{\"kind\":\"package\",\"path\":\"a\",\"name\":\"a\"}\nx\n";
    const B: &str = "{\"kind\":\"package\",\"path\":\"b\",\"name\":\"b\"}\ny\ny\n";

    #[test]
    fn lines_are_compared_a_package_at_a_time() {
        let two = format!("{A}{B}");
        assert_eq!(compared(&two, &two, &["a", "b"]), ([2, 5, 0, 0, 0], true));
        let other = format!("{A}{}", B.replacen('y', "z", 1));
        assert_eq!(compared(&two, &other, &["a", "b"]), ([2, 5, 1, 1, 1], true));
        assert_eq!(compared(&format!("{A}x\n"), A, &["a"]), ([1, 2, 1, 1, 0], true));
        // Order counts.
        let swapped = A.replace("\nx", "\ny\nx");
        assert_eq!(compared(&format!("{A}y\n"), &swapped, &["a"]), ([1, 3, 1, 0, 0], true));
    }

    #[test]
    fn a_missing_package_is_a_difference() {
        assert_eq!(compared("", A, &["a"]), ([1, 2, 1, 0, 2], false));
        assert_eq!(compared(A, A, &["a", "b"]), ([2, 2, 0, 0, 0], false));
        assert_eq!(compared(&format!("{A}{B}"), A, &["a"]), ([1, 2, 1, 0, 0], false));
    }

    #[test]
    fn what_is_not_compared_is_passed_over() {
        let two = format!("{A}{B}");
        assert_eq!(compared(&two, B, &["-a", "b [b.test]"]), ([1, 3, 0, 0, 0], true));
        assert_eq!(compared(B, B, &["-a", "b"]), ([1, 3, 0, 0, 0], true));
    }
}
