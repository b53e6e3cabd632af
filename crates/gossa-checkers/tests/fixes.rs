//! Fixes of the built-in checkers: each file `testdata/fixes/<id>/<case>.go` becomes its
//! `.go.golden`, in which nothing is found any more but what has no fix.

#![expect(clippy::disallowed_methods, reason = "tests read and write their own files")]

use std::path::{Path, PathBuf};

/// The Go files of all fixtures.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fixes");
    let entries = |dir: &Path| {
        let entries = dir.read_dir().unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        entries.map(|entry| entry.expect("a readable entry").path()).collect::<Vec<_>>()
    };
    let files = entries(&root).into_iter().filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = files.flat_map(|dir| entries(&dir)).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "go"));
    files.sort();
    files
}

/// The text without what is wanted in lines that a fix was made for.
fn without_wants(text: &str) -> String {
    let lines = text.lines().map(|line| line.split(" // want").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn fixed_programs_are_as_in_their_golden_files_compile_and_are_silent() {
    let registry = gossa_checkers::builtin();
    let sources = sources();
    assert!(!sources.is_empty(), "there are fixtures");
    for path in sources {
        let name = path.display();
        let source = std::fs::read_to_string(&path).expect("a file");
        gossa_test::check_source(&source, &registry)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let fixed = gossa_test::fixed_source(&source, &registry).expect("a program");
        let golden = path.with_extension("go.golden");
        if std::env::var_os("GOSSA_UPDATE").is_some() {
            std::fs::write(&golden, &fixed).expect("a file that can be written");
        }
        let wanted = std::fs::read_to_string(&golden).expect("a golden file");
        assert_eq!(fixed, wanted, "{name}");
        if fixed == source {
            assert!(name.to_string().contains("not_"), "{name} has no fix");
            continue;
        }
        gossa_test::check_source(&without_wants(&fixed), &registry)
            .unwrap_or_else(|error| panic!("{name} with its fixes: {error}"));
    }
}
