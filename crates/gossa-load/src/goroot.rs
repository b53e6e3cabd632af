//! Finds the Go installation that supplies the standard library, and learns
//! from its files what its toolchain takes for granted.

use camino::{Utf8Path, Utf8PathBuf};

use crate::config::BuildConfig;
use crate::env::GoEnv;
use crate::program::LoadError;
use crate::system::System;
use crate::version;

/// A Go installation.
#[derive(Debug)]
pub(crate) struct Goroot {
    pub(crate) dir: Utf8PathBuf,
    /// As in `go1.27.3`.
    pub(crate) version: String,
    /// N of the newest release tag `go1.N`.
    pub(crate) release_minor: u32,
}

/// The standard library that is assumed when an installation does not say
/// which it is (a development tree).
const NEWEST_KNOWN_MINOR: u32 = 27;

/// Finds the installation: as configured, by GOROOT, by the `go` on PATH, in
/// the usual places.
pub(crate) fn find(
    system: &dyn System,
    config: &BuildConfig,
    env: &GoEnv<'_>,
) -> Result<Goroot, LoadError> {
    let mut tried = Vec::new();
    let mut attempt = |source: &str, dir: &Utf8Path| match open(system, dir) {
        Ok(found) => Some(found),
        Err(why) => {
            tried.push(format!("{source}: {dir}: {why}"));
            None
        }
    };
    // What the user names is meant: nothing else will do in its place.
    let explicit = match (&config.goroot, env.get("GOROOT")) {
        (Some(dir), _) => Some(("--goroot", dir.clone())),
        (None, Some(dir)) => Some(("GOROOT", Utf8PathBuf::from(dir))),
        (None, None) => None,
    };
    if let Some((source, dir)) = explicit {
        let dir = match system.current_dir() {
            Ok(current) => crate::system::lexically_clean(&current.join(dir)),
            Err(_) => dir,
        };
        return attempt(source, &dir).ok_or(LoadError::NoGoroot { tried });
    }
    match go_on_path(system) {
        Some(go) => {
            // <root>/bin/go, where any part may be a link.
            let real = system.canonicalize(&go).unwrap_or_else(|_| go.clone());
            let root = real.parent().and_then(Utf8Path::parent).unwrap_or(Utf8Path::new("/"));
            if let Some(found) = attempt("go on PATH", root) {
                return Ok(found);
            }
        }
        None => tried.push("go on PATH: not found".to_owned()),
    }
    let mut attempt = |dir: &Utf8Path| match open(system, dir) {
        Ok(found) => Some(found),
        Err(why) => {
            tried.push(format!("{dir}: {why}"));
            None
        }
    };
    for dir in usual_places(system) {
        if let Some(found) = attempt(&dir) {
            return Ok(found);
        }
    }
    Err(LoadError::NoGoroot { tried })
}

/// Checks that a directory is a Go installation.
fn open(system: &dyn System, dir: &Utf8Path) -> Result<Goroot, String> {
    if !system.is_dir(dir) {
        return Err("no such directory".to_owned());
    }
    if !system.is_dir(&dir.join("src").join("runtime")) {
        return Err("has no src/runtime".to_owned());
    }
    let text = system.read(&dir.join("VERSION")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let version = text.lines().next().unwrap_or_default().trim().to_owned();
    let release_minor = version
        .strip_prefix("go1.")
        .and_then(|rest| {
            let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse().ok()
        })
        .or_else(|| development_minor(system, dir))
        .unwrap_or(NEWEST_KNOWN_MINOR);
    let version = if version.is_empty() { format!("go1.{release_minor}") } else { version };
    Ok(Goroot { dir: dir.to_owned(), version, release_minor })
}

/// A development tree has no VERSION file, but a constant in its source.
fn development_minor(system: &dyn System, dir: &Utf8Path) -> Option<u32> {
    let text = system.read(&dir.join("src/internal/goversion/goversion.go")).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().find_map(|l| l.trim().strip_prefix("const Version ="))?;
    line.trim().parse().ok()
}

fn go_on_path(system: &dyn System) -> Option<Utf8PathBuf> {
    find_program(system, "go")
}

/// Finds a program as a shell would.
pub(crate) fn find_program(system: &dyn System, name: &str) -> Option<Utf8PathBuf> {
    let runs = |path: &Utf8Path| system.metadata(path).is_ok_and(|m| m.executable);
    if name.contains('/') {
        return runs(Utf8Path::new(name)).then(|| name.into());
    }
    let list = system.env_var("PATH")?;
    let (separator, suffix) = if cfg!(windows) { (';', ".exe") } else { (':', "") };
    list.split(separator)
        .filter(|dir| !dir.is_empty())
        .map(|dir| Utf8Path::new(dir).join(format!("{name}{suffix}")))
        .find(|path| runs(path))
}

fn usual_places(system: &dyn System) -> Vec<Utf8PathBuf> {
    let mut places: Vec<Utf8PathBuf> = [
        "/usr/local/go",
        "/usr/lib/go",
        "/usr/lib/golang",
        "/usr/share/go",
        "/opt/go",
        "/opt/homebrew/opt/go/libexec",
        "/usr/local/opt/go/libexec",
        "/home/linuxbrew/.linuxbrew/opt/go/libexec",
        "/snap/go/current",
    ]
    .into_iter()
    .map(Utf8PathBuf::from)
    .collect();
    if cfg!(windows) {
        places = vec!["C:\\Program Files\\Go".into(), "C:\\Go".into()];
    }
    // Several versions side by side: the newest first.
    places.extend(versioned(system, Utf8Path::new("/usr/lib"), "go-"));
    if let Some(home) = system.home_dir() {
        places.push(home.join("go"));
        places.push(home.join(".local/go"));
        places.extend(versioned(system, &home.join("sdk"), "go"));
        places.extend(versioned(
            system,
            &home.join("go/pkg/mod/golang.org"),
            "toolchain@v0.0.1-go",
        ));
    }
    places
}

/// The directories `prefix` + VERSION in a directory, newest first.
fn versioned(system: &dyn System, dir: &Utf8Path, prefix: &str) -> Vec<Utf8PathBuf> {
    let Ok(entries) = system.read_dir(dir) else { return Vec::new() };
    let mut found: Vec<(String, Utf8PathBuf)> = entries
        .into_iter()
        .filter_map(|entry| {
            let rest = entry.name.strip_prefix(prefix)?;
            // A toolchain module's name ends in its platform: 1.22.1.linux-amd64.
            let number = rest.split(['-', '_']).next().unwrap_or_default();
            let number = match number.rsplit_once('.') {
                Some((number, os)) if os.starts_with(|c: char| c.is_ascii_alphabetic()) => number,
                _ => number,
            };
            version::is_go_version(number).then(|| (number.to_owned(), dir.join(&entry.name)))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| version::compare_go_versions(b, a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The experiments that the toolchain turns on by default for a target, in
/// lower case. They are written in its source, as the fields of a literal:
/// `baseline := goexperiment.Flags{ Name: value, … }`.
pub(crate) fn default_experiments(
    system: &dyn System,
    goroot: &Goroot,
    goos: &str,
    goarch: &str,
) -> Vec<String> {
    let path = goroot.dir.join("src/internal/buildcfg/exp.go");
    let text = system.read(&path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let Some(start) = text.find("baseline := goexperiment.Flags{") else { return Vec::new() };
    let body = &text[start..];
    let body = body.split_once('{').map_or("", |(_, rest)| rest);
    let body = body.split_once('}').map_or("", |(fields, _)| fields);
    let mut experiments: Vec<String> = body
        .lines()
        .filter_map(|line| line.split("//").next().unwrap_or_default().trim().split_once(':'))
        .filter(|(_, value)| baseline_value(value.trim().trim_end_matches(','), goos, goarch))
        .map(|(name, _)| name.trim().to_lowercase())
        .collect();
    experiments.sort_unstable();
    experiments
}

/// The value of an expression in the toolchain's table of defaults.
fn baseline_value(value: &str, goos: &str, goarch: &str) -> bool {
    match value {
        "false" => false,
        "regabiSupported" => {
            matches!(
                goarch,
                "amd64" | "arm64" | "loong64" | "ppc64" | "ppc64le" | "riscv64" | "s390x"
            )
        }
        "dwarf5Supported" => !matches!(goos, "darwin" | "ios" | "aix"),
        "haveXchg8" => {
            matches!(goarch, "386" | "amd64" | "arm" | "arm64" | "loong64" | "ppc64" | "ppc64le")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn install(system: &mut MemorySystem, dir: &str, version: &str) {
        system
            .add_file(format!("{dir}/VERSION"), format!("{version}\ntime 2026\n"))
            .add_file(format!("{dir}/src/runtime/proc.go"), "package runtime\n")
            .add_program(format!("{dir}/bin/go"));
    }

    fn find_in(system: &MemorySystem, config: &BuildConfig) -> Result<Goroot, LoadError> {
        find(system, config, &GoEnv::new(system))
    }

    #[test]
    fn each_place_is_tried_in_order() {
        let mut system = MemorySystem::new();
        system.set_env("HOME", "/home/me").set_env("PATH", "/bin:/usr/bin");
        let error = find_in(&system, &BuildConfig::default()).unwrap_err().to_string();
        for place in ["go on PATH: not found", "/usr/local/go: no such directory", "--goroot DIR"] {
            assert!(error.contains(place), "{error}");
        }
        install(&mut system, "/home/me/sdk/go1.9.1", "go1.9.1");
        install(&mut system, "/home/me/sdk/go1.27.1", "go1.27.1");
        assert_eq!(find_in(&system, &BuildConfig::default()).unwrap().dir, "/home/me/sdk/go1.27.1");
        install(&mut system, "/opt/x", "go1.26");
        system.add_symlink("/usr/bin/go", "/opt/x/bin/go");
        let found = find_in(&system, &BuildConfig::default()).unwrap();
        assert_eq!((found.dir.as_str(), found.release_minor), ("/opt/x", 26));
        install(&mut system, "/opt/y", "devel go1.28-abc");
        system.set_env("GOROOT", "/opt/y");
        system.add_file(
            "/opt/y/src/internal/goversion/goversion.go",
            "package goversion\n\nconst Version = 28\n",
        );
        let found = find_in(&system, &BuildConfig::default()).unwrap();
        assert_eq!((found.dir.as_str(), found.release_minor), ("/opt/y", 28));
        let config = BuildConfig { goroot: Some("/nowhere".into()), ..Default::default() };
        let error = find_in(&system, &config).unwrap_err().to_string();
        assert!(error.contains("--goroot: /nowhere: no such directory"), "{error}");
    }

    #[test]
    fn default_experiments_come_from_the_source() {
        let mut system = MemorySystem::new();
        install(&mut system, "/go", "go1.27");
        system.add_file(
            "/go/src/internal/buildcfg/exp.go",
            "x\nbaseline := goexperiment.Flags{\n\tRegabiArgs: regabiSupported,\n\tGreenTeaGC: true, // yes\n\tOff: false,\n}\n",
        );
        let config = BuildConfig { goroot: Some("/go".into()), ..Default::default() };
        let goroot = find_in(&system, &config).unwrap();
        assert_eq!(
            default_experiments(&system, &goroot, "linux", "amd64"),
            ["greenteagc", "regabiargs"]
        );
        assert_eq!(default_experiments(&system, &goroot, "linux", "386"), ["greenteagc"]);
    }
}
