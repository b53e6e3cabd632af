//! gossa's trees against those of `go/parser`: every file of the Go tree, whole trees with all
//! positions, comments and documentation.

#![allow(clippy::disallowed_methods, reason = "the oracle is another process")]

#[path = "support/golang.rs"]
mod golang;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The binary of `tests/oracle_parser`: what `go/parser` reads. Built once.
fn oracle(goroot: &Path) -> &'static Path {
    static ORACLE: OnceLock<PathBuf> = OnceLock::new();
    ORACLE.get_or_init(|| golang::build(goroot, &golang::sources("oracle_parser"), "oracle_parser"))
}

/// FNV-1a over what is written to it.
struct Fnv(u64);

impl std::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        Ok(())
    }
}

fn hash(path: &Path) -> String {
    let text = fs::read(path).expect("the file is readable");
    let file = gossa_syntax::parse(&text);
    if let Some(error) = file.errors.first() {
        return format!("{error} at {:?}", error.range);
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    gossa_syntax::dump::write(&file, &mut hash).expect("hashing cannot fail");
    format!("{:016x}", hash.0)
}

/// Hashes of all files, on two threads.
fn hash_all(files: &[PathBuf]) -> Vec<String> {
    let half = files.len().div_ceil(2);
    std::thread::scope(|scope| {
        let work = |part: &'_ [PathBuf]| part.iter().map(|path| hash(path)).collect::<Vec<_>>();
        let threads: Vec<_> =
            files.chunks(half).map(|part| scope.spawn(move || work(part))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// The line where the two forms of a file part, for the failure's message.
fn first_difference(oracle: &Path, path: &Path) -> String {
    let output = Command::new(oracle).arg("dump").arg(path).output().expect("the oracle runs");
    let theirs = String::from_utf8_lossy(&output.stdout);
    let text = fs::read(path).expect("the file is readable");
    let mut ours = String::new();
    gossa_syntax::dump::write(&gossa_syntax::parse(&text), &mut ours).expect("a string grows");
    let mut lines = ours.lines().zip(theirs.lines()).enumerate();
    match lines.find(|(_, (ours, theirs))| ours != theirs) {
        Some((number, (ours, theirs))) => {
            format!("line {}:\n  gossa     {ours}\n  go/parser {theirs}", number + 1)
        }
        None => format!("{} lines against {}", ours.lines().count(), theirs.lines().count()),
    }
}

#[test]
fn every_tree_of_the_go_distribution_is_equal() {
    let goroot = golang::goroot();
    let oracle = oracle(&goroot);
    let files = golang::go_files(&goroot.join("src"));
    assert!(files.len() > 5000, "only {} files in {}", files.len(), goroot.display());

    let mut child = Command::new(oracle)
        .arg("hash")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle runs");
    let mut input = child.stdin.take().expect("a pipe");
    for path in &files {
        writeln!(input, "{}", path.display()).expect("the oracle reads");
    }
    drop(input);
    let ours = hash_all(&files);
    let output = child.wait_with_output().expect("the oracle ends");
    let theirs = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "the oracle failed");
    assert_eq!(theirs.lines().count(), files.len(), "one line for each file");

    let mut report = String::new();
    let mut different = 0;
    for ((path, ours), theirs) in files.iter().zip(&ours).zip(theirs.lines()) {
        let theirs = theirs.split(' ').next().unwrap_or_default();
        if ours == theirs {
            continue;
        }
        different += 1;
        if different <= 20 {
            let difference = first_difference(oracle, path);
            writeln!(report, "{}: {ours} against {theirs}: {difference}", path.display())
                .expect("a string grows");
        }
    }
    assert!(different == 0, "{different} of {} files differ:\n{report}", files.len());
}

#[test]
fn the_unicode_tables_are_those_of_this_go() {
    let goroot = golang::goroot();
    let oracle = oracle(&goroot);
    let output = Command::new(oracle).arg("unicode").output().expect("the oracle runs");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/unicode_tables.rs");
    let ours = fs::read_to_string(ours).expect("the file is readable");
    assert_eq!(String::from_utf8_lossy(&output.stdout), ours);
}
