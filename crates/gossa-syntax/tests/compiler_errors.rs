//! gossa's syntax errors against those of the compiler's own parser, line by line and word by
//! word: over the test data of the Go distribution, and over files of its library broken at random.

#![allow(clippy::disallowed_methods, reason = "the oracle is another process")]

#[path = "support/golang.rs"]
mod golang;
#[path = "support/mutate.rs"]
mod mutate;

use gossa_base::LineIndex;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// An error that the compiler leaves to its type checker.
const LEFT_TO_TYPES: &str = "invalid package name _";

/// The binary of `tests/oracle_compiler`. Built once.
fn oracle(goroot: &Path) -> &'static Path {
    static ORACLE: OnceLock<PathBuf> = OnceLock::new();
    ORACLE.get_or_init(|| build_oracle(goroot))
}

/// Builds `tests/oracle_compiler`: the errors of the compiler's own parser, whose package is
/// copied from the distribution because only the distribution's packages may import it.
fn build_oracle(goroot: &Path) -> PathBuf {
    let module = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle_compiler_module");
    let package = module.join("syntax");
    fs::create_dir_all(&package).expect("a directory");
    for name in ["go.mod", "main.go"] {
        let source = golang::sources("oracle_compiler").join(name);
        fs::copy(source, module.join(name)).expect("a copy");
    }
    for path in golang::go_files(&goroot.join("src/cmd/compile/internal/syntax")) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        if !name.ends_with("_test.go") && name != "testing.go" {
            fs::copy(&path, package.join(name)).expect("a copy");
        }
    }
    golang::build(goroot, &module, "oracle_compiler")
}

/// Whether two errors are the same. A statement in the place of a value is shown as it is
/// written here, and as the compiler would format it there.
fn same(ours: &str, theirs: &str) -> bool {
    let shown = |error: &str| error.find("cannot use ").filter(|_| error.ends_with(" as value"));
    match (shown(ours), shown(theirs)) {
        (Some(ours_at), Some(theirs_at)) => ours[..ours_at] == theirs[..theirs_at],
        _ => ours == theirs,
    }
}

/// The errors of `path` in the form of the oracle.
fn errors(path: &Path) -> Vec<String> {
    let text = fs::read(path).expect("the file is readable");
    let lines = LineIndex::new(&text);
    let file = gossa_syntax::parse_with(&text, gossa_syntax::Recovery::Compiler);
    let errors = file.errors.iter().filter(|error| error.message != LEFT_TO_TYPES);
    errors
        .map(|error| {
            let place = lines.line_column(error.range.start());
            let message = error.message.replace('\\', "\\\\").replace('\n', "\\n");
            format!("{}:{}: {message}", place.line, place.column)
        })
        .collect()
}

/// Compares the errors of all files; returns how many have any.
fn compare(paths: &[PathBuf]) -> usize {
    let oracle = oracle(&golang::goroot());
    let mut child = Command::new(oracle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle runs");
    let mut input = child.stdin.take().expect("a pipe");
    let list: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("no panic").expect("the oracle reads");
    assert!(output.status.success(), "the oracle failed");
    let output = String::from_utf8_lossy(&output.stdout);
    let mut theirs: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in output.lines() {
        match (line.strip_prefix("file "), theirs.last_mut()) {
            (Some(path), _) => theirs.push((path, Vec::new())),
            (None, Some((_, errors))) => errors.push(line),
            (None, None) => panic!("unexpected line {line:?}"),
        }
    }
    assert_eq!(theirs.len(), paths.len(), "an answer for each file");
    let mut report = String::new();
    let (mut different, mut broken) = (0, 0);
    for (path, (shown, theirs)) in paths.iter().zip(&theirs) {
        let ours = errors(path);
        broken += usize::from(!theirs.is_empty());
        if ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b)) {
            continue;
        }
        different += 1;
        if different <= 10 {
            writeln!(report, "{shown}\n  gossa:    {ours:#?}\n  compiler: {theirs:#?}")
                .expect("a string grows");
        }
    }
    assert!(different == 0, "{different} of {} files differ:\n{report}", paths.len());
    broken
}

fn test_data(directory: &Path, inside: bool, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        let path = entry.path();
        if entry.file_type().expect("a type").is_dir() {
            test_data(&path, inside || entry.file_name() == "testdata", paths);
        } else if inside && path.extension().is_some_and(|extension| extension == "go") {
            paths.push(path);
        }
    }
}

#[test]
fn errors_in_the_distributions_test_data_are_equal() {
    let goroot = golang::goroot();
    let mut paths = Vec::new();
    test_data(&goroot.join("src"), false, &mut paths);
    // Only distributions from source have this one.
    let suite = goroot.join("test");
    if suite.is_dir() {
        test_data(&suite, true, &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 1000, "only {} files", paths.len());
    let broken = compare(&paths);
    assert!(broken >= 40, "only {broken} files with errors");
}

#[test]
fn errors_in_broken_files_are_equal() {
    const VARIANTS: usize = 1500;
    let goroot = golang::goroot();
    let files = golang::go_files(&goroot.join("src"));
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken");
    fs::create_dir_all(&directory).expect("a directory");
    let mut random = mutate::Random::new(27);
    let mut paths = Vec::new();
    while paths.len() < VARIANTS {
        let path = &files[random.below(files.len())];
        let text = fs::read(path).expect("the file is readable");
        if text.len() > 30_000 {
            continue;
        }
        let variant = mutate::mutate(&text, &mut random, 3);
        // Errors of encoding are found before all others here, and on the way there. After two
        // dots at the end of a line the compiler loses count of lines.
        let Ok(text) = std::str::from_utf8(&variant) else { continue };
        if text.contains(['\0', '\u{feff}']) || text.replace("...", "").contains("..\n") {
            continue;
        }
        let path = directory.join(format!("{:04}.go", paths.len()));
        fs::write(&path, &variant).expect("a file");
        paths.push(path);
    }
    let broken = compare(&paths);
    assert!(broken > VARIANTS / 2, "only {broken} files with errors");
}
