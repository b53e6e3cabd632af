//! Compares the dump of `gossa types` with what `go/types` finds out, line by line: every
//! expression, identifier, selection, instance, method set, the order of initialisation.
//!
//! The oracle is the Go program in `oracle_types`; it needs Go 1.27 or newer, found through
//! `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search path. `gossa-benches types-diff` makes
//! the same comparison over whole modules.
#![expect(clippy::disallowed_methods, reason = "the binary and the oracle are other processes")]

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

/// What is compared of the standard library: dense use of constants, generics, embedding, unsafe
/// code, tables.
const PACKAGES: [&str; 16] = [
    "bufio",
    "encoding/json",
    "fmt",
    "go/types",
    "internal/runtime/maps",
    "iter",
    "math",
    "math/big",
    "net/netip",
    "reflect",
    "slices",
    "strconv",
    "sync/atomic",
    "syscall",
    "text/template/parse",
    "time",
];

static GOROOT: LazyLock<PathBuf> =
    LazyLock::new(|| gossa_test::goroot().unwrap_or_else(|error| panic!("{error}")));

/// The oracle, built once.
static ORACLE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let binary = dir.path().join(format!("oracle{}", std::env::consts::EXE_SUFFIX));
    let mut build = Command::new(GOROOT.join("bin").join("go"));
    build.args(["build", "-o"]).arg(&binary).arg(".");
    build.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle_types"));
    build.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off").env_remove("GOROOT");
    succeeded(build.output().expect("the go command starts"));
    (dir, binary)
});

fn succeeded(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What is compared, and for which machine.
struct Comparison<'c> {
    dir: &'c Path,
    goos: &'c str,
    goarch: &'c str,
    patterns: &'c [&'c str],
}

impl Comparison<'_> {
    fn gossa(&self, args: &[&str]) -> Vec<u8> {
        let mut run = Command::new(env!("CARGO_BIN_EXE_gossa"));
        run.arg("-C").arg(self.dir).arg("-q").args(args).arg("--goroot").arg(&*GOROOT);
        run.args(["--goos", self.goos, "--goarch", self.goarch, "--cgo", "off"]);
        run.args(self.patterns).env("GOENV", "off").env("GOFLAGS", "");
        succeeded(run.output().expect("the binary starts"))
    }

    /// The lines of both sides.
    fn dumps(&self) -> (String, String) {
        let listing = self.gossa(&["list", "--deps"]);
        let mut wanted = String::new();
        for package in
            serde_json::Deserializer::from_slice(&listing).into_iter::<serde_json::Value>()
        {
            let package = package.expect("gossa lists JSON");
            if package["DepOnly"].is_null() {
                wanted.push_str(package["ImportPath"].as_str().expect("an import path"));
                wanted.push('\n');
            }
        }
        let mut print = tempfile::NamedTempFile::new().expect("a temporary file");
        print.write_all(wanted.as_bytes()).expect("a temporary file");
        let mut oracle = Command::new(&ORACLE.1);
        oracle.arg("-print").arg(print.path()).args(["-goarch", self.goarch]);
        oracle.arg("-goroot").arg(&*GOROOT).arg("-C").arg(self.dir);
        oracle.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut oracle = oracle.spawn().expect("the oracle starts");
        let mut stdin = oracle.stdin.take().expect("a pipe");
        let writer = std::thread::spawn(move || stdin.write_all(&listing));
        let ours = self.gossa(&["types", "--dump", "json"]);
        let theirs = oracle.wait_with_output().expect("the oracle ends");
        writer.join().expect("no panic").expect("the oracle reads its input");
        assert_eq!(String::from_utf8_lossy(&theirs.stderr), "");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (text(ours), text(succeeded(theirs)))
    }

    /// Fails unless the dumps are equal and have at least so many lines.
    #[track_caller]
    fn equal(&self, least: usize) {
        let (ours, theirs) = self.dumps();
        let count = theirs.lines().count();
        assert!(count >= least, "the oracle printed {count} lines only");
        if ours == theirs {
            return;
        }
        let mut counts: HashMap<&str, i32> = HashMap::new();
        theirs.lines().for_each(|line| *counts.entry(line).or_default() += 1);
        ours.lines().for_each(|line| *counts.entry(line).or_default() -= 1);
        let one_sided = |text: &str, sign: i32| -> Vec<String> {
            let of_side = |line: &&str| counts[line] * sign > 0;
            text.lines().filter(of_side).take(25).map(str::to_owned).collect()
        };
        let (a, b) = (one_sided(&ours, -1), one_sided(&theirs, 1));
        let order = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
        panic!(
            "only gossa has\n{}\nonly go/types has\n{}\nthe first that differ: {order:#?}",
            a.join("\n"),
            b.join("\n")
        );
    }
}

#[test]
fn the_standard_library_is_as_go_types_has_it() {
    let dir = &GOROOT.join("src");
    let amd64 = Comparison { dir, goos: "linux", goarch: "amd64", patterns: &PACKAGES };
    amd64.equal(300_000);
}

/// Every kind of expression, statement and declaration, in the odd corners too.
#[test]
fn our_fixtures_are_as_go_types_has_them() {
    let dir = &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/types/dump");
    let dir = &dir.canonicalize().expect("the fixtures");
    let patterns = &["./..."];
    Comparison { dir, goos: "linux", goarch: "amd64", patterns }.equal(12_000);
    Comparison { dir, goos: "linux", goarch: "386", patterns }.equal(12_000);
}

#[test]
fn sizes_are_those_of_the_target() {
    let dir = &GOROOT.join("src");
    let patterns = &["internal/runtime/maps", "sync/atomic", "syscall"];
    Comparison { dir, goos: "linux", goarch: "386", patterns }.equal(10_000);
    Comparison { dir, goos: "windows", goarch: "arm64", patterns }.equal(10_000);
}
