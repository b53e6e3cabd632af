//! Loads each module below `testdata/load` as gossa and as the go command do,
//! and compares the two field by field.
//!
//! `case.txt` in the module says how, a line for each step:
//!
//! ```text
//! env NAME=VALUE…   set for the steps that follow
//! tags TAGS         as -tags
//! overlay FILE      as -overlay
//! modfile FILE      as -modfile; without a file, no longer
//! link PATH TARGET  make a symbolic link
//! cd DIR            where patterns are relative to
//! list PATTERN…     compare
//! ```

#![expect(clippy::unwrap_used, reason = "a test that cannot set its files up has failed")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gossa_load::{BuildConfig, DiskSystem, EntryKind, OverlaySystem, System, golist, load};
use support::World;
use support::compare::{Difference, Listing, differences, read_listing};

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in DiskSystem.read_dir(Utf8Path::from_path(from).unwrap()).unwrap() {
        let (from, to) = (from.join(&entry.name), to.join(&entry.name));
        if entry.kind == EntryKind::Directory {
            copy_tree(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn link(path: &Path, target: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, path).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_file(target, path).unwrap();
}

struct Case {
    root: PathBuf,
    world: World,
    tags: Option<String>,
    overlay: Option<Utf8PathBuf>,
    mod_file: Option<String>,
}

impl Case {
    fn step(&mut self, line: &str) -> Option<Vec<Difference>> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split_whitespace().collect();
        match command {
            "env" => {
                for word in words {
                    let (name, value) = word.split_once('=').unwrap();
                    self.world.set(name, value);
                }
            }
            "tags" => self.tags = Some(rest.to_owned()),
            "overlay" => {
                self.overlay = Some(Utf8PathBuf::from_path_buf(self.root.join(rest)).unwrap());
            }
            "modfile" => self.mod_file = (!rest.is_empty()).then(|| rest.to_owned()),
            "link" => link(&self.root.join(words[0]), words[1]),
            "cd" => self.world.dir = self.root.join(rest),
            "list" => return Some(self.list(&words)),
            _ => panic!("unknown step {line:?}"),
        }
        None
    }

    fn list(&self, patterns: &[&str]) -> Vec<Difference> {
        let mut flags = Vec::new();
        flags.extend(self.tags.iter().map(|tags| format!("-tags={tags}")));
        flags.extend(self.overlay.iter().map(|file| format!("-overlay={file}")));
        flags.extend(self.mod_file.iter().map(|file| format!("-modfile={file}")));
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let theirs = self.world.go_list(&[&*flags, patterns].concat());
        differences(&theirs, &self.gossa(patterns))
    }

    fn gossa(&self, patterns: &[&str]) -> Listing {
        let config = BuildConfig {
            goroot: Some(self.world.goroot.clone()),
            tests: true,
            mod_file: self.mod_file.as_ref().map(Utf8PathBuf::from),
            tags: self.tags.iter().flat_map(|t| t.split(',')).map(str::to_owned).collect(),
            ..BuildConfig::default()
        };
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let dir = Utf8PathBuf::from_path_buf(self.world.dir.clone()).unwrap();
        let system: Arc<dyn System> = Arc::new(self.world.clone());
        let system =
            OverlaySystem::apply(system, &dir, self.overlay.as_deref().map(Utf8Path::new)).unwrap();
        let program = load(&*system, &config, &patterns).unwrap();
        let json: Vec<String> = golist::list(&program, true)
            .iter()
            .map(|package| serde_json::to_string(package).unwrap())
            .collect();
        read_listing(json.join("\n").as_bytes()).unwrap()
    }
}

fn run(name: &str) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/load").join(name);
    let dir = tempfile::tempdir().unwrap();
    // The go command sees a module's directory without links.
    let root = dir.path().canonicalize().unwrap().join(name);
    copy_tree(&source, &root);
    let steps = DiskSystem.read(Utf8Path::from_path(&root.join("case.txt")).unwrap()).unwrap();
    let steps = String::from_utf8(steps).unwrap();
    let mut world = World::new(&root);
    world.set("GOFLAGS", "").set("CGO_ENABLED", "1").set("GOWORK", "off");
    let mut case = Case { root, world, tags: None, overlay: None, mod_file: None };
    let (mut compared, mut report) = (0, String::new());
    for (number, line) in (1..).zip(steps.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(found) = case.step(line) {
            compared += 1;
            for difference in found {
                report.push_str(&format!("{name}/case.txt:{number}: {line}: {difference}\n"));
            }
        }
    }
    assert!(compared > 0, "{name}: nothing was compared");
    assert!(report.is_empty(), "{report}");
}

macro_rules! cases {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_case_is_run() {
            let dir = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/load");
            let found = DiskSystem.read_dir(&dir).unwrap();
            let found: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!(found, [$(stringify!($name)),*]);
        }
    };
}

cases! {
    constraints
    embed
    languages
    links
    mistakes
    modfile
    overlay
    replace
    skipped
    tests
    tools
    vendor
    work_vendor
    workspace
}
