//! The examples of the standard library as programs.
//!
//! What `x_test` packages have in files of examples is made a package for each `x`: the same text in
//! files that are none of tests. It exists in memory only. Each example that says what it prints is
//! a program of its own: the package is initialised, and the example runs in the place of `main`.

use crate::corpus;
use crate::error::BenchError;
use crate::subject::{Entry, Source};
use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::test_main::TestFunctions;
use gossa_load::{BesideSystem, MemorySystem};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the packages are that are made; nothing on the disk is below it.
const ROOT: &str = "/gossa-examples";

/// The examples of these packages, or of all packages of the standard library.
pub(crate) fn sources(goroot: &Utf8Path, packages: &[String]) -> Result<Vec<Source>, BenchError> {
    let src = goroot.join("src");
    let mut files: BTreeMap<String, Vec<Utf8PathBuf>> = BTreeMap::new();
    for file in corpus::go_files(&src)? {
        let Ok(relative) = file.strip_prefix(&src) else { continue };
        let Some(package) = relative.parent() else { continue };
        let is_of_std = !relative.starts_with("cmd") && !relative.starts_with("vendor");
        let asked = packages.is_empty() || packages.iter().any(|asked| asked == package.as_str());
        let name = relative.file_name().unwrap_or_default();
        if is_of_std && asked && name.ends_with("_test.go") && name.contains("example") {
            files.entry(package.to_string()).or_default().push(file);
        }
    }
    let unknown = packages.iter().find(|asked| !files.contains_key(*asked));
    if let Some(unknown) = unknown {
        return Err(BenchError::Go(format!("{src} has no examples of package {unknown}")));
    }
    let sources = files.into_iter().map(|(package, files)| source(&package, &files));
    Ok(sources.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The examples of a package; none where no file has any that can be run.
fn source(package: &str, files: &[Utf8PathBuf]) -> Result<Option<Source>, BenchError> {
    let dir = Utf8Path::new(ROOT).join(package);
    let mut made = MemorySystem::new();
    let mut functions = TestFunctions::default();
    for file in files {
        let text = corpus::read(file)?;
        if !is_external(&text) {
            continue;
        }
        functions.scan(&text);
        // What is left of the name says for which systems the file is, as it did before.
        let name = file.file_stem().unwrap_or_default();
        let name = name.strip_suffix("_test").unwrap_or(name);
        made.add_file(dir.join(format!("{name}.go")), text);
    }
    if functions.examples.is_empty() {
        return Ok(None);
    }
    made.add_file(dir.join("go.mod"), "module examples\n\ngo 1.27\n");
    let entries = functions
        .examples
        .into_iter()
        .map(|example| Entry { function: example.name.clone(), expected: Some(example) });
    Ok(Some(Source {
        name: package.to_owned(),
        system: Arc::new(BesideSystem::new(ROOT, made)),
        dir,
        runs_in: files.first().and_then(|file| file.parent()).map(Utf8Path::to_owned),
        entries: entries.collect(),
    }))
}

/// Whether a file is of a package of external tests.
fn is_external(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let clause = text.lines().find_map(|line| line.strip_prefix("package "));
    let name = clause.and_then(|rest| rest.split([' ', '\t', '/']).next());
    name.is_some_and(|name| name.ends_with("_test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_external_tests_are_told_by_their_package_clause() {
        assert!(is_external(b"// package old\n\npackage x_test // so\n\nimport \"x\"\n"));
        assert!(!is_external(b"package x\n"));
        assert!(!is_external(b""));
    }
}
