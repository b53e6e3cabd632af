//! What a user sees of wrong programs, against the compiler: directives in wrong places and
//! functions without a body, the order of errors, one error where there are several of a kind.
//!
//! Needs Go 1.27 or newer: `GOSSA_TEST_GOROOT`, `GOROOT`, or the `go` on the search path.
#![allow(clippy::disallowed_methods, reason = "the oracle is a process")]

mod support;

use camino::Utf8PathBuf;
use gossa_db::{Options, Session};
use gossa_load::{BuildConfig, DiskSystem};
use gossa_report::Stage;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn go(root: &Path) -> Command {
    let mut command = Command::new(root.join("bin").join("go"));
    command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off");
    command.env_remove("GOROOT").env("CGO_ENABLED", "0");
    command
}

/// What the go command would tell the compiler of the files to embed.
fn embed_config(dir: &Path, name: &str) -> PathBuf {
    let file = dir.join(name);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("directives_embedcfg");
    let text =
        format!("{{\"Patterns\": {{{name:?}: [{name:?}]}}, \"Files\": {{{name:?}: {file:?}}}}}");
    std::fs::write(&path, text).expect("a file");
    path
}

/// The compiler's errors, a text each.
fn compiler(root: &Path, importcfg: &Path, embeds: Option<&Path>, file: &Path) -> Vec<String> {
    let name = file.file_name().expect("a file");
    let output = go(root)
        .args(["tool", "compile", "-e", "-p", "p", "-complete", "-o"])
        // Removed by the compiler after errors.
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("directives.o"))
        .arg("-importcfg")
        .arg(importcfg)
        .args(embeds.iter().flat_map(|path| [Path::new("-embedcfg"), path]))
        .arg(name)
        .current_dir(file.parent().expect("a directory"))
        .output()
        .expect("the compiler starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}

/// Ours, in the order in which they come.
fn ours(root: &Path, file: &Path) -> Vec<String> {
    let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("directives").join(name);
    std::fs::create_dir_all(&dir).expect("a directory");
    std::fs::copy(file, dir.join(name)).expect("a copy");
    std::fs::write(dir.join("go.mod"), "module m\n\ngo 1.27\n").expect("a file");
    // A constraint on the version would leave the file out, unless it is named.
    let text = std::fs::read_to_string(file).expect("a fixture");
    let pattern = if text.starts_with("//go:build") { name } else { "." };
    let root = Utf8PathBuf::from_path_buf(root.to_owned()).expect("UTF-8");
    let session = Session::load(&Options {
        system: Arc::new(DiskSystem),
        config: BuildConfig { goroot: Some(root), cgo: Some(false), ..BuildConfig::default() },
        dir: Utf8PathBuf::from_path_buf(dir).expect("UTF-8"),
        patterns: vec![pattern.to_owned()],
        jobs: 1,
        one_shot: false,
    });
    let session = session.expect("it loads");
    // That files to embed are missing is the loader's to say.
    let found = session.diagnostics().into_iter().filter(|found| found.stage != Stage::Load);
    let texts = found.map(|found| {
        let place = found.location.expect("a place");
        format!("{name}:{}:{}: {}", place.line, place.column, found.message)
    });
    // Notes are lines of their own.
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Data for imports, for the compiler.
fn import_config(root: &Path) -> PathBuf {
    let output = go(root)
        .args(["list", "-export", "-deps", "-f"])
        .arg("{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}")
        .args(["embed", "fmt"])
        .current_dir(root.join("src"))
        .output()
        .expect("go list starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let importcfg = Path::new(env!("CARGO_TARGET_TMPDIR")).join("directives_importcfg");
    std::fs::write(&importcfg, output.stdout).expect("a file");
    importcfg
}

fn fixtures(dir: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/types").join(dir);
    let entries = std::fs::read_dir(dir).expect("the fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "go"));
    files.sort();
    files
}

#[test]
fn misplaced_directives_are_errors_as_in_the_compiler() {
    let root = support::goroot().into_std_path_buf();
    let importcfg = import_config(&root);
    let files = fixtures("directives");
    assert!(files.len() > 10, "{files:?}");
    let mut wrong = Vec::new();
    for file in &files {
        let (theirs, ours) = (compiler(&root, &importcfg, None, file), ours(&root, file));
        if theirs != ours {
            wrong.push(format!("compiler: {theirs:#?}\ngossa: {ours:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

#[test]
fn types_of_variables_with_embedded_files() {
    let root = support::goroot().into_std_path_buf();
    let importcfg = import_config(&root);
    let files = fixtures("embedded");
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let embeds = embed_config(file.parent().expect("a directory"), "text.txt");
        let theirs = compiler(&root, &importcfg, Some(&embeds), file);
        // The last pass of the compiler writes full paths.
        let name = |text: &String| text.rsplit('/').next().unwrap_or_default().to_owned();
        let theirs: Vec<String> = theirs.iter().map(name).collect();
        assert_eq!(theirs, ours(&root, file));
    }
}
