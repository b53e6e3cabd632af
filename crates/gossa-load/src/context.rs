//! Turns the user's choices into a [`BuildContext`]: what the go command
//! would build for, given the same flags and environment.

use crate::config::{BuildConfig, BuildContext, LangVersion};
use crate::env::{GoEnv, split_tags};
use crate::goroot::{self, Goroot};
use crate::platform;
use crate::program::LoadError;
use crate::system::System;

/// Fills in what the configuration leaves open.
pub(crate) fn build_context(
    system: &dyn System,
    config: &BuildConfig,
    env: &GoEnv<'_>,
    goroot: &Goroot,
) -> Result<BuildContext, LoadError> {
    let goos = config
        .goos
        .clone()
        .or_else(|| env.get("GOOS"))
        .unwrap_or_else(|| platform::host_os().into());
    let goarch = config
        .goarch
        .clone()
        .or_else(|| env.get("GOARCH"))
        .unwrap_or_else(|| platform::host_arch().into());
    if !platform::is_known_os(&goos) || !platform::is_known_arch(&goarch) {
        return Err(LoadError::Config(format!("unsupported GOOS/GOARCH pair {goos}/{goarch}")));
    }
    let mut tags = config.tags.clone();
    if tags.is_empty()
        && let Some(value) = env.go_flag("tags")
    {
        tags.extend(split_tags(&value));
    }
    tags.sort_unstable();
    tags.dedup();
    let release_minor = match &config.go_version {
        None => goroot.release_minor,
        Some(text) => match LangVersion::parse(text) {
            Some(version) if version.major == 1 => u32::from(version.minor),
            _ => return Err(LoadError::Config(format!("invalid Go version {text:?}"))),
        },
    };
    let cgo = config.cgo.unwrap_or_else(|| default_cgo(system, env, &goos, &goarch));
    let mut tool_tags = experiment_tags(system, env, goroot, &goos, &goarch);
    tool_tags.extend(architecture_tags(env, &goarch));
    if config.pure_go {
        tool_tags.extend(["purego", "math_big_pure_go"].map(str::to_owned));
    }
    tool_tags.sort_unstable();
    tool_tags.dedup();
    Ok(BuildContext { goos, goarch, cgo, tags, tool_tags, release_minor })
}

/// On for the machine's own platform if there is a C compiler; CGO_ENABLED wins.
fn default_cgo(system: &dyn System, env: &GoEnv<'_>, goos: &str, goarch: &str) -> bool {
    match env.get("CGO_ENABLED").as_deref() {
        Some("1") => return true,
        Some("0") => return false,
        _ => {}
    }
    let native = goos == platform::host_os() && goarch == platform::host_arch();
    native
        && platform::supports_cgo(goos, goarch)
        && (env.get("CC").is_some()
            || goroot::find_program(system, platform::default_c_compiler(goos)).is_some())
}

fn experiment_tags(
    system: &dyn System,
    env: &GoEnv<'_>,
    goroot: &Goroot,
    goos: &str,
    goarch: &str,
) -> Vec<String> {
    let mut on = goroot::default_experiments(system, goroot, goos, goarch);
    for name in env.get("GOEXPERIMENT").unwrap_or_default().split(',').filter(|n| !n.is_empty()) {
        if name == "none" {
            // The register ABI cannot be turned off where it is the only one.
            on.retain(|n| n.starts_with("regabi"));
        } else if let Some(off) = name.strip_prefix("no") {
            on.retain(|n| n != off || n.starts_with("regabi"));
        } else if !on.iter().any(|n| n == name) && name != "regabi" {
            on.push(name.to_owned());
        }
    }
    on.into_iter().map(|n| format!("goexperiment.{n}")).collect()
}

/// Tags such as `amd64.v2`: each level includes those below.
fn architecture_tags(env: &GoEnv<'_>, goarch: &str) -> Vec<String> {
    let setting = |name: &str, default: &str| env.get(name).unwrap_or_else(|| default.to_owned());
    let number = |text: &str, default: u32| text.parse::<u32>().unwrap_or(default);
    let levels = |prefix: &str, from: u32, to: u32| -> Vec<String> {
        (from..=to.min(from + 20)).map(|n| format!("{goarch}.{prefix}{n}")).collect()
    };
    match goarch {
        "386" => vec![format!("386.{}", setting("GO386", "sse2"))],
        "amd64" => levels("v", 1, number(setting("GOAMD64", "v1").trim_start_matches('v'), 1)),
        "arm" => {
            let value = setting("GOARM", "7");
            levels("", 5, number(value.split(',').next().unwrap_or_default(), 7))
        }
        "arm64" => {
            let value = setting("GOARM64", "v8.0");
            let version = value.split(',').next().unwrap_or_default().trim_start_matches('v');
            let (major, minor) = version.split_once('.').unwrap_or(("8", "0"));
            let (major, minor) = (number(major, 8), number(minor, 0));
            let mut tags = levels(&format!("v{major}."), 0, minor);
            if major == 9 {
                // Version 9.N contains 8.(N+5).
                tags.extend(levels("v8.", 0, (minor + 5).min(9)));
            }
            tags
        }
        "mips" | "mipsle" => vec![format!("{goarch}.{}", setting("GOMIPS", "hardfloat"))],
        "mips64" | "mips64le" => vec![format!("{goarch}.{}", setting("GOMIPS64", "hardfloat"))],
        "ppc64" | "ppc64le" => {
            levels("power", 8, number(setting("GOPPC64", "power8").trim_start_matches("power"), 8))
        }
        "riscv64" => {
            let value = setting("GORISCV64", "rva20u64");
            ["rva20u64", "rva22u64", "rva23u64"]
                .into_iter()
                .filter(|profile| *profile == "rva20u64" || *profile <= value.as_str())
                .map(|profile| format!("riscv64.{profile}"))
                .collect()
        }
        "wasm" => vec!["wasm.satconv".to_owned(), "wasm.signext".to_owned()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn context(system: &MemorySystem, config: &BuildConfig) -> Result<BuildContext, LoadError> {
        let goroot = Goroot { dir: "/go".into(), version: "go1.27".into(), release_minor: 27 };
        build_context(system, config, &GoEnv::new(system), &goroot)
    }

    fn target(goos: &str, goarch: &str) -> BuildConfig {
        BuildConfig { goos: Some(goos.into()), goarch: Some(goarch.into()), ..Default::default() }
    }

    #[test]
    fn cgo_needs_a_compiler_and_the_native_platform() {
        let mut system = MemorySystem::new();
        system.set_env("PATH", "/bin");
        let native = BuildConfig::default();
        let foreign = if cfg!(target_os = "linux") {
            target("windows", "amd64")
        } else {
            target("linux", "386")
        };
        assert!(!context(&system, &native).unwrap().cgo);
        system.add_program("/bin/gcc").add_program("/bin/clang");
        assert!(context(&system, &native).unwrap().cgo);
        assert!(!context(&system, &foreign).unwrap().cgo);
        system.set_env("CGO_ENABLED", "1");
        assert!(context(&system, &foreign).unwrap().cgo);
        assert!(!context(&system, &BuildConfig { cgo: Some(false), ..foreign }).unwrap().cgo);
    }

    #[test]
    fn architecture_levels_include_those_below() {
        let mut system = MemorySystem::new();
        system
            .set_env("GOAMD64", "v3")
            .set_env("GOARM64", "v9.1,lse")
            .set_env("GORISCV64", "rva22u64");
        let tags = |arch: &str| context(&system, &target("linux", arch)).unwrap().tool_tags;
        assert_eq!(tags("amd64"), ["amd64.v1", "amd64.v2", "amd64.v3"]);
        assert_eq!(tags("arm"), ["arm.5", "arm.6", "arm.7"]);
        assert_eq!(tags("arm64").len(), 2 + 7);
        assert_eq!(tags("riscv64"), ["riscv64.rva20u64", "riscv64.rva22u64"]);
    }

    #[test]
    fn nonsense_is_refused() {
        let system = MemorySystem::new();
        assert!(context(&system, &target("linux", "z80")).is_err());
        let config = BuildConfig { go_version: Some("2.0".into()), ..Default::default() };
        assert!(context(&system, &config).is_err());
        let config = BuildConfig { go_version: Some("go1.20.3".into()), ..Default::default() };
        assert_eq!(context(&system, &config).unwrap().release_minor, 20);
    }
}
