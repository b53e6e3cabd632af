//! What is known of operating systems and architectures: the names that
//! count in file names and build tags, and a few facts about how programs
//! are linked, because the go command adds dependencies for them.

/// Names that mean an operating system at the end of a file name.
const KNOWN_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// Operating systems for which the tag `unix` holds.
const UNIX_OS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// Names that mean an architecture at the end of a file name.
const KNOWN_ARCH: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Targets that cgo cannot build for.
const NO_CGO: &[&str] =
    &["js/wasm", "openbsd/ppc64", "plan9/386", "plan9/amd64", "plan9/arm", "wasip1/wasm"];

pub(crate) fn is_known_os(name: &str) -> bool {
    KNOWN_OS.binary_search(&name).is_ok()
}

pub(crate) fn is_known_arch(name: &str) -> bool {
    KNOWN_ARCH.binary_search(&name).is_ok()
}

pub(crate) fn is_unix(goos: &str) -> bool {
    UNIX_OS.contains(&goos)
}

/// Whether cgo exists for a target at all.
pub(crate) fn supports_cgo(goos: &str, goarch: &str) -> bool {
    !NO_CGO.contains(&format!("{goos}/{goarch}").as_str())
}

/// GOOS of the machine that gossa runs on.
pub(crate) fn host_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

/// GOARCH of the machine that gossa runs on.
pub(crate) fn host_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "loongarch64" => "loong64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        "mips64" if cfg!(target_endian = "little") => "mips64le",
        "mips" if cfg!(target_endian = "little") => "mipsle",
        "wasm32" => "wasm",
        other => other,
    }
}

/// The C compiler that the go command looks for when CC is not set.
pub(crate) fn default_c_compiler(goos: &str) -> &'static str {
    match goos {
        "darwin" | "ios" | "freebsd" | "openbsd" => "clang",
        _ => "gcc",
    }
}

/// Whether every program for a target needs the system's linker, and so `runtime/cgo`.
pub(crate) fn needs_external_linker(goos: &str, goarch: &str) -> bool {
    match goos {
        "android" => goarch != "arm64",
        "ios" => goarch == "arm64" || !internal_pie(goos, goarch),
        "darwin" | "windows" => !internal_pie(goos, goarch),
        _ => false,
    }
}

/// Targets whose programs are position-independent by default, and which
/// Go's own linker can link so.
fn internal_pie(goos: &str, goarch: &str) -> bool {
    matches!(
        (goos, goarch),
        ("android", "arm64")
            | ("darwin", "amd64" | "arm64")
            | ("windows", "386" | "amd64" | "arm64")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_for_binary_search() {
        assert!(KNOWN_OS.is_sorted());
        assert!(KNOWN_ARCH.is_sorted());
    }

    #[test]
    fn the_host_is_a_known_target() {
        assert!(is_known_os(host_os()), "{}", host_os());
        assert!(is_known_arch(host_arch()), "{}", host_arch());
    }
}
