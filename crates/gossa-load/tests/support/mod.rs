//! Shared by the tests that compare with the go command: finds a Go
//! installation, runs its `go`, and gives gossa the same environment.

pub(crate) mod compare;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use camino::{Utf8Path, Utf8PathBuf};
use compare::{Listing, json_flag, read_listing};
use gossa_load::{DirEntry, DiskSystem, Metadata, System};

/// The oldest Go that the expectations hold for.
const OLDEST_MINOR: u32 = 27;

/// The Go installation that tests compare with: GOSSA_TEST_GOROOT, else
/// GOROOT, else that of the `go` on PATH.
pub(crate) fn goroot() -> Utf8PathBuf {
    let from_env =
        ["GOSSA_TEST_GOROOT", "GOROOT"].into_iter().find_map(|name| DiskSystem.env_var(name));
    let dir = from_env.unwrap_or_else(|| {
        let output = run(Path::new("go"), &["env", "GOROOT"], Path::new("."), &[]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    });
    let dir = Utf8PathBuf::from(dir);
    let version = DiskSystem.read(&dir.join("VERSION")).unwrap_or_default();
    let version = String::from_utf8_lossy(&version).into_owned();
    let minor: Option<u32> = version
        .strip_prefix("go1.")
        .and_then(|v| v.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    assert!(
        minor.is_some_and(|m| m >= OLDEST_MINOR),
        "these tests need Go 1.{OLDEST_MINOR} or later, and {dir} is {:?}: set GOSSA_TEST_GOROOT",
        version.lines().next().unwrap_or("no Go installation")
    );
    dir
}

#[expect(clippy::disallowed_methods, reason = "the go command is the oracle")]
fn run(program: &Path, args: &[&str], dir: &Path, env: &[(&str, &str)]) -> Output {
    let output =
        Command::new(program).args(args).current_dir(dir).envs(env.iter().copied()).output();
    output
        .unwrap_or_else(|e| panic!("cannot run {}: {e}: set GOSSA_TEST_GOROOT", program.display()))
}

/// An environment for both sides of a comparison.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) goroot: Utf8PathBuf,
    pub(crate) dir: PathBuf,
    pub(crate) env: BTreeMap<String, String>,
}

impl World {
    pub(crate) fn new(dir: &Path) -> World {
        let mut world = World { goroot: goroot(), dir: dir.to_owned(), env: BTreeMap::new() };
        for (name, value) in [
            ("GOTOOLCHAIN", "local"),
            ("GOENV", "off"),
            ("GOWORK", "off"),
            ("GOPROXY", "off"),
            ("GOFLAGS", "-mod=readonly"),
            ("GOSUMDB", "off"),
            ("GO111MODULE", "on"),
        ] {
            world.set(name, value);
        }
        world
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut World {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs the go command; what it prints.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn go(&self, args: &[&str]) -> String {
        let env: Vec<(&str, &str)> =
            self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let go = self.goroot.join("bin").join("go");
        let output = run(go.as_std_path(), args, &self.dir, &env);
        assert!(output.status.success(), "go: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs the go command where it must fail; what it says then.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) fn go_failure(&self, args: &[&str]) -> String {
        let env: Vec<(&str, &str)> =
            self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let go = self.goroot.join("bin").join("go");
        let output = run(go.as_std_path(), args, &self.dir, &env);
        assert!(!output.status.success(), "go {args:?} does not fail");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Runs `go list -e -json -deps -test`; the packages by import path.
    pub(crate) fn go_list(&self, patterns: &[&str]) -> Listing {
        let fields = json_flag();
        let mut args = vec!["list", "-e", "-deps", "-test", "-pgo=off", &fields];
        args.extend(patterns);
        let env: Vec<(&str, &str)> =
            self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let mut env = env;
        // As in a shell: the directory as it was named, links and all.
        let dir = self.dir.to_string_lossy();
        env.push(("PWD", &dir));
        let go = self.goroot.join("bin").join("go");
        let output = run(go.as_std_path(), &args, &self.dir, &env);
        assert!(output.status.success(), "go list: {}", String::from_utf8_lossy(&output.stderr));
        read_listing(&output.stdout).expect("go list prints JSON")
    }
}

impl System for World {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        DiskSystem.read(path)
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        DiskSystem.read_dir(path)
    }

    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        DiskSystem.metadata(path)
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        DiskSystem.canonicalize(path)
    }

    fn env_var(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned().or_else(|| DiskSystem.env_var(name)).filter(|v| !v.is_empty())
    }

    fn current_dir(&self) -> io::Result<Utf8PathBuf> {
        Utf8PathBuf::from_path_buf(self.dir.clone()).map_err(|_| io::Error::other("not UTF-8"))
    }
}
