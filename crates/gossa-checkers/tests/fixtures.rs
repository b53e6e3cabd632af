//! Every directory `testdata/checkers/<id>/<case>` is a fixture: its `want` comments say what the
//! built-in checkers find there.

use std::path::{Path, PathBuf};

fn directories(dir: &Path) -> Vec<PathBuf> {
    let entries = dir.read_dir().unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable entry").path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

#[test]
fn fixtures_are_as_wanted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/checkers");
    let registry = gossa_checkers::builtin();
    let mut failures = Vec::new();
    let mut count = 0;
    for checker in directories(&root) {
        for case in directories(&checker) {
            count += 1;
            if let Err(failure) = gossa_test::check_dir(&case, &registry) {
                failures.push(format!("{}:\n{failure}", case.display()));
            }
        }
    }
    assert!(count > 0, "no fixtures found below {}", root.display());
    assert!(
        failures.is_empty(),
        "{} of {count} fixtures fail:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn every_check_has_fixtures_and_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/checkers");
    for check in gossa_checkers::builtin().checks() {
        let cases = directories(&root.join(check.id));
        let named = |prefix: &str| {
            cases
                .iter()
                .filter(|case| {
                    case.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix))
                })
                .count()
        };
        assert!(named("bad_") >= 6, "{} needs six bad fixtures", check.id);
        assert!(named("good_") >= 6, "{} needs six good fixtures", check.id);
        let text = check.text();
        for heading in ["What it does", "Why", "Bad", "Good", "What it does not catch"] {
            assert!(text.contains(&format!("## {heading}")), "{}: no `{heading}`", check.id);
        }
    }
}
