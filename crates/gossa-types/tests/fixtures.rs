//! Small Go files: those in `testdata/types/ok` are valid, those in `testdata/types/err` say by
//! comments which errors there are, and no others.
#![allow(clippy::disallowed_methods, reason = "reads fixtures")]

mod support;

use gossa_base::{FxHashMap, LineIndex, Name};
use gossa_types::PackageId;
use gossa_types::testing::{SimpleEnv, check_texts};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A `fmt` that is enough for the fixtures.
const FMT: &str = "package fmt\nfunc Println(args ...any) (n int, err error) { return }\n";
const OS: &str = "package os\nvar Args []string\n";

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/types").join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 3, "no fixtures in {}", dir.display());
    files
}

/// Environment with the imports of the fixtures.
fn environment() -> (SimpleEnv, FxHashMap<Name, PackageId>) {
    let mut env = SimpleEnv::default();
    let mut imports = FxHashMap::default();
    for (path, text) in [("fmt", FMT), ("os", OS)] {
        let checked = check_texts(&env, path, &[text]);
        assert!(checked.decls.errors.is_empty(), "{:?}", checked.decls.errors);
        env.packages.insert(checked.decls.id, checked.decls);
        imports.insert(Name::new(path), PackageId::new(path));
    }
    (env, imports)
}

fn check(path: &Path) -> support::Checked {
    let (mut env, imports) = environment();
    let text = std::fs::read(path).expect("a fixture");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let sources = vec![(name.unwrap_or_default(), text)];
    support::check(&mut env, "p", sources, &imports, (1, 27), false)
}

#[test]
fn valid_files_have_no_errors() {
    for path in fixtures("ok") {
        let checked = check(&path);
        assert!(checked.files[0].errors.is_empty(), "{:?}", checked.files[0].errors);
        assert_eq!(checked.report(), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn errors_are_those_that_the_comments_say() {
    for path in fixtures("err") {
        let checked = check(&path);
        let text = String::from_utf8_lossy(&checked.texts[0]).into_owned();
        let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let index = LineIndex::new(&checked.texts[0]);
        for error in &checked.files[0].errors {
            let line = index.line_column(error.range.start()).line;
            found.entry(line).or_default().push(error.message.clone());
        }
        for error in &checked.errors {
            found.entry(checked.line(error).1).or_default().push(error.message.clone());
        }
        let mut wrong = Vec::new();
        for (line, source) in (1..).zip(text.lines()) {
            let messages = found.remove(&line).unwrap_or_default();
            let expected = source.split("// ERROR ").nth(1).map(|text| {
                regex::Regex::new(text.trim().trim_matches('"')).expect("a regular expression")
            });
            match expected {
                Some(regex) if messages.iter().any(|message| regex.is_match(message)) => {}
                Some(regex) => wrong.push(format!("{line}: expected {regex}, got {messages:?}")),
                None if messages.is_empty() => {}
                None => wrong.push(format!("{line}: unexpected {messages:?}")),
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n"));
    }
}
